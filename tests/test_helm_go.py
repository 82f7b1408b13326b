"""The language of templates against the real Go: random templates print the same, or fail with the same words."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.helm.evaluate.errors import TemplateError
from podhosts.helm.evaluate.evaluator import Evaluator
from podhosts.helm.evaluate.go_functions import GO_FUNCTIONS
from podhosts.helm.evaluate.namespaces import InnerNamespace
from podhosts.helm.language import ParseError, TemplateSource, parse
from podhosts.helm.model import NIL, Bool, GoFunction, GoList, GoMap, Number, TooLarge, Unsupported
from podhosts.helm.traced import TemplateText, Traced
from tests.effort import examples
from tests.paths import DATA
from tests.programs import program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

    from podhosts.helm.model import GoValue

FOLDER = DATA / "helm" / "go"
VALUES = json.loads((FOLDER / "data.json").read_text("utf-8"))


class Nothing:
    """No templates but those of the text."""

    def find(self, name: str) -> None:
        """None."""


def value_of(data: Any) -> GoValue:
    """A value of JSON as Go decodes it."""
    if data is None:
        return NIL
    if isinstance(data, bool):
        return Bool(data)
    if isinstance(data, (int, float)):
        return Number("float64", float(data))
    if isinstance(data, str):
        return Traced.own(data)
    if isinstance(data, list):
        return GoList([value_of(item) for item in data])
    return GoMap({key: value_of(item) for key, item in data.items()})


def _number(kind: str, change: Callable[[Any], Any], values: list[GoValue]) -> GoValue:
    assert isinstance(values[0], Number)
    return Number(kind, change(values[0].value))


def _upper(values: list[GoValue]) -> GoValue:
    assert isinstance(values[0], Traced)
    return values[0].map_characters(str.upper)


FUNCTIONS = GO_FUNCTIONS | {
    "list": GoFunction("list", lambda _, values: GoList(values), ("...interface {}",)),
    "upper": GoFunction("upper", lambda _, values: _upper(values), ("string",)),
    "add1": GoFunction("add1", lambda _, values: _number("int", lambda number: number + 1, values), ("int",)),
    "half": GoFunction("half", lambda _, values: _number("float64", lambda number: number / 2, values), ("float64",)),
}


def evaluated(text: str) -> dict[str, str]:
    """What the evaluator answers."""
    try:
        definitions = parse(TemplateSource("f", Traced.of(text, TemplateText("f", 0)), "f"), FUNCTIONS)
        evaluator = Evaluator(InnerNamespace(definitions, Nothing()), FUNCTIONS, 4, "v1.37.0")
        out: list[Traced] = []
        evaluator.execute(definitions["f"], value_of(VALUES), out)
    except ParseError as error:
        return {"error": str(error)}
    except TemplateError as error:
        return {"error": error.text}
    return {"text": Traced.join(out).text}


class Go(NamedTuple):
    """A running Go program that renders templates."""

    process: subprocess.Popen[str]

    def answer(self, text: str) -> dict[str, str]:
        """What Go prints, or its error."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        answer: dict[str, str] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Go]:
    built: Path = tmp_path_factory.mktemp("go") / "templates"
    subprocess.run([program("go"), "build", "-o", str(built), "."], cwd=FOLDER, check=True)
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [built, FOLDER / "data.json"], stdin=pipe, stdout=pipe, text=True, encoding="utf-8"
    ) as process:
        yield Go(process)
        assert process.stdin
        process.stdin.close()


def words(*choices: str) -> SearchStrategy[str]:
    return st.sampled_from(choices)


