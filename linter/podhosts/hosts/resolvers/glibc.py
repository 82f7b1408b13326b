"""glibc's getaddrinfo with `hosts: files dns`.

Facts: `reference/resolvers.md` 1; behaviour of glibc 2.31 to 2.41, read in nss/getaddrinfo.c, nss/digits_dots.c and
nss/nss_files/files-hosts.c.
"""

from __future__ import annotations

from functools import lru_cache, partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from podhosts.hosts.addresses import inet_aton, inet_pton4, inet_pton6
from podhosts.hosts.encoding import to_bytes
from podhosts.hosts.names import fits_dns_query
from podhosts.hosts.resolvers.answer import ASK_DNS, Answer, failed, found
from podhosts.hosts.resolvers.model import Resolver
from podhosts.hosts.resolvers.rfc6724 import Rank, common_prefix, policy, row, scope, sort
from podhosts.hosts.resolvers.zones import read_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.hosts.resolvers.answer import Family
    from podhosts.hosts.resolvers.network import Address, Network

NO_NAME = "EAI_NONAME"
WRONG_FAMILY = "EAI_ADDRFAMILY"

_LOOPBACK4 = IPv4Address("127.0.0.1")
_LOOPBACK6_VALUE = 1
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_DIGITS_AND_DOTS = frozenset("0123456789.")

# The tables of RFC 3484 with glibc's own labels; IPv4 has the lowest precedence of all.
_POLICY = (
    row("::1", 128, 50, 0),
    row("2002::", 16, 30, 2),
    row("::", 96, 20, 3),
    row("::ffff:0:0", 96, 10, 4),
    row("fec0::", 10, 40, 5),
    row("fc00::", 7, 40, 6),
    row("2001::", 32, 40, 7),
    row("::", 0, 40, 1),
)


class GlibcHosts:
    """A hosts file as glibc reads it. `multi` is the setting `multi on` in `/etc/host.conf`."""

    def __init__(self, hosts: bytes, *, multi: bool) -> None:
        self._multi = multi
        self._addresses = _addresses(hosts)

    def lookup(self, name: str, family: Family, network: Network, *, canonical_name: bool = False) -> Answer:
        """getaddrinfo without flags; `canonical_name` is AI_CANONNAME, which takes another way for AF_INET."""
        if name == "*":
            # getaddrinfo takes it for no name at all.
            return failed(NO_NAME)
        literal = _literal(name, family, network)
        if literal is not None:
            return literal
        if family == "inet" and not canonical_name and _looks_numeric(name):
            return failed(NO_NAME)
        addresses = self._from_file(name, family)
        if addresses:
            return found(sort(addresses, lambda address: _rank(address, network)))
        return ASK_DNS if fits_dns_query(name) else failed(NO_NAME)

    def _from_file(self, name: str, family: Family) -> list[Address]:
        addresses = self._addresses.get(to_bytes(name).lower(), [])
        if family == "inet":
            addresses = [ipv4 for address in addresses if (ipv4 := _as_ipv4(address)) is not None]
        elif family == "inet6":
            addresses = [address for address in addresses if address.version == 6]
        # Without `multi` the first line of that family is all there is: for AF_UNSPEC one address of any family.
        return addresses if self._multi else addresses[:1]


@lru_cache(maxsize=2)  # glibc, Java and Node in all their ways read one file after the other, and then the next one
def _addresses(hosts: bytes) -> dict[bytes, list[Address]]:
    """The addresses of each name (lower case) in the order of the file."""
    addresses: dict[bytes, list[Address]] = {}
    for line in _lines(hosts):
        fields = line.partition(b"#")[0].split()
        if len(fields) < 2 or (address := _read_address(fields[0])) is None:
            continue
        # A name that stands twice on one line is one match.
        for name in {field.lower(): None for field in fields[1:]}:
            addresses.setdefault(name, []).append(address)
    return addresses


def _lines(hosts: bytes) -> Iterator[bytes]:
    """The lines as glibc's reader hands them on: without white space in front, cut at NUL."""
    *complete, last = hosts.split(b"\n")
    for index, line in enumerate([*complete, last]):
        text, nul, _ = line.partition(b"\0")
        stripped = text.lstrip()
        if stripped and len(stripped) < len(text) and (nul or index == len(complete)):
            # The reader moves the text to the front without its end mark, so as many bytes as were skipped are seen
            # twice. A LF hides that.
            stripped += text[len(stripped) - len(text) :]
        yield stripped


def _rank(address: Address, network: Network) -> Rank:
    precedence, label = policy(_POLICY, address)
    source = network.source(address)
    if source is None:
        # Rules 2, 5 and 9 look at source addresses, so they are silent among unusable ones.
        return Rank((1, 0, 0, -precedence, scope(address)))
    labels_differ = label != policy(_POLICY, source)[1]
    rules = (0, scope(address) != scope(source), labels_differ, -precedence, scope(address))
    return Rank(rules, _prefix_bits(address, source, network))


def _prefix_bits(address: Address, source: Address, network: Network) -> int:
    """Rule 9. For IPv4 only inside the source's subnet: outside of it a common prefix means nothing."""
    bits = common_prefix(address, source)
    if address.version == 4 and bits < (8 if source.is_loopback else network.ipv4_prefix):
        return 0
    return bits


@lru_cache(maxsize=256)  # the kubelet's own lines stand in every file, and one address may stand on many
def _read_address(field: bytes) -> Address | None:
    text = field.decode("latin-1")
    return inet_pton4(text) or inet_pton6(text)


def _as_ipv4(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return address
    if int(address) == _LOOPBACK6_VALUE:
        return _LOOPBACK4
    return address.ipv4_mapped


def _literal(name: str, family: Family, network: Network) -> Answer | None:
    """The answer for a name that is an address, which nobody looks up; None if it is not."""
    if (ipv4 := inet_aton(name)) is not None:
        return found([ipv4]) if family != "inet6" else failed(WRONG_FAMILY)
    text, percent, zone = name.partition("%")
    ipv6 = inet_pton6(text)
    if ipv6 is None:
        return None
    if family == "inet" and ipv6.ipv4_mapped is None:
        return failed(WRONG_FAMILY)
    scoped = read_zone(ipv6, zone, network) if percent else ipv6
    if scoped is None:
        return failed(NO_NAME)
    return found([ipv6.ipv4_mapped if family == "inet" and ipv6.ipv4_mapped is not None else scoped])


def _looks_numeric(name: str) -> bool:
    """A name that gethostbyname takes for a (bad) address: digits and dots, or a colon after a hexadecimal digit."""
    if name and name[0] != "." and name[-1] != "." and _DIGITS_AND_DOTS.issuperset(name):
        return True
    return name[:1] == ":" or (name[:1] in _HEX_DIGITS and ":" in name)


RESOLVERS = (
    Resolver("glibc", "glibc", "glibc", partial(GlibcHosts, multi=True)),
    Resolver("glibc_nomulti", "glibc", "glibc without /etc/host.conf", partial(GlibcHosts, multi=False)),
)
