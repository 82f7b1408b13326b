"""Charts are evaluated: findings stand at the text that people change, and commands show the pods that come out."""

from __future__ import annotations

import io
import json
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Scalar
from podhosts.helm import Charts
from podhosts.interpret import interpret
from podhosts.kubernetes import KnownKinds
from podhosts.source import Source
from tests import charts
from tests.charts import METADATA, TAIL, lint_folder, write
from tests.effort import examples
from tests.running import podhosts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from podhosts.placed import Place

HEAD = charts.HEAD.replace("{name: web}", '{name: "{{ .Release.Name }}-web"}')
ADDRESSES = "aliases:\n- ip: 10.0.0.5\n  hostnames: [one.example, two.example]\n"


def pod(text: str) -> str:
    """A template whose pod spec has these lines."""
    return HEAD + "".join(f"      {line}\n" for line in text.strip("\n").split("\n")) + TAIL


def found(folder: Path, files: Mapping[str, str]) -> list[tuple[str, int, str, str]]:
    """Path, line, rule and marked text of each finding."""
    return [(item.path, item.line, item.rule, item.marked) for item in lint_folder(write(folder, files))]


def run(folder: Path, *arguments: str) -> str:
    return podhosts(*arguments, cwd=folder).stdout.decode()


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        pytest.param(
            "hostAliases:\n- ip: {{ .Values.db.ip }}\n  hostnames: [{{ .Values.db.host }}]",
            "db:\n  ip: 10.0.0.300\n  host: Db_main\n",
            [("values.yaml", 2, "invalid-ip", "10.0.0.300"), ("values.yaml", 3, "invalid-hostname", "Db_main")],
            id="scalars",
        ),
        pytest.param(
            "hostAliases:\n- ip: 10.0.0.1\n  hostnames: [{{ printf `%s.%s` .Values.name .Values.domain | quote }}]",
            "name: web\ndomain: bad_example\n",
            [("values.yaml", 1, "invalid-hostname", "web")],
            id="two scalars in one name: the first, the other one related",
        ),
        pytest.param(
            "hostAliases:\n{{- range .Values.names }}\n- ip: {{ $.Values.gateway }}\n"
            "  hostnames: [{{ . }}]\n{{- end }}",
            "gateway: 10.0.0.1\nnames: [a.example, b.example]\n",
            [("templates/d.yaml", 11, "duplicate-ip", "{{ $.Values.gateway }}")],
            id="one address in every turn of a loop",
        ),
        pytest.param(
            "hostAliases:\n{{- range $one := .Values.aliases }}\n{{- range $name := $one.hostnames }}\n"
            "- ip: {{ $one.ip }}\n  hostnames: [{{ $name }}]\n{{- end }}\n{{- end }}",
            ADDRESSES,
            [("templates/d.yaml", 12, "duplicate-ip", "{{ $one.ip }}")],
            id="a loop in a loop",
        ),
        pytest.param(
            "hostAliases:\n{{- toYaml .Values.aliases | nindent 6 }}\n- ip: 10.0.0.5\n  hostnames: [three.example]",
            ADDRESSES,
            [("templates/d.yaml", 11, "duplicate-ip", "10.0.0.5")],
            id="a constant behind the list",
        ),
        pytest.param(
            "hostAliases:\n- ip: 10.0.0.5\n  hostnames: [three.example]\n{{- toYaml .Values.aliases | nindent 6 }}",
            ADDRESSES,
            [("values.yaml", 2, "duplicate-ip", "10.0.0.5")],
            id="a constant before the list",
        ),
        pytest.param(
            "hostAliases: {{ .Values.aliases }}",
            ADDRESSES,
            [("templates/d.yaml", 9, "syntax-error", "{{ .Values.aliases }}")],
            id="a list as Go prints it",
        ),
        pytest.param(
            "hostAliases: {{- tpl .Values.text . | nindent 6 }}",
            "text: |\n  - ip: 10.0.0.300\n    hostnames: [a.example]\n",
            [("values.yaml", 2, "invalid-ip", "10.0.0.300")],
            id="a text for tpl",
        ),
        pytest.param(
            "hostAliases: {{- include `web.text` . | nindent 6 }}",
            "host: ''\naliases:\n- ip: 10.0.0.1\n  hostnames:\n  - '{{ .Values.host }}'\n",
            [("values.yaml", 5, "invalid-hostname", "'{{ .Values.host }}'")],
            id="an empty text that a text for tpl in a shared template gives",
        ),
        pytest.param(
            "{{- range .Values.aliases }}\nhostAliases: [{ip: {{ .ip }}, hostnames: {{ toJson .hostNames }}}]\n"
            "{{- end }}",
            "aliases:\n- ip: 10.0.0.1\n  hostnames: [a.example]\n",
            [("values.yaml", 2, "empty-hostnames", "ip")],
            id="a key that the entry lacks",
        ),
        pytest.param(
            "hostAliases:\n{{- range $ip, $names := .Values.hosts }}\n- ip: {{ $ip }}\n"
            "  hostnames: {{ toJson $names }}\n{{- end }}",
            "hosts:\n  10.0.0.1: [a.example]\n  10.0.0.300: [b_c]\n",
            [("values.yaml", 3, "invalid-ip", "10.0.0.300"), ("values.yaml", 3, "invalid-hostname", "b_c")],
            id="a map from addresses to names",
        ),
        pytest.param(
            "{{- if .Values.missing }}\nhostAliases: {{- toYaml .Values.aliases | nindent 6 }}\n{{- end }}",
            "aliases:\n- ip: 10.0.0.300\n  hostnames: [a.example]\n",
            [("values.yaml", 2, "invalid-ip", "10.0.0.300")],
            id="what is not printed is read entry by entry",
        ),
        pytest.param(
            "hostAliases:\n- ip: 10.0.0.1\n  hostnames: [{{ .Release.Name }}_x]",
            "{}\n",
            [],
            id="what nobody knows",
        ),
    ],
)
def test_places(tmp_path: Path, template: str, values: str, expected: list[tuple[str, int, str, str]]) -> None:
    shared = '{{- define "web.text" }}{{ tpl (toYaml .Values.aliases) . }}{{ end }}'
    files = {"templates/d.yaml": pod(template), "templates/_t.tpl": shared, "values.yaml": values}
    assert found(tmp_path, files) == expected


