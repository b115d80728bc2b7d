"""Storing new credentials, under the lock of the user's handle."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import IntegrityError, router, transaction

from django_claimsauth.conf import settings
from django_claimsauth.passkeys.aaguids import authenticator_name
from django_claimsauth.passkeys.answers import base64url
from django_claimsauth.passkeys.attestations import NewCredential
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import (
    NAME_LENGTH,
    Passkey,
    UserHandle,
    credential_digest,
)
from django_claimsauth.signals import passkey_added

_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def handle_of(user: Any) -> str:
    """Return the user's handle, made at first use."""
    found, _ = UserHandle.objects.get_or_create(user=user)
    return str(found.handle)


def lock(user_id: Any) -> bool:
    """
    Lock a user's passkeys until the transaction ends; False where there is no handle.

    An UPDATE and not a SELECT ... FOR UPDATE: SQLite, which has none, takes its
    write lock by it.
    """
    return bool(_handles().filter(user_id=user_id).update(user_id=user_id))


def store(user: Any, found: NewCredential, name: str) -> Passkey:
    """
    Store a credential for a user, in one transaction.

    Raises:
        PasskeyError: `credential_taken`, `too_many_passkeys`,
            `account_unavailable` where the user is gone.
    """
    try:
        with transaction.atomic(using=router.db_for_write(Passkey)):
            passkey = insert(user, found, name)
    except IntegrityError as error:
        raise refusal_of(found, "account_unavailable") from error
    passkey_added.send_robust(sender=Passkey, passkey=passkey)
    return passkey


def insert(user: Any, found: NewCredential, name: str) -> Passkey:
    """Insert the row, inside a transaction of the caller's."""
    if not lock(user.pk):
        raise PasskeyError("account_unavailable", f"user {user.pk} has no handle")
    passkeys = Passkey.objects.using(router.db_for_write(Passkey))
    if passkeys.filter(user=user).count() >= settings.passkeys.max_per_user:
        raise PasskeyError("too_many_passkeys")
    return passkeys.create(  # type: ignore[no-any-return]
        user=user,
        name=name or authenticator_name(found.aaguid),
        credential_id=base64url(found.credential_id),
        digest=credential_digest(found.credential_id),
        public_key=found.public_key,
        algorithm=found.algorithm,
        sign_count=found.sign_count,
        transports=" ".join(found.transports),
        aaguid=found.aaguid,
        attestation_format=found.attestation_format,
        backup_eligible=found.backup_eligible,
        backed_up=found.backed_up,
        user_verified=found.user_verified,
    )


def refusal_of(found: NewCredential, otherwise: str) -> PasskeyError:
    """Return what a violated constraint means: the id is taken, or the other one."""
    digest = credential_digest(found.credential_id)
    passkeys = Passkey.objects.using(router.db_for_write(Passkey))
    taken = passkeys.filter(digest=digest).exists()
    return PasskeyError("credential_taken" if taken else otherwise)


def checked_name(name: str) -> str:
    """
    Return a passkey's name without blanks around it; empty asks for a default.

    Raises:
        PasskeyError: `name_invalid`: too long, or with characters that nobody sees.
    """
    shown = name.strip()
    if len(shown) > NAME_LENGTH or _UNSEEN.search(shown):
        raise PasskeyError("name_invalid", f"{len(shown)} characters")
    return shown


def _handles() -> Any:
    return UserHandle.objects.using(router.db_for_write(UserHandle))
