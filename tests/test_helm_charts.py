"""Values followed through the templates of a chart: which lists are hostAliases, and what else a chart tells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.engine import Options, default_selection, lint
from podhosts.helm import Charts
from podhosts.repository import Repository
from podhosts.rules import RULES
from podhosts.source import Source
from tests.charts import METADATA, Found, lint_folder, write
from tests.manifests import definition
from tests.running import podhosts

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
PRINTED = HEAD + "      hostAliases: {{- toYaml .Values.extra | nindent 8 }}\n      containers: []\n"
GUARDED = (
    HEAD
    + "      {{- with .Values.extra }}\n      hostAliases:\n        {{- toYaml . | nindent 8 }}\n      {{- end }}\n"
)
BAD = "extra:\n- {ip: 10.0.0.256, hostnames: [a]}\n"

CRD = definition("Widget", "hostAliases")


def found(folder: Path, files: Mapping[str, str]) -> list[tuple[str, int, str, str]]:
    """Path, line, rule and marked text of each finding."""
    return [(item.path, item.line, item.rule, item.marked) for item in lint_folder(write(folder, files))]


@pytest.mark.parametrize(
    "printed",
    [
        "hostAliases: {{ toYaml .Values.extra | nindent 8 }}",
        "hostAliases: {{ toYaml (.Values.extra) | nindent 8 }}",
        "hostAliases: {{ toYaml $.Values.extra | nindent 8 }}",
        'hostAliases: {{ toYaml (index .Values "extra") | nindent 8 }}',
        'hostAliases: {{ toYaml (get .Values "extra") | nindent 8 }}',
        'hostAliases: {{ dig "extra" (list) .Values.AsMap | toYaml | nindent 8 }}',
        "hostAliases: {{ .Values.extra | default (list) | toYaml | nindent 8 }}",
        "hostAliases: {{ coalesce .Values.extra .Values.global.extra | toYaml | nindent 8 }}",
        "hostAliases: {{ concat .Values.other .Values.extra | uniq | toYaml | nindent 8 }}",
        "hostAliases: {{ tpl (toYaml .Values.extra) $ | nindent 8 }}",
        "hostAliases: {{ ternary .Values.extra (list) .Values.enabled | toYaml | nindent 8 }}",
        "hostAliases: {{ required `needed` .Values.extra | toYaml | nindent 8 }}",
        "hostAliases: {{ toJson .Values.extra }}",
        "hostAliases: {{ $a := .Values.extra }}{{ toYaml $a | nindent 8 }}",
        "{{ with .Values }}hostAliases: {{ toYaml .extra | nindent 8 }}{{ end }}",
        "{{ with $x := .Values.extra }}hostAliases: {{ toYaml $x | nindent 8 }}{{ end }}",
        "hostAliases:\n{{ toYaml .Values.extra | indent 8 }}",
        "hostAliases:\n      {{- range .Values.extra }}\n      - {{ toYaml . | nindent 8 | trim }}\n      {{- end }}",
        "hostAliases:\n      {{- range $i, $e := .Values.extra }}\n      - ip: {{ $e.ip }}\n"
        "        hostnames: {{ toYaml $e.hostnames | nindent 8 }}\n      {{- end }}",
        'hostAliases: {{ include "web.list" . | nindent 8 }}',
        'hostAliases: {{ include "web.any" (dict "x" .Values.extra) | nindent 8 }}',
        '{{ include "web.key" . | nindent 6 }}',
        "{{ if .Values.missing }}hostAliases: {{ toYaml .Values.extra | nindent 8 }}{{ end }}",
    ],
)
def test_ways_to_print_a_list(tmp_path: Path, printed: str) -> None:
    helpers = (
        '{{ define "web.list" }}{{ toYaml .Values.extra }}{{ end }}'
        '{{ define "web.any" -}}\n{{ toYaml .x }}\n{{- end }}'
        '{{ define "web.key" }}{{ if .Values.extra }}hostAliases: {{ toYaml .Values.extra | nindent 2 }}{{ end }}'
        "{{ end }}"
    )
    values = BAD + "other: []\nglobal: {}\nenabled: true\n"
    files = {"values.yaml": values, "templates/d.yaml": f"{HEAD}      {printed}\n", "templates/_helpers.tpl": helpers}
    assert ("values.yaml", 2, "invalid-ip", "10.0.0.256") in found(tmp_path, files)


@pytest.mark.parametrize(
    "printed",
    [
        "env: {{ toYaml .Values.extra | nindent 8 }}",
        "hostAliases: []\n      env: {{ toYaml .Values.extra | nindent 8 }}",
        'hostAliases: {{ include "elsewhere" . | nindent 8 }}\n      env: {{ toYaml .Values.extra | nindent 8 }}',
        "# hostAliases: {{ toYaml .Values.extra | nindent 8 }}",
        "hostAliases: {{ toYaml .Values.extra.aliases | nindent 8 }}",
        "hostAliases:\n      {{- range .Values.names }}\n      - ip: 10.0.0.1\n        hostnames: [a]\n"
        "      {{- break }}\n      {{- end }}\n      env: {{ toYaml .Values.extra | nindent 8 }}",
    ],
)
def test_other_lists_are_not_taken_for_it(tmp_path: Path, printed: str) -> None:
    assert found(tmp_path, {"values.yaml": BAD, "templates/d.yaml": f"{HEAD}      {printed}\n"}) == []


def test_a_list_that_is_printed_among_keys(tmp_path: Path) -> None:
    printed = f"{HEAD}      hostAliases: []\n      {{{{ toYaml .Values.extra | nindent 6 }}}}\n"
    files = {"values.yaml": BAD, "templates/d.yaml": printed}
    assert found(tmp_path, files) == [("templates/d.yaml", 8, "syntax-error", "{{ toYaml .Values.extra | nindent 6 }}")]


def test_all_values_files_of_the_chart(tmp_path: Path) -> None:
    names = ["values.yaml", "values-prod.yml", "values.staging.yaml", "ci/small-values.yaml", "other.yaml"]
    files = {"templates/d.yaml": PRINTED, **dict.fromkeys(names, BAD)}
    assert {path for path, *_ in found(tmp_path, files)} == set(names) - {"other.yaml"}


def test_a_chart_further_down(tmp_path: Path) -> None:
    files = {f"deploy/web/{name}": text for name, text in {"values.yaml": BAD, "templates/d.yaml": PRINTED}.items()}
    chart = {**files, "deploy/web/Chart.yaml": METADATA, "values.yaml": BAD}
    assert [path for path, *_ in found(tmp_path, chart)] == ["deploy/web/values.yaml"]


SUB_CHART = {
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "charts/sub/values.yaml": BAD,
    "charts/sub/templates/d.yaml": PRINTED,
}


def test_values_of_a_sub_chart(tmp_path: Path) -> None:
    files = {**SUB_CHART, "values.yaml": "sub:\n  extra:\n  - {ip: 10.0.0.257, hostnames: [a]}\n" + BAD}
    assert found(tmp_path, files) == [
        ("charts/sub/values.yaml", 2, "invalid-ip", "10.0.0.256"),
        ("values.yaml", 3, "invalid-ip", "10.0.0.257"),
    ]


def test_aliases_of_a_sub_chart(tmp_path: Path) -> None:
    metadata = METADATA + "dependencies:\n- {name: sub, version: 1.0.0, alias: one}\n"
    metadata += "- {name: sub, version: 1.0.0, alias: two, condition: two.on}\n"
    values = "".join(
        f"{key}: {{extra: [{{ip: 10.0.0.{last}, hostnames: [a]}}]}}\n"
        for key, last in (("one", 301), ("two", 302), ("sub", 303))
    )
    files = {**SUB_CHART, "Chart.yaml": metadata, "values.yaml": values}
    assert [marked for path, _, _, marked in found(tmp_path, files) if path == "values.yaml"] == [
        "10.0.0.301", "10.0.0.302",
    ]  # fmt: skip


def test_a_dependency_in_another_folder(tmp_path: Path) -> None:
    files = {name.replace("charts/sub", "sub"): text for name, text in SUB_CHART.items()}
    metadata = METADATA + "dependencies:\n- {name: sub, version: 1.0.0, repository: 'file://../sub'}\n"
    files |= {"web/Chart.yaml": metadata, "web/values.yaml": "sub: " + BAD.replace("\n", "\n  ").rstrip() + "\n"}
    files["web/values.yaml"] = "sub:\n  extra:\n  - {ip: 10.0.0.258, hostnames: [a]}\n"
    assert ("web/values.yaml", 3, "invalid-ip", "10.0.0.258") in found(tmp_path, files)


def test_global_values(tmp_path: Path) -> None:
    printed = PRINTED.replace(".Values.extra", ".Values.global.extra")
    files = {**SUB_CHART, "charts/sub/templates/d.yaml": printed, "charts/sub/values.yaml": "{}\n"}
    files["values.yaml"] = "global:\n  extra:\n  - {ip: 10.0.0.259, hostnames: [a]}\n"
    assert found(tmp_path, files) == [("values.yaml", 3, "invalid-ip", "10.0.0.259")]


def test_named_templates_of_a_library_chart(tmp_path: Path) -> None:
    library = '{{ define "lib.aliases" }}hostAliases: {{ toYaml .Values.extra | nindent 2 }}{{ end }}'
    files = {
        "charts/lib/Chart.yaml": METADATA.replace("web", "lib") + "type: library\n",
        "charts/lib/templates/_pod.tpl": library,
        "templates/d.yaml": HEAD + '      {{- include "lib.aliases" . | nindent 6 }}\n',
        "values.yaml": BAD,
    }
    assert found(tmp_path, files) == [("values.yaml", 2, "invalid-ip", "10.0.0.256")]


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        (PRINTED, "extra: {a: b}\n", [("wrong-type", "{a: b}")]),
        (PRINTED, "extra: {}\n", [("wrong-type", "{}")]),
        (PRINTED, "extra: text\n", [("wrong-type", "text")]),
        (PRINTED, "extra: ''\n", [("wrong-type", "''")]),
        (PRINTED, "extra: []\n", []),
        (PRINTED, "extra:\n", []),
        (PRINTED, "extra: '{{ .Values.other }}'\n", []),
        (GUARDED, "extra: {a: b}\n", [("wrong-type", "{a: b}")]),
        (GUARDED, "extra: {}\n", []),
        (GUARDED, "extra: ''\n", []),
        (GUARDED, "extra: [a]\n", [("wrong-type", "a")]),
        (
            PRINTED.replace("toYaml", "tpl").replace(".extra", ".extra ."),
            "extra: '- {ip: 10.0.0.1}'\n",
            [("empty-hostnames", "ip")],
        ),
    ],
)
def test_a_path_that_is_no_list(tmp_path: Path, template: str, values: str, expected: list[tuple[str, str]]) -> None:
    files = {"templates/d.yaml": template, "values.yaml": values}
    assert [(rule, marked) for _, _, rule, marked in found(tmp_path, files)] == expected


OWN = (
    HEAD
    + """\
      hostAliases:
      {{- range .Values.extra }}
      - ip: {{ .address | quote }}
        hostnames:
        - {{ .name }}
      {{- end }}
