"""Text that is not YAML: a finding only where it is a manifest about hosts, unread only where a template broke it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from podhosts.engine import Options, lint
from podhosts.rules import RULES
from podhosts.source import Source
from podhosts.triggers import mentions
from tests.expectations import spoken
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.engine import Result

EVERY_RULE = Options(selected=frozenset(rule.name for rule in RULES))

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
ALIASES = "  hostAliases:\n  - ip: 10.0.0.1\n     hostnames: [a.corp]\n"

#: What other programs read, each with a word that a rule reacts to; most is not YAML, the rest has other meanings.
NOBODYS = {
    "tsconfig.json": '{\n  // strict\n  "compilerOptions": {"noFallthroughCasesInSwitch": true,},\n}\n',
    "launch.json": '{\n  "configurations": [\n    /* attach */ {"name": "a", "hostname": "Dev_1"}\n  ]\n}\n',
    "devcontainer.json": '{\n  // dev\n  "hostname": "Dev_1",\n  "mounts": ["target=/etc/hosts"],\n}\n',
    "settings.json": '{\n  "a": 1, // kind: "Pod", "apiVersion": "v1"\n  "hostname": "x" "y"\n}\n',
    "schema.yml": "definitions:\n  node:\n    properties:\n      hostname:\n        pattern: @PATTERN@\n",
    "list-schema.yml": "properties:\n  hostAliases:\n    type: array\n    items: @ITEMS@\n",
    "values.schema.json": '{"properties": {"hostAliases": {"type": "array", "default": []}}, // values\n}\n',
    "route.yaml": "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec:\n"
    "  parentRefs:\n  - name: %%GATEWAY%%\n  hostnames:\n  - %%NAME%%\n",
    "ingress.yaml": "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n"
    "  rules: [{hostname: a.corp}\n",
    "crd.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  properties:\n"
    "    hostAliases: {type: array\n",
    "k3d.yaml": "apiVersion: k3d.io/v1alpha5\nkind: Simple\nhostAliases:\n- ip: a\n   hostnames: [b]\n",
    "compose.yaml": "services:\n  web:\n    hostname: Web_1\n    extra_hosts: ['db:10.0.0.256']\n     image: web\n",
    "playbook.yaml": "- hosts: all\n  tasks:\n  - lineinfile: {path: /etc/hosts, line: {{ ip }} {{ name }}}\n",
    "role.yaml": "- kubernetes.core.k8s:\n    definition:\n      apiVersion: v1\n      kind: Pod\n"
    "      spec:\n        hostname: A_b\n         containers: []\n",
    "machine.yaml": "machine:\n  network:\n    hostname: Node_1\n    extraHostEntries:\n    - ip: 10.0.0.256\n"
    "       aliases: [a]\n",
    "workflow.yaml": "jobs:\n  a:\n    container: {options: x}\n    steps:\n    - run: echo >> /etc/hosts\n"
    "       name: a\n",
    "cloud-init.yaml": "#cloud-config\nhostname: A_b\nwrite_files:\n- path: /etc/hosts\n  content: *text\n",
    "directive.yaml": "%TAG ! tag:example.com,2026:\n---\nhostname: A_b\n",
    "separator.yaml": "title: hostname\n--- more\nhostname: A_b\n",
    "service.yaml": "apiVersion: v1\nkind: Service\nspec:\n  hostAliases: [\n",
    "alerts.yaml": "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  x: hostname: {{ $x }}\n",
    "job.yaml": "kind: Job\nversion: 2\nspec:\n  template:\n    spec: {hostname: A_b, hostAliases: x}\n",
    "deployment.yaml": "kind: Deployment\nspec:\n  hostAliases: {web: [10.0.0.1]}\n  hostname: A_b\n",
    "block.yaml": "text: |\n  apiVersion: v1\n  kind: Pod\n  spec: {hostAliases: [}\nbad: [\n",
}


def linted(text: str, path: str = "x.yaml") -> Result:
    return lint(Source(path, text.encode()), EVERY_RULE)


def rules(result: Result) -> list[str]:
    return [finding.rule for finding in result.findings]


@pytest.mark.parametrize("name", NOBODYS)
def test_what_is_no_manifest_is_nobodys_business(name: str) -> None:
    """By no rule, and not as unread either."""
    assert mentions(NOBODYS[name].encode())
    result = linted(NOBODYS[name], name)
    assert rules(result) == []
    assert result.unread == []


def test_nor_is_it_in_a_folder(tmp_path: Path) -> None:
    for name, text in NOBODYS.items():
        (tmp_path / name).write_text(text)
    done = podhosts("check", "--strict", "-v", ".", cwd=tmp_path)
    assert done.stdout == b""
    assert done.returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        POD + ALIASES,
        '{"apiVersion": "v1", "kind": "Pod", // web\n "spec": {"hostAliases": []}}\n',
        '# a pod\n{apiVersion: v1, kind: "Pod",\n spec: {hostAliases: [{ip: 10.0.0.1]}}\n',
        "'apiVersion': 'apps/v1'\n\"kind\": \"Deployment\" # web\nspec: {hostname: a\n",
        "apiVersion: v1\n kind: Pod\nspec: {hostname: a}\n",
        "  apiVersion: v1\n  kind: Pod\n  spec:\n    hostname: [\n",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec:\n    hostname: a\n     x: b\n",
        "apiVersion: v1\nkind: PodList\nitems:\n- spec:\n    hostname: a\n     x: b\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec:\n  template:\n    spec:\n      hostAliases: [\n",
        "apiVersion: example.com/v1\nkind: Sample\nspec:\n  hostAliases:\n   - ip: a\n  - ip: b\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches: [{path: /spec/hostAliases\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: coredns}\ndata:\n  Corefile: |\n    hosts {\n   x: [\n",
        "%YAML 1.1\n---\n" + POD + "  hostname: a\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n--- pods\n" + POD + "  hostname: a\n",
    ],
)
def test_a_manifest_that_mentions_hosts_is_an_error(text: str) -> None:
    result = linted(text)
    assert rules(result) == ["syntax-error"]
    assert result.unread == []


@pytest.mark.parametrize(
    "entry",
    [
        "  - ip: @DB_IP@\n",
        "  - ip: @@DB_IP@@\n",
        "  - ip: %DB_IP%\n",
        "  - ip: %%DB_IP%%\n",
        "  {% for host in hosts %}\n  - ip: {{ host.ip }}\n  {% endfor %}\n  - [\n",
        "  <% hosts.each do |host| %>\n  - ip: 10.0.0.1\n  <% end %>\n",
        "  <HOST_ALIASES>\n",
        "  <<HOST_ALIASES>>\n",
        "  {{ range .hosts }}- ip: {{ . }}{{ end }} - : [\n",
    ],
)
def test_marks_that_are_no_yaml_make_a_document_unread(entry: str) -> None:
    result = linted(f"{POD}  hostAliases:\n{entry}  containers: []\n")
    assert result.findings == []
    assert [item.reason for item in result.unread] == ["documents of a template that are not YAML by themselves"]


@pytest.mark.parametrize(
    "above",
    [
        "  hostname: $NAME\n",
        "  hostname: ${NAME}\n",
        "  hostname: $(NAME)\n",
        '  hostname: "{{ name }}"\n',
        "  hostname: '{% name %}'\n",
        "  hostname: web # {{ name }}\n",
        "  # {% if web %}\n",
        "  hostname: '@NAME@'\n",
        "  note: |\n    {{ name }}\n    <% name %>\n",
        "  hostname: a<NAME>\n  subdomain: b\n",
        "  hostname: #{NAME}\n",
    ],
)
def test_marks_elsewhere_excuse_nothing(above: str) -> None:
    result = linted(f"{POD}{above}{ALIASES}")
    assert rules(result) == ["syntax-error"]
    assert result.unread == []


def test_a_bare_word_is_no_placeholder() -> None:
    assert "invalid-ip" in rules(linted(POD + "  hostAliases:\n  - ip: NGINX_IP\n    hostnames: [a.corp]\n"))


def test_a_template_of_a_list_is_unread_without_a_kind() -> None:
    """It may be included wherever pods are; what merely says the file's path is not."""
    assert len(linted("hostAliases:\n{% for a in b %}\n- ip: {{ a }}\n{% endfor %}\n- [\n").unread) == 1
    assert linted("path: /etc/hosts\n{% for a in b %}\n- ip: {{ a }}\n{% endfor %}\n").unread == []


