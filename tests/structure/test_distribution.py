"""What is built holds what it says, and says what is run."""

import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.structure.source import PACKAGE, ROOT

MATRIX = (ROOT / "tox.ini").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]


@pytest.fixture(name="wheel", scope="module")
def _wheel(tmp_path_factory):
    """The names in the wheel that is built from this tree."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def versions_in_classifiers(prefix):
    """`{"5.2", "6.0"}` of `Framework :: Django :: 5.2` and the like."""
    return {
        classifier.removeprefix(prefix)
        for classifier in PROJECT["classifiers"]
        if re.fullmatch(re.escape(prefix) + r"\d\.\d+", classifier)
    }


def versions_in_matrix(name):
    """`{"3.11", "3.12"}` of `py311-...`, `py{312, 313}-...` in tox.ini's list."""
    listed = MATRIX.partition("env_list =")[2].partition("\n\n")[0]
    groups = re.findall(rf"{name}(\d+|{{[\d, ]+}})", listed)
    digits = re.findall(r"\d+", " ".join(groups))
    return {f"{each[0]}.{each[1:]}" for each in digits}


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel):
    files = {
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert files == {name for name in wheel if ".dist-info/" not in name}


def test_the_wheel_is_typed_and_licensed(wheel):
    assert "django_claimsauth/py.typed" in wheel
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


def test_the_python_versions_named_are_those_that_are_run():
    named = versions_in_classifiers("Programming Language :: Python :: ")

    assert {"3.11", "3.12", "3.13"} == named == versions_in_matrix("py")


def test_the_django_versions_named_are_those_that_are_run():
    named = versions_in_classifiers("Framework :: Django :: ")

    assert {"5.2", "6.0", "6.1"} == named == versions_in_matrix("django")


def test_three_dependencies_are_hard():
    names = {re.match(r"\w+", each)[0] for each in PROJECT["dependencies"]}

    assert {"Django", "djangorestframework", "PyJWT"} == names


def test_what_is_optional_can_be_asked_for_at_once():
    extras = PROJECT["optional-dependencies"]

    assert {"passkeys", "otp", "openapi", "all"} <= set(extras)
    assert ["django-claimsauth[passkeys,otp,openapi]"] == extras["all"]
