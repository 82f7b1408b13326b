"""go-yaml's guard against alias bombs, counted on the graph so that it takes no more time than the text is long.

Source: go-yaml v2 `decode.go` (`allowedAliasRatio`), measured in `vectors/yaml` (class `anchors-merge`, `big`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from podhosts.document.nodes import Node

_LOW = 400_000
_HIGH = 4_000_000


def is_excessive(root: Node) -> bool:
    """Whether go-yaml would give up on the document (`document contains excessive aliasing`)."""
    decoded, aliased = _counts(root)
    return aliased > 100 and decoded > 1000 and aliased / decoded > _allowed_ratio(decoded)


def _allowed_ratio(decoded: int) -> float:
    if decoded <= _LOW:
        return 0.99
    if decoded >= _HIGH:
        return 0.10
    return 0.99 - 0.89 * ((decoded - _LOW) / (_HIGH - _LOW))


def _counts(root: Node) -> tuple[int, int]:
    """The number of nodes that go-yaml decodes for the document, and of those it decodes through an alias."""
    totals: dict[int, tuple[int, int]] = {}
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in totals:
            continue
        parts = list(_parts(node))
        if not ready and parts:
            stack.append((node, True))
            stack.extend((part, False) for part, _ in parts)
            continue
        decoded, aliased = 1, 0
        for part, is_alias in parts:
            part_decoded, part_aliased = totals[id(part)]
            if is_alias:
                decoded += 1 + part_decoded
                aliased += part_decoded
            else:
                decoded += part_decoded
                aliased += part_aliased
        totals[id(node)] = (decoded, aliased)
    return totals[id(root)]


def _parts(node: Node) -> list[tuple[Node, bool]]:
    if isinstance(node, Mapping):
        parts: list[tuple[Node, bool]] = []
        for entry in node.entries:
            parts.append((entry.key, False))
            parts.append((entry.value, entry.alias is not None))
        return parts
    if isinstance(node, Sequence):
        return [(item, index in node.aliases) for index, item in enumerate(node.items)]
    return []
