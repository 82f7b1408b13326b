"""Ways through an object: every mapping below a node, or those at a path."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path

#: Below these keys nothing is a manifest: what the server and kubectl keep for themselves.
NEVER_INSIDE = frozenset({"managedFields", "annotations", "last-applied-configuration"})


@lru_cache(maxsize=2)  # several rules walk through the object that is being checked
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


class Keys(NamedTuple):
    """All keys below a node, and whether a mapping there has one twice."""

    names: frozenset[str]
    has_duplicates: bool


@lru_cache(maxsize=1)
def keys(root: Mapping) -> Keys:
    """A look at all keys, cheaper than a walk: most objects hold none that a rule wants to see closely."""
    names: set[str] = set()
    has_duplicates = False
    stack: list[Node] = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            if id(node) in seen:
                continue
            seen.add(id(node))
            names.update(node.fields)
            has_duplicates = has_duplicates or bool(node.duplicates)
            stack += [entry.value for entry in node.entries if type(entry.value) is not Scalar]
        elif isinstance(node, Sequence) and id(node) not in seen:
            seen.add(id(node))
            stack += [item for item in node.items if type(item) is not Scalar]
    return Keys(frozenset(names), has_duplicates)


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
