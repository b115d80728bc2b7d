"""Schemes that send an operation to another one."""

import asyncio

import pytest

from django_claimsauth.authentication import schemes
from django_claimsauth.errors import (
    ConfigurationError,
    SettingsError,
    UnknownSchemeError,
)
from tests.authentication.callers import PATH, forwarding, scheme

OPERATIONS = ["authenticate", "challenge", "forbid"]
A, B, C = (scheme(sub=each) for each in "123")


def by_header(request):
    """Select the scheme that a header names; None where there is no header."""
    return request.headers.get("Select")


def targets(request, alias="smart"):
    return [schemes.target(alias, each, request) for each in OPERATIONS]


class TestWhere:
    def test_the_default_takes_every_operation(self, configure, request_):
        configure({"smart": forwarding(default="a"), "a": A})

        assert ["a", "a", "a"] == targets(request_)
        assert "1" == schemes.authenticate(request_, ["smart"]).principal.subject
        assert ["a code=None"] == schemes.challenge(request_, ["smart"])
        assert ["a forbids"] == schemes.forbid(request_, ["smart"])

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_a_specific_target_wins_over_selector_and_default(
        self, configure, request_, operation
    ):
        configure(
            {
                "smart": forwarding(
                    selector=lambda request: "b", default="a", **{operation: "c"}
                ),
                "a": A,
                "b": B,
                "c": C,
            }
        )

        expected = ["c" if each == operation else "b" for each in OPERATIONS]
        assert expected == targets(request_)

    def test_the_selector_wins_over_the_default(self, configure, rf):
        configure(
            {"smart": forwarding(selector=by_header, default="a"), "a": A, "b": B}
        )

        assert ["b"] * 3 == targets(rf.get("/", headers={"Select": "b"}))
        assert ["a"] * 3 == targets(rf.get("/"))

    def test_a_selector_may_be_a_dotted_path(self, configure, rf):
        configure(
            {
                "smart": forwarding(
                    selector="tests.authentication.test_schemes_forwarding.by_header"
                ),
                "b": B,
            }
        )

        assert ["b"] * 3 == targets(rf.get("/", headers={"Select": "b"}))

    def test_a_specific_target_leaves_the_others_to_the_scheme_itself(
        self, configure, request_
    ):
        configure({"smart": forwarding(PATH, challenge="a"), "a": A})

        assert ["smart", "a", "smart"] == targets(request_)

    def test_its_own_name_means_that_it_does_it_itself(self, configure, request_):
        configure({"smart": forwarding(PATH, default="a", forbid="smart"), "a": A})

        assert ["a", "a", "smart"] == targets(request_)

    def test_a_selector_may_name_the_scheme_itself(self, configure, request_):
        configure(
            {"smart": forwarding(PATH, selector=lambda r: "smart", default="a"), "a": A}
        )

        assert ["smart"] * 3 == targets(request_)

    def test_a_forwarded_operation_may_be_forwarded_again(self, configure, request_):
        configure(
            {
                "smart": forwarding(default="b"),
                "b": forwarding(PATH, default="c"),
                "c": C,
            }
        )

        assert ["c"] * 3 == targets(request_)

    @pytest.mark.parametrize("first", ["smart", "a"])
    def test_one_whose_handler_was_made_forwards_all_the_same(
        self, configure, request_, first
    ):
        configure({"smart": forwarding(PATH, authenticate="a"), "a": A})
        assert schemes[first]

        assert "1" == schemes.authenticate(request_, ["smart"]).principal.subject

    def test_a_selector_sees_djangos_request(self, configure, request_):
        from rest_framework.request import Request

        seen = []
        configure(
            {
                "smart": forwarding(selector=seen.append, default="a"),
                "a": A,
            }
        )

        schemes.authenticate(Request(request_), ["smart"])

        assert request_ is seen[0]


class TestMistakes:
    @pytest.mark.parametrize(
        "ring",
        [
            {"a": forwarding(default="b"), "b": forwarding(default="a")},
            {"a": forwarding(PATH, default="b"), "b": forwarding(PATH, default="a")},
            {
                "a": forwarding(default="b"),
                "b": forwarding(selector=lambda request: "c"),
                "c": forwarding(authenticate="b"),
            },
        ],
    )
    def test_a_ring_is_an_error_that_shows_the_way(self, configure, request_, ring):
        configure(ring)

        with pytest.raises(ConfigurationError, match="ring: a -> b -> "):
            schemes.authenticate(request_, ["a"])

    @pytest.mark.parametrize("target", ["nowhere", ""])
    def test_an_unknown_target_is_named(self, configure, request_, target):
        configure({"smart": forwarding(default=target), "a": A})

        with pytest.raises(UnknownSchemeError, match=f"No scheme {target!r}"):
            schemes.authenticate(request_, ["smart"])

    @pytest.mark.parametrize("odd", [["a"], 1, object(), True])
    def test_a_selector_that_answers_no_alias_is_named(self, configure, request_, odd):
        configure({"smart": forwarding(selector=lambda request: odd), "a": A})

        with pytest.raises(ConfigurationError, match=r"selector .* returned"):
            schemes.authenticate(request_, ["smart"])

    def test_a_selector_that_cannot_be_imported_is_named(self, configure, request_):
        configure({"smart": forwarding(selector="no.such"), "a": A})

        with pytest.raises(SettingsError, match=r"selector.*'no.such'"):
            schemes.authenticate(request_, ["smart"])

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_one_that_only_forwards_and_has_no_target_is_an_error(
        self, configure, request_, operation
    ):
        others = {each: "a" for each in OPERATIONS if each != operation}
        configure({"smart": forwarding(**others), "a": A})

        with pytest.raises(ConfigurationError, match=f"{operation} nowhere"):
            schemes.target("smart", operation, request_)

    def test_one_that_names_itself_and_has_no_backend_is_an_error(
        self, configure, request_
    ):
        configure({"smart": forwarding(default="smart"), "a": A})

        with pytest.raises(ConfigurationError, match="no BACKEND"):
            schemes.authenticate(request_, ["smart"])


class TestOnce:
    def test_a_scheme_reached_by_two_aliases_is_asked_once_and_is_one_identity(
        self, configure, request_
    ):
        configure({"smart": forwarding(default="a"), "a": A})

        result = schemes.authenticate(request_, ["smart", "a"])

        assert 1 == len(result.principal.identities)
        assert ["smart", "a"] == list(result.results)
        assert 1 == len(schemes["a"].asked)

    def test_the_same_on_a_loop(self, configure, request_):
        configure({"smart": forwarding(default="a"), "a": A})

        result = asyncio.run(schemes.aauthenticate(request_, ["smart", "a"]))

        assert 1 == len(result.principal.identities)
        assert 1 == len(schemes["a"].asked)

    def test_a_scheme_is_challenged_once_whatever_its_aliases(
        self, configure, request_
    ):
        configure({"smart": forwarding(default="a"), "a": A, "b": B})

        assert ["a code=None", "b code=None"] == schemes.challenge(
            request_, ["smart", "a", "b"]
        )
