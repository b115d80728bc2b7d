"""What the README names is there: commands, files, versions."""

import re
import subprocess

import pytest

from tests.structure.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_two_commands_stand_in_its_first_lines():
    top = README.partition("##")[0]

    assert ["demo", "test", "serve"] == re.findall(r"\bmake (\w+)", top)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", README))))
def test_every_target_is_in_the_makefile(target):
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=False
    )

    assert 0 == done.returncode, done.stderr


@pytest.mark.parametrize("module", ["demo", "serve"])
def test_make_runs_the_example(module):
    assert f"-m example_project.{module}\n" in MAKEFILE


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"manage\.py (\w+)", README)) - {"runserver"})
)
def test_every_command_is_one_of_django_s_or_ours(command):
    folder = ROOT / "django_claimsauth" / "management" / "commands"

    assert "migrate" == command or (folder / f"{command}.py").is_file()


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)]+)\)", README))
def test_every_link_leads_somewhere(target):
    assert (ROOT / target).exists()
