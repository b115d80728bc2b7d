"""A requirement in one file: how old the caller must be."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Q

from django_claimsauth.authorization import Requirement, handles, policies


@dataclass(frozen=True)
class MinimumAge(Requirement):
    """The caller is at least so many years old, by the claim `birthdate`."""

    years: int


@handles(MinimumAge)
def old_enough(context, requirement):
    """Succeed on the birthday itself; a claim that is no date satisfies nothing."""
    age = age_of(context.principal, datetime.now(UTC).date())
    if age is not None and age >= requirement.years:
        context.succeed(requirement)


@old_enough.narrow
def all_or_none(principal, requirement):
    """Say the same in SQL: the caller's age keeps every row, or none."""
    age = age_of(principal, datetime.now(UTC).date())
    return Q() if age is not None and age >= requirement.years else Q(pk__in=[])


def age_of(principal, today):
    """Return the caller's age in whole years, or None where it is not known."""
    stated = principal.find_first("birthdate")
    try:
        born = date.fromisoformat(stated.value)
    except (AttributeError, TypeError, ValueError):
        return None
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday)


policies.add("wine.order", MinimumAge(21))
