"""Java's InetAddress.getAllByName on glibc, OpenJDK 17.

Facts: `reference/resolvers.md` 0 (8) and 4; read in sun/net/util/IPAddressUtil.java and java/net/InetAddress.java.
"""

from __future__ import annotations

from functools import partial
from ipaddress import IPv6Address
from typing import TYPE_CHECKING

from podhosts.hosts.addresses import inet_aton, parse_sloppy, unmapped
from podhosts.hosts.resolvers.answer import Answer, failed, found
from podhosts.hosts.resolvers.glibc import GlibcHosts
from podhosts.hosts.resolvers.model import Resolver

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from podhosts.hosts.resolvers.answer import Family
    from podhosts.hosts.resolvers.network import Network

UNKNOWN_HOST = "UnknownHostException"

_MAX_DECIMAL_LENGTH = 15
_HEX_DIGITS_OR_COLON = frozenset("0123456789abcdefABCDEF:")
_DIGITS_AND_DOTS = frozenset("0123456789.")


class JavaHosts:
    """A hosts file as a JVM sees it through glibc; `multi` as for glibc."""

    def __init__(self, hosts: bytes, *, multi: bool) -> None:
        self._libc = GlibcHosts(hosts, multi=multi)

    def lookup(self, name: str, family: Family, network: Network) -> Answer:
        """getAllByName: "unspec" for the default, "inet" with -Djava.net.preferIPv4Stack=true."""
        if name[:1] and name[0] in _HEX_DIGITS_OR_COLON:
            literal = _literal(name, family, network)
            if literal is not None:
                return literal
        answer = self._libc.lookup(name, family, network, canonical_name=True)
        if answer.error:
            return failed(UNKNOWN_HOST)
        # Java drops repetitions, and puts IPv4 first.
        distinct = dict.fromkeys(answer.addresses)
        return Answer(addresses=tuple(sorted(distinct, key=lambda text: ":" in text)), dns=answer.dns)


def _literal(name: str, family: Family, network: Network) -> Answer | None:
    """The answer for an address, the refusal of a doubtful one, or None for a name."""
    ipv4 = _decimal_ipv4(name)
    if ipv4 is not None:
        return found([ipv4])
    if inet_aton(name) is not None:
        # Octal or hexadecimal to C: Java reads neither and asks nobody.
        return failed(UNKNOWN_HOST)
    if ":" not in name:
        return None
    text, percent, zone = name.partition("%")
    ipv6 = parse_sloppy(text)
    if ipv6 is None:
        return failed(UNKNOWN_HOST)
    if not percent:
        return found([unmapped(ipv6)])
    # The IPv4 stack knows no interfaces, but takes any number.
    scoped = f"{ipv6}%{zone}"
    named = family == "unspec" and network.index_of(zone) is not None
    known = zone.isdigit() or (named and network.source(IPv6Address(scoped)) is not None)
    return Answer(addresses=(scoped,)) if known else failed(UNKNOWN_HOST)


def _decimal_ipv4(name: str) -> IPv4Address | None:
    """One to four decimal numbers, leading zeros meaning nothing: `0777` is 0.0.3.9."""
    if len(name) > _MAX_DECIMAL_LENGTH or not _DIGITS_AND_DOTS.issuperset(name):
        return None
    return inet_aton(".".join(part.lstrip("0") or part[:1] for part in name.split(".")))


#: A JVM knows no question by family: it has one stack or the other.
RESOLVERS = (
    Resolver("java", "java", "Java", partial(JavaHosts, multi=True), ("unspec",)),
    Resolver("java_nomulti", "java", None, partial(JavaHosts, multi=False), ("unspec",)),
    Resolver("java_preferIPv4Stack", "java", None, partial(JavaHosts, multi=True), ("inet",)),
)
