"""Files in parts: a small file is one part, a large one is read in windows, so that memory does not grow with it.

A window ends where a document does. A large List that can be read item by item is a part of its own.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from podhosts.document.splitting import Piece, looks_like_json, split, split_yaml
from podhosts.records import NamedTuple, record
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import BinaryIO

    from podhosts.document import Document
    from podhosts.document.large_lists import LargeList

#: Bytes read at a time, and the size up to which a file or document is read whole.
WINDOW = 1 << 18
_SEARCHED = 1 << 20
#: Bytes of a text up to which the nodes of all its documents are kept while it is fixed.
_MOST_KEPT = 1 << 16


class Part(NamedTuple):
    """Some documents of a file, in order. `is_file` says that they are all that the source holds.

    `is_section`: the source is a part of a large file, with one document or item. `kept`: the documents by their
    pieces, where they are asked for more than once (`document_of`).
    """

    source: Source
    pieces: list[Piece]
    is_file: bool
    is_section: bool = False
    kept: dict[Piece, Document] | None = None

    def keeping(self) -> Part:
        """A part with these documents, each of which is read once; only where `is_file`.

        Of many documents nothing is kept: nodes take many times the memory of the text that they are read from.
        """
        is_small = len(self.pieces) == 1 or len(self.source.data) <= _MOST_KEPT
        return self._replace(kept={} if is_small else None)

    def own(self, piece: Piece) -> tuple[Source, Piece]:
        """A piece with the source that its document should keep: the file, or of a large one the document alone."""
        if self.is_file:
            return self.source, piece
        start, end = piece.outline
        # With the line behind it, at which a reader may say that the document ends too early.
        line_end = self.source.text.find("\n", end) + 1
        if _loses_others(self.source, piece):
            # What kubectl loses with it decides whether that matters.
            line_end = self.source.text.find("\n---", line_end - 1) + 1 or len(self.source.text)
        return self.source.part(Span(start, max(end, line_end))), piece.moved(-start)

    def with_text(self, text: str) -> Part:
        """The documents with another text, of which nothing is kept yet; only where `is_file`.

        Raises ValueError where the text is not that of one document, though the part is a section.
        """
        source = self.source.with_text(text)
        if not self.is_section:
            return whole(source).keeping()
        (piece,) = self.pieces
        behind = len(self.source.text) - piece.outline.end
        if piece.item is not None:
            piece = piece._replace(span=Span(piece.span.start, len(text) - behind))
            return self._replace(source=source, pieces=[piece]).keeping()
        pieces = split(text) if piece.language == "json" else split_yaml(text, piece.number - 1)
        if not pieces or pieces[0].outline.end != len(text) - behind:
            raise ValueError("the number of documents changes")
        return self._replace(source=source, pieces=pieces[:1]).keeping()


@record(frozen=True, slots=True)
class File:
    """A file at `path` that can be read more than once, shown to people as `name`. Going through it gives its parts."""

    name: str
    path: str

    def __iter__(self) -> Iterator[Part | LargeList]:
        with open(self.path, "rb") as file:
            yield from _parts(file, self.name)

    def read(self) -> Source:
        """The whole file. Raises OSError or ValueError if it cannot be opened."""
        with open(self.path, "rb") as file:
            return Source(self.name, file.read())

    def sections(self, wanted: Collection[Section]) -> Iterator[Part]:
        """The parts of a large file that are wanted, each a document or item in the source that its findings have."""
        starts = {section.start for section in wanted}
        with open(self.path, "rb") as file:
            for part in _parts(file, self.name):
                for source, piece in _documents(part, starts):
                    if Section.of(source, piece.item.index if piece.item else None) in wanted:
                        yield Part(source, [piece], is_file=True, is_section=True)

    def holds(self, word: str) -> bool:
        """Whether a word of ASCII letters stands in the file as a whole word (UTF-16 is not searched)."""
        pattern, tail = whole_word(word), b""
        with open(self.path, "rb") as file:
            while data := file.read(_SEARCHED):
                if pattern.search(tail + data):
                    return True
                tail = data[-2 * len(word) :]
        return False


class Section(NamedTuple):
    """A document or item of a large file: where its source begins and how long that is, in bytes, and which item."""

    start: int
    length: int
    item: int | None

    @classmethod
    def of(cls, source: Source, item: int | None) -> Section:
        """The section that is the whole of a source."""
        return cls(source.start.offset, len(source.data), item)


def _documents(part: Part | LargeList, starts: Collection[int]) -> Iterator[tuple[Source, Piece]]:
    """The documents or items of a part of a file that may have a source of their own that begins at one of `starts`."""
    if isinstance(part, Part):
        for piece in part.pieces:
            if not part.is_file and part.source.line_position(piece.outline.start).offset in starts:
                yield part.own(piece)
    else:
        yield from part.items(lambda _: True)


def _loses_others(source: Source, piece: Piece) -> bool:
    """Whether kubectl stops at a piece whatever is written in it: at a bad separator, or at directives."""
    return piece.problem is not None or source.text.startswith("%", piece.span.start)


def whole_word(word: str) -> re.Pattern[bytes]:
    """A pattern for a word of ASCII letters, not as a part of a longer one."""
    return re.compile(rb"%b(?<!\w%b)(?!\w)" % (word.encode(), word.encode()))


def whole(source: Source) -> Part:
    """All documents of a source as one part."""
    if source.path.endswith(".toml"):
        return Part(source, [Piece(1, Span(0, len(source.text)), "toml")], is_file=True)
    return Part(source, split(source.text), is_file=True)


def _parts(file: BinaryIO, path: str) -> Iterator[Part | LargeList]:
    """The parts of a file that can be read more than once. The file must stay open while they are used."""
    file.seek(0)
    head = file.read(WINDOW + 1)
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head[:4]
    if len(head) <= WINDOW or is_wide:
        yield whole(Source(path, head + file.read()))
    elif looks_like_json(Source(path, head).text):
        from podhosts.document.large_lists_json import json_list

        # What follows a List, or is none, has rules of its own (`splitting`) and is seldom large.
        large = json_list(file, path)
        file.seek(0)
        yield large or whole(Source(path, file.read()))
    else:
        yield from _Windows(file, path)


class _Windows:
    """The parts of a YAML file. `start` is where the window begins, `number` how many documents stand before it."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        self._file = file
        self._path = path
        self._begin_at(Source(path, b""), 0)
        self._number = 0

    def _begin_at(self, source: Source, offset: int) -> None:
        """Let the next window begin at a line of the last one."""
        self._start = source.line_position(offset)
        self._follows_text = source.has_text_before(offset)
        self._data = source.data[self._start.offset - source.start.offset :]
        self._is_tried = False

    def __iter__(self) -> Iterator[Part | LargeList]:
        self._file.seek(0)
        while True:
            # A document that does not end is read in ever larger steps: each byte is looked at twice, not often.
            more = self._file.read(max(WINDOW, len(self._data)))
            self._data += more
            complete = len(self._data) if not more else self._data.rfind(b"\n") + 1
            source = Source(self._path, self._data[:complete], self._start, follows_text=self._follows_text)
            pieces = split_yaml(source.text, self._number)
            if not more:
                if pieces:
                    yield Part(source, pieces, is_file=False)
                return
            # The last piece may go on; one that loses others is read together with the next.
            unread = self._data[complete:]
            last = len(pieces) - 1
            while last > 0 and _loses_others(source, pieces[last - 1]):
                last -= 1
            if last > 0:
                yield Part(source, pieces[:last], is_file=False)
                self._number += last
                self._begin_at(source, pieces[last].outline.start)
                self._data += unread
            elif pieces and not self._is_tried:
                from podhosts.document.large_lists_yaml import yaml_list

                self._is_tried = True
                large = yaml_list(self._file, source, pieces[0])
                if large is not None:
                    yield large
                    self._number += 1
                    self._start, self._data, self._follows_text, self._is_tried = large.end, b"", True, False
                self._file.seek(self._start.offset + len(self._data))
