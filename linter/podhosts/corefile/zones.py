"""The zones that a word of a Corefile names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.corefile.tokens import Token

INTEGER = regex(r"[+-]?[0-9]+")
"""A number as Go's `strconv.Atoi` takes it."""

_SCHEMES = {"dns": "53", "tls": "853", "quic": "853", "grpc": "443", "https": "443", "https3": "443", "unix": ""}


class Zone(NamedTuple):
    """A zone that a server block or plugin serves: `name` lower-case with a final dot, `token` where it is written.

    A CIDR gives one zone for each octet (nibble) boundary that it covers.
    """

    name: str
    scheme: str
    port: str
    token: Token


def zones_of(token: Token) -> Iterator[Zone]:
    """The zones that one word names: `tls://example.org:853`, `10.0.0.0/23`."""
    scheme, separator, address = token.text.partition("://")
    if not separator or scheme not in _SCHEMES:
        scheme, address = "dns", token.text
    port = _SCHEMES[scheme]
    name, colon, number = address.rpartition(":")
    if colon and INTEGER.fullmatch(number):
        address, port = name, str(int(number)) if len(number) < 10 else number
    for zone in _reverse_zones(address) if "/" in address else [address]:
        yield Zone(qualified(zone), scheme, port, token)


def qualified(name: str) -> str:
    return name.lower() if name.endswith(".") else f"{name.lower()}."


def _reverse_zones(address: str) -> list[str]:
    """The reverse zones of a CIDR, split at the next octet (IPv6: nibble) boundary, as CoreDNS does."""
    from ipaddress import ip_network

    if not INTEGER.fullmatch(address.partition("/")[2]):
        return [address]
    try:
        network = ip_network(address, strict=False)
    except ValueError:
        return [address]
    step = 8 if network.version == 4 else 4
    length = -(-network.prefixlen // step) * step
    labels = length // step
    zones = []
    for subnet in network.subnets(new_prefix=length):
        pointer = subnet.network_address.reverse_pointer.split(".")
        zones.append(".".join(pointer[len(pointer) - labels - 2 :]))
    return zones


def is_within(name: str, zones: frozenset[str]) -> bool:
    """Whether one of the zones holds a name; all with a final dot and in lower case."""
    if "." in zones:
        return True
    # No name is longer; it keeps the suffixes below from becoming many.
    if len(name) > 255:
        return False
    while name:
        if name in zones:
            return True
        name = name.partition(".")[2]
    return False
