"""The page about the errors has every error, and every check its id."""

import ast
import re

from django_claimsauth import errors
from django_claimsauth.tokens.descriptions import CODES, DESCRIPTIONS
from tests.structure.source import ROOT, sources

ERRORS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
CHECKS = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
CHECK_ID = re.compile(r"claimsauth\.[EWI]\d{3}")


def test_every_error_stands_on_the_page_with_its_code():
    """The tree's own codes; a token's error has the token's."""
    expected = {
        (each.__name__, each.__dict__["code"])
        for each in vars(errors).values()
        if isinstance(each, type)
        and issubclass(each, errors.ClaimsAuthError)
        and isinstance(each.__dict__.get("code"), str)
    }

    rows = re.findall(r"^\| `(\w+Error)` \| `(\w+)` \|", ERRORS, re.MULTILINE)

    assert expected == set(rows)


def test_what_a_room_s_errors_module_names_stands_on_the_page():
    names = {
        node.name
        for each in sources("django_claimsauth")
        if each.path.name == "errors.py"
        for node in each.nodes(ast.ClassDef)
    }

    assert names <= set(re.findall(r"^\| `(\w+Error)` \|", ERRORS, re.MULTILINE))


def test_every_check_stands_on_the_page_and_no_other_does():
    used = {
        found
        for each in sources("django_claimsauth")
        for found in CHECK_ID.findall(each.text)
    }

    assert used == set(re.findall(rf"^\| `({CHECK_ID.pattern})`", CHECKS, re.MULTILINE))


def test_every_token_code_stands_on_the_page_with_its_sentence():
    expected = {(code, DESCRIPTIONS.get(code, "")) for code in CODES}

    told = ERRORS.partition("| code | the client is told |")[2]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) ?\|$", told, re.MULTILINE)

    assert expected == set(rows)
