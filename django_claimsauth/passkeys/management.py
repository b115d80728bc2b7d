"""One's own passkeys: listed, renamed, removed, and never the last way in."""

from __future__ import annotations

from typing import Any, Final

from django.db import router, transaction

from django_claimsauth.conf import load, settings
from django_claimsauth.passkeys.credentials import checked_name, handle_of, lock
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import Passkey
from django_claimsauth.signals import passkey_removed

HOOK: Final = "CLAIMSAUTH['PASSKEYS']['OTHER_WAYS_IN']"


def passkeys_of(user: Any) -> Any:
    """Return a user's passkeys, the newest first."""
    return Passkey.objects.filter(user=user).order_by("-created_at", "-pk")


def rename(user: Any, key: int, name: str) -> Passkey | None:
    """
    Give a passkey of the user's another name; None where there is none.

    Raises:
        PasskeyError: `name_invalid`.
    """
    chosen = checked_name(name)
    if not chosen:
        raise PasskeyError("name_invalid", "blank")
    if not _own(user).filter(pk=key).update(name=chosen):
        return None
    return _own(user).filter(pk=key).first()  # type: ignore[no-any-return]


def remove(user: Any, key: int) -> bool:
    """
    Remove a passkey of the user's; False where there is none.

    Raises:
        PasskeyError: `last_way_in`.
    """
    handle_of(user)
    with transaction.atomic(using=router.db_for_write(Passkey)):
        # Two removals at once must not each take the other for what remains.
        lock(user.pk)
        passkey = _own(user).filter(pk=key).first()
        if passkey is None:
            return False
        if not _own(user).exclude(pk=key).exists() and not has_other_way_in(user):
            raise PasskeyError("last_way_in")
        _own(user).filter(pk=key).delete()
    passkey_removed.send_robust(sender=Passkey, passkey=passkey, user=user)
    return True


def has_other_way_in(user: Any) -> bool:
    """
    Tell whether the user can sign in without a passkey: by password, or as
    `OTHER_WAYS_IN` says (another provider's account, say).
    """
    if user.has_usable_password():
        return True
    hook = load(settings.passkeys.other_ways_in, HOOK)
    return hook is not None and hook(user) is True


def _own(user: Any) -> Any:
    return Passkey.objects.using(router.db_for_write(Passkey)).filter(user=user)
