"""Where each node, each character of a scalar and each comment stands, in documents of all styles."""

from __future__ import annotations

import pytest
from hypothesis import given

from podhosts.document import Document, split
from podhosts.document.flow import scan
from podhosts.document.locate import locate
from podhosts.source import Source, Span
from tests.yaml_writer import Shape, Written, documents, scalars, shape


def document_of(text: str) -> Document:
    source = Source("x", text.encode())
    return Document(source, split(source.text)[0])


@given(documents())
def test_nodes_stand_where_they_were_written(written: Written) -> None:
    document = written.document()
    assert document.problem is None
    assert document.root is not None
    assert shape(document.root) == written.shape


@given(documents())
def test_each_character_is_located(written: Written) -> None:
    found = {scalar.start: scalar for scalar in scalars(written.document().root)}
    for start, trace in written.traces:
        scalar = found[start]
        assert scalar.text == "".join(character for character, _, _ in trace)
        places = [locate(written.text, scalar, at, at + 1) for at in range(len(trace))]
        assert places == [(begin, end) for _, begin, end in trace]


@given(documents())
def test_the_whole_of_a_scalar_is_within_it(written: Written) -> None:
    for scalar in scalars(written.document().root):
        # The breaks at the end of a block scalar come after its span.
        size = len(scalar.text.rstrip("\n")) if scalar.style in {"|", ">"} else len(scalar.text)
        start, end = locate(written.text, scalar, 0, size)
        assert scalar.start <= start <= end <= scalar.end


@given(documents())
def test_comments(written: Written) -> None:
    found = written.document().comments
    assert [(comment.span.start, comment.text, comment.own_line) for comment in found] == written.comments
    assert [written.text[comment.span.start : comment.span.end] for comment in found] == [
        comment.text for comment in found
    ]


@given(documents())
def test_the_scanner_finds_the_same_tokens(written: Written) -> None:
    plain_in_flow, depth = in_flow(written.shape, 0)
    colons = [at for start, end in plain_in_flow for at in range(start, end) if written.text[at] == ":"]
    escaped = [begin + 1 for _, trace in written.traces for _, begin, end in trace if written.text[begin:end] == "\\'"]
    found = scan(written.text[written.start :])
    assert found.depth == depth
    assert [written.start + at for at in found.colons] == sorted(colons)
    assert [written.start + at for at in found.apostrophes] == sorted(escaped)


def in_flow(shape: Shape, depth: int) -> tuple[list[Span], int]:
    """The plain scalars in flow collections, and how deep those nest."""
    if shape[0] == "named":
        return in_flow(shape[3], depth)
    if shape[0] == "scalar":
        return [Span(shape[1], shape[2])] if depth and not shape[4] else [], depth
    if shape[0] == "alias":
        return [], depth
    depth += shape[3]
    below = [in_flow(part, depth) for part in shape[4]]
    return [span for spans, _ in below for span in spans], max([depth, *(deepest for _, deepest in below)])


@pytest.mark.parametrize(
    ("text", "value", "sources"),
    [
        ("a: x\n", "x", ["x"]),
        ("a: x\n  y\n\n  z", "x y\nz", ["x", "\n", "y", "\n", "z"]),
        ("a: 'it''s'\n", "it's", ["i", "t", "''", "s"]),
        ('a: "\\x41\\n\\\n  b"\n', "A\nb", ["\\x41", "\\n", "b"]),
        ("a: |\n  x", "x\n", ["x", ""]),
        ("a: >\r\n  x\r\n  y\r\n", "x y\n", ["x", "\r\n", "y", "\r\n"]),
        ("a: |\n  x\x85  y\u2028  z\n", "x\ny\u2028z\n", ["x", "\x85", "y", "\u2028", "z", "\n"]),
        ("a: >\n  x\u2028  y\x85  z\n", "x\u2028y z\n", ["x", "\u2028", "y", "\x85", "z", "\n"]),
        ("a: 'x\u2028\n  y'\n", "x\u2028\ny", ["x", "\u2028", "\n", "y"]),
        ('a: "x\x85 \x85 y"\n', "x\ny", ["x", "\x85", "y"]),
        ('a: "\\u2029\\\u2029\u2029b"\n', "\u2029\u2029b", ["\\u2029", "\u2029", "b"]),
        ("a: |2-\n   \t\n", " \t", [" ", "\t"]),
        ("a: |+\n\n  x\n\n", "\nx\n\n", ["\n", "x", "\n", "\n"]),
        ("{a: fe80::1}\n", "fe80::1", [*"fe80::1"]),
        ('{a: "\\\'", b: c:d}\n', "'", ["\\'"]),
    ],
)
def test_located_sources(text: str, value: str, sources: list[str]) -> None:
    document = document_of(text)
    scalar = scalars(document.root)[1]
    assert scalar.text == value
    assert [document.source.cut(document.locate(scalar, at, at + 1)) for at in range(len(value))] == sources


