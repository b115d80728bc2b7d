"""The pages. What they do is done by the endpoints of `django_claimsauth.passkeys`."""

from datetime import timedelta
from functools import wraps

from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from django_claimsauth.authorization import (
    RequireRecentAuthentication,
    allow_anonymous,
    authorize,
)

# No script and no style but those of our own files.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'"
)


def page(view):
    """Set the content security policy, and the cookie that the script sends back."""

    @wraps(view)
    def with_policy(request):
        response = view(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return ensure_csrf_cookie(with_policy)


@allow_anonymous
@page
def sign_up(request):
    return render(request, "passkeys_pages/sign_up.html")


@allow_anonymous
@page
def sign_in(request):
    return render(request, "passkeys_pages/sign_in.html")


@allow_anonymous
@page
def manage(request):
    return render(request, "passkeys_pages/manage.html")


@authorize(
    RequireRecentAuthentication(timedelta(minutes=10), methods=("mfa",)),
    schemes=["session"],
)
def vault(request):
    """Open for who proved two factors a moment ago; the script steps up."""
    return JsonResponse({"secret": "The cake is in the second drawer."})
