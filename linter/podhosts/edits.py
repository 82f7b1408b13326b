"""Edits: replacements of pieces of a source's text, and the fixes that are made of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from podhosts.records import NamedTuple, record
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable


class Safety(StrEnum):
    """The changes that applying a fix may make (`design.md`, "Fixing")."""

    #: No pod's table of names and addresses changes, and no other data.
    SAFE = "safe"
    #: The intent is likely, but a table changes, or the way to the cluster is not safe.
    UNSAFE = "unsafe"
    #: Shown, never applied.
    DISPLAY_ONLY = "display-only"


class Edit(NamedTuple):
    """`text` in the place of `span` (offsets in `Source.text`; an empty span inserts)."""

    span: Span
    text: str


@record(frozen=True)
class Fix:
    """Edits that belong together, all in the source of the finding they repair; `title` says what they do.

    `scope` is text that no other fix may touch at the same time, beside the edits themselves. `fills` is the pod spec
    whose list of aliases the fix makes, or adds entries to: two such fixes would each make the list, or the same entry.
    """

    title: str
    edits: tuple[Edit, ...]
    safety: Safety = Safety.SAFE
    scope: Span | None = None
    fills: Span | None = None

    def __hash__(self) -> int:
        # Thousands of findings may share a fix of thousands of edits, and each is hashed again and again.
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.title, self.edits, self.safety, self.scope, self.fills))

    @property
    def span(self) -> Span:
        """The piece of text from the first edit to the last."""
        return Span(min(edit.span.start for edit in self.edits), max(edit.span.end for edit in self.edits))


def splice(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; they must not overlap. Insertions at one place are made in the order given.

    An insertion where a replaced piece begins comes before it.
    """
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < at:
            raise ValueError(f"edits overlap at {edit.span}")
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def moved(spans: Iterable[Span], edits: Iterable[Edit]) -> list[Span]:
    """Where pieces of a text stand once edits are made; a piece that an edit takes away becomes empty."""
    ordered = sorted(edits, key=lambda edit: edit.span)
    starts = [edit.span.start for edit in ordered]
    ends = [edit.span.end for edit in ordered]
    shifts = [0, *accumulate(len(edit.text) - (edit.span.end - edit.span.start) for edit in ordered)]

    def at(offset: int) -> int:
        done = bisect_right(ends, offset)
        inside = done < len(ordered) and starts[done] < offset
        return (starts[done] if inside else offset) + shifts[done]

    return [Span(at(span.start), max(at(span.start), at(span.end))) for span in spans]


def without_conflicts(fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes that can be made together: each, in order, that meets none of those before it, and no edits twice.

    Insertions at one place may stand beside each other; an insertion that touches a replaced piece may not. Of those
    that fill the list of one pod spec only the first is made.
    """
    claims = _Claims()
    made: set[tuple[Edit, ...]] = set()
    filled: set[Span] = set()
    chosen = []
    for fix in fixes:
        spans = [edit.span for edit in fix.edits] + ([fix.scope] if fix.scope else [])
        if fix.edits in made or fix.fills in filled or any(map(claims.meets, spans)):
            continue
        made.add(fix.edits)
        if fix.fills is not None:
            filled.add(fix.fills)
        claims.add(spans)
        chosen.append(fix)
    return chosen


class _Claims:
    """Pieces of a text that are taken; whether another one meets them is found in logarithmic time."""

    def __init__(self) -> None:
        self._replaced: list[Span] = []
        self._inserted: list[int] = []

    def meets(self, span: Span) -> bool:
        """Whether a span overlaps a replaced piece, or one of the two is an insertion at the other."""
        is_insertion = span.start == span.end
        # Of pieces that do not overlap, the first that ends behind a place is the only one that can hold it.
        at = bisect_left(self._replaced, span.start + (not is_insertion), key=lambda piece: piece.end)
        if at < len(self._replaced) and self._replaced[at].start < span.end + is_insertion:
            return True
        at = bisect_left(self._inserted, span.start)
        return not is_insertion and at < len(self._inserted) and self._inserted[at] <= span.end

    def add(self, spans: Iterable[Span]) -> None:
        for span in spans:
            if span.start == span.end:
                insort(self._inserted, span.start)
            else:
                self._join(span)

    def _join(self, span: Span) -> None:
        """Add a piece; pieces of the same fix may overlap (its scope and its edits), so they become one."""
        first = bisect_left(self._replaced, span.start + 1, key=lambda piece: piece.end)
        last = first
        while last < len(self._replaced) and self._replaced[last].start < span.end:
            span = Span(min(span.start, self._replaced[last].start), max(span.end, self._replaced[last].end))
            last += 1
        self._replaced[first:last] = [span]
