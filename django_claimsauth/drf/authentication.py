"""
DRF authentication classes, each asking a scheme by its alias.

Such a class never raises for a bad credential: the policy decides, and DRF tells
401 from 403 by whether anybody was authenticated. A list of them keeps DRF's
meaning: the first that succeeds.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from django_claimsauth.authentication.requests import bind, state_of
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.drf.forced import USER, adopt_forced


class SchemeAuthentication(BaseAuthentication):
    """
    Authenticates by a scheme; this one by the default, a subclass by its `scheme`.

    `request.user` is the local user (lazy) or a `PrincipalUser`, `request.auth`
    the `ClaimsPrincipal`.
    """

    #: The alias in `CLAIMSAUTH["SCHEMES"]`; None is the default scheme.
    scheme: ClassVar[str | None] = None

    def authenticate(self, request: Request) -> tuple[Any, ClaimsPrincipal] | None:
        """Return the user and the principal, or None where there is none."""
        inner = getattr(request, "_request", request)
        if USER in inner.__dict__:
            adopt_forced(inner)
        names = None if self.scheme is None else (self.scheme,)
        result = schemes.authenticate(inner, names)
        if result.principal is not None:
            principal = bind(inner, result, schemes.user)
            return inner.user, principal
        if state_of(inner).current is None:
            bind(inner, result, schemes.user)
        return None

    def authenticate_header(self, request: Request) -> str | None:
        """
        Return every challenge of the view's schemes, as one header value.

        DRF asks a new instance of the first authentication class alone, so the
        challenges of the others are made here as well.
        """
        values = schemes.challenge(request, view_schemes(request) or None)
        return ", ".join(values) or None


def view_schemes(request: Request) -> list[str]:
    """Return the schemes that a view's authentication classes ask, in order."""
    view = (request.parser_context or {}).get("view")
    return [
        each or schemes.default("challenge") for each in schemes_of_class(type(view))
    ]


def schemes_of_class(cls: type) -> list[str]:
    """
    Return the schemes that a view class's authentication classes ask, in order.

    An empty name is the default scheme.
    """
    return [
        each.scheme or ""
        for each in getattr(cls, "authentication_classes", ())
        if isinstance(each, type) and issubclass(each, SchemeAuthentication)
    ]


class JWTBearerAuthentication(SchemeAuthentication):
    """Authenticates by the scheme `bearer`."""

    scheme = "bearer"


class APIKeyAuthentication(SchemeAuthentication):
    """Authenticates by the scheme `api_key`."""

    scheme = "api_key"


class SessionAuthentication(SchemeAuthentication):
    """Authenticates by the scheme `session`, CSRF enforced."""

    scheme = "session"
