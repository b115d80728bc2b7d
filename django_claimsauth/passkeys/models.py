"""
What is stored of passkeys: public keys, user handles, challenges. No secrets.

Credential ids are looked up by digest: a column that holds 1023 bytes has no
index everywhere, and a collation may find `A` where `a` is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, ClassVar

from django.conf import settings as django_settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

APP_LABEL = "claimsauth"
DIGEST_LENGTH = 64
NAME_LENGTH = 100
HANDLE_BYTES = 64
#: Base64url of 1023 bytes, the longest credential id (WebAuthn 7.1).
MAX_CREDENTIAL_ID_TEXT = 1364


class Ceremony(models.TextChoices):
    """What a challenge was minted for, and the one thing it is good for."""

    REGISTRATION = "registration", _("registration")
    AUTHENTICATION = "authentication", _("authentication")
    SIGN_UP = "sign_up", _("sign-up")
    STEP_UP = "step_up", _("step-up")


def new_handle() -> str:
    """Return a user handle: 64 random bytes in hexadecimal (WebAuthn 5.4.3)."""
    return secrets.token_hex(HANDLE_BYTES)


def credential_digest(credential_id: bytes) -> str:
    """Return the digest by which a credential is found."""
    return hashlib.sha256(credential_id).hexdigest()


class UserHandle(models.Model):
    """
    How authenticators know a user: at random, never a primary key or a name.

    Its row is also the lock under which a user's passkeys are counted.
    """

    user = models.OneToOneField(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="passkey_handle",
        verbose_name=_("user"),
    )
    handle = models.CharField(
        max_length=2 * HANDLE_BYTES, unique=True, default=new_handle, editable=False
    )

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("user handle")
        verbose_name_plural = _("user handles")

    def __str__(self) -> str:
        return self.handle


class Passkey(models.Model):
    """
    A credential of a user: the record of WebAuthn 4, "credential record".

    Args:
        credential_id: in base64url; `digest` is what is looked up.

        public_key: in COSE form, as the authenticator made it.

        sign_count: the highest that was seen; 0 where the authenticator has no
            counter.

        user_verified: whether the user was verified when it was registered. Only
            then does a later verification prove a second factor.

        backup_eligible: whether it may be synced to other devices; never changes.

        clone_suspected_at: when a counter last came that was not higher.
    """

    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="passkeys",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    credential_id = models.TextField(_("credential id"), editable=False)
    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True, editable=False)
    public_key = models.BinaryField(_("public key"))
    algorithm = models.IntegerField(_("algorithm"), editable=False)
    sign_count = models.PositiveBigIntegerField(_("counter"), default=0)
    transports = models.CharField(_("transports"), max_length=255, blank=True)
    aaguid = models.CharField(_("AAGUID"), max_length=36)
    attestation_format = models.CharField(_("attestation"), max_length=32)
    backup_eligible = models.BooleanField(_("may be synced"))
    backed_up = models.BooleanField(_("synced"))
    user_verified = models.BooleanField(_("user verified"))
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    clone_suspected_at = models.DateTimeField(
        _("clone suspected"), null=True, blank=True
    )

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")

    def __str__(self) -> str:
        return self.name

    @property
    def transport_hints(self) -> list[str]:
        """How the authenticator can be reached, as the browser reported it."""
        return self.transports.split()


class PasskeyChallenge(models.Model):
    """
    A challenge that waits for its one answer; whoever looks at it deletes it.

    Args:
        browser: the digest of what binds it to the browser that asked.

        user: who answers, where that is known.

        username: the name that was typed. A challenge with a name and without a
            user is a decoy: nobody can answer it.

        handle: the user handle of an account that is yet to be made.
    """

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True, editable=False)
    ceremony = models.CharField(max_length=16, choices=Ceremony.choices)
    browser = models.CharField(max_length=DIGEST_LENGTH)
    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
    )
    username = models.CharField(max_length=255, blank=True)
    handle = models.CharField(max_length=2 * HANDLE_BYTES, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("passkey challenge")
        verbose_name_plural = _("passkey challenges")

    def __str__(self) -> str:
        return self.ceremony
