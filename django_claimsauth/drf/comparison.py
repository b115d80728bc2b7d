"""What changed between two inventories: loosened, tightened, added, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django_claimsauth.drf.inventory import ANONYMOUS, EXEMPT, UNGUARDED

Kind = Literal["loosened", "tightened", "changed", "added", "removed"]
Saved = Mapping[str, Any]
OPEN: Final = frozenset({UNGUARDED, ANONYMOUS, EXEMPT})


@dataclass(frozen=True, slots=True)
class Difference:
    """One route and method that is not guarded as it was."""

    kind: Kind
    method: str
    route: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.method} {self.route}: {self.before} -> {self.after}"


def differences(before: Sequence[Saved], after: Sequence[Saved]) -> list[Difference]:
    """Return what differs, in the order of the routes; loosened ones first."""
    old = {(each["route"], each["method"]): each for each in before}
    new = {(each["route"], each["method"]): each for each in after}
    found = [
        _difference(key, old.get(key), new.get(key))
        for key in dict.fromkeys([*old, *new])
        if _guard(old.get(key)) != _guard(new.get(key))
    ]
    order: list[Kind] = ["loosened", "changed", "added", "removed", "tightened"]
    return sorted(found, key=lambda each: order.index(each.kind))


def _guard(endpoint: Saved | None) -> tuple[Any, ...] | None:
    if endpoint is None:
        return None
    return (
        endpoint.get("declared") in OPEN,
        frozenset(endpoint.get("requirements", ())),
        frozenset(endpoint.get("schemes", ())),
    )


def _difference(
    key: tuple[str, str], old: Saved | None, new: Saved | None
) -> Difference:
    route, method = key
    return Difference(_kind(old, new), method, route, _shown(old), _shown(new))


def _kind(old: Saved | None, new: Saved | None) -> Kind:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    was_open, is_open = old.get("declared") in OPEN, new.get("declared") in OPEN
    if was_open != is_open:
        return "loosened" if is_open else "tightened"
    asked, asks = set(old.get("requirements", ())), set(new.get("requirements", ()))
    accepted, accepts = set(old.get("schemes", ())), set(new.get("schemes", ()))
    if asks <= asked and accepts >= accepted:
        return "loosened"
    if asks >= asked and accepts <= accepted:
        return "tightened"
    return "changed"


def _shown(endpoint: Saved | None) -> str:
    if endpoint is None:
        return "absent"
    asked = " and ".join(endpoint.get("requirements", ())) or endpoint.get(
        "declared", "?"
    )
    schemes = ", ".join(endpoint.get("schemes", ()))
    return f"{asked} by {schemes}" if schemes else str(asked)
