"""The challenge of a bearer scheme: what the options add, and that nothing breaks it."""

import re

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from django_claimsauth.authentication import AuthenticateResult
from django_claimsauth.authorization import RequireScope, service
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.descriptions import CODES
from tests.tokens import minted
from tests.tokens.foreign import ALPHA, BETA, asked, bearing, handler, key_of, token_of

DOCS = "https://docs.example/errors#tokens"
RESOURCE = "https://api.example/.well-known/oauth-protected-resource/v1"
#: RFC 9110 section 11.6.1: one challenge, its values quoted strings in ASCII.
CHALLENGE = re.compile(
    r'Bearer [a-z_]+="(?:[^"\\\x00-\x1f\x7f-\uffff]|\\["\\])*"'
    r'(?:, [a-z_]+="(?:[^"\\\x00-\x1f\x7f-\uffff]|\\["\\])*")*'
)
NOTHING = AuthenticateResult.no_result()
EXPIRED = AuthenticateResult.fail("token_expired")


def challenged(result, **options):
    return handler(ALPHA, **options).challenge(bearing("x"), result)


def test_without_options_it_is_the_realm_alone():
    assert 'Bearer realm="api"' == challenged(NOTHING)


@pytest.mark.parametrize("scope", ["read write", ["read", "write"], ("read", "write")])
def test_the_scopes_of_the_option_are_named_in_every_challenge(scope):
    assert 'Bearer realm="api", scope="read write"' == challenged(NOTHING, scope=scope)
    assert 'scope="read write"' in challenged(EXPIRED, scope=scope)


def test_the_address_of_the_docs_is_named_beside_an_error_alone():
    assert 'Bearer realm="api"' == challenged(NOTHING, error_uri=DOCS)
    assert (
        'Bearer realm="api", error="invalid_token", '
        f'error_description="The token has expired.", error_uri="{DOCS}"'
    ) == challenged(EXPIRED, error_uri=DOCS)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (RESOURCE, RESOURCE),
        ({"resource": "https://api.example/v1"}, RESOURCE),
        ({"resource": "https://api.example/"}, RESOURCE.removesuffix("/v1")),
        ({"resource": "https://api.example"}, RESOURCE.removesuffix("/v1")),
        (
            {"resource": "http://localhost:8000/v1/"},
            "http://localhost:8000/.well-known/oauth-protected-resource/v1/",
        ),
    ],
)
def test_the_metadata_of_the_resource_is_named_in_every_challenge(given, url):
    """RFC 9728 sections 3.1 and 5.1."""
    expected = f'Bearer realm="api", resource_metadata="{url}"'

    assert expected == challenged(NOTHING, resource_metadata=given)
    assert f'resource_metadata="{url}"' in challenged(EXPIRED, resource_metadata=given)


def test_a_403_for_want_of_a_scope_names_them_as_well(settings):
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "INSUFFICIENT_SCOPE": True}
    principal = ClaimsPrincipal.of("foreign", {"sub": "1"})
    failure = service.authorize(principal, RequireScope("write")).failure
    scheme = handler(ALPHA, error_uri=DOCS, resource_metadata=RESOURCE)

    assert (
        'Bearer realm="api", error="insufficient_scope", scope="write", '
        f'error_uri="{DOCS}", resource_metadata="{RESOURCE}"'
    ) == scheme.forbid(bearing("x"), failure)


@pytest.mark.parametrize(
    "options",
    [
        {"scope": ""},
        {"scope": "read  write"},
        {"scope": 'read"'},
        {"scope": "read\\"},
        {"scope": "lésen"},
        {"scope": "a\r\nb"},
        {"scope": ["a b"]},
        {"scope": [None]},
        {"scope": 5},
        {"scope": {"read"}},
        {"error_uri": "/errors"},
        {"error_uri": "mailto:a@b.example"},
        {"error_uri": "https://docs.example/ x"},
        {"error_uri": 'https://docs.example/"'},
        {"error_uri": "https://[::1"},
        {"error_uri": "https://docs.example/\u00e9"},
        {"error_uri": 5},
        {"resource_metadata": "nowhere"},
        {"resource_metadata": 5},
        {"resource_metadata": {}},
        {"resource_metadata": {"resource": "urn:x"}},
        {"resource_metadata": {"resource": "https://api.example/?a=b"}},
        {"resource_metadata": {"resource": "https://api.example/#x"}},
        {"realm": 5},
    ],
)
def test_what_no_header_may_hold_is_found_at_start(options):
    with pytest.raises((SettingsError, TypeError)):
        handler(ALPHA, **options)


@given(st.text(), st.sampled_from([*sorted(CODES), "my_own_code", None]))
def test_nothing_of_a_realm_or_a_result_breaks_the_header(text, code):
    result = NOTHING if code is None else AuthenticateResult.fail(code, text)

    challenge = challenged(result, realm=text, error_uri=DOCS, scope="read")

    assert CHALLENGE.fullmatch(challenge)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            ["iss", "aud", "sub", "exp", "nbf", "jti", "typ", "scope", "x"]
        ),
        st.text(alphabet='"\\\r\n\x00,= é', max_size=12) | st.integers() | st.none(),
    ),
    st.sampled_from([ALPHA, BETA]),
    st.text(alphabet='"\\\r\n\x00,= é', max_size=12),
)
def test_nothing_of_a_token_stands_in_the_header(db, claims, signer, typ):
    """Rightly signed or not: what is said is one of the fixed sentences."""
    scheme = handler(ALPHA)
    token = token_of(ALPHA, key=key_of(signer), header={"typ": typ}, **claims)

    result = asked(scheme, token)
    challenge = scheme.challenge(bearing(token), result)

    assert CHALLENGE.fullmatch(challenge)
    assert result.code in CODES
    assert challenge == challenged(AuthenticateResult.fail(result.code))


def test_every_failure_of_a_token_says_what_kind_it_is(db):
    scheme = handler(ALPHA)
    kinds = {
        "The token has expired.": {"exp": 1, "iat": 0},
        "The token is not valid yet.": {"nbf": 4_000_000_000, "exp": 4_000_000_001},
        "The token lacks a required claim.": {"sub": minted.ABSENT},
        "The token was issued for another audience.": {"aud": "b"},
        "The token was issued by an unknown issuer.": {"iss": BETA},
        "The token's signature is invalid.": {"key": key_of(BETA)},
        "The token is not an access token.": {"header": {"typ": "logout+jwt"}},
    }

    for sentence, changes in kinds.items():
        result = asked(scheme, token_of(ALPHA, **changes))
        challenge = scheme.challenge(bearing("x"), result)
        assert challenge.endswith(f'error_description="{sentence}"')
