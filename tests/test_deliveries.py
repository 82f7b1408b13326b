"""Charts of the repository as Flux, Argo CD, k3s and Kustomize install them: findings stand where the value is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.charts import HEAD, TAIL
from tests.repositories import scratch_repository
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

#: The key of the list is the chart's own, so that no word of ours stands in the values.
CHART = {
    "charts/app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
    "charts/app/values.yaml": "extraHosts: []\n",
    "charts/app/templates/d.yaml": HEAD.replace("{name: web}", '{name: "{{ .Release.Name }}"}')
    + """\
      {{- with .Values.extraHosts }}
      hostAliases: {{- toYaml . | nindent 6 }}
      {{- end }}
"""
    + TAIL,
}
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: shop}
spec:
  chart: {spec: {chart: ./charts/app, sourceRef: {kind: GitRepository, name: r}}}
"""
VALUES = "  values:\n    extraHosts:\n    - ip: 10.1.0.256\n      hostnames: [a.example]\n"
INNER = "        extraHosts:\n        - ip: 10.1.0.256\n          hostnames: [a.example]\n"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app, namespace: argocd}
spec:
  destination: {namespace: shop}
  source:
    repoURL: https://git.example/r
    path: charts/app
    helm:
"""
HELM_CHART = """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: app, namespace: kube-system}
spec:
  chart: ./charts/app
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: values, namespace: shop}
data:
"""


def found(folder: Path, *arguments: str) -> list[str]:
    """What `check` finds: path, line, column, rule, the marked text, and the files that the build is made of."""
    done = podhosts("check", "--format", "json", *(arguments or (".",)), cwd=folder)
    findings = json.loads(done.stdout)["findings"]
    lines = []
    for item in findings:
        start, end = item["start"], item["end"]
        text = (folder / item["path"]).read_bytes()[start["offset"] : end["offset"]].decode()
        built = [*dict.fromkeys(path for build in item["built"] for path in build.get("values", [build.get("folder")]))]
        lines.append(f"{item['path']}:{start['line']}:{start['column']}: {item['rule']} {text} {built}")
    return lines


def repository(tmp_path: Path, files: dict[str, str]) -> Path:
    """A work tree with the chart and some more files."""
    return scratch_repository(tmp_path / "r", {path: text.encode() for path, text in {**CHART, **files}.items()})


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {
                "release.yaml": RELEASE
                + "  values:\n    extraHosts:\n    - ip: 10.1.0.256\n      hostnames: [a.example]\n"
            },
            ["release.yaml:8:11: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'release.yaml']"],
            id="HelmRelease",
        ),
        pytest.param(
            {
                "release.yaml": RELEASE + "  valuesFrom:\n  - {kind: ConfigMap, name: values}\n",
                "config.yaml": CONFIG
                + "  values.yaml: |\n    extraHosts:\n    - ip: 10.1.0.256\n      hostnames: [a.example]\n",
            },
            ["config.yaml:7:11: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'config.yaml', 'release.yaml']"],
            id="valuesFrom",
        ),
        pytest.param(
            {
                "release.yaml": RELEASE
                + "  valuesFrom:\n  - {kind: ConfigMap, name: values, valuesKey: ip, targetPath: 'extraHosts[0].ip'}\n"
                + "---\n"
                + CONFIG
                + '  ip: "10.1.0.256"\n'
            },
            [
                "release.yaml:13:7: empty-hostnames \"10.1.0.256\" ['charts/app/values.yaml', 'release.yaml']",
                "release.yaml:13:7: invalid-ip \"10.1.0.256\" ['charts/app/values.yaml', 'release.yaml']",
            ],
            id="targetPath",
        ),
        pytest.param(
            {"app.yaml": APPLICATION + "      values: |\n" + INNER},
            ["app.yaml:12:15: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'app.yaml']"],
            id="Application with values",
        ),
        pytest.param(
            {"app.yaml": APPLICATION + "      valuesObject:\n" + INNER},
            ["app.yaml:12:15: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'app.yaml']"],
            id="Application with valuesObject",
        ),
        pytest.param(
            {
                "app.yaml": APPLICATION + "      valueFiles: [/env/prod.yaml]\n",
                "env/prod.yaml": "extraHosts:\n- ip: 10.1.0.256\n  hostnames: [a.example]\n",
            },
            ["env/prod.yaml:2:7: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'app.yaml', 'env/prod.yaml']"],
            id="Application with valueFiles",
        ),
        pytest.param(
            {
                "app.yaml": HELM_CHART
                + "  valuesContent: |-\n    extraHosts:\n    - ip: 10.1.0.256\n      hostnames: [a.example]\n"
            },
            ["app.yaml:8:11: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'app.yaml']"],
            id="HelmChart",
        ),
        pytest.param(
            {
                "a/release.yaml": RELEASE + "  valuesFrom:\n  - {kind: ConfigMap, name: values}\n",
                "a/kustomization.yaml": "configMapGenerator:\n- name: values\n  files: [values.yaml=app.yaml]\n",
                "a/app.yaml": "extraHosts:\n- ip: 10.1.0.256\n  hostnames: [a.example]\n",
            },
            ["a/app.yaml:2:7: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'a/app.yaml', 'a/release.yaml']"],
            id="valuesFrom a file of a generator",
        ),
        pytest.param(
            {
                "a/release.yaml": RELEASE + "  valuesFrom:\n  - {kind: ConfigMap, name: values}\n",
                "b/kustomization.yaml": "configMapGenerator:\n- name: values\n  literals:\n  - |-\n    values.yaml=\n"
                "    extraHosts:\n    - ip: 10.1.0.256\n      hostnames: [a.example]\n",
            },
            [
                "b/kustomization.yaml:7:11: invalid-ip 10.1.0.256 "
                "['charts/app/values.yaml', 'b/kustomization.yaml', 'a/release.yaml']"
            ],
            id="valuesFrom a literal of a generator",
        ),
        pytest.param(
            {"f/fleet.yaml": "helm:\n  chart: ../charts/app\n" + VALUES},
            ["f/fleet.yaml:5:11: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'f/fleet.yaml']"],
            id="Fleet",
        ),
        pytest.param(
            {
                "p/kustomization.yaml": "helmGlobals: {chartHome: ../charts}\nhelmCharts:\n- name: app\n"
                "  valuesInline:\n    extraHosts:\n    - ip: 10.1.0.256\n      hostnames: [a.example]\n"
            },
            ["p/kustomization.yaml:6:11: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'p/kustomization.yaml']"],
            id="helmCharts",
        ),
    ],
)
def test_findings_in_values(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert found(repository(tmp_path, files)) == expected


SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  generators:
  - list:
      elements:
      - {name: one, ip: 10.1.0.25}
      - {name: two, ip: 10.1.0.256}
  template:
    metadata: {name: "{{name}}"}
    spec:
      destination: {namespace: shop}
      source:
        repoURL: https://git.example/r
        path: charts/app
        helm:
          values: |
            extraHosts:
            - ip: {{ip}}
              hostnames: [a_example]
"""


