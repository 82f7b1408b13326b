"""Marks of ytt and of token replacers, which YAML takes for comments: what they decide is not written in the file.

Source: ytt's syntax (`ip: #@ data.values.ip`, lines of `#@ if`, `#@overlay/...`), and tokens like `#{DB_IP}#`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.document.nodes import Mapping, Scalar, Sequence, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.nodes import Node

_VALUE = re.compile(r"[ \t]*(#@[ \t][^#\r\n]*|#\{[^}\r\n]*\}#?)")
#: Lines of ytt, and of preprocessors and templates whose statements are comments to YAML.
_LINE = re.compile(
    r"^[ \t]*(?:#@|#+[ \t]*(?:<%|%\{|\{%|endif\b|ifn?def\b)|#%?(?:if|el(?:se|if|seif)|end|for(?:each)?)\b)",
    re.MULTILINE,
)
_YTT = "#@"
_TOKEN = "#{"


def fill(text: str, root: Node | None, start: int, end: int) -> None:
    """Give each value that nothing but such a mark stands for the mark as its text, so that it is a placeholder.

    `root` is what was read of `text` from `start` to `end`.
    """
    if text.find(_YTT, start, end) < 0 and text.find(_TOKEN, start, end) < 0:
        return
    for scalar in _values(root):
        mark = _VALUE.match(text, scalar.end) if scalar.start == scalar.end and not scalar.style else None
        if mark:
            scalar.start, scalar.end = mark.span(1)
            scalar.text = mark[1]


def _values(root: Node | None) -> Iterator[Scalar]:
    for node in nodes(root):
        if isinstance(node, Mapping):
            yield from (entry.value for entry in node.entries if isinstance(entry.value, Scalar))
        elif isinstance(node, Sequence):
            yield from (item for item in node.items if isinstance(item, Scalar))


def may_change(text: str, node: Node) -> bool:
    """Whether ytt may put more into a mapping or list: a mark in it, or on the line above it."""
    if text.find(_YTT, node.start, node.end) >= 0:
        return True
    line = text.rfind("\n", 0, node.start) + 1
    above = text[text.rfind("\n", 0, max(line - 1, 0)) + 1 : line]
    return above.lstrip(" \t").startswith(_YTT)


def separates(text: str, first: Node, second: Node) -> bool:
    """Whether a line of ytt or another statement in a comment stands between two nodes: they may be in two branches."""
    return _LINE.search(text, min(first.end, second.end), max(first.start, second.start)) is not None
