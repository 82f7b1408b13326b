"""Taking names and entries out of a pod's aliases: what would be left empty goes too, and the titles name all of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.edits import Safety
from podhosts.kubernetes import sequence
from podhosts.surgery import named, remove_item, remove_items, remove_key, repair

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from podhosts.document import Node
    from podhosts.edits import Edit, Fix
    from podhosts.kubernetes import HostAlias, Pod


class EntryRemoval:
    """Removes entries from a pod's aliases one by one; `doomed` are the indices of all that shall go."""

    def __init__(self, pod: Pod, doomed: Collection[int]) -> None:
        self._pod = pod
        self._doomed = doomed

    def fix(self, index: int) -> Fix | None:
        """The unsafe fix that removes one entry, or the list where all entries shall go; None where it is refused."""
        document, entry = self._pod.object.document, self._pod.list_entry
        items = sequence(entry.value) if entry else None
        if items is None or document.is_partial(items):
            return None
        if len(self._doomed) == len(items.items):
            return repair(document, self._whole_title, self._whole_list, Safety.UNSAFE)
        written = self._named(items.items[index])
        title = f"Remove the entry `{written}`" if written else "Remove the empty entry"
        return repair(document, title, remove_item(document, items, index), Safety.UNSAFE)

    def _named(self, node: Node) -> str:
        return named(node, self._pod.schema.entry_fields)

    # All entries of a list that goes as a whole have the same fix.
    @cached_property
    def _whole_title(self) -> str:
        entry = self._pod.list_entry
        items = sequence(entry.value) if entry else None
        written = [f"`{text}`" for item in (items.items if items else ()) if (text := self._named(item))]
        return f"Remove `{self._pod.list_field}`" + (f": {', '.join(written)}" if written else "")

    @cached_property
    def _whole_list(self) -> tuple[Edit, ...] | None:
        entry, spec = self._pod.list_entry, self._pod.spec
        return remove_key(self._pod.object.document, spec, entry) if entry and entry in spec.entries else None


class NameRemoval:
    """Removes names from a pod's aliases one by one; `doomed` are the indices of all that shall go, by entry."""

    def __init__(self, pod: Pod, doomed: Mapping[int, Collection[int]]) -> None:
        self._pod = pod
        self._doomed = doomed

    def fix(self, alias: HostAlias, indices: Collection[int]) -> Fix | None:
        """The unsafe fix that removes names of an entry, or the entry where all its names shall go; None if refused."""
        names = sequence(alias.hostnames_node)
        if names is None:
            return None
        if alias.index in self._emptied:
            return self._fixes[alias.index]
        document = self._pod.object.document
        written = ", ".join(f"`{named(names.items[index], ())}`" for index in indices)
        title = f"Remove the alias{'es' if len(indices) > 1 else ''} {written}"
        return repair(document, title, remove_items(document, names, indices), Safety.UNSAFE)

    # The names of an entry that goes have the same fix.
    @cached_property
    def _fixes(self) -> dict[int, Fix | None]:
        entries = EntryRemoval(self._pod, self._emptied)
        return {index: entries.fix(index) for index in self._emptied}

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
