"""The same rules, by hand, by this package and by the peers."""

from types import SimpleNamespace

import rules
from django.contrib.auth import get_user_model
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import assign_perm
from rest_access_policy import AccessPolicy
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated

from benchmarks.decisions import BUILT_INS, HANDLERS, RULE
from benchmarks.site.models import Document
from django_claimsauth.authorization import service
from django_claimsauth.claims import ClaimsPrincipal

ADULT_AT, LEVEL = 21, 2
OURS, DENIED = "allowed", "denied"


def principal_of(subject="1", roles=("member", "editor"), tenant="acme", age=30):
    return ClaimsPrincipal.of(
        "bearer",
        {
            "sub": subject,
            "name": "ada",
            "roles": list(roles),
            "tenant": tenant,
            "age": age,
            "clearance": 3,
        },
    )


class World:
    """Somebody who may, somebody who may not, and a document."""

    def __init__(self):
        self.user = get_user_model().objects.create_user("bob", password="x")
        self.user.tenant, self.user.roles = "acme", frozenset({"member", "editor"})
        self.user.age, self.user.clearance = 30, 3
        self.document = Document.objects.create(
            title="x", owner=self.user, tenant="acme", state="published"
        )
        self.may = principal_of(str(self.user.pk))
        self.may_not = principal_of("0", roles=("guest",), tenant="other", age=3)
        self.request = SimpleNamespace(user=self.user, method="GET", auth=None)
        self.view = SimpleNamespace(action="retrieve", document=self.document)
        assign_perm("view_document", self.user, self.document)


def tables():
    """Yield a title, the budgets and the cases of each table."""
    world = World()
    yield "A rule", {OURS: RULE, DENIED: RULE}, _rule(world)
    budgets = {OURS: BUILT_INS, DENIED: BUILT_INS}
    yield "Two built-ins and two rules", budgets, _built_ins(world)
    budgets = {OURS: HANDLERS, DENIED: HANDLERS}
    yield "Two built-ins and two user-written handlers", budgets, _handlers(world)


def _asking(world, policy):
    may, may_not, document = world.may, world.may_not, world.document
    ask = service.authorize
    assert ask(may, policy, document)
    assert not ask(may_not, policy, document)
    return {
        OURS: lambda: ask(may, policy, document),
        DENIED: lambda: ask(may_not, policy, document),
    }


def _rule(world):
    user, document, principal = world.user, world.document, world.may
    owns = rules.predicate(lambda user, document: document.owner_id == user.id)
    rules.add_rule("owns", owns)
    checker = ObjectPermissionChecker(user)
    checker.has_perm("view_document", document)

    def by_hand(principal, document):
        subject = principal.find_first("sub")
        return subject is not None and str(document.owner_id) == subject.value

    def by_user(user, document):
        return document.owner_id == user.id

    return {
        "by hand": lambda: by_hand(principal, document),
        "by hand, of a user": lambda: by_user(user, document),
        **_asking(world, "rule"),
        "rules": lambda: rules.test_rule("owns", user, document),
        "guardian, cached": lambda: checker.has_perm("view_document", document),
        "DRF's composed permissions": _by_drf(world, IsAuthenticated & Owner),
    }


def _by_drf(world, permission):
    """Return what DRF does with a list of one: make it, ask it of view and object."""
    request, view, document = world.request, world.view, world.document

    def ask():
        made = permission()
        return made.has_permission(request, view) and made.has_object_permission(
            request, view, document
        )

    assert ask()
    return ask


def _built_ins(world):
    user, document, principal = world.user, world.document, world.may
    rules.add_rule("built-ins", AUTHENTICATED & MEMBER & TENANT & PUBLISHED)
    composed = IsAuthenticated & Member & OfTenant & Published
    access, request, view = Access(), world.request, world.view

    def by_hand(principal, document):
        return (
            principal.is_authenticated
            and not MEMBERS.isdisjoint(principal.roles)
            and document.tenant in principal.values("tenant")
            and document.state == "published"
        )

    def by_user(user, document):
        return (
            user.is_authenticated
            and not MEMBERS.isdisjoint(user.roles)
            and document.tenant == user.tenant
            and document.state == "published"
        )

    return {
        "by hand": lambda: by_hand(principal, document),
        "by hand, of a user": lambda: by_user(user, document),
        **_asking(world, "built-ins and rules"),
        "rules": lambda: rules.test_rule("built-ins", user, document),
        "DRF's composed permissions": _by_drf(world, composed),
        "drf-access-policy": lambda: access.has_permission(request, view),
    }


def _handlers(world):
    user, document, principal = world.user, world.document, world.may
    rules.add_rule("handlers", AUTHENTICATED & MEMBER & ADULT & CLEARED)

    def by_hand(principal):
        age = principal.find_first("age")
        clearance = principal.find_first("clearance")
        return (
            principal.is_authenticated
            and not MEMBERS.isdisjoint(principal.roles)
            and age is not None
            and age.value >= ADULT_AT
            and clearance is not None
            and clearance.value >= LEVEL
        )

    def by_user(user):
        return (
            user.is_authenticated
            and not MEMBERS.isdisjoint(user.roles)
            and user.age >= ADULT_AT
            and user.clearance >= LEVEL
        )

    return {
        "by hand": lambda: by_hand(principal),
        "by hand, of a user": lambda: by_user(user),
        **_asking(world, "two handlers"),
        "rules": lambda: rules.test_rule("handlers", user, document),
    }


AUTHENTICATED = rules.predicate(lambda user: user.is_authenticated)
MEMBER = rules.predicate(lambda user: not MEMBERS.isdisjoint(user.roles))
TENANT = rules.predicate(lambda user, document: document.tenant == user.tenant)
PUBLISHED = rules.predicate(lambda _, document: document.state == "published")
ADULT = rules.predicate(lambda user: user.age >= ADULT_AT)
CLEARED = rules.predicate(lambda user: user.clearance >= LEVEL)
MEMBERS = frozenset({"member", "staff"})


class Owner(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.owner_id == request.user.id


class Member(BasePermission):
    def has_object_permission(self, request, view, obj):
        return not MEMBERS.isdisjoint(request.user.roles)


class OfTenant(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.tenant == request.user.tenant


class Published(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.state == "published" or request.method not in SAFE_METHODS


class Access(AccessPolicy):
    statements = [
        {
            "action": ["retrieve"],
            "principal": "authenticated",
            "effect": "allow",
            "condition": ["is_member", "is_of_tenant", "is_published"],
        }
    ]

    def is_member(self, request, view, action):
        return not MEMBERS.isdisjoint(request.user.roles)

    def is_of_tenant(self, request, view, action):
        return view.document.tenant == request.user.tenant

    def is_published(self, request, view, action):
        return view.document.state == "published"
