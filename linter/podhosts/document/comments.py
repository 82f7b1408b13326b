"""Comments of a document. libyaml drops them, so they are looked for in the text between the scalars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from podhosts.document.nodes import Scalar, nodes
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.nodes import Node

_COMMENT = re.compile(r"(?:(?<=[ \t\r\n\ufeff])|\A)#[^\r\n]*")
_LINE_END = re.compile(r"[^\r\n]*")


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
    for match in _COMMENT.finditer(text, start, end):
        line_start = max(text.rfind("\n", 0, match.start()), text.rfind("\r", 0, match.start())) + 1
        own_line = not text[line_start : match.start()].strip(" \t\ufeff")
        # The gap may end inside the comment where a scalar begins that is none: only a whole line is a comment.
        line = _LINE_END.match(text, match.start())
        stop = line.end() if line else match.end()
        yield Comment(Span(match.start(), stop), text[match.start() : stop], own_line)


def _opaque(root: Node | None, text: str) -> Iterator[tuple[int, int]]:
    """The spans in which a `#` is no comment: scalars, without the header line of block scalars."""
    for node in nodes(root):
        if isinstance(node, Scalar) and node.end > node.start:
            header = _LINE_END.match(text, node.start) if node.style in {"|", ">"} else None
            yield (header.end() if header else node.start), node.end
