"""
Passkeys in the admin: looked at, searched, and removed by who may remove them.

Nothing of a passkey is edited: it is what an authenticator attested.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_claimsauth.authentication.user_pages import user_link
from django_claimsauth.passkeys.aaguids import authenticator_name, known_names
from django_claimsauth.passkeys.models import Passkey
from django_claimsauth.signals import passkey_removed

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


class CloneFilter(admin.SimpleListFilter):
    """Passkeys of which there may be a copy."""

    title = _("clone suspected")
    parameter_name = "clone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        """Return the choices."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the passkeys of the choice."""
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(clone_suspected_at__isnull=self.value() == "no")


@admin.register(Passkey)
class PasskeyAdmin(Base):
    """The list of passkeys, and one passkey."""

    list_display = (
        "name",
        "user_link",
        "authenticator",
        "backup_eligible",
        "backed_up",
        "user_verified",
        "last_used_at",
        "created_at",
    )
    list_filter = (
        CloneFilter,
        "backup_eligible",
        "user_verified",
        "last_used_at",
        "created_at",
    )
    list_select_related = ("user",)
    list_per_page = 50
    show_full_result_count = False
    search_help_text = _("A name, an authenticator, a credential id or a user's name.")
    ordering = ("-created_at", "-pk")
    fields = readonly_fields = (
        "name",
        "user_link",
        "authenticator",
        "aaguid",
        "credential_id",
        "algorithm",
        "sign_count",
        "clone_suspected_at",
        "transports",
        "attestation_format",
        "backup_eligible",
        "backed_up",
        "user_verified",
        "created_at",
        "last_used_at",
    )

    @admin.display(description=_("authenticator"), ordering="aaguid")
    def authenticator(self, passkey: Passkey) -> str:
        """Show the name of what made it."""
        return authenticator_name(passkey.aaguid)

    @admin.display(description=_("user"), ordering="user")
    def user_link(self, passkey: Passkey) -> str:
        """Show the user, and lead there where the admin has users."""
        return user_link(passkey.user, self.admin_site.name)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search the user's name too, whatever its column is called."""
        user: Any = Passkey._meta.get_field("user").related_model
        return ("name", "aaguid", "=credential_id", f"user__{user.USERNAME_FIELD}")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Search the names of authenticators as well, which no column holds."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        term = search_term.strip().lower()
        makers = [key for key, name in known_names().items() if term in name.lower()]
        if term and makers:
            found = found | queryset.filter(aaguid__in=makers)
        return found, duplicates

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: a ceremony adds a passkey, and nothing else can."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: what was attested is not edited."""
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Remove a passkey, be it the last way in, and tell of it."""
        key = obj.pk
        super().delete_model(request, obj)
        obj.pk = key
        passkey_removed.send_robust(sender=Passkey, passkey=obj, user=obj.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Remove several, and tell of each."""
        removed = list(queryset.select_related("user"))
        super().delete_queryset(request, queryset)
        for passkey in removed:
            passkey_removed.send_robust(
                sender=Passkey, passkey=passkey, user=passkey.user
            )
