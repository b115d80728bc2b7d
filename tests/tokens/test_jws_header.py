"""What a header may not do: the unsigned attacker's part of the catalogue."""

import pytest

from django_claimsauth.authentication.encoding import encode_base64url
from django_claimsauth.errors import InvalidTokenError, SettingsError
from django_claimsauth.tokens import KeySet, VerificationKey, verify_jws
from django_claimsauth.tokens.jws import _verified_headers
from tests.tokens.minted import KID, key_set, raw_token, signing_key, token

GOOD = {"alg": "ES256", "kid": KID, "typ": "at+jwt"}
DEEP = b'{"alg":' + b"[" * 5000 + b"]" * 5000 + b"}"
LONG_NUMBER = b'{"alg":"ES256","x":' + b"9" * 5000 + b"}"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({**GOOD, "crit": ["exp"]}, id="crit-unknown"),
        pytest.param({**GOOD, "crit": []}, id="crit-empty"),
        pytest.param({**GOOD, "crit": "alg"}, id="crit-no-list"),
        pytest.param({**GOOD, "crit": ["x", "x"], "x": 1}, id="crit-doubled"),
        pytest.param({**GOOD, "crit": ["alg"]}, id="crit-names-alg"),
        pytest.param({**GOOD, "crit": None}, id="crit-null"),
        pytest.param({**GOOD, "b64": False, "crit": ["b64"]}, id="b64-false"),
        pytest.param({**GOOD, "b64": True}, id="b64-true"),
        pytest.param({**GOOD, "zip": "DEF"}, id="zip"),
        pytest.param([GOOD], id="list"),
        pytest.param("ES256", id="string"),
        pytest.param(None, id="null"),
        pytest.param(1, id="number"),
        pytest.param({}, id="empty"),
        pytest.param({"kid": KID}, id="no-alg"),
        pytest.param({**GOOD, "alg": None}, id="alg-null"),
        pytest.param({**GOOD, "alg": ["ES256"]}, id="alg-list"),
        pytest.param({**GOOD, "alg": 256}, id="alg-number"),
        pytest.param({**GOOD, "kid": 1}, id="kid-number"),
        pytest.param({**GOOD, "kid": None}, id="kid-null"),
        pytest.param({**GOOD, "kid": [KID]}, id="kid-list"),
        pytest.param({**GOOD, "kid": {"a": 1}}, id="kid-object"),
        pytest.param({**GOOD, "typ": 1}, id="typ-number"),
        pytest.param(b'{"alg":"ES256","kid":"key-1","alg":"ES256"}', id="alg-twice"),
        pytest.param(b'{"alg":"ES256","x":{"a":1,"a":1}}', id="twice-inside"),
        pytest.param(b'{"alg":"ES256","kid":"\\ud800"}', id="kid-half-a-pair"),
        pytest.param(b'{"alg":"ES256","kid":"\xff"}', id="no-utf-8"),
        pytest.param(b'\xef\xbb\xbf{"alg":"ES256"}', id="bom"),
        pytest.param(b'{"alg":"ES256","x":NaN}', id="nan"),
        pytest.param(b'{"alg":"ES256","x":1e999}', id="beyond-float"),
        pytest.param(b'{"alg":"ES256"} {}', id="two-values"),
        pytest.param(b"", id="nothing"),
        pytest.param(DEEP, id="deep"),
        pytest.param(LONG_NUMBER, id="long-number"),
        pytest.param(
            b'{"alg":"ES256","x":' + b"[" * 40 + b"]" * 40 + b"}", id="deepish"
        ),
    ],
)
def test_a_header_that_is_not_plain_is_malformed(header):
    verify_jws(raw_token(GOOD, b"{}"), key_set())

    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(raw_token(header, b"{}"), key_set())

    assert caught.value.code == "malformed_token"


@pytest.mark.parametrize(
    ("alg", "code"),
    [
        ("none", "algorithm_not_allowed"),
        ("None", "algorithm_not_allowed"),
        ("nOnE", "algorithm_not_allowed"),
        ("", "algorithm_not_allowed"),
        ("es256", "algorithm_not_allowed"),
        ("ES256 ", "algorithm_not_allowed"),
        ("ES256K", "algorithm_not_allowed"),
        ("ES521", "algorithm_not_allowed"),
        ("HS1", "algorithm_not_allowed"),
        ("RSA1_5", "algorithm_not_allowed"),
        ("dir", "algorithm_not_allowed"),
        ("HS256", "algorithm_not_allowed"),
        ("RS256", "algorithm_not_allowed"),
        ("ES384", "algorithm_not_allowed"),
        ("EdDSA", "algorithm_not_allowed"),
        ("Ed25519", "algorithm_not_allowed"),
    ],
)
@pytest.mark.parametrize("kid", [{"kid": KID}, {}])
def test_an_algorithm_that_is_not_the_keys_is_not_allowed(alg, code, kid):
    forged = raw_token({"alg": alg, **kid}, b"{}")

    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(forged, key_set())

    assert caught.value.code == code


