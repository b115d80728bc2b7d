"""Every Python snippet of these pages runs, page by page, from top to bottom."""

import re
from pathlib import Path

import pytest

from django_claimsauth.authorization.handlers import registry
from django_claimsauth.authorization.policies import policies
from tests.schemes import claimsauth

DOCS = Path(__file__).parents[2] / "docs"
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = [
    "policies",
    "resources",
    "rules",
    "inventory",
    "migrating",
    "transformations",
]


@pytest.fixture
def as_before(settings):
    """Forget the policies and handlers that a page adds."""
    settings.CLAIMSAUTH = claimsauth()
    names, handlers = set(policies), list(registry.handlers)
    provider = policies._provider
    yield
    for name in set(policies) - names:
        policies.remove(name)
    policies.provide(provider)
    registry.handlers[:] = handlers
    registry.changed()


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_snippets_of_a_page_run(page, as_before):
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    namespace = {"__name__": f"docs_{page}"}

    snippets = SNIPPET.findall(text)
    for snippet in snippets:
        exec(compile(snippet, f"{page}.md", "exec"), namespace)

    assert snippets
