"""Templates read in part: masking keeps every position, constants are linted, what is printed elsewhere is unknown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Document, Mapping, Scalar, plain, split
from podhosts.document.templates import Template
from podhosts.engine import Options, Result, default_selection, lint
from podhosts.source import Source
from tests.expectations import spoken

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


def test_what_of_hosts_could_not_be_read_is_counted_once() -> None:
    (unread,) = run(CHART).unread
    # A name, an address, another name, and what a helper prints into an entry; not the image, nor the labels.
    assert (unread.reason, unread.count) == ("values that a template or placeholder decides", 4)


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


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("1{{ if a }}2{{ end }}3", "12 13 23"),
        ("{{ if a }}1{{ else if b }}2{{ else }}3{{ if c }}4{{ end }}{{ end }}5", "15 25 34 35 45"),
        ("{{ if a }}1{{ end }}{{ if b }}2{{ end }}", ""),
        ("{{ if a }}1{{ end }}{{ if not a }}2{{ end }}", ""),
        ("{{ if a }}1{{ end }}{{- if a -}}2{{ else }}3{{ end }}", "12"),
        ("{{ if $a }}1{{ end }}{{ if $a }}2{{ end }}", ""),
        ("{{ with .a }}1{{ end }}2{{ with .b }}3{{ end }}", "12 23"),
        ("{{ if .a }}1{{ end }}{{ with .a }}2{{ end }}", "12"),
        ("{{ if .a }}{{ if .b }}1{{ end }}{{ end }}{{ with .a }}{{ if .b }}2{{ end }}{{ end }}", ""),
        ("1{{ range .a }}2{{ if b }}3{{ end }}{{ if c }}4{{ end }}5{{ end }}", "23 24 25 35 45"),
        ("{{ define `a` }}1{{ end }}2{{ block `b` . }}3{{ end }}", ""),
        ("1{{ else }}2{{ end }}3", ""),
        ("1{{ if a }}2", "12"),
        ("{{/* if a */}}1{{- /* end */ -}}2", "12"),
        ("{% if a %}1{% elif b %}2{% else %}3{% endif %}4", "14 24 34"),
        ("{%- for a in b %}1{% if loop.first %}2{% endif %}{%- endfor %}3", "12"),
        ("{% block a %}1{% endblock %}{% set b = 1 %}2{% set c %}3{% endset %}4", "24"),
        ("{% unless a %}1{% endunless %}{% case b %}{% when 1 %}2{% when 2 %}3{% endcase %}", ""),
        ("{{ end_date }}1{{ range }}2{{ block }}3", "12 13 23"),
        ("{{#if a}}1{{else}}2{{/if}}{{#b}}3{{/b}}{{^b}}4{{/b}}5", "15 25"),
    ],
)
def test_places_under_different_conditions_are_not_compared(text: str, together: str) -> None:
    places = {found.group(): found.start() for found in re.finditer(r"(?:(?<=\})|^)\d", text)}
    template = Template(text)
    pairs = [(first, second) for first in places for second in places if first < second]
    found = {first + second for first, second in pairs if template.prints_together(places[first], places[second])}
    assert found == set(together.split())
    assert found == {
        first + second for first, second in pairs if template.prints_together(places[second], places[first])
    }


def test_branches_take_no_longer_than_their_text() -> None:
    deep = "{{ if a }}" * 20_000
    assert Template(deep + "{{ end }}" * 20_000).prints_together(0, len(deep))


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
    "text",
    [
        "      hostAliases:\n        {{- toYaml .Values.hostAliases | nindent 8 }}\n",
        "      hostAliases:\n        {{- toYaml .Values.hostAliases | nindent 4 }}\n",
        "      hostAliases: {{- toYaml .Values.hostAliases | nindent 2 }}\n",
        "      hostAliases:\n      {{- range $a := .Values.x }}\n      - ip: {{ $a.ip }}\n"
        "        hostnames: {{ $a.hostnames }}\n      {{- end }}\n",
        "      hostAliases:\n      {{- range .Values.x }}\n      - ip: {{ .ip }}\n"
        "        hostnames: {{- toYaml .hostnames | nindent 8 }}\n      {{- end }}\n",
    ],
)
def test_what_a_template_without_a_chart_prints_is_not_guessed(text: str) -> None:
    """What values print is known by evaluation of their chart only (`test_helm_charts.test_indentation`)."""
    assert found(LIST + text) == []


TWICE = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: web}]
  hostAliases:
%s
  - ip: 10.0.0.1
    hostnames: [a.example]
%s
  - ip: 10.0.0.1
    hostnames: [a.example]
%s
"""


@pytest.mark.parametrize(
    ("lines", "is_found"),
    [
        (("# the first", "# the second", "# for production"), True),
        (("  {{- if a }}", "", "  {{- end }}"), True),
        (("", "  {{- if a }}", "  {{- end }}"), True),
        (("  {{- if a }}", "  {{- end }}{{ if b }}", "  {{- end }}"), False),
        (("{% if a %}", "{% else %}", "{% endif %}"), False),
        (("#@ if a:", "#@ else:", "#@ end"), False),
        (("#if a", "#else", "#endif"), False),
        (("# <% if a %>", "# <% else %>", "# <% end %>"), False),
        (("#%{ if a ~}", "#%{ else ~}", "#%{ endif ~}"), False),
    ],
)
def test_entries_under_different_conditions(lines: tuple[str, ...], is_found: bool) -> None:
    assert any(finding.rule == "duplicate-ip" for finding in run(TWICE % lines).findings) == is_found


def test_keys_under_different_conditions() -> None:
    """Also two lists, and what resolvers are said to answer, which is that of one branch."""
    head, _, entries = TWICE.partition("  hostAliases:\n")
    keys = "".join(
        f"  {{{{- if eq .Values.env `{name}` }}}}\n  hostAliases:\n  - {{ip: {ip}, hostnames: [a.example]}}\n"
        "  {{- end }}\n"
        for name, ip in (("prod", "10.0.0.1"), ("dev", "10.0.0.2"))
    )
    assert entries
    assert run(head + keys).findings == []
    lists = keys.replace("  hostAliases:\n", "")
    (finding,) = run(f"{head}  hostAliases:\n{lists}  - {{ip: 10.0.0.3, hostnames: [a.example]}}\n").findings
    assert finding.rule == "conflicting-hostname"
    assert "10.0.0.1, 10.0.0.3" in spoken(finding)
    assert "10.0.0.2" not in spoken(finding)


def test_a_line_of_actions_behind_a_block_scalar_is_no_part_of_its_text() -> None:
    text = "a: |\n  b: 1\n{{- if x }}\nc: |\n    d: {{ y }}\n{{- end }}\n"
    source = Source("x.yaml", text.encode())
    root = Document(source, split(source.text)[0]).root
    assert isinstance(root, Mapping)
    values = [entry.value.text.splitlines() for entry in root.entries if isinstance(entry.value, Scalar)]
    assert [[line for line in lines if line.strip()] for lines in values] == [["b: 1"], ["d: {{ y }}"]]
