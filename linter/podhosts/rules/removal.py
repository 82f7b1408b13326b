"""Taking names and entries out of a pod's aliases: what would be left empty goes too."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.kubernetes import sequence
from podhosts.surgery import remove_item, remove_items, remove_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from podhosts.edits import Edit
    from podhosts.kubernetes import HostAlias, Pod


class EntryRemoval:
    """Removes entries from a pod's aliases one by one; `doomed` are the indices of all that shall go."""

    def __init__(self, pod: Pod, doomed: Collection[int]) -> None:
        self._pod = pod
        self._doomed = doomed

    def edits(self, index: int) -> tuple[Edit, ...] | None:
        """Remove one entry, or the list where all its entries shall go; None where it is refused."""
        document, entry = self._pod.object.document, self._pod.list_entry
        items = sequence(entry.value) if entry else None
        if items is None or document.is_partial(items):
            return None
        return self._whole_list if len(self._doomed) == len(items.items) else remove_item(document, items, index)

    @cached_property
    def _whole_list(self) -> tuple[Edit, ...] | None:
        entry, spec = self._pod.list_entry, self._pod.spec
        return remove_key(self._pod.object.document, spec, entry) if entry and entry in spec.entries else None


class NameRemoval:
    """Removes names from a pod's aliases one by one; `doomed` are the indices of all that shall go, by entry."""

    def __init__(self, pod: Pod, doomed: Mapping[int, Collection[int]]) -> None:
        self._pod = pod
        self._doomed = doomed

    def edits(self, alias: HostAlias, index: int) -> tuple[Edit, ...] | None:
        """Remove one name, or the entry where all its names shall go; None where it is refused."""
        return self.edits_of(alias, [index])

    def edits_of(self, alias: HostAlias, indices: Collection[int]) -> tuple[Edit, ...] | None:
        """Remove some names of an entry, or the entry where all its names shall go; None where it is refused."""
        names = sequence(alias.hostnames_node)
        if names is None:
            return None
        if alias.index in self._emptied:
            return self._entries.edits(alias.index)
        return remove_items(self._pod.object.document, names, indices)

    @cached_property
    def _entries(self) -> EntryRemoval:
        return EntryRemoval(self._pod, self._emptied)

    @cached_property
    def _emptied(self) -> set[int]:
        """The entries of which no name would be left."""
        return {
            alias.index
            for alias in self._pod.aliases
            if alias.index in self._doomed
            and (names := sequence(alias.hostnames_node))
            and len(self._doomed[alias.index]) == len(names.items)
        }
