"""
Throttles that are exact: one atomic count for all processes, with `Retry-After`.

DRF's own read a list, change it and write it back, so requests that run at once
count as one. The rates are DRF's setting `DEFAULT_THROTTLE_RATES`, or a class's
own `rate`; without a rate nothing is counted.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from django_claimsauth.authentication.clients import client_ip
from django_claimsauth.authentication.rates import charge, parse_rate
from django_claimsauth.authentication.requests import django_request
from django_claimsauth.claims import ClaimsPrincipal

if TYPE_CHECKING:
    from rest_framework.request import Request

#: Who has one IPv6 address has the whole of its network, so the network counts.
IPV6_PREFIX = 64


class ExactThrottle(BaseThrottle):
    """
    Counts requests in buckets; a subclass says in which.

    Args:
        scope: the name of the rate in `DEFAULT_THROTTLE_RATES`.

        rate: `"100/minute"`, instead of one from the settings.
    """

    scope: str = ""
    rate: str | None = None

    def bucket(self, request: Request, view: Any) -> str | None:
        """Return who is counted; None counts nobody."""
        raise NotImplementedError(f"{type(self).__name__} has no bucket().")

    def name_of(self, view: Any) -> str:
        """Return the name of the rate for this view."""
        return self.scope

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request, and tell whether it is within the rate."""
        name = self.name_of(view)
        rate = self.rate or api_settings.DEFAULT_THROTTLE_RATES.get(name)
        if rate is None:
            return True
        bucket = self.bucket(request, view)
        if bucket is None:
            return True
        charged = charge(f"throttle:{name}:{bucket}", parse_rate(rate))
        self._retry_after = charged.retry_after
        return charged.allowed

    def wait(self) -> float:
        """Return the seconds until the window ends: DRF's `Retry-After`."""
        return float(self._retry_after)


class AddressThrottle(ExactThrottle):
    """Counts by the client's address, behind as many proxies as are trusted."""

    scope = "address"

    def bucket(self, request: Request, view: Any) -> str | None:
        """Return the address, of IPv6 its network; those that are not known share."""
        return f"address:{address_of(request)}"


class SubjectThrottle(ExactThrottle):
    """Counts by who asks, whatever the credential; the anonymous by address."""

    scope = "subject"

    def bucket(self, request: Request, view: Any) -> str | None:
        """Return the issuer and the subject; one issuer's "42" is not another's."""
        identity = principal_of(request).identity
        if identity is None or not identity.is_authenticated:
            return f"address:{address_of(request)}"
        claim = next((each for each in identity.claims if each.type == "sub"), None)
        if claim is None:
            return f"scheme:{identity.authentication_type}"
        return f"subject:{len(claim.issuer)}:{claim.issuer}:{claim.value}"


class APIKeyThrottle(ExactThrottle):
    """Counts by API key; requests without one are not counted."""

    scope = "api_key"

    def bucket(self, request: Request, view: Any) -> str | None:
        """Return the key's id, which no rotation changes."""
        claim = principal_of(request).find_first("key_id")
        return None if claim is None else f"key:{claim.value}"


class ScopedThrottle(SubjectThrottle):
    """Counts by subject, each `throttle_scope` of a view on its own."""

    def name_of(self, view: Any) -> str:
        """Return the view's `throttle_scope`; without one nothing is counted."""
        return getattr(view, "throttle_scope", None) or ""


def principal_of(request: Request) -> ClaimsPrincipal:
    """Return who asks, as authentication left it on the request."""
    found = getattr(django_request(request), "principal", None)
    return found if isinstance(found, ClaimsPrincipal) else ClaimsPrincipal.anonymous()


def address_of(request: Request) -> str:
    """Return the client's address, an IPv6 one as its network."""
    address = client_ip(django_request(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)