"""
)


def test_keys_of_the_chart_are_its_own(tmp_path: Path) -> None:
    values = (
        "extra:\n- {address: 10.0.0.1, name: a, ip: x, comment: y}\n- {address: 10.0.0.400, name: B_c}\n- {name: d}\n"
    )
    assert found(tmp_path, {"templates/d.yaml": OWN, "values.yaml": values}) == [
        ("values.yaml", 3, "invalid-ip", "10.0.0.400"),
        ("values.yaml", 3, "invalid-hostname", "B_c"),
        ("values.yaml", 4, "missing-ip", "name"),
    ]


def test_fields_are_those_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, {"templates/d.yaml": OWN, "values.yaml": "extra:\n- {address: 10.0.0.400, name: B_c}\n"})
    done = podhosts("check", "--format", "text", ".", cwd=tmp_path)
    assert b"values.yaml:2:13  extra[0].address\n" in done.stdout
    assert b"values.yaml:2:31  extra[0].name\n" in done.stdout
    assert done.stdout.count(b"printed here") == 2


@pytest.mark.parametrize(
    "schema",
    [
        '{"properties": {"extra": {"items": {"properties": {"ip": {}, "note": {}}}}}}',
        '{"$defs": {"entry": {"properties": {"note": {}}}}, '
        '"properties": {"extra": {"items": {"allOf": [{"$ref": "#/$defs/entry"}]}}}}',
    ],
)
def test_keys_that_the_schema_of_the_values_declares(tmp_path: Path, schema: str) -> None:
    """A key that reaches the pod is refused there, whoever declares it; nothing is known of a chart Helm refuses."""
    values = "extra:\n- {ip: 10.0.0.1, hostnames: [a], note: b}\n"
    files = {"templates/d.yaml": PRINTED, "values.yaml": values, "values.schema.json": schema}
    assert [rule for _, _, rule, _ in found(tmp_path, files)] == ["unknown-field"]
    files["templates/d.yaml"] = PRINTED + '{{ fail "values are needed" }}\n'
    assert found(tmp_path, files) == []


def test_values_are_no_pod_spec(tmp_path: Path) -> None:
    values = "extraHosts:\n- {ip: 10.0.0.1, hostnames: [a]}\naliases: []\nhostname: Bad_one\nip: 3\nkind: Deployment\n"
    files = {"templates/d.yaml": PRINTED.replace(".extra", ".extraHosts"), "values.yaml": values}
    assert found(tmp_path, files) == []


def test_constants_in_a_named_template(tmp_path: Path) -> None:
    helpers = (
        '{{- define "web.list" }}\n- ip: 10.0.0.1\n  hostnames: [a]\n- ip: 10.0.0.1\n  hostnames: [B_c]\n{{ end }}\n'
        '{{- define "other" }}\n- ip: 10.0.0.256\n{{ end }}'
    )
    printed = HEAD + '      hostAliases: {{ include "web.list" . | nindent 6 }}\n'
    assert found(tmp_path, {"templates/d.yaml": printed, "templates/_helpers.tpl": helpers}) == [
        ("templates/_helpers.tpl", 4, "duplicate-ip", "10.0.0.1"),
        ("templates/_helpers.tpl", 5, "invalid-hostname", "B_c"),
    ]


@pytest.mark.parametrize(
    ("loop", "is_found"),
    [
        ("range .Values.names", True),
        ("range $i, $name := .Values.names", True),
        ("range list 1 2", True),
        ("range until 3", True),
        ("range list 1", False),
        ("range until 1", False),
        ("if .Values.names", False),
        ("with .Values.names", False),
    ],
)
def test_a_loop_that_prints_one_address_again_and_again(tmp_path: Path, loop: str, is_found: bool) -> None:
    entry = "      - ip: 10.0.0.1\n        hostnames: [a]\n"
    printed = f"      hostAliases:\n      {{{{- {loop} }}}}\n{entry}      {{{{- end }}}}\n"
    expected = [("templates/d.yaml", 9, "duplicate-ip", "10.0.0.1")] if is_found else []
    assert found(tmp_path, {"templates/d.yaml": HEAD + printed}) == expected


def test_a_condition_inside_a_loop_may_hold_once(tmp_path: Path) -> None:
    printed = (
        "      hostAliases:\n      {{- range .Values.names }}\n      {{- if eq . 1 }}\n      - ip: 10.0.0.1\n"
        "        hostnames: [a]\n      {{- end }}\n      {{- end }}\n"
    )
    assert found(tmp_path, {"templates/d.yaml": HEAD + printed}) == []


@pytest.mark.parametrize(
    ("printed", "line", "marked"),
    [
        ("hostAliases:\n{{ toYaml .Values.a | indent 4 }}", 8, "4"),
        ("hostAliases:\n        {{ toYaml .Values.a | indent 8 }}", 8, "8"),
        ("hostAliases:\n        {{- toYaml .Values.a | indent 8 }}", 8, "8"),
        ("hostAliases: {{ toYaml .Values.a | nindent 5 }}", 7, "5"),
        ("hostAliases: {{ toYaml .Values.a }}", 7, "{{ toYaml .Values.a }}"),
        ("hostAliases:\n      {{ toYaml .Values.a }}", 8, "{{ toYaml .Values.a }}"),
        ('hostAliases:\n      {{- include "web.list" . | nindent 4 }}', 8, "4"),
        ("hostAliases:\n      {{- range .Values.a }}\n      - {{ toYaml . | nindent 6 | trim }}{{ end }}", 9, "6"),
    ],
)
def test_indentation(tmp_path: Path, printed: str, line: int, marked: str) -> None:
    files = {
        "templates/d.yaml": f"{HEAD}      {printed}\n      containers: []\n",
        "templates/_helpers.tpl": '{{ define "web.list" -}}\n{{ toYaml .Values.aliases }}\n{{- end }}',
    }
    assert found(tmp_path, files) == [("templates/d.yaml", line, "syntax-error", marked)]


@pytest.mark.parametrize(
    ("printed", "values", "is_found"),
    [
        ("hostnames: {{ .hostnames }}", "hostnames: [a, b]", True),
        ("hostnames: {{ .hostnames | quote }}", "hostnames: [a, b]", True),
        ("hostnames: {{ .names }}", "names: [a, b]", True),
        ("hostnames: [{{ .names | quote }}]", "names: [a, b]", True),
        ("hostnames: {{ .hostnames }}", "hostnames: '[a, b]'", False),
        ("hostnames: [{{ .hostnames }}]", "hostnames: a", False),
        ("hostnames: [{{ .hostnames }}]", "hostnames: 'a, b'", False),
        ("hostnames: {{ toJson .hostnames }}", "hostnames: [a, b]", False),
        ("hostnames: {{ .names }}", "other: 1", False),
        ("hostnames: {{ .hostnames }}", "other: 1", False),
    ],
)
def test_names_printed_as_a_slice_of_go(tmp_path: Path, printed: str, values: str, is_found: bool) -> None:
    loop = "      {{- range .Values.x }}\n      - ip: {{ .ip }}\n"
    template = f"{HEAD}      hostAliases:\n{loop}        {printed}\n      {{{{- end }}}}\n"
    files = {"templates/d.yaml": template, "values.yaml": f"x:\n- ip: 10.0.0.1\n  {values}\n"}
    expected = [("templates/d.yaml", 10, "wrong-type")] if is_found else []
    # An entry that lacks what the template reads has no names.
    lacking = [("values.yaml", 2, "empty-hostnames")] if "other" in values else []
    assert [(path, line, rule) for path, line, rule, _ in found(tmp_path, files)] == expected + lacking


#: Templates that Helm refuses, with the line and the text to mark.
REFUSED = [
    ("{{ if .Values.a }}\nkind: Pod\nspec: {hostAliases: []}\n", 1, "{{ if .Values.a }}"),
    ("kind: Pod\nspec:\n  hostAliases: {{ .Values.a }\n  b: {{ .Values.b }}\n", 3, "{{"),
    ("kind: Pod\nspec:\n  hostAliases: []\n  {{ end }}\n", 4, "{{ end }}"),
    ('kind: Pod\nspec:\n  hostAliases: {{ include "a . }}\n', 3, '"'),
    ("kind: Pod\nspec:\n  hostAliases: {{ toYaml (.Values.a }}\n", 3, "{{ toYaml (.Values.a }}"),
    ('kind: Pod\nspec:\n  hostAliases: {{ include "web.a" . }}\n', 3, '{{ include "web.a" . }}'),
]
#: Named templates that include themselves.
ENDLESS = '{{ define "web.a" }}{{ include "web.b" . }}{{ end }}{{ define "web.b" }}{{ template "web.a" . }}{{ end }}'
#: Named templates that include themselves under a condition, which holds only so long.
RECURSIVE = [
    '{{ define "web.a" }}{{ if .deeper }}{{ include "web.a" .deeper }}{{ end }}{{ end }}',
    '{{ define "web.a" }}{{ range .deeper }}{{ include "web.a" . }}{{ end }}{{ end }}',
    '{{ define "web.a" }}{{ and .deeper (include "web.a" .deeper) }}{{ end }}',
]
RECURSING = 'kind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases: {{ include "web.a" . }}\n'


@pytest.mark.parametrize(("text", "line", "marked"), REFUSED)
def test_what_helm_refuses_is_said_once(tmp_path: Path, text: str, line: int, marked: str) -> None:
    files = {"templates/d.yaml": text, "templates/_helpers.tpl": ENDLESS}
    assert found(tmp_path, files) == [("templates/d.yaml", line, "syntax-error", marked)]


@pytest.mark.parametrize("helpers", RECURSIVE)
def test_a_recursion_that_ends_is_none(tmp_path: Path, helpers: str) -> None:
    assert found(tmp_path, {"templates/d.yaml": RECURSING, "templates/_helpers.tpl": helpers}) == []


def test_outside_of_a_chart_a_broken_template_is_unread(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("kind: Pod\nspec:\n  hostAliases: {{ .Values.a }\n  b: {{ .Values.b }}\n")
    done = podhosts("check", ".", cwd=tmp_path)
    assert done.stdout == b""
    assert b"not read: documents of a template that are not YAML by themselves: 1" in done.stderr


def test_broken_files_of_the_chart_are_told_of(tmp_path: Path) -> None:
    files = {"Chart.yaml": "name: [web\n", "values.schema.json": "{", "values.yaml": BAD, "templates/d.yaml": PRINTED}
    done = podhosts("check", "-v", ".", cwd=write(tmp_path, files))
    assert b"a Chart.yaml that is not YAML: its sub-charts are not known" in done.stderr
    assert b"a values.schema.json that is no JSON: what it declares is not known" in done.stderr
    assert b"  values.schema.json:1:2\n" in done.stderr


def test_charts_without_hosts_are_silent_about_broken_files(tmp_path: Path) -> None:
    files = {"Chart.yaml": "name: [web\n", "values.yaml": "a: 1\n", "templates/d.yaml": "kind: {{ .Values.a }}\n"}
    done = podhosts("check", "--strict", ".", cwd=write(tmp_path, files))
    assert (done.returncode, done.stdout) == (0, b"")


def test_named_files_see_their_chart(tmp_path: Path) -> None:
    write(tmp_path, {"values.yaml": BAD, "templates/d.yaml": PRINTED})
    folder = podhosts("check", ".", cwd=tmp_path).stdout
    assert folder != b""
    for named in (("values.yaml", "templates/d.yaml"), ("values.yaml",), ("templates/d.yaml",), ("Chart.yaml",)):
        assert podhosts("check", *named, cwd=tmp_path).stdout == folder
        assert podhosts("check", "--isolated", *named, cwd=tmp_path).stdout == b""


def test_an_enormous_file_of_named_templates(tmp_path: Path) -> None:
    many = "".join(
        f'{{{{ define "web.x{number}" }}}}\n{{{{ .Values.a{number} }}}}\n{{{{ end }}}}\n' for number in range(5_000)
    )
    text = many + '{{ define "web.list" }}\n- ip: 10.0.0.256\n  hostnames: [a]\n{{ end }}\n'
    printed = HEAD + '      hostAliases: {{ include "web.list" . | nindent 6 }}\n'
    files = {"templates/d.yaml": printed, "templates/_helpers.tpl": text}
    assert found(tmp_path, files) == [("templates/_helpers.tpl", 15_002, "invalid-ip", "10.0.0.256")]


def test_includes_that_grow_without_end_are_given_up(tmp_path: Path) -> None:
    helpers = "".join(
        f'{{{{ define "x{number}" }}}}hostAliases:' + f'{{{{ include "x{number + 1}" . }}}}' * 2 + "{{ end }}"
        for number in range(40)
    )
    files = {"templates/d.yaml": HEAD + '      {{ include "x0" . }}\n', "templates/_helpers.tpl": helpers}
    done = podhosts("check", "-v", ".", cwd=write(tmp_path, files))
    assert done.stdout == b""
    assert b"not read: templates that Helm stops at: 1" in done.stderr


def test_a_run_without_charts_looks_at_no_folder() -> None:
    assert not Charts(["a/x.yaml", "b/values.txt"]).facts("a/x.yaml")
    assert isinstance(Found("", 1, 1, "", ""), tuple)


def test_only_what_a_file_belongs_to_is_read(tmp_path: Path) -> None:
    class Reading(Charts):
        def source(self, path: str) -> Source | None:
            read.append(Path(path).relative_to(tmp_path).as_posix())
            return super().source(path)

    read: list[str] = []
    for name in ("a", "b"):
        write(tmp_path / name, {"values.yaml": BAD, "templates/d.yaml": PRINTED})
    charts = Reading(str(path) for path in sorted(tmp_path.rglob("*.yaml")))
    assert charts.facts(str(tmp_path / "a/values.yaml")).lists
    assert "a/templates/d.yaml" in read
    assert "b/templates/d.yaml" not in read


USES_LIBRARY = f'{HEAD}      hostAliases: {{{{ include "library.list" . | nindent 8 }}}}\n'
LIBRARY_LIST = '{{ define "library.list" }}\n- ip: 10.0.0.256\n  hostnames: [a]\n{{ toYaml .Values.extra }}{{ end }}\n'
ON_LIBRARY = "dependencies: [{name: library, version: 0.1.0, repository: 'file://../library'}]\n"


@pytest.mark.parametrize("arguments", [(), ("--diff",), ("--format", "json")])
def test_processes_change_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    large = "".join(f"# {number}\n" for number in range(50_000))
    charts: dict[str, dict[str, str]] = {
        "plain": {"values.yaml": BAD, "ci/test-values.yaml": BAD, "templates/d.yaml": PRINTED},
        "large": {"values.yaml": f"{BAD}other:\n- 1\n{large}", "templates/d.yaml": PRINTED + large},
        "outer": {
            "values.yaml": "inner:\n  extra: [{ip: 10.0.0.257}]\n",
            "charts/inner/Chart.yaml": METADATA.replace("web", "inner"),
            "charts/inner/values.yaml": BAD,
            "charts/inner/templates/d.yaml": GUARDED,
        },
        "first": {"Chart.yaml": METADATA + ON_LIBRARY, "values.yaml": BAD, "templates/d.yaml": USES_LIBRARY},
        "second": {"Chart.yaml": METADATA + ON_LIBRARY, "values.yaml": BAD, "templates/d.yaml": USES_LIBRARY},
        "library": {
            "Chart.yaml": METADATA.replace("web", "library"),
            "templates/_list.tpl": LIBRARY_LIST,
            "values.yaml": BAD,
        },
        "refused": {"templates/d.yaml": PRINTED + '{{ if "a }}', "values.yaml": BAD},
        "unread": {"Chart.yaml": "name: [\n", "templates/d.yaml": PRINTED, "values.yaml": BAD},
        "other": {"templates/service.yaml": "kind: Service\n", "values.yaml": "extra: []\n"},
    }
    for name, files in charts.items():
        write(tmp_path / name, files)
    (tmp_path / "stream.yaml").write_text(f"hostAliases: [{{ip: 1.2.3}}]\n---\n{large}---\n{large}---\n{BAD}")
    inputs = (".", "lost.yaml")
    serial, *others = (podhosts("check", *arguments, "--jobs", jobs, *inputs, cwd=tmp_path) for jobs in ("1", "2", "5"))
    assert serial.returncode == 2
    if "--diff" not in arguments:
        assert b"library/templates/_list.tpl" in serial.stdout
        assert b"outer/values.yaml" in serial.stdout
    for parallel in others:
        assert (parallel.returncode, parallel.stdout, parallel.stderr) == (2, serial.stdout, serial.stderr)


def test_a_config_that_is_wrong_is_told_of_once(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path / name, {"values.yaml": BAD, "templates/d.yaml": PRINTED})
    (tmp_path / ".podhosts.yaml").write_text("kubernetes-version: '1.99'\n")
    serial, parallel = (podhosts("check", "--jobs", jobs, ".", cwd=tmp_path) for jobs in ("1", "3"))
    assert b"1.99 is newer" in serial.stderr
    assert (parallel.stdout, parallel.stderr) == (serial.stdout, serial.stderr)


def test_what_a_definition_of_the_repository_asks_of_a_printed_list(tmp_path: Path) -> None:
    files = {
        "crds/widgets.yaml": CRD,
        "templates/widget.yaml": (
            "apiVersion: example.com/v1\nkind: Widget\nhostAliases: {{- toYaml .Values.extra | nindent 2 }}\n"
        ),
        "values.yaml": "extra:\n- {ip: 10.0.0.1}\n- {ip: 192.168.0.1}\n",
    }
    assert ("values.yaml", 3, "invalid-ip", "192.168.0.1") in found(tmp_path, files)


MISPRINTED = PRINTED.replace("nindent 8", "nindent 4")


def test_a_template_with_another_text(tmp_path: Path) -> None:
    """Of editors and of fixes: only charts that have the template are read again."""
    names = ("values.yaml", "templates/d.yaml")
    for folder in ("one", "two"):
        write(tmp_path / folder, dict(zip(names, (BAD, MISPRINTED), strict=True)))
    paths = [str(tmp_path / folder / name) for folder in ("one", "two") for name in names]
    charts = Charts(paths)
    path = paths[1]
    assert charts.with_source(Source(path, MISPRINTED.encode())) is charts
    with_values = charts.with_source(Source(paths[0], b"{}\n"))
    assert with_values.at(str(tmp_path / "one")) is charts.at(str(tmp_path / "one"))
    again = charts.with_source(Source(path, b"# new\n" + MISPRINTED.encode()))
    one, two = (str(tmp_path / folder) for folder in ("one", "two"))
    assert again.at(one) is not charts.at(one)
    assert again.at(two) is charts.at(two)


def test_a_template_after_a_fix(tmp_path: Path) -> None:
    write(tmp_path, {"values.yaml": BAD, "templates/d.yaml": MISPRINTED})
    path = str(tmp_path / "templates" / "d.yaml")
    repository = Repository(charts=Charts([path]))
    fixed = Source(path, b"# fixed\n" + MISPRINTED.encode())
    (finding,) = lint(fixed, Options(selected=default_selection()), repository.with_source(fixed)).findings
    assert fixed.cut(finding.span) == "4"


ACTIONS = st.sampled_from(
    """
    {{ . }} | {{ $ }} | {{ x }} | {{ $x }} | {{ .a }} | {{ .Values }} | {{ .Values.extra }} | {{ $.Values.b.c }}
    {{ toYaml . }} | {{ toYaml .Values.extra }} | {{ toJson . }} | {{ tpl . $ }} | {{ quote . }} | {{ nindent 2 . }}
    {{ index . 0 }} | {{ include "x" . }} | {{ printf "%s" . }} | {{ first . }} | {{ dict }} | {{ join . }}
    {{- range .Values.extra }} | {{- range . }} | {{- with .Values.extra }} | {{- with . }} | {{- if . }} | {{- else }}
    {{- end }} | {{ end }} | {{ define "x" }} | {{ $x := . }} | {{ fromYaml . }} | {{ .Values | toYaml }}
    """.strip()
    .replace("\n", " | ")
    .split(" | ")
)
PLACES = ("ip: ", "hostnames: ", "  - ", "- ", "- ip: ", "hostAliases: ", "")


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(PLACES), ACTIONS), min_size=1, max_size=5))
def test_whatever_a_template_prints_into_a_list_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, prints: list[tuple[int, str, str]]
) -> None:
    listed = [
        "  hostAliases:",
        "  - ip: 10.0.0.256",
        "    hostnames:",
        "    - a",
        "  - ip: 10.0.0.1",
        "    hostnames: [b]",
    ]
    for at, place, action in prints:
        listed.insert(min(at, len(listed)), f"  {place}{action}")
    template = "\n".join(["apiVersion: v1", "kind: Pod", "metadata: {name: p}", "spec:", *listed, ""])
    alone = lint(Source("pod.yaml", template.encode()), Options(selected=default_selection()))
    assert alone.documents == 1
    folder = write(tmp_path_factory.mktemp("chart"), {"values.yaml": BAD, "templates/pod.yaml": template})
    rules = {item.rule for item in lint_folder(folder)} | {item.rule for item in alone.findings}
    assert rules <= {rule.name for rule in RULES}


def test_lists_under_any_name_count_for_the_usual_address(tmp_path: Path) -> None:
    """A pod that gives a name another address than the values of a chart is told, whatever the chart calls its list."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostAliases: [{ip: 10.0.0.2, hostnames: [db]}]}\n"
    values = "extra: [{ip: 10.0.0.1, hostnames: [db]}]\n"
    write(tmp_path, {"templates/web.yaml": PRINTED, "values.yaml": values, "values-prod.yaml": values, "pod.yaml": pod})
    done = podhosts("check", "--select", "inconsistent-alias", "--format", "concise", ".", cwd=tmp_path)
    assert done.stdout.decode().startswith("pod.yaml:4:49: info: `db` is `10.0.0.2` here, but `10.0.0.1` in 2 other")
    assert done.stdout.count(b"\n") == 1


