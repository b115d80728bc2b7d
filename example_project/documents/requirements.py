"""A requirement of one's own: data, and the handler that judges it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django_claimsauth.authorization import Requirement, handles


@dataclass(frozen=True)
class MinimumAge(Requirement):
    years: int


@handles(MinimumAge)
def old_enough(context, requirement):
    """Succeed from the birthday on; without a birthdate, have no opinion."""
    birthdate = context.principal.find_first("birthdate")
    if birthdate is None:
        return
    born, today = date.fromisoformat(birthdate.value), datetime.now(UTC).date()
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    if today.year - born.year - (not had_birthday) >= requirement.years:
        context.succeed(requirement)
