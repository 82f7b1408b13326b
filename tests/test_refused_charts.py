"""What Helm refuses for a list of hosts is a finding, at the value or in the template; other refusals are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.charts import write
from tests.running import podhosts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: web}]
"""
WITH = "  {{- with .Values.hostAliases }}\n  hostAliases: {{- toYaml . | nindent 2 }}\n  {{- end }}\n"
RANGE = """\
  hostAliases:
  {{- range .Values.hostAliases }}
  - ip: {{ required "each entry needs an ip" .ip }}
    hostnames:
    {{- range .hostnames }}
    - {{ . }}
    {{- end }}
  {{- end }}
"""
GUARD = '  {{- if not (kindIs "slice" .Values.hostAliases) }}{{ fail "hostAliases must be a list" }}{{ end }}\n'
SCHEMA = json.dumps(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "replicas": {"type": "integer"},
            "hostAliases": {
                "type": "array",
                "items": {"type": "object", "properties": {"ip": {"type": "string", "pattern": "^[0-9.]+$"}}},
            },
        },
    }
)


def told(folder: Path, files: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Place, rule, message and help of each finding."""
    findings = json.loads(podhosts("check", "--format=json", cwd=write(folder, files)).stdout)["findings"]
    return [
        (f"{one['path']}:{one['start']['line']}:{one['start']['column']}", one["rule"], one["message"], one["help"])
        for one in findings
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(
            "hostAlias: [{ip: 10.0.0.1, hostnames: [a.example]}]\n",
            (1, 1, "additional properties 'hostAlias' not allowed", "did you mean `hostAliases`?"),
            id="a key that is not allowed",
        ),
        pytest.param(
            "hostAliases:\n- ip: 2001:db8::1\n  hostnames: [a.example]\n",
            (2, 7, "'2001:db8::1' does not match pattern '^[0-9.]+$'", ""),
            id="a value that is not allowed",
        ),
    ],
)
def test_a_schema_refuses_values(tmp_path: Path, values: str, expected: tuple[int, int, str, str]) -> None:
    line, column, words, advice = expected
    files = {"templates/p.yaml": HEAD + WITH, "values.schema.json": SCHEMA, "values.yaml": "hostAliases: []\n"}
    place, message = f"values-prod.yaml:{line}:{column}", f"`values.schema.json` refuses this: {words}"
    assert told(tmp_path, {**files, "values-prod.yaml": values}) == [(place, "build-error", message, advice)]


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        pytest.param("hostAliases: 10.0.0.1 a\n", "syntax-error", id="what is wrong by itself is said once"),
        pytest.param(
            "replicas: many\nhostAliases: [{ip: 10.0.0.1, hostnames: [a.example]}]\n", None, id="another value"
        ),
        pytest.param("hostAliases: [{ip: 10.0.0.1, hostnames: [a.example]}]\n", None, id="nothing"),
    ],
)  # fmt: skip
def test_a_schema_of_which_nothing_is_told(tmp_path: Path, values: str, rule: str | None) -> None:
    files = {"templates/p.yaml": HEAD + WITH, "values.schema.json": SCHEMA, "values.yaml": "hostAliases: []\n"}
    assert [one[1] for one in told(tmp_path, {**files, "values-prod.yaml": values})] == [rule] * (rule is not None)


def test_a_schema_of_a_chart_inside(tmp_path: Path) -> None:
    files = {
        "charts/inner/Chart.yaml": "apiVersion: v2\nname: inner\nversion: 0.1.0\n",
        "charts/inner/templates/p.yaml": HEAD + WITH,
        "charts/inner/values.schema.json": SCHEMA.replace('"replicas"', '"global": {}, "replicas"'),
        "values.yaml": "inner:\n  hostAliasses: [{ip: 10.0.0.1, hostnames: [a.example]}]\n",
    }
    assert [one[:2] for one in told(tmp_path, files)] == [("values.yaml:2:3", "build-error")]


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        pytest.param(
            RANGE,
            "hostAliases: 10.0.0.1 a\n",
            ("values.yaml:1:14", "range can't iterate over 10.0.0.1 a", "write a list of entries"),
            id="a text where the template goes through a list",
        ),
        pytest.param(
            RANGE,
            "hostAliases:\n  10.0.0.1: [a.example]\n",
            ("values.yaml:2:13", "can't evaluate field ip in type interface {}", ""),
            id="a map where the template goes through a list",
        ),
        pytest.param(
            f"{GUARD}{WITH}",
            "hostAliases: {a: 1}\n",
            ("values.yaml:1:15", "hostAliases must be a list", ""),
            id="a chart that stops itself",
        ),
        pytest.param(
            "  hostAliases: {{ .Values.hostAliases | nindent 2 }}\n",
            "hostAliases: [{ip: 10.0.0.1, hostnames: [a.example]}]\n",
            ("templates/p.yaml:6:16", "wrong type for value; expected string; got []interface {}",
             "write `toYaml ... | nindent`"),
            id="a template that takes a list for a text",
        ),
        pytest.param(
            "  {{- if .Values.hostAliases }}\n  hostAliases: {{ .Values.hostAliases | nindent 2 }}\n  {{- end }}\n",
            "hostAliases: []\n",
            ("templates/p.yaml:7:16", "wrong type for value; expected string; got []interface {}",
             "write `toYaml ... | nindent`"),
            id="the same where the chart has no entries itself",
        ),
    ],
)  # fmt: skip
def test_a_template_stops(tmp_path: Path, template: str, values: str, expected: tuple[str, str, str]) -> None:
    place, words, advice = expected
    files = {"templates/p.yaml": HEAD + template, "values.yaml": values}
    assert told(tmp_path, files) == [(place, "build-error", f"Helm refuses this: {words}", advice)]


@pytest.mark.parametrize(
    ("template", "values", "rules"),
    [
        pytest.param(RANGE, "hostAliases:\n- hostnames: [a.example]\n", ["missing-ip"], id="wrong by itself"),
        pytest.param(
            RANGE, "hostAliases:\n- null\n- {ip: 10.0.0.1, hostnames: [a.example]}\n", ["missing-ip"], id="no entry"
        ),
        pytest.param(f'{WITH}  {{{{- fail "not today" }}}}\n', "hostAliases: []\n", [], id="for another reason"),
        pytest.param(
            f'  {{{{- if not .Values.hostAliases }}}}{{{{ fail "give hostAliases" }}}}{{{{ end }}}}\n{WITH}',
            "hostAliases: []\n",
            [],
            id="for what users are to give",
        ),
        pytest.param(
            "  {{- with .Values.web.hostAliases }}\n  hostAliases: {{- toYaml . | nindent 2 }}\n  {{- end }}\n",
            "web:\n",
            [],
            id="for a map around the list that is not there",
        ),
        pytest.param(
            '  {{- with .Values.hostAliases }}\n  hostAliases: {{- tpl . $ | nindent 2 }}\n  {{- end }}\n',
            'hostAliases: ""\n',
            [],
            id="a list that is meant to be given as a text",
        ),
    ],
)  # fmt: skip
def test_a_template_of_which_no_more_is_told(tmp_path: Path, template: str, values: str, rules: list[str]) -> None:
    files = {"templates/p.yaml": HEAD + template, "values.yaml": values}
    assert [one[1] for one in told(tmp_path, files)] == rules
