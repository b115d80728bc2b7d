"""The page about keys says what the code does, and its snippets run."""

import re

import pytest
from django.core.management import BaseCommand, get_commands, load_command_class

from django_claimsauth.api_keys import format as key_format
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.judging import Cause
from django_claimsauth.authorization.policies import policies
from tests.structure.source import ROOT, sources

PAGE = (ROOT / "docs" / "api_keys.md").read_text(encoding="utf-8")
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMANDS = ["issue_api_key", "list_api_keys", "rotate_api_key", "revoke_api_key"]


@pytest.mark.django_db
def test_its_snippets_run():
    namespace = {"__name__": "docs_api_keys"}
    before = set(policies)

    try:
        for snippet in SNIPPET.findall(PAGE):
            exec(compile(snippet, "api_keys.md", "exec"), namespace)  # ours
    finally:
        for name in set(policies) - before:
            policies.remove(name)


def test_its_pattern_finds_a_key():
    assert key_format.pattern() in PAGE


def test_every_cause_of_a_refusal_stands_there():
    table = PAGE.split("| cause | the key |")[1].split("\n\n")[0]

    assert set(Cause) == set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_every_code_of_a_flow_stands_there():
    raised = {
        code
        for each in sources("django_claimsauth/api_keys")
        for code in re.findall(r'ApiKeyError\(\s*"(\w+)"', each.text)
    }
    table = PAGE.split("| code | found |")[1].split("\n\n")[0]

    assert raised | {"invalid_claim"} == set(re.findall(r"`([a-z]+_[a-z_]+)`", table))
    assert all(code in (ApiKeyError.__doc__ or "") for code in raised)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_stands_there(name):
    parser = load_command_class(get_commands()[name], name).create_parser("m", name)
    django = BaseCommand().create_parser("m", name)
    own = set(parser._option_string_actions) - set(django._option_string_actions)
    commands = PAGE.split("## Commands")[1].split("\n## ")[0]
    text = commands.split(f"manage.py {name}")[1].split("manage.py")[0]

    assert own
    assert all(option in text for option in own)


@pytest.mark.parametrize("image", re.findall(r"images/([\w-]+\.png)", PAGE))
def test_its_pictures_are_there(image):
    assert (ROOT / "docs" / "images" / image).stat().st_size > 10_000