FRAGMENTS = [
    '  hostAliases:\n  - ip "10.0.0.1"\n    hostnames:\n    - "a.corp"\n',
    "hostAliases:\n\n# ours\n  - ip: 10.0.0.1\n     hostnames: [a.corp]\n",
    "spec:\n  'hostAliases': [{ip: 10.0.0.1, hostnames: [a.corp]}\n  containers: []\n",
    "- hostAliases:  # names\r\n    - ip: 10.0.0.1\r\n       hostnames: [a.corp]\r\n",
    '{"spec": {"hostAliases": [{"ip": "10.0.0.1"} {}]}}\n',
    "web:\n  pod: {hostAliases: [{ip: 10.0.0.1]}\n",
    "definition:\n  kind: Pod\n  spec:\n    hostAliases:\n    - ip: a\n       hostnames: [b]\n",
]


@pytest.mark.parametrize("text", FRAGMENTS)
def test_a_piece_with_a_list_that_cannot_be_read_is_unread(text: str) -> None:
    """Without a kind it is no manifest, and nobody refuses it; but it says hosts of pods."""
    result = linted(text)
    assert result.findings == []
    ((reason, count, span),) = [(item.reason, item.count, item.span) for item in result.unread]
    assert (reason, count) == ("documents with a list of `hostAliases` that are not valid YAML or JSON", 1)
    assert span is not None


