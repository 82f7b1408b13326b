"""Templates read in part: masking keeps every position, constants are linted, what is printed elsewhere is unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Document, plain, split
from podhosts.document.templates import Template
from podhosts.engine import Options, Result, default_selection, lint
from podhosts.source import Source

CHART = """\
{{- if .Values.enabled }}
apiVersion: {{ include "chart.api" . }}
kind: Deployment
metadata:
  name: {{ include "chart.name" . }}
  labels: {{- include "chart.labels" . | nindent 4 }}
    app: web
  annotations:
    {{- toYaml .Values.annotations | nindent 4 }}
spec:
  template:
    spec:
      hostAliases:
      - ip: 10.0.0.256
        hostnames: ["{{ default "a" .Values.name }}", Bad_one]
      {{- if .Values.a }}
      - ip: 10.0.0.1
        hostnames: [a.internal]
      {{- else }}
      - ip: 10.0.0.1
        hostnames: [b.internal]
      {{- end }}
      - ip: {{ .Values.ip }}
        hostnames:
        {{- range .Values.names }}
        - {{ . | quote }}
        {{- end }}
      - ip: 10.0.0.3
        {{- include "chart.names" . | nindent 8 }}
      containers:
      - name: web
        image: "{{ .Values.image }}:{{ .Values.tag }}"
        command: [sh, -c]
        args:
        - |
          {{- if .Values.log }}
          echo "{{ .Values.ip }} db" >> /tmp/log
          {{- end }}
          echo 10.9.9.9 db >> /etc/hosts
{{- end }}
"""


def run(text: str) -> Result:
    return lint(Source("chart.yaml", text.encode()), Options(selected=default_selection()))


def found(text: str) -> list[tuple[int, int, str]]:
    result = run(text)
    positions = [(finding, finding.source.position(finding.span.start)) for finding in result.findings]
    return [(at.line, at.column, finding.rule) for finding, at in positions]


def test_constants_of_a_chart_are_linted_where_they_stand() -> None:
    assert found(CHART) == [
        (14, 13, "invalid-ip"),
        (15, 55, "invalid-hostname"),
        (39, 31, "hosts-file-write"),
    ]


def test_what_could_not_be_read_is_counted_once() -> None:
    (unread,) = run(CHART).unread
    assert (unread.reason, unread.count) == ("values that a template or placeholder decides", CHART.count("{{"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: {{ x }}\n", {"a": "{{ x }}"}),
        ('a: "{{ default "b" .x }}"\n', {"a": '{{ default "b" .x }}'}),
        ("a: {{ x }}/{{ y }}\n", {"a": "{{ x }}/{{ y }}"}),
        ("{{- if x }}\na: 1\n{{- end }}\n", {"a": 1}),
        ("a:\n  {{- toYaml .x | nindent 2 }}\nb: 1\n", {"a": None, "b": 1}),
        ("a: {{- toYaml .x | nindent 2 }}\n  b: 1\n", {"a": {"b": 1}}),
        ("{{ x }}: 1\n", {"{{ x }}": 1}),
        ("{{/* a comment\n over lines */}}\na: 1\n", {"a": 1}),
        ("a: |\n  x\n  {{- if y }}\n  z\n  {{- end }}\n", {"a": "x\n{{- if y }}\nz\n{{- end }}\n"}),
        ("{% if x %}\na: 1\n{% endif %}\n", {"a": 1}),
        ("a: {{ x }}\r\nb: 2\r\n", {"a": "{{ x }}", "b": 2}),
        ("a: {{- if x }}{{- include y . | nindent 2 }}{{ end }}\n  - b\n", {"a": ["b"]}),
        (
            "- {{ toYaml . | nindent 2 | trim }}\n  {{- if x }}\n  a: 1\n  {{- end }}\n",
            # The colon that makes a key of it is its own last brace.
            [{"{{ toYaml . | nindent 2 | trim }": None, "a": 1}],
        ),
        ("- {{ toYaml . | nindent 2 | trim }}\n- a: 1\n", ["{{ toYaml . | nindent 2 | trim }}", {"a": 1}]),
        ('a: {{ "}}" }}\nb: {{ `{{ x }}` }}\n', {"a": '{{ "}}" }}', "b": "{{ `{{ x }}` }}"}),
    ],
)
def test_reading(text: str, value: object) -> None:
    source = Source("x", text.encode())
    document = Document(source, split(source.text)[0])
    assert document.problem is None
    assert document.root is not None
    assert plain(document.root) == value


def test_branches_of_one_block_exclude_each_other() -> None:
    text = "{{ if a }}1{{ else if b }}2{{ else }}3{{ if c }}4{{ end }}{{ end }}5{{ if d }}6{{ end }}"
    template = Template(text)
    places = {character: text.index(character) for character in "123456"}
    excluded = {
        (first, second)
        for first in places
        for second in places
        if first < second and template.exclude_each_other(places[first], places[second])
    }
    assert excluded == {("1", "2"), ("1", "3"), ("2", "3"), ("1", "4"), ("2", "4")}


PIECES = st.sampled_from(
    ["{{ x }}", "{{- if a }}", "{{- else }}", "{{- end }}", "{{", "}}", "{{/* c */}}", "{% if a %}", "{% endif %}",
     "\n", "  ", "- ", "a: ", "b: |\n", "c: >-\n", "'", '"', "x", "\r\n", "hostAliases:\n", "- ip: 10.0.0.1\n",
     "| nindent 4 }}"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_template_is_read_or_refused(text: str) -> None:
    masked = Template(text)
    assert len(masked.text) == len(text)
    assert masked.text.count("\n") == text.count("\n")
    assert all(new == own or (new in "x :" and own != "\n") for own, new in zip(text, masked.text, strict=True))
    for at in range(len(text)):
        assert masked.branches_at(at) == [branch for branch in masked.branches if branch.start <= at < branch.end]
    for finding in run(text).findings:
        assert 0 <= finding.span.start <= finding.span.end <= len(text)


LIST = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("      hostAliases:\n        {{- toYaml .Values.hostAliases | nindent 8 }}\n", []),
        ("      hostAliases:\n        {{- toYaml .Values.hostAliases | nindent 6 }}\n", []),
        ("      hostAliases:\n        {{- toYaml .Values.hostAliases | nindent 4 }}\n", [(7, 50, "syntax-error")]),
        ("      hostAliases: {{- toYaml .Values.hostAliases | nindent 2 }}\n", [(6, 61, "syntax-error")]),
        ("      hostAliases: {{- toYaml .Values.hostAliases | nindent 8 }}\n", []),
        (
            "      hostAliases:\n      {{- range $a := .Values.x }}\n      - ip: {{ $a.ip }}\n"
            "        hostnames: {{ $a.hostnames }}\n      {{- end }}\n",
            [(9, 20, "wrong-type")],
        ),
        (
            "      hostAliases:\n      {{- range .Values.x }}\n      - ip: {{ .ip }}\n"
            "        hostnames: {{- toYaml .hostnames | nindent 8 }}\n      {{- end }}\n",
            [],
        ),
    ],
)
def test_classic_mistakes_of_charts(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert found(LIST + text) == expected
