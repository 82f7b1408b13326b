"""The spans of anchors, aliases and merges: text there belongs to several places at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from podhosts.document.nodes import Mapping, Sequence, nodes
from podhosts.patterns import regex
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document.nodes import Node


#: What of a line belongs to the last node on it: blanks and a comment.
_REST = regex(r"[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")


class Sharing:
    """The anchors, aliases and merge keys of one document; both questions take logarithmic time."""

    def __init__(self, text: str, root: Node | None) -> None:
        anchored = [node.span for node in nodes(root) if node.anchor is not None]
        #: The outermost anchored nodes with the rest of their last lines, in order; they do not overlap.
        self._regions = [
            Span(span.start, rest.end() if (rest := _REST.match(text, span.end)) else span.end)
            for span in _outermost(anchored)
        ]
        self._marks = sorted([span.start for span in anchored] + [span.start for span in _uses(root)])

    def reaches(self, span: Span) -> bool:
        """Whether a change of a span changes an anchored node, and so every place of it."""
        at = bisect_right(self._regions, span.end, key=lambda region: region.start) - 1
        if at < 0:
            return False
        region = self._regions[at]
        # At the end of a node something may be added to it.
        return span.start < region.end or span.start == span.end == region.end

    def marks(self, span: Span) -> bool:
        """Whether an anchored node begins in a span, or an alias or a merge key stands in it."""
        at = bisect_left(self._marks, span.start)
        return at < len(self._marks) and self._marks[at] < max(span.end, span.start + 1)


def _outermost(spans: Iterable[Span]) -> Iterator[Span]:
    end = -1
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= end:
            yield span
            end = span.end


def _uses(root: Node | None) -> Iterator[Span]:
    for node in nodes(root):
        # An alias may also stand for a key, which only the anchored scalar knows.
        yield from node.shared
        if isinstance(node, Sequence):
            yield from node.aliases.values()
        elif isinstance(node, Mapping):
            for entry in node.entries:
                if entry.alias is not None:
                    yield entry.alias
                if entry.is_merge:
                    yield entry.key.span
