"""The reader of plain blocks against libyaml, which reads everything: what it does not leave to libyaml is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from podhosts.document import Mapping, Scalar, Sequence, split
from podhosts.document.nodes import contents, nodes
from podhosts.document.plain_blocks import read_plain
from podhosts.document.reading import read_with_libyaml
from podhosts.source import Source
from tests.fuzz import seeds

if TYPE_CHECKING:
    from podhosts.document import Node

INDENTATIONS = st.sampled_from(["", "", "  ", "  ", "    ", "      ", " ", "   "])
DASHES = st.sampled_from(["", "", "", "", "- ", "- ", "-", "-   ", "- - "])
KEYS = st.sampled_from([
    "", "a:", "b:", "c:", "a.b/c-d:", "_x:", ".d:", ".1_1:", "./x:", "$patch:", "on:", "null:", "7:", '"q":', "a :",
    "<<:", "? a",
    "a",
])  # fmt: skip
SCALARS = st.sampled_from([
    "", "", "", "x", "x y", "10.0.0.1", "8080", "fd00::1", "::1", "a:b", "a: b", "a:", "x #y", "x# y", "-x", "--x=1",
    "- x", "-", "~", "null", "on", ".5", ".inf", "-.INF", "+.nan", ".x", "+1", "-1.5", "=", "1e3", "é", "x\u00a0y",
    "\u3000", '"x"', "'x'", '"x y" z', '"\\n"', "'it''s'", '"', "'", '"a: b # c"', "'{\"a\": 1}'", "'[x]'", '""', "''",
    "{}", "[]", "{ }", "[ ]", "{a: b}", "{a: b, c: 'd e'}", "[a, b]", "[\"a\", 'b', -c, 8.8.8.8]", "[a,]", "{a}",
    "[a: b]", "{a: b, a: c}", "[a b]", "{on: x}", "[[a]]", "{a: {b: c}}", "[--x=y]", "[a#b]", "{a: 1 , b: 2 }", "[*a]",
    "|", "|-", "|+", ">", ">-", "|2", "| # c", "&a x", "*a", "!!str x", "!x", "@x", "`x`", "%x", "?x", "? x", ",x",
    "]", "}", "{{ x }}", "x {{ y }}", "\tx", "x\ty", "x\t", "\u2028", "\x07", "\ufeff", "\x85", "<<", "\\x", "$(x)",
    "(x)", "x: {}",
])  # fmt: skip
ENDS = st.sampled_from(["", "", "", "", " ", " # c", "# c", "  #", "\t# c", " #\tc", "\r"])
LINES = st.one_of(
    st.builds(
        "".join, st.tuples(INDENTATIONS, DASHES, KEYS, st.sampled_from([" ", " ", " ", "  ", ""]), SCALARS, ENDS)
    ),
    st.builds(
        "".join,
        st.tuples(INDENTATIONS, st.sampled_from(["# c", "", "text", "more text", "---", "...", "%x", "\ttab"]), ENDS),
    ),
)
ENTRIES = st.builds(
    "{}{} {}".format, DASHES.filter(lambda dash: dash != "-"), KEYS.filter(lambda key: key.endswith(":")), SCALARS
)


@st.composite
def structures(draw: st.DrawFn) -> list[str]:
    """Lines of a text that is mostly sound: what stands below others is indented."""
    lines: list[str] = []

    def fill(margin: str, depth: int) -> None:
        is_list = draw(st.booleans())
        for number in range(draw(st.integers(1, 3))):
            if is_list:
                lines.append(margin + "- " + draw(st.sampled_from(["a: 1", "x", "'y'", "{}", "a:", "|", ""])))
                below = margin + draw(st.sampled_from(["  ", "  ", "    "]))
            else:
                lines.append(
                    f"{margin}k{number}: " + draw(st.sampled_from(["x", "", "", "|-", ">", "[a, b]", "{a: b}"]))
                )
                below = margin + draw(st.sampled_from(["", "  ", "  ", "    "]))
            if draw(st.booleans()):
                lines.append(draw(st.sampled_from(["", "  ", margin + "# c", below + "text", below + "text: 1 # x"])))
            if depth and draw(st.booleans()):
                fill(below, depth - 1)

    fill("", 4)
    return lines


def same(first: Node, second: Node) -> bool:
    """Whether two nodes are written and read the same."""
    if (first.start, first.end, first.anchor, first.tag) != (second.start, second.end, second.anchor, second.tag):
        return False
    if isinstance(first, Scalar):
        return isinstance(second, Scalar) and (first.text, first.style) == (second.text, second.style)
    if isinstance(second, Scalar) or first.flow != second.flow:
        return False
    if isinstance(first, Sequence):
        return (
            isinstance(second, Sequence)
            and len(first.items) == len(second.items)
            and all(map(same, first.items, second.items))
        )
    return (
        isinstance(second, Mapping)
        and len(first.entries) == len(second.entries)
        and all(
            one.name == other.name and not other.is_merge and same(one.key, other.key) and same(one.value, other.value)
            for one, other in zip(first.entries, second.entries, strict=True)
        )
    )


def check(chunk: str, offset: int = 7) -> bool:
    """Whether the text is read here; it must then be read as libyaml reads it."""
    chunk = chunk if chunk.endswith("\n") else chunk + "\n"
    plain = read_plain(chunk, offset)
    if plain is None:
        return False
    # Its ends are known before its members are, and after.
    end = plain.end
    known = contents(plain)
    whole = read_with_libyaml(chunk, offset, offset + len(chunk))
    assert whole is not None
    assert same(plain, whole)
    assert end == plain.end
    for node in nodes(whole):
        assert known.has_texts or not isinstance(node, Scalar) or not ("\n" in node.text or node.text[:1] in {"[", "{"})
    assert known.has_duplicates == contents(whole).has_duplicates
    assert known.keys == contents(whole).keys or known.has_duplicates
    return True


@example(["a:", "- b", "- c:", "  - d", "e: |", "  x", "", "   y ", "", "f: 1"])
@example(["- - a", "  - b"])
@example(["a: |", "   x", "  # c", "b: 1"])
@example(["a: |", "    ", "  x"])
@example(["- a: |", "    x", "  b: 1"])
@example(["--- # c", "a:", " - b", " -", "c:"])
@example(["a: b", "  - c"])
@given(st.lists(LINES, min_size=1, max_size=8) | structures())
def test_lines(lines: list[str]) -> None:
    check("\n".join(lines))


@given(structures(), st.sampled_from(["\n", "\r\n"]))
def test_sound_structures_are_read_here(lines: list[str], line_break: str) -> None:
    check(line_break.join(lines) + line_break)


@given(st.lists(ENTRIES, min_size=1, max_size=4))
def test_values(lines: list[str]) -> None:
    check("\n".join(lines))


def test_real_and_measured_files() -> None:
    """Most documents of real manifests are plain."""
    read_here = count = 0
    for data in seeds():
        source = Source("x", data)
        for piece in split(source.text):
            if piece.language == "yaml":
                count += 1
                read_here += check(source.cut(piece.span), piece.span.start)
    assert read_here > count / 2


@pytest.mark.parametrize("depth", [150, 250])
def test_deep_ones(depth: int) -> None:
    assert check("\n".join(" " * level + f"k{level}:" for level in range(depth))) == (depth < 200)
