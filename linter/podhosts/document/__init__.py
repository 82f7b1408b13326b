"""Documents: text to pieces to nodes with spans. Nothing outside this package knows how YAML is parsed."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document.comment_values import CommentMarks, fill
from podhosts.document.comments import Comment, comments
from podhosts.document.nodes import (
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    contents,
    is_null,
    is_unknown,
    nodes,
    plain,
    string,
    unwritten,
    written_string,
)
from podhosts.document.parts import WINDOW, File, Part, Section, whole, whole_word
from podhosts.document.reading import TOO_DEEP, UnreadableError, read
from podhosts.document.scalars import is_plain_string
from podhosts.document.sharing import Sharing
from podhosts.document.splitting import Piece, Problem, split
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.branches import Branch
    from podhosts.document.templates import Template
    from podhosts.source import Source

__all__ = [
    "TOO_DEEP",
    "WINDOW",
    "Comment",
    "Document",
    "Entry",
    "File",
    "Mapping",
    "Node",
    "Part",
    "Piece",
    "Problem",
    "Scalar",
    "Section",
    "Sequence",
    "contents",
    "document_of",
    "is_null",
    "is_plain_string",
    "is_unknown",
    "nodes",
    "plain",
    "split",
    "string",
    "unwritten",
    "whole",
    "whole_word",
    "written_string",
]


class Document:
    """One piece of a source, read on demand: `root` is its node (None where it holds nothing or cannot be read).

    `is_embedded`: the source is no file but the text of a string in one.
    """

    def __init__(self, source: Source, piece: Piece, *, is_embedded: bool = False) -> None:
        self.source = source
        self.piece = piece
        self.is_embedded = is_embedded

    @property
    def number(self) -> int:
        """kubectl's number of the chunk, from 1, empty ones included."""
        return self.piece.number

    @property
    def span(self) -> Span:
        return self.piece.span

    @property
    def text(self) -> str:
        return self.source.cut(self.piece.span)

    @cached_property
    def _outcome(self) -> tuple[Node | None, Problem | None, bool]:
        """The root, the problem, and whether actions of a template were masked to read it."""
        start, end = self.piece.span
        try:
            if self.piece.language == "json":
                # Imported here and below: most documents are YAML, and no templates.
                from podhosts.document.json_text import read_json

                return read_json(self.source.text, start, end), self.piece.problem, False
            if self.piece.language == "toml":
                from podhosts.document.toml_text import read_toml

                return read_toml(self.source.text, start, end), self.piece.problem, False
            if self.piece.language == "cel":
                from podhosts.document.cel_text import read_cel

                return read_cel(self.source.text, start, end), self.piece.problem, False
            root = read(self.source.text, start, end)
            fill(self.source.text, root, start, end)
            self._leave_open(root)
            return root, self.piece.problem, False
        except UnreadableError as error:
            if self.template is None:
                return None, error.problem, False
        try:
            root = read(self.source.text, start, end, self.template)
        except UnreadableError as error:
            return None, error.problem, False
        self._leave_open(root)
        return root, self.piece.problem, True

    def _leave_open(self, root: Node | None) -> None:
        """Mark what a template may print into the document."""
        from podhosts.document.openness import Openness, may_print

        if may_print(self.source.text, *self.span):
            Openness(self.source.text, *self.span).apply(root)

    @cached_property
    def template(self) -> Template | None:
        """The document's text as that of a template; None where it has no actions."""
        text = self.text
        is_terraform = self.source.path.endswith(".tftpl")
        openers = ("${", "%{") if is_terraform else ("{{", "{%")
        if self.piece.language != "yaml" or not any(opener in text for opener in openers):
            return None
        from podhosts.document.templates import Template

        return Template(text, is_terraform=is_terraform)

    @property
    def actions(self) -> list[Span]:
        """The actions of a template that had to be masked to read the document, each as an empty span at its start."""
        if not self._outcome[2] or self.template is None:
            return []
        start = self.span.start
        return [Span(start + at, start + at) for at in self.template.actions]

    def are_printed_together(self, first: Node, second: Node) -> bool:
        """Whether two nodes can be compared: whenever the one under more conditions is printed, the other is, too.

        False for places under different conditions, and where a loop or another template holds only one of them.
        """
        if self._comment_marks.separates(first, second):
            return False
        if self.template is None:
            return True
        start = self.span.start
        return self.template.prints_together(first.start - start, second.start - start)

    def branches_between(self, outer: Node, inner: Node) -> list[Branch]:
        """The stretches of a template that hold `inner` and begin after `outer`, outermost first.

        Their offsets are those of the document's text.
        """
        if self.template is None:
            return []
        first, second = outer.start - self.span.start, inner.start - self.span.start
        return [branch for branch in self.template.branches_at(second) if first < branch.start]

    def is_partial(self, node: Node) -> bool:
        """Whether a template may print more into a mapping or list than is written: an action in it or right after."""
        if self._comment_marks.may_change(node):
            return True
        if self.template is None:
            return False
        return self._has_action(node.span) or self.is_continued(node)

    def duplicates(self, node: Mapping) -> Iterator[tuple[Entry, Entry]]:
        """The keys that are written twice in a mapping, the earlier and the later one; not those of two branches."""
        return (
            (earlier, later) for earlier, later in node.duplicates if self.are_printed_together(earlier.key, later.key)
        )

    def is_continued(self, node: Node) -> bool:
        """Whether an action of a template follows right after a node."""
        from podhosts.document.openness import is_followed

        return self.template is not None and is_followed(self.source.text, node.end)

    def has_action_near(self, span: Span) -> bool:
        """Whether an action of a template stands on the lines of a span."""
        lines = self.source.line_at(span.start), self.source.line_at(span.end)
        return self._has_action(Span(self.source.line_span(lines[0]).start, self.source.line_span(lines[1]).end))

    def _has_action(self, span: Span) -> bool:
        at = bisect_left(self._action_marks, span.start)
        return at < len(self._action_marks) and self._action_marks[at] < span.end

    @cached_property
    def _comment_marks(self) -> CommentMarks:
        return CommentMarks(self.source.text, *self.span)

    @cached_property
    def _action_marks(self) -> list[int]:
        """The offsets at which something looks like the begin of an action of a template."""
        from podhosts.document.openness import action_marks

        return [] if self.template is None else action_marks(self.source.text, *self.span)

    @property
    def root(self) -> Node | None:
        root = self._outcome[0]
        # An item of a List in YAML is read with its dash.
        is_dashed = self.piece.item is not None and self.piece.language == "yaml"
        return root.items[0] if is_dashed and isinstance(root, Sequence) and root.items else root

    @property
    def problem(self) -> Problem | None:
        """The reason for which kubectl refuses the document, or stops after it; None where it reads it."""
        return self._outcome[1]

    @cached_property
    def comments(self) -> list[Comment]:
        """The document's comments, in order; none but those of YAML, and none of what cannot be read."""
        if self.piece.language != "yaml" or self._outcome[1] is not None:
            return []
        opening = self.piece.opening
        above = comments(self.source.text, opening, None) if opening else []
        return above + comments(self.source.text, self.span, self.root)

    def comments_in(self, span: Span) -> list[Comment]:
        """The comments that begin in a span."""
        starts = [bisect_left(self.comments, at, key=lambda comment: comment.span.start) for at in span]
        return self.comments[starts[0] : starts[1]]

    @cached_property
    def sharing(self) -> Sharing:
        """The spans of the document's anchors, aliases and merges."""
        # Looking at every node costs more than this search, which finds something in few documents.
        may_share = "&" in self.text or "<<" in self.text
        return Sharing(self.source.text, self.root if may_share else None)

    def locate(self, scalar: Scalar, start: int, end: int) -> Span:
        """The source span of `scalar.text[start:end]`."""
        from podhosts.document.locate import locate

        return locate(self.source.text, scalar, start, end)


def document_of(part: Part, piece: Piece) -> Document:
    """A document of a part of a file, to be read on demand; always the same one where the part keeps them."""
    if part.kept is None:
        return Document(*part.own(piece))
    if piece not in part.kept:
        part.kept[piece] = Document(*part.own(piece))
    return part.kept[piece]
