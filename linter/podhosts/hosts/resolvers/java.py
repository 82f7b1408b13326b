"""Java's InetAddress.getAllByName on glibc, OpenJDK 17.

Facts: `reference/resolvers.md` 0 (8) and 4; read in sun/net/util/IPAddressUtil.java and java/net/InetAddress.java.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.hosts.addresses import inet_aton, parse_sloppy, unmapped
from podhosts.hosts.resolvers.answer import Answer, failed, found
from podhosts.hosts.resolvers.glibc import GlibcHosts

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from podhosts.hosts.resolvers.answer import Family
    from podhosts.hosts.resolvers.network import Address, Network

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
            literal = _literal(name)
            if isinstance(literal, str):
                return failed(literal)
            if literal is not None:
                return found([literal])
        answer = self._libc.lookup(name, family, network, canonical_name=True)
        if answer.error:
            return failed(UNKNOWN_HOST)
        # Java drops repetitions, and puts IPv4 first.
        distinct = dict.fromkeys(answer.addresses)
        return Answer(addresses=tuple(sorted(distinct, key=lambda text: ":" in text)), dns=answer.dns)


def _literal(name: str) -> Address | str | None:
    """An address, Java's refusal of a doubtful one, or None for a name."""
    ipv4 = _decimal_ipv4(name)
    if ipv4 is not None:
        return ipv4
    if inet_aton(name) is not None:
        # Octal or hexadecimal to C: Java reads neither and asks nobody.
        return UNKNOWN_HOST
    if ":" not in name:
        return None
    ipv6 = parse_sloppy(name.partition("%")[0])
    return UNKNOWN_HOST if ipv6 is None else unmapped(ipv6)


def _decimal_ipv4(name: str) -> IPv4Address | None:
    """One to four decimal numbers, leading zeros meaning nothing: `0777` is 0.0.3.9."""
    if len(name) > _MAX_DECIMAL_LENGTH or not _DIGITS_AND_DOTS.issuperset(name):
        return None
    return inet_aton(".".join(part.lstrip("0") or part[:1] for part in name.split(".")))
