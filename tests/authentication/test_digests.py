"""Secrets of high entropy, and what is stored of them."""

import hashlib
import hmac
import re

import pytest

from django_claimsauth.authentication import digests
from django_claimsauth.errors import SettingsError


def test_a_secret_is_256_bits_and_never_the_same():
    secrets = {digests.new_secret() for _ in range(100)}

    assert 100 == len(secrets)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", each) for each in secrets)


def test_without_a_pepper_a_digest_is_sha_256(configure):
    configure()

    assert hashlib.sha256(b"secret").hexdigest() == digests.digest("secret")


@pytest.mark.parametrize("pepper", ["pépper", lambda: "pépper"])
def test_with_a_pepper_it_is_an_hmac(configure, pepper):
    configure(PEPPER=pepper)

    expected = hmac.new("pépper".encode(), b"secret", hashlib.sha256).hexdigest()
    assert expected == digests.digest("secret")


@pytest.mark.parametrize("nothing", [None, "", lambda: None, lambda: ""])
def test_an_empty_pepper_is_none(configure, nothing):
    configure(PEPPER=nothing)

    assert b"" == digests.pepper()


@pytest.mark.parametrize("odd", [b"x", 1, ["x"]])
def test_a_pepper_that_is_no_str_is_refused_without_showing_it(configure, odd):
    """A digest by another key than was meant would void every stored one."""
    configure(PEPPER=lambda: odd)

    with pytest.raises(SettingsError, match=f"a {type(odd).__name__};"):
        digests.digest("secret")


def test_what_cannot_be_encoded_has_a_digest_too(configure):
    configure()

    assert digests.digest("\ud800") != digests.digest("\udfff")


def test_digests_match_themselves_alone():
    assert digests.matches("ab", "ab")
    assert not digests.matches("ab", "ac")
    assert not digests.matches("ab", "é")