def filled(template: str, *parts: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.tuples(*parts).map(lambda drawn: template.format(*drawn))


strings = words(".s", ".e", ".u", '"str"', "`raw`", r'"a\n\"b"', ".m.a", "$a", '""')
integers = words("1", "0", "-2", "0x1F", "'a'", "1_000", "(len .l)", "(add1 2)", "$b")
floats = words(".n", ".f", ".big", "1.5", "1e3", "(half .n)", "(half 3)")
booleans = words("true", "false", ".t", ".x")
others = words(
    ".", "$", ".nul", ".l", ".el", ".m", ".em", ".nope", ".m.b", ".m.b.c", "(.m).b", "(.nope).a.b", "1+2i", "nil"
)
simple = st.one_of(strings, integers, floats, booleans, others)
formats = words('"%d"', '"%v|%s"', '"%q"', '"%5v|%-5v|"', '"%x"', '"%t %v"', '"%%"', '"%T"')


def _deeper(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.one_of(
        filled("(print {} {})", inner, inner),
        filled("(printf {} {} {})", formats, inner, inner),
        filled("({} {})", words("html", "js", "urlquery", "not", "len", "println", "upper", "list"), inner),
        filled("({} {} {})", words("eq", "ne", "lt", "le", "gt", "ge"), integers, integers),
        filled("({} {} {})", words("eq", "ne", "lt", "le", "gt", "ge"), strings, strings),
        filled("({} {} {})", words("eq", "ne", "and", "or", "index"), inner, inner),
        filled("(index .l {})", words("0", "1", "3", "4", ".n")),
        filled("(index .m {})", words('"a"', '"b"', '"q"', "1")),
        filled(
            "({} | {})", inner, words("print", 'printf "%v"', "len", "not", "eq .s", "index .l", "or .nope", "and .t")
        ),
    )


terms = st.recursive(simple, _deeper, max_leaves=5)
pipelines = st.one_of(
    terms, terms.map(lambda term: term[1:-1] if term.startswith("(") and term.endswith(")") else term)
)
texts = words(" ", "\n", "a", "  x ", "- y:\n  ", "é ", "{", "}", "% ", "\n\n", "\t")
left, right = words("{{ ", "{{", "{{- "), words(" }}", " }}", " -}}")
odd = words(
    "{{", "}}", "{{ end }}", "{{ .x? }}", "{{ $zz }}", '{{ "a }}', "{{ 'ab' }}", "{{ 1x }}", "{{ .s.}}", "{{ (1 }}",
    "{{ break }}", "{{ | }}", "{{ .a-b }}", "{{ 08 }}", "{{ 0x }}", "{{ 1_ }}", r'{{ "\x41\u00e9\101" }}',
    r'{{ "\q" }}', '{{ print`a`"b" }}', "{{ .s .n }}", "{{ 3 | 4 }}", "{{ if }}{{ end }}", "{{ template d }}",
    "{{ nil }}",
    "{{ range $a, $b, $c := .l }}{{ end }}", "{{ 9223372036854775808 }}", "{{ 1e400 }}", "{{ é }}", "{{/* x }}",
    "{{- /* ok */ -}}", "{{ print (1) (2) }}", "{{ ($x := 1) }}", "{{ $a, $b := 1 }}", '{{ template "nope" }}',
    '{{ define "d" }}{{ . }}{{ end }}', '{{ template "d" .m }}', '{{ block "bl" .l }}{{ . }}{{ end }}', "{{ $b = 1 }}",
)  # fmt: skip
loops = words("range", "range $i := ", "range $a, $b := ", "range $a, $b = ")


def _blocks(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=3).map("".join)
    end = filled("{}end{}", left, right)
    otherwise = st.one_of(st.just(""), filled("{{{{ else }}}}{}", several))
    leaving = words("", "", "", "{{ break }}", "{{ if eq $b 1 }}{{ continue }}{{ end }}")
    return st.one_of(
        filled("{}if {}{}{}{}{}", left, pipelines, right, several, otherwise, end),
        filled("{{{{ if {} }}}}{}{{{{ else if {} }}}}{}{}", pipelines, several, pipelines, several, end),
        filled("{}with {}{}{}{}{}", left, pipelines, right, several, otherwise, end),
        filled("{}{} {}{}{}{}{}{}", left, loops, pipelines, right, several, leaving, otherwise, end),
    )


actions = st.one_of(filled("{}{}{}", left, pipelines, right), filled("{{{{ $a {} {} }}}}", words("=", ":="), pipelines))
templates = st.lists(
    st.one_of(st.recursive(st.one_of(texts, actions), _blocks, max_leaves=6), odd), min_size=1, max_size=4
).map(lambda nodes: "{{ $a := .s }}{{ $b := 2 }}" + "".join(nodes))


@examples(400)
@given(templates)
def test_random_templates(go: Go, text: str) -> None:
    try:
        answer = evaluated(text)
    except (Unsupported, TooLarge):
        return
    assert answer == go.answer(text)
