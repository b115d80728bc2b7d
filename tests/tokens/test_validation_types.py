"""Only access tokens are taken for access tokens."""

import pytest

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import TokenValidator
from tests.tokens.minted import NOW, token, validator


def code_of(given, **changes):
    try:
        validator(**changes).validate(given, NOW)
    except InvalidTokenError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    "typ",
    ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt", "JWT", "jwt"],
)
def test_an_access_tokens_type_is_accepted_as_rfc_7515_spells_it(typ):
    assert code_of(token({"typ": typ})) is None


@pytest.mark.parametrize(
    "typ",
    [
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "refresh+jwt",
        "id+jwt",
        "oauth-authz-req+jwt",
        "token-introspection+jwt",
        "application/dpop+jwt",
        "application/application/at+jwt",
        "text/at+jwt",
        "at+jwt ",
        "JOSE",
        "none",
        "\N{FULLWIDTH LATIN SMALL LETTER A}t+jwt",
    ],
)
def test_another_type_is_refused(typ):
    assert "invalid_token_type" == code_of(token({"typ": typ}))


def test_no_type_is_let_in_only_where_none_is_listed():
    assert "invalid_token_type" == code_of(token({}))
    assert code_of(token({}), token_types=["at+jwt", None]) is None
    assert "invalid_token_type" == code_of(token(), token_types=[None])


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param({"nonce": "n"}, id="id-nonce"),
        pytest.param({"at_hash": "x"}, id="id-at-hash"),
        pytest.param({"c_hash": "x"}, id="id-c-hash"),
        pytest.param({"token_use": "id"}, id="id-token-use"),
        pytest.param({"typ": "ID"}, id="id-typ"),
        pytest.param({"token_use": "refresh"}, id="refresh-token-use"),
        pytest.param({"token_type": "refresh"}, id="refresh-token-type"),
        pytest.param({"typ": "Refresh"}, id="refresh-typ"),
        pytest.param({"typ": "Offline"}, id="offline-typ"),
        pytest.param({"events": {}}, id="logout"),
        pytest.param({"htm": "GET", "htu": "https://a"}, id="proof"),
        pytest.param({"token_use": ["access"]}, id="use-list"),
        pytest.param({"typ": None}, id="typ-null"),
        pytest.param({"typ": "Bearer", "events": {}}, id="declared-with-events"),
        pytest.param({"token_use": "access", "typ": "ID"}, id="two-words"),
    ],
)
@pytest.mark.parametrize("typ", ["JWT", None])
def test_a_token_of_no_clear_type_is_judged_by_its_claims(marks, typ):
    header = {} if typ is None else {"typ": typ}
    types = {"token_types": ["at+jwt", "JWT", None]}

    assert "invalid_token_type" == code_of(token(header, **marks), **types)
    assert code_of(token(header), **types) is None


@pytest.mark.parametrize(
    "marks",
    [
        {"token_use": "access"},
        {"typ": "Bearer"},
        {"typ": "Bearer", "nonce": "n"},
        {"token_type": "access"},
        {"token_type": "Bearer"},
    ],
)
def test_a_token_that_calls_itself_an_access_token_is_believed(marks):
    assert code_of(token({"typ": "JWT"}, **marks)) is None


def test_an_explicit_type_needs_no_other_word():
    assert code_of(token({"typ": "at+jwt"}, nonce="n")) is None


@pytest.mark.parametrize(
    "marks", [{"nonce": "n", "at_hash": "x"}, {"token_use": "id"}, {"typ": "ID"}]
)
def test_id_tokens_are_accepted_by_name_alone(marks):
    given = token({"typ": "JWT"}, **marks)

    assert code_of(given, accept_id_tokens=True) is None
    refresh = token({"typ": "JWT"}, token_type="refresh")
    assert "invalid_token_type" == code_of(refresh, accept_id_tokens=True)


def test_any_type_is_accepted_by_name_alone():
    for given in (token({}), token({"typ": "x"}), token({"typ": "JWT"}, nonce="n")):
        assert code_of(given) is not None
        assert code_of(given, accept_any_token_type=True) is None


class Stricter(TokenValidator):
    """A validator of one's own, which refuses more."""

    def verify(self, token, now=None):
        verified = super().verify(token, now)
        if verified.header["typ"] != "at+jwt":
            raise InvalidTokenError("invalid_token_type", "not ours")
        return verified


def test_what_ones_own_validator_refuses_is_not_valid():
    own = Stricter(validator().parameters)

    assert own.validate(token({"typ": "at+jwt"}), NOW)
    with pytest.raises(InvalidTokenError, match="not ours"):
        own.validate(token({"typ": "JWT"}), NOW)
