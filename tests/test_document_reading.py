"""Reading any text: nodes or a problem, never an exception, in a time that grows with the text's length."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from podhosts.document import TOO_DEEP, Document, Mapping, Scalar, Sequence, plain, split, string
from podhosts.document.locate import decode
from podhosts.source import Source
from tests.yaml_writer import documents, parts, scalars

FRAGMENTS = st.sampled_from(
    [
        *" abc:-[]{},\"'#|>&*!?%@`~=\\\n\t\r", "\r\n", "\n  ", "\n- ", ": ", "- ", ", ", " # c", "|-", ">+", "|2",
        "&a ", "*a ", "!!str ", "!x ", "? ", "a: ", '"x"', "'y'", "\\x41", '\\"', "\\'", "\\/", "é", "😀", "\ufeff",
        "\x85", "\u2028", "<<: ", "*a", "fe80::1", ".inf", ".nan", "~", "1" * 5000, "0x1", "---", "\n---\n", "...",
        "http://x", "{ip: fe80::1}", "key: |\n  text\n", "\x07", "\0", "\ud7ff", "!!int ", "!!binary ", '{"a":1}',
        "  y", "[a:b]\n", "{{ x }}", "{{", "}}", "{% if x %}", "\n{{- end }}\n",
    ]
)  # fmt: skip
SOUP = st.lists(FRAGMENTS, max_size=15).map("".join)


@st.composite
def broken_documents(draw: st.DrawFn) -> str:
    """A good document with a piece cut out, doubled or put in."""
    text = draw(documents()).text
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    return text[:start] + draw(st.sampled_from(["", text[start:end] * 2]) | FRAGMENTS) + text[end:]


def read(text: str) -> list[Document]:
    source = Source("x", text.encode("utf-8", "surrogatepass"))
    return [Document(source, piece) for piece in split(source.text)]


def first(text: str) -> Document:
    return read(text)[0]


def check(document: Document) -> None:
    root, problem = document.root, document.problem
    if problem is not None:
        assert document.piece.problem is not None or root is None
        start, end = problem.span
        assert problem.message
        assert 0 <= start <= end <= len(document.source.text)
    if root is None:
        return
    assert json.dumps(plain(root), allow_nan=False)
    stack = [root]
    while stack:
        node = stack.pop()
        assert document.span.start <= node.start <= node.end <= document.span.end
        below = [child for child in parts(node) if not child.shared]
        for child, following in itertools.pairwise(below):
            assert child.end <= following.start
        for child in below:
            assert node.start <= child.start <= child.end <= node.end
        stack += below
    taken = [scalar.span for scalar in scalars(root) if scalar.style not in {"|", ">"}]
    for comment in document.comments:
        assert comment.text.startswith("#")
        assert not any(start < comment.span.end and comment.span.start < end for start, end in taken)


@given(SOUP | broken_documents())
def test_any_text(text: str) -> None:
    for document in read(text):
        check(document)


@given(st.binary(max_size=200) | st.text())
def test_any_bytes(data: bytes | str) -> None:
    source = Source("x", data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    for piece in split(source.text):
        check(Document(source, piece))


@example("{% if x %}a\n{{- end }}\na")
@example("b: {{ x }}: {{ y }}\nk: a\n{{- end }}\n a")
@given(SOUP | broken_documents())
def test_every_scalar_can_be_followed_in_its_source(text: str) -> None:
    for document in read(text):
        if document.piece.language == "yaml":
            for scalar in scalars(document.root):
                # Where the actions of a template are in it, the places are kept from reading.
                located = scalar.__dict__.get("_located")
                if located is not None:
                    assert located.length == len(scalar.text)
                    continue
                assert decode(document.source.text, scalar).text == scalar.text


@example("{% if x %}: 1\n---\n&a-13 [] #\r")
@example("&http://x a")
@example("&http://x [")
@example("- &a:b c: d")
@example("[&a,!!str b]")
@example("\n{{- end }}\na\n{{- end }}\na")
@given(SOUP | broken_documents())
def test_a_scalar_cut_out_reads_the_same(text: str) -> None:
    for document in read(text):
        for scalar in scalars(document.root):
            if "_located" in scalar.__dict__:
                continue  # actions of a template are in it, which are read by themselves otherwise
            cut = document.source.cut(scalar.span)
            # Some plain scalars are none by themselves, but only before a colon or in a flow collection.
            if scalar.style in {"'", '"'} or (scalar.style == "" and cut not in {"", "-", "?"} and ":" not in cut):
                root = first(f" {cut}").root
                assert isinstance(root, Scalar)
                assert (root.text, root.style) == (scalar.text, scalar.style)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{ip: fe80::1, hostnames: [a]}\n", {"ip": "fe80::1", "hostnames": ["a"]}),
        ("- [http://x, a:b:c, 2001:db8::]\n", [["http://x", "a:b:c", "2001:db8::"]]),
        ("- &http://x a\n- *http\n", ["://x a", "://x a"]),
        ("- &http://x [\n", ["://x ["]),
        ("&a:b c: d\n", {":b c": "d"}),
        ("a: b # c\nd: [e:f]\n", {"a": "b", "d": ["e:f"]}),
        ("a: it's\nb: [c:d]\nc: it's\n", {"a": "it's", "b": ["c:d"], "c": "it's"}),
        ("a: x\n  'y [\nb: [c:d]\n", {"a": "x 'y [", "b": ["c:d"]}),
        ('k:\n  - "a": |\n      x: [ "\n    b: [c:d]\n', {"k": [{"a": 'x: [ "\n', "b": ["c:d"]}]}),
        ("&a b: |\n  ' [\nc: [d:e]\n", {"b": "' [\n", "c": ["d:e"]}),
        ("- |\n ' [\n- !a:b [c:d, !!str e:f]\n", ["' [\n", ["c:d", "e:f"]]),
        ('{"a":1, "b": c:d, "e":f}\n', {"a": 1, "b": "c:d", "e": "f"}),
        ("# ' [\n[a:b] # '\n", ["a:b"]),
        ("a: [b#c:d, #'\n e]\n", {"a": ["b#c:d", "e"]}),
        ('["\\\'", a:b, "\\\\", "\\"\\\'"]\n', ["'", "a:b", "\\", "\"'"]),
        ("[a\n  b:c\n\n  d]\n", ["a b:c\nd"]),
        ("- {a: b:c}\n- \ufeffd\n", [{"a": "b:c"}, "\ufeffd"]),
        ("[a:b]\n...\n' [\n", ["a:b"]),
        ('"\\\'\u2028\u2028"\n', "'\u2028\u2028"),
    ],
)
def test_what_only_kubectl_reads(text: str, value: object) -> None:
    document = first(text)
    assert document.problem is None
    assert document.root is not None
    assert plain(document.root) == value


@pytest.mark.parametrize(
    "text", ["[::1]", "[a?b]", "[a:b\n", '"\\/"', "- {a:b: c: d}", ".nan", "-.inf", "!!int x", "- .nan"]
)
def test_what_kubectl_refuses(text: str) -> None:
    document = first(text)
    assert document.root is None
    assert document.problem is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9" * 5000, "9" * 5000),
        ("a: " + "9" * 5000, {"a": "9" * 5000}),
        ("-" + "9" * 5000, "-" + "9" * 5000),
        ("0" * 5000 + "9", 9),
        ("0x" + "f" * 5000, "0x" + "f" * 5000),
        ("9" * 400 + ": a", {"9" * 400: "a"}),
        ("18446744073709551615", 2**64 - 1),
        ("1" + "0" * 300, 1e300),
    ],
)
def test_long_numbers(text: str, value: object) -> None:
    root = first(text).root
    assert root is not None
    assert plain(root) == value


SIZE = 40_000
SHAPES = [
    *"[{\"'# \na\t\\\ré\ufeff%\0\x85\u2028", "- ", "? ", ": ", "&a ", "!a ", "*a ", "a: ", "|\n", "a:b ", "[a:b],",
    "[ip: a:b, ", "a\n", " a\n", "- a\n", "-\n", "{a: ", "[]", "a: [", "a: |\n  ", '"\\', "''", "- >\n  x\n", '{"a":',
    "- &a b\n- *a\n", "- [a:b]\n", "- \ufeffx\n", "# [\n", "[[[[a:b]]]],\n", '- "a\\\'"\n', "- !!int 1\n", " #",
    "x #\n", "- a #\n", "--- \n", "---a\n", "...\n", "<<: {", "- {<<: *a}\n", "- |\n\n", "- \t", "{{ x }}",
    "{{ a }}\n", "{{ /*", "a: {{ x | nindent 2 }}\n",
]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "- {ip: fe80::1}\n- "])
@pytest.mark.parametrize("shape", SHAPES)
def test_large_texts_of_one_shape(shape: str, prefix: str) -> None:
    """A reader that is quadratic in one of them, or stops in one of them, does not come to the end of this test."""
    for document in read(prefix + shape * (SIZE // len(shape)))[-2:]:
        assert document.root is None or document.problem is None
        assert all(comment.text[0] == "#" for comment in document.comments)


@pytest.mark.parametrize("character", "a[{-# \n")
def test_a_megabyte_of_one_character(character: str) -> None:
    document = read(character * 1_000_000)[0]
    assert document.problem is not None or document.root is None or isinstance(document.root, Scalar)


def test_many_bare_addresses_in_flow_collections() -> None:
    addresses = [f"fe80::{number:x}" for number in range(10_000)]
    root = first("".join(f"- {{ip: {address}, hostnames: [a]}}\n" for address in addresses)).root
    assert root is not None
    assert plain(root) == [{"ip": address, "hostnames": ["a"]} for address in addresses]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 10_001, "exceeded max depth of 10000"),
        ("- " * 10_001 + "a", "exceeded max depth of 10000"),
        ("[" * 9_999 + "]" * 9_999, TOO_DEEP),
        ("a: " + "[a:b," * 5_000 + "]" * 5_000, TOO_DEEP),
    ],
)
def test_too_deep(text: str, message: str) -> None:
    problem = first(text).problem
    assert problem is not None
    assert problem.message == message


def test_deep_enough() -> None:
    node = first("- " * 10_000 + "a").root
    depth = 0
    while isinstance(node, Sequence):
        node = node.items[0]
        depth += 1
    assert depth == 10_000
    assert first("{a: " * 1_000 + "b" + "}" * 1_000).problem is None


def test_brackets_in_text_are_no_depth() -> None:
    text = "a: |\n" + "  [{ # ' [\n" * 10_000 + "b: '" + "[" * 20_000 + "'\n"
    assert first(text).problem is None


def test_alias_bombs_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 30)]
    problem = first("".join(lines)).problem
    assert problem is not None
    assert problem.message == "document contains excessive aliasing"


def test_many_aliases_of_one_node() -> None:
    root = first("- &a b\n" + "- *a\n" * 50_000).root
    assert isinstance(root, Sequence)
    assert len(root.aliases) == 50_000
    assert root.items[-1] is root.items[0]


def test_merges_may_nest_as_deep_as_mappings() -> None:
    root = first("{<<: " * 1_000 + "{a: b}" + "}" * 1_000).root
    assert isinstance(root, Mapping)
    assert string(root.get("a")) == "b"


def test_a_chain_of_merges() -> None:
    lines = ["- &a0 {k0: v}\n"]
    lines += [f"- &a{number} {{<<: *a{number - 1}, k{number}: v}}\n" for number in range(1, 150)]
    root = first("".join(lines)).root
    assert isinstance(root, Sequence)
    last = root.items[-1]
    assert isinstance(last, Mapping)
    assert list(last.fields) == [f"k{number}" for number in range(150)]
