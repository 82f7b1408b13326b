"""The source address that a pod uses for a destination: address selection (RFC 6724) needs it to sort answers."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from podhosts.hosts.addresses import is_mapped, parse_sloppy
from podhosts.records import record

Address = IPv4Address | IPv6Address

_ANY4 = IPv4Address(0)
_BROADCAST = IPv4Address(0xFFFF_FFFF)
_LOOPBACK4 = IPv4Address("127.0.0.1")
_LOOPBACK6 = IPv6Address(1)
# An interface with IPv6 has some link-local address; only its scope matters here.
_LINK_LOCAL = IPv6Address("fe80::ff:fe00:5")
_MAPPED = 0xFFFF << 32

# Multicast that stays on the interface or the link: no zone, no route.
_ZONED_MULTICAST_SCOPES = (1, 2)


@record(frozen=True, slots=True)
class Network:
    """A pod's network as its programs see it: default routes by the families of its addresses, `::1` on `lo`.

    `pod_ips` as in `status.podIPs`; the first of each family is the source address. `ipv4_prefix` is the length of the
    interface's subnet: many CNI plugins give /32, and only glibc looks at it. `interfaces` are names and indices, for
    zones. The behaviour is Linux's, measured with connect() and getsockname() in a namespace of this shape.
    """

    pod_ips: tuple[str, ...] = ("10.244.1.5",)
    ipv4_prefix: int = 32
    interfaces: tuple[tuple[str, int], ...] = (("lo", 1), ("eth0", 3))

    def source(self, destination: Address, *, may_broadcast: bool = False) -> Address | None:
        """The address a datagram to this destination would come from; None if connect() fails.

        `may_broadcast`: the resolver sets SO_BROADCAST on its probes (Go does); without it 255.255.255.255 is refused.
        """
        if isinstance(destination, IPv6Address):
            if (mapped := destination.ipv4_mapped) is not None:
                source = self.source(mapped, may_broadcast=may_broadcast)
                return None if source is None else IPv6Address(_MAPPED | int(source))
            return self._source6(destination)
        # Linux takes 0.0.0.0 for the own host.
        if destination == _ANY4 or destination.is_loopback:
            return _LOOPBACK4
        if destination == _BROADCAST and not may_broadcast:
            return None
        return self._own(destination)

    def index_of(self, zone: str) -> int | None:
        """The index of the interface with this name."""
        return next((index for name, index in self.interfaces if name == zone), None)

    def _source6(self, destination: IPv6Address) -> Address | None:
        if int(destination) <= 1:
            return _LOOPBACK6
        own = self._own(destination)
        if not needs_zone(destination):
            return own
        zones = {text for name, index in self.interfaces for text in (name, str(index))}
        return _LINK_LOCAL if own is not None and destination.scope_id in zones else None

    def _own(self, destination: Address) -> Address | None:
        own = _addresses(self.pod_ips)
        if destination in own:
            return destination
        return next((address for address in own if address.version == destination.version), None)


@lru_cache(maxsize=64)
def _addresses(pod_ips: tuple[str, ...]) -> tuple[Address, ...]:
    return tuple(address for ip in pod_ips if (address := parse_sloppy(ip)) is not None and not is_mapped(ip))


def needs_zone(address: IPv6Address) -> bool:
    """True for link-local unicast, and for multicast that stays on the interface or the link."""
    if address.is_multicast:
        return int(address) >> 112 & 0xF in _ZONED_MULTICAST_SCOPES
    return address.is_link_local
