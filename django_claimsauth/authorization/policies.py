"""
Policies: named sets of requirements, and how an endpoint's several become one.

A policy holds when all its requirements do. It may name the schemes it accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django_claimsauth.authorization.builtin import RequireAuthenticated, RequireRole
from django_claimsauth.authorization.requirements import Requirement, checked
from django_claimsauth.errors import (
    DuplicatePolicyError,
    EmptyPolicyError,
    UnknownPolicyError,
)

AUTHENTICATED = "authenticated"
# Names may be built from what a client sent; the cache of the built is bounded.
MAX_PROVIDED = 1024


class Policy:
    """
    Requirements that must all hold and, optionally, the schemes it accepts.

    Args:
        requirements: requirements, or policies, whose requirements and schemes
            are taken over.

        schemes: aliases of schemes; all are tried and what succeeds is merged.

    Raises:
        EmptyPolicyError: no requirement at all.

        TypeError: something that is no requirement, schemes that are a str.
    """

    __slots__ = ("_hash", "_requirements", "_schemes")

    def __init__(
        self, *requirements: Requirement | Policy, schemes: Iterable[str] = ()
    ) -> None:
        asked: list[Requirement] = []
        named: list[str] = []
        for each in requirements:
            if isinstance(each, Policy):
                asked.extend(each.requirements)
                named.extend(each.schemes)
            else:
                asked.append(checked(each))
        if not asked:
            raise EmptyPolicyError(
                "A policy asks at least one requirement; to let everybody in, "
                "declare @allow_anonymous."
            )
        self._requirements = tuple(asked)
        self._schemes = tuple(dict.fromkeys([*named, *names(schemes, "schemes")]))
        self._hash: int | None = None

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What must hold."""
        return self._requirements

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes it accepts; none means the default one."""
        return self._schemes

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return (self._requirements, self._schemes) == (
            other._requirements,
            other._schemes,
        )

    def __hash__(self) -> int:
        # A policy is a key on each request, and its requirements' hashes are slow.
        if self._hash is None:
            self._hash = hash((self._requirements, self._schemes))
        return self._hash

    def __repr__(self) -> str:
        shown = [repr(each) for each in self._requirements]
        if self._schemes:
            shown.append(f"schemes={list(self._schemes)!r}")
        return f"Policy({', '.join(shown)})"


PolicyLike: TypeAlias = str | Policy | Requirement


def names(given: Iterable[str], what: str) -> tuple[str, ...]:
    """
    Return names as a tuple, in first-seen order.

    Raises:
        TypeError: a str where a list is meant, or an item that is no str.

        ValueError: a blank name.
    """
    if isinstance(given, str | bytes):
        raise TypeError(f"{what}= is a list of names, not {given!r}: [{given!r}].")
    found = tuple(dict.fromkeys(given))
    for each in found:
        _name(each, what)
    return found


def _name(name: object, what: str) -> str:
    if not isinstance(name, str):
        raise TypeError(f"{what}= holds names, each a str, not {name!r}.")
    if not name.strip():
        raise ValueError(f"{what}= holds a blank name.")
    return name


def policy_name(name: object) -> str:
    """Return what can name a policy; anything else is a TypeError or ValueError."""
    return _name(name, "policy")


def policy_like(policy: object) -> PolicyLike:
    """Return a name, a policy or a requirement; anything else is a TypeError."""
    if isinstance(policy, str):
        return policy_name(policy)
    if isinstance(policy, Policy):
        return policy
    return checked(policy)


@dataclass(frozen=True, slots=True)
class AuthorizeData:
    """What one `@authorize` says: a policy, roles (any of), schemes."""

    policy: PolicyLike | None = None
    roles: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    _hash: int | None = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        known = self._hash
        if known is None:
            known = hash((self.policy, self.roles, self.schemes))
            object.__setattr__(self, "_hash", known)
        return known

    @classmethod
    def of(
        cls,
        policy: object = None,
        roles: Iterable[str] | None = None,
        schemes: Iterable[str] | None = None,
    ) -> AuthorizeData:
        """
        Return the checked data.

        Raises:
            TypeError, ValueError: what no `@authorize` may say.
        """
        if roles is not None:
            roles = names(roles, "roles")
            if not roles:
                raise ValueError("roles= is empty; leave it out, or name a role.")
        return cls(
            None if policy is None else policy_like(policy),
            tuple(roles or ()),
            () if schemes is None else names(schemes, "schemes"),
        )


class PolicyRegistry(Mapping[str, Policy]):
    """
    The named policies, and where a name that was not added may come from.

    Names are case-sensitive. A provider, `(name) -> Policy | requirement | None`,
    builds policies from names at run time; what it built is kept.
    """

    def __init__(self) -> None:
        self._added: dict[str, Policy] = {}
        self._provided: dict[str, Policy] = {}
        self._provider: Callable[[str], Any] | None = None
        self._changed: list[Callable[[], None]] = []
        self._added[AUTHENTICATED] = Policy(RequireAuthenticated())

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call this whenever a policy is added: plans made before are old."""
        self._changed.append(callback)
        return callback

    def add(
        self,
        name: str,
        *requirements: Requirement | Policy,
        schemes: Iterable[str] = (),
        replace: bool = False,
    ) -> Policy:
        """
        Add a policy under a name, and return it.

        Raises:
            DuplicatePolicyError: the name is taken by a different policy and
                `replace` was not said.
        """
        policy = Policy(*requirements, schemes=schemes)
        known = self._added.get(policy_name(name))
        if known is not None and known != policy and not replace:
            raise DuplicatePolicyError(
                f"The policy {name!r} is {known!r} already. Choose another name, or "
                "say replace=True."
            )
        self._added[name] = policy
        self.changed()
        return policy

    @contextmanager
    def override(
        self,
        name: str,
        *requirements: Requirement | Policy,
        schemes: Iterable[str] = (),
    ) -> Iterator[Policy]:
        """Give a name another policy for a while; for tests, also as a decorator."""
        before = self._added.get(policy_name(name))
        policy = self.add(name, *requirements, schemes=schemes, replace=True)
        try:
            yield policy
        finally:
            if before is None:
                self._added.pop(name, None)
            else:
                self._added[name] = before
            self.changed()

    def remove(self, name: str) -> None:
        """
        Forget a policy; for tests.

        Raises:
            UnknownPolicyError: it was not added.
        """
        if name not in self._added:
            raise UnknownPolicyError(name, self._added)
        del self._added[name]
        self.changed()

    def provide(self, provider: Callable[[str], Any] | None) -> None:
        """Ask this provider for the names that were not added; None for nobody."""
        if provider is self._provider:
            return
        self._provider = provider
        self.changed()

    def changed(self) -> None:
        """Tell those who keep plans that they are old."""
        self._provided.clear()
        for callback in self._changed:
            callback()

    def __getitem__(self, name: str) -> Policy:
        policy = self._added.get(name) or self._provided.get(name)
        if policy is None:
            policy = self._ask_provider(name)
        if policy is None:
            raise UnknownPolicyError(name, self._added)
        return policy

    def _ask_provider(self, name: str) -> Policy | None:
        if self._provider is None:
            return None
        built = self._provider(name)
        if built is None:
            return None
        policy = built if isinstance(built, Policy) else Policy(built)
        if len(self._provided) >= MAX_PROVIDED:
            self._provided.clear()
        self._provided[name] = policy
        return policy

    def resolve(self, policy: PolicyLike) -> Policy:
        """Return the policy that a name, a policy or a requirement means."""
        if isinstance(policy, str):
            return self[policy]
        return policy if isinstance(policy, Policy) else Policy(checked(policy))

    def combine(
        self,
        entries: Iterable[AuthorizeData | PolicyLike],
        *,
        default: Policy | None = None,
    ) -> Policy | None:
        """
        Return the one policy that means all entries; None when there are none.

        All entries must hold. Schemes are united in first-seen order. The
        default policy joins when an entry names neither policy nor roles,
        unless a `Policy` object stands among the entries.
        """
        data = [_as_data(each) for each in entries]
        if not data:
            return None
        direct = any(isinstance(each.policy, Policy) for each in data)
        joining = None if direct else default or self[AUTHENTICATED]
        asked: list[Requirement] = []
        schemes: list[str] = []
        for each in data:
            for policy in self._parts(each, joining):
                asked.extend(policy.requirements)
                schemes.extend(policy.schemes)
            schemes.extend(each.schemes)
        # Asking the same requirement twice asks it once.
        return Policy(*dict.fromkeys(asked), schemes=schemes)

    def _parts(self, entry: AuthorizeData, joining: Policy | None) -> Iterator[Policy]:
        if entry.policy is not None:
            yield self.resolve(entry.policy)
        if entry.roles:
            yield Policy(RequireRole(*entry.roles))
        if entry.policy is None and not entry.roles and joining is not None:
            yield joining

    def __iter__(self) -> Iterator[str]:
        return iter(self._added)

    def __len__(self) -> int:
        return len(self._added)


def _as_data(entry: AuthorizeData | PolicyLike) -> AuthorizeData:
    return entry if isinstance(entry, AuthorizeData) else AuthorizeData.of(entry)


policies = PolicyRegistry()


def combine(
    *entries: AuthorizeData | PolicyLike, default: Policy | None = None
) -> Policy | None:
    """Return the one policy that means all entries; see `PolicyRegistry.combine`."""
    return policies.combine(entries, default=default)
