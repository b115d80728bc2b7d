"""Arrows point down only, and the tool that says so sees the hidden ones."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure.source import PACKAGE, ROOT, sources

LINTER = Path(sys.executable).parent / "lint-imports"


@pytest.fixture(name="checkout")
def _checkout(tmp_path):
    """A copy of the package and its contract, free to be spoilt."""
    leave_out = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=leave_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def linted(checkout):
    """Run the linter there, as `make lint` does here."""
    return subprocess.run(
        [LINTER, "--no-cache"],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def hide_import(checkout, module, statement):
    """Append a function that imports to the module."""
    path = checkout / PACKAGE.name / module
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef _hidden():\n    {statement}\n")


def test_the_contract_is_kept():
    result = linted(ROOT)

    assert 0 == result.returncode, result.stdout


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        pytest.param(
            "claims.py",
            "from django_claimsauth.conf import settings",
            "Arrows point down only",
            id="claims reach for the settings",
        ),
        pytest.param(
            "authentication/results.py",
            "import django_claimsauth.authorization.evaluation",
            "Arrows point down only",
            id="authentication reaches for authorization",
        ),
        pytest.param(
            "claims.py",
            "import django_claimsauth.errors",
            "Arrows point down only",
            id="siblings see each other",
        ),
        pytest.param(
            "authorization/evaluation.py",
            "from django.db.models import Q",
            "What judges knows no framework",
            id="a verdict reaches for the database",
        ),
        pytest.param(
            "authentication/handlers.py",
            "from rest_framework.request import Request",
            "Handlers, models and flows know no DRF",
            id="a scheme reaches for DRF",
        ),
        pytest.param(
            "authentication/handlers.py",
            "import jwt",
            "Only tokens know PyJWT",
            id="a scheme decodes by itself",
        ),
        pytest.param(
            "conf/reading.py",
            "from webauthn.helpers import bytes_to_base64url",
            "Only passkeys know webauthn",
            id="the settings reach for passkeys",
        ),
    ],
)
def test_an_import_hidden_in_a_function_is_caught(
    checkout, module, statement, contract
):
    hide_import(checkout, module, statement)

    result = linted(checkout)

    assert 0 != result.returncode
    assert f"{contract} BROKEN" in result.stdout, result.stdout


def test_a_room_that_no_layer_names_is_caught(checkout):
    """The contract is exhaustive: a new room says where it stands."""
    (checkout / PACKAGE.name / "attic.py").write_text("ROOM = 1\n", encoding="utf-8")

    result = linted(checkout)

    assert 0 != result.returncode
    assert "attic" in result.stdout


def test_one_file_imports_webauthn():
    files = {
        str(each.path)
        for each in sources("django_claimsauth")
        for node in each.nodes(ast.Import, ast.ImportFrom)
        for module in [getattr(node, "module", None), *(a.name for a in node.names)]
        if (module or "").split(".")[0] == "webauthn"
    }

    assert len(files) <= 1, files