def test_an_application_set(tmp_path: Path) -> None:
    """What the generator gives is shown there, what the template has in the template: once for both Applications."""
    built = ["charts/app/values.yaml", "set.yaml"]
    assert found(repository(tmp_path, {"set.yaml": SET})) == [
        f"set.yaml:9:25: invalid-ip 10.1.0.256 {built}",
        f"set.yaml:21:27: invalid-hostname a_example {built}",
    ]


def test_an_application_set_with_templates_of_go(tmp_path: Path) -> None:
    """A range over what the generator gives leads back to it; what it lacks leaves the whole unread."""
    text = SET.replace(
        "spec:\n  generators", 'spec:\n  goTemplate: true\n  goTemplateOptions: ["missingkey=error"]\n  generators', 1
    )
    text = text.replace("ip: 10.1.0.25}", "ips: [10.1.0.25]}").replace(
        "ip: 10.1.0.256}", "ips: [10.1.0.2, 10.1.0.256]}"
    )
    entry = "            - ip: {{ip}}\n              hostnames: [a_example]\n"
    looped = entry.replace("{{ip}}", "{{ . }}").replace("a_", "a.")
    text = text.replace("{{name}}", "{{.name}}")
    text = text.replace(entry, f"{' ' * 12}{{{{- range .ips }}}}\n{looped}{' ' * 12}{{{{- end }}}}\n")
    built = ["charts/app/values.yaml", "set.yaml"]
    (tmp_path / "1").mkdir()
    assert found(repository(tmp_path / "1", {"set.yaml": text})) == [
        f"set.yaml:11:37: invalid-ip 10.1.0.256 {built}",
    ]
    (tmp_path / "2").mkdir()
    assert found(repository(tmp_path / "2", {"set.yaml": text.replace("range .ips", "range .nothing")})) == []


