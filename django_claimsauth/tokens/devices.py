"""Where a sign-in came from, cut to what tells one's own devices apart."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from django_claimsauth.conf import settings
from django_claimsauth.tokens.models import USER_AGENT_LENGTH

# The parts of an address that name a network, not a person.
IPV4_PREFIX = 24
IPV6_PREFIX = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a client says of itself, and the address that it came from."""

    user_agent: str = ""
    ip_address: ipaddress.IPv4Address | ipaddress.IPv6Address | None = None

    def stored_user_agent(self) -> str:
        """Return the user agent as it is stored: visible characters, cut."""
        if not settings.tokens.store_user_agent:
            return ""
        visible = "".join(each for each in self.user_agent[:1000] if each.isprintable())
        return visible[:USER_AGENT_LENGTH]

    def stored_network(self) -> str:
        """Return the network of the address as it is stored, `192.0.2.0/24`."""
        if self.ip_address is None or not settings.tokens.store_ip_address:
            return ""
        is_v4 = isinstance(self.ip_address, ipaddress.IPv4Address)
        prefix = IPV4_PREFIX if is_v4 else IPV6_PREFIX
        network = ipaddress.ip_network(f"{self.ip_address}/{prefix}", strict=False)
        return str(network)


UNKNOWN = Device()
