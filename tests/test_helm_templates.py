"""The reader of Go templates: trees with exact spans, what Helm refuses, and bounded time for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.helm.pipelines import (
    ActionPipeline,
    Constant,
    Dot,
    Fields,
    Function,
    PipelineError,
    UnclosedError,
    Variable,
    parse_pipeline,
)
from podhosts.helm.templates import Action, Block, Inclusion, PlainText, actions, parse_template

VALUES = Fields(Dot(), ("Values", "a"))


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (".Values.a", ((VALUES,),)),
        ("toYaml .Values.a | nindent 8", ((Function("toYaml"), VALUES), (Function("nindent"), Constant(8)))),
        ("$x.b", ((Fields(Variable("x"), ("b",)),),)),
        ("$", ((Variable(""),),)),
        ("f . .b", ((Function("f"), Dot(), Fields(Dot(), ("b",))),)),
        ('index . "a b" `c\n"`', ((Function("index"), Dot(), Constant("a b"), Constant('c\n"')),)),
        (r'"a\"}}"', ((Constant('a"}}'),),)),
        ("(f .).b", ((Fields(ActionPipeline(((Function("f"), Dot()),)), ("b",)),),)),
        ("not true", ((Function("not"), Constant(True)),)),
        ("list 1 -2 0x10 nil", ((Function("list"), Constant(1), Constant(-2), Constant(16), Constant(None)),)),
    ],
)
def test_pipelines(text: str, commands: object) -> None:
    assert parse_pipeline(text) == ActionPipeline(commands)  # type: ignore[arg-type]  # the table gives tuples of operands


def test_variables_are_declared_and_assigned() -> None:
    assert parse_pipeline("$i, $e := .Values.a") == ActionPipeline(((VALUES,),), ("i", "e"))
    assert parse_pipeline("$x = .Values.a") == ActionPipeline(((VALUES,),), ("x",), is_assignment=True)


@pytest.mark.parametrize(("text", "at"), [('f "a', 2), ("f (g (h .)", 2), ("`x", 0)])
def test_what_is_not_closed(text: str, at: int) -> None:
    with pytest.raises(UnclosedError) as error:
        parse_pipeline(text)
    assert error.value.offset == at


def test_deep_parentheses_are_not_followed() -> None:
    with pytest.raises(PipelineError):
        parse_pipeline("(" * 5000 + ")" * 5000)


def test_trimmed_text() -> None:
    text = "a \n {{- x -}} \n b {{ y }} c"
    spans = [node.span for node in parse_template(text).body if isinstance(node, PlainText)]
    assert [text[start:end] for start, end in spans] == ["a", "b ", " c"]


def test_blocks_nest() -> None:
    text = '{{ if .a }}1{{ else if .b }}2{{ else }}3{{ end }}{{ range $i, $e := .c }}{{ template "t" $e }}{{ end }}'
    first, second = parse_template(text).body
    assert isinstance(first, Block)
    assert isinstance(second, Block)
    (chained,) = first.otherwise
    assert isinstance(chained, Block)
    assert (first.keyword, chained.keyword, second.keyword) == ("if", "if", "range")
    assert [len(nodes) for nodes in (first.body, chained.body, chained.otherwise)] == [1, 1, 1]
    (inclusion,) = second.body
    assert isinstance(inclusion, Inclusion)
    assert inclusion.name == "t"
    assert second.head.pipeline == ActionPipeline(((Fields(Dot(), ("c",)),),), ("i", "e"))


def test_named_templates_keep_their_bodies() -> None:
    text = '{{- define "a.b" -}} x {{- end }}{{ block "c" . }}y{{ end }}'
    template = parse_template(text)
    bodies = {name: text[slice(*definition.span)] for name, definition in template.definitions.items()}
    assert bodies == {"a.b": " x ", "c": "y"}
    assert [type(node) for node in template.body] == [Inclusion]
    assert template.problem is None


def test_braces_and_ends_in_strings_and_comments() -> None:
    template = parse_template('{{ if true }}{{ "}} {{ end }}" }}{{/* {{ end }} */}}{{ end }}')
    assert template.problem is None
    (block,) = template.body
    assert isinstance(block, Block)
    assert [type(node) for node in block.body] == [Action]


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ("a: {{ .b\nc: d", "{{", "this action is not closed"),
        ("a: {{ .b }\nc: {{ .d }}", "{{", "this action is not closed"),
        ("{{/* a }}", "{{", "this comment is not closed"),
        ("x\n{{ end }}", "{{ end }}", "`end` closes nothing"),
        ("{{ else }}", "{{ else }}", "`else` stands in no `if`, `with` or `range`"),
        ("{{ if a }}{{ else }}{{ else }}{{ end }}", "{{ else }}", "`else` stands in no `if`, `with` or `range`"),
        ("x{{ range .a }}y", "{{ range .a }}", "`range` has no `end`"),
        ('{{ define "a" }}{{ if b }}{{ end }}', '{{ define "a" }}', "`define` has no `end`"),
        ("{{ template x }}", "{{ template x }}", "`template` needs a name in quotes"),
    ],
)
def test_what_helm_refuses(text: str, marked: str, message: str) -> None:
    problem = parse_template(text).problem
    assert problem is not None
    assert (text[slice(*problem.span)], problem.message) == (marked, message)


PIECES = st.sampled_from(
    ["{{ x }}", "{{- if .a }}", "{{ else if $b }}", "{{- else -}}", "{{ end }}", "{{", "}}", "{{/*", "*/}}", '"', "`",
     "'", "(", ")", "|", '{{ define "a" }}', '{{ template "a" . }}', "{{ range $k, $v := .c }}", "\n", " ", "- ", "$"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_gives_a_tree_in_order(text: str) -> None:
    template = parse_template(text)
    for body in (template.body, *(definition.body for definition in template.definitions.values())):
        starts = [action.span.start for _, action in actions(body)]
        assert starts == sorted(starts)
        for _, action in actions(body):
            assert text[slice(*action.inside)] == action.text
            assert text[slice(*action.span)].startswith("{{")
            assert text[slice(*action.span)].endswith("}}")
    if template.problem:
        assert text[template.problem.span.start :].startswith("{{")
