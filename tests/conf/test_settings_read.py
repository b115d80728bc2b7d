"""Reading `settings.CLAIMSAUTH`: typed, at use, with the near miss named."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from django_claimsauth.conf import LazySettings, load, settings
from django_claimsauth.errors import ConfigurationError, SettingsError

SCHEME = {"BACKEND": "django_claimsauth.sessions.SessionHandler"}


def read(**given):
    with override_settings(CLAIMSAUTH=given):
        return settings.current()


def message_of(**given):
    with pytest.raises(SettingsError) as caught:
        read(**given)
    return str(caught.value)


class TestDefaults:
    def test_nothing_set_is_every_default(self):
        current = read()

        assert {} == current.schemes
        assert "authenticated" == current.fallback_policy
        assert timedelta(minutes=10) == current.tokens.access_token_lifetime

    def test_without_the_setting_there_are_defaults_too(self, settings):
        del settings.CLAIMSAUTH

        assert "authenticated" == LazySettings().current().fallback_policy

    def test_what_is_set_is_there(self):
        current = read(
            SCHEMES={"a": {**SCHEME, "OPTIONS": {"realm": "x"}}},
            DEFAULT_SCHEME="a",
            FALLBACK_POLICY=None,
            TOKENS={"LEEWAY": timedelta(0)},
        )

        assert {"realm": "x"} == current.schemes["a"].options
        assert ("a", None) == (current.default_scheme, current.fallback_policy)
        assert timedelta(0) == current.tokens.leeway

    def test_what_they_are_is_not_printed_for_a_secret_may_be_among_them(self):
        current = read(PEPPER="hunter2", TOKENS={"SIGNING_KEYS": ["hunter2"]})

        assert "hunter2" not in repr(current) + repr(current.tokens)

    def test_they_cannot_be_changed(self):
        with pytest.raises(AttributeError):
            read().default_scheme = "x"


class TestChange:
    def test_an_override_is_seen_at_once_and_gone_at_once(self):
        before = settings.default_policy

        with override_settings(CLAIMSAUTH={"DEFAULT_POLICY": "staff"}):
            assert "staff" == settings.default_policy
        assert before == settings.default_policy

    def test_another_setting_leaves_them_alone(self):
        with override_settings(CLAIMSAUTH={}):
            current = settings.current()
            with override_settings(DEBUG=True):
                assert current is settings.current()

    def test_what_was_built_of_them_is_dropped_with_them(self):
        dropped = []
        lazy = LazySettings()

        assert lazy.on_drop(lambda: dropped.append(1))
        lazy.drop(setting="OTHER")
        lazy.drop(setting="CLAIMSAUTH")
        lazy.drop()

        assert [1, 1] == dropped

    def test_an_unknown_attribute_is_an_attribute_error(self):
        with pytest.raises(AttributeError):
            settings.nothing_of_the_kind  # noqa: B018


class TestMistakes:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"SCHEME": {}}, ["CLAIMSAUTH", "'SCHEME'", "'SCHEMES'"]),
            ({"DEFAULT_SCHEMA": "x"}, ["'DEFAULT_SCHEME'"]),
            ({"schemes": {}}, ["'SCHEMES'"]),
            ({1: 2}, ["unknown key 1"]),
            ({"SCHEMES": {"a": {"BACKENDS": "x"}}}, ["['a']", "'BACKEND'"]),
            ({"SCHEMES": {"a": {"FORWARD": {"defualt": "b"}}}}, ["'default'"]),
            ({"SCHEMES": {"a": {"FORWARD": {"DEFAULT": "b"}}}}, ["'default'"]),
            ({"TOKENS": {"ISSUERS": "x"}}, ["['TOKENS']", "'ISSUER'"]),
        ],
    )
    def test_an_unknown_key_names_the_near_miss_and_where(self, given, words):
        with (
            pytest.raises(SettingsError) as caught,
            override_settings(CLAIMSAUTH=given),
        ):
            settings.current()

        assert not [each for each in words if each not in str(caught.value)]

    @pytest.mark.parametrize("odd", [None, [], "x", 1, ("SCHEMES",)])
    def test_what_is_no_dict_is_refused(self, odd):
        with (
            pytest.raises(SettingsError, match="dict is expected"),
            override_settings(CLAIMSAUTH=odd),
        ):
            settings.current()

    @pytest.mark.parametrize(
        ("name", "odd", "expected"),
        [
            ("SCHEMES", [], "a dict of aliases"),
            ("SCHEMES", {"a": "path"}, "a dict"),
            ("SCHEMES", {"a": {"OPTIONS": []}}, "mapping"),
            ("SCHEMES", {"a": {"FORWARD": "b"}}, "a dict"),
            ("SCHEMES", {"a": {"FORWARD": {"default": 1}}}, "str or None"),
            ("SCHEMES", {"a": {"FORWARD": {"selector": 1}}}, "str or callable or None"),
            ("DEFAULT_SCHEME", 1, "str or None"),
            ("CLAIMS_TRANSFORMATIONS", "path", "a list of"),
            ("INVALID_CREDENTIALS", "ignore", "'policy' or 'reject'"),
            ("INVALID_CREDENTIALS", [], "'policy' or 'reject'"),
            ("FALLBACK_EXEMPT", "admin:*", "a list of str"),
            ("FALLBACK_EXEMPT", [1], "a list of str"),
            ("HANDLERS_AFTER_VETO", "yes", "bool"),
            ("HANDLERS_AFTER_VETO", 1, "bool"),
            ("TRUSTED_PROXY_COUNT", True, "int"),
            ("TRUSTED_PROXY_COUNT", "1", "int"),
            ("TRUSTED_PROXY_COUNT", -1, "a number of proxies"),
            ("TOKENS", [], "a dict"),
            ("TOKENS", {"LEEWAY": 60}, "timedelta"),
        ],
    )
    def test_a_value_of_the_wrong_type_says_what_is_expected(self, name, odd, expected):
        assert expected in message_of(**{name: odd})

    @pytest.mark.parametrize(
        "alias", ["", " ", "a b", "a,b", 'a"', "schéma", "a\r\nX", 1, None, "a=b"]
    )
    def test_an_alias_that_cannot_stand_in_a_header_is_refused(self, alias):
        assert repr(alias) in message_of(SCHEMES={alias: SCHEME})

    @pytest.mark.parametrize("alias", ["bearer", "API-key", "api_key", "2fa", "a1"])
    def test_an_alias_is_a_name(self, alias):
        assert alias in read(SCHEMES={alias: SCHEME}).schemes

    @pytest.mark.parametrize(
        "given",
        [
            {"PEPPER": b"hunter2"},
            {"TOKENS": {"SIGNING_KEYS": "hunter2"}},
            {"SCHEMES": {"a": {"OPTIONS": "hunter2"}}},
            {"TOKENS": "hunter2"},
        ],
    )
    def test_no_secret_stands_in_the_message(self, given):
        assert "hunter2" not in message_of(**given)

    def test_mistakes_are_what_django_expects_of_a_wrong_setting(self):
        assert issubclass(ConfigurationError, ImproperlyConfigured)


class TestLoad:
    def test_a_path_is_imported_and_the_rest_is_returned(self):
        assert timedelta is load("datetime.timedelta", "X")
        assert timedelta is load(timedelta, "X")
        assert load(None, "X") is None

    @pytest.mark.parametrize("path", ["", "x", "datetime.nothing", "no.such.module"])
    def test_what_cannot_be_imported_is_named_with_its_place(self, path):
        with pytest.raises(SettingsError, match="BACKEND"):
            load(path, "BACKEND")
