"""The page about passkeys has every code, and its snippets run."""

import re

import pytest

from django_claimsauth.authorization.policies import policies
from django_claimsauth.passkeys.errors import SENTENCES
from tests.structure.source import ROOT

PAGE = (ROOT / "docs" / "passkeys.md").read_text(encoding="utf-8")
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_every_code_stands_on_the_page_with_its_sentence():
    table = PAGE.partition("## Codes")[2].partition("## Signals")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)

    assert {code: str(text) for code, text in SENTENCES.items()} == dict(rows)


@pytest.mark.django_db
def test_the_snippets_run(settings):
    """Page by page, from top to bottom, with the settings that the page has set."""
    before = dict(policies)
    names = {"__name__": "docs_passkeys"}
    first, *others = SNIPPET.findall(PAGE)
    exec(compile(first, "passkeys.md", "exec"), names)  # ours
    settings.CLAIMSAUTH = settings.CLAIMSAUTH | names["CLAIMSAUTH"]
    try:
        for snippet in others:
            exec(compile(snippet, "passkeys.md", "exec"), names)
    finally:
        for name in set(policies) - set(before):
            policies.remove(name)
        policies.add("passkeys.manage", before["passkeys.manage"], replace=True)

    assert ["urlpatterns", "options"] == [
        each for each in ("urlpatterns", "options") if each in names
    ]
