"""The admin's pages that change a key: issue, rotate, revoke, disable, enable."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.forms import (
    IssueForm,
    RevokeForm,
    RotateForm,
    key_id_of,
    new_ticket,
)
from django_claimsauth.api_keys.models import ApiKey

if TYPE_CHECKING:
    from django import forms

    Base = admin.ModelAdmin[ApiKey]
else:
    Base = object

TEMPLATES = "admin/claimsauth/apikey"


class ApiKeyPages(Base):
    """
    The views, as a part of `ApiKeyAdmin`.

    A secret is in the answer to the POST that made it and nowhere else. Sending
    that POST again makes no second secret: the form names the key, or the
    generation, that it is for.
    """

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Issue a key, and show its secret once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = IssueForm(
            request.POST if request.method == "POST" else None,
            admin_site=self.admin_site,
            initial={"ticket": new_ticket(request.user)},
        )
        if request.method == "POST" and form.is_valid():
            answer = self._issued(request, form)
            if answer is not None:
                return answer
        return self._page(request, "issue", gettext("Issue API key"), form=form)

    @sensitive_variables("issued")
    def _issued(self, request: HttpRequest, form: IssueForm) -> HttpResponse | None:
        key_id = key_id_of(form.cleaned_data["ticket"], request.user)
        if key_id is None:
            form.add_error(None, gettext("This form is too old; fill in a new one."))
            return None
        owner = form.cleaned_data["owner"]
        if not may_act_as(request.user, owner):
            form.add_error("owner", gettext("This user may more than you."))
            return None
        try:
            issued = flows.issue(**form.arguments(timezone.now()), key_id=key_id)
        except ApiKeyError as error:
            if error.code == "already_issued":
                return self._shown_before(request, key_id)
            form.refuse(error)
            return None
        self.log_addition(request, issued.api_key, gettext("Issued."))
        return self._secret(request, issued)

    def _shown_before(self, request: HttpRequest, key_id: str) -> HttpResponse:
        said = gettext("This key was issued already; its secret is not shown again.")
        self.message_user(request, said, messages.WARNING)
        return self._back(ApiKey.objects.get(public_id=key_id))

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Rotate a key, and show its new secret once."""
        api_key = self._changeable(request, object_id)
        if not may_act_as(request.user, api_key.owner):
            raise PermissionDenied
        form = RotateForm(request.POST or None, initial=RotateForm.start(api_key))
        if request.method == "POST" and form.is_valid():
            answer = self._rotated(request, api_key, form)
            if answer is not None:
                return answer
        title = gettext("Rotate API key")
        return self._page(request, "change", title, form=form, original=api_key)

    @sensitive_variables("issued")
    def _rotated(
        self, request: HttpRequest, api_key: ApiKey, form: RotateForm
    ) -> HttpResponse | None:
        if form.cleaned_data["generation"] != api_key.generation:
            said = gettext("The key was rotated meanwhile; no secret is shown again.")
            self.message_user(request, said, messages.WARNING)
            return self._back(api_key)
        try:
            issued = flows.rotate(api_key, overlap=_hours(form))
        except ApiKeyError as error:
            form.refuse(error)
            return None
        self.log_change(request, api_key, gettext("Rotated."))
        return self._secret(request, issued)

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Revoke a key."""
        api_key = self._changeable(request, object_id)
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                flows.revoke(api_key, form.cleaned_data["reason"])
            except ApiKeyError as error:
                form.refuse(error)
            else:
                return self._done(request, api_key, gettext("Revoked."))
        title = gettext("Revoke API key")
        return self._page(request, "change", title, form=form, original=api_key)

    def disable_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Disable a key."""
        title, said = gettext("Disable API key"), gettext("Disabled.")
        return self._switched(request, object_id, flows.disable, title, said)

    def enable_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Enable a key."""
        title, said = gettext("Enable API key"), gettext("Enabled.")
        return self._switched(request, object_id, flows.enable, title, said)

    def _switched(
        self, request: HttpRequest, object_id: str, flow: Any, title: str, said: str
    ) -> HttpResponse:
        api_key = self._changeable(request, object_id)
        if request.method != "POST":
            return self._page(request, "change", title, original=api_key)
        try:
            flow(api_key)
        except ApiKeyError as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._back(api_key)
        return self._done(request, api_key, said)

    def _changeable(self, request: HttpRequest, object_id: str) -> ApiKey:
        api_key = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, api_key):
            raise PermissionDenied
        if api_key is None:
            raise Http404
        return api_key

    def _done(self, request: HttpRequest, api_key: ApiKey, said: str) -> HttpResponse:
        self.log_change(request, api_key, said)
        self.message_user(request, said, messages.SUCCESS)
        return self._back(api_key)

    def _back(self, api_key: ApiKey) -> HttpResponse:
        name = f"{self.admin_site.name}:claimsauth_apikey_change"
        return HttpResponseRedirect(reverse(name, args=[api_key.pk]))

    @sensitive_variables("issued")
    def _secret(self, request: HttpRequest, issued: flows.IssuedApiKey) -> HttpResponse:
        title = gettext("The key, this once")
        response = self._page(
            request, "secret", title, original=issued.api_key, secret=issued.secret
        )
        # No cache, and no going back to it (RFC 9111 5.2.2.5).
        add_never_cache_headers(response)
        return response

    def _page(
        self,
        request: HttpRequest,
        template: str,
        title: str,
        *,
        form: forms.Form | None = None,
        **context: Any,
    ) -> TemplateResponse:
        shown = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "media": self.media if form is None else self.media + form.media,
            **context,
        }
        return TemplateResponse(request, f"{TEMPLATES}/{template}.html", shown)


def may_act_as(operator: Any, owner: Any) -> bool:
    """Tell whether an operator may hold a secret of this owner: nobody gains by it."""
    if owner is None or operator.is_superuser or owner.pk == operator.pk:
        return True
    if owner.is_superuser:
        return False
    return bool(owner.get_all_permissions() <= operator.get_all_permissions())


def _hours(form: RotateForm) -> timedelta:
    return timedelta(hours=form.cleaned_data["overlap_hours"])
