"""The lexer of template actions: spans, kinds, trim marks and words."""

from __future__ import annotations

import pytest

from podhosts.document.actions import action_tokens


@pytest.mark.parametrize(
    ("text", "kind", "inside", "trims"),
    [
        ("{{ .Values.ip }}", "go", ".Values.ip", (False, False)),
        ("{{- if .Values.on -}}", "go", "if .Values.on", (True, True)),
        ("{{-3}}", "go", "-3", (False, False)),
        ("{{- -}}", "go", "", (True, True)),
        ("{{-}}", "go", "-", (False, False)),
        ("{{}}", "go", "", (False, False)),
        ("{{- /* a }} b */ -}}", "comment", "/* a }} b */", (True, True)),
        ('{{ print "}}" }}', "go", 'print "}}"', (False, False)),
        ("{%- for host in hosts -%}", "jinja", "for host in hosts", (True, True)),
        ("{%-endfor-%}", "jinja", "endfor", (True, True)),
        ("{# names #}", "note", "names", (False, False)),
        ("{{ a\n  b }}", "go", "a\n  b", (False, False)),
    ],
)
def test_one_action(text: str, kind: str, inside: str, trims: tuple[bool, bool]) -> None:
    (token,) = action_tokens(f"é {text} é")
    assert (token.written, token.kind) == (text, kind)
    assert token.text[slice(*token.inside)] == inside
    assert (token.trims_before, token.trims_after) == trims


def test_what_is_not_closed_is_no_action() -> None:
    assert [token.written for token in action_tokens("{{ a {{ b }} {% c {# d {{")] == ["{{ a {{ b }}"]
    assert action_tokens("a: {b: {c: 1}}") == []


def test_only_those_of_go() -> None:
    text = "{% if a %}{{ b }}{# c #}{{/* d */}}{% endif %}"
    assert [token.written for token in action_tokens(text, go_only=True)] == ["{{ b }}", "{{/* d */}}"]
    assert len(action_tokens(text)) == 5


def test_a_stretch() -> None:
    text = "{{ a }}{{ b }}{{ c }}"
    assert [token.written for token in action_tokens(text, 7, 14)] == ["{{ b }}"]
    assert action_tokens(text, 7, 13) == []


def test_words() -> None:
    (token,) = action_tokens("{{- else  if .Values.on }}")
    word, at = token.word()
    assert (word, token.text[at : token.inside.end]) == ("else", "if .Values.on")
    assert token.word(at) == ("if", token.text.index(".Values"))
    (variable,) = action_tokens("{{ $end }}")
    assert variable.word()[0] == ""
    (name,) = action_tokens("{{ ifThere }}")
    assert name.word()[0] == ""
