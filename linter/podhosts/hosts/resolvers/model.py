"""The declaration of a resolver, and the interface of its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.hosts.resolvers.answer import Answer, Family
    from podhosts.hosts.resolvers.network import Network

ALL_FAMILIES: tuple[Family, ...] = ("unspec", "inet", "inet6")


class HostsReader(Protocol):
    """A hosts file as one resolver has read it."""

    def lookup(self, name: str, family: Family, network: Network) -> Answer:
        """The answer for a name in a pod with this network."""
        ...


class Resolver(NamedTuple):
    """One way in which a library reads a hosts file.

    `name` is that of `vectors/resolvers.json`, unique. `library` is what the config and `--resolvers` call all ways of
    one library. `title` is what messages call it; None where they leave it out, as its addresses are those of another.
    `families` can be asked for; the first is the widest question.
    """

    name: str
    library: str
    title: str | None
    open: Callable[[bytes], HostsReader]
    families: tuple[Family, ...] = ALL_FAMILIES
