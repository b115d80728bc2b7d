"""What is stored about users of other issuers: who they are here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings as django_settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_claimsauth.tokens.models import (
    APP_LABEL,
    DIGEST_LENGTH,
    NAME_LENGTH,
    digest_of,
)


class FederatedIdentity(models.Model):
    """
    A subject of another issuer, and the local user that was made for it.

    Args:
        digest: of issuer and subject together; unique, so one of many that come at
            once is the first. See `federated_digest()`.
    """

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True, editable=False)
    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="federated_identities",
        verbose_name=_("user"),
    )
    issuer = models.CharField(_("issuer"), max_length=NAME_LENGTH)
    subject = models.CharField(_("subject"), max_length=NAME_LENGTH)
    created_at = models.DateTimeField(_("first seen"), default=timezone.now)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        verbose_name = _("federated identity")
        verbose_name_plural = _("federated identities")

    def __str__(self) -> str:
        return f"{self.subject} of {self.issuer}"


def federated_digest(issuer: str, subject: str) -> str:
    """Return the key of a `FederatedIdentity`: a subject of two issuers has two."""
    return digest_of("federated", issuer, subject)
