"""CEL expressions: what is written in them, at its place, and what is not CEL."""

from __future__ import annotations

import pytest

from podhosts.document import Mapping, Node, Scalar, Sequence
from podhosts.document.cel_text import read_cel
from podhosts.document.locate import locate
from podhosts.document.reading import UnreadableError


def data(node: Node) -> object:
    """A node as Python data; what has to be evaluated is `...`, an open list ends in it."""
    if isinstance(node, Mapping):
        return {entry.name: data(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [*map(data, node.items), *([...] if node.is_open else [])]
    return ... if node.is_unknown else node.value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"a"', "a"),
        ("'it\\'s\\n'", "it's\n"),
        (r'r"a\n"', r"a\n"),
        (r'"\x41\u0042\U00000043"', "ABC"),
        ('"""a "b" c"""', 'a "b" c'),
        ("1 + 2", ...),
        ("object.spec.x", ...),
        ("[]", []),
        ('["a", b, "c",]', ["a", ..., "c"]),
        ('{"a": "b", c: [d]}', {"a": "b", "c": [...]}),
        ('Object.spec{x: "y", ?z: optional.none()}', {"x": "y", "z": ...}),
        ('Object{} // [not a list', {}),
        ('a + ["b"]', ["b", ...]),
        ('(["b"])', ["b"]),
        ('c ? [X{a: "b"}] : []', [{"a": "b"}, ...]),
        ('c ? Object{a: "b"} : Object{}', [{"a": "b"}, {}, ...]),
        ('["a"].map(n, X{b: n})', [{"b": ...}, ...]),
        ('[X{a: "b"}].filter(x, true)', [{"a": "b"}, ...]),
        ('"a" + b', ...),
        ('list[0]', ...),
        ('["a", "b"].size()', ...),
    ],
)  # fmt: skip
def test_values(text: str, wanted: object) -> None:
    assert data(read_cel(text, 0, len(text))) == wanted


def test_places() -> None:
    text = 'x + Object{a: ["one", r\'two\', "t\\x68ree"]}'
    root = read_cel(text, 4, len(text))
    assert isinstance(root, Mapping)
    assert text[root.start : root.end] == text[10:]
    (entry,) = root.entries
    assert text[entry.key.start : entry.key.end] == "a"
    assert isinstance(entry.value, Sequence)
    one, two, three = entry.value.items
    assert [text[item.start : item.end] for item in (one, two, three)] == ['"one"', "r'two'", '"t\\x68ree"']
    assert isinstance(two, Scalar)
    assert isinstance(three, Scalar)
    assert text[slice(*locate(text, two, 1, 3))] == "wo"
    assert text[slice(*locate(text, three, 1, 3))] == "\\x68r"


@pytest.mark.parametrize("text", ["[", "(a", 'Object{a: "b"', "{a b}", "Object{1: 2}", "a]", '["a" }', "[" * 100_000])
def test_what_is_no_cel(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_cel(text, 0, len(text))
