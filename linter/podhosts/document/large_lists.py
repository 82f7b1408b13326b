"""Large Lists, read item by item: an item that nobody wants is never parsed, and never held with the others."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from podhosts.document.splitting import ListItem, Piece, split, split_yaml
from podhosts.records import field, record
from podhosts.source import Position, Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO, Literal

#: Bytes of neighbouring items that are read and searched together.
_GROUP = 1 << 18
#: How much of its line an item's source holds beside the item: more than a report shows of a long line.
_MARGIN = 1024


class NotAListError(Exception):
    """A text is no List that can be read item by item, or is not worth the trouble."""


@record(slots=True)
class LargeList:
    """A document that is a List whose items can be read by themselves: no anchors, no comments for podhosts.

    `start` and `end` are where the document begins (with the separator line before it) and ends in the file;
    `begins` and `ends` the byte offsets of the items.
    """

    file: BinaryIO
    path: str
    language: Literal["yaml", "json"]
    number: int
    start: Position
    end: Position
    api_version: str | None
    kind: str
    follows_text: bool = False
    begins: array[int] = field(default_factory=lambda: array("Q"))
    ends: array[int] = field(default_factory=lambda: array("Q"))

    def whole(self) -> tuple[Source, Piece]:
        """The document as one piece."""
        data = self._read(self.start.offset, self.end.offset)
        source = Source(self.path, data, self.start, follows_text=self.follows_text)
        pieces = split(source.text) if self.language == "json" else split_yaml(source.text, self.number - 1)
        return source, pieces[0]

    def frame(self) -> bytes:
        """The text before and after the items."""
        if not self.begins:
            return self._read(self.start.offset, self.end.offset)
        return self._read(self.start.offset, self.begins[0]) + self._read(self.ends[-1], self.end.offset)

    def items(self, wanted: Callable[[bytes], bool]) -> Iterator[tuple[Source, Piece]]:
        """The items whose bytes are wanted, each in a source of its own. `wanted` is asked about neighbours at once."""
        at = self.start
        first = 0
        while first < len(self.begins):
            last = first
            while last + 1 < len(self.begins) and self.ends[last + 1] - self.begins[first] <= _GROUP:
                last += 1
            base = max(self.start.offset, self.begins[first] - _MARGIN)
            data = self._read(min(base, at.offset), self.ends[last] + _MARGIN)
            base = min(base, at.offset)
            if wanted(data[self.begins[first] - base : self.ends[last] - base]):
                for index in range(first, last + 1):
                    begin, end = self.begins[index] - base, self.ends[index] - base
                    if wanted(data[begin:end]):
                        at = _advanced(at, data[at.offset - base : begin])
                        yield self._item(index, data, begin, end, at)
            at = _advanced(at, data[at.offset - base : self.ends[last] - base])
            first = last + 1

    def _item(self, index: int, data: bytes, begin: int, end: int, at: Position) -> tuple[Source, Piece]:
        """An item at `data[begin:end]`, with the rest of its first and last line as far as reports show it."""
        first = max(data.rfind(b"\n", 0, begin) + 1, data.rfind(b"\r", 0, begin) + 1, begin - _MARGIN)
        first = min(_character(data, first, 1), begin)
        last = end if data[end - 1 : end] == b"\n" else _line_end(data, end)
        last = max(_character(data, last, -1), end)
        before = _length(data[first:begin])
        start = Position(at.line, at.column - before, at.offset - (begin - first))
        # Something stands before every item: at least the key `items`.
        source = Source(self.path, data[first:last], start, follows_text=True)
        span = Span(before, before + _length(data[begin:end]))
        return source, Piece(self.number, span, self.language, item=ListItem(index, self.api_version, self.kind))

    def _read(self, begin: int, end: int) -> bytes:
        self.file.seek(begin)
        return self.file.read(min(end, self.end.offset) - begin)


def _advanced(at: Position, data: bytes) -> Position:
    """The position behind some more bytes; they do not end between CR and LF."""
    lines = data.count(b"\n")
    if b"\r" in data:
        lines += data.count(b"\r") - data.count(b"\r\n")
    offset = at.offset + len(data)
    if lines:
        last = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        return Position(at.line + lines, 1 + _length(data[last:]), offset)
    return Position(at.line, at.column + _length(data), offset)


def _length(data: bytes) -> int:
    return len(data) if data.isascii() else len(data.decode("utf-8", "surrogateescape"))


def _line_end(data: bytes, begin: int) -> int:
    ends = [at for line_break in (b"\n", b"\r") if (at := data.find(line_break, begin, begin + _MARGIN)) >= 0]
    return min(ends, default=min(len(data), begin + _MARGIN))


def _character(data: bytes, at: int, step: int) -> int:
    """The nearest place that is not inside a character of UTF-8."""
    while 0 < at < len(data) and data[at] & 0xC0 == 0x80:
        at += step
    return at
