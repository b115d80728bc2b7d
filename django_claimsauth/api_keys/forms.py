"""The forms of the admin: what an operator says of a key."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, ForeignKeyRawIdWidget
from django.contrib.auth import get_user_model
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.format import new_key_id
from django_claimsauth.api_keys.models import NAME_LENGTH, REASON_LENGTH, ApiKey
from django_claimsauth.conf import settings

SALT = "django_claimsauth.api_keys.issue"
#: A form that was left open longer than this is asked for again.
FORM_MAX_AGE = timedelta(hours=12)
#: Where a form's field has another name than the flow's argument.
FIELD_NAMES = {"expires_in": "expires_on", "overlap": "overlap_hours"}


class FlowForm(forms.Form):
    """A form whose flow may refuse; the refusal stands beside its field."""

    def refuse(self, error: ApiKeyError) -> None:
        """Show why the flow refused."""
        name = FIELD_NAMES.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, str(error))


class IssueForm(FlowForm):
    """
    What a key is issued with.

    `ticket` is the signed id of the key that will be, so that a form which is
    sent twice, or reloaded, makes one key.
    """

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    owner = forms.ModelChoiceField(
        queryset=ApiKey.objects.none(),
        required=False,
        label=_("Owner"),
        help_text=_("The user for whom the key acts; empty makes a service."),
    )
    scopes = forms.CharField(
        label=_("Scopes"), required=False, help_text=_("With blanks between them.")
    )
    claims = forms.JSONField(
        label=_("Claims"),
        required=False,
        initial=dict,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=_('A JSON object: {"roles": ["reporter"], "tenant": "acme"}.'),
    )
    expires_on = forms.DateField(
        label=_("Expires on"), required=False, widget=AdminDateWidget
    )
    allowed_networks = forms.CharField(
        label=_("Allowed networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=_("192.0.2.0/24 or 2001:db8::/32, with blanks between them."),
    )
    rate = forms.CharField(
        label=_("Rate"), required=False, help_text=_("For example 100/minute.")
    )
    ticket = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, admin_site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = get_user_model()._default_manager.filter(is_active=True)
        relation = ApiKey._meta.get_field("owner").remote_field
        owner.widget = ForeignKeyRawIdWidget(relation, admin_site)

    def clean_claims(self) -> Any:
        """Take a JSON object, or nothing."""
        claims = self.cleaned_data["claims"]
        if claims is not None and not isinstance(claims, dict):
            raise forms.ValidationError(_("A JSON object is expected."))
        return claims

    def arguments(self, now: datetime) -> dict[str, Any]:
        """Return what `flows.issue()` takes."""
        given = self.cleaned_data
        day = given["expires_on"]
        first = day and timezone.make_aware(datetime.combine(day, time.min))
        return {
            "name": given["name"],
            "owner": given["owner"],
            "scopes": given["scopes"].split(),
            "claims": given["claims"],
            "expires_in": first - now if first else None,
            "allowed_networks": given["allowed_networks"].split(),
            "rate": given["rate"],
            "now": now,
        }


class RotateForm(FlowForm):
    """How a key is rotated; `generation` makes a form that is sent twice count once."""

    overlap_hours = forms.IntegerField(
        label=_("Hours for which the old secret works"), min_value=0, max_value=8784
    )
    generation = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @staticmethod
    def start(api_key: ApiKey) -> dict[str, Any]:
        """Return what the form shows at first."""
        overlap = settings.api_keys.rotation_overlap
        return {
            "overlap_hours": int(overlap / timedelta(hours=1)),
            "generation": api_key.generation,
        }


class RevokeForm(FlowForm):
    """Why a key is revoked."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, required=False
    )


def new_ticket(user: Any) -> str:
    """Return a ticket for one key, issued by this user."""
    return signing.dumps([new_key_id(), str(user.pk)], salt=SALT)


def key_id_of(ticket: str, user: Any) -> str | None:
    """Return the id that a ticket of this user's is for, or None."""
    try:
        key_id, issuer = signing.loads(ticket, salt=SALT, max_age=FORM_MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(key_id) if issuer == str(user.pk) else None
