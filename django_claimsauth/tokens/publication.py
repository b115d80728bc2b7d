"""What anyone may read: the public keys, and what this issuer offers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from django_claimsauth.authentication.encoding import encode_json
from django_claimsauth.authorization.endpoints import allow_anonymous
from django_claimsauth.conf import settings
from django_claimsauth.tokens.issuing import issuer
from django_claimsauth.tokens.jwks import jwks_document
from django_claimsauth.tokens.keyring import keys

if TYPE_CHECKING:
    from django.http import HttpRequest

NAMESPACE = "claimsauth"


@allow_anonymous
@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """Answer the JWK set that verifies our tokens (RFC 7517); secrets are not in it."""
    _check_enabled("jwks")
    body = encode_json(jwks_document(keys.current()))
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response = HttpResponse(body, content_type="application/jwk-set+json")
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={_seconds()}"
    answer = get_conditional_response(request, etag=etag, response=response)
    return answer if isinstance(answer, HttpResponse) else response


@allow_anonymous
@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """
    Answer what this issuer offers (RFC 8414): no more than is true.

    There is no authorization endpoint and no OAuth token endpoint, so neither is
    named and no grant type is.
    """
    _check_enabled("metadata")
    document: dict[str, Any] = {
        "issuer": issuer(),
        "response_types_supported": [],
        "grant_types_supported": [],
    }
    if settings.tokens.scopes:
        document["scopes_supported"] = list(settings.tokens.scopes)
    for member, name in (
        ("jwks_uri", "jwks"),
        ("revocation_endpoint", "revoke"),
        ("introspection_endpoint", "introspect"),
    ):
        url = _url(name)
        if url is not None:
            document[member] = url
            if member.endswith("_endpoint"):
                # Not left out: that would mean HTTP Basic.
                document[f"{member}_auth_methods_supported"] = ["api_key"]
    response = JsonResponse(document)
    response["Cache-Control"] = f"public, max-age={_seconds()}"
    return response


def _check_enabled(endpoint: str) -> None:
    if endpoint not in settings.tokens.endpoints:
        raise Http404


def _seconds() -> int:
    return int(settings.tokens.jwks_max_age.total_seconds())


def _url(name: str) -> str | None:
    """Return an endpoint's URL at the issuer's origin; the Host header has no say."""
    if name not in settings.tokens.endpoints:
        return None
    try:
        path = reverse(f"{NAMESPACE}:{name}")
    except NoReverseMatch:
        return None
    origin = urlsplit(issuer())
    return f"{origin.scheme}://{origin.netloc}{path}"
