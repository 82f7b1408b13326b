"""Zones of IPv6 addresses (`fe80::1%eth0`), as the C libraries read them."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import TYPE_CHECKING

from podhosts.hosts.resolvers.network import needs_zone

if TYPE_CHECKING:
    from podhosts.hosts.resolvers.network import Network

_MAX_INDEX = 0xFFFF_FFFF


def read_zone(address: IPv6Address, zone: str, network: Network) -> IPv6Address | None:
    """The address with the zone's index; None if there is no such interface.

    Names count for link-local addresses only; a number is taken as it is. Index 0 means no zone.
    """
    index = network.index_of(zone) if needs_zone(address) else None
    if index is None:
        # The length first: int() of very many digits is slow.
        digits = zone.lstrip("0") or zone[:1]
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 10 or int(digits) > _MAX_INDEX:
            return None
        index = int(digits)
    return IPv6Address(f"{address}%{index}") if index else address
