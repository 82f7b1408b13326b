"""What a name resolves to, resolver by resolver, given the bytes of a hosts file.

    lookup("musl", hosts, "db", "unspec")

Resolvers are named as in `vectors/resolvers.json`. Each model reads the file once, in linear time; keep the reader of
`open_hosts` to ask about many names. What is measured and what is not: `reference/resolvers.md`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from podhosts.hosts.resolvers.answer import ASK_DNS, Answer, Family
from podhosts.hosts.resolvers.c_ares import CAresHosts
from podhosts.hosts.resolvers.glibc import GlibcHosts
from podhosts.hosts.resolvers.go import GoHosts
from podhosts.hosts.resolvers.java import JavaHosts
from podhosts.hosts.resolvers.musl import NO_DATA, BogusAddress, LineLoss, MuslHosts, line_loss
from podhosts.hosts.resolvers.network import Network
from podhosts.hosts.resolvers.node import NodeHosts
from podhosts.hosts.resolvers.uclibc import UclibcHosts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ASK_DNS",
    "RESOLVERS",
    "Answer",
    "BogusAddress",
    "Family",
    "HostsReader",
    "LineLoss",
    "Network",
    "families",
    "line_loss",
    "lookup",
    "open_hosts",
]


class HostsReader(Protocol):
    """A hosts file as one resolver has read it."""

    def lookup(self, name: str, family: Family, network: Network) -> Answer: ...


_READERS: dict[str, Callable[[bytes], HostsReader]] = {
    "glibc": partial(GlibcHosts, multi=True),
    "glibc_nomulti": partial(GlibcHosts, multi=False),
    "musl": MuslHosts,
    "musl_1.2.5": partial(MuslHosts, wrong_family_error=NO_DATA),
    "uclibc": UclibcHosts,
    "go": GoHosts,
    "java": partial(JavaHosts, multi=True),
    "java_nomulti": partial(JavaHosts, multi=False),
    "java_preferIPv4Stack": partial(JavaHosts, multi=True),
    "node": partial(NodeHosts, multi=True),
    "node_nomulti": partial(NodeHosts, multi=False),
    "c_ares_1.34.6": partial(CAresHosts, merging=True),
    "c_ares_main": partial(CAresHosts, merging=False),
}

RESOLVERS: tuple[str, ...] = tuple(_READERS)
"""The modelled ones. `c_ares_1.34.6` stands for 1.22 to 1.34.8, `musl` for up to 1.2.3, `musl_1.2.5` for 1.2.4 on."""

_ALL_FAMILIES: tuple[Family, ...] = ("unspec", "inet", "inet6")
# A JVM knows no question by family: it has one stack or the other.
_FAMILIES: dict[str, tuple[Family, ...]] = {
    "java": ("unspec",),
    "java_nomulti": ("unspec",),
    "java_preferIPv4Stack": ("inet",),
}
_DEFAULT_NETWORK = Network()


def families(resolver: str) -> tuple[Family, ...]:
    """The families that can be asked of a resolver. Raises `KeyError` for an unknown one."""
    if resolver not in _READERS:
        raise KeyError(resolver)
    return _FAMILIES.get(resolver, _ALL_FAMILIES)


def open_hosts(resolver: str, hosts: bytes) -> HostsReader:
    """The file as this resolver reads it, for any number of look-ups. Raises `KeyError` for an unknown resolver."""
    return _READERS[resolver](hosts)


def lookup(resolver: str, hosts: bytes, name: str, family: Family, network: Network = _DEFAULT_NETWORK) -> Answer:
    """What `name` resolves to with this resolver and this hosts file in a pod with this network.

    Raises `KeyError` for an unknown resolver, `ValueError` for a family that it cannot be asked for.
    """
    if family not in families(resolver):
        raise ValueError(f"{resolver} cannot be asked for {family}")
    return open_hosts(resolver, hosts).lookup(name, family, network)