LISTED = pod("{{- with .Values.aliases }}\nhostAliases: {{- toYaml . | nindent 6 }}\n{{- end }}")


def test_each_values_file_is_tried(tmp_path: Path) -> None:
    """Conditions of one file hold for what another one has."""
    bad = "aliases: [{ip: 10.0.0.300, hostnames: [a.example]}]\n"
    files = {
        "templates/d.yaml": pod(
            "{{- if .Values.enabled }}\nhostAliases: {{- toYaml .Values.aliases | nindent 6 }}\n{{- end }}"
        ),
        "values.yaml": "enabled: false\n" + ADDRESSES,
        "environments/prod.yaml": "enabled: true\n" + bad,
        "ci/small-values.yaml": "enabled: true\n",
    }
    assert found(tmp_path, files) == [("environments/prod.yaml", 2, "invalid-ip", "10.0.0.300")]
    report = json.loads(run(tmp_path, "check", "--format", "json", "."))
    (finding,) = report["findings"]
    assert finding["built"] == [{"by": "helm", "chart": "", "values": ["values.yaml", "environments/prod.yaml"]}]
    assert finding["field"] == "aliases[0].ip"
    assert [(item["path"], item["start"]["line"]) for item in finding["related"]] == [("templates/d.yaml", 10)]


def test_what_several_builds_have_is_one_finding(tmp_path: Path) -> None:
    bad = ADDRESSES.replace("10.0.0.5", "10.0.0.500")
    write(tmp_path, {"templates/d.yaml": LISTED, "values.yaml": bad, "values-prod.yaml": "replicas: 2\n"})
    (finding,) = json.loads(run(tmp_path, "check", "--format", "json", "."))["findings"]
    assert [item["values"] for item in finding["built"]] == [["values.yaml"], ["values.yaml", "values-prod.yaml"]]


