"""
`/.well-known/webauthn`: which other origins may ask for our passkeys (WebAuthn 5.11).

    path(".well-known/webauthn", related_origins)     # at the root of the RP id's host
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from django_claimsauth.authorization.endpoints import allow_anonymous
from django_claimsauth.conf import settings
from django_claimsauth.passkeys.relying_party import relying_party


@allow_anonymous
@require_safe
def related_origins(request: HttpRequest) -> HttpResponse:
    """Return the origins of the settings; a 404 where there are no passkeys."""
    if settings.passkeys.rp_id is None:
        raise Http404
    return JsonResponse({"origins": relying_party().related_origins})
