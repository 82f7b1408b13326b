"""Ways through an object: every mapping below a node, or those at a path."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path

#: Below these keys nothing is a manifest: what the server and kubectl keep for themselves.
NEVER_INSIDE = frozenset({"managedFields", "annotations", "last-applied-configuration"})


@lru_cache(maxsize=2)  # all rules walk through an object before the next one
def walk(root: Mapping, skip: frozenset[str] = NEVER_INSIDE) -> list[tuple[Path, Mapping]]:
    """Every mapping below `root`, itself included, with its path, not looking below the keys in `skip`."""
    found: list[tuple[Path, Mapping]] = []
    stack: list[tuple[Path, Node]] = [((), root)]
    seen: set[int] = set()
    while stack:
        path, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        below: list[tuple[Path, Node]]
        if isinstance(node, Mapping):
            found.append((path, node))
            below = [
                ((*path, name), entry.value)
                for name, entry in node.fields.items()
                if type(entry.value) is not Scalar and name not in skip
            ]
        elif isinstance(node, Sequence):
            below = [((*path, index), item) for index, item in enumerate(node.items) if type(item) is not Scalar]
        else:
            continue
        stack += reversed(below)
    return found


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