def test_values_of_an_archive(tmp_path: Path) -> None:
    files = {"Chart.yaml": METADATA.replace("web", "sub"), "templates/d.yaml": LISTED, "values.yaml": "aliases: []\n"}
    write(tmp_path, {"values.yaml": "sub:\n  aliases:\n  - {ip: 10.0.0.300, hostnames: [a.example]}\n"})
    (tmp_path / "charts").mkdir()
    with tarfile.open(tmp_path / "charts" / "sub-0.1.0.tgz", "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"sub/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    assert [(item.path, item.line, item.rule) for item in lint_folder(tmp_path)] == [("values.yaml", 3, "invalid-ip")]


def test_imported_values(tmp_path: Path) -> None:
    files = {
        "Chart.yaml": METADATA + "dependencies: [{name: sub, version: 0.1.0, import-values: [data]}]\n",
        "charts/sub/Chart.yaml": METADATA.replace("web", "sub"),
        "charts/sub/values.yaml": "exports:\n  data:\n    aliases:\n    - {ip: 10.0.0.300, hostnames: [a.example]}\n",
        "templates/d.yaml": LISTED,
    }
    assert found(tmp_path, files) == [("charts/sub/values.yaml", 4, "invalid-ip", "10.0.0.300")]


def test_what_helm_refuses_is_unread_in_its_words(tmp_path: Path) -> None:
    template = pod('hostAliases:\n- ip: {{ required "an address is needed" .Values.ip }}\n  hostnames: [a.example]')
    write(tmp_path, {"templates/d.yaml": template, "values.yaml": "{}\n"})
    done = podhosts("check", "-v", ".", cwd=tmp_path)
    assert b"not read: templates that Helm stops at: 1, in 1 file\n  templates/d.yaml:10:" in done.stderr
    assert b"an address is needed" in done.stderr
    assert podhosts("check", "--strict", ".", cwd=tmp_path).returncode == 1


def test_a_chart_whose_lists_are_known_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"templates/d.yaml": LISTED, "values.yaml": ADDRESSES})
    done = podhosts("check", "--strict", ".", cwd=tmp_path)
    assert (done.returncode, b"not read" in done.stderr) == (0, False)


def test_render_and_resolve_see_the_printed_pod(tmp_path: Path) -> None:
    files = {
        "templates/d.yaml": LISTED,
        "values.yaml": ADDRESSES,
        "other.yaml": "aliases: [{ip: 10.0.0.9, hostnames: [nine.example]}]\n",
    }
    write(tmp_path, files)
    shown = run(tmp_path, "render", "--trace", ".")
    assert "10.0.0.5 one.example two.example" in shown
    assert "<- values.yaml:2" in shown
    assert "release-name-web" in shown
    assert "10.0.0.9 nine.example" in run(tmp_path, "render", "--trace", "--values", "other.yaml", ".")
    assert "10.0.0.5" in run(tmp_path, "resolve", "one.example", ".")
    assert podhosts("render", "--values", "lost.yaml", ".", cwd=tmp_path).returncode == 2


def test_values_files_that_are_named(tmp_path: Path) -> None:
    """They need not belong to the chart, and are taken together."""
    write(tmp_path / "web", {"templates/d.yaml": LISTED, "values.yaml": ADDRESSES})
    (tmp_path / "first.yaml").write_text("aliases: [{ip: 10.0.0.300, hostnames: [a.example]}]\n")
    (tmp_path / "second.yaml").write_text("aliases: [{ip: 10.0.0.301, hostnames: [a.example]}]\n")
    given = ("--values", "first.yaml", "--values", "second.yaml")
    lines = run(tmp_path, "check", "--format", "concise", *given, "web").splitlines()
    assert [line.partition(" error")[0] for line in lines] == ["second.yaml:1:16:"]
    assert podhosts("check", "--values", "lost.yaml", "web", cwd=tmp_path).returncode == 2


