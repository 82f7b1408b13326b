"""Go's own resolver (`net.Resolver.LookupIP`, without cgo), since 1.17.

Facts: `reference/resolvers.md` 3; read in src/net/hosts.go, parse.go, addrselect.go, dnsclient_unix.go and ipsock.go.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from podhosts.hosts.addresses import inet_pton4, inet_pton6
from podhosts.hosts.encoding import to_bytes
from podhosts.hosts.names import MAX_SUBDOMAIN_BYTES
from podhosts.hosts.resolvers.answer import ASK_DNS, Answer, failed, found
from podhosts.hosts.resolvers.model import Resolver
from podhosts.hosts.resolvers.rfc6724 import Rank, common_prefix, policy, row, scope, sort
from podhosts.records import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.hosts.resolvers.answer import Family
    from podhosts.hosts.resolvers.network import Address, Network

MAX_LINE_BYTES = 65536
"""The read buffer. A longer line, its LF included, ends the parse: it and every later line vanish."""

NO_SUCH_HOST = "no such host"
NO_SUITABLE_ADDRESS = "AddrError:no suitable address found"
NAME_TOO_LONG = "insufficient data for calculated length type"

_MAX_CANONICAL_BYTES = 255
_MAX_LABEL_BYTES = 63
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_DIGITS = frozenset(b"0123456789")
_HYPHEN = ord("-")
_PREFIX_BITS = 64
_DROPPED = "dropped"

_POLICY = (
    row("::1", 128, 50, 0),
    row("::ffff:0:0", 96, 35, 4),
    row("::", 96, 1, 3),
    row("2001::", 32, 5, 5),
    row("2002::", 16, 30, 2),
    row("3ffe::", 16, 1, 12),
    row("fec0::", 10, 1, 11),
    row("fc00::", 7, 3, 13),
    row("::", 0, 40, 1),
)


@record(frozen=True, slots=True)
class _Host:
    canonical_name: bytes
    addresses: list[Address] = field(default_factory=list)


class GoHosts:
    """A hosts file as Go reads it."""

    def __init__(self, hosts: bytes) -> None:
        self._hosts: dict[bytes, _Host] = {}
        for line in _lines(hosts):
            fields = _fields(line.partition(b"#")[0])
            if len(fields) < 2 or (address := _read_address(fields[0].decode("latin-1"))) is None:
                continue
            keys = [_absolute(name.lower()) for name in fields[1:]]
            for key in keys:
                # No de-duplication: a name that stands twice on a line counts twice.
                host = self._hosts.get(key)
                if host is None:
                    host = self._hosts[key] = _Host(keys[0])
                if not isinstance(address, str):
                    host.addresses.append(address)

    def lookup(self, name: str, family: Family, network: Network) -> Answer:
        """LookupIP with the network "ip", "ip4" or "ip6"."""
        literal = _read_address(name)
        if literal is not None:
            return _filtered([] if isinstance(literal, str) else [literal], family)
        encoded = to_bytes(name)
        host = self._hosts.get(_absolute(encoded.lower()))
        if host is not None and host.addresses:
            if len(host.canonical_name) > _MAX_CANONICAL_BYTES:
                return failed(NAME_TOO_LONG)
            return _filtered(sort(host.addresses, lambda address: _rank(address, network)), family)
        return ASK_DNS if _is_domain_name(encoded) else failed(NO_SUCH_HOST)


def _lines(hosts: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(hosts):
        end = hosts.find(b"\n", start)
        # A last line without LF must leave room in the buffer, or Go does not see that the file ends.
        size = end + 1 - start if end >= 0 else len(hosts) - start + 1
        if size > MAX_LINE_BYTES:
            return
        yield hosts[start : start + size].removesuffix(b"\n")
        start += size


def _fields(line: bytes) -> list[bytes]:
    if b"\v" in line or b"\f" in line:
        # To Go these are no white space.
        return [word for word in line.replace(b"\t", b" ").replace(b"\r", b" ").split(b" ") if word]
    return line.split()


def _absolute(name: bytes) -> bytes:
    """With a dot at the end, but a name without any inner dot stays as it is: `db.` never matches `db`."""
    return name if name.endswith(b".") or b"." not in name else name + b"."


@lru_cache(maxsize=256)  # the kubelet's own lines stand in every file, and one address may stand on many
def _read_address(text: str) -> Address | str | None:
    """The address in a text as netip.ParseAddr reads it: strict, IPv4-mapped as IPv4.

    Any zone may stand on an IPv6 address that is not mapped.

    None for other text; `_DROPPED` for an address that is accepted, then lost: its zone holds a percent sign.
    """
    before, percent, zone = text.partition("%")
    ipv6 = inet_pton6(before)
    if ipv6 is None:
        return inet_pton4(text)
    if not percent:
        return ipv6.ipv4_mapped or ipv6
    if not zone or ipv6.ipv4_mapped is not None:
        return None
    if "%" in zone:
        return _DROPPED
    # Go reads the digits in front; a slash, which no interface has in its name, Python does not take.
    number = zone[: len(zone) - len(zone.lstrip("0123456789"))]
    return IPv6Address(f"{before}%{number or zone.replace('/', '?')}")


def _filtered(addresses: list[Address], family: Family) -> Answer:
    if addresses == [IPv6Address(0)]:
        # Not every machine can connect to `::`, so Go adds the IPv4 one.
        addresses = [*addresses, IPv4Address(0)]
    if family != "unspec":
        version = 4 if family == "inet" else 6
        addresses = [address for address in addresses if address.version == version]
    # LookupIP returns no zones.
    zoneless = [IPv6Address(int(address)) if address.version == 6 else address for address in addresses]
    return found(zoneless) if addresses else failed(NO_SUITABLE_ADDRESS)


def _rank(address: Address, network: Network) -> Rank:
    source = network.source(address, may_broadcast=True)
    if source is None:
        # Unusable addresses are all alike.
        return Rank((1,))
    precedence, label = policy(_POLICY, address)
    # Rule 9 for IPv6 only, and only as far as the subnet part.
    prefix = min(common_prefix(address, source), _PREFIX_BITS) if address.version == 6 else 0
    labels_differ = label != policy(_POLICY, source)[1]
    return Rank((0, scope(address) != scope(source), labels_differ, -precedence, scope(address)), prefix)


def _is_domain_name(name: bytes) -> bool:
    """Go asks DNS only for names of letters, digits, hyphens and underscores that are not all digits."""
    if name == b".":
        return True
    labels = name.removesuffix(b".").split(b".")
    if len(name.removesuffix(b".")) > MAX_SUBDOMAIN_BYTES:
        return False
    return any(not _DIGITS.issuperset(label) for label in labels) and all(map(_is_label, labels))


def _is_label(label: bytes) -> bool:
    return (
        0 < len(label) <= _MAX_LABEL_BYTES
        and label[0] != _HYPHEN
        and label[-1] != _HYPHEN
        and (_LETTERS | _DIGITS | {_HYPHEN}).issuperset(label)
    )


RESOLVERS = (Resolver("go", "go", "Go", GoHosts),)
