"""
What is stored about tokens: families, refresh tokens, and what was revoked.

No secret is in any column. A family is one sign-in on one device (`sid`); its
refresh tokens follow each other, one successor each, and its `revoked_at` ends
them all, with every access token that carries the `sid`.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings as django_settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime

APP_LABEL = "claimsauth"
DIGEST_LENGTH = 64
USER_AGENT_LENGTH = 200
NAME_LENGTH = 255


def new_identifier() -> str:
    """Return 128 random bits in lower-case hexadecimal: a `sid` or a `jti`."""
    return secrets.token_hex(16)


def digest_of(*parts: str) -> str:
    """
    Return the digest that identifies public text exactly.

    A column of it has one width, and compares alike on every database; names of
    other issuers are long, and some collations find `A` where `a` is stored.
    """
    # Lengths in front: ("a", "bc") and ("ab", "c") are not the same.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class RevocationReason(models.TextChoices):
    """Why a family or a token does not count any more."""

    SIGNED_OUT = "signed_out", _("signed out")
    REVOKED = "revoked", _("revoked")
    REUSED = "reused", _("refresh token reused")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    USER_ENDED = "user_ended", _("user deactivated or deleted")
    SPENT = "spent", _("one-time token spent")


class TokenFamilyQuerySet(models.QuerySet["TokenFamily"]):
    """Families, asked in the words of the flows."""

    def live(self, now: datetime | None = None) -> TokenFamilyQuerySet:
        """Those that are neither revoked nor past their absolute expiry."""
        return self.filter(
            revoked_at__isnull=True, expires_at__gt=now or timezone.now()
        )


class TokenFamily(models.Model):
    """
    One sign-in on one device, and everything that was issued from it.

    Args:
        sid: the claim of the same name in each of its access tokens.

        client: who was given the tokens, empty for the project's own.

        stamp: what the user's credentials were, as a keyed digest; another
            password has another stamp.

        authenticated_at: when the user last proved to be there, if that was after
            the sign-in.

        expires_at: the absolute expiry, which no rotation extends.
    """

    sid = models.CharField(
        _("session"), max_length=32, unique=True, default=new_identifier, editable=False
    )
    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="token_families",
        verbose_name=_("user"),
    )
    scheme = models.CharField(_("scheme"), max_length=NAME_LENGTH, default="bearer")
    client = models.CharField(_("client"), max_length=NAME_LENGTH, blank=True)
    scope = models.TextField(_("scope"), blank=True)
    amr = models.CharField(_("methods"), max_length=NAME_LENGTH, blank=True)
    stamp = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    created_at = models.DateTimeField(_("signed in"), default=timezone.now)
    authenticated_at = models.DateTimeField(_("stepped up"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"), db_index=True)
    revoked_at = models.DateTimeField(
        _("revoked"), null=True, blank=True, db_index=True
    )
    reason = models.CharField(
        _("reason"), max_length=32, blank=True, choices=RevocationReason.choices
    )
    user_agent = models.CharField(_("device"), max_length=USER_AGENT_LENGTH, blank=True)
    ip_address = models.CharField(_("network"), max_length=45, blank=True)

    objects: ClassVar[Any] = TokenFamilyQuerySet.as_manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return self.sid


class RefreshToken(models.Model):
    """
    One refresh token, as the digest of its secret.

    Args:
        parent: the token that was spent for this one. Unique: a token has one
            successor, whatever runs at once.

        salt: goes into the secret of the successor, so that a retry finds it
            again and the database alone does not.

        expires_at: the idle expiry, never beyond the family's.
    """

    family = models.ForeignKey(
        TokenFamily, on_delete=models.CASCADE, related_name="refresh_tokens"
    )
    # No constraint: a spent token may be pruned before its successor.
    parent = models.OneToOneField(
        "self",
        on_delete=models.DO_NOTHING,
        related_name="successor",
        null=True,
        db_constraint=False,
    )
    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True, editable=False)
    salt = models.CharField(max_length=32, default=new_identifier, editable=False)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")

    def __str__(self) -> str:
        return str(self.pk)


class RevokedToken(models.Model):
    """
    An access token that is refused though it has not expired: its issuer and `jti`.

    Args:
        digest: of issuer and `jti` together; see `revoked_token_digest()`.

        expires_at: the token's own expiry, from which on it needs no row.
    """

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True, editable=False)
    issuer = models.CharField(_("issuer"), max_length=NAME_LENGTH)
    jti = models.CharField(_("token id"), max_length=NAME_LENGTH)
    revoked_at = models.DateTimeField(_("revoked"), default=timezone.now)
    reason = models.CharField(
        _("reason"),
        max_length=32,
        choices=RevocationReason.choices,
        default=RevocationReason.REVOKED,
    )
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("revoked token")
        verbose_name_plural = _("revoked tokens")

    def __str__(self) -> str:
        return self.jti


class NotBefore(models.Model):
    """
    A user's not-before stamp: no family that is older counts.

    It closes what an UPDATE of the families leaves open, a family that another
    transaction has not committed yet, and it outlives a user that was deleted.
    """

    # No constraint: the stamp stays where the user goes.
    user = models.OneToOneField(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name="tokens_not_before",
        db_constraint=False,
        verbose_name=_("user"),
    )
    not_before = models.DateTimeField(_("not before"), db_index=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("not-before stamp")
        verbose_name_plural = _("not-before stamps")

    def __str__(self) -> str:
        return str(self.pk)


def revoked_token_digest(issuer: str, jti: str) -> str:
    """Return the key of a `RevokedToken`: the same `jti` of two issuers has two."""
    return digest_of("jti", issuer, jti)
