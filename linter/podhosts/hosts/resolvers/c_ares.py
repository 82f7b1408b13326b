"""c-ares' ares_getaddrinfo with `lookups fb` (curl on Alpine, Envoy, gRPC core, Bun).

Facts: `reference/resolvers.md` 4; read in src/lib/ares_hosts_file.c, ares_getaddrinfo.c, ares_addrinfo_localhost.c,
ares_sortaddrinfo.c and inet_net_pton.c at 1.34.6 and at 589b5887.
"""

from __future__ import annotations

from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from podhosts.hosts.addresses import inet_pton6
from podhosts.hosts.encoding import to_bytes
from podhosts.hosts.names import MAX_LABEL_BYTES
from podhosts.hosts.resolvers.answer import ASK_DNS, Answer, failed, found
from podhosts.hosts.resolvers.model import Resolver
from podhosts.hosts.resolvers.rfc6724 import Rank, common_prefix, policy, row, scope, sort

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.hosts.resolvers.answer import Family
    from podhosts.hosts.resolvers.network import Address, Network

BAD_NAME = "Misformatted domain name"
NOT_FOUND = "Domain name not found"

_MAX_NAME_BYTES = 255
_MAX_ADDRESS_BYTES = 45
_HOST_NAME_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/*")
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_LOOPBACK4 = IPv4Address("127.0.0.1")
_LOOPBACK6 = IPv6Address(1)

# Where there is no source address c-ares compares with these.
_NO_SOURCE_SCOPE = 1
_NO_SOURCE_LABEL = 1
_POLICY = (
    row("::1", 128, 50, 0),
    row("::ffff:0:0", 96, 35, 4),
    row("2002::", 16, 30, 2),
    row("2001::", 32, 5, 5),
    row("fc00::", 7, 3, 13),
    # `::` itself is not IPv4-compatible to the C library's macro.
    row("::", 128, 40, 1),
    row("::", 96, 1, 3),
    row("fec0::", 10, 1, 11),
    row("3ffe::", 16, 1, 12),
    row("::", 0, 40, 1),
)


class CAresHosts:
    """A hosts file as c-ares reads it: `merging` as 1.22 to 1.34.8 do, or each name by itself as since 589b5887."""

    def __init__(self, hosts: bytes, *, merging: bool) -> None:
        self._addresses = _merged(_entries(hosts)) if merging else _separate(_entries(hosts))

    def lookup(self, name: str, family: Family, network: Network) -> Answer:
        """ares_getaddrinfo without flags."""
        encoded = to_bytes(name)
        lowered = encoded.lower()
        if lowered.endswith((b".onion", b".onion.")):
            return failed(NOT_FOUND)
        literal = _literal(name, family)
        if literal is not None:
            return found([literal])
        addresses = _of_family(self._addresses.get(lowered, []), family)
        if lowered == b"localhost" or lowered.endswith(b".localhost"):
            addresses = _with_loopback(addresses, family)
        if addresses:
            return found(sort(addresses, lambda address: _rank(address, network)))
        return ASK_DNS if _can_be_asked(encoded) else failed(BAD_NAME)


@lru_cache(maxsize=2)  # both ways of c-ares read one file after the other, and then the next one
def _entries(hosts: bytes) -> list[tuple[Address, list[bytes]]]:
    """(address, lower-case names) of the lines that c-ares takes."""
    entries: list[tuple[Address, list[bytes]]] = []
    for line in hosts.split(b"\n"):
        fields = line.split()
        if not fields or fields[0].startswith(b"#") or len(fields[0]) > _MAX_ADDRESS_BYTES:
            continue
        address = _read_address(fields[0].decode("latin-1"))
        if address is None:
            continue
        names: list[bytes] = []
        for name in fields[1:]:
            if name.startswith(b"#"):
                break
            if len(name) > _MAX_NAME_BYTES or not _is_printable(name):
                # Skipped, but as the first name it spoils the line.
                if not names:
                    break
            elif _HOST_NAME_BYTES.issuperset(name):
                names.append(name.lower())
        if names:
            entries.append((address, names))
    return entries


def _merged(entries: Iterable[tuple[Address, list[bytes]]]) -> dict[bytes, list[Address]]:
    """Lines that share an address, or else a name, become one entry, and all its names get all its addresses.

    The first sight of an address or a name decides where it belongs, so a line whose address and name belong to two
    entries changes nothing.
    """
    by_address: dict[Address, list[Address]] = {}
    by_name: dict[bytes, list[Address]] = {}
    for address, names in entries:
        entry = by_address.get(address)
        if entry is None:
            entry = next((by_name[name] for name in names if name in by_name), [])
            entry.append(address)
            by_address[address] = entry
        for name in names:
            by_name.setdefault(name, entry)
    return by_name


def _separate(entries: Iterable[tuple[Address, list[bytes]]]) -> dict[bytes, list[Address]]:
    """Each name with the addresses of its own lines, each address once, in file order."""
    by_name: dict[bytes, dict[Address, None]] = {}
    for address, names in entries:
        for name in names:
            by_name.setdefault(name, {})[address] = None
    return {name: list(addresses) for name, addresses in by_name.items()}


def _of_family(addresses: list[Address], family: Family) -> list[Address]:
    if family == "unspec":
        return addresses
    version = 4 if family == "inet" else 6
    return [address for address in addresses if address.version == version]


def _with_loopback(addresses: list[Address], family: Family) -> list[Address]:
    """RFC 6761: `localhost` and all under it always have a loopback address in each family that was asked for."""
    versions = {address.version for address in addresses}
    filled = list(addresses)
    if family != "inet" and 6 not in versions:
        filled.append(_LOOPBACK6)
    if family != "inet6" and 4 not in versions:
        filled.append(_LOOPBACK4)
    return filled


def _rank(address: Address, network: Network) -> Rank:
    precedence, label = policy(_POLICY, address)
    source = network.source(address)
    source_scope = _NO_SOURCE_SCOPE if source is None else scope(source)
    source_label = _NO_SOURCE_LABEL if source is None else policy(_POLICY, source)[1]
    rules = (source is None, source_scope != scope(address), source_label != label, -precedence, scope(address))
    # Rule 9 is for IPv6 only.
    return Rank(rules, common_prefix(address, source) if source is not None and address.version == 6 else 0)


def _literal(name: str, family: Family) -> Address | None:
    """An address as a name: four numbers for any family, IPv6 unless IPv4 was asked for."""
    if name.count(".") == 3 and name.isascii() and name.replace(".", "").isdigit():
        ipv4 = _read_ipv4(name)
        if ipv4 is not None:
            return ipv4
    return None if family == "inet" else _read_ipv6(name)


def _can_be_asked(name: bytes) -> bool:
    """c-ares refuses to put other names into a query."""
    labels = name.removesuffix(b".").split(b".")
    return _HOST_NAME_BYTES.issuperset(name) and all(0 < len(label) <= MAX_LABEL_BYTES for label in labels)


def _is_printable(text: bytes) -> bool:
    return all(0x20 <= byte <= 0x7E for byte in text)


@lru_cache(maxsize=256)  # the kubelet's own lines stand in every file, and one address may stand on many
def _read_address(text: str) -> Address | None:
    return _read_ipv4(text) or _read_ipv6(text)


def _read_ipv4(text: str) -> IPv4Address | None:
    """A network number: one to four decimal octets (leading zeros fine) or pairs of hex digits; `/n` may follow."""
    digits, slash, width = text.partition("/")
    octets = _hex_octets(digits[2:]) if digits[:2] in ("0x", "0X") and digits[2:] else _decimal_octets(digits)
    if octets is None or len(octets) > 4:
        return None
    if slash:
        bits = _decimal(width, 32)
        if bits is None:
            return None
    return IPv4Address(bytes(octets).ljust(4, b"\0"))


def _hex_octets(digits: str) -> list[int] | None:
    if len(digits) > 8 or not _HEX_DIGITS.issuperset(digits):
        return None
    return list(bytes.fromhex(digits + "0" * (len(digits) % 2)))


def _decimal_octets(text: str) -> list[int] | None:
    octets = [_decimal(part, 255) for part in text.split(".", 4)]
    return None if None in octets else [octet for octet in octets if octet is not None]


def _decimal(text: str, limit: int) -> int | None:
    if not (text.isascii() and text.isdigit()):
        return None
    text = text.lstrip("0") or "0"
    return int(text) if len(text) <= 3 and int(text) <= limit else None


def _read_ipv6(text: str) -> IPv6Address | None:
    """Strict, but for an IPv4 tail, read as `_read_ipv4` does, and `/n`: only the bytes that it covers count."""
    digits, slash, width = text.partition("/")
    head, colon, tail = digits.rpartition(":")
    if colon and "." in tail:
        # The first number was read as a group of at most four hex digits before the dot came.
        ipv4 = _read_ipv4(tail) if len(tail.partition(".")[0]) <= 4 and tail[:2] not in ("0x", "0X") else None
        if ipv4 is None:
            return None
        digits = f"{head}:{int(ipv4) >> 16:x}:{int(ipv4) & 0xFFFF:x}"
    address = inet_pton6(digits)
    if address is None or not slash:
        return address
    bits = _decimal(width, 128) if width == "0" or not width.startswith("0") else None
    if bits is None:
        return None
    covered = (bits + 7) // 8
    return IPv6Address(address.packed[:covered].ljust(16, b"\0"))


#: The first is c-ares 1.22 to 1.34.8, the other one what came after.
RESOLVERS = (
    Resolver("c_ares_1.34.6", "c_ares", "c-ares up to 1.34.8", partial(CAresHosts, merging=True)),
    Resolver("c_ares_main", "c_ares", None, partial(CAresHosts, merging=False)),
)
