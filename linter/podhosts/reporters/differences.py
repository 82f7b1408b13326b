"""The effect of edits on lines: the pieces that change, and whole files as unified diffs.

The edits say where a text changes, so that nothing has to be searched for: a diff takes no longer than the file is
long, however many changes it has.
"""

from __future__ import annotations

from bisect import bisect_right
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeVar

from podhosts.edits import splice
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.reporters.quoting import git_quoted
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from podhosts.edits import Edit

_Line = TypeVar("_Line", str, bytes)

_LINE = regex(r"[^\n]*\n|[^\n]+")
_CONTEXT = 3
#: Larger changed pieces are shown as they are: comparing line by line takes time by their product.
_MOST_COMPARED = 250_000


class LineChange(NamedTuple):
    """Lines `first` to `last` (0-based, `last` exclusive) and the text that takes their place."""

    first: int
    last: int
    text: str


class _Step(NamedTuple):
    """A stretch of old lines and the new lines in its place; equal ones are the same lines."""

    is_equal: bool
    old: range
    new: range


def changes(text: str, line_starts: Sequence[int], edits: Iterable[Edit]) -> Iterator[LineChange]:
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


def _change(text: str, line_starts: Sequence[int], first: int, last: int, edits: list[Edit]) -> LineChange:
    begin = line_starts[first]
    end = line_starts[last] if last < len(line_starts) else len(text)
    moved = [edit._replace(span=Span(edit.span.start - begin, edit.span.end - begin)) for edit in edits]
    return LineChange(first, last, splice(text[begin:end], moved))


def compared(old: Sequence[_Line], new: Sequence[_Line]) -> Iterator[tuple[bool, range, range]]:
    """Stretches of equal (true) and of changed lines of two short lists, as ranges of their indices."""
    begin = _equal_length(old, new)
    tail = _equal_length(old[begin:][::-1], new[begin:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    if begin:
        yield True, range(begin), range(begin)
    if (old_end - begin) * (new_end - begin) > _MOST_COMPARED:
        yield False, range(begin, old_end), range(begin, new_end)
    else:
        matcher = SequenceMatcher(None, old[begin:old_end], new[begin:new_end], autojunk=False)
        for tag, first, last, new_first, new_last in matcher.get_opcodes():
            yield tag == "equal", _moved(range(first, last), begin), _moved(range(new_first, new_last), begin)
    if tail:
        yield True, range(old_end, len(old)), range(new_end, len(new))


def _equal_length(first: Sequence[_Line], second: Sequence[_Line]) -> int:
    """How many lines are equal from the start on."""
    pairs = zip(first, second, strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def unified_diff(name: str, before: Source, after: Source, rounds: Iterable[Iterable[Edit]]) -> Iterator[bytes]:
    """The lines of a patch of a file called `name`, without the LF at their ends; nothing where nothing changes.

    The name is written below `a/` and `b/`, as `git apply` and `patch -p1` expect it; `name` is not absolute.

    `rounds` are the edits that lead from one text to the other, each in the text that the one before left. Lines end
    where LF does, as `patch` and git have it, and hold the bytes of the file; a carriage return is part of its line.
    """
    old, new = _byte_lines(before.data), _byte_lines(after.data)
    steps = list(_joined(_steps(old, new, _origins(before, rounds))))
    if all(step.is_equal for step in steps):
        return
    # As git has it, a name with blanks ends at a tab.
    end = "\t" if " " in name else ""
    yield f"--- {git_quoted(f'a/{name}')}{end}".encode()
    yield f"+++ {git_quoted(f'b/{name}')}{end}".encode()
    for hunk in _hunks(steps):
        yield _header(hunk).encode()
        for step in hunk:
            if step.is_equal:
                yield from _marked(b" ", old, step.old)
            else:
                yield from _marked(b"-", old, step.old)
                yield from _marked(b"+", new, step.new)


def _byte_lines(data: bytes) -> list[bytes]:
    *lines, last = data.split(b"\n")
    return [*(line + b"\n" for line in lines), *([last] if last else [])]


def _origins(source: Source, rounds: Iterable[Iterable[Edit]]) -> list[int] | None:
    """For each line after the rounds the number of the line before them that it is, else -1.

    None where lines of text are no lines of bytes.
    """
    if source.encoding != "utf-8":
        return None
    text, origins = source.text, list(range(len(_LINE.findall(source.text))))
    for edits in rounds:
        text, origins = _after(text, origins, list(edits))
    return origins


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


def _steps(old: list[bytes], new: list[bytes], origins: list[int] | None) -> Iterator[_Step]:
    """All lines, in stretches that are equal or changed."""
    if origins is None or len(origins) != len(new):
        yield from (_Step(*step) for step in compared(old, new))
        return
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


def _joined(steps: Iterable[_Step]) -> Iterator[_Step]:
    """The stretches, none like the one before it: what edits of several rounds did and undid is equal."""
    last: _Step | None = None
    for step in steps:
        if last is not None and last.is_equal is step.is_equal:
            step = _Step(step.is_equal, range(last.old.start, step.old.stop), range(last.new.start, step.new.stop))
        elif last is not None:
            yield last
        last = step
    if last is not None:
        yield last


def _moved(numbers: range, by: int) -> range:
    return range(numbers.start + by, numbers.stop + by)


def _hunks(steps: list[_Step]) -> Iterator[list[_Step]]:
    """Changed stretches with some equal lines around them; those that are near each other together."""
    hunk: list[_Step] = []
    for number, step in enumerate(steps):
        is_last = number == len(steps) - 1
        if not step.is_equal or (hunk and not is_last and len(step.old) <= 2 * _CONTEXT):
            hunk.append(step)
        else:
            if hunk:
                yield [*hunk, _Step(True, step.old[:_CONTEXT], step.new[:_CONTEXT])]
            hunk = [] if is_last else [_Step(True, step.old[-_CONTEXT:], step.new[-_CONTEXT:])]
    if hunk:
        yield hunk


def _header(hunk: list[_Step]) -> str:
    old = range(hunk[0].old.start, hunk[-1].old.stop)
    new = range(hunk[0].new.start, hunk[-1].new.stop)
    return f"@@ -{_extent(old)} +{_extent(new)} @@"


def _extent(lines: range) -> str:
    """Of an empty range a diff names the line before it."""
    begin = lines.start + 1 if lines else lines.start
    return f"{begin}" if len(lines) == 1 else f"{begin},{len(lines)}"


def _marked(mark: bytes, lines: list[bytes], numbers: range) -> Iterator[bytes]:
    for number in numbers:
        line = lines[number]
        yield mark + line.removesuffix(b"\n")
        if not line.endswith(b"\n"):
            yield b"\\ No newline at end of file"
