"""Cutting a file into documents, against a plain re-telling of kubectl's loops over lines and JSON values."""

from __future__ import annotations

import codecs
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Document, Piece, plain, split
from podhosts.source import Source

#: What `unicode.IsSpace` of Go says.
SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
FRAGMENTS = st.sampled_from(
    [
        "---", "--", "-", "\n", "\n---\n", "\r\n", "\r", "\r\n---\r\n", " ", "\t", "\v", "\x85", "\u3000", "\x1c",
        "#", "# c", "x", "a: 1\n", "{", "}", '{"a": 1}', '{"a": [1, {}]}', "{}", "{a: b}", "[1]", "1", "nul", '"',
        "'", "\ufeff", "\ufffd", "...", "é", "\u3000" * 1365,
    ]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS, max_size=12).map("".join)


def kubectl(text: str) -> tuple[list[str], bool]:
    """The chunks that kubectl hands on, and whether it stops before the end."""
    if not text.encode()[:4096].decode("utf-8", "ignore").lstrip(SPACE).startswith("{"):
        return yaml_chunks(text)
    values, rest = json_values(text)
    if not rest.strip(" \t\r\n"):
        return values, False
    yaml = without_blanks(rest) if len(values) < 2 else None
    if yaml is None:
        return values, True
    chunks, stops = yaml_chunks(yaml)
    return values + chunks, stops


def json_values(text: str) -> tuple[list[str], str]:
    values: list[str] = []
    while True:
        try:
            _, end = json.JSONDecoder().raw_decode(text.lstrip(" \t\r\n"))
        except ValueError:
            return values, text
        start = len(text) - len(text.lstrip(" \t\r\n"))
        values.append(text[start : start + end])
        text = text[start + end :]


def without_blanks(text: str) -> str | None:
    """What is left after blanks up to a line feed; kubectl looks at four bytes each time and gives up at fewer."""
    while True:
        if len(text[:4].encode()) < 4 or text[0] == "\ufffd":
            return None
        if text[0] not in SPACE:
            return text
        blank, text = text[0], text[1:]
        if blank == "\n":
            return text


def yaml_chunks(text: str) -> tuple[list[str], bool]:
    chunks: list[str] = []
    chunk = ""
    lines = text.split("\n")
    for line in lines if lines[-1] else lines[:-1]:
        if line.startswith("---"):
            rest = line[3:].strip(SPACE)
            if rest and not rest.startswith("#"):
                return chunks, True
            if chunk:
                chunks.append(chunk)
                chunk = ""
                continue
        chunk += line + "\n"
    return [*chunks, chunk] if chunk else chunks, False


@given(TEXTS)
def test_pieces_are_those_of_kubectl(text: str) -> None:
    chunks, stops = kubectl(text)
    pieces = split(text)
    assert [ended(text, piece) for piece in pieces[: len(chunks)]] == chunks
    assert [piece.number for piece in pieces] == list(range(1, len(pieces) + 1))
    if stops:
        culprit = pieces[len(chunks)]
        assert culprit.problem or Document(Source("x", codecs.BOM_UTF8 + text.encode()), culprit).problem
    else:
        assert len(pieces) == len(chunks)
        assert not any(piece.problem for piece in pieces)


def ended(text: str, piece: Piece) -> str:
    """A piece's text; kubectl ends YAML with a line feed."""
    cut = text[piece.span.start : piece.span.end]
    return cut if piece.language == "json" or cut.endswith("\n") else cut + "\n"


@given(TEXTS)
def test_nothing_is_lost_between_pieces(text: str) -> None:
    pieces = split(text)
    spans = [(0, 0), *(piece.span for piece in pieces), (len(text), len(text))]
    for (_, end), (start, _) in pairwise(spans):
        assert end <= start
        between = text[end:start]
        assert between.startswith("---") or not between.strip(SPACE)


@given(TEXTS)
def test_a_bad_separator_is_the_problem_of_the_piece_before_it(text: str) -> None:
    for piece in split(text):
        if piece.problem is not None:
            line = text[piece.problem.span.start : piece.problem.span.end]
            assert line.startswith("---")
            assert piece.problem.message == f"invalid Yaml document separator: {line[3:].strip(SPACE)}"
            assert piece.span.end == piece.problem.span.start


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---\n---\na: 1\n", [None, {"a": 1}]),
        ('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": 1}\n---\nb: 2\n', [{"a": 1}, {"b": 2}]),
        ('{"a": 1} # c\n', [{"a": 1}, None]),
        ("\t{a: b}\n", [{"a": "b"}]),
        ("\u3000{a: b}\n", [{"a": "b"}]),
        ("\ufeff{a: b}\n{c: d}\n", [{"a": "b"}]),
        ('{"a": 1}\n#\n', [{"a": 1}, "refused"]),
        ('{"a": 1}x', [{"a": 1}, "refused"]),
        ('{"a": 1}{"b": 2}\n---\nc: 3\n', [{"a": 1}, {"b": 2}, "refused"]),
        ("a: 1\r---\rb: 2\r", [{"a": 1}]),
    ],
)
def test_values_of_pieces(text: str, values: list[object]) -> None:
    source = Source("x", codecs.BOM_UTF8 + text.encode())
    documents = [Document(source, piece) for piece in split(source.text)]
    read = [document.root and plain(document.root) for document in documents]
    assert ["refused" if document.problem else value for document, value in zip(documents, read, strict=True)] == values