@pytest.mark.parametrize("columns", ["99999999999", "-5"])
def test_columns_that_nobody_can_print_stop_helm(tmp_path: Path, columns: str) -> None:
    template = HEAD + f"      hostAliases: {{{{- toYaml .Values.extra | nindent {columns} }}}}\n"
    assert found(tmp_path, {"templates/web.yaml": template, "values.yaml": BAD}) == []


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
{spec}
      containers: [{{name: web, image: web}}]
"""


def chart_with(folder: Path, spec: str, values: str, **more: str) -> str:
    """A chart whose one template has some lines in its pod spec; what podhosts prints about it."""
    template = DEPLOYMENT.format(spec="\n".join(f"      {line}" for line in spec.split("\n")))
    for name, text in {
        "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n" + more.get("dependencies", ""),
        "templates/web.yaml": template,
        "values.yaml": values,
    }.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text, "utf-8")
    return podhosts("check", "--format", "concise", "--fail-on", "never", str(folder)).stdout.decode()


def test_a_map_of_which_one_value_is_the_list(tmp_path: Path) -> None:
    spec = (
        "{{- range $key, $value := .Values.pod }}\n"
        '{{- if eq $key "hostAliases" }}\n'
        "hostAliases: {{- toYaml $value | nindent 8 }}\n"
        "{{- end }}\n{{- end }}"
    )
    values = "pod:\n  securityContext: {runAsUser: 5}\n  hostAliases:\n  - {ip: 10.0.0.1, hostnames: [a.example]}\n"
    assert chart_with(tmp_path, spec, values) == ""


@pytest.mark.parametrize(
    "guard",
    ["{{- if .enabled }}{entry}{{- end }}", "{{- if not .enabled }}{{ continue }}{{- end }}{entry}"],
)
def test_an_entry_that_the_template_may_leave_out(tmp_path: Path, guard: str) -> None:
    entry = "\n- ip: {{ .ip }}\n  hostnames: {{ .hostnames | toJson }}\n"
    values = "aliases:\n- {ip: TBD, hostnames: [a.example], enabled: false}\n"
    loop = "hostAliases:\n{{- range .Values.aliases }}\n%s\n{{- end }}"
    assert chart_with(tmp_path / "guarded", loop % guard.replace("{entry}", entry), values) == ""
    assert "invalid-ip" in chart_with(tmp_path / "bare", loop % entry, values)


BAD_LIST = "[{ip: 10.0.0.300, hostnames: [a.example]}]"


@pytest.mark.parametrize(
    ("spec", "values", "is_found"),
    [
        ("dnsPolicy: Default", f"hostAliases: {BAD_LIST}", False),
        ("hostAliases: {{ toYaml .Values.aliases | nindent 6 }}", f"web:\n  hostAliases: {BAD_LIST}", True),
        ("hostAliases: {{ toYaml .Values.aliases | nindent 6 }}", f"web:\n  hostaliases: {BAD_LIST}", False),
        ("{{ toYaml .Values.web | nindent 6 }}", f"web:\n  hostAliases: {BAD_LIST}", True),
        ("{{ toYaml .Values.web.spec | nindent 6 }}", f"web:\n  hostAliases: {BAD_LIST}", False),
        ("{{ with .Values }}{{ toYaml .web }}{{ end }}", f"web:\n  hostAliases: {BAD_LIST}", True),
        ('{{ include "lib.pod" . }}', f"hostAliases: {BAD_LIST}", False),
        ("{{ tpl .Values.extra . }}", f"extra: '{{{{ toYaml .Values.x }}}}'\nhostAliases: {BAD_LIST}", True),
    ],
)
def test_a_list_that_no_template_prints_is_refused_by_nobody(
    tmp_path: Path, spec: str, values: str, is_found: bool
) -> None:
    assert ("invalid-ip" in chart_with(tmp_path, spec, values)) == is_found


def test_a_chart_that_is_not_there_may_print_the_list(tmp_path: Path) -> None:
    dependencies = "dependencies:\n- {name: lib, version: 1.0.0, repository: 'https://charts.example'}\n"
    found = chart_with(tmp_path, '{{ include "lib.pod" . }}', f"hostAliases: {BAD_LIST}", dependencies=dependencies)
    assert "invalid-ip" in found


@pytest.mark.parametrize(
    "printed",
    [
        "{{- toYaml . | nindent 4 }}",
        "{{ toYaml . | indent 4 }}",
        '{{- include "web.aliases" $ | nindent 2 }}',
        "# those of the values\n  {{- tpl (toYaml .) $ | nindent 4 }}",
    ],
)
@pytest.mark.parametrize("kind", ["Prometheus", "Alertmanager", "ThanosRuler"])
def test_a_list_that_is_printed_into_a_custom_resource(tmp_path: Path, kind: str, printed: str) -> None:
    text = (
        f"apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec:\n  replicas: 1\n"
        f"  {{{{- with .Values.hostAliases }}}}\n  hostAliases:\n{printed}\n  {{{{- end }}}}\n"
    )
    chart_with(tmp_path, "dnsPolicy: Default", "hostAliases: []\n")
    (tmp_path / "templates" / "monitoring.yaml").write_text(text, "utf-8")
    assert podhosts("check", "--format", "concise", str(tmp_path)).stdout == b""
