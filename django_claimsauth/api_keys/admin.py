"""
Keys in the admin: looked at here, changed by the flows alone.

No field of a key is edited: a key is issued, rotated, disabled and revoked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.admin_pages import ApiKeyPages
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.filters import OwnerFilter, StateFilter, UnusedFilter
from django_claimsauth.api_keys.models import ApiKey, LegacyUse

SHOWN = (
    "name",
    "start",
    "owner_link",
    "state_shown",
    "scope",
    "claims",
    "networks",
    "rate",
    "created_at",
    "expires_at",
    "last_used_at",
    "last_used_ip",
    "generation",
    "rotated_at",
    "previous_valid_until",
    "previous_used_at",
    "disabled_at",
    "revoked_at",
    "reason",
)


@admin.register(ApiKey)
class ApiKeyAdmin(ApiKeyPages, admin.ModelAdmin):  # type: ignore[type-arg]
    """The list of keys, one key, and the pages that change it."""

    list_display = (
        "name",
        "start",
        "owner_link",
        "state_shown",
        "expires",
        "last_used",
        "issued",
    )
    list_filter = (StateFilter, UnusedFilter, OwnerFilter)
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("name", "public_id")
    search_help_text = _("A name, an id or an owner's name; never a key.")
    ordering = ("-created_at", "-pk")
    date_hierarchy = None
    fields = readonly_fields = SHOWN
    actions = ["revoke_selected", "disable_selected", "enable_selected"]

    @admin.display(description=_("key"), ordering="public_id")
    def start(self, api_key: ApiKey) -> str:
        """Show what the key starts with."""
        return f"{api_key.start}_…"

    @admin.display(description=_("state"))
    def state_shown(self, api_key: ApiKey) -> str:
        """Show what has become of the key."""
        return str(api_key.state().label)

    @admin.display(description=_("expires"), ordering="expires_at")
    def expires(self, api_key: ApiKey) -> str:
        """Show the day, which is as much as a list has room for."""
        return day(api_key.expires_at)

    @admin.display(description=_("last used"), ordering="last_used_at")
    def last_used(self, api_key: ApiKey) -> str:
        """Show the day."""
        return day(api_key.last_used_at)

    @admin.display(description=_("issued"), ordering="created_at")
    def issued(self, api_key: ApiKey) -> str:
        """Show the day."""
        return day(api_key.created_at)

    @admin.display(description=_("owner"), ordering="owner")
    def owner_link(self, api_key: ApiKey) -> str:
        """Show the owner, and lead to the owner's keys."""
        if api_key.owner is None:
            return gettext("service")
        url = reverse(f"{self.admin_site.name}:claimsauth_apikey_changelist")
        return format_html(
            '<a href="{}?owner__id__exact={}">{}</a>',
            url,
            api_key.owner_id,
            api_key.owner.get_username(),
        )

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search the owner's name too, whatever its column is called."""
        owner: Any = ApiKey._meta.get_field("owner").related_model
        return (*self.search_fields, f"owner__{owner.USERNAME_FIELD}")

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that change a key."""
        pages = [
            path(
                f"<path:object_id>/{verb}/",
                self.admin_site.admin_view(getattr(self, f"{verb}_view")),
                name=f"claimsauth_apikey_{verb}",
            )
            for verb in ("rotate", "revoke", "disable", "enable")
        ]
        return [*pages, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a key; nothing is saved from here, whoever posts what."""
        if request.method not in {"GET", "HEAD"} and "_popup" not in request.GET:
            raise PermissionDenied
        context = {"show_save": False, "show_save_and_continue": False}
        context |= {"show_save_and_add_another": False, "show_delete": False}
        return super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Refuse: a key is revoked, so that it is still seen what became of it."""
        raise PermissionDenied

    def has_delete_permission(
        self, request: HttpRequest, obj: ApiKey | None = None
    ) -> bool:
        """Offer no deleting here; with its owner, a key may be deleted."""
        return obj is not None and super().has_delete_permission(request, obj)

    @admin.action(description=_("Revoke selected API keys"), permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Revoke each."""
        self._each(request, queryset, flows.revoke, gettext("Revoked."))

    @admin.action(description=_("Disable selected API keys"), permissions=["change"])
    def disable_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Disable each."""
        self._each(request, queryset, flows.disable, gettext("Disabled."))

    @admin.action(description=_("Enable selected API keys"), permissions=["change"])
    def enable_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Enable each."""
        self._each(request, queryset, flows.enable, gettext("Enabled."))

    def _each(self, request: HttpRequest, queryset: Any, flow: Any, said: str) -> None:
        for api_key in queryset:
            try:
                flow(api_key)
            except ApiKeyError as error:
                self.message_user(request, str(error), messages.WARNING)
                continue
            self.log_change(request, api_key, said)
        self.message_user(request, said, messages.SUCCESS)


def day(moment: datetime | None) -> str:
    """Return the day of a moment, as the language writes it short, or a dash."""
    if moment is None:
        return "-"
    return str(date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT"))


@admin.register(LegacyUse)
class LegacyUseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who still comes with an old credential; read here, written by the schemes."""

    list_display = (
        "scheme",
        "credential",
        "name",
        "uses",
        "first_used_at",
        "last_used_at",
    )
    list_filter = ("scheme",)
    search_fields = ("credential", "name")
    ordering = ("-last_used_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: a use is counted, not entered."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: LegacyUse | None = None
    ) -> bool:
        """Return False, for the same reason."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: LegacyUse | None = None
    ) -> bool:
        """Return False: what was seen was seen."""
        return False
