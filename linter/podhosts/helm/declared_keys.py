"""What a chart's `values.schema.json` declares for the entries of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Sequence, string
from podhosts.helm.values import EACH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.helm.values import ValuesPath

_LOCAL = "#/"
#: References lead to references only so often.
_MOST_REFERENCES = 20


def declared_keys(schema: Mapping, path: ValuesPath) -> frozenset[str]:
    """The names of the properties that the schema of the values declares for items of the list at a path."""
    places: list[Mapping] = list(_alternatives(schema, schema))
    for step in (*path, EACH):
        places = [inner for place in places for child in _child(place, step) for inner in _alternatives(child, schema)]
    return frozenset(
        name for place in places if isinstance(found := place.get("properties"), Mapping) for name in found.fields
    )


def _child(place: Mapping, step: str) -> Iterator[Node]:
    """The schemas of a property, or of the items."""
    if step != EACH:
        properties = place.get("properties")
        if isinstance(properties, Mapping) and (found := properties.get(step)) is not None:
            yield found
        return
    for name in ("items", "additionalProperties"):
        if (found := place.get(name)) is not None:
            yield found


def _alternatives(node: Node, root: Mapping) -> Iterator[Mapping]:
    """A schema and those that it refers to or is put together from."""
    waiting: list[Node] = [node]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_REFERENCES:
        current = waiting.pop()
        if not isinstance(current, Mapping) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        reference = string(current.get("$ref"))
        if reference is not None and reference.startswith(_LOCAL):
            waiting.extend(_at(root, reference.removeprefix(_LOCAL).split("/")))
        for name in ("allOf", "anyOf", "oneOf"):
            if isinstance(parts := current.get(name), Sequence):
                waiting.extend(parts.items)


def _at(root: Mapping, names: list[str]) -> list[Node]:
    node: Node | None = root
    for name in names:
        node = node.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(node, Mapping) else None
    return [] if node is None else [node]
