"""Templates that would take for ever: the evaluator says that they are too large, and says so soon."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest

from podhosts.helm.builtins import functions
from podhosts.helm.evaluate import NotEvaluated, ParsedTemplates, Refused, RenderedFile, evaluate
from podhosts.helm.loading import LoadOptions, load
from podhosts.helm.loading.load import DEFAULT_KUBERNETES

if TYPE_CHECKING:
    from podhosts.helm.evaluate import Outcome

#: Seconds of this process's time; the aim is one, but machines differ and are shared.
MOST_SECONDS = 5

_DOUBLING = (
    "".join(
        f'{{{{ define "d{level}" }}}}{{{{ CALL "d{level + 1}" . }}}}{{{{ CALL "d{level + 1}" . }}}}{{{{ end }}}}'
        for level in range(24)
    )
    + '{{ define "d24" }}x{{ end }}{{ CALL "d0" . }}'
)
_GROWING = "{{ $s := %s }}{{ range until 60 }}{{ $s = %s }}{{ end }}{{ %s }}"


def outcome(template: str, values: str = "") -> Outcome:
    """What a chart with one template prints."""
    files = {
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
        "values.yaml": values,
        "templates/t.yaml": template,
    }
    chart = load({name: text.encode() for name, text in files.items()}, LoadOptions())
    return evaluate(chart.templates, ParsedTemplates(functions(4), 4), DEFAULT_KUBERNETES)["c/templates/t.yaml"]


@pytest.mark.parametrize(
    "template",
    [
        "{{ range until 1000000000 }}x{{ end }}",
        "{{ range 1000000000 }}x{{ end }}",
        "{{ range until 3000 }}{{ range until 3000 }}x{{ end }}{{ end }}",
        _DOUBLING.replace("CALL", "include"),
        _DOUBLING.replace("CALL", "template"),
        "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
        "{{ if true }}" * 20_000 + "{{ end }}" * 20_000,
        '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
        '{{ define "a" }}' + "{{ with . }}" * 200 + '{{ include "a" . }}' + "{{ end }}" * 201 + '{{ include "a" . }}',
        _GROWING % ('"abc"', 'printf "%s%s" $s $s', "$s"),
        _GROWING % ('"aaaaaaaaaa"', 'replace "a" $s $s', "$s"),
        _GROWING % ("list 1", "list $s $s", "$s"),
        _GROWING % ("list 1", "list $s $s", "toYaml $s"),
        _GROWING % ("list 1", "list $s $s", "toJson $s"),
        _GROWING % ("list 1", "list $s $s", "deepCopy $s"),
        "{{ $l := dict }}{{ range until 9000 }}{{ $l = dict `a` $l }}{{ end }}{{ $l }}",
        "{{ $l := dict }}{{ range until 9000 }}{{ $l = dict `a` $l }}{{ end }}{{ toYaml $l }}",
        "{{ $l := dict }}{{ $_ := set $l `a` $l }}{{ $l }}",
        '{{ repeat 1000000000 "x" }}',
        '{{ printf "%999999d" 1 }}',
    ],
    ids=lambda template: template[:60],
)  # fmt: skip
def test_too_large(template: str) -> None:
    begun = process_time()
    answer = outcome(template)
    assert isinstance(answer, NotEvaluated), answer
    assert answer.reason
    assert process_time() - begun < MOST_SECONDS


def test_tpl_in_itself() -> None:
    assert isinstance(outcome("{{ tpl .Values.a . }}", "a: '{{ tpl .Values.a . }}'"), NotEvaluated)


def test_helm_itself_stops_an_include_in_itself() -> None:
    answer = outcome('{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}')
    assert isinstance(answer, Refused)
    assert answer.message.endswith("rendering template has a nested reference name: a: unable to execute template")


@pytest.mark.parametrize("template", ["(" * 900 + "1" + ")" * 900, '"' + "a" * 500_000 + '" | quote | len'])
def test_much_is_evaluated(template: str) -> None:
    assert isinstance(outcome(f"{{{{ {template} }}}}"), RenderedFile)


def test_other_files_are_evaluated_after_one_that_is_too_large() -> None:
    files = {
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
        "templates/b.yaml": "{{ range 1000000000 }}x{{ end }}",
        "templates/a.yaml": '{{ include "h" . }}',
        "templates/_h.tpl": '{{ define "h" }}x{{ end }}',
    }
    chart = load({name: text.encode() for name, text in files.items()}, LoadOptions())
    answers = evaluate(chart.templates, ParsedTemplates(functions(4), 4), DEFAULT_KUBERNETES)
    assert isinstance(answers["c/templates/b.yaml"], NotEvaluated)
    answer = answers["c/templates/a.yaml"]
    assert isinstance(answer, RenderedFile)
    assert answer.text.text == "x"
