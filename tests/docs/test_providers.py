"""The pages about providers: what is to be pasted makes schemes."""

import json

import pytest
from django.core.checks import Error

from django_claimsauth import checks
from django_claimsauth.authentication import schemes
from django_claimsauth.authorization.policies import policies
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.tokens.bearer import BearerHandler
from django_claimsauth.tokens.handler import JWTBearerHandler
from tests.docs.test_snippets import DOCS, SNIPPET
from tests.tokens import minted

PAGES = sorted(path.stem for path in (DOCS / "providers").glob("*.md"))


def snippets(path):
    return SNIPPET.findall(path.read_text(encoding="utf-8"))


@pytest.fixture(name="run")
def _run():
    """Run a page's snippets; forget the policies that they add."""
    before = set(policies)
    namespace = {"__name__": "docs"}

    def run(path):
        for snippet in snippets(path):
            exec(compile(snippet, str(path), "exec"), namespace)
        return namespace

    yield run
    for name in set(policies) - before:
        policies.remove(name)


@pytest.mark.parametrize("page", [each for each in PAGES if each != "index"])
def test_what_is_pasted_makes_schemes(page, settings, run):
    namespace = run(DOCS / "providers" / f"{page}.md")
    settings.CLAIMSAUTH = namespace["CLAIMSAUTH"]

    found = [each for each in checks.check_schemes(None) if isinstance(each, Error)]

    assert [] == found
    assert all(isinstance(schemes[alias], BearerHandler) for alias in schemes)


def test_every_provider_is_on_the_index():
    index = (DOCS / "providers" / "index.md").read_text(encoding="utf-8")

    assert [] == [page for page in PAGES if page != "index" and page not in index]


def test_options_of_several_tenants_make_a_scheme(run):
    namespace = run(DOCS / "providers" / "entra_id.md")

    JWTBearerHandler("entra", **namespace["OPTIONS"])
    anonymous = ClaimsPrincipal.anonymous()
    assert anonymous is namespace["with_groups"](anonymous, None)


def test_the_page_about_bearer_tokens_makes_schemes(settings, run, monkeypatch):
    """Each dict of options on it, the last ones by name."""
    monkeypatch.setenv("INTROSPECTION_SECRET", "secret")
    jwks = {"keys": [minted.signing_key("RS256").public_jwk()]}
    monkeypatch.setenv("PARTNER_JWKS", json.dumps(jwks))
    page = snippets(DOCS / "bearer.md")
    made = []
    for snippet in page:
        namespace = {}
        exec(compile(snippet, "bearer.md", "exec"), namespace)
        if "CLAIMSAUTH" in namespace:
            settings.CLAIMSAUTH = namespace["CLAIMSAUTH"]
            made += [schemes[alias] for alias in schemes]
        if "OPTIONS" in namespace:
            made.append(JWTBearerHandler("x", **namespace["OPTIONS"]))
        for name in set(policies) & {"documents.read"}:
            policies.remove(name)

    assert 4 == len(made)
