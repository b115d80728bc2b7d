"""What is stored of an API key: never the key."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings as django_settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_claimsauth.api_keys.format import MAX_PREFIX_LENGTH, new_key_id
from django_claimsauth.conf import settings

APP_LABEL = "claimsauth"
DIGEST_LENGTH = 64
NAME_LENGTH = 100
REASON_LENGTH = 200


class State(models.TextChoices):
    """What has become of a key; `EXPIRING` is live, and soon not."""

    LIVE = "live", _("live")
    EXPIRING = "expiring", _("expiring")
    EXPIRED = "expired", _("expired")
    DISABLED = "disabled", _("disabled")
    REVOKED = "revoked", _("revoked")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys, asked in the words of the commands and the admin."""

    def in_state(self, state: str, now: datetime | None = None) -> ApiKeyQuerySet:
        """Those that are in this state; expiring ones are live too."""
        now = now or timezone.now()
        warned = Q(expires_at__lte=now + settings.api_keys.expiry_warning)
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
        alive = Q(revoked_at=None, disabled_at=None) & unexpired
        conditions = {
            State.LIVE: alive,
            State.EXPIRING: alive & warned,
            State.EXPIRED: Q(revoked_at=None, expires_at__lte=now),
            State.DISABLED: Q(revoked_at=None, disabled_at__isnull=False) & unexpired,
            State.REVOKED: Q(revoked_at__isnull=False),
        }
        return self.filter(conditions[State(state)])

    def unused_since(self, moment: datetime) -> ApiKeyQuerySet:
        """Those that nobody used since then, though they were there."""
        return self.filter(created_at__lte=moment).filter(
            Q(last_used_at=None) | Q(last_used_at__lte=moment)
        )


class ApiKey(models.Model):
    """
    An API key, as the digest of its text.

    Args:
        public_id: the part of the key by which it is found; no secret.

        name_key: stands for owner and name while the key is not revoked, so
            that a name is there once for each owner, exactly, on every database.

        owner: the user for whom the key acts; None is a service of its own.

        previous_digest: of the secret before the last rotation, which works
            until `previous_valid_until`.

        scope: the scopes, with blanks between them (RFC 6749 3.3).

        networks: the allowed networks, with blanks between them; empty is any.

        generation: how often the key was rotated.
    """

    public_id = models.CharField(
        _("id"), max_length=32, unique=True, default=new_key_id, editable=False
    )
    prefix = models.CharField(_("prefix"), max_length=MAX_PREFIX_LENGTH, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    name_key = models.CharField(  # noqa: DJ001  # NULLs are not equal to each other
        max_length=DIGEST_LENGTH, unique=True, null=True, editable=False
    )
    # CASCADE, since a key whose owner were set to NULL would become a service's.
    owner = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_keys",
        null=True,
        blank=True,
        verbose_name=_("owner"),
    )
    digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    previous_digest = models.CharField(
        max_length=DIGEST_LENGTH, blank=True, editable=False
    )
    previous_valid_until = models.DateTimeField(
        _("old secret works until"), null=True, blank=True
    )
    previous_used_at = models.DateTimeField(
        _("old secret last used"), null=True, blank=True
    )
    generation = models.PositiveIntegerField(_("rotations"), default=0, editable=False)
    scope = models.TextField(_("scopes"), blank=True)
    claims = models.JSONField(_("claims"), default=dict, blank=True)
    networks = models.TextField(_("allowed networks"), blank=True)
    rate = models.CharField(_("rate"), max_length=32, blank=True)
    created_at = models.DateTimeField(_("issued"), default=timezone.now)
    rotated_at = models.DateTimeField(_("rotated"), null=True, blank=True)
    expires_at = models.DateTimeField(
        _("expires"), null=True, blank=True, db_index=True
    )
    expiry_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    last_used_at = models.DateTimeField(
        _("last used"), null=True, blank=True, db_index=True
    )
    last_used_ip = models.GenericIPAddressField(
        _("last used from"), null=True, blank=True
    )

    objects: ClassVar[Any] = ApiKeyQuerySet.as_manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes, in the order in which they were given."""
        return tuple(self.scope.split())

    @property
    def allowed_networks(self) -> tuple[str, ...]:
        """The networks from which the key works; empty is any."""
        return tuple(self.networks.split())

    @property
    def start(self) -> str:
        """What the key starts with, by which its holder recognises it."""
        return f"{self.prefix}_{self.public_id}"

    @property
    def subject(self) -> str:
        """The `sub` of the principal: the owner's, or `service:<name>`."""
        return subject_for(self.owner_id, self.name)

    def state(self, now: datetime | None = None) -> State:
        """Return what has become of the key, the worst first."""
        now = now or timezone.now()
        if self.revoked_at is not None:
            return State.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return State.EXPIRED
        if self.disabled_at is not None:
            return State.DISABLED
        if (
            self.expires_at is not None
            and self.expires_at <= now + settings.api_keys.expiry_warning
        ):
            return State.EXPIRING
        return State.LIVE


class LegacyUse(models.Model):
    """
    How often a credential of another package was accepted, and when last.

    Args:
        scheme: the alias of the scheme that accepted it.

        credential: its public part, or the start of its digest; no secret.
    """

    scheme = models.CharField(_("scheme"), max_length=NAME_LENGTH)
    credential = models.CharField(_("credential"), max_length=64)
    name = models.CharField(_("of"), max_length=255)
    uses = models.PositiveBigIntegerField(_("uses"), default=0)
    first_used_at = models.DateTimeField(_("first used"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), db_index=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("use of an old credential")
        verbose_name_plural = _("uses of old credentials")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(
                fields=["scheme", "credential"], name="claimsauth_legacy_use_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme}: {self.credential}"


def subject_for(owner_id: object, name: str) -> str:
    """Return the `sub` of a key: its owner's primary key, or `service:<name>`."""
    return f"service:{name}" if owner_id is None else str(owner_id)


def name_key_for(owner_id: object, name: str) -> str:
    """Return what stands for an owner and a name, exactly and in one width."""
    owner = "service" if owner_id is None else f"user:{owner_id}"
    return hashlib.sha256(f"{owner}\0{name}".encode()).hexdigest()
