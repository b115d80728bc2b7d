"""The built-in requirements: what they ask, and what they refuse to be."""

from enum import StrEnum

import pytest

from django_claimsauth.authorization import (
    Operations,
    RequireAssertion,
    RequireAuthenticated,
    RequireClaim,
    RequireOperation,
    RequirePermission,
    RequireRole,
    RequireScope,
    RequireUserName,
    service,
)
from django_claimsauth.claims import Claim, ClaimsIdentity, ClaimsPrincipal
from django_claimsauth.errors import NoHandlerError

NOBODY = ClaimsPrincipal.anonymous()


class Role(StrEnum):
    """Roles as an enum."""

    ADMIN = "admin"


def of(scheme="x", /, **claims):
    return ClaimsPrincipal.of(scheme, claims)


def allowed(principal, requirement, resource=None):
    return bool(service.authorize(principal, requirement, resource))


EVERY = [
    RequireAuthenticated(),
    RequireRole("admin"),
    RequireClaim("tier"),
    RequireClaim("tier", "gold"),
    RequireScope("read"),
    RequireUserName("ada"),
    RequirePermission("auth.add_user"),
]


@pytest.mark.parametrize("requirement", EVERY, ids=repr)
class TestNobody:
    """What nobody vouches for satisfies none of them."""

    claims = {
        "roles": "admin", "tier": "gold", "scope": "read", "name": "ada", "sub": "1"
    }  # fmt: skip

    def test_no_principal_is_refused_and_is_no_error(self, requirement):
        assert not allowed(None, requirement)
        assert not allowed(NOBODY, requirement)

    def test_claims_without_a_scheme_satisfy_nothing(self, requirement):
        assert not allowed(of(None, **self.claims), requirement)

    def test_they_satisfy_nothing_beside_an_authenticated_identity_either(
        self, requirement
    ):
        principal = of(None, **self.claims).merge(of("y", other=1))

        expected = requirement == RequireAuthenticated()
        assert expected is allowed(principal, requirement)


class TestAuthenticated:
    def test_any_authenticated_identity_will_do(self):
        principal = ClaimsPrincipal([ClaimsIdentity(), ClaimsIdentity([], "x")])

        assert allowed(principal, RequireAuthenticated())

    def test_a_success_without_one_will_not(self):
        assert not allowed(ClaimsPrincipal([ClaimsIdentity()]), RequireAuthenticated())


class TestRole:
    def test_one_of_several_is_enough(self):
        assert allowed(of(roles=["users"]), RequireRole("admin", "users"))
        assert not allowed(of(roles=["guests"]), RequireRole("admin", "users"))
        assert not allowed(of(), RequireRole("admin"))

    def test_a_role_is_exact(self):
        for other in ("Admin", "admin ", "admi", True, 1, {"admin": 1}):
            assert not allowed(of(roles=[other]), RequireRole("admin"))

    def test_it_is_read_by_the_identity_s_own_role_type(self):
        principal = ClaimsPrincipal.of("x", {"groups": "admin"}, role_type="groups")

        assert allowed(principal, RequireRole("admin"))
        assert not allowed(of(groups="admin"), RequireRole("admin"))

    def test_an_enum_s_member_is_its_value(self):
        assert allowed(of(roles="admin"), RequireRole(Role.ADMIN))
        assert "RequireRole('admin')" == repr(RequireRole(Role.ADMIN))


class TestClaim:
    def test_without_values_presence_is_enough(self):
        assert allowed(of(tier="x"), RequireClaim("tier"))
        assert allowed(of(tier=False), RequireClaim("tier"))
        assert not allowed(of(level="x"), RequireClaim("tier"))

    def test_with_values_one_of_them_is(self):
        requirement = RequireClaim("tier", "gold", "silver")

        assert allowed(of(tier="silver"), requirement)
        assert allowed(of(tier=["tin", "gold"]), requirement)
        assert not allowed(of(tier="tin"), requirement)
        assert not allowed(of(level="gold"), requirement)

    def test_types_and_values_are_case_sensitive(self):
        assert not allowed(of(tier="gold"), RequireClaim("Tier"))
        assert not allowed(of(tier="Gold"), RequireClaim("tier", "gold"))

    @pytest.mark.parametrize(
        ("held", "asked", "expected"),
        [
            (True, True, True),
            (1, True, False),
            (True, 1, False),
            ("true", True, False),
            (1, 1.0, True),
            ("1", 1, False),
            ({"a": [1]}, {"a": [1]}, True),
            ({"a": 1}, {"a": True}, False),
        ],
    )
    def test_values_compare_by_json_type(self, held, asked, expected):
        assert expected is allowed(of(x=held), RequireClaim("x", asked))
        same = RequireClaim("x", held) == RequireClaim("x", asked)
        assert expected is same


class TestScope:
    @pytest.mark.parametrize(
        "claims",
        [
            {"scope": "read"},
            {"scope": "write read"},
            {"scope": "  write  read "},
            {"scope": ["write", "read"]},
            {"scp": ["read"]},
            {"scp": "write read"},
            {"scope": "write", "scp": "read"},
            {"scope": ["a b", "c read"]},
        ],
    )
    def test_it_is_read_from_both_claims_in_every_form(self, claims):
        assert allowed(of(**claims), RequireScope("read"))
        assert allowed(of(**claims), RequireScope("admin", "read"))

    @pytest.mark.parametrize(
        "claims",
        [
            {},
            {"scope": ""},
            {"scope": "reader"},
            {"scope": "Read"},
            {"scope": "read,write"},
            {"scope": "read\twrite"},
            {"scope": "read\u00a0write"},
            {"scope": [True, 1, {"read": "read"}]},
            {"scopes": "read"},
        ],
    )
    def test_what_is_not_the_scope_is_not(self, claims):
        assert not allowed(of(**claims), RequireScope("read"))

    def test_the_scopes_are_read_once_for_a_principal(self):
        principal = of(scope="read")

        assert allowed(principal, RequireScope("read"))
        assert frozenset({"read"}) == principal.memo["scopes"]
        assert allowed(principal, RequireScope("read"))


