"""Marks of ytt and of token replacers, which YAML takes for comments: what they decide is not written in the file.

Source: ytt's syntax (`ip: #@ data.values.ip`, lines of `#@ if`, `#@overlay/...`), and tokens like `#{DB_IP}#`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document.nodes import Mapping, Scalar, Sequence, nodes
from podhosts.patterns import regex
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.nodes import Node

_VALUE = regex(r"[ \t]*(#@[ \t][^#\r\n]*|#\{[^}\r\n]*\}#?)")
#: Lines of ytt, and of preprocessors and templates whose statements are comments to YAML.
_LINE = regex(
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


class CommentMarks:
    """The marks of ytt in a document, searched once.

    `text` is the whole text, of which the document is a stretch; the line above that may hold a mark, too.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        begin = text.rfind("\n", 0, max(text.rfind("\n", 0, start), 0)) + 1
        self._text = text
        self._stretch = Span(begin, end)

    @cached_property
    def _marks(self) -> list[int]:
        return [found.start() for found in re.compile(_YTT).finditer(self._text, *self._stretch)]

    @cached_property
    def _lines(self) -> list[Span]:
        return [Span(*found.span()) for found in _LINE.finditer(self._text, *self._stretch)]

    def may_change(self, node: Node) -> bool:
        """Whether ytt may put more into a mapping or list: a mark in it, or on the line above it."""
        if not self._marks:
            return False
        at = bisect_left(self._marks, node.start)
        if at < len(self._marks) and self._marks[at] < node.end:
            return True
        line = self._text.rfind("\n", 0, node.start) + 1
        above = self._text.rfind("\n", 0, max(line - 1, 0)) + 1
        return self._line_in(above, line)

    def separates(self, first: Node, second: Node) -> bool:
        """Whether a line of ytt, or another statement in a comment, stands between two nodes: two branches perhaps."""
        return self._line_in(min(first.end, second.end), max(first.start, second.start))

    def _line_in(self, start: int, end: int) -> bool:
        at = bisect_left(self._lines, start, key=lambda line: line.start)
        return at < len(self._lines) and self._lines[at].end <= end
