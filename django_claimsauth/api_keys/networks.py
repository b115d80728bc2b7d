"""Networks from which a key works, IPv4 and IPv6, in CIDR notation."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.authentication.clients import IPAddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAX_NETWORKS = 100


def checked_network(text: str) -> str:
    """
    Return the network in its one spelling; a single address is a network of one.

    Raises:
        ApiKeyError: no address and no network, or one with host bits set, which
            is more likely a mistake than the network around it.
    """
    try:
        return str(_unmapped(ipaddress.ip_network(text.strip())))
    except ValueError as error:
        shown = repr(text)[:60]
        raise ApiKeyError(
            "invalid_network",
            f"{shown} is no network: {str(error)[:120]}. Expected is CIDR notation: "
            "'192.0.2.0/24', '2001:db8::/32', or one address.",
            field="allowed_networks",
        ) from error


def _unmapped(network: Network) -> Network:
    # Clients are seen as IPv4 (authentication.clients), so networks are too.
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < 96:  # noqa: PLR2004  # ::ffff:0:0/96
        return network
    return ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}")


@lru_cache(maxsize=1024)
def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a record, parsed once for each spelling."""
    return tuple(ipaddress.ip_network(each) for each in text.split())


def allows(text: str, address: IPAddress | None) -> bool:
    """Tell whether a key with these networks works from this address."""
    return address is not None and any(address in each for each in networks(text))