@pytest.mark.parametrize(
    "text",
    [
        "# hostAliases:\n# - ip: a\nbad: [\n",
        "text: |\n  hostAliases:\n  - ip: a\nbad: [\n",
        "hostAliases:\n  web: [10.0.0.1]\nbad: [\n",
        "hostAliases: []x\n",
        "hostAliases:\nbad: [\n",
        "apiVersion: k3d.io/v1alpha5\nkind: Simple\nhostAliases:\n- ip: a\n   hostnames: [b]\n",
        "kind: Simple\nhostAliases:\n- ip: a\n   hostnames: [b]\n",
        '{"properties": {"hostAliases": [1]}, // values\n}\n',
        "usage: set hostAliases: - ip: 10.0.0.1\nbad: [\n",
        "'a hostAliases: [b]\n",
        "myhostAliases:\n- ip: a\n   hostnames: [b]\n",
    ],
)
def test_what_merely_says_the_word_is_nobodys_business(text: str) -> None:
    assert mentions(text.encode())
    result = linted(text)
    assert (result.findings, result.unread) == ([], [])


@pytest.mark.parametrize("path", ["values.yaml", "pod.yaml"])
def test_a_piece_that_a_finding_is_about_is_not_unread_too(tmp_path: Path, path: str) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 0.1.0\n")
    (tmp_path / path).write_text(BROKEN)
    done = podhosts("check", ".", cwd=tmp_path)
    assert (b"[syntax-error]" in done.stdout, b"not read" in done.stderr) == (path == "values.yaml", path == "pod.yaml")
    (tmp_path / path).write_text(POD + ALIASES)
    assert b"not read" not in podhosts("check", path, cwd=tmp_path).stderr


CHART = {"Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n"}
OVERLAY = {"kustomization.yaml": "resources: [pod.yaml]\npatches: [{path: patch.yaml, target: {kind: Pod}}]\n"}
BROKEN = "hostAliases:\n- ip: 10.0.0.1\n   hostnames: [a.corp]\n"


@pytest.mark.parametrize(
    ("files", "path", "who"),
    [
        (CHART | {"values.yaml": BROKEN}, "values.yaml:3", "Helm cannot load these values and renders nothing"),
        (CHART | {"ci/a-values.yaml": BROKEN}, "ci/a-values.yaml:3", "Helm cannot load these values"),
        (CHART | {"templates/pod.yaml": POD + ALIASES}, "templates/pod.yaml:7", "Helm refuses the whole chart"),
        ({"kustomization.yaml": f"resources: []\n{BROKEN}"}, "kustomization.yaml:4", "Kustomize cannot read this"),
        (OVERLAY | {"pod.yaml": POD + ALIASES}, "pod.yaml:7", "Kustomize refuses to build what lists this file"),
        (
            OVERLAY | {"pod.yaml": POD + "  containers: []\n", "patch.yaml": "- op: add\n path: /spec/hostAliases\n"},
            "patch.yaml:2",
            "Kustomize refuses to build what lists this file",
        ),
        ({"pod.yaml": POD + ALIASES}, "pod.yaml:7", "kubectl stops here, and sends neither this document nor those"),
    ],
)
def test_who_refuses_a_file_is_said(tmp_path: Path, files: dict[str, str], path: str, who: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    done = podhosts("check", "--select", "syntax-error", "--format", "json", ".", cwd=tmp_path)
    (finding,) = json.loads(done.stdout)["findings"]
    assert f"{finding['path']}:{finding['start']['line']}" == path
    assert who in finding["why"]
    assert ("kubectl" in finding["why"]) == ("kubectl" in who)


@pytest.mark.parametrize("name", ["values.yaml", "templates/ingress.yaml"])
def test_what_else_is_wrong_in_a_chart_is_helms_to_say(tmp_path: Path, name: str) -> None:
    text = "ingress:\n  hostname: a\n   path: b\n"
    if name.startswith("templates"):
        text = f"apiVersion: networking.k8s.io/v1\nkind: Ingress\n{text}{{{{ with .Values.a }}}}- [{{{{ end }}}}\n"
    for path, content in (CHART | {name: text}).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)
    done = podhosts("check", "--strict", ".", cwd=tmp_path)
    assert (done.stdout, done.returncode) == (b"", 0)


@pytest.mark.parametrize(
    "piece", ["{{", "{{ }} ", "<a", "@a@\n", '"', "- |\n", "kind: {", "{kind: ", "/*", "\n---\n", "%a\n---"]
)
def test_long_text_is_looked_at_once(piece: str) -> None:
    """That it ends is what is tested: a reader that goes back for each mark takes hours."""
    linted(f"{POD}  hostAliases: [}}\n{piece * 20_000}")


def test_what_is_nested_too_deeply_is_legal() -> None:
    text = f"{POD}  hostAliases: [{{ip: 10.0.0.1, hostnames: {'[' * 5_000}{']' * 5_000}}}]\n"
    (finding,) = linted(text).findings
    assert (finding.rule, finding.refused_by) == ("syntax-error", ())
    assert "legal, but it would take too long" in spoken(finding)