def test_a_fix_in_values_leaves_all_printed_pods_as_they_are(tmp_path: Path) -> None:
    repeated = "hostAliases:\n- ip: 10.0.0.5\n  hostnames: [one.example, one.example] # both\n"
    listed = LISTED.replace(".aliases", ".hostAliases")
    second = pod("hostAliases:\n- ip: 10.0.0.6\n  hostnames: [{{ index (first .Values.hostAliases).hostnames 1 }}]")
    write(tmp_path, {"templates/d.yaml": listed, "templates/e.yaml": second, "values.yaml": repeated})
    done = podhosts("check", "--fix", ".", cwd=tmp_path)
    assert (tmp_path / "values.yaml").read_text() == repeated
    assert b"not repaired: the pods that a chart prints change" in done.stdout
    (tmp_path / "templates" / "e.yaml").unlink()
    assert podhosts("check", "--fix", ".", cwd=tmp_path).returncode == 0
    assert (tmp_path / "values.yaml").read_text() == repeated.replace("one.example, one.example", "one.example")


def test_inventory_lists_what_is_printed(tmp_path: Path) -> None:
    write(tmp_path, {"templates/d.yaml": LISTED, "templates/e.yaml": LISTED, "values.yaml": ADDRESSES})
    rows = json.loads(run(tmp_path, "inventory", "--format", "json", "."))["entries"]
    assert {(row["name"], row["path"], row["object"]["kind"]) for row in rows} == {
        ("one.example", "values.yaml", "Deployment"),
        ("two.example", "values.yaml", "Deployment"),
    }


WAYS = {
    "toYaml": "hostAliases: {{ toYaml .Values.list | nindent 6 }}",
    "toJson": "hostAliases: {{ toJson .Values.list }}",
    "tpl": "hostAliases: {{ tpl (toYaml .Values.list) . | nindent 6 }}",
    "again": "hostAliases: {{ .Values.list | toYaml | fromYamlArray | toYaml | nindent 6 }}",
    "each": "hostAliases:\n{{- range .Values.list }}\n- ip: {{ .ip | quote }}\n  hostnames:\n"
    "  {{- range .hostnames }}\n  - {{ . | lower | quote }}\n  {{- end }}\n{{- end }}",
    "names": "hostAliases:\n{{- range .Values.list }}\n- ip: {{ .ip }}\n"
    "  hostnames: [{{ join `, ` .hostnames }}]\n{{- end }}",
    "printf": "hostAliases:\n{{- range .Values.list }}\n- ip: {{ printf `%s` .ip | trim }}\n"
    "  hostnames: [{{ printf `%s.x` (first .hostnames) }}]\n{{- end }}",
}
#: How a scalar may be written.
STYLES = ("{}", '"{}"', "'{}'", ">-\n      {}\n", "|-\n      {}\n")
ADDRESS = st.sampled_from(["10.0.0.1", "10.0.0.300", "::1", "nonsense"])
NAME = st.sampled_from(["a.example", "b_c", "-x", "localhost"])


