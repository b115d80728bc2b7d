"""
What `request.user` is for the bearer of a token.

A user without a row asks nobody; a local one is found while authenticating, since
who is unknown or inactive is refused. Nobody is ever linked by an e-mail address
that its issuer has not verified.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any, Protocol

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError

from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.users import (
    MAX_SUBJECT_LENGTH,
    PrincipalUser,
    anonymous_user,
    local_user_of,
    subject_of,
)
from django_claimsauth.claims import Claim, ClaimsIdentity, ClaimsPrincipal
from django_claimsauth.tokens.standing import UNAVAILABLE

logger = logging.getLogger(__name__)

UNKNOWN_USER = "unknown_user"
#: The claim with the primary key of the local user whom a scheme found; ours alone.
USER_ID = "user_id"
EMAIL = "email"
EMAIL_VERIFIED = "email_verified"
MEMO = "user"
#: Where a database compares without regard to case, so many rows are compared here.
MAX_ROWS = 10


class ClaimsUser(PrincipalUser):
    """
    A user without a row, whose `pk` is the subject of the token.

    The subject is its issuer's: it may look like the key of a local user, and is
    none. What belongs to local users is compared with local users alone.
    """

    def __init__(self, principal: ClaimsPrincipal) -> None:
        super().__init__(principal)
        self.pk = self.id = principal.subject  # type: ignore[assignment]


class Users(Protocol):
    """A way to a user: admitting a principal, and finding its user again."""

    #: Whether `admit()` asks nobody, so that its answer is the same each time.
    is_constant: bool

    def admit(self, principal: ClaimsPrincipal) -> AuthenticateResult:
        """Return success, or the failure of a principal without a user here."""

    def user_of(self, principal: ClaimsPrincipal) -> object:
        """Return what `request.user` is."""


class OwnUsers:
    """The local user that a token of ours names; asked when touched."""

    is_constant = True

    def admit(self, principal: ClaimsPrincipal) -> AuthenticateResult:
        """Return success: that the user is active is asked with revocation."""
        return AuthenticateResult.succeed(principal)

    def user_of(self, principal: ClaimsPrincipal) -> object:
        """
        Return the local user.

        Of a user that is gone or inactive there is nobody: the token was ours to
        give, and nothing stands for it any more.
        """
        return local_user_of(principal) or anonymous_user()


class ClaimsUsers:
    """Users without a row: `user="claims"`."""

    is_constant = True

    def admit(self, principal: ClaimsPrincipal) -> AuthenticateResult:
        """Return success; nobody is asked."""
        return AuthenticateResult.succeed(principal)

    def user_of(self, principal: ClaimsPrincipal) -> object:
        """Return the user of the claims."""
        return ClaimsUser(principal)


class LocalUsers(ABC):
    """
    The base of local users behind tokens of others.

    The principal gets the user's key as the claim `user_id`, which is our word.
    """

    is_constant = False

    @abstractmethod
    def find(self, identity: ClaimsIdentity) -> Any | None:
        """Return the user of an identity, None where there is none."""

    def admitted(self, identity: ClaimsIdentity) -> Any | None:
        """Return the user to be let in, None where there is none."""
        return self.find(identity)

    def admit(self, principal: ClaimsPrincipal) -> AuthenticateResult:
        """Return success with the user in the principal's memo, or a failure."""
        identity = principal.identity
        if identity is None:
            return AuthenticateResult.fail(UNKNOWN_USER, "no identity")
        try:
            user = self.admitted(identity)
        except (OperationalError, InterfaceError):
            logger.exception("The users cannot be asked; the token is refused")
            return AuthenticateResult.fail(UNAVAILABLE, "the users cannot be asked")
        if user is None or not user.is_active:
            # One answer for both: who is unknown here learns nothing of who is not.
            cause = "unknown" if user is None else "inactive"
            detail = f"{cause}: sub {identity.subject!a:.200}"
            return AuthenticateResult.fail(UNKNOWN_USER, detail)
        return AuthenticateResult.succeed(_of_user(principal, identity, user))

    def user_of(self, principal: ClaimsPrincipal) -> object:
        """Return the user that was found, found again in a principal made of it."""
        user = principal.memo.get(MEMO)
        if user is None and principal.identity is not None:
            user = self.find(principal.identity)
        return user if user is not None and user.is_active else anonymous_user()


class LookedUpUsers(LocalUsers):
    """
    Local users by a field: `user="lookup"`.

    Args:
        field: the field; None is the user model's USERNAME_FIELD.

        claim: the claim whose value stands in it, exactly.
    """

    def __init__(self, field: str | None, claim: str) -> None:
        self._field = field
        self._claim = claim

    def find(self, identity: ClaimsIdentity) -> Any | None:
        """Return the one user whose field has exactly this value, or None."""
        claim = single_claim(identity, self._claim)
        if claim is None or (claim.type == EMAIL and not _is_verified(claim, identity)):
            return None
        model: Any = get_user_model()
        name = self._field or model.USERNAME_FIELD
        try:
            wanted = model._meta.get_field(name).to_python(claim.value)
            if str(wanted) != claim.value:
                return None
            rows = list(model._default_manager.filter(**{name: wanted})[:MAX_ROWS])
        except (ValidationError, ValueError, TypeError, OverflowError):
            return None
        # A database may compare without regard to case; a claim is exact.
        users = [each for each in rows if getattr(each, name) == wanted]
        return users[0] if len(users) == 1 else None


def single_claim(identity: ClaimsIdentity, type: str) -> Claim | None:
    """Return the one claim of this type whose value can stand in a column, or None."""
    found = [each for each in identity.claims if each.type == type]
    # Two values would be two users.
    if len(found) != 1 or not isinstance(found[0].value, str):
        return None
    value = found[0].value
    if not 0 < len(value) <= MAX_SUBJECT_LENGTH or "\0" in value:
        return None
    return found[0]


def _is_verified(claim: Claim, identity: ClaimsIdentity) -> bool:
    # Whoever may write an address into a profile does not own it for that.
    return Claim(EMAIL_VERIFIED, value=True, issuer=claim.issuer) in identity.claims


def _of_user(
    principal: ClaimsPrincipal, identity: ClaimsIdentity, user: Any
) -> ClaimsPrincipal:
    claims = [each for each in identity.claims if each.type != USER_ID]
    known = ClaimsIdentity(
        [*claims, Claim(USER_ID, subject_of(user))],
        identity.authentication_type,
        identity.name_type,
        identity.role_type,
    )
    # This principal lives as long as its request, so the user may ride along.
    found = ClaimsPrincipal(
        known if each is identity else each for each in principal.identities
    )
    found.memo[MEMO] = user
    return found
