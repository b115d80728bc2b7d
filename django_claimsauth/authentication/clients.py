"""Where a request came from, by as many proxies as the operator vouches for."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django_claimsauth.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# A chain longer than any real one is noise, and not worth the parsing.
MAX_FORWARDED_LENGTH = 2048


def client_ip(request: HttpRequest) -> IPAddress | None:
    """
    Return the client's address, or None where none can be told.

    With `TRUSTED_PROXY_COUNT` of n, it is the n-th entry from the right of
    `X-Forwarded-For`: each trusted proxy appends the peer that it saw, and what
    stands further left was written by the client. With 0 the header is ignored.
    """
    count = settings.trusted_proxy_count
    peer = request.META.get("REMOTE_ADDR", "")
    if count == 0:
        return parsed_ip(peer)
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")[-MAX_FORWARDED_LENGTH:]
    hops = forwarded.split(",")
    # A chain that is too short did not come by our proxies; nothing in it counts.
    return parsed_ip(hops[-count]) if len(hops) >= count else None


def parsed_ip(text: str) -> IPAddress | None:
    """Return the address, an IPv4-mapped IPv6 one as IPv4, or None."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