class TestUserName:
    def test_any_authenticated_identity_s_name_will_do(self):
        principal = of(name="ada").merge(of("y", name="bob"))

        assert allowed(principal, RequireUserName("bob"))
        assert allowed(principal, RequireUserName("eve", "ada"))
        assert not allowed(principal, RequireUserName("eve"))
        assert not allowed(principal, RequireUserName("Ada"))

    def test_it_is_read_by_the_identity_s_own_name_type(self):
        principal = ClaimsPrincipal.of("x", {"email": "a@x"}, name_type="email")

        assert allowed(principal, RequireUserName("a@x"))
        assert not allowed(of(email="a@x"), RequireUserName("a@x"))

    @pytest.mark.parametrize("name", [7, True, {"a": 1}])
    def test_a_name_that_is_no_text_is_nobody_s(self, name):
        assert not allowed(of(name=name), RequireUserName("7", "True"))


class TestAssertion:
    @pytest.mark.parametrize("answer", [True, False, None, 1, "yes", [1], object()])
    def test_only_true_satisfies(self, answer):
        assert (answer is True) is allowed(NOBODY, RequireAssertion(lambda c: answer))

    def test_it_sees_the_context(self):
        requirement = RequireAssertion(lambda context: context.resource is not None)

        assert not allowed(of(), requirement)
        assert allowed(of(), requirement, object())

    def test_what_it_raises_goes_up(self):
        with pytest.raises(ZeroDivisionError):
            allowed(of(), RequireAssertion(lambda context: 1 / 0))

    @pytest.mark.parametrize("odd", [None, True, "path.to.function", 1])
    def test_it_takes_a_function(self, odd):
        with pytest.raises(TypeError, match="function"):
            RequireAssertion(odd)


class TestOperation:
    def test_the_common_ones_compare_by_name(self):
        assert RequireOperation("read") == Operations.read
        names = [
            each.name
            for each in (
                Operations.create, Operations.read, Operations.update, Operations.delete
            )
        ]  # fmt: skip
        assert ["create", "read", "update", "delete"] == names

    def test_only_the_allowed_one_is_allowed(self, judged):
        def editing(context, requirement):
            if requirement == Operations.update:
                context.succeed(requirement)

        judged(editing, RequireOperation)

        assert allowed(of(), Operations.update)
        assert not allowed(of(), Operations.delete)
        assert not allowed(of(), RequireOperation("publish"))

    def test_without_a_handler_it_is_an_error(self):
        with pytest.raises(NoHandlerError):
            allowed(of(), Operations.read)


class TestMistakes:
    """Refused when written: a requirement that never holds, or always, is a mistake."""

    @pytest.mark.parametrize(
        "kind", [RequireRole, RequireScope, RequireUserName, RequirePermission]
    )
    def test_nothing_asked_is_a_value_error(self, kind):
        with pytest.raises(ValueError, match="at least one"):
            kind()

    @pytest.mark.parametrize(
        "kind",
        [
            RequireRole,
            RequireScope,
            RequireUserName,
            RequirePermission,
            RequireClaim,
            RequireOperation,
        ],
    )
    @pytest.mark.parametrize("odd", [None, 1, True, b"a", ["a"], ("a", "b"), {"a"}])
    def test_what_is_no_str_is_a_type_error(self, kind, odd):
        with pytest.raises(TypeError):
            kind(odd)

    @pytest.mark.parametrize(
        "kind",
        [
            RequireRole,
            RequireScope,
            RequireUserName,
            RequirePermission,
            RequireClaim,
            RequireOperation,
        ],
    )
    @pytest.mark.parametrize("blank", ["", " ", "\t\n"])
    def test_blank_is_a_value_error(self, kind, blank):
        with pytest.raises(ValueError, match="blank"):
            kind(blank)

    @pytest.mark.parametrize("odd", [None, ["a"], ("a",), {"a"}, object(), b"x"])
    def test_a_claim_has_one_value_of_a_json_type(self, odd):
        with pytest.raises(TypeError):
            RequireClaim("x", odd)

    def test_a_claim_has_a_finite_number(self):
        with pytest.raises(ValueError, match="finite"):
            RequireClaim("x", float("nan"))

    @pytest.mark.parametrize("odd", ["a b", " a", "a ", "a\tb", "a\u00a0b"])
    def test_a_scope_has_no_space(self, odd):
        with pytest.raises(ValueError, match="no space"):
            RequireScope(odd)

    @pytest.mark.parametrize("odd", ["add_user", ".add_user", "auth.", "."])
    def test_a_permission_has_an_app_and_a_codename(self, odd):
        with pytest.raises(ValueError, match=r"app_label\.codename"):
            RequirePermission(odd)


def test_values_that_are_claims_of_odd_identities_do_not_matter():
    """A token of another issuer may say anything."""
    principal = ClaimsPrincipal(
        [ClaimsIdentity([Claim("roles", {"a": {"b": 1}}), Claim("scope", 1)], "x")]
    )

    assert not allowed(principal, RequireRole("a") | RequireScope("1"))
