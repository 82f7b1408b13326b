"""Charts read without rendering, against the real `helm template`: the same mistakes, at the places of their text."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source
from tests import programs
from tests.charts import HEAD, TAIL, lint_folder, render, write
from tests.effort import examples
from tests.test_helm_charts import ENDLESS, RECURSING, RECURSIVE, REFUSED, SUB_CHART

#: Ways to print the list; N is a number of columns.
VERBATIM = {
    "below": "      hostAliases:\n        {{- toYaml .Values.extra | nindent N }}\n",
    "beside": "      hostAliases: {{- toYaml .Values.extra | nindent N }}\n",
    "with": "      {{- with .Values.extra }}\n      hostAliases:\n        {{- toYaml . | nindent N }}\n"
    "      {{- end }}\n",
    "indent": "      hostAliases:\n{{ toYaml .Values.extra | indent N }}\n",
    "indent twice": "      hostAliases:\n        {{ toYaml .Values.extra | indent N }}\n",
    "bare": "      hostAliases:\n        {{ toYaml .Values.extra }}\n",
    "bare beside": "      hostAliases: {{ toYaml .Values.extra }}\n",
    "json": "      hostAliases: {{ toJson .Values.extra }}\n",
    "variable": "      {{- $list := .Values.extra }}\n      hostAliases: {{ $list | toYaml | nindent N }}\n",
    "default": "      hostAliases: {{ default (list) .Values.extra | toYaml | nindent N }}\n",
    "tpl": "      hostAliases: {{ tpl (toYaml .Values.extra) . | nindent N }}\n",
    "concat": "      hostAliases: {{ concat (list) .Values.extra | toYaml | nindent N }}\n",
    "root": "      {{- range $i := until 1 }}\n      hostAliases: {{ toYaml $.Values.extra | nindent N }}\n"
    "      {{- end }}\n",
    "each": "      hostAliases:\n      {{- range .Values.extra }}\n      - {{ toYaml . | nindent N | trim }}\n"
    "      {{- end }}\n",
    "named": '      hostAliases: {{ include "web.list" . | nindent N }}\n'
    '{{- define "web.list" -}}\n{{ toYaml .Values.extra }}\n{{- end }}\n',
    "named with the key": '      {{- include "web.aliases" (dict "list" .Values.extra) | nindent 6 }}\n',
    "index": '      hostAliases: {{ index .Values "extra" | toYaml | nindent N }}\n',
}
HELPERS = """\
{{- define "web.aliases" -}}
{{- with .list }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
"""
OWN_KEYS = {
    "listed": "      hostAliases:\n      {{- range .Values.extra }}\n      - ip: {{ .address | quote }}\n"
    "        hostnames:\n        {{- toYaml .names | nindent 8 }}\n      {{- end }}\n",
    "ranged": '      hostAliases:\n      {{- range $one := .Values.extra }}\n      - ip: "{{ $one.address }}"\n'
    "        hostnames:\n        {{- range $one.names }}\n        - {{ . | quote }}\n        {{- end }}\n"
    "      {{- end }}\n",
    "json": "      hostAliases:\n      {{- range .Values.extra }}\n      - ip: {{ .address | quote }}\n"
    "        hostnames: {{ .names | toJson }}\n      {{- end }}\n",
}
IPS = st.sampled_from(["10.0.0.1", "10.0.0.2", "::1", "10.0.0.256", "10.0.0.01", "fe80::1", "nonsense"])
NAMES = st.sampled_from(["a.internal", "b.internal", "Upper", "under_score", "-x", "localhost"])
LISTS = st.lists(
    st.fixed_dictionaries({"ip": IPS, "hostnames": st.lists(NAMES, min_size=1, max_size=3)}), min_size=1, max_size=3
)
#: Rules about a constant alone; the others look at what else the pod holds, or how often it is printed.
COMPARED = {
    "invalid-ip", "invalid-hostname", "missing-ip", "wrong-type", "unknown-field", "duplicate-ip", "duplicate-hostname",
    "conflicting-hostname", "localhost-alias", "non-canonical-ip", "unusable-address", "empty-hostnames",
}  # fmt: skip


def in_rendered(text: str) -> set[tuple[str, str]]:
    source = Source("rendered.yaml", text.encode())
    findings = lint(source, Options(selected=default_selection())).findings
    return {(finding.rule, source.cut(finding.span).strip("\"'")) for finding in findings if finding.rule in COMPARED}


def compare(program: str, files: dict[str, str], folder: Path, but: frozenset[str] = frozenset()) -> None:
    """Both ways: what is said of the source holds for what is rendered, and the other way round.

    `but`: rules whose findings depend on the values.
    """
    write(folder, files)
    found = lint_folder(folder)
    rendered = render(program, folder)
    if rendered is None:
        assert "syntax-error" in {item.rule for item in found}
        return
    assert "syntax-error" not in {item.rule for item in found}
    said = {(item.rule, item.marked.strip("\"'")) for item in found if item.rule in COMPARED}
    assert said == {(rule, marked) for rule, marked in in_rendered(rendered) if rule not in but}


def dump(values: Any) -> str:
    """Values as a file; JSON is YAML, one entry a line."""
    return f"extra: {json.dumps(values, indent=1)}\n"


@pytest.fixture(scope="module")
def program() -> str:
    return programs.program("helm")


@examples(40)
@given(st.sampled_from(sorted(VERBATIM)), LISTS, st.sampled_from([2, 4, 5, 6, 7, 8, 10]))
def test_lists_printed_as_they_stand(program: str, way: str, entries: list[dict[str, Any]], columns: int) -> None:
    body = VERBATIM[way].replace("N ", f"{columns} ")
    files = {
        "values.yaml": dump(entries),
        "templates/deployment.yaml": HEAD
        + body.split("{{- define")[0]
        + TAIL
        + body[len(body.split("{{- define")[0]) :],
        "templates/_helpers.tpl": HELPERS,
    }
    with tempfile.TemporaryDirectory() as folder:
        compare(program, files, Path(folder))


@examples(15)
@given(st.sampled_from(sorted(OWN_KEYS)), LISTS)
def test_lists_written_from_keys_of_the_chart(program: str, way: str, entries: list[dict[str, Any]]) -> None:
    own = [{"address": entry["ip"], "names": entry["hostnames"], "comment": "ours"} for entry in entries]
    files = {"values.yaml": dump(own), "templates/deployment.yaml": HEAD + OWN_KEYS[way] + TAIL}
    with tempfile.TemporaryDirectory() as folder:
        compare(program, files, Path(folder))


@pytest.mark.parametrize(("text", "line", "marked"), REFUSED)
def test_helm_refuses_what_is_said_to_be_refused(
    program: str, tmp_path: Path, text: str, line: int, marked: str
) -> None:
    files = {"templates/d.yaml": text, "templates/_helpers.tpl": ENDLESS}
    assert render(program, write(tmp_path, files)) is None
    assert [(item.line, item.marked) for item in lint_folder(tmp_path)] == [(line, marked)]


@pytest.mark.parametrize("helpers", RECURSIVE)
def test_helm_renders_a_recursion_that_ends(program: str, tmp_path: Path, helpers: str) -> None:
    files = {"templates/d.yaml": RECURSING, "templates/_helpers.tpl": helpers}
    assert render(program, write(tmp_path, files)) is not None


@pytest.mark.parametrize(
    "values",
    [
        "{}",
        "sub: {extra: [{ip: 10.0.0.301, hostnames: [a]}]}",
        "one: {extra: [{ip: 10.0.0.302, hostnames: [a]}]}\ntwo: {extra: []}",
        "one: {on: false}\ntwo: {extra: [{ip: 10.0.0.303, hostnames: [b_c]}]}",
    ],
)
def test_values_of_sub_charts(program: str, tmp_path: Path, values: str) -> None:
    """What is rendered wrong was found in the values of one of the charts."""
    listed = "".join(
        f"- {{name: sub, version: 1.0.0, alias: {alias}, condition: {alias}.on}}\n" for alias in ("one", "two")
    )
    metadata = f"apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n{listed}"
    rendered = render(program, write(tmp_path, {**SUB_CHART, "Chart.yaml": metadata, "values.yaml": values + "\n"}))
    assert rendered is not None
    found = {(item.rule, item.marked) for item in lint_folder(tmp_path)}
    assert in_rendered(rendered) <= found
    assert "10.0.0.301" not in {marked for _, marked in found}


def test_constants_of_named_templates(program: str, tmp_path: Path) -> None:
    helpers = """\
{{- define "web.list" }}
- ip: 10.0.0.256
  hostnames: [a, b_c]
{{- range .Values.names }}
- ip: 10.0.0.1
  hostnames: [{{ . }}]
{{- end }}
{{- end }}
"""
    files = {
        "values.yaml": "names: [a, b]\n",
        "templates/deployment.yaml": HEAD + '      hostAliases: {{- include "web.list" . | nindent 6 }}\n' + TAIL,
        "templates/_helpers.tpl": helpers,
    }
    compare(program, files, tmp_path, but=frozenset({"conflicting-hostname"}))