def test_locating_beyond_a_value_gives_its_end() -> None:
    document = document_of("a: 'bc'\n")
    scalar = scalars(document.root)[1]
    assert document.locate(scalar, 1, 9) == (5, 6)
    assert document.locate(scalar, 7, 9) == (6, 6)
    assert document.locate(scalar, 2, 2) == (6, 6)
    assert document.locate(scalar, 0, 0) == (4, 4)


def test_a_large_scalar_is_located() -> None:
    lines = "".join(f"  line {number}\n" for number in range(80_000))
    text = "a: |\n" + lines
    document = document_of(text)
    scalar = scalars(document.root)[1]
    at = scalar.text.index("line 79999")
    assert document.source.cut(document.locate(scalar, at, at + 10)) == "line 79999"


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a: |\n  x  \nb: y\n", ["a", "|\n  x  ", "b", "y"]),
        ("a: |\n  x\n\n  \nb: y\n", ["a", "|\n  x", "b", "y"]),
        ("a: |+ # c\n\nb: y\n", ["a", "|+ # c", "b", "y"]),
        ("&m\n&k a: &v # c\n  b\n", ["a", "b"]),
        ("? 'a'\n: b\n", ["'a'", "b"]),
        ("a:\nb: ~\n", ["a", "", "b", "~"]),
        ("a: ! b\n", ["a", "b"]),
        ("\ufeffa: \ufeffb\n", ["a", "\ufeffb"]),
        ("a: b c \t# d\n", ["a", "b c"]),
        ("[a b\n c, d:\n e]\n", ["a b\n c", "d", "e"]),
    ],
)
def test_spans(text: str, spans: list[str]) -> None:
    document = document_of(text)
    assert [document.source.cut(scalar.span) for scalar in scalars(document.root)] == spans


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ('a: "x # y" # c\n', [("# c", False)]),
        ("a: 'x # y'\n# c", [("# c", True)]),
        ("a: x#y\nb: x #y\n", [("#y", False)]),
        ("a: | # c\n  # not one\n   # nor this\n# d\n", [("# c", False), ("# d", True)]),
        ("a: >\n  x\n\n # c\nb: c\n", [("# c", True)]),
        ("a: # c\n  # d\n  b\n", [("# c", False), ("# d", True)]),
        ("[a, #c\n  'b'#d\n , {#e\n}]\n", [("#c", False), ("#d", False), ("#e", False)]),
        ("&a # c\n- x\n", [("# c", False)]),
        ("# c\r\n  # d\r\na: b\r\n", [("# c", True), ("# d", True)]),
        ("# c\ra: b\r# d", [("# c", True), ("# d", True)]),
        ("# c\x85a: 'x # y'\n", [("# c", True)]),
        ("\ufeff# c\n", [("# c", True)]),
        ("--- # c\na: b\n", [("# c", False)]),
        ("- a\n- # c\n", [("# c", False)]),
        ("a:\t# c\n", [("# c", False)]),
        ("a: x\n  y # c\n", [("# c", False)]),
        ("# c\n", [("# c", True)]),
    ],
)
def test_comments_among_tokens(text: str, comments: list[tuple[str, bool]]) -> None:
    document = document_of(text)
    assert document.problem is None
    assert [(comment.text, comment.own_line) for comment in document.comments] == comments
