"""Comments of a document. libyaml drops them, so they are looked for in the text between the scalars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document.nodes import Scalar, nodes
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.nodes import Node

_COMMENT = regex(r"#[^\r\n\x85\u2028\u2029]*")
_LINE = regex(r"[^\r\n\x85\u2028\u2029]*")


class Comment(NamedTuple):
    """A comment from its `#` to the end of the line; `own_line` where nothing but blanks stands before it."""

    span: Span
    text: str
    own_line: bool


def comments(text: str, span: Span, root: Node | None) -> list[Comment]:
    """The comments in `text[span]`, in order; `root` is what that text was read as."""
    found: list[Comment] = []
    at = span.start
    for begin, end in [*sorted(_opaque(root, text)), (span.end, span.end)]:
        if begin >= at:
            found.extend(_in_gap(text, at, begin))
            at = end
    return found


def _in_gap(text: str, start: int, end: int) -> Iterator[Comment]:
    """Between scalars nothing else holds a `#`: anchors, aliases and tags cannot."""
    for found in _COMMENT.finditer(text, start, end):
        before = found.start()
        while before > start and text[before - 1] in " \t\ufeff":
            before -= 1
        own_line = before == 0 or text[before - 1] in "\r\n"
        yield Comment(Span(*found.span()), found.group(), own_line)


def _opaque(root: Node | None, text: str) -> Iterator[tuple[int, int]]:
    """The spans in which a `#` is no comment: scalars, without the header line of block scalars."""
    for node in nodes(root):
        if isinstance(node, Scalar) and node.end > node.start:
            header = _LINE.match(text, node.start) if node.style in {"|", ">"} else None
            yield (header.end() if header else node.start), node.end
