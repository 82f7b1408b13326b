"""JSON documents against Python's own reader of JSON."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Mapping, plain
from podhosts.document.json_text import read_json
from podhosts.document.reading import UnreadableError
from tests.yaml_writer import parts

CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\/\b\f\n\r\t\0\x7f\x85\u2028\ufeff😀')
TEXTS = st.text(CHARACTERS, max_size=5)
NUMBERS = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda values: st.lists(values, max_size=4) | st.dictionaries(TEXTS, values, max_size=4),
    max_leaves=12,
)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, int, int]:
    """JSON in a text, and where it begins and ends."""
    text = json.dumps(draw(VALUES), ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 0, 2, "\t"])))
    before = draw(st.sampled_from(["", "é", "{} "]))
    text = draw(st.sampled_from(["", " ", "\r\n\t"])) + text
    after = draw(st.sampled_from(["", "}", "]", "1", '"', " x"]))
    return before + text + after, len(before), len(before + text)


@given(written())
def test_values(case: tuple[str, int, int]) -> None:
    text, begin, end = case
    assert same(plain(read_json(text, begin, end)), json.loads(text[begin:end]))


@given(written())
def test_spans(case: tuple[str, int, int]) -> None:
    text, begin, end = case
    stack = [read_json(text, begin, end)]
    while stack:
        node = stack.pop()
        assert same(json.loads(text[node.start : node.end]), plain(node))
        stack += parts(node)


def same(left: object, right: object) -> bool:
    """Equality that tells true from 1; numbers that one double stands for are the same."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, int | float) and isinstance(right, int | float) and not isinstance(left, bool):
        return not isinstance(right, bool) and float(left) == float(right)
    return type(left) is type(right) and left == right


@given(st.lists(st.tuples(TEXTS, st.integers(0, 9)), max_size=5))
def test_duplicate_keys_are_kept(pairs: list[tuple[str, int]]) -> None:
    text = "{" + ", ".join(f"{json.dumps(key)}: {value}" for key, value in pairs) + "}"
    root = read_json(text, 0, len(text))
    assert isinstance(root, Mapping)
    assert [(entry.name, plain(entry.value)) for entry in root.entries] == pairs
    assert plain(root) == dict(pairs)


FRAGMENTS = st.sampled_from(
    [
        *'{}[]",: \n0-1.e',
        '"a"',
        '"a":',
        "true",
        "nul",
        "NaN",
        "1e5",
        "01",
        "\\ud800",
        "\\ude00",
        "\\u0041",
        "\\/",
        "\\x",
        "\t",
        "é",
    ]
)


@given(written(), st.data())
def test_json_that_is_cut_off(case: tuple[str, int, int], chosen: st.DataObject) -> None:
    text, begin, end = case
    stop = chosen.draw(st.integers(begin, end))
    assert same(found(text, begin, stop), expected(text[begin:stop]))


@given(st.lists(FRAGMENTS, max_size=10).map("".join))
def test_any_text(text: str) -> None:
    assert same(found(text, 0, len(text)), expected(text))


def found(text: str, begin: int, end: int) -> list[object]:
    """The value at the start of a stretch of text, if one is read there."""
    try:
        return [plain(read_json(text, begin, end))]
    except UnreadableError as error:
        start, stop = error.problem.span
        return [] if begin <= start <= stop <= end else ["a problem outside"]


def expected(text: str) -> list[object]:
    """The value that Python reads, with U+FFFD for each half of a surrogate pair, as Go reads them."""
    try:
        decoder = json.JSONDecoder(parse_constant=refuse, parse_float=number)
        return [replaced(decoder.raw_decode(text.lstrip(" \t\r\n"))[0])]
    except ValueError:
        return []


def number(digits: str) -> float | str:
    """What is too large for a double stays text."""
    return float(digits) if math.isfinite(float(digits)) else digits


def refuse(name: str) -> None:
    raise ValueError(name)


def replaced(value: Any) -> Any:
    if isinstance(value, list):
        return [replaced(item) for item in value]
    if isinstance(value, dict):
        return {replaced(key): replaced(item) for key, item in value.items()}
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    "text", ["", "{", "[1", '{"a"', '{"a":', '{"a":1,', '{"a":1,}', "[1,]", "[,]", "{1:2}", "'a'", '"\t"']
)
def test_malformed_json(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_json(text, 0, len(text))


def test_depth() -> None:
    text = "[" * 10_000 + "]" * 10_000
    assert read_json(text, 0, len(text)).end == len(text)
    with pytest.raises(UnreadableError, match="exceeded max depth"):
        read_json("[" + text + "]", 0, len(text) + 2)
