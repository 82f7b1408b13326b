"""Text and positions of a file against a slow reading of its bytes, one character at a time."""

from __future__ import annotations

import codecs
import re

from hypothesis import given
from hypothesis import strategies as st

from podhosts.source import Position, Source, Span

BOMS = {"utf-8": b"", "utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
PIECES = st.sampled_from(
    ["\n", "\r", "\r\n", "\r\r\n", "a", "key: ", "é", "中", "😀", "\x85", "\u2028", "\ufeff", "\0"]
)
TEXTS = st.lists(PIECES | st.text(max_size=3)).map("".join)
#: Truncated, overlong, surrogate and out-of-range sequences, and what cuts UTF-16 pairs.
JUNK = st.sampled_from(
    [
        b"\xff",
        b"\xc3",
        b"\xe2\x82",
        b"\xf0\x9f\x98",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\x80",
        b"\xd8",
    ]
)


@st.composite
def valid_files(draw: st.DrawFn) -> bytes:
    codec = draw(st.sampled_from(sorted(BOMS)))
    return BOMS[codec] + draw(TEXTS).encode(codec.removesuffix("-sig"))


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Valid files with junk put in at any byte, and any bytes after any byte order mark."""
    if draw(st.booleans()):
        return draw(st.sampled_from(sorted(BOMS.values()))) + draw(st.binary())
    data = draw(valid_files())
    for junk in draw(st.lists(JUNK, max_size=3)):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + junk + data[at:]
    return data


def characters(data: bytes) -> list[tuple[str, int]]:
    """Each character of a file with the number of its bytes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _wide(data[2:], "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be")
    found = []
    at = 3 if data.startswith(codecs.BOM_UTF8) else 0
    while at < len(data):
        decoded = ((_decode(data[at : at + size], "utf-8"), size) for size in range(1, 5))
        character, size = next((pair for pair in decoded if len(pair[0]) == 1), ("\ufffd", 1))
        found.append((character, size))
        at += size
    return found


def _wide(data: bytes, codec: str) -> list[tuple[str, int]]:
    found = []
    while data:
        size = 4 if len(_decode(data[:4], codec)) == 1 and len(data) >= 4 else 2
        character = _decode(data[:size], codec)
        found.append((character or "\ufffd", min(size, len(data))))
        data = data[size:]
    return found


def _decode(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return ""


def positions(data: bytes) -> list[Position]:
    """The position before each character, and the one after the last."""
    text = characters(data)
    place = Position(1, 1, len(data) - sum(size for _, size in text))
    found = [place]
    for index, (character, size) in enumerate(text):
        following = text[index + 1][0] if index + 1 < len(text) else ""
        offset = place.offset + size
        ends_line = character == "\n" or (character == "\r" and following != "\n")
        place = Position(place.line + 1, 1, offset) if ends_line else Position(place.line, place.column + 1, offset)
        found.append(place)
    return found


@given(files())
def test_text(data: bytes) -> None:
    assert Source("x", data).text == "".join(character for character, _ in characters(data))


@given(files())
def test_positions(data: bytes) -> None:
    source = Source("x", data)
    assert [source.position(offset) for offset in range(len(source.text) + 1)] == positions(data)


@given(files())
def test_lines(data: bytes) -> None:
    source = Source("x", data)
    lines = re.split("\r\n|\r|\n", source.text)
    spans = [source.line_span(number) for number in range(1, len(lines) + 1)]
    assert [source.cut(span) for span in spans] == lines
    assert [source.position(span.start)[:2] for span in spans] == [(number, 1) for number in range(1, len(lines) + 1)]
    assert len(source.line_starts) == len(lines)


@given(valid_files(), st.data())
def test_offsets_cut_the_bytes_of_a_span(data: bytes, chosen: st.DataObject) -> None:
    source = Source("x", data)
    start = chosen.draw(st.integers(0, len(source.text)))
    end = chosen.draw(st.integers(start, len(source.text)))
    cut = data[source.position(start).offset : source.position(end).offset]
    assert cut.decode(source.encoding) == source.cut(Span(start, end))


@given(files())
def test_valid_files_can_be_written_back(data: bytes) -> None:
    source = Source("x", data)
    is_same = data[: source.bom_length] + source.text.encode(source.encoding) == data
    assert source.is_valid is is_same


def test_each_undecodable_byte_is_a_column() -> None:
    source = Source("x", b"a: \xe2\x82 \xff # c\n")
    assert source.text == "a: \ufffd\ufffd \ufffd # c\n"
    assert source.position(source.text.index("#")) == Position(1, 9, 8)


def test_an_odd_byte_at_the_end_of_utf_16() -> None:
    data = codecs.BOM_UTF16_LE + "a".encode("utf-16-le") + b"\xff\xd8" + b"c"
    source = Source("x", data)
    assert source.text == "a\ufffd\ufffd"
    assert [source.position(at).offset for at in range(4)] == [2, 4, 6, 7]


@given(files(), st.lists(st.integers(0, 50), max_size=8), st.integers(0, 3))
def test_positions_and_parts_that_need_no_table_of_lines(data: bytes, asked: list[int], breaks: int) -> None:
    whole = Source("a", data)
    if whole.encoding != "utf-8":
        return
    counting = Source("a", data, Position(5, 1, 100)) if breaks == 0 and not whole.bom_length else Source("a", data)
    lines, byte = (4, 100) if counting.start.offset else (0, 0)
    for number in asked:
        start = whole.line_starts[number % len(whole.line_starts)]
        here = whole.position(start)
        position = counting.line_position(start)
        expected = Position(here.line + lines, 1, here.offset + byte)
        assert position == (expected if start else counting.start)
        for end in (start, min(start + number, len(whole.text)), len(whole.text)):
            part = counting.part(Span(start, end))
            assert part.text == whole.text[start:end]
            assert part.start == position
            assert part.data == data[here.offset if start else 0 : whole.position(end).offset]


def test_the_byte_order_mark_belongs_to_the_first_part_alone() -> None:
    source = Source("a.yaml", "\ufeffa: 1\nb: 2\nc: é\n".encode())
    first, second, third = (source.part(Span(start, start + 5)) for start in (0, 5, 10))
    assert [part.text for part in (first, second, third)] == ["a: 1\n", "b: 2\n", "c: é\n"]
    assert b"".join(part.data for part in (first, second, third)) == source.data
    assert [part.start.offset for part in (first, second, third)] == [0, 8, 13]
    # In a later part it is a character like any other.
    marked = Source("a.yaml", "a: 1\n\ufeffb: 2\n".encode()).part(Span(5, 11))
    assert (marked.text, marked.bom_length) == ("\ufeffb: 2\n", 0)
