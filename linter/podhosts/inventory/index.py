"""Index: which addresses the lists of a repository give a name, and where."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from podhosts.document import File
from podhosts.inventory.reading import read
from podhosts.records import field, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podhosts.helm import FileFacts
    from podhosts.inventory.reading import AliasList
    from podhosts.kubernetes import KnownKinds
    from podhosts.source import Source, Span


@record(slots=True)
class Use:
    """An address of a name: in how many lists it stands, and where first."""

    address: str
    source: Source
    span: Span
    lists: int = 0


@record(frozen=True, slots=True)
class AddressIndex:
    """The addresses of every name, by environment, name and family, each family's in the order of the files."""

    environment_of: Callable[[str], str | None] | None
    _uses: dict[tuple[str | None, str, bool], dict[str, Use]] = field(default_factory=dict)

    def add(self, found: AliasList) -> None:
        """Count the names of one list; each address of a name once."""
        counted: set[tuple[str, str]] = set()
        for listed in found.names:
            if listed.is_decided and listed.address is not None:
                uses = self._uses.setdefault(self._key(found.source.path, listed.name, listed.address), {})
                use = uses.setdefault(listed.address, Use(listed.address, found.source, listed.span))
                if (listed.name, listed.address) not in counted:
                    counted.add((listed.name, listed.address))
                    use.lists += 1

    def usual(self, path: str, name: str, address: str) -> Use | None:
        """The commonest address of a name, of this one's family and in the environment of a file; of two, the first."""
        uses = self._uses.get(self._key(path, name, address), {})
        return max(uses.values(), key=lambda use: use.lists, default=None)

    def _key(self, path: str, name: str, address: str) -> tuple[str | None, str, bool]:
        environment = self.environment_of(path) if self.environment_of else None
        return environment, name.lower(), ":" in address


def index(
    given: Iterable[Source | File],
    kinds: KnownKinds,
    environment_of: Callable[[str], str | None] | None,
    facts_of: Callable[[str], FileFacts],
) -> AddressIndex:
    """Read the lists of all sources and files; a file that cannot be opened is passed over.

    `facts_of` gives what the charts of the run know of the file at a path.
    """
    found = AddressIndex(environment_of)
    for each in given:
        path = each.name if isinstance(each, File) else each.path
        with suppress(OSError, ValueError):
            for alias_list in read(each, kinds, facts_of(path)).lists:
                found.add(alias_list)
    return found
