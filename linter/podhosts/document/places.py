"""The span of each value of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.nodes import Node

#: The keys and indices that lead from the root to a value.
Path = tuple[str | int, ...]


def starts(root: Node) -> Iterator[tuple[Path, int]]:
    """The offset of each value, and of each key of a mapping (a key's path ends in its name)."""
    stack: list[tuple[Path, Node]] = [((), root)]
    while stack:
        path, node = stack.pop()
        if not path:
            yield path, node.start
        if isinstance(node, Mapping):
            for name, entry in node.fields.items():
                yield (*path, name), entry.key.start
                stack.append(((*path, name), entry.value))
        elif isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                yield (*path, index), item.start
                stack.append(((*path, index), item))
