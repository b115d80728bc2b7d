"""The named policies, and the provider of names that were not added."""

import pytest

from django_claimsauth.authorization import (
    Policy,
    RequireAuthenticated,
    RequireClaim,
    RequireRole,
    service,
)
from django_claimsauth.authorization.policies import (
    AUTHENTICATED,
    MAX_PROVIDED,
    PolicyRegistry,
    policies,
)
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import (
    DuplicatePolicyError,
    EmptyPolicyError,
    SettingsError,
    UnknownPolicyError,
)

A, B = RequireRole("a"), RequireRole("b")


@pytest.fixture
def registry():
    return PolicyRegistry()


class TestAdding:
    def test_what_was_added_is_there_under_its_name(self, registry):
        policy = registry.add("documents.edit", A, B, schemes=["bearer"])

        assert policy is registry["documents.edit"]
        assert Policy(A, B, schemes=["bearer"]) == policy

    def test_authenticated_is_built_in(self, registry):
        assert Policy(RequireAuthenticated()) == registry[AUTHENTICATED]
        assert [AUTHENTICATED] == list(registry)

    def test_names_are_case_sensitive(self, registry):
        registry.add("Edit", A)

        assert "Edit" in registry
        assert "edit" not in registry

    def test_a_name_again_is_an_error_unless_it_says_the_same(self, registry):
        registry.add("x", A)
        registry.add("x", RequireRole("a"))

        with pytest.raises(
            DuplicatePolicyError, match=r"'x' is Policy\(RequireRole\('a'"
        ):
            registry.add("x", B)
        assert Policy(A) == registry["x"]

    def test_a_name_again_may_be_said_to_replace(self, registry):
        registry.add("x", A)
        registry.add("x", B, replace=True)

        assert Policy(B) == registry["x"]

    def test_the_built_in_one_can_be_replaced_when_said(self, registry):
        with pytest.raises(DuplicatePolicyError):
            registry.add(AUTHENTICATED, A)
        registry.add(AUTHENTICATED, A, replace=True)

        assert Policy(A) == registry.combine([registry_entry()])

    @pytest.mark.parametrize("odd", [None, 5, b"x", ["x"], A])
    def test_a_name_that_is_no_str_is_a_type_error(self, registry, odd):
        with pytest.raises(TypeError):
            registry.add(odd, A)

    @pytest.mark.parametrize("blank", ["", " "])
    def test_a_blank_name_is_refused(self, registry, blank):
        with pytest.raises(ValueError, match="blank"):
            registry.add(blank, A)

    def test_nothing_asked_is_refused_and_adds_nothing(self, registry):
        with pytest.raises(EmptyPolicyError):
            registry.add("x")
        assert "x" not in registry

    def test_those_who_keep_plans_are_told(self, registry):
        told = []
        registry.on_change(lambda: told.append(1))

        registry.add("x", A)
        registry.remove("x")

        assert [1, 1] == told


def registry_entry():
    from django_claimsauth.authorization.policies import AuthorizeData

    return AuthorizeData()


class TestReading:
    def test_it_reads_like_a_mapping(self, registry):
        registry.add("x", A)

        assert [AUTHENTICATED, "x"] == list(registry)
        assert 2 == len(registry)
        assert {"x": Policy(A)}.items() <= dict(registry).items()
        assert registry.get("y") is None
        with pytest.raises(TypeError):
            registry["y"] = Policy(A)

    def test_an_unknown_name_lists_the_known_and_the_near(self, registry):
        registry.add("documents.edit", A)

        with pytest.raises(
            UnknownPolicyError,
            match=r"'documents\.edti'; did you mean 'documents\.edit'",
        ):
            registry["documents.edti"]

    def test_a_comma_makes_no_list(self, registry):
        registry.add("a", A)
        registry.add("b", B)

        with pytest.raises(UnknownPolicyError):
            registry["a,b"]

    def test_a_name_a_policy_or_a_requirement_is_resolved(self, registry):
        policy = registry.add("x", A)

        assert policy is registry.resolve("x")
        assert policy is registry.resolve(policy)
        assert policy == registry.resolve(A)
        with pytest.raises(TypeError):
            registry.resolve(RequireRole)

    def test_what_was_removed_is_unknown(self, registry):
        registry.add("x", A)
        registry.remove("x")

        with pytest.raises(UnknownPolicyError):
            registry["x"]
        with pytest.raises(UnknownPolicyError):
            registry.remove("x")


