"""
Sessions and revoked tokens in the admin: looked at here, changed by the flows alone.

No row holds a secret, so no page shows one; a token that is pasted to be revoked
is neither stored nor shown again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from django_claimsauth.tokens.models import RevokedToken, TokenFamily

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


#: In characters; no token of ours is as long.
MAX_PASTED = 16 * 1024


def _flows() -> Any:
    # Late: PyJWT is loaded when a token is met, not when the admin is.
    from django_claimsauth.tokens import flows

    return flows


class StateFilter(admin.SimpleListFilter):
    """Sessions by what has become of them."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        """Return the states."""
        return [("live", _("live")), ("revoked", _("revoked")), ("past", _("expired"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the sessions of the chosen state."""
        if self.value() == "live":
            return queryset.live()
        if self.value() == "revoked":
            return queryset.filter(revoked_at__isnull=False)
        if self.value() == "past":
            return queryset.filter(revoked_at=None, expires_at__lte=timezone.now())
        return queryset


class ReadOnlyAdmin(Base):
    """Rows that nobody edits or deletes here, whoever posts what."""

    list_per_page = 50
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return all that is shown."""
        return self.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Offer no deleting here; with its user, a session may be deleted."""
        return obj is not None and super().has_delete_permission(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Refuse: what is deleted is not seen to have been revoked."""
        raise PermissionDenied

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a row; nothing is saved from here."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        hidden = dict.fromkeys(
            (
                "show_save",
                "show_save_and_continue",
                "show_save_and_add_another",
                "show_delete",
            ),
            False,
        )
        return super().change_view(
            request, object_id, form_url, {**hidden, **(extra_context or {})}
        )


@admin.register(TokenFamily)
class TokenFamilyAdmin(ReadOnlyAdmin):
    """Sessions: who is signed in where, and ending it."""

    list_display = (
        "sid",
        "user_link",
        "client",
        "user_agent",
        "ip_address",
        "created_at",
        "expires_at",
        "state_shown",
    )
    list_filter = (StateFilter, "reason")
    list_select_related = ("user",)
    search_help_text = _("A sid, a client or a user's name; never a token.")
    ordering = ("-created_at", "-pk")
    fields = (
        "sid",
        "user_link",
        "scheme",
        "client",
        "scope",
        "amr",
        "user_agent",
        "ip_address",
        "created_at",
        "expires_at",
        "generations",
        "state_shown",
        "revoked_at",
        "reason",
    )
    actions = ["revoke_selected", "revoke_users"]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search the user's name too, whatever its column is called."""
        user: Any = TokenFamily._meta.get_field("user").related_model
        return ("=sid", "=client", f"user__{user.USERNAME_FIELD}")

    @admin.display(description=_("user"), ordering="user")
    def user_link(self, family: TokenFamily) -> str:
        """Show the user, and lead to the user's sessions."""
        url = reverse(f"{self.admin_site.name}:claimsauth_tokenfamily_changelist")
        return format_html(
            '<a href="{}?user={}">{}</a>', url, family.user_id, family.user
        )

    @admin.display(description=_("state"))
    def state_shown(self, family: TokenFamily) -> str:
        """Show what has become of it."""
        if family.revoked_at is not None:
            return family.get_reason_display() or gettext("revoked")
        if family.expires_at <= timezone.now():
            return gettext("expired")
        return gettext("live")

    @admin.display(description=_("refreshed"))
    def generations(self, family: Any) -> int:
        """Show how often it was refreshed, as far as the rows are still there."""
        return int(family.refresh_tokens.filter(used_at__isnull=False).count())

    @admin.action(description=_("End selected sessions"), permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: Any) -> None:
        """End each, and log it."""
        ended = 0
        for family in queryset:
            if _flows().revoke_session(family.sid, reason="revoked"):
                ended += 1
                self.log_change(request, family, gettext("Ended."))
        self._say(request, ended)

    @admin.action(
        description=_("End every session of their users"), permissions=["change"]
    )
    def revoke_users(self, request: HttpRequest, queryset: Any) -> None:
        """End all sessions of the users whose sessions are selected."""
        ended = 0
        for family in {each.user_id: each for each in queryset}.values():
            ended += _flows().revoke_all(family.user)
            self.log_change(request, family, gettext("Ended all of the user's."))
        self._say(request, ended)

    def _say(self, request: HttpRequest, ended: int) -> None:
        said = ngettext("%d session ended.", "%d sessions ended.", ended) % ended
        self.message_user(request, said, messages.SUCCESS)


class PasteForm(forms.Form):
    """A token, to be revoked and forgotten."""

    token = forms.CharField(
        label=_("Token"),
        max_length=MAX_PASTED,
        widget=forms.Textarea(
            attrs={"rows": 6, "cols": 80, "autocomplete": "off", "spellcheck": "false"}
        ),
    )


@admin.register(RevokedToken)
class RevokedTokenAdmin(ReadOnlyAdmin):
    """Revoked access tokens, until they would have expired."""

    list_display = ("jti", "issuer", "reason", "revoked_at", "expires_at")
    list_filter = ("reason",)
    search_fields = ("=jti",)
    search_help_text = _("The id of a token (jti); never a token.")
    ordering = ("-revoked_at", "-pk")
    fields = ("jti", "issuer", "reason", "revoked_at", "expires_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Adding is revoking, for whoever may add."""
        return super(ReadOnlyAdmin, self).has_add_permission(request)

    @method_decorator(sensitive_post_parameters("token"))
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Revoke a pasted token."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PasteForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            revoked = _flows().revoke("".join(form.cleaned_data["token"].split()))
            self._say(request, revoked=revoked)
            url = f"{self.admin_site.name}:claimsauth_revokedtoken_changelist"
            return HttpResponseRedirect(reverse(url))
        if form.is_bound:
            # What did not fit is not shown again either.
            form.data = {}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": gettext("Revoke a token"),
            "form": form,
        }
        template = "admin/claimsauth/revokedtoken/paste.html"
        return TemplateResponse(request, template, context)

    def _say(self, request: HttpRequest, *, revoked: bool) -> None:
        if revoked:
            self.message_user(request, gettext("Revoked."), messages.SUCCESS)
            return
        self.message_user(
            request,
            gettext("Nothing was revoked: unknown, expired or revoked already."),
            messages.WARNING,
        )
