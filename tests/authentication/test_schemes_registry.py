"""The named schemes: made from settings, at first use, once."""

import threading
import time

import pytest
from django.test import override_settings

from django_claimsauth.authentication import SchemeHandler, schemes
from django_claimsauth.errors import (
    ConfigurationError,
    SettingsError,
    UnknownSchemeError,
)
from tests.authentication.callers import PATH, Caller, forwarding, scheme


class Slow(SchemeHandler):
    """Takes its time to be made, and counts how often it was."""

    made = 0

    def __init__(self, name):
        time.sleep(0.02)
        type(self).made += 1
        super().__init__(name)


class Composite(SchemeHandler):
    """Asks for another scheme while it is made."""

    def __init__(self, name, *, other):
        super().__init__(name)
        self.other = schemes[other]


class Greedy(SchemeHandler):
    """Takes any option, and refuses some."""

    def __init__(self, name, **options):
        super().__init__(name)
        if "odd" in options:
            raise ValueError("odd is not even")


class TestMapping:
    def test_it_reads_like_a_mapping_of_aliases(self, configure):
        configure({"a": scheme(sub="1"), "b": scheme()})

        assert ["a", "b"] == list(schemes)
        assert 2 == len(schemes)
        assert "a" in schemes
        assert "A" not in schemes
        assert ["a", "b"] == [each.name for each in schemes.values()]
        assert schemes.get("c") is None

    def test_it_cannot_be_written(self, configure):
        configure({"a": scheme()})

        with pytest.raises(TypeError):
            schemes["b"] = schemes["a"]

    def test_aliases_differ_by_case(self, configure):
        configure({"signin": scheme(), "SignIn": scheme()})

        assert schemes["signin"] is not schemes["SignIn"]

    def test_one_class_serves_several_aliases_with_options_of_their_own(
        self, configure
    ):
        configure({"a": scheme(sub="1"), "b": scheme(sub="2")})

        assert ("1", "2") == (schemes["a"].sub, schemes["b"].sub)
        assert ("a", "b") == (schemes["a"].name, schemes["b"].name)

    def test_an_unknown_alias_names_the_known_and_the_near(self, configure):
        configure({"bearer": scheme(), "api_key": scheme()})

        with pytest.raises(UnknownSchemeError, match=r"'bearr'.*'bearer'.*api_key"):
            schemes["bearr"]

    def test_a_scheme_that_only_forwards_has_a_handler_that_does_nothing(
        self, configure, request_
    ):
        configure({"smart": forwarding(default="a"), "a": scheme()})

        assert ["smart", "a"] == [each.name for each in schemes.values()]
        with pytest.raises(ConfigurationError, match="'smart' has no BACKEND"):
            schemes["smart"].authenticate(request_)