class TestOverride:
    def test_a_name_has_another_policy_for_a_while(self, registry):
        registry.add("x", A)

        with registry.override("x", B, schemes=["s"]) as policy:
            assert Policy(B, schemes=["s"]) == policy == registry["x"]
        assert Policy(A) == registry["x"]

    def test_a_name_that_was_not_there_is_gone_again(self, registry):
        with registry.override("x", A):
            assert "x" in registry
        assert "x" not in registry

    def test_it_ends_also_where_the_test_fails_or_removes_it(self, registry):
        with pytest.raises(ZeroDivisionError), registry.override("x", A):
            raise ZeroDivisionError
        with registry.override("x", A):
            registry.remove("x")

        assert "x" not in registry

    def test_it_decorates_a_test(self, registry):
        @registry.override("x", A)
        def test():
            return registry["x"]

        assert Policy(A) == test() == test()
        assert "x" not in registry

    def test_what_cannot_be_a_policy_says_so(self, registry):
        with pytest.raises(EmptyPolicyError), registry.override("x"):
            pass
        with pytest.raises(TypeError), registry.override(None, A):
            pass
        assert "x" not in registry

    def test_decisions_change_at_once(self):
        principal = ClaimsPrincipal.of("x", {"roles": "a"})
        with policies.override("x", B):
            assert not service.authorize(principal, "x")
            with policies.override("x", A):
                assert service.authorize(principal, "x")
            assert not service.authorize(principal, "x")


class TestProvider:
    @staticmethod
    def tenants(name):
        """Build `tenant:acme:admin` from its name."""
        kind, *parts = name.split(":")
        if kind != "tenant" or len(parts) != 2:
            return None
        return Policy(RequireClaim("tenant", parts[0]), RequireRole(parts[1]))

    def test_it_builds_policies_from_names(self, registry):
        registry.provide(self.tenants)

        expected = Policy(RequireClaim("tenant", "acme"), RequireRole("admin"))
        assert expected == registry["tenant:acme:admin"]
        assert "tenant:acme:admin" in registry
        assert ["authenticated"] == list(registry)

    def test_what_it_does_not_know_is_unknown(self, registry):
        registry.provide(self.tenants)

        with pytest.raises(UnknownPolicyError, match="'tenants'"):
            registry["tenants"]

    def test_what_was_added_is_not_asked_of_it(self, registry):
        asked = []
        registry.provide(asked.append)
        registry.add("x", A)

        assert Policy(A) == registry["x"]
        assert [] == asked

    def test_what_it_built_is_kept_until_something_changes(self, registry):
        asked = []
        registry.provide(lambda name: asked.append(name) or RequireRole(name))

        assert registry["a"] is registry["a"]
        assert ["a"] == asked
        registry.changed()
        assert Policy(A) == registry["a"]
        assert ["a", "a"] == asked

    def test_what_is_kept_is_bounded(self, registry):
        """Names may be built from what a client sent."""
        registry.provide(RequireRole)

        for n in range(MAX_PROVIDED):
            assert registry[f"r{n}"]
        assert MAX_PROVIDED == len(registry._provided)

        assert registry["one more"]
        assert 1 == len(registry._provided)

    @pytest.mark.parametrize("odd", ["name", 5, [A], RequireRole])
    def test_what_builds_no_policy_is_a_type_error(self, registry, odd):
        registry.provide(lambda name: odd)

        with pytest.raises(TypeError):
            registry["x"]

    def test_what_it_raises_goes_up(self, registry):
        def broken(name):
            raise ConnectionError

        registry.provide(broken)

        with pytest.raises(ConnectionError):
            registry["x"]

    def test_the_same_one_again_changes_nothing(self, registry):
        told = []
        registry.on_change(lambda: told.append(1))

        registry.provide(self.tenants)
        registry.provide(self.tenants)
        registry.provide(None)

        assert [1, 1] == told

    def test_the_settings_name_one(self, settings):
        settings.CLAIMSAUTH = {
            **settings.CLAIMSAUTH, "POLICY_PROVIDER": self.tenants
        }  # fmt: skip
        principal = ClaimsPrincipal.of("x", {"tenant": "acme", "roles": "admin"})

        assert service.authorize(principal, "tenant:acme:admin")
        assert not service.authorize(principal, "tenant:other:admin")

    def test_without_one_in_the_settings_names_are_what_was_added(self, settings):
        with pytest.raises(UnknownPolicyError):
            policies["tenant:acme:admin"]

    def test_one_that_cannot_be_imported_is_named(self, settings):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "POLICY_PROVIDER": "no.such"}

        with pytest.raises(SettingsError, match="POLICY_PROVIDER"):
            policies["tenant:acme:admin"]