@pytest.mark.parametrize(
    "kid",
    [
        "../../dev/null",
        "' OR 1=1--",
        "|ls",
        "\x00",
        "",
        "KEY-1",
        "key-1 ",
        "x" * 9000,
        "\N{CYRILLIC SMALL LETTER KA}ey-1",
    ],
)
def test_an_unknown_kid_finds_no_key(kid):
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(raw_token({**GOOD, "kid": kid}, b"{}"), key_set())

    assert caught.value.code == "unknown_key"
    assert len(str(caught.value)) < 120
    assert str(caught.value).isascii()


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "x5t"])
def test_a_key_that_comes_with_the_token_is_not_used(member):
    """A stranger signs, and sends the key to verify it with."""
    stranger = signing_key(name="stranger", kid="stranger")
    sent = {"jwk": stranger.public_jwk()}.get(member, "https://stranger.test/keys")
    forged = stranger.sign({member: sent}, b"{}")

    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(forged, key_set())

    assert caught.value.code == "unknown_key"


def test_a_key_that_comes_with_a_good_token_changes_nothing():
    stranger = signing_key(name="stranger", kid="stranger")
    good = signing_key().sign({"jwk": stranger.public_jwk()}, b"{}")

    header, _ = verify_jws(good, key_set())

    assert header["jwk"] == stranger.public_jwk()


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param("{t}=", id="padding"),
        pytest.param("{t}==", id="more-padding"),
        pytest.param("{t}!!!!", id="junk-behind"),
        pytest.param("{t}\n", id="newline"),
        pytest.param(" {t}", id="blank-before"),
        pytest.param("{t}.", id="empty-fourth"),
        pytest.param("{t}.e30.e30", id="five-segments"),
        pytest.param(".{t}", id="empty-first"),
        pytest.param("{t}\N{ARABIC-INDIC DIGIT ONE}", id="foreign-digit"),
        pytest.param('"{t}"', id="quoted"),
    ],
)
def test_another_spelling_of_a_good_token_is_malformed(shape):
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(shape.format(t=token()), key_set())

    assert caught.value.code == "malformed_token"


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_unused_bits_must_be_zero(segment):
    """The last character of 64 octets, and of most lengths, has bits to spare."""
    segments = raw_token(GOOD, b"{} ").split(".")
    segments[0] = encode_base64url(b'{"alg":"ES256","kid":"key-1"}').decode()
    segments[1] = "e30"
    last = segments[segment][-1]
    segments[segment] = segments[segment][:-1] + chr(ord(last) + 1)

    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(".".join(segments), key_set())

    assert caught.value.code == "malformed_token"


@pytest.mark.parametrize(
    "given", [None, b"a.b.c", 1, "", "a", "a.b", "..", "...", "\x00"]
)
def test_what_is_no_token_is_malformed(given):
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(given, key_set())

    assert caught.value.code == "malformed_token"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_megabyte_is_refused_before_it_is_decoded(place):
    segments = token().split(".")
    segments[place] = "A" * 1_000_000
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(".".join(segments), key_set())

    assert caught.value.code == "token_too_large"


def test_the_longest_token_is_settable_and_exact():
    good = token()

    verify_jws(good, key_set(), max_size=len(good))
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(good, key_set(), max_size=len(good) - 1)

    assert caught.value.code == "token_too_large"


@pytest.mark.parametrize("header", [{}, {"nested": {"a": ["b"]}}, {"x": "y" * 600}])
def test_a_header_is_the_callers_own(header):
    """What a caller does to a returned header reaches no later token."""
    good = signing_key().sign(header, b"{}")
    for _ in range(2):
        returned, _ = verify_jws(good, key_set())
        assert returned == {"alg": "ES256", "kid": KID, **header}
        returned["alg"] = "none"
        returned.get("nested", {}).clear()


def test_many_issuers_headers_are_all_read_right():
    """More than are kept in mind."""
    for number in range(200):
        key = signing_key(kid=f"kid-{number}")
        header, _ = verify_jws(key.sign({}, b"{}"), KeySet([key.verification_key]))
        assert f"kid-{number}" == header["kid"]
    assert len(_verified_headers) <= 64


def test_long_headers_and_those_that_never_verified_are_not_kept():
    kept = dict(_verified_headers)
    long = signing_key().sign({"x": "y" * 600}, b"{}")
    verify_jws(long, key_set())
    forged = raw_token({**GOOD, "x": 1}, b"{}")
    with pytest.raises(InvalidTokenError):
        verify_jws(forged, key_set(name="other"))

    assert kept == _verified_headers


def test_an_algorithm_that_is_not_allowed_comes_before_an_unknown_key():
    for alg, algorithms in (("none", None), ("ES256", ["ES384"])):
        with pytest.raises(InvalidTokenError) as caught:
            verify_jws(
                raw_token({"alg": alg, "kid": "unknown"}, b"{}"), key_set(), algorithms
            )
        assert "algorithm_not_allowed" == caught.value.code


@pytest.mark.parametrize(
    "algorithms", [[], (), "ES256", ["none"], ["es256"], [None], 5]
)
def test_a_list_of_algorithms_that_is_none_is_the_callers_mistake(algorithms):
    with pytest.raises(SettingsError):
        verify_jws(token(), key_set(), algorithms)


def test_at_most_sixteen_keys_are_tried_for_a_token_without_kid():
    keys = [signing_key(name=str(n), kid=str(n)).verification_key for n in range(17)]
    last = VerificationKey.from_public_key(
        signing_key().verification_key._material, kid="last"
    )
    unnamed = raw_token({"alg": "ES256"}, b"{}")

    verify_jws(unnamed, KeySet([*keys[:15], last]))
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(unnamed, KeySet([*keys[:16], last]))

    assert caught.value.code == "invalid_signature"
