"""
Judging a proof of possession, step by step (WebAuthn 7.2), then keeping its counter.

The challenge was spent before, and the passkey found. All that changes is changed
by one conditional UPDATE, which locks the row and asks the counter again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final

from django.db import router
from django.db.models import Q
from django.db.models.functions import Greatest

from django_claimsauth.conf import settings
from django_claimsauth.passkeys.answers import AssertionAnswer
from django_claimsauth.passkeys.authenticator_data import (
    AuthenticatorData,
    parse_authenticator_data,
)
from django_claimsauth.passkeys.client_data import GET, check_client_data
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.judging import (
    check_authenticator,
    requires_user_verification,
)
from django_claimsauth.passkeys.models import Passkey
from django_claimsauth.passkeys.relying_party import RelyingParty
from django_claimsauth.passkeys.verification import verify_assertion
from django_claimsauth.signals import passkey_clone_suspected

logger = logging.getLogger("django_claimsauth.passkeys")
REFUSE: Final = "refuse"


def accept(
    passkey: Passkey, answer: AssertionAnswer, party: RelyingParty, now: datetime
) -> AuthenticatorData:
    """
    Judge an answer by its passkey, keep what it says, and return that.

    Raises:
        PasskeyError: a step does not agree; nothing was kept.
    """
    data = parse_authenticator_data(answer.authenticator_data)
    check_client_data(answer.client_data, GET, party)
    check_authenticator(data, party, user_verification=requires_user_verification())
    if data.backup_eligible != passkey.backup_eligible:
        raise PasskeyError("backup_eligibility_changed")
    verify_assertion(answer, party, bytes(passkey.public_key))
    if not passkey.user.is_active:
        raise PasskeyError("account_unavailable", f"user {passkey.user_id}")
    _keep(passkey, data, now)
    return data


def _keep(passkey: Passkey, data: AuthenticatorData, now: datetime) -> None:
    """Write what changed, if the counter agrees with the row as it is now."""
    rows = Passkey.objects.using(router.db_for_write(Passkey)).filter(pk=passkey.pk)
    used: dict[str, Any] = {"backed_up": data.backed_up, "last_used_at": now}
    if rows.filter(_before(data.sign_count)).update(sign_count=data.sign_count, **used):
        return
    if not rows.exists():
        raise PasskeyError("credential_unknown", "removed meanwhile")
    logger.warning("Passkey %s came with a counter that did not increase.", passkey.pk)
    passkey_clone_suspected.send_robust(
        sender=Passkey, passkey=passkey, sign_count=data.sign_count
    )
    if settings.passkeys.counter == REFUSE:
        raise PasskeyError("counter_not_increased", str(data.sign_count))
    rows.update(
        # The higher one stays, so that a clone is reported each time it is used.
        sign_count=Greatest("sign_count", data.sign_count),
        clone_suspected_at=now,
        **used,
    )


def _before(sign_count: int) -> Q:
    """Return which counters may have come before: lower ones, or none at all."""
    return Q(sign_count=0) if sign_count == 0 else Q(sign_count__lt=sign_count)
