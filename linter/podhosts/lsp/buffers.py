"""Open files as the editor holds them, and positions in them as it counts."""

from __future__ import annotations

from lsprotocol import types

from podhosts.source import Source, Span

#: The encoding whose units the editor counts, and the bytes of one unit.
_UNITS = {
    types.PositionEncodingKind.Utf8: ("utf-8", 1),
    types.PositionEncodingKind.Utf16: ("utf-16-le", 2),
    types.PositionEncodingKind.Utf32: ("utf-32-le", 4),
}


class Buffer(Source):
    """The text of an open file, saved or not; `version` is the editor's number for it."""

    def __init__(self, uri: str, path: str, text: str, version: int | None) -> None:
        # A lone surrogate cannot be stored; one character stands for it, so that all others keep their places.
        super().__init__(path, text.encode("utf-8", "replace"))
        self.uri = uri
        self.version = version


class Positions:
    """Between offsets in `Source.text` and lines and characters of an editor, both counted from 0."""

    def __init__(self, source: Source, encoding: types.PositionEncodingKind | str) -> None:
        self._source = source
        self._encoding, self._size = _UNITS[types.PositionEncodingKind(encoding)]
        #: An editor that sends a byte order mark counts it as a character; `Source.text` never holds it.
        self._mark = self._units("\ufeff") if isinstance(source, Buffer) and source.bom_length else 0

    def position(self, offset: int) -> types.Position:
        line = self._source.line_at(offset)
        start = self._source.line_starts[line - 1]
        units = self._units(self._source.text[start:offset])
        return types.Position(line - 1, units + (self._mark if line == 1 else 0))

    def range(self, span: Span) -> types.Range:
        return types.Range(self.position(span.start), self.position(span.end))

    def offset(self, position: types.Position) -> int:
        """The offset of a position; one behind the end of a line or of the text is moved to that end."""
        if position.line >= len(self._source.line_starts):
            return len(self._source.text)
        line = self._source.line_span(position.line + 1)
        units = max(0, position.character - (self._mark if position.line == 0 else 0))
        before = self._source.cut(line).encode(self._encoding)[: units * self._size].decode(self._encoding, "ignore")
        return line.start + len(before)

    def span(self, range_: types.Range) -> Span:
        return Span(self.offset(range_.start), self.offset(range_.end))

    def _units(self, text: str) -> int:
        return len(text.encode(self._encoding)) // self._size
