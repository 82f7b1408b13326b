"""Openness: lists and mappings into which a template may print more, and values that it prints where none stands."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from podhosts.document.nodes import Mapping, Scalar, Sequence, nodes
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.nodes import Node

#: Where an action of a template begins, or a line of ytt.
_MARK = regex(r"\{[{%]|#@")
_ACTION = regex(r"\{[{%]")
#: Blank lines and comments.
_PADDING = regex(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")
_YTT = "#@"


def may_print(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` has marks of templates at all."""
    return any(text.find(mark, start, end) >= 0 for mark in ("{{", "{%", _YTT))


def action_marks(text: str, start: int, end: int) -> list[int]:
    """The offsets in `text[start:end]` at which something looks like the begin of an action, closed or not."""
    return [found.start() for found in _ACTION.finditer(text, start, end)]


def is_followed(text: str, at: int) -> bool:
    """Whether an action comes next, behind blanks and comments; one inside a comment counts, as it is run, too."""
    padding = _PADDING.match(text, at)
    end = padding.end() if padding else at
    return _ACTION.match(text, end) is not None or _MARK.search(text, at, end) is not None


class Openness:
    """Marks the nodes of `text[start:end]` into which the template of the text may print something."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._start = start
        self._marks = [found.start() for found in _MARK.finditer(text, start, end)]
        self._followed: dict[int, bool] = {}

    def apply(self, root: Node | None) -> None:
        """Set `is_open` of mappings and lists, and make the values unknown that stand where nothing is written."""
        begins: dict[int, int] = {}
        if root is not None:
            begins[id(root)] = self._start
        for node in nodes(root):
            if isinstance(node, Scalar):
                continue
            inner: list[tuple[int, int]] = []
            for before, child in _children(node):
                # What an alias stands for is written elsewhere.
                if not node.start <= child.start <= node.end:
                    continue
                if isinstance(child, Scalar):
                    self._fill(before, child)
                else:
                    begins.setdefault(id(child), before)
                    inner.append((before, child.end))
            begin = begins.get(id(node), node.start)
            own = self._count(begin, node.end) - sum(self._count(*span) for span in inner)
            node.is_open = own > 0 or self._is_followed(node.end) or self._is_below_line_of_ytt(node.start)

    def _fill(self, before: int, scalar: Scalar) -> None:
        if scalar.text or scalar.style or scalar.tag:
            return
        # The colon may stand behind the key's end.
        colon = self._text.find(":", before, before + 2) + 1
        if any(map(self._is_followed, {scalar.end, colon or scalar.end})):
            scalar.leave_open()

    def _count(self, start: int, end: int) -> int:
        return bisect_left(self._marks, end) - bisect_left(self._marks, start)

    def _is_followed(self, at: int) -> bool:
        if at not in self._followed:
            self._followed[at] = is_followed(self._text, at)
        return self._followed[at]

    def _is_below_line_of_ytt(self, at: int) -> bool:
        line = self._text.rfind("\n", self._start, at) + 1
        above = self._text[self._text.rfind("\n", 0, max(line - 1, 0)) + 1 : line]
        return above.lstrip(" \t").startswith(_YTT)


def _children(node: Mapping | Sequence) -> Iterator[tuple[int, Node]]:
    """The nodes in a node, and from where on a print belongs to each: behind its key, or at its own start."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield entry.key.end, entry.value
    else:
        for item in node.items:
            yield item.start, item
