"""Reading any text: nodes or a problem, never an exception, in a time that grows with the text's length."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import TOO_DEEP, Document, Mapping, Scalar, Sequence, plain, split
from podhosts.document.locate import decode
from podhosts.source import Source
from tests.yaml_writer import documents, parts, scalars

if TYPE_CHECKING:
    from podhosts.document import Node

FRAGMENTS = st.sampled_from(
    [
        *" abc:-[]{},\"'#|>&*!?%@`~=\\\n\t\r", "\r\n", "\n  ", "\n- ", ": ", "- ", ", ", " # c", "|-", ">+", "|2", "&a ",
        "*a ", "!!str ", "!x ", "? ", "a: ", '"x"', "'y'", "\\x41", '\\"', "\\'", "\\/", "é", "😀", "\ufeff", "\x85",
        "\u2028", "<<: ", "*a", "fe80::1", ".inf", ".nan", "~", "1" * 5000, "0x1", "---", "\n---\n", "...", "http://x",
        "{ip: fe80::1}", "key: |\n  text\n", "\x07", "\0", "\ud7ff", "!!int ", "!!binary ", '{"a":1}', "  y", "[a:b]\n",
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
        for child, following in zip(below, below[1:], strict=False):
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


@given(SOUP | broken_documents())
def test_every_scalar_can_be_followed_in_its_source(text: str) -> None:
    for document in read(text):
        if document.piece.language == "yaml":
            for scalar in scalars(document.root):
                assert "".join(character for character, _, _ in decode(document.source.text, scalar)) == scalar.text


@given(SOUP | broken_documents())
def test_a_scalar_cut_out_reads_the_same(text: str) -> None:
    for document in read(text):
        for scalar in scalars(document.root):
            cut = document.source.cut(scalar.span)
            # A plain scalar may stand as a key, or in a flow collection, without being one by itself.
            if scalar.style in {"'", '"'} or (cut and not scalar.style and ":" not in cut):
                root = first(f" {cut}").root
                assert isinstance(root, Scalar)
                assert (root.text, root.style) == (scalar.text, scalar.style)
