"""A key is recognised, and a typing error refused, without asking anybody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_claimsauth.api_keys import format as key_format
from django_claimsauth.conf import settings
from django_claimsauth.errors import SettingsError

BODY = "key_abcdefghijkl_" + "0aZ9bY8cX7dW6eV5fU4gT3hS2iR1jQ0kP9lO8mN7nM6"
KEY = BODY + key_format.checksum(BODY)


@pytest.fixture
def configured(settings):
    def configure(**section):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "API_KEYS": section}

    return configure


class TestNewKey:
    def test_has_prefix_id_secret_and_checksum(self):
        key = key_format.new_key("abcdefghijkl")

        assert re.fullmatch(r"key_abcdefghijkl_[0-9A-Za-z]{43}[0-9A-Za-z]{6}", key)
        assert (key, "key", "abcdefghijkl") == key_format.parse(key)

    def test_is_parsed_to_what_it_was_made_of(self):
        assert (KEY, "key", "abcdefghijkl") == key_format.parse(KEY)

    def test_is_another_one_each_time(self):
        assert 100 == len({key_format.new_key("abcdefghijkl") for _ in range(100)})

    def test_ids_are_of_one_case(self):
        """Some databases find `A` where `a` is asked for."""
        key_id = key_format.new_key_id()

        assert re.fullmatch(key_format.ID_PATTERN, key_id)
        assert key_id == key_id.lower()

    def test_the_documented_pattern_finds_it_in_a_text(self):
        text = f"export KEY={KEY}\n"

        assert KEY == re.search(key_format.pattern(), text)[0]


class TestParse:
    @pytest.mark.parametrize("position", range(len(KEY)))
    def test_a_character_that_is_mistyped_is_refused(self, position):
        typed = "0" if KEY[position] != "0" else "1"

        assert key_format.parse(KEY[:position] + typed + KEY[position + 1 :]) is None

    @pytest.mark.parametrize("position", range(len(KEY) - 1))
    def test_two_characters_that_are_swapped_are_refused(self, position):
        swapped = list(KEY)
        swapped[position], swapped[position + 1] = KEY[position + 1], KEY[position]
        swapped = "".join(swapped)

        assert swapped == KEY or key_format.parse(swapped) is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "key",
            "key_abcdefghijkl_",
            KEY[:-1],
            KEY + "A",
            KEY + "\n",
            " " + KEY,
            KEY + " ",
            KEY.upper(),
            KEY.lower(),
            KEY.replace("key_", "live_"),
            KEY.replace("key_", ""),
            KEY.replace("_", "-"),
            KEY.replace("_", "__"),
            f"{KEY}_{KEY}",
            KEY.replace("a", "\u0430"),  # a Cyrillic letter that looks alike
            KEY.replace("0", "\u0660"),
            "\0" + KEY,
            KEY[:20] + "\0" + KEY[21:],
            "key_" + "\ud800" * 12 + KEY[16:],
            "A" * 1_000_000,
            KEY + "A" * 1_000_000,
        ],
        ids=lambda text: repr(text)[:24],
    )
    def test_what_is_no_key_is_refused(self, text):
        assert key_format.parse(text) is None

    @given(st.text(max_size=200))
    def test_any_text_is_a_key_or_none_and_never_an_error(self, text):
        assert key_format.parse(text) is None


class TestPrefix:
    def test_the_environment_follows_the_vendor(self, configured):
        configured(PREFIX="acme", ENVIRONMENT="live")

        assert key_format.new_key("abcdefghijkl").startswith("acme_live_abcdefghijkl_")

    def test_a_key_of_another_environment_is_refused(self, configured):
        configured(PREFIX="acme", ENVIRONMENT="test")
        key = key_format.new_key("abcdefghijkl")
        configured(PREFIX="acme", ENVIRONMENT="live")

        assert key_format.parse(key) is None

    def test_a_previous_prefix_is_still_accepted(self, configured):
        configured(PREFIX="acme", ENVIRONMENT="live", PREVIOUS_PREFIXES=["key"])

        assert "key" == key_format.parse(KEY).prefix

    @pytest.mark.parametrize(
        "section",
        [
            {"PREFIX": ""},
            {"PREFIX": "Acme"},
            {"PREFIX": "_acme"},
            {"PREFIX": "acme_"},
            {"PREFIX": "ac.me"},
            {"PREFIX": "äcme"},
            {"PREFIX": "a" * 33},
            {"PREFIX": "acme", "ENVIRONMENT": "LIVE"},
            {"PREVIOUS_PREFIXES": ["x y"]},
        ],
        ids=repr,
    )
    def test_what_is_no_lower_case_word_is_refused(self, configured, section):
        configured(**section)

        with pytest.raises(SettingsError, match="prefix"):
            key_format.accepted_prefixes()

    def test_the_settings_know_the_section(self, configured):
        configured(PREFIX="acme")

        assert "acme" == settings.api_keys.prefix