class TestMaking:
    def test_a_handler_is_made_once_and_again_when_the_settings_change(self, configure):
        configure({"a": scheme(sub="1")})
        first = schemes["a"]

        assert first is schemes["a"]
        with override_settings(CLAIMSAUTH={"SCHEMES": {"a": scheme(sub="2")}}):
            assert "2" == schemes["a"].sub
        assert schemes["a"] is not first

    def test_a_class_stands_for_its_path(self, configure):
        configure({"a": {"BACKEND": Caller}})

        assert isinstance(schemes["a"], Caller)

    def test_threads_that_come_at_once_make_one(self, configure):
        configure({"a": {"BACKEND": f"{__name__}.Slow"}})
        Slow.made = 0
        # importlib mode: this module may be imported under its path as well.
        threads = [
            threading.Thread(target=lambda: found.append(schemes["a"])) for _ in "abcd"
        ]
        found = []
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        assert 1 == len(set(map(id, found)))

    def test_a_handler_may_ask_for_another_while_it_is_made(self, configure):
        configure(
            {"a": {"BACKEND": Composite, "OPTIONS": {"other": "b"}}, "b": scheme()}
        )

        assert schemes["b"] is schemes["a"].other

    @pytest.mark.parametrize(
        "backend",
        ["tests.nothing.Here", "datetime.datetime", "tests.schemes.as_", dict],
    )
    def test_a_backend_that_is_no_handler_is_refused(self, configure, backend):
        configure({"a": {"BACKEND": backend}})

        with pytest.raises(SettingsError, match=r"\['a'\]\['BACKEND'\]"):
            schemes["a"]

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"relam": "x"}, r"'relam'; did you mean 'realm'\? Known: sub, .*realm"),
            ({"name": "b"}, "unknown key 'name'"),
            ({"realm": 1}, "does not fit: `realm` is a str"),
        ],
    )
    def test_options_that_do_not_fit_say_what_would(self, configure, options, words):
        configure({"a": {"BACKEND": PATH, "OPTIONS": options}})

        with pytest.raises(SettingsError, match=words):
            schemes["a"]

    def test_a_handler_without_options_says_that_it_knows_none(self, configure):
        configure({"a": {"BACKEND": Slow, "OPTIONS": {"realm": "x"}}})

        with pytest.raises(SettingsError, match=r"'realm'\. Known: none\."):
            schemes["a"]

    def test_a_missing_option_is_named(self, configure):
        configure({"a": {"BACKEND": Composite}})

        with pytest.raises(SettingsError, match="'other'"):
            schemes["a"]

    def test_a_handler_that_takes_any_option_checks_them_itself(self, configure):
        configure({"a": {"BACKEND": Greedy, "OPTIONS": {"even": 1}}})
        assert schemes["a"]

        configure({"a": {"BACKEND": Greedy, "OPTIONS": {"odd": 1}}})
        with pytest.raises(SettingsError, match="odd is not even"):
            schemes["a"]


class TestDefaults:
    @pytest.mark.parametrize("operation", ["authenticate", "challenge", "forbid"])
    def test_a_lone_scheme_is_every_default(self, configure, operation):
        configure({"a": scheme()})

        assert "a" == schemes.default(operation)

    @pytest.mark.parametrize("operation", ["authenticate", "challenge", "forbid"])
    def test_several_without_a_default_are_an_error_that_names_them(
        self, configure, operation
    ):
        configure({"a": scheme(), "b": scheme()})

        with pytest.raises(ConfigurationError, match=f"{operation}.*a, b"):
            schemes.default(operation)

    def test_no_scheme_at_all_is_an_error(self, configure):
        configure({})

        with pytest.raises(ConfigurationError, match="none"):
            schemes.default("authenticate")

    def test_default_scheme_is_the_default_of_all(self, configure):
        configure({"a": scheme(), "b": scheme()}, DEFAULT_SCHEME="b")

        found = [
            schemes.default(each) for each in ("authenticate", "challenge", "forbid")
        ]
        assert ["b", "b", "b"] == found

    def test_each_operation_may_have_its_own(self, configure):
        configure(
            {each: scheme() for each in "abcd"},
            DEFAULT_SCHEME="a",
            DEFAULT_AUTHENTICATE_SCHEME="b",
            DEFAULT_CHALLENGE_SCHEME="c",
            DEFAULT_FORBID_SCHEME="d",
        )

        found = [
            schemes.default(each) for each in ("authenticate", "challenge", "forbid")
        ]
        assert ["b", "c", "d"] == found

    def test_forbid_falls_back_to_challenge(self, configure):
        configure(
            {"a": scheme(), "b": scheme()},
            DEFAULT_SCHEME="a",
            DEFAULT_CHALLENGE_SCHEME="b",
        )

        assert "b" == schemes.default("forbid")

    def test_forbid_alone_may_have_one(self, configure, request_):
        configure(
            {"a": scheme(sub="1"), "b": scheme(sub="2")}, DEFAULT_FORBID_SCHEME="b"
        )

        assert ["b forbids"] == schemes.forbid(request_)
        with pytest.raises(ConfigurationError):
            schemes.challenge(request_)

    def test_a_default_that_is_unknown_is_an_error(self, configure, request_):
        configure({"a": scheme()}, DEFAULT_SCHEME="b")

        with pytest.raises(UnknownSchemeError, match="'b'"):
            schemes.authenticate(request_)
