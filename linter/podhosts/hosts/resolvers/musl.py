"""musl's getaddrinfo (Alpine). It reads neither nsswitch.conf nor host.conf.

Facts: `reference/resolvers.md` 2; read in src/network/lookup_name.c and lookup_ipliteral.c. The file is read in chunks
of 511 bytes, and each chunk is treated as a line of its own: names of long lines are lost or get a bogus address.
"""

from __future__ import annotations

from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from podhosts.hosts.addresses import inet_aton, inet_pton6
from podhosts.hosts.encoding import to_bytes
from podhosts.hosts.limits import MAX_ADDRESSES
from podhosts.hosts.names import fits_dns_query
from podhosts.hosts.resolvers.answer import ASK_DNS, Answer, failed, found, text_of
from podhosts.hosts.resolvers.model import Resolver
from podhosts.hosts.resolvers.network import Network
from podhosts.hosts.resolvers.rfc6724 import as_128_bits, policy, row, scope
from podhosts.hosts.resolvers.zones import read_zone
from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.hosts.resolvers.answer import Family
    from podhosts.hosts.resolvers.network import Address

CHUNK_BYTES = 511
"""The bytes that musl reads at a time. A longer line falls apart."""

NO_NAME = "EAI_NONAME"
NO_DATA = "EAI_NODATA"

_MAX_NAME_BYTES = 254
_NO_NETWORK = Network(pod_ips=())
_POLICY = (
    row("::1", 128, 50, 0),
    row("::ffff:0:0", 96, 35, 4),
    row("2002::", 16, 30, 2),
    row("2001::", 32, 5, 5),
    row("fc00::", 7, 3, 13),
    row("::", 0, 40, 1),
)


@record(frozen=True, slots=True)
class Chunk:
    """A piece of text that musl takes for a line: the text where an address should stand, and the names that count."""

    address: bytes
    names: tuple[bytes, ...]


@record(frozen=True, slots=True)
class BogusAddress:
    """An address that nobody wrote: digits at the end of a torn name. `names` resolve to it."""

    address: str
    names: tuple[str, ...]


@record(frozen=True, slots=True)
class LineLoss:
    """The result of reading one line of a hosts file as musl does.

    `lost` are the names that do not resolve to the line's own address, in line order; they go to DNS, or to a bogus
    address.
    """

    lost: tuple[str, ...] = ()
    bogus: tuple[BogusAddress, ...] = ()

    @property
    def first_lost(self) -> str | None:
        return self.lost[0] if self.lost else None


class MuslHosts:
    """A hosts file as musl reads it. `wrong_family_error` is EAI_NONAME up to 1.2.3, EAI_NODATA since 1.2.4."""

    def __init__(self, hosts: bytes, *, wrong_family_error: str = NO_NAME) -> None:
        self._wrong_family_error = wrong_family_error
        self._address_texts: dict[bytes, list[bytes]] = {}
        for line in _lines(hosts):
            for chunk in _chunks(line):
                for name in dict.fromkeys(chunk.names):
                    self._address_texts.setdefault(name, []).append(chunk.address)

    def lookup(self, name: str, family: Family, network: Network) -> Answer:
        """getaddrinfo without flags. A name that holds white space is not modelled."""
        key = to_bytes(name)
        if not 0 < len(key) <= _MAX_NAME_BYTES:
            return failed(NO_NAME)
        literal = _read_address(name, family, network)
        if literal is not None:
            return failed(self._wrong_family_error) if isinstance(literal, str) else found([literal])
        addresses: list[Address] = []
        wrong_family = False
        for text in self._address_texts.get(key, ()):
            if len(addresses) == MAX_ADDRESSES:
                break
            address = _read_address(text.decode("latin-1"), family, network)
            if isinstance(address, str):
                wrong_family = True
            elif address is not None:
                addresses.append(address)
        if addresses:
            return found(_sort(addresses, network))
        if wrong_family:
            return failed(self._wrong_family_error)
        return ASK_DNS if fits_dns_query(name) else failed(NO_NAME)


def line_loss(line: bytes) -> LineLoss:
    """The names that musl loses of one rendered line (its LF may be there or not), and the bogus addresses it makes up.

    Source: `reference/resolvers.md` 2, fuzzed there against musl 1.2.3 and 1.2.5.
    """
    text = line.removesuffix(b"\n") + b"\n"
    own, *others = _chunks(text)
    resolved = set(own.names)
    written = text.partition(b"#")[0].split()[1:]
    bogus = []
    for chunk in others:
        address = _read_address(chunk.address.decode("latin-1"), "unspec", _NO_NETWORK)
        if chunk.names and address is not None and not isinstance(address, str):
            bogus.append(BogusAddress(text_of(address), tuple(map(_to_text, chunk.names))))
    return LineLoss(tuple(_to_text(name) for name in written if name not in resolved), tuple(bogus))


def _lines(hosts: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(hosts):
        end = hosts.find(b"\n", start) + 1 or len(hosts)
        yield hosts[start:end]
        start = end


def _chunks(line: bytes) -> Iterator[Chunk]:
    """A line, its LF included, as musl takes it apart."""
    for start in range(0, len(line), CHUNK_BYTES):
        # A C string ends at NUL. A comment sign ends the chunk like white space: the word before it counts.
        text = line[start : start + CHUNK_BYTES].partition(b"\0")[0]
        text, sign, _ = text.partition(b"#")
        if sign:
            text += b"\n"
        fields = text.split()
        if not fields or text[:1].isspace():
            # A chunk that begins with white space has no address.
            yield Chunk(b"", ())
        else:
            # A last word that no white space follows does not count.
            yield Chunk(fields[0], tuple(fields[1:] if text[-1:].isspace() else fields[1:-1]))


def _read_address(text: str, family: Family, network: Network) -> Address | str | None:
    """An address of that family; an error for another family or an unknown zone; None if the text is no address."""
    if (ipv4 := inet_aton(text)) is not None:
        return ipv4 if family != "inet6" else NO_DATA
    before, percent, zone = text.partition("%")
    ipv6 = inet_pton6(before)
    if ipv6 is None:
        return None
    if family == "inet":
        return NO_DATA
    return (read_zone(ipv6, zone, network) or NO_NAME) if percent else ipv6


def _sort(addresses: list[Address], network: Network) -> list[Address]:
    """IPv4 alone keeps the file's order; any IPv6 address makes musl sort them all."""
    if all(isinstance(address, IPv4Address) for address in addresses):
        return addresses
    return sorted(addresses, key=lambda address: _rank(address, network))


def _rank(address: Address, network: Network) -> tuple[int, ...]:
    precedence, label = policy(_POLICY, address)
    source = network.source(address)
    scope_matches = label_matches = False
    prefix = 0
    if source is not None:
        scope_matches = _scope(address) == _scope(source)
        label_matches = label == policy(_POLICY, source)[1]
        prefix = 128 - (as_128_bits(address) ^ as_128_bits(source)).bit_length()
    return source is None, not scope_matches, not label_matches, -precedence, _scope(address), -prefix


def _scope(address: Address) -> int:
    # musl looks at IPv4 as IPv4-mapped: to it 127.0.0.1 is as global as any.
    return scope(address) if address.version == 6 else 14


def _to_text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


#: The first is musl up to 1.2.3, the other one from 1.2.4 on.
RESOLVERS = (
    Resolver("musl", "musl", "musl", MuslHosts),
    Resolver("musl_1.2.5", "musl", None, partial(MuslHosts, wrong_family_error=NO_DATA)),
)
