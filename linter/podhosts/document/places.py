"""The place of each value of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.nodes import Node

#: The keys and indices that lead from the root to a value.
Path = tuple[str | int, ...]


def places(root: Node) -> Iterator[tuple[Path, int, Node]]:
    """Each value with its path and the offset where it begins, or its key does where it has one."""
    stack: list[tuple[Path, Node]] = [((), root)]
    while stack:
        path, node = stack.pop()
        if not path:
            yield path, node.start, node
        if isinstance(node, Mapping):
            for name, entry in node.fields.items():
                yield (*path, name), entry.key.start, entry.value
                stack.append(((*path, name), entry.value))
        elif isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                yield (*path, index), item.start, item
                stack.append(((*path, index), item))
