"""
Making local users at first sight: by issuer and subject, and by nothing else.

A name or an e-mail address that a token states links to no user who is there
already: it may be somebody else's, and its owner may change.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, router, transaction

from django_claimsauth.claims import LOCAL_ISSUER, ClaimsIdentity, ClaimsPrincipal
from django_claimsauth.conf import load
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.federated import FederatedIdentity, federated_digest
from django_claimsauth.tokens.models import NAME_LENGTH
from django_claimsauth.tokens.users import (
    ClaimsUsers,
    LocalUsers,
    LookedUpUsers,
    OwnUsers,
    Users,
    single_claim,
)

if TYPE_CHECKING:
    from django_claimsauth.tokens.options import BearerOptions

logger = logging.getLogger(__name__)

CREATE_USER = "create_user"
SUBJECT = "sub"
#: Of the digest in a generated name: 128 bits, which nobody meets by chance.
DIGITS = 32


class ProvisionedUsers(LocalUsers):
    """
    Local users made at first sight: `user="provision"`.

    Args:
        create: makes a user, saved or not, of a principal, or returns None for one
            that is not let in; a function or its dotted path. None makes a user
            without a password, named by the digest of issuer and subject.

    Raises:
        SettingsError: `create` is neither a function nor a path to one.
    """

    def __init__(self, create: str | Callable[..., Any] | None) -> None:
        self._create = load(create, CREATE_USER)
        if self._create is not None and not callable(self._create):
            raise SettingsError(f"{CREATE_USER} is {create!r}; a function is expected.")

    def find(self, identity: ClaimsIdentity) -> Any | None:
        """Return the user of issuer and subject, None where there is none yet."""
        key = _key_of(identity)
        return None if key is None else _stored(federated_digest(*key))

    def admitted(self, identity: ClaimsIdentity) -> Any | None:
        """Return the user of issuer and subject, made where there is none yet."""
        key = _key_of(identity)
        if key is None:
            return None
        digest = federated_digest(*key)
        return _stored(digest) or self._made(identity, digest, *key)

    def _made(
        self, identity: ClaimsIdentity, digest: str, issuer: str, subject: str
    ) -> Any | None:
        alias = router.db_for_write(FederatedIdentity)
        try:
            with transaction.atomic(using=alias):
                user = self._new(identity, digest)
                if user is None:
                    return None
                if user._state.adding:
                    user.save()
                FederatedIdentity.objects.using(alias).create(
                    digest=digest,
                    user=user,
                    issuer=issuer[:NAME_LENGTH],
                    subject=subject,
                )
        except IntegrityError as error:
            # Another request was first; or the name is taken, and stays its owner's.
            return _first(digest, alias, error)
        return user

    def _new(self, identity: ClaimsIdentity, digest: str) -> Any | None:
        if self._create is not None:
            return self._create(ClaimsPrincipal([identity]))
        model: Any = get_user_model()
        # What a token says of a name is not taken: it may be somebody's here.
        user = model(**{model.USERNAME_FIELD: f"federated-{digest[:DIGITS]}"})
        user.set_unusable_password()
        return user


def users_of(options: BearerOptions, *, own: bool) -> Users:
    """
    Return the way to a user that the option `user` of a scheme describes.

    Raises:
        SettingsError: another way than `sub` for this project's own tokens.
    """
    if options.user == "claims" or (options.user is None and not own):
        return ClaimsUsers()
    if options.user is None:
        return OwnUsers()
    if own:
        raise SettingsError(
            f"user is {options.user!r} for tokens of this project, whose `sub` is the "
            "user already; leave it out."
        )
    if options.user == "lookup":
        return LookedUpUsers(options.user_field, options.user_claim)
    return ProvisionedUsers(options.create_user)


def _first(digest: str, alias: str, error: IntegrityError) -> Any | None:
    with transaction.atomic(using=alias):
        # Locked, so that it is read as it is now and not as our transaction began:
        # the row of whoever was first is younger.
        rows = FederatedIdentity.objects.using(alias).select_for_update()
        row = rows.select_related("user").filter(digest=digest).first()
    if row is None:
        logger.error("No user could be made, a unique value is taken: %s", error)
        return None
    return row.user


def _stored(digest: str) -> Any | None:
    row = FederatedIdentity.objects.select_related("user").filter(digest=digest).first()
    return None if row is None else row.user


def _key_of(identity: ClaimsIdentity) -> tuple[str, str] | None:
    claim = single_claim(identity, SUBJECT)
    # A subject of ours is a local user already, and never a stranger's.
    if claim is None or claim.issuer == LOCAL_ISSUER:
        return None
    return claim.issuer, str(claim.value)