def test_an_application_set_of_files(tmp_path: Path) -> None:
    text = SET[: SET.index("  - list:")] + "  - git: {files: [{path: 'clusters/*/config.yaml'}]}\n"
    text += SET[SET.index("  template:") :].replace("{{name}}", "{{path.basename}}").replace("a_example", "a.example")
    files = {"set.yaml": text, "clusters/a/config.yaml": "ip: 10.1.0.256\n", "clusters/b/config.yaml": "ip: 10.1.0.2\n"}
    (line,) = found(repository(tmp_path, files))
    assert line.startswith("clusters/a/config.yaml:1:5: invalid-ip 10.1.0.256")


def test_a_chart_that_is_elsewhere(tmp_path: Path) -> None:
    """A name in a registry is no folder, even if there is one of that name."""
    release = RELEASE.replace("./charts/app", "charts/app").replace("GitRepository", "HelmRepository")
    text = release + VALUES
    assert found(repository(tmp_path, {"release.yaml": text})) == []


def test_outside_a_work_tree(tmp_path: Path) -> None:
    text = RELEASE + VALUES
    for path, content in {**CHART, "prod/release.yaml": text}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    assert found(tmp_path) == [
        "prod/release.yaml:8:11: invalid-ip 10.1.0.256 ['charts/app/values.yaml', 'prod/release.yaml']"
    ]


NAMED = {
    "app.yaml": APPLICATION + "      valueFiles: [/env/prod.yaml]\n",
    "env/prod.yaml": "extraHosts:\n- ip: 10.1.0.256\n  hostnames: [a.example]\n",
    "release.yaml": RELEASE + VALUES,
    "p/kustomization.yaml": "helmGlobals: {chartHome: ../charts}\nhelmCharts:\n- name: app\n  valuesInline:\n" + INNER,
    "h/helmfile.yaml": "releases:\n- name: a\n  chart: ../charts/app\n  values:\n  - extraHosts:\n"
    "    - ip: 10.1.0.256\n      hostnames: [a.example]\n",
    "other.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
}
AT_PROD, AT_RELEASE, AT_CHARTS = ("env/prod.yaml:2:7:", "release.yaml:8:11:", "p/kustomization.yaml:6:15:")
AT_HELMFILE = "h/helmfile.yaml:6:11:"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("release.yaml", [AT_RELEASE]),
        ("env/prod.yaml", [AT_PROD]),
        ("app.yaml", [AT_PROD]),
        ("p/kustomization.yaml", [AT_CHARTS]),
        ("h/helmfile.yaml", [AT_HELMFILE]),
        ("charts/app/templates/d.yaml", [AT_PROD, AT_HELMFILE, AT_CHARTS, AT_RELEASE]),
        ("charts/app/values.yaml", [AT_PROD, AT_HELMFILE, AT_CHARTS, AT_RELEASE]),
        ("other.yaml", []),
        (".", [AT_PROD, AT_HELMFILE, AT_CHARTS, AT_RELEASE]),
    ],
)
def test_a_named_file_sees_deliveries(tmp_path: Path, name: str, expected: list[str]) -> None:
    """A commit of a delivery alone, of its values, of the chart."""
    folder = repository(tmp_path, NAMED)
    assert [line.partition(" ")[0] for line in found(folder, name)] == expected


def test_pods_are_shown_as_they_are_delivered(tmp_path: Path) -> None:
    """`render`, `resolve` and `inventory` see the release with its values, and not the chart by itself beside it."""
    values = VALUES.replace("256", "25")
    folder = repository(tmp_path, {"release.yaml": RELEASE + values})
    lines = podhosts("render", ".", cwd=folder).stdout.decode().splitlines()
    assert "10.1.0.25\ta.example" in lines
    # A folder in a work tree is treated like its files.
    assert "10.1.0.25\ta.example" in podhosts("render", "charts/app", cwd=folder).stdout.decode()
    (folder / "app.yaml").write_text(APPLICATION + "      values: ''\n")
    headings = [line for line in podhosts("render", ".", cwd=folder).stdout.decode().splitlines() if "---" in line]
    heading = "# --- charts/app/templates/d.yaml: Deployment/app, spec.template.spec"
    assert headings == [f"{heading} (Application app) ---", f"{heading} (HelmRelease app) ---"]
    (folder / "app.yaml").unlink()
    assert sum(line.startswith("127.0.0.1") for line in lines) == 1
    assert "10.1.0.25" in podhosts("resolve", "a.example", ".", cwd=folder).stdout.decode()
    inventory = podhosts("inventory", ".", "--format", "json", cwd=folder).stdout.decode()
    assert ("10.1.0.25" in inventory, '"release.yaml"' in inventory) == (True, True)


