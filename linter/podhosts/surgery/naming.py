"""Naming in a title what a fix takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from podhosts.document import Node


def named(node: Node, fields: Collection[str]) -> str:
    """All that a node says, in one line: its scalars in order, and its keys but for `fields`; may be empty."""
    return " ".join(_words(node, fields))


def _words(node: Node, fields: Collection[str]) -> Iterator[str]:
    if isinstance(node, Scalar):
        if node.text and node.value is not None:
            yield node.text
    elif isinstance(node, Mapping):
        for entry in node.entries:
            if entry.name not in fields:
                yield f"{entry.key.text}:"
            yield from _words(entry.value, fields)
    else:
        for item in node.items:
            yield from _words(item, fields)