@examples(60)
@given(
    st.sampled_from(sorted(WAYS)),
    st.lists(st.tuples(ADDRESS, st.lists(NAME, min_size=1, max_size=2), st.sampled_from(STYLES)), max_size=3),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_change_at_a_place_changes_what_is_printed(
    tmp_path_factory: pytest.TempPathFactory, way: str, entries: list[tuple[str, list[str], str]], line_break: str
) -> None:
    """The characters at the place of a printed scalar make its value: others there, and another value is printed."""
    values = "list:\n" if entries else "list: []\n"
    for ip, names, style in entries:
        values += f"  - ip: {style.format(ip)}\n    hostnames:\n"
        values += "".join(f"    - {style.format(name)}\n" for name in names)
    values = values.replace("\n", line_break)
    folder = write(tmp_path_factory.mktemp("chart"), {"templates/d.yaml": pod(WAYS[way]), "values.yaml": values})
    path = str(folder / "values.yaml")
    for text, place in printed_scalars(folder, values):
        if place.source.path == path:
            start, end = place.span
            changed = values[:start] + _other(values[start:end]) + values[end:]
            assert text not in [other for other, where in printed_scalars(folder, changed) if where.span.start == start]


def _other(text: str) -> str:
    """Another text of the same length that can stand in the same place."""
    return "".join("z" if letter.isalnum() and letter != "z" else letter for letter in text)


def printed_scalars(folder: Path, values: str) -> list[tuple[str, Place]]:
    """The addresses and names that a chart prints with these values, and where they are written."""
    source = Source(str(folder / "values.yaml"), values.encode())
    charts = Charts([str(path) for path in folder.rglob("*.yaml")], [source])
    chart = charts.at(str(folder))
    assert chart is not None
    found: list[tuple[str, Place]] = []
    for document in (document for text in charts.builds(chart)[0].printed for document in text.documents()):
        for alias in (alias for one in interpret(document, KnownKinds()) for pod in one.pods for alias in pod.aliases):
            scalars = [
                *([alias.ip_node] if isinstance(alias.ip_node, Scalar) else []),
                *(name for _, name in alias.names),
            ]
            places = ((scalar.text, document.place(scalar.span)) for scalar in scalars)
            found += [(shown, place) for shown, place in places if place is not None]
    return found


CONSTANT = "hostAliases:\n- ip: 127.0.0.1\n  hostnames: [status.localhost]"
PRINTED = "hostAliases: {{- toYaml .Values.hostAliases | nindent 6 }}"
SHARED = """\
{{- define "web.aliases" }}
{{- with .Values.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
"""


def when(condition: str, text: str) -> str:
    """Lines of a template under a condition."""
    return f"{{{{- {condition} }}}}\n{text}\n{{{{- end }}}}"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param(
            f"{when('if .Values.hostAliases', PRINTED)}\n{CONSTANT}",
            [(12, "`hostAliases` is written twice where `if .Values.hostAliases` holds")],
            id="a condition, then a constant",
        ),
        pytest.param(
            f"{CONSTANT}\n{when('if and .Values.on .Values.hostAliases', PRINTED)}",
            [(13, "`hostAliases` is written twice where `if and .Values.on .Values.hostAliases` holds")],
            id="a constant, then a condition of two values",
        ),
        pytest.param(
            f'{{{{- include "web.aliases" . | nindent 6 }}}}\n{CONSTANT}',
            [(10, "`hostAliases` is written twice once `.Values.hostAliases` has entries")],
            id="a shared template, then a constant",
        ),
        pytest.param(when("if .Values.hostAliases", f"{PRINTED}\n{{{{- else }}}}\n{CONSTANT}"), [], id="else"),
        pytest.param(
            f"{when('if .Values.hostAliases', PRINTED)}\n{when('if not .Values.hostAliases', CONSTANT)}", [], id="not"
        ),
        pytest.param(
            f"{when('if .Values.prod', PRINTED)}\n{when('if .Values.dev', CONSTANT)}", [], id="two conditions"
        ),
        pytest.param(
            f"{when('with .Values.hostAliases', PRINTED)}\n{when('with .Values.more.aliases', PRINTED)}",
            [],
            id="two lists, neither of which the chart itself fills",
        ),
    ],
)
def test_a_key_that_values_print_beside_another(tmp_path: Path, template: str, expected: list[tuple[int, str]]) -> None:
    files = {"templates/d.yaml": pod(template), "templates/_t.tpl": SHARED, "values.yaml": "hostAliases: []\n"}
    findings = json.loads(podhosts("check", "--format=json", cwd=write(tmp_path, files)).stdout)["findings"]
    assert [(one["start"]["line"], one["message"]) for one in findings] == expected
    assert {(one["rule"], one["path"]) for one in findings} <= {("duplicate-key", "templates/d.yaml")}
