"""uClibc-ng's getaddrinfo (`busybox:uclibc`), x86-64.

Facts: `reference/resolvers.md` 4; read in libc/inet/resolv.c, getaddrinfo.c, ntop.c and
libc/misc/internals/parse_config.c of 1.0.54.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.hosts.addresses import parse_sloppy
from podhosts.hosts.encoding import to_bytes
from podhosts.hosts.limits import MAX_NAMES
from podhosts.hosts.names import fits_dns_query
from podhosts.hosts.resolvers.answer import ASK_DNS, Answer, failed, found
from podhosts.hosts.resolvers.model import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.hosts.resolvers.answer import Family
    from podhosts.hosts.resolvers.network import Address, Network

MAX_LINE_BYTES = 935
"""The rest of a longer line is thrown away (getaddrinfo's buffer of 1024 bytes, less its tables)."""

NO_NAME = "EAI_NONAME"
WRONG_FAMILY = "EAI_FAMILY"


class UclibcHosts:
    """A hosts file as uClibc-ng reads it."""

    def __init__(self, hosts: bytes) -> None:
        self._address_texts: dict[bytes, list[bytes]] = {}
        for line in _lines(hosts):
            # CR, VT and FF are no white space here.
            fields = [word for word in line.partition(b"#")[0].replace(b"\t", b" ").split(b" ") if word]
            for name in {field.lower(): None for field in fields[1 : 1 + MAX_NAMES]}:
                self._address_texts.setdefault(name, []).append(fields[0])

    def lookup(self, name: str, family: Family, network: Network) -> Answer:
        """getaddrinfo without flags: the first line of each family, IPv6 before IPv4."""
        if name == "*":
            return failed(NO_NAME)
        literal = _read_address(name.partition("%")[0] if ":" in name else name)
        if literal is not None:
            wanted = family == "unspec" or literal.version == (4 if family == "inet" else 6)
            return found([literal]) if wanted else failed(WRONG_FAMILY)
        texts = self._address_texts.get(to_bytes(name).lower(), [])
        read = [_read_address(text.decode("latin-1")) for text in dict.fromkeys(texts)]
        versions = {"unspec": (6, 4), "inet": (4,), "inet6": (6,)}[family]
        firsts = (next((a for a in read if a is not None and a.version == version), None) for version in versions)
        addresses = [address for address in firsts if address is not None]
        if addresses:
            return found(addresses)
        # A line that has the name, whatever its address, keeps DNS out.
        return ASK_DNS if not texts and fits_dns_query(name) else failed(NO_NAME)


def _lines(hosts: bytes) -> Iterator[bytes]:
    lines = iter(hosts.split(b"\n"))
    for line in lines:
        read, nul, _ = line[:MAX_LINE_BYTES].partition(b"\0")
        if nul and len(line) < MAX_LINE_BYTES:
            # The reader sees no LF behind a NUL, and throws away what it takes for the rest of the line: the next one.
            next(lines, None)
        yield read


def _read_address(text: str) -> Address | None:
    """uClibc's inet_pton takes leading zeros as decimal, and long IPv6 groups, as the API server's does."""
    return parse_sloppy(text)


RESOLVERS = (Resolver("uclibc", "uclibc", "uClibc-ng", UclibcHosts),)
