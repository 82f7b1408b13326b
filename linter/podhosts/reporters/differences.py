"""What edits do to lines: the pieces that change, and whole files as unified diffs.

The edits say where a text changes, so that nothing has to be searched for: a diff takes no longer than the file is
long, however many changes it has.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from podhosts.edits import splice
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from podhosts.edits import Edit

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CONTEXT = 3
#: Larger changed pieces are shown as they are: comparing line by line takes time by their product.
_MOST_COMPARED = 250_000


class Change(NamedTuple):
    """Lines `first` to `last` (0-based, `last` exclusive) and the text that takes their place."""

    first: int
    last: int
    text: str


class _Step(NamedTuple):
    """A stretch of old lines and the new lines in its place; equal ones are the same lines."""

    is_equal: bool
    old: range
    new: range


def changes(text: str, line_starts: Sequence[int], edits: Iterable[Edit]) -> Iterator[Change]:
    """The groups of whole lines that edits touch; `line_starts` are the offsets at which lines of the text begin."""
    group: list[Edit] = []
    first = last = 0
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        begin, end = _lines_of(edit, line_starts)
        if group and begin >= last:
            yield _change(text, line_starts, first, last, group)
            group = []
        first, last = (min(first, begin), max(last, end)) if group else (begin, end)
        group.append(edit)
    if group:
        yield _change(text, line_starts, first, last, group)


def _lines_of(edit: Edit, line_starts: Sequence[int]) -> tuple[int, int]:
    start, end = edit.span
    first, last = bisect_right(line_starts, start) - 1, bisect_right(line_starts, end) - 1
    # Lines that go as a whole leave the next one as it is.
    is_whole = line_starts[first] == start and line_starts[last] == end > start and edit.text[-1:] in {"", "\n"}
    return first, last if is_whole else last + 1


def _change(text: str, line_starts: Sequence[int], first: int, last: int, edits: list[Edit]) -> Change:
    begin = line_starts[first]
    end = line_starts[last] if last < len(line_starts) else len(text)
    moved = [edit._replace(span=Span(edit.span.start - begin, edit.span.end - begin)) for edit in edits]
    return Change(first, last, splice(text[begin:end], moved))


def compared(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, range, range]]:
    """Stretches of equal (true) and of changed lines of two short lists, as ranges of their indices."""
    if len(old) * len(new) > _MOST_COMPARED:
        yield False, range(len(old)), range(len(new))
        return
    for tag, begin, end, new_begin, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield tag == "equal", range(begin, end), range(new_begin, new_end)


def unified_diff(source: Source, rounds: Iterable[Iterable[Edit]]) -> Iterator[str]:
    """The lines of a unified diff of a source before and after rounds of edits, each in the text the one before left.

    Nothing where nothing changes. Lines end where LF does, as `patch` has it; a carriage return is part of its line.
    """
    old = _LINE.findall(source.text)
    text, origins = source.text, list(range(len(old)))
    for edits in rounds:
        text, origins = _after(text, origins, list(edits))
    new = _LINE.findall(text)
    steps = list(_steps(old, new, origins))
    if all(step.is_equal for step in steps):
        return
    yield f"--- {source.path}"
    yield f"+++ {source.path}"
    for hunk in _hunks(steps):
        yield _header(hunk)
        for step in hunk:
            if step.is_equal:
                yield from _marked(" ", old, step.old)
            else:
                yield from _marked("-", old, step.old)
                yield from _marked("+", new, step.new)


def _after(text: str, origins: list[int], edits: list[Edit]) -> tuple[str, list[int]]:
    """The text after a round, and for each of its lines the number of the first text's line that it is, else -1."""
    line_starts = [0, *(found.end() for found in _LINE.finditer(text))]
    following: list[int] = []
    at = 0
    for change in changes(text, line_starts, edits):
        following += origins[at : change.first]
        following += [-1] * len(_LINE.findall(change.text))
        at = change.last
    return splice(text, edits), following + origins[at:]


def _steps(old: list[str], new: list[str], origins: list[int]) -> Iterator[_Step]:
    """All lines, in stretches that are equal or changed."""
    at = begin = 0
    while at < len(old) or begin < len(new):
        end = begin
        while end < len(new) and origins[end] < 0:
            end += 1
        stop = origins[end] if end < len(new) else len(old)
        for is_equal, left, right in compared(old[at:stop], new[begin:end]):
            yield _Step(is_equal, _moved(left, at), _moved(right, begin))
        at, begin = stop, end
        while end < len(new) and origins[end] == at + end - begin:
            end += 1
        if end > begin:
            yield _Step(True, range(at, at + end - begin), range(begin, end))
        at, begin = at + end - begin, end


def _moved(numbers: range, by: int) -> range:
    return range(numbers.start + by, numbers.stop + by)


def _hunks(steps: list[_Step]) -> Iterator[list[_Step]]:
    """Changed stretches with some equal lines around them; those that are near each other together."""
    hunk: list[_Step] = []
    for number, step in enumerate(steps):
        if not step.is_equal:
            hunk.append(step)
            continue
        is_last = number == len(steps) - 1
        if hunk and (is_last or len(step.old) > 2 * _CONTEXT):
            yield [*hunk, _Step(True, step.old[:_CONTEXT], step.new[:_CONTEXT])]
            hunk = []
        if is_last:
            return
        keep = step.old if hunk else step.old[-_CONTEXT:]
        hunk.append(_Step(True, keep, step.new[len(step.new) - len(keep) :]))
    if any(not step.is_equal for step in hunk):
        yield hunk


def _header(hunk: list[_Step]) -> str:
    old = range(hunk[0].old.start, hunk[-1].old.stop)
    new = range(hunk[0].new.start, hunk[-1].new.stop)
    return f"@@ -{_extent(old)} +{_extent(new)} @@"


def _extent(lines: range) -> str:
    """Of an empty range a diff names the line before it."""
    begin = lines.start + 1 if lines else lines.start
    return f"{begin}" if len(lines) == 1 else f"{begin},{len(lines)}"


def _marked(mark: str, lines: list[str], numbers: range) -> Iterator[str]:
    for number in numbers:
        line = lines[number]
        yield mark + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
