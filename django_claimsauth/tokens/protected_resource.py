"""
What a resource server says of itself (RFC 9728): who issues tokens for it.

A scheme whose option `resource_metadata` has the members gets them served at the
well-known path of its `resource`; `urls_protected_resource` mounts it at the root.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.http import Http404, JsonResponse
from django.views.decorators.http import require_safe

from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization.endpoints import allow_anonymous
from django_claimsauth.conf import settings
from django_claimsauth.errors import ConfigurationError
from django_claimsauth.tokens.bearer import BearerHandler
from django_claimsauth.tokens.challenges import checked_scopes, metadata_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest, HttpResponse

SECONDS = 300


@allow_anonymous
@require_safe
def protected_resource(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer the metadata of the resource whose well-known path is asked for."""
    for handler in _bearer_schemes():
        members = handler.bearer_options.resource_metadata
        if isinstance(members, str) or members is None:
            continue
        url = urlsplit(metadata_url(members) or "")
        # By path alone: the Host header has no say in what is told.
        if unquote(url.path) == request.path:
            response = JsonResponse(document_of(handler, members))
            response["Cache-Control"] = f"public, max-age={SECONDS}"
            return response
    raise Http404


def document_of(handler: BearerHandler, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of a scheme's resource; what it says itself comes last."""
    document: dict[str, Any] = {"resource": members["resource"]}
    issuers = handler.authorization_servers()
    if issuers:
        document["authorization_servers"] = list(issuers)
    scopes = checked_scopes(handler.bearer_options.scope)
    if scopes:
        document["scopes_supported"] = list(scopes)
    document["bearer_methods_supported"] = ["header"]
    return {**document, **members}


def _bearer_schemes() -> Iterator[BearerHandler]:
    for alias in settings.schemes:
        try:
            handler = schemes[alias]
        except ConfigurationError:
            # The checks say so; the metadata of the others is still asked for.
            continue
        if isinstance(handler, BearerHandler):
            yield handler
