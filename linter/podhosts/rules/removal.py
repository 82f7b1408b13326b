"""Taking names and entries out of a pod's aliases: what would be left empty goes too, and the titles name all of it."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from podhosts.document import Scalar
from podhosts.edits import Safety
from podhosts.hosts.names import is_numeric_for_resolvers
from podhosts.kubernetes import sequence
from podhosts.surgery import named, remove_item, remove_items, remove_key, repair

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from podhosts.document import Node
    from podhosts.edits import Edit, Fix
    from podhosts.kubernetes import AliasName, HostAlias, Pod


class EntryRemoval:
    """Removes entries from a pod's aliases one by one; `to_remove` are the indices of all that shall go."""

    def __init__(self, pod: Pod, to_remove: Collection[int]) -> None:
        self._pod = pod
        self._to_remove = to_remove

    def fix(self, index: int) -> Fix | None:
        """The unsafe fix that removes one entry, or the list where all entries shall go; None where it is refused."""
        document, entry = self._pod.object.document, self._pod.list_entry
        items = sequence(entry.value) if entry else None
        if items is None or document.is_partial(items):
            return None
        if len(self._to_remove) == len(items.items):
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


class RepetitionRemoval:
    """Removes names that are listed again; `groups` are all of a pod's repeated names, each with its first place."""

    def __init__(self, pod: Pod, groups: list[list[AliasName]]) -> None:
        self._pod = pod
        self._groups = groups

    def fix(self, group: list[AliasName]) -> Fix | None:
        """Remove all but the first of a group; None where one of the others has to stay."""
        document, later = self._pod.object.document, group[1:]
        # What is listed first may be in a branch that is not printed.
        if not self._pod.has_all_aliases or not self._emptied.isdisjoint(name.alias.index for name in later):
            return None
        edits: list[Edit] = []
        for _, several in groupby(later, key=lambda name: name.alias.index):
            names = list(several)
            listed = sequence(names[0].alias.hostnames_node)
            if listed is None or _is_read_as_address(names[0]):
                return None
            removal = remove_items(document, listed, [name.index for name in names])
            if removal is None:
                return None
            edits += removal
        text = later[0].text
        title = (
            f"Remove the second `{text}`" if len(later) == 1 else f"Remove `{text}` everywhere but in the first place"
        )
        return repair(document, title, tuple(edits))

    @cached_property
    def _emptied(self) -> set[int]:
        """The entries that would be left without names, were all repetitions removed.

        Which of two entries should go, if nothing would be left of one, is not for a fix to say.
        """
        repeated = Counter(name.alias.index for group in self._groups for name in group[1:])
        aliases = {name.alias.index: name.alias for group in self._groups for name in group[1:]}
        lists = {index: sequence(alias.hostnames_node) for index, alias in aliases.items()}
        return {index for index, names in lists.items() if names is None or repeated[index] >= len(names.items)}


def _is_read_as_address(name: AliasName) -> bool:
    """Whether resolvers take a number on a line without an address for one, so that a second is not idle."""
    ip = name.alias.ip_node
    return is_numeric_for_resolvers(name.text) and (ip is None or (isinstance(ip, Scalar) and ip.value in {None, ""}))


class NameRemoval:
    """Removes names from a pod's aliases one by one; `to_remove` are the indices of all that shall go, by entry."""

    def __init__(self, pod: Pod, to_remove: Mapping[int, Collection[int]]) -> None:
        self._pod = pod
        self._to_remove = to_remove

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
            if alias.index in self._to_remove
            and (names := sequence(alias.hostnames_node))
            and len(self._to_remove[alias.index]) == len(names.items)
        }
