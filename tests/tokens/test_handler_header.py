"""The bearer scheme: which headers carry a token, and what is said of the others."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from django_claimsauth.authentication import AuthenticateResult, schemes
from django_claimsauth.authorization import RequireRole, RequireScope, service
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.tokens import flows, issuing
from django_claimsauth.tokens.handler import JWTBearerHandler
from tests.tokens.changed import bearer_options

REQUESTS = RequestFactory()


@pytest.fixture(name="access_token")
def _access_token(user):
    return flows.issue(user).access_token


def asked(header, **meta):
    if header is not None:
        meta["HTTP_AUTHORIZATION"] = header
    request = REQUESTS.get("/", **meta)
    return schemes["bearer"].authenticate(request)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_s_name_has_no_case(access_token, scheme):
    assert asked(f"{scheme} {access_token}").succeeded


def test_blanks_around_the_field_are_no_part_of_it(access_token):
    assert asked(f"  Bearer {access_token} ").succeeded


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "   ",
        "Basic YWxpY2U6c2VjcmV0",
        "Bearer",
        "bearer   ",
        "Bearerx abc",
        "Bearer-Token abc",
        "ApiKey abc",
        "Basic abc, Bearer def",
    ],
)
def test_what_is_no_bearer_credential_is_no_result(header):
    assert asked(header).is_no_result


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("Bearer  {}", id="two spaces"),
        pytest.param("Bearer\t{}", id="a tab"),
        pytest.param("Bearer\t {}", id="a tab and a space"),
        pytest.param("Bearer {} {}", id="two tokens"),
        pytest.param("Bearer {}, Bearer {}", id="joined by a proxy"),
        pytest.param("Bearer {},", id="a comma behind"),
        pytest.param("Bearer,{}", id="a comma between"),
        pytest.param('Bearer "{}"', id="quotes"),
        pytest.param("Bearer {}\0", id="a NUL"),
        pytest.param("Bearer \0{}", id="a NUL in front"),
        pytest.param("Bearer {}\r\nX-Evil: 1", id="a line end"),
        pytest.param("Bearer {}\n", id="a line end behind"),
        pytest.param("Bearer {}٣", id="an Arabic digit"),
        pytest.param("Bearer \uff45{}", id="a fullwidth letter"),
        pytest.param("Bearer \xff\xfe", id="octets that are no UTF-8"),
        pytest.param("Bearer \ud800", id="a lone surrogate"),
        pytest.param("Bearer {}=", id="padding"),
        pytest.param("Bearer {}.", id="four segments"),
        pytest.param("Bearer abc", id="one segment"),
        pytest.param("Bearer a.b.c", id="three of nothing"),
        pytest.param("Bearer =", id="padding alone"),
        pytest.param("Bearer token={}", id="a parameter"),
        pytest.param("Bearer: {}", id="a colon"),
    ],
)
def test_what_is_no_token_is_malformed_and_never_an_error(access_token, header):
    result = asked(header.replace("{}", access_token))

    assert "malformed_token" == result.code


@pytest.mark.parametrize("size", [16 * 1024 + 1, 1_000_000, 10_000_000])
def test_a_header_without_end_is_refused_unread(size):
    assert "token_too_large" == asked("Bearer " + "a" * size).code


def test_blanks_without_end_are_no_token():
    assert asked("Bearer" + " " * 1_000_000).is_no_result


@pytest.mark.parametrize(
    "meta",
    [
        "HTTP_PROXY_AUTHORIZATION",
        "HTTP_X_AUTHORIZATION",
        "HTTP_HTTP_AUTHORIZATION",
        "HTTP_AUTHORIZATION_",
    ],
)
def test_other_headers_carry_no_token(access_token, meta):
    assert asked(None, **{meta: f"Bearer {access_token}"}).is_no_result


def test_neither_the_url_nor_a_form_carries_a_token(access_token):
    by_url = REQUESTS.get("/", {"access_token": access_token})
    by_form = REQUESTS.post("/", {"access_token": access_token})

    for request in (by_url, by_form):
        assert schemes["bearer"].authenticate(request).is_no_result


class TestChallenge:
    """`WWW-Authenticate` on a 401 (RFC 6750 section 3)."""

    def challenge(self, result, **options):
        handler = JWTBearerHandler("bearer", **options)
        return handler.challenge(REQUESTS.get("/"), result)

    def test_without_a_credential_there_is_no_error(self):
        result = AuthenticateResult.no_result()

        assert 'Bearer realm="api"' == self.challenge(result)

    @pytest.mark.parametrize(
        ("code", "description"),
        [
            ("token_expired", "The token has expired."),
            ("token_not_yet_valid", "The token is not valid yet."),
            ("invalid_audience", "The token was issued for another audience."),
            ("token_revoked", "The token has been revoked."),
        ],
    )
    def test_the_kind_of_failure_is_a_fixed_sentence(self, code, description):
        result = AuthenticateResult.fail(code, 'evil" value\r\nX-Evil: 1')

        assert (
            f'Bearer realm="api", error="invalid_token", error_description="{description}"'
            == self.challenge(result)
        )

    @pytest.mark.parametrize(
        "code", ["malformed_token", "token_too_large", "invalid_claim", "my_own_code"]
    )
    def test_some_failures_say_nothing_more(self, code):
        challenge = self.challenge(AuthenticateResult.fail(code))

        assert 'Bearer realm="api", error="invalid_token"' == challenge

    @pytest.mark.parametrize("code", ["keys_unavailable", "temporarily_unavailable"])
    def test_an_outage_is_not_the_token_s_fault(self, code):
        assert 'Bearer realm="api"' == self.challenge(AuthenticateResult.fail(code))

    def test_nothing_of_a_realm_can_break_the_header(self):
        result = AuthenticateResult.no_result()

        challenge = self.challenge(result, realm='a"b\\c\r\nd')

        assert 'Bearer realm="a\\"b\\\\cd"' == challenge


class TestForbid:
    """`WWW-Authenticate` on a 403, where the project wants it."""

    def forbidden(self, requirement):
        principal = ClaimsPrincipal.of("bearer", {"sub": "1", "scope": "read"})
        failure = service.authorize(principal, requirement).failure
        return JWTBearerHandler("bearer").forbid(REQUESTS.get("/"), failure)

    def test_unasked_nothing_is_said(self):
        assert self.forbidden(RequireScope("write")) is None

    def test_a_lacking_scope_is_named(self, settings):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "INSUFFICIENT_SCOPE": True}

        assert (
            'Bearer realm="api", error="insufficient_scope", scope="write admin"'
            == self.forbidden(RequireScope("write", "admin"))
        )

    def test_another_lack_is_not(self, settings):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "INSUFFICIENT_SCOPE": True}

        assert self.forbidden(RequireRole("admin")) is None
        assert self.forbidden(RequireScope("read")) is None


def test_a_scheme_takes_the_longest_token_that_it_is_told_to(settings, user):
    bearer_options(settings, max_token_size=100)
    token = flows.issue(user).access_token

    assert "token_too_large" == asked(f"Bearer {token}").code


def test_a_subclass_may_take_the_token_from_elsewhere(user):
    class FromHeader(JWTBearerHandler):
        def get_token(self, request):
            return request.META.get("HTTP_X_TOKEN")

    request = REQUESTS.get("/", HTTP_X_TOKEN=flows.issue(user).access_token)

    assert FromHeader("bearer").authenticate(request).succeeded


def test_a_subclass_may_have_another_clock(user):
    class Later(JWTBearerHandler):
        def now(self):
            return datetime.now(UTC) + timedelta(minutes=11, seconds=1)

    token = flows.issue(user).access_token
    request = REQUESTS.get("/", HTTP_AUTHORIZATION=f"Bearer {token}")

    assert "token_expired" == Later("bearer").authenticate(request).code
    assert "at+jwt" == issuing.TYP
