"""The filters of the admin's list of keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_claimsauth.api_keys.models import ApiKey, State


class StateFilter(admin.SimpleListFilter):
    """By what has become of a key; expiring ones are live too."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        """Offer every state."""
        return State.choices

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep the keys in the chosen state."""
        state = self.value()
        if state not in State.values:
            return queryset
        return queryset & ApiKey.objects.in_state(str(state))


class UnusedFilter(admin.SimpleListFilter):
    """By how long nobody used a key."""

    title = _("unused")
    parameter_name = "unused"
    days = {"30": 30, "90": 90, "365": 365}

    def lookups(self, request: Any, model_admin: Any) -> Any:
        """Offer the usual terms."""
        return [
            ("never", _("Never used")),
            *((key, _("For %(days)s days") % {"days": key}) for key in self.days),
        ]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep the keys that were not used for so long."""
        if self.value() == "never":
            return queryset.filter(last_used_at=None)
        if self.value() not in self.days:
            return queryset
        moment = timezone.now() - timedelta(days=self.days[str(self.value())])
        return queryset.unused_since(moment)


class OwnerFilter(admin.SimpleListFilter):
    """By whether a key acts for a user."""

    title = _("owner")
    parameter_name = "owned_by"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        """Offer both kinds."""
        return [("user", _("Users")), ("service", _("Services"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep the keys of one kind."""
        if self.value() not in {"user", "service"}:
            return queryset
        return queryset.filter(owner__isnull=self.value() == "service")