def test_values_that_are_elsewhere_are_unread(tmp_path: Path) -> None:
    """What the release says itself is looked at all the same."""
    text = RELEASE + "  valuesFrom:\n  - {kind: Secret, name: hidden}\n" + VALUES
    folder = repository(tmp_path, {"release.yaml": text})
    report = json.loads(podhosts("check", "--format", "json", cwd=folder).stdout)
    assert [(item["path"], item["start"]["line"], item["reason"]) for item in report["unread"]] == [
        ("release.yaml", 7, "values of a ConfigMap or Secret that is not there")
    ]
    assert [item["rule"] for item in report["findings"]] == ["invalid-ip"]


STATE = """\
environments:
  default:
    values: [env/default.yaml]
  prod:
    values:
    - env/prod.yaml
    - {zone: b_c}
---
releases:
- name: app
  namespace: shop
  chart: ./charts/app
  values:
  - extraHosts:
    - ip: {{ .Values.db.ip }}
      hostnames: [db.{{ .Values | get "zone" "example" }}]
  - more.yaml.gotmpl
"""
MORE = """\
{{- if eq .Environment.Name "prod" }}
extraHosts:
- ip: {{ .Values.db.ip }}
  hostnames: [db_{{ .Release.Name }}]
{{- end }}
"""


def test_a_templated_state_of_helmfile_in_each_environment(tmp_path: Path) -> None:
    """Values lead to the file of the environment, texts to the template, be it the state or a file of values."""
    files = {
        "helmfile.yaml.gotmpl": STATE,
        "more.yaml.gotmpl": MORE,
        "env/default.yaml": "db: {ip: 10.1.0.1}\n",
        "env/prod.yaml": "db: {ip: 10.1.0.256}\n",
    }
    folder = repository(tmp_path, files)
    assert [line.split(" [")[0] for line in found(folder)] == [
        "env/prod.yaml:1:10: invalid-ip 10.1.0.256",
        "more.yaml.gotmpl:4:15: invalid-hostname db_",
    ]
    (folder / "more.yaml.gotmpl").write_text("")
    assert [line.split(" [")[0] for line in found(folder)] == [
        "env/prod.yaml:1:10: invalid-ip 10.1.0.256",
        "helmfile.yaml.gotmpl:7:14: invalid-hostname b_c",
    ]
    headings = [line for line in podhosts("render", ".", cwd=folder).stdout.decode().splitlines() if "---" in line]
    assert [heading.partition("(")[2] for heading in headings] == [
        "release app of helmfile.yaml.gotmpl) ---",
        "release app of helmfile.yaml.gotmpl in prod) ---",
    ]


@pytest.mark.parametrize(
    "state",
    [
        "releases: [{name: app, chart: ./charts/app, values: [{extraHosts: [{ip: 10.1.0.256}]}], condition: a.b}]\n",
        "{{ if }}\n",
        'releases:\n- name: {{ env "X" }}\n  chart: ./charts/app\n',
        "releases:\n- {name: app, chart: ./charts/app, values: [{extraHosts: [{{ .Values.nothing }}]}]}\n",
    ],
)
def test_a_state_of_helmfile_that_nobody_can_fill_in(tmp_path: Path, state: str) -> None:
    assert found(repository(tmp_path, {"helmfile.yaml.gotmpl": state})) == []


def test_a_delivery_whose_values_nobody_can_read_is_unread(tmp_path: Path) -> None:
    """It is said once, at the delivery, and only the chart by itself is judged."""
    text = APPLICATION + "      valueFiles: [../../../../outside.yaml]\n"
    folder = repository(tmp_path, {"app.yaml": text})
    report = json.loads(podhosts("check", "--format", "json", cwd=folder).stdout)
    assert [item["rule"] for item in report["findings"]] == []
    assert [(item["path"], item["start"]["line"], item["reason"]) for item in report["unread"]] == [
        ("app.yaml", 1, "the values of Application app: the values file `../../../../outside.yaml` is not there")
    ]


@pytest.mark.parametrize("is_go", [True, False])
def test_generators_that_give_too_much(tmp_path: Path, is_go: bool) -> None:
    """A matrix of matrices is passed over, before it takes long."""
    elements = [{"a": str(number)} for number in range(200)]
    inner = [{"list": {"elements": [{name: str(number)} for number in range(200)]}} for name in "bc"]
    matrix = {"matrix": {"generators": [{"list": {"elements": elements}}, {"matrix": {"generators": inner}}]}}
    spec = {"goTemplate": is_go, "generators": [matrix], "template": {"metadata": {"name": "x"}, "spec": {}}}
    text = json.dumps({"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": {}, "spec": spec})
    assert found(repository(tmp_path, {"set.json": text})) == []
