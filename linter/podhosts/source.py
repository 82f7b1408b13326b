"""Source: the bytes of one file and the text they decode to, with positions between the two.

Text offsets count Unicode code points of `Source.text`, which never holds a byte order mark and holds U+FFFD for each
byte that is no UTF-8 (as kubectl reads files: `vectors/yaml`, "Bytes"). Lines and columns count from 1; a line ends at
LF, CRLF or a lone CR.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Span(NamedTuple):
    """A piece of `Source.text`: offsets in code points, `end` exclusive."""

    start: int
    end: int


class Position(NamedTuple):
    """A place in a file: 1-based line and column (code points), 0-based offset in bytes of the file as stored."""

    line: int
    column: int
    offset: int


_LINE_BREAK = regex(r"\r\n|\r|\n")
_LONE_SURROGATES = dict.fromkeys(range(56448, 56576), 65533)


#: Where a file begins.
FILE_START = Position(1, 1, 0)
#: The first line that is neither blank nor a comment, a separator or a directive.
_CONTENT = regex(r"^(?![ \t\r\f\v]*(?:$|#|---|%))", re.MULTILINE)


class Source:
    """One file, or a part of a large one: `path` as shown to people, `data` as stored.

    Decoding never fails. UTF-16 is read when its byte order mark says so; everything else is UTF-8. A part has
    offsets of its own, but its positions are those of the file: `start` is where it begins there.
    `follows_text` says that something else than comments and separators stands before it.
    """

    def __init__(self, path: str, data: bytes, start: Position = FILE_START, *, follows_text: bool = False) -> None:
        self.path = path
        self.data = data
        self.start = start
        self.follows_text = follows_text

    def __reduce__(self) -> tuple[object, ...]:
        """Between processes only what cannot be computed again."""
        return _source, (self.path, self.data, self.start, self.follows_text)

    @cached_property
    def encoding(self) -> str:
        """`utf-8`, `utf-16-le` or `utf-16-be`."""
        if self.start.offset:
            return "utf-8"
        if self.data.startswith(codecs.BOM_UTF16_LE):
            return "utf-16-le"
        if self.data.startswith(codecs.BOM_UTF16_BE):
            return "utf-16-be"
        return "utf-8"

    @property
    def foreign_encoding(self) -> str | None:
        """The name of an encoding that kubectl does not read, by the zeros in the first character; else None.

        Text in it is full of control characters to whoever reads it as UTF-8.
        """
        first = self.data[:4]
        if first == codecs.BOM_UTF32_LE or first[1:] == b"\0\0\0" or first[:2] == b"\0\0":
            return "UTF-32"
        return "UTF-16 without a byte order mark" if self.encoding == "utf-8" and b"\0" in first[:2] else None

    @property
    def bom_length(self) -> int:
        """Bytes of the byte order mark at the start of the file, 0 without one."""
        if self.encoding != "utf-8":
            return 2
        return 3 if not self.start.offset and self.data.startswith(codecs.BOM_UTF8) else 0

    @cached_property
    def _decoded(self) -> str:
        body = self.data[self.bom_length :]
        if self.encoding == "utf-8":
            return body.decode("utf-8", "surrogateescape")
        even = len(body) & ~1
        return body[:even].decode(self.encoding, "replace") + "\ufffd" * (len(body) - even)

    @cached_property
    def text(self) -> str:
        """The decoded text, without byte order mark."""
        if self._decoded.isascii() or self.is_valid:
            return self._decoded
        return self._decoded.translate(_LONE_SURROGATES)

    @cached_property
    def is_valid(self) -> bool:
        """Whether the bytes are valid in their encoding; only then may a fix rewrite the file."""
        try:
            self.data[self.bom_length :].decode(self.encoding)
        except UnicodeDecodeError:
            return False
        return True

    @cached_property
    def line_starts(self) -> list[int]:
        """Text offsets at which lines begin; the first is 0."""
        text = self.text
        if "\r" not in text:
            return _starts(map(len, text.split("\n")))
        starts = [0]
        at = 0
        for line in text.replace("\r\n", "\n\n").replace("\r", "\n").split("\n"):
            # The pair CRLF became two breaks: only the second one begins a line.
            at += len(line) + 1
            if text[at - 1 : at + 1] != "\r\n" or at == 0:
                starts.append(at)
        starts.pop()
        return starts

    @cached_property
    def _byte_starts(self) -> list[int]:
        """Byte offset in the file of each line's start."""
        if self._is_single_byte:
            bom_length = self.bom_length
            return [start + bom_length for start in self.line_starts] if bom_length else self.line_starts
        if self.encoding == "utf-8" and "\r" not in self.text:
            return _starts(map(len, self.data[self.bom_length :].split(b"\n")), self.bom_length)
        offsets = []
        at = self.bom_length
        starts = [*self.line_starts, len(self.text)]
        for start, end in pairwise(starts):
            offsets.append(at)
            at += self._byte_length(start, end)
        return offsets

    @cached_property
    def _is_single_byte(self) -> bool:
        return self.encoding == "utf-8" and self._decoded.isascii()

    def _byte_length(self, start: int, end: int) -> int:
        if self._is_single_byte:
            return end - start
        if self.encoding == "utf-8":
            return len(self._decoded[start:end].encode("utf-8", "surrogateescape"))
        return len(self._decoded[start:end].encode(self.encoding, "replace"))

    def position(self, offset: int) -> Position:
        """The line, column and byte offset in the file of a text offset (0 to `len(text)`)."""
        line = bisect_right(self.line_starts, offset) - 1
        begin = self.line_starts[line]
        at = self._byte_starts[line] + self._byte_length(begin, offset)
        column = offset - begin + (self.start.column if line == 0 else 1)
        # An odd byte at the end of UTF-16 is a character of one byte.
        return Position(self.start.line + line, column, self.start.offset + min(at, len(self.data)))

    def line_at(self, offset: int) -> int:
        """The line of a text offset, counted from 1 in this text; `position` has the file's."""
        return bisect_right(self.line_starts, offset)

    def line_span(self, line: int) -> Span:
        """The span of a line of this text (from 1), without its line break."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def line_position(self, offset: int) -> Position:
        """The position of a text offset at which a line begins; only for UTF-8.

        It needs no table of lines: asked about places in their order, it counts every stretch of the text once.
        """
        if offset == 0:
            return self.start
        begin, line, at = self._counted if self._counted[0] <= offset else self._uncounted
        text = self.text
        line += text.count("\n", begin, offset)
        if "\r" in text:
            line += text.count("\r", begin, offset) - text.count("\r\n", begin, offset)
        self._counted = (offset, line, at + self._byte_length(begin, offset))
        return Position(line, 1, self._counted[2])

    @property
    def _uncounted(self) -> tuple[int, int, int]:
        return 0, self.start.line, self.start.offset + self.bom_length

    @cached_property
    def _counted(self) -> tuple[int, int, int]:
        """A point up to which lines and bytes have been counted: an offset, its line, its byte in the file."""
        return self._uncounted

    def part(self, span: Span) -> Source:
        """A stretch that begins at a line as a source of its own; only of UTF-8."""
        first = self.line_position(span.start)
        begin = first.offset - self.start.offset
        length = self._byte_length(span.start, min(span.end, len(self.text)))
        end = begin + length + (0 if span.start else self.bom_length)
        return Source(self.path, self.data[begin:end], first, follows_text=self.has_text_before(span.start))

    def has_text_before(self, offset: int) -> bool:
        """Whether anything but comments, blanks, separators and directives stands before a place in the file."""
        return self.follows_text or _CONTENT.search(self.text, 0, offset) is not None

    def cut(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]

    @cached_property
    def line_break(self) -> str:
        """The first line break of the text; LF where it has none."""
        found = _LINE_BREAK.search(self.text)
        return found.group() if found else "\n"

    def with_text(self, text: str) -> Source:
        """A copy of the file, or part of one, with another text: encoding and byte order mark stay. Only for what
        `is_valid`."""
        data = self.data[: self.bom_length] + text.encode(self.encoding)
        return Source(self.path, data, self.start, follows_text=self.follows_text)


def _starts(lengths: Iterable[int], first: int = 0) -> list[int]:
    """The offsets at which lines of these lengths begin, with a break of one character between them."""
    starts = list(accumulate((length + 1 for length in lengths), initial=first))
    starts.pop()
    return starts


def _source(path: str, data: bytes, start: Position, follows_text: bool) -> Source:
    return Source(path, data, start, follows_text=follows_text)
