"""Ways through an object: every mapping below a node, or those at a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path

#: Below these keys nothing is a manifest: what the server and kubectl keep for themselves.
NEVER_INSIDE = frozenset({"managedFields", "annotations", "last-applied-configuration"})


def walk(root: Mapping, skip: frozenset[str] = NEVER_INSIDE) -> Iterator[tuple[Path, Mapping]]:
    """Every mapping below `root`, itself included, not looking below the keys in `skip`."""
    stack: list[tuple[Path, Node]] = [((), root)]
    seen: set[int] = set()
    while stack:
        path, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield path, node
            stack.extend(
                ((*path, name), entry.value)
                for name, entry in reversed(node.fields.items())
                if name not in skip and not isinstance(entry.value, Scalar)
            )
        elif isinstance(node, Sequence):
            stack.extend(
                ((*path, index), node.items[index])
                for index in range(len(node.items) - 1, -1, -1)
                if not isinstance(node.items[index], Scalar)
            )


def follow(root: Mapping, steps: tuple[str, ...]) -> list[tuple[Path, Mapping]]:
    """The mappings at a path in which `[]` is every list item and `*` every map value."""
    places: list[tuple[Path, Node]] = [((), root)]
    for step in steps:
        following: list[tuple[Path, Node]] = []
        for path, node in places:
            if step == "[]" and isinstance(node, Sequence):
                following += [((*path, index), item) for index, item in enumerate(node.items)]
            elif step == "*" and isinstance(node, Mapping):
                following += [((*path, name), entry.value) for name, entry in node.fields.items()]
            elif isinstance(node, Mapping) and (value := node.get(step)) is not None:
                following.append(((*path, step), value))
        places = following
    return [(path, node) for path, node in places if isinstance(node, Mapping)]
