"""
Users of other issuers in the admin: who they are here, and cutting the tie.

Nothing of a tie is edited: whose it is was said by an issuer's token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_claimsauth.authentication.user_pages import user_link
from django_claimsauth.tokens.federated import FederatedIdentity

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


@admin.register(FederatedIdentity)
class FederatedIdentityAdmin(Base):
    """
    The list of federated identities, and one of them.

    Who may delete one cuts its tie: the subject's next token makes another user.
    """

    list_display = ("subject", "issuer", "user_link", "created_at")
    list_filter = (("issuer", admin.AllValuesFieldListFilter), "created_at")
    list_select_related = ("user",)
    list_per_page = 50
    show_full_result_count = False
    search_help_text = _("A subject as the issuer has it, or a user's name.")
    ordering = ("-created_at", "-pk")
    fields = readonly_fields = ("issuer", "subject", "user_link", "created_at")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search the user's name too, whatever its column is called."""
        user: Any = FederatedIdentity._meta.get_field("user").related_model
        return ("=subject", f"user__{user.USERNAME_FIELD}")

    @admin.display(description=_("user"), ordering="user")
    def user_link(self, identity: FederatedIdentity) -> str:
        """Show the user, and lead there where the admin has users."""
        return user_link(identity.user, self.admin_site.name)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: a token makes a tie, and nothing else can."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: what an issuer said is not edited."""
        return False
