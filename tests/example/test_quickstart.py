"""The quick start of the README, and its second scheme, done as they stand."""

import os
import re
import shutil
import subprocess
import sys
import textwrap

import pytest

from tests.structure.source import ROOT

BLOCK = re.compile(r"^```(python|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MODELS = """
from django.conf import settings
from django.db import models


class Document(models.Model):
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
"""
ASKED = """
from django.contrib.auth.models import Group, User
from django.test import Client
from documents.models import Document

alice, bob = (User.objects.create_user(name, password="x") for name in ("alice", "bob"))
for owner in (alice, bob):
    Document.objects.create(title=f"of {owner}", owner=owner)
bob.groups.add(Group.objects.create(name="editor"))


def ask(method, path, name=None, data=None, **headers):
    if name:
        headers["Authorization"] = f"Bearer {token_of(name)}"
    answer = getattr(Client(headers={"Host": "localhost"}), method)(
        path, data, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.headers.get("WWW-Authenticate"), answer


def token_of(name):
    credentials = {"username": name, "password": "x"}
    status, _, answer = ask("post", "/auth/tokens/sign-in/", data=credentials)
    assert {"access_token", "refresh_token"} <= answer.json().keys()
    return answer.json()["access_token"]


def titles(name):
    return [each["title"] for each in ask("get", "/documents/", name)[2].json()]


"""


def blocks(page, kind):
    """Return the page's blocks of code in order; a file's begin with its name."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [code for language, code in BLOCK.findall(text) if language == kind]


def added_files(page):
    """Return what the page adds to each file: `{path: code}`."""
    found = {}
    for code in blocks(page, "python"):
        name, _, added = code.partition("\n")
        found[name.removeprefix("# ")] = added
    return found


class Project:
    """A project as Django starts one, with an app and its model."""

    def __init__(self, folder):
        self.folder = folder

    def start(self):
        self.run("-m", "django", "startproject", "project", ".")
        self.run("manage.py", "startapp", "documents")
        (self.folder / "documents" / "models.py").write_text(MODELS, encoding="utf-8")

    def add(self, page):
        for name, code in added_files(page).items():
            with (self.folder / name).open("a", encoding="utf-8") as file:
                file.write(f"\n\n{code}")

    def run(self, *arguments):
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
        variables.pop("DJANGO_SETTINGS_MODULE", None)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert 0 == done.returncode, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def commands(self, page):
        """Do what the page says on the command line, but install and serve."""
        lines = "".join(blocks(page, "shell")).splitlines()
        mine = [
            line.split()[1:] for line in lines if line.startswith("python manage.py")
        ]
        return [self.run(*each) for each in mine if each[1] != "runserver"]

    def asked(self, code):
        """Run the code in the project, with people and documents."""
        self.run("manage.py", "shell", "--command", ASKED + textwrap.dedent(code))


@pytest.fixture(name="finished", scope="module")
def _finished(tmp_path_factory):
    """The folder of a project that did what the README says."""
    project = Project(tmp_path_factory.mktemp("quickstart"))
    project.start()
    project.add("README.md")
    project.run("manage.py", "makemigrations", "documents")
    project.commands("README.md")
    return project.folder


@pytest.fixture(name="project")
def _project(finished, tmp_path):
    """A copy of it."""
    return Project(shutil.copytree(finished, tmp_path / "project"))


def test_the_quick_start_does_what_it_says(project):
    project.asked("""
        assert ["of alice"] == titles("alice")
        assert ["of alice", "of bob"] == titles("bob")
        assert 200 == ask("patch", "/documents/1/", "alice", {"title": "new"})[0]
        assert 404 == ask("patch", "/documents/2/", "alice", {"title": "new"})[0]
        assert 200 == ask("patch", "/documents/1/", "bob", {"title": "newer"})[0]
        assert 403 == ask("post", "/documents/", "alice", {"title": "new"})[0]
        assert (401, 'Bearer realm="api"') == ask("get", "/documents/")[:2]
    """)


def test_the_quick_start_passes_django_s_checks(project):
    project.run("manage.py", "check", "--fail-level", "WARNING")


def test_the_second_scheme_does_what_it_says(project):
    project.add("docs/quickstart.md")
    urls = project.folder / "project" / "urls.py"
    counted = '\nfrom documents import views\nurlpatterns.append(path("count/", views.count))\n'
    urls.write_text(urls.read_text(encoding="utf-8") + counted, encoding="utf-8")
    (key,) = project.commands("docs/quickstart.md")

    project.asked(f"""
        both = 'Bearer realm="api", ApiKey realm="api"'
        assert (401, both) == ask("get", "/count/")[:2]
        assert 403 == ask("get", "/count/", "alice")[0]
        answer = ask("get", "/count/", **{{"X-API-Key": {key!r}}})[2]
        assert (200, {{"count": 2}}) == (answer.status_code, answer.json())
    """)


def test_it_is_some_thirty_lines():
    text = "".join(added_files("README.md").values())
    code = [line for line in text.splitlines() if line.strip(" ]}),")]

    assert 35 >= len(code)
