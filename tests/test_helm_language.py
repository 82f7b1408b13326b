"""The lexer and parser of templates: what they give, and Go's words for what is wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.helm.language import ParseError, TemplateSource, parse
from podhosts.helm.language.lexer import Kind, tokens
from podhosts.helm.language.numbers import NumberSyntaxError, constant
from podhosts.helm.language.quoting import BadSyntaxError, quoted, unquoted
from podhosts.helm.language.tree import ActionNode, TextNode
from podhosts.helm.model import TooLarge
from podhosts.helm.traced import TemplateText, Traced

FUNCTIONS = {"print", "printf", "eq"}


def parsed(text: str) -> TemplateSource:
    source = TemplateSource("t.yaml", Traced.of(text, TemplateText("t.yaml", 0)), "t.yaml")
    parse(source, FUNCTIONS)
    return source


@given(st.text(alphabet="{}-/*() .$|:=\"'`ab1\n\tifendrangé", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ParseError, TooLarge):
        parsed(text)


@given(st.text(alphabet='{}- /*.a\n\t"`', max_size=60))
def test_tokens_are_pieces_of_the_text(text: str) -> None:
    end = 0
    for token in tokens(text):
        if token.kind not in (Kind.ERROR, Kind.EOF):
            assert text.startswith(token.text, token.start)
            assert token.start >= end
            end = token.start + len(token.text)


def test_nodes_know_where_they_stand() -> None:
    text = "name: {{ .Values.name -}}\n  x"
    source = TemplateSource("t.yaml", Traced.of(text, TemplateText("t.yaml", 0)), "t.yaml")
    first, action, last = parse(source, FUNCTIONS)["t.yaml"].body.nodes
    assert isinstance(first, TextNode)
    assert isinstance(action, ActionNode)
    assert isinstance(last, TextNode)
    assert text[action.start : action.end] == "{{ .Values.name -}}"
    assert last.text.runs[0].origin == TemplateText("t.yaml", len(text) - 1)
    assert action.shown() == "{{.Values.name}}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ if true }}", "template: t.yaml:1: unexpected EOF"),
        ("a\n{{ `x\n", "template: t.yaml:2: unterminated raw quoted string"),
        ("{{ print\n  (1 }}", "template: t.yaml:2: unclosed left paren in action started at t.yaml:1"),
        ("{{ print\n  1", "template: t.yaml:2: unclosed action started at t.yaml:1"),
        (
            '{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}',
            'template: t.yaml:1: template: multiple definition of template "a"',
        ),
        ("{{ nope }}", 'template: t.yaml:1: function "nope" not defined'),
        ("{{ print averylongname }}", 'template: t.yaml:1: function "averylongname" not defined'),
        ('{{ template "a" "b" "verylongstring }}', "template: t.yaml:1: unterminated quoted string"),
        ("{{ \x01 }}", "template: t.yaml:1: unrecognized character in action: U+0001"),
        ("{{ ☃ }}", "template: t.yaml:1: unrecognized character in action: U+2603 '☃'"),
    ],
)  # fmt: skip
def test_errors(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parsed(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "ideal"),
    [
        ("0x1F", 31),
        ("0b11", 3),
        ("010", 8),
        ("1_000", 1000),
        ("'a'", 97),
        (r"'\n'", 10),
        ("1e3", 1000.0),
        ("0x1p4", 16.0),
        ("1.5", 1.5),
        ("-0", 0),
        ("2i", 2j),
        ("18446744073709551615", None),
    ],
)
def test_numbers(text: str, ideal: complex | None) -> None:
    assert constant(text).ideal == ideal
    assert type(constant(text).ideal) is type(ideal)


@pytest.mark.parametrize("text", ["08", "0x", "1_", "1__0", "''", "'ab'", "1e400", "18446744073709551616", "0xeeeeee_"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(NumberSyntaxError):
        constant(text)


@given(st.text())
def test_quoting_and_back(text: str) -> None:
    assert unquoted(quoted(text)) == text
    assert unquoted(quoted(text, ascii_only=True)) == text
    assert quoted(text, ascii_only=True).isascii()


@pytest.mark.parametrize(
    "text", ['"', '"a', r'"\q"', r'"\400"', r'"\ud800"', '"a\nb"', '"a"b"', "'a'", "`a`b`", r'"\'"']
)
def test_what_is_no_string(text: str) -> None:
    with pytest.raises(BadSyntaxError):
        unquoted(text)


def test_bytes_that_are_no_text_stay() -> None:
    assert unquoted(r'"\xff\x41"') == "\udcffA"
    assert quoted("\udcffA") == r'"\xffA"'
