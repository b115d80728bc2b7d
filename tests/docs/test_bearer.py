"""The page about bearer tokens: its tables and its examples."""

import dataclasses
import re
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.handler import SECTIONS as JWT_SECTIONS
from django_claimsauth.tokens.reference import SECTIONS as REFERENCE_SECTIONS
from docs.examples.token_cookie import CookieTokenHandler
from docs.examples.token_header import HeaderTokenHandler
from docs.examples.token_steps import PartnerHandler
from tests.structure.source import ROOT
from tests.tokens.foreign import ALPHA, asked, bearing, options, token_of

PAGE = (ROOT / "docs" / "bearer.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z_]+)` \| (?:`(.*?)`|\(required\)) \| .+ \|$", re.MULTILINE)
COOKIE = "__Host-access_token"


def documented(heading):
    """`{name: the default as it is written}` of the table under a heading."""
    table = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {
        name: eval(default, {"timedelta": timedelta}) if default else None
        for name, default in ROW.findall(table)
    }


def defaults(*sections):
    fields = [field for each in sections for field in dataclasses.fields(each)]
    return {field.name: default_of(field) for field in fields}


def default_of(field):
    if field.default is not dataclasses.MISSING:
        return field.default
    made = field.default_factory
    return None if made is dataclasses.MISSING else made()


@pytest.mark.parametrize(
    ("heading", "sections"),
    [
        ("Options of every bearer scheme", JWT_SECTIONS[:1]),
        ("Options of JWTBearerHandler", JWT_SECTIONS[1:]),
        ("Options of ReferenceTokenHandler", REFERENCE_SECTIONS[1:]),
    ],
)
def test_every_option_is_described_with_its_default(heading, sections):
    assert defaults(*sections) == documented(heading)


@pytest.mark.django_db
class TestHeader:
    """A token in another header."""

    def request(self, **headers):
        return RequestFactory().get("/", headers=headers)

    def test_the_header_s_token_is_taken_and_no_other(self):
        scheme = HeaderTokenHandler("proxy", **options())
        token = token_of(ALPHA)

        by_header = scheme.authenticate(
            self.request(**{"X-Forwarded-Access-Token": token})
        )

        assert by_header.succeeded
        assert scheme.authenticate(bearing(token)).is_no_result
        assert scheme.authenticate(self.request()).is_no_result
        assert "X-Forwarded-Access-Token" == scheme.openapi()["name"]

    @pytest.mark.parametrize("token", ["x", "a.b.c", "\xff", "a" * 100_000, " "])
    def test_a_bad_one_fails(self, token):
        scheme = HeaderTokenHandler("proxy", header="X-T", **options())

        assert scheme.authenticate(self.request(**{"X-T": token})).code in {
            "malformed_token",
            "token_too_large",
        }

    def test_an_unknown_option_is_found(self):
        with pytest.raises(SettingsError, match="did you mean 'audiences'"):
            HeaderTokenHandler("proxy", audience=[], **options())


class TestCookie:
    """A token in a cookie, with the CSRF check."""

    @pytest.fixture(name="client")
    def _client(self, settings):
        path = "docs.examples.token_cookie.CookieTokenHandler"
        entry = {"BACKEND": path, "OPTIONS": options()}
        settings.CLAIMSAUTH = {"SCHEMES": {"cookie": entry}}
        settings.ROOT_URLCONF = "tests.docs.urls_cookie"
        client = Client(enforce_csrf_checks=True)
        client.cookies[COOKIE] = token_of(ALPHA)
        return client

    def test_what_changes_nothing_needs_no_check(self, client):
        assert 200 == client.get("/whoami/").status_code

    @pytest.mark.parametrize("given", [None, "wrong", "right"])
    def test_what_changes_something_does(self, client, given):
        right = "a" * 32
        client.cookies["csrftoken"] = right
        headers = {None: {}, "wrong": {"X-CSRFToken": "b" * 32}}
        sent = headers.get(given, {"X-CSRFToken": right})

        answer = client.post("/whoami/", headers=sent)

        assert (200 if given == "right" else 403) == answer.status_code
        if given != "right":
            assert "csrf_failed" == answer.json()["code"]

    def test_without_the_cookie_there_is_no_credential(self, client):
        del client.cookies[COOKIE]

        answer = client.post("/whoami/")

        assert 401 == answer.status_code
        assert 'Bearer realm="api"' == answer["WWW-Authenticate"]

    def test_a_header_s_token_is_not_its_own(self, client):
        del client.cookies[COOKIE]

        answer = client.get(
            "/whoami/", headers={"Authorization": f"Bearer {token_of(ALPHA)}"}
        )

        assert 401 == answer.status_code

    def test_the_description_names_the_cookie(self):
        assert COOKIE == CookieTokenHandler("cookie", **options()).openapi()["name"]


class TestSteps:
    """The other steps."""

    scheme = PartnerHandler("partner", **options())

    def test_validate_judges_further(self):
        assert (
            "invalid_claim" == asked(self.scheme, token_of(ALPHA, shift="night")).code
        )
        assert asked(self.scheme, token_of(ALPHA, shift="day")).succeeded

    def test_principal_from_adds_our_word(self):
        principal = asked(self.scheme, token_of(ALPHA)).principal

        assert principal.find_first("partner").value is True
        assert "LOCAL AUTHORITY" == principal.find_first("partner").issuer

    def test_challenge_says_something_else(self):
        result = asked(self.scheme, "a.b.c")

        challenge = self.scheme.challenge(bearing("x"), result)

        assert 'realm="partners"' in challenge
