"""TOML documents: places of values against `tomllib`, over generated texts, and what is not TOML."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Mapping, Node, Scalar, Sequence
from podhosts.document.locate import locate
from podhosts.document.reading import UnreadableError
from podhosts.document.toml_text import read_toml

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\"'\\#[]{},=.\n"), max_size=6)
BARE = st.text("abcXYZ019_-", min_size=1, max_size=4)
BLANKS = st.sampled_from(["", " ", "\t "])
LINES = st.sampled_from(["", "\n", "  # [not] = 'a table'\n", "\n\n"])
PLAIN = st.sampled_from(
    ["1", "-17", "1_000", "0xff", "1e3", "3.5", "inf", "true", "false", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00"]
)


@st.composite
def strings(draw: st.DrawFn) -> str:
    value = draw(TEXTS)
    if "'" not in value and "\n" not in value and draw(st.booleans()):
        return f"'{value}'"
    if "'" not in value and draw(st.booleans()):
        return (
            f"'''{draw(st.sampled_from(['', chr(10)]))}{value}'''" if not value.startswith("\n") else f"'''\n{value}'''"
        )
    return json.dumps(value, ensure_ascii=draw(st.booleans())).replace("\x7f", "\\u007f")


@st.composite
def values(draw: st.DrawFn, depth: int = 0) -> str:
    form = draw(st.sampled_from(["string", "plain"] + ["array", "table"] * (depth < 2)))
    if form == "string":
        return draw(strings())
    if form == "plain":
        return draw(PLAIN)
    inner = [draw(values(depth + 1)) for _ in range(draw(st.integers(0, 3)))]
    if form == "table":
        names = draw(st.lists(BARE, min_size=len(inner), max_size=len(inner), unique=True))
        pairs = (f"{name}{draw(BLANKS)}={draw(BLANKS)}{value}" for name, value in zip(names, inner, strict=True))
        return "{ " + ", ".join(pairs) + " }"
    return "[" + "".join(f"{draw(LINES)}{value}{draw(LINES)},{draw(LINES)}" for value in inner) + "]"


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Some tables and lists of tables, with comments between and behind them; not all of them are valid TOML."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 6))):
        name = ".".join(draw(st.lists(BARE.map(lambda key: key[:1]) | strings(), min_size=1, max_size=2)))
        kind = draw(st.sampled_from(["pair", "pair", "table", "list"]))
        indent = draw(BLANKS)
        if kind == "pair":
            lines.append(
                f"{indent}{name}{draw(BLANKS)}={draw(BLANKS)}{draw(values())}{draw(st.sampled_from(['', ' # x']))}"
            )
        else:
            lines.append(f"{indent}[{name}]" if kind == "table" else f"{indent}[[{name}]]")
        lines.append(draw(LINES).rstrip("\n"))
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


def scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Mapping):
        return [item for entry in node.entries for item in (entry.key, *scalars(entry.value))]
    if isinstance(node, Sequence):
        return [item for inner in node.items for item in scalars(inner)]
    return [node]


@given(texts())
def test_each_value_stands_where_it_is_found(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(UnreadableError):
            read_toml(text, 0, len(text))
        return
    root = read_toml(f"x = 'y'\n{text}\n# end", 8, 8 + len(text))
    assert isinstance(root, Mapping)
    assert {entry.key.text for entry in root.entries} == set(expected)
    whole = f"x = 'y'\n{text}\n# end"
    for scalar in scalars(root):
        raw = whole[scalar.start : scalar.end]
        read = tomllib.loads(f"x = {raw}")["x"] if raw[0] in "\"'" else raw
        assert read == scalar.text
        if raw[0] in "\"'" and "\\" not in raw and scalar.text:
            span = locate(whole, scalar, 0, len(scalar.text))
            assert whole[span.start : span.end].replace("\r\n", "\n") == scalar.text


@pytest.mark.parametrize("text", ["a = ", "[a\n", "a = 1\na = 2\n", "[[a]]\n[a]\n[a]\n", "= 1", "a = [1,,2]", "a = 'x"])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_toml(text, 0, len(text))
