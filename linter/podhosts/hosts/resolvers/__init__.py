"""The address of a name, resolver by resolver, given the bytes of a hosts file.

    lookup("musl", hosts, "db", "unspec")

Resolvers are named as in `vectors/resolvers.json`; where they are chosen (the config's `resolvers`, `--resolvers`), the
name of a library (`glibc`, `c_ares`) stands for all its ways of reading the file, and the name of one (`glibc_nomulti`)
for it alone. Each model reads the file once, in linear time; keep the reader of `open_hosts` to ask about many names.
What is measured and what is not: `reference/resolvers.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.hosts.resolvers import c_ares, glibc, go, java, musl, node, uclibc
from podhosts.hosts.resolvers.answer import ASK_DNS, Answer, Family
from podhosts.hosts.resolvers.model import HostsReader, Resolver
from podhosts.hosts.resolvers.musl import BogusAddress, LineLoss, line_loss
from podhosts.hosts.resolvers.network import Network

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "ASK_DNS",
    "LIBRARIES",
    "RESOLVERS",
    "Answer",
    "BogusAddress",
    "Family",
    "HostsReader",
    "LineLoss",
    "Network",
    "Resolver",
    "chosen",
    "families",
    "line_loss",
    "lookup",
    "open_hosts",
]

#: Each module declares its `RESOLVERS`. In the order of tables and messages.
_MODULES = (glibc, musl, go, uclibc, java, node, c_ares)
_BY_NAME: dict[str, Resolver] = {resolver.name: resolver for module in _MODULES for resolver in module.RESOLVERS}

RESOLVERS: tuple[str, ...] = tuple(_BY_NAME)
"""The names of those that are modelled."""
LIBRARIES: tuple[str, ...] = tuple(dict.fromkeys(resolver.library for resolver in _BY_NAME.values()))
"""The names of the libraries that they belong to."""

_DEFAULT_NETWORK = Network()


def chosen(names: Collection[str]) -> list[Resolver]:
    """The resolvers of which the name or the library is among `names`, in the order of `RESOLVERS`."""
    return [resolver for resolver in _BY_NAME.values() if resolver.name in names or resolver.library in names]


def families(resolver: str) -> tuple[Family, ...]:
    """The families that can be asked of a resolver, the widest first. Raises `KeyError` for an unknown one."""
    return _BY_NAME[resolver].families


def open_hosts(resolver: str, hosts: bytes) -> HostsReader:
    """The file as this resolver reads it, for any number of look-ups. Raises `KeyError` for an unknown resolver."""
    return _BY_NAME[resolver].open(hosts)


def lookup(resolver: str, hosts: bytes, name: str, family: Family, network: Network = _DEFAULT_NETWORK) -> Answer:
    """The answer for `name` with this resolver and this hosts file in a pod with this network.

    Raises `KeyError` for an unknown resolver, `ValueError` for a family that it cannot be asked for.
    """
    if family not in families(resolver):
        raise ValueError(f"{resolver} cannot be asked for {family}")
    return open_hosts(resolver, hosts).lookup(name, family, network)
