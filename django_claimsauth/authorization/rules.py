"""
Rules: requirements about a resource that read two ways.

`resource.owner_id == claim("sub")` judges one object in memory, and `narrowing`
reads the same rule as a condition on a queryset. A rule is frozen data: a path,
an operator and an operand. What it means is three-valued: a comparison with an
absent claim, or without a resource, is unknown, which is not met and stays not
met under `~` and `!=`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import NoneType
from typing import Any, ClassVar, Final, NoReturn, TypeAlias

import django_claimsauth.authorization.negation  # noqa: F401  # gives built-ins `~`
from django_claimsauth.authorization.objects import judge_of_objects
from django_claimsauth.authorization.operands import (
    ClaimReference,
    Now,
    Written,
    claim,
    joined_by_mistake,
    key_of,
    now,
    term,
)
from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.claims import ClaimsPrincipal

__all__ = ["ClaimReference", "Now", "Path", "Rule", "claim", "now", "resource"]

#: What judges resources of one class: `(principal, resource, request) -> met`.
Judge: TypeAlias = Callable[[ClaimsPrincipal, Any, Any], bool]

EQUAL: Final = "=="
IN: Final = "in_"
INCLUDES: Final = "includes"
IS_NULL: Final = "is_null"
IS_EMPTY: Final = "is_empty"
ORDERINGS: Final = frozenset({"<", "<=", ">", ">="})

_binders: list[Callable[[type, Rule], Judge | None]] = []


def register_binder(binder: Callable[[type, Rule], Judge | None]) -> None:
    """
    Let `binder` make the judge of a rule for the classes that it knows.

    It is called once a rule and class of resources and returns None for a class
    that it does not know. Which columns there are, and what a claim is converted
    to, is not known here.
    """
    _binders.append(binder)


class Rule(Requirement):
    """
    A comparison of what a path reaches with constants, claims or the time.

    Rules are written with `resource`; they compare, hash and print by their
    structure. `terms` is what is compared with, `negated` whether it stands
    under `~` (`!=` is `~` of `==`).
    """

    __slots__ = ("_hash", "_judges", "negated", "operator", "path", "pure", "terms")
    _hash: int
    _judges: dict[type, Judge]
    #: A rule asks for a resource, so a view is not judged before there is one.
    about_resource: ClassVar[bool] = True

    path: tuple[str, ...]
    operator: str
    terms: tuple[Any, ...]
    negated: bool
    #: A path through a relation may load it; one's own columns are there.
    pure: bool  # type: ignore[misc]  # of each rule, where the base has one for all

    def __init__(
        self,
        path: tuple[str, ...],
        operator: str,
        terms: tuple[Any, ...] = (),
        *,
        negated: bool = False,
    ) -> None:
        _set = object.__setattr__
        _set(self, "path", path)
        _set(self, "operator", operator)
        _set(self, "terms", terms)
        _set(self, "negated", negated)
        many = operator in {INCLUDES, IS_EMPTY}
        _set(self, "pure", len(path) == 1 and not many)
        _set(self, "_hash", hash(self._identity()))
        _set(self, "_judges", {})

    def judge(
        self, principal: ClaimsPrincipal, resource: Any, request: object = None
    ) -> bool:
        """
        Tell whether the rule is met; without a resource it is not.

        Raises:
            AttributeError: the path leads nowhere.

            TypeError: it leads to what cannot be compared so.
        """
        kind = resource.__class__
        judge = self._judges.get(kind) or self.judge_of(kind)
        return judge(principal, resource, request)

    def judge_of(self, kind: type) -> Judge:
        """Return what judges the resources of one class, made at first use."""
        if kind not in self._judges:
            self._judges[kind] = _bound(self, kind)
        return self._judges[kind]

    @property
    def claim_types(self) -> tuple[str, ...]:
        """The types of the claims that it reads, in the order in which they stand."""
        named = (each.type for each in self.terms if isinstance(each, ClaimReference))
        return tuple(dict.fromkeys(named))

    def may_hold(self, principal: ClaimsPrincipal) -> bool:
        """
        Tell whether the rule may be met by some resource.

        A comparison with an absent claim is unknown, whatever the resource; of
        several terms, those that are there may be met, unless under `~`.
        """
        there = [
            principal.has_claim(each.type)
            for each in self.terms
            if isinstance(each, ClaimReference)
        ]
        if all(there):
            return True
        return not self.negated and (any(there) or len(there) < len(self.terms))

    def __invert__(self) -> Rule:
        return Rule(self.path, self.operator, self.terms, negated=not self.negated)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Rule is frozen.")

    def _identity(self) -> tuple[Any, ...]:
        keys = map(key_of, self.terms)
        asked = frozenset(keys) if self.operator == IN else tuple(keys)
        return (self.path, self.operator, asked, self.negated)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rule):
            return NotImplemented
        return self is other or self._identity() == other._identity()

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuilt, (self.path, self.operator, self.terms, self.negated))

    def __repr__(self) -> str:
        path = ".".join(("resource", *self.path))
        if self.operator == EQUAL or self.operator in ORDERINGS:
            return self._infix(path)
        terms: Any = ", ".join(map(repr, self.terms))
        if self.operator == IN:
            terms = f"[{terms}]"
        return f"{'~' * self.negated}{path}.{self.operator}({terms})"

    def _infix(self, path: str) -> str:
        if self.negated and self.operator == EQUAL:
            return f"({path} != {self.terms[0]!r})"
        return f"{'~' * self.negated}({path} {self.operator} {self.terms[0]!r})"

    def _beside_a_value(self, other: object) -> NoReturn:
        joined_by_mistake(other)

    # `1 | resource.a == 2` and its like: without these, Python's own words.
    __ror__ = __rand__ = _beside_a_value


def _rebuilt(
    path: tuple[str, ...],
    operator: str,
    terms: tuple[Any, ...],
    negated: bool,  # noqa: FBT001  # pickle gives arguments by position
) -> Rule:
    return Rule(path, operator, terms, negated=negated)


def _not_met(principal: ClaimsPrincipal, resource: None, request: object) -> bool:
    return False


def _bound(rule: Rule, kind: type) -> Judge:
    if kind is NoneType:
        return _not_met
    for binder in _binders:
        judge = binder(kind, rule)
        if judge is not None:
            return judge
    return judge_of_objects(rule)


class Path(Written):
    """
    The way from the resource to a value: `resource.tenant.slug`.

    Comparing a path makes a rule. An attribute whose name is one of the path's
    own methods is reached by `resource["includes"]`.
    """

    __slots__ = ("_names",)
    _names: tuple[str, ...]

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        object.__setattr__(self, "_names", names)

    def __getattr__(self, name: str) -> Path:
        # Python's protocols ask for these, and no rule is about what is private.
        if name.startswith("_"):
            raise AttributeError(f"Rules read no private attributes: {name!r}.")
        return Path((*self._names, name))

    def __getitem__(self, name: str) -> Path:
        if not isinstance(name, str) or not name.isidentifier():
            raise TypeError(f"A path goes on by an attribute's name, not {name!r}.")
        return self.__getattr__(name)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A rule compares (==); it does not assign (=).")

    def _rule(self, operator: str, *terms: Any) -> Rule:
        if not self._names:
            raise TypeError("A rule compares an attribute: resource.pk == ...")
        return Rule(self._names, operator, tuple(map(term, terms)))

    def __eq__(self, other: object) -> Rule:  # type: ignore[override]
        return self._rule(EQUAL, other)

    def __ne__(self, other: object) -> Rule:  # type: ignore[override]
        return ~self._rule(EQUAL, other)

    __hash__: ClassVar[None] = None

    def __lt__(self, other: Any) -> Rule:
        return self._rule("<", other)

    def __le__(self, other: Any) -> Rule:
        return self._rule("<=", other)

    def __gt__(self, other: Any) -> Rule:
        return self._rule(">", other)

    def __ge__(self, other: Any) -> Rule:
        return self._rule(">=", other)

    def in_(self, values: Any) -> Rule:
        """Return the rule that the value is one of these, or one of the claim's."""
        if isinstance(values, ClaimReference):
            return self._rule(IN, values)
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            raise TypeError(f"in_() takes a list of values or a claim, not {values!r}.")
        return self._rule(IN, *values)

    def is_null(self) -> Rule:
        """Return the rule that there is no value."""
        return self._rule(IS_NULL)

    def includes(self, item: Any) -> Rule:
        """
        Return the rule that this is among the many at the end of the path.

        Args:
            item: a key, an instance, or a claim that holds keys.
        """
        return self._rule(INCLUDES, item)

    def is_empty(self) -> Rule:
        """Return the rule that there are none at the end of the path."""
        return self._rule(IS_EMPTY)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path, (self._names,))

    def __repr__(self) -> str:
        return ".".join(("resource", *self._names))


#: The root of all paths. What it leads to is known when a resource is judged, so
#: a type checker takes its attributes for Any.
resource: Final[Any] = Path()
