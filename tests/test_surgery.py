"""Surgery: one table of operations, each row with every kind of line break, with and without a final one.

What stands before and after is written with LF and a final line break; the other forms are made from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from podhosts.document import Document, Mapping, Scalar, Sequence, plain, split
from podhosts.edits import Safety, splice
from podhosts.source import Source
from podhosts.surgery import (
    Commented,
    append_items,
    insert_key,
    move_key,
    quote,
    remove_items,
    remove_key,
    rename_key,
    repair,
    replace_in_scalar,
    replace_scalar,
    wrap_in_list,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.document import Node
    from podhosts.edits import Edit
    from podhosts.surgery import Value

    Operation = Callable[[Document], tuple[Edit, ...] | None]


class Row(NamedTuple):
    """One operation on one text; `after` None where it is refused."""

    name: str
    operation: Operation
    before: str
    after: str | None


def at(document: Document, *path: str | int) -> Node:
    node = document.root
    for step in path:
        if isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
        else:
            assert isinstance(node, Mapping)
            node = node.get(str(step))
    assert node is not None
    return node


def sequence(document: Document, *path: str | int) -> Sequence:
    node = at(document, *path)
    assert isinstance(node, Sequence)
    return node


def mapping(document: Document, *path: str | int) -> Mapping:
    node = at(document, *path)
    assert isinstance(node, Mapping)
    return node


def scalar(document: Document, *path: str | int) -> Scalar:
    node = at(document, *path)
    assert isinstance(node, Scalar)
    return node


def remove(*indices: int, path: tuple[str | int, ...] = ("a",)) -> Operation:
    return lambda document: remove_items(document, sequence(document, *path), indices)


def remove_entry(key: str, path: tuple[str | int, ...] = ("a",)) -> Operation:
    return lambda document: remove_key(document, mapping(document, *path), mapping(document, *path).fields[key])


def rename(key: str, name: str) -> Operation:
    return lambda document: rename_key(document, mapping(document, "a", 0), mapping(document, "a", 0).fields[key], name)


def append(*values: object, path: tuple[str | int, ...] = ("a",)) -> Operation:
    return lambda document: append_items(document, sequence(document, *path), values)  # type: ignore[arg-type]  # data


def insert(key: str, value: object, path: tuple[str | int, ...] = ("a",)) -> Operation:
    return lambda document: insert_key(document, mapping(document, *path), key, value)  # type: ignore[arg-type]  # data


def change(value: str, path: tuple[str | int, ...] = ("a",)) -> Operation:
    return lambda document: replace_scalar(document, scalar(document, *path), value)


def in_quotes(path: tuple[str | int, ...] = ("a", 0)) -> Operation:
    return lambda document: quote(document, scalar(document, *path))


def in_list(path: tuple[str | int, ...] = ("a",)) -> Operation:
    return lambda document: wrap_in_list(document, scalar(document, *path))


def part(start: int, end: int, text: str, path: tuple[str | int, ...] = ("a",)) -> Operation:
    return lambda document: replace_in_scalar(document, scalar(document, *path), start, end, text)


def move(key: str, target: tuple[str | int, ...], path: tuple[str | int, ...] = ()) -> Operation:
    return lambda document: move_key(
        document, mapping(document, *path), mapping(document, *path).fields[key], mapping(document, *target)
    )


ENTRY: dict[str, Value] = {"ip": "10.0.0.1", "hostnames": ["x", "v"]}

ROWS = [
    # Block lists: whole lines with the comment on them; comments on lines of their own stay.
    Row("block first", remove(0), "a:\n- x\n- v\n- z\n", "a:\n- v\n- z\n"),
    Row("block middle", remove(1), "a:\n  - x\n  - v  # why\n  - z\n", "a:\n  - x\n  - z\n"),
    Row("block last", remove(2), "a:\n- x\n- v\n- z\n", "a:\n- x\n- v\n"),
    Row("block last with key behind", remove(1), "a:\n- x\n- v\nb: 1\n", "a:\n- x\nb: 1\n"),
    Row("block several", remove(0, 2), "a:\n- x\n- v\n- z\n- w\n", "a:\n- v\n- w\n"),
    Row("block only", remove(0), "a:\n- x\n", None),
    Row("block all", remove(0, 1), "a:\n- x\n- v\n", None),
    Row("block with comments", remove(1), "a:\n# 1\n- x # 2\n# 3\n- v # 4\n# 5\n", "a:\n# 1\n- x # 2\n# 3\n# 5\n"),
    Row("block with blank lines", remove(1), "a:\n- x\n\n- v\n\n- z\n", "a:\n- x\n\n\n- z\n"),
    Row("block over lines", remove(1), "a:\n- x\n- k: 1\n  # c\n  l:\n  - 2\n- z\n", "a:\n- x\n- z\n"),
    Row("block scalar item", remove(0), "a:\n- |\n  one\n  two\n- v\n", "a:\n- v\n"),
    Row("block folded plain", remove(0), "a:\n- one\n  two\n- v\n", "a:\n- v\n"),
    Row("block quoted", remove(1), "a:\n- \"x\"\n- '日本 # no'  # 中\n- z\n", 'a:\n- "x"\n- z\n'),
    Row("block null item", remove(1), "a:\n- x\n-\n- z\n", "a:\n- x\n- z\n"),
    Row("block dash alone", remove(1), "a:\n- x\n-\n  k: 1\n- z\n", "a:\n- x\n- z\n"),
    Row("block dash alone and comment", remove(1), "a:\n- x\n-  # c\n  k: 1\n- z\n", "a:\n- x\n- z\n"),
    Row("block tagged", remove(1), "a:\n- x\n- !!str 1\n- z\n", "a:\n- x\n- z\n"),
    Row("block root", remove(1, path=()), "- x\n- v\n", "- x\n"),
    Row("nested first slides", remove(0, path=("a", 0)), "a:\n- - x\n  - v\n- z\n", "a:\n- - v\n- z\n"),
    Row("nested first two slide", remove(0, 1, path=("a", 0)), "a:\n- - x\n  - v\n  - z\n", "a:\n- - z\n"),
    Row("nested first with comment", remove(0, path=("a", 0)), "a:\n- - x # c\n  - v\n", "a:\n- - v\n"),
    Row("nested first, comment between", remove(0, path=("a", 0)), "a:\n- - x\n  # c\n  - v\n", None),
    Row("nested second", remove(1, path=("a", 0)), "a:\n- - x\n  - v\n- z\n", "a:\n- - x\n- z\n"),
    Row("nested only", remove(0, path=("a", 0)), "a:\n- - x\n- z\n", None),
    Row("nested whole", remove(0), "a:\n- - x\n  - v\n- z\n", "a:\n- z\n"),
    Row("block anchored item", remove(0), "a:\n- &i x\n- v\n- *i\n", None),
    Row("block alias item", remove(2), "a:\n- &i x\n- v\n- *i\n", None),
    Row("block beside an anchor", remove(1), "a:\n- &i x\n- v\n- *i\n", "a:\n- &i x\n- *i\n"),
    Row("block in a template", remove(1), "a:\n- x\n{{- if .b }}\n- v\n{{- end }}\n- z\n", None),
    # Flow lists: the item, one comma, its space.
    Row("flow first", remove(0), "a: [x, v, z]\n", "a: [v, z]\n"),
    Row("flow middle", remove(1), "a: [x, v, z]\n", "a: [x, z]\n"),
    Row("flow last", remove(2), "a: [x, v, z] # c\n", "a: [x, v] # c\n"),
    Row("flow only", remove(0), "a: [ x ]\n", "a: []\n"),
    Row("flow all", remove(0, 1), "a: [x, v]\n", "a: []\n"),
    Row("flow several", remove(0, 2), "a: [x, v, z, w]\n", "a: [v, w]\n"),
    Row("flow leading", remove(0, 1), "a: [ x, v, z ]\n", "a: [ z ]\n"),
    Row("flow tight", remove(1), "a: [x,v,z]\n", "a: [x,z]\n"),
    Row("flow tabs", remove(1), "a: [x,\ty\t,\tz]\n", "a: [x\t,\tz]\n"),
    Row("flow wide", remove(1), 'a: ["日本", "é, ]", 😀]\n', 'a: ["日本", 😀]\n'),
    Row("flow trailing comma", remove(1), "a: [x, v,]\n", "a: [x,]\n"),
    Row("flow on two lines", remove(1), "a: [x,\n  v, z]\n", "a: [x, z]\n"),
    Row("flow first of two lines", remove(0), "a: [x,\n  v]\n", "a: [v]\n"),
    Row("flow comment in between", remove(1), "a: [x, # c\n  v, z]\n", None),
    Row("flow only with comment", remove(0), "a: [ # c\n  x]\n", None),
    Row("flow lines", remove(1), "a: [\n  x, # 1\n  v, # 2\n  z # 3\n]\n", "a: [\n  x, # 1\n  z # 3\n]\n"),
    Row("flow lines last", remove(2), "a: [\n  x, # 1\n  v, # 2\n  z # 3\n]\n", "a: [\n  x, # 1\n  v # 2\n]\n"),
    Row("flow lines trailing comma", remove(1), "a: [\n  x,\n  v,\n]\n", "a: [\n  x,\n]\n"),
    Row("flow mapping with comment", remove(0), "a: [\n  {k: 1, # c\n   l: 2},\n  v\n]\n", None),
    Row("flow of mappings", remove(0), "a: [{ip: x}, {ip: v}]\n", "a: [{ip: v}]\n"),
    Row("flow tagged", remove(1), "a: [x, !!str v, z]\n", "a: [x, z]\n"),
    Row("flow anchored item", remove(0), "a: [&i x, v, *i]\n", None),
    Row("flow alias item", remove(2), "a: [&i x, v, *i]\n", None),
    Row("json", remove(1), '{"a": ["x", "v"], "b": 1}\n', '{"a": ["x"], "b": 1}\n'),
    Row("json lines", remove(1), '{"a": [\n  "x",\n  "v"\n]}\n', '{"a": [\n  "x"\n]}\n'),
    Row("json lines first", remove(0), '{"a": [\n  "x",\n  "v"\n]}\n', '{"a": [\n  "v"\n]}\n'),
    Row("kyaml", remove(0), '{\n  a: [\n    "x",\n    "v",\n  ],\n}\n', '{\n  a: [\n    "v",\n  ],\n}\n'),
    Row("kyaml only", remove(0), '{\n  a: [\n    "x",\n  ],\n}\n', "{\n  a: [],\n}\n"),
    # Mappings.
    Row("key first", remove_entry("k"), "a:\n  k: 1\n  l: 2\n", "a:\n  l: 2\n"),
    Row("key last", remove_entry("l"), "a:\n  k: 1\n  l: # c\n  - 2\nb: 3\n", "a:\n  k: 1\nb: 3\n"),
    Row("key without value", remove_entry("k"), "a:\n  k:\n  l: 2\n", "a:\n  l: 2\n"),
    Row("key without value, comment", remove_entry("l"), "a:\n  k: 1\n  l: # c\n", "a:\n  k: 1\n"),
    Row("key after dash", remove_entry("k", ("a", 0)), "a:\n- k: 1 # c\n  l: 2\n- z\n", "a:\n- l: 2\n- z\n"),
    Row("key after dashes", remove_entry("k", ("a", 0, 0)), "a:\n- -  k: 1\n     l: 2\n", "a:\n- -  l: 2\n"),
    Row("key after dash, comment between", remove_entry("k", ("a", 0)), "a:\n- k: 1\n  # c\n  l: 2\n", None),
    Row("key after dash, second", remove_entry("l", ("a", 0)), "a:\n- k: 1\n  # c\n  l: 2\n", "a:\n- k: 1\n  # c\n"),
    Row("key only", remove_entry("k"), "a:\n  k: 1\n", None),
    Row("key with question mark", remove_entry("k"), "a:\n  ? k\n  : 1\n  l: 2\n", None),
    Row("key in flow", remove_entry("k"), "a: {k: 1, l: 2}\n", "a: {l: 2}\n"),
    Row("key in flow last", remove_entry("l"), "a: {k: 1, l: [2, 3]}\n", "a: {k: 1}\n"),
    Row("key in flow only", remove_entry("k"), "a: { k: 1 }\n", "a: {}\n"),
    Row("key in flow without value", remove_entry("k"), "a: {k, l: 2}\n", "a: {l: 2}\n"),
    Row("key in json", remove_entry("l"), '{"a": {"k": 1, "l": 2}}\n', '{"a": {"k": 1}}\n'),
    Row(
        "key in kyaml",
        remove_entry("k"),
        "{\n  a: {\n    k: 1,\n    l: 2,\n  },\n}\n",
        "{\n  a: {\n    l: 2,\n  },\n}\n",
    ),
    Row("key in a merge", remove_entry("k"), "b: &b {k: 2}\na:\n  <<: *b\n  k: 1\n  l: 2\n", None),
    Row("key that is there twice", remove_entry("k"), "a:\n  k: 1\n  l: 2\n  k: 3\n", None),
    Row("rename", rename("k", "m"), "a:\n  - k: 1 # c\n    l: 2\n", "a:\n  - m: 1 # c\n    l: 2\n"),
    Row("rename quoted", rename("k", "m"), '{"a": [{"k": 1}]}\n', '{"a": [{"m": 1}]}\n'),
    Row("rename to what is there", rename("k", "l"), "a:\n- k: 1\n  l: 2\n", None),
    Row("rename what is there twice", rename("k", "m"), "a:\n- k: 1\n  k: 2\n", None),
    Row("key with an alias", remove_entry("k"), "b: &b {k: 2}\na:\n  k: *b\n  l: 2\n", None),
    # Appending.
    Row("append block", append("z"), "a:\n- x\n- v # c\n# d\nb: 1\n", "a:\n- x\n- v # c\n- z\n# d\nb: 1\n"),
    Row("append copies spacing", append("z"), "a:\n  -   x\n", "a:\n  -   x\n  -   z\n"),
    Row("append copies quotes", append("z"), "a:\n- 'x'\n", "a:\n- 'x'\n- 'z'\n"),
    Row("append quotes what must be", append("on"), "a:\n- x\n", 'a:\n- x\n- "on"\n'),
    Row("append after lines", append("z"), "a:\n- k: 1\n  l: 2\n", "a:\n- k: 1\n  l: 2\n- z\n"),
    Row("append nested", append("z", path=("a", 0)), "a:\n- - x\n  - v\n- w\n", "a:\n- - x\n  - v\n  - z\n- w\n"),
    Row("append several", append("v", "z"), "a:\n- x\n", "a:\n- x\n- v\n- z\n"),
    Row("append after a block scalar", append("z"), "a:\n- |\n  x\n\nb: 1\n", "a:\n- |\n  x\n- z\n\nb: 1\n"),
    Row("append after kept line breaks", append("z"), "a:\n- k: >+\n    x\n\nb: 1\n", None),
    Row("append flow", append("z"), "a: [x, v] # c\n", "a: [x, v, z] # c\n"),
    Row("append flow padded", append("z"), "a: [ x ]\n", "a: [ x, z ]\n"),
    Row("append flow empty", append("v", "z"), "a: [ ]\n", "a: [v, z]\n"),
    Row("append flow colon", append("::1"), "a: [x]\n", 'a: [x, "::1"]\n'),
    Row("append flow lines", append("z"), "a: [\n  x,\n  v # c\n]\n", "a: [\n  x,\n  v, # c\n  z\n]\n"),
    Row("append kyaml", append("v", "z"), 'a: [\n  "x", # c\n]\n', 'a: [\n  "x", # c\n  "v",\n  "z",\n]\n'),
    Row("append json", append("z"), '{"a": ["x"]}\n', '{"a": ["x", "z"]}\n'),
    Row("append json lines", append("z"), '{"a": [\n  "x"\n]}\n', '{"a": [\n  "x",\n  "z"\n]}\n'),
    Row("append json empty", append("z"), '{"a": []}\n', '{"a": ["z"]}\n'),
    Row(
        "append entry",
        append(Commented(ENTRY, "why")),
        "a:\n- ip: 10.0.0.2\n  hostnames:\n  - z\n",
        "a:\n- ip: 10.0.0.2\n  hostnames:\n  - z\n# why\n- ip: 10.0.0.1\n  hostnames:\n  - x\n  - v\n",
    ),
    Row(
        "append entry as its neighbour",
        append(ENTRY),
        "a:\n- ip: 10.0.0.2\n  hostnames: [z]\n",
        "a:\n- ip: 10.0.0.2\n  hostnames: [z]\n- ip: 10.0.0.1\n  hostnames: [x, v]\n",
    ),
    Row(
        "append entry in flow",
        append(ENTRY),
        "a: [{ip: 10.0.0.2, hostnames: [z]}]\n",
        "a: [{ip: 10.0.0.2, hostnames: [z]}, {ip: 10.0.0.1, hostnames: [x, v]}]\n",
    ),
    Row("append comment in flow", append(Commented(ENTRY, "why")), "a: [{ip: 10.0.0.2}]\n", None),
    Row("append in a template", append("z"), "a:\n- x\n{{- if .b }}\n- v\n{{- end }}\n", None),
    # New keys.
    Row("insert", insert("l", "2.x"), "a:\n  k: 1 # c\nb: 1\n", "a:\n  k: 1 # c\n  l: 2.x\nb: 1\n"),
    Row("insert a list", insert("l", ["x"]), "a:\n  k: 1\n", "a:\n  k: 1\n  l:\n  - x\n"),
    Row("insert after dash", insert("l", "x", ("a", 0)), "a:\n- k: 1\n- z\n", "a:\n- k: 1\n  l: x\n- z\n"),
    Row("insert in flow", insert("l", ["x"]), "a: {k: 1}\n", "a: {k: 1, l: [x]}\n"),
    Row("insert in empty flow", insert("l", "x"), "a: {}\n", "a: {l: x}\n"),
    Row("insert in json", insert("l", ["x"]), '{"a": {"k": 1}}\n', '{"a": {"k": 1, "l": ["x"]}}\n'),
    Row("insert what is there", insert("k", "x"), "a:\n  k: 1\n", None),
    Row(
        "insert commented entries",
        insert("l", [Commented({"ip": "x"}, "why")]),
        "a:\n  k: 1\n",
        "a:\n  k: 1\n  l:\n  # why\n  - ip: x\n",
    ),
    # Scalars.
    Row("replace plain", change("v"), "a: x # c\n", "a: v # c\n"),
    Row("replace plain by what needs quotes", change("on"), "a: x\n", 'a: "on"\n'),
    Row("replace plain with colon", change("fe80::2"), "a: FE80::2\n", "a: fe80::2\n"),
    Row("replace single", change("it's"), "a: 'x'\n", "a: 'it''s'\n"),
    Row("replace double", change('"日本"'), 'a: "x"\n', 'a: "\\"日本\\""\n'),
    Row("replace in flow", change("v", ("a", 1)), "a: [x, x, x]\n", "a: [x, v, x]\n"),
    Row("replace json", change("v"), '{"a": "x"}\n', '{"a": "v"}\n'),
    Row("replace block scalar", change("v"), "a: |\n  x\n", None),
    Row("replace tagged", change("v"), "a: !!str x\n", None),
    Row("replace anchored", change("v"), "a: &i x\nb: *i\n", None),
    Row("replace over lines", change("v"), "a: x\n  z\n", None),
    Row("quote", in_quotes(), "a: [on, v]\n", 'a: ["on", v]\n'),
    Row("quote block", in_quotes(), "a:\n- 010 # c\n", 'a:\n- "010" # c\n'),
    Row("quote quoted", in_quotes(), "a: ['on']\n", None),
    Row("quote nothing", in_quotes(), "a:\n-\n", None),
    Row("quote json", in_quotes(), '{"a": [true]}\n', '{"a": ["true"]}\n'),
    Row("list of one", in_list(), "a: x # c\n", "a: [x] # c\n"),
    Row("list of one quoted", in_list(), 'a: "x, v"\n', 'a: ["x, v"]\n'),
    Row("list of one with comma", in_list(), "a: x, v\n", None),
    Row("list of one block scalar", in_list(), "a: |\n  x\n", None),
    # Parts of scalars.
    Row("part of plain", part(1, 2, "v"), "a: axb\n", "a: avb\n"),
    Row("part of plain, special", part(1, 2, ": "), "a: axb\n", None),
    Row("part of single", part(1, 2, "it's"), "a: 'axb'\n", "a: 'ait''sb'\n"),
    Row("part of double", part(1, 2, '"\n'), 'a: "a\\tb"\n', 'a: "a\\"\\nb"\n'),
    Row("line of literal", part(4, 8, ""), "a: |\n  one\n  two\n  six\n", "a: |\n  one\n  six\n"),
    Row("new line in literal", part(4, 4, "new\n"), "a: |\n  one\n  two\n", "a: |\n  one\n  new\n  two\n"),
    Row("last line of literal", part(4, 8, ""), "a: |\n  one\n  two\nb: 1\n", "a: |\n  one\nb: 1\n"),
    Row("lines at the end of literal", part(4, 8, "new\nx\n"), "a: |\n  one\n  two\n", "a: |\n  one\n  new\n  x\n"),
    Row("word of literal", part(4, 7, "2"), "a: |-\n  one\n  two 日本\n", "a: |-\n  one\n  2 日本\n"),
    Row("first line of literal", part(0, 4, ""), "a: |\n  one\n  two\n", "a: |\n  two\n"),
    Row("first line of literal, deeper below", part(0, 4, ""), "a: |\n  one\n    two\n", None),
    # Moving a key.
    Row(
        "move right where it stands", move("b", ("a", 0)), "a:\n- k: 1\nb:\n- x # c\n", "a:\n- k: 1\n  b:\n  - x # c\n"
    ),
    Row(
        "move with comment above",
        move("b", ("a", 0)),
        "a:\n- k: 1\nc: 2\n# why\nb: [x]\nd: 3\n",
        "a:\n- k: 1\n  # why\n  b: [x]\nc: 2\nd: 3\n",
    ),
    Row(
        "move out where it stands",
        move("b", ("a",), ("a", "k")),
        "a:\n  k:\n    c: 1\n    b: [x]\nd: 1\n",
        "a:\n  k:\n    c: 1\n  b: [x]\nd: 1\n",
    ),
    Row(
        "move left",
        move("b", ("c",), ("a", "k")),
        "a:\n  k:\n    b: |\n      x\n\n      v\n    z: 1\nc:\n  d: 1\n",
        "a:\n  k:\n    z: 1\nc:\n  d: 1\n  b: |\n    x\n\n    v\n",
    ),
    Row(
        "move what lines cannot",
        move("b", ("c",), ("a", "k")),
        'a:\n  k:\n    b: "x\n v"\n    z: 1\nc:\n  d: 1\n',
        None,
    ),
    Row("move the only key", move("b", ("c",), ("a",)), "a:\n  b: 1\nc:\n  d: 1\n", None),
    Row("move flow", move("b", ("c",), ("a",)), "a: {b: 1, k: 2}\nc:\n  d: 1\n", None),
    Row("move an anchor", move("b", ("c",), ("a",)), "a:\n  b: &i 1\n  k: 2\nc:\n  d: *i\n", None),
]

#: A table row in each of these forms.
FORMS = {
    "LF": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "no final break": lambda text: text.removesuffix("\n"),
    "CRLF, no final break": lambda text: text.removesuffix("\n").replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
}


def only_document(text: str) -> Document:
    source = Source("x.yaml", text.encode())
    (piece,) = split(source.text)
    return Document(source, piece)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_row(row: Row, form: str) -> None:
    if "template" in row.name and form == "CR":
        pytest.skip("actions on lines of their own are found by line feeds")
    text = FORMS[form](row.before)
    document = only_document(text)
    fix = repair(document, "title", row.operation(document))
    if row.after is None:
        assert fix is None
        return
    assert fix is not None
    assert fix.safety is Safety.SAFE
    assert splice(text, fix.edits) == FORMS[form](row.after)


def test_names_of_rows_are_different() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_row_under_an_anchor_is_for_display_only(row: Row) -> None:
    """The same text as the value of an anchored key: the edits are shown, and never applied."""
    if row.after is None or row.before.startswith("{") or "&" in row.before:
        pytest.skip("refused anyway, or no block mapping")
    text = "".join(f"  {line}\n" if line else "\n" for line in row.before.split("\n")[:-1])
    document = only_document(f"top: &all\n{text}again: *all\n")
    assert document.problem is None
    inner = Document(document.source, document.piece)
    inner.__dict__["_outcome"] = (at(document, "top"), None, False)
    inner.__dict__["sharing"] = document.sharing
    edits = row.operation(inner)
    assert edits is not None
    fix = repair(document, "title", edits)
    assert fix is not None
    assert fix.safety is Safety.DISPLAY_ONLY


def test_file_that_is_not_valid_is_for_display_only() -> None:
    source = Source("x.yaml", b"a: [x, y] # \xff\n")
    (piece,) = split(source.text)
    document = Document(source, piece)
    fix = repair(document, "title", remove_items(document, sequence(document, "a"), [0]))
    assert fix is not None
    assert fix.safety is Safety.DISPLAY_ONLY


@pytest.mark.parametrize("row", [row for row in ROWS if row.after], ids=[row.name for row in ROWS if row.after])
def test_results_are_read_without_a_problem(row: Row) -> None:
    document = only_document(row.after or "")
    assert document.problem is None
    assert document.root is not None
    assert plain(document.root) != plain(only_document(row.before).root or document.root) or "quote" in row.name
