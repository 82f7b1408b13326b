"""What a new user may give: wrong flags and deep files. Never a traceback, never silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.manifests import BAD_POD
from tests.running import podhosts

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

DEEP = 3000
BLOCK = "".join(f"{' ' * level}-\n" for level in range(2, DEEP))
LISTS = "[" * DEEP + "]" * DEEP
MAPPINGS = "{a: " * DEEP + "}" * DEEP


def pod(spec: str) -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  hostAliases: []\n{spec}"


SCRIPT = "[sh, -c, echo 10.0.0.1 db >> /etc/hosts]"
#: Legal nesting where each reader of a part of a manifest meets it.
NESTED = {
    "list.yaml": f"apiVersion: v1\nkind: Pod\nspec:\n  hostAliases:\n{BLOCK}",
    "names.yaml": pod(f"  hostname: {LISTS}\n").replace("[]", f"[{{ip: 10.0.0.1, hostnames: {LISTS}}}]", 1),
    "ip.yaml": pod("").replace("[]", f"[{{ip: {MAPPINGS}, hostnames: [a]}}, {{ip: {LISTS}}}]", 1),
    "entry.yaml": pod("").replace("[]", f"[{{ip: 10.0.0.1, hostname: {LISTS}}}]", 1),
    "key.yaml": pod(f"  extraHosts: {LISTS}\n  ? {LISTS}\n  : a\n"),
    "beside.yaml": pod(f"  initContainers: [{{name: a, image: a, command: {SCRIPT}}}]\n  x: {LISTS}\n"),
    "command.yaml": pod(f"  containers: [{{name: a, image: a, command: {LISTS}, args: {MAPPINGS}, env: {LISTS}}}]\n"),
    "mounts.yaml": pod(
        f"  volumes: {LISTS}\n  containers: [{{volumeMounts: [{{mountPath: /etc/hosts, x: {LISTS}}}]}}]\n"
    ),
    "metadata.yaml": pod("").replace("{name: web}", f"{{name: {LISTS}, annotations: {LISTS}}}"),
    "kind.yaml": f"apiVersion: {LISTS}\nkind: {LISTS}\nhostAliases: {LISTS}\n",
    "custom.yaml": f"apiVersion: a.b/v1\nkind: Sample\nspec: {{a: {LISTS}, hostAliases: [{{ip: a, b: {LISTS}}}]}}\n",
    "definition.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {group: a.b, names: "
    "{kind: Sample}, versions: [{name: v1, schema: {openAPIV3Schema: "
    + "{type: object, properties: {hostAliases: " * 900
    + "{}"
    + "}}" * 900
    + "}}]}\n",
    "items.yaml": f"apiVersion: v1\nkind: List\nitems: [{'{kind: List, items: [' * 900}{']}' * 900}, {{hostAliases: a}}]\n",  # noqa: E501 - one line is the input
    "strings.yaml": pod(f"  x: '{json.dumps({'hostAliases': 1})}'\n  y: \"{LISTS} hostAliases\"\n"),
    "coredns.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: coredns}\ndata: {Corefile: '"
    + ".:53 { hosts { " * 900
    + "}" * 1800
    + f"', x: {LISTS}}}\n",
    "patch.yaml": f"- {{op: add, path: /spec/hostAliases, value: {LISTS}}}\n- {{op: add, path: /{'a/' * DEEP}, value: a}}\n",  # noqa: E501 - one line is the input
    "shell.yaml": pod(f"  containers: [{{name: a, command: [sh, -c, '{'(' * DEEP}>/etc/hosts{')' * DEEP}']}}]\n"),
    "python.yaml": pod(
        f"  containers: [{{name: a, command: [python, -c, 'open(\"/etc/hosts\", {'(' * DEEP}1{')' * DEEP})']}}]\n"
    ),
    "json.json": f'{{"apiVersion": "v1", "kind": "Pod", "spec": {{"hostAliases": {LISTS}, "hostname": {LISTS}}}}}\n',
}
CHART = {
    "chart/Chart.yaml": f"apiVersion: v2\nname: web\nversion: 0.1.0\nx: {LISTS}\n",
    "chart/values.yaml": f"hostAliases: {LISTS}\nmore: {MAPPINGS}\n",
    "chart/templates/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases:\n"
    "{{ toYaml .Values.hostAliases | indent 4 }}\n" + "{{ if .Values.more }}" * 900 + "{{ end }}" * 900 + "\n",
}
OVERLAY = {
    "kustomize/kustomization.yaml": f"resources: [pod.yaml]\npatches: [{{path: patch.yaml}}]\nx: {LISTS}\n",
    "kustomize/pod.yaml": pod(f"  x: {LISTS}\n"),
    "kustomize/patch.yaml": pod(f"  x: {MAPPINGS}\n"),
}


def assert_said(done: subprocess.CompletedProcess[bytes]) -> None:
    """One of podhosts' own exit codes, something to read, and no traceback."""
    assert b"Traceback" not in done.stderr + done.stdout, done.stderr[-900:]
    assert done.returncode in {0, 1, 2}
    assert done.stdout + done.stderr


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize("name", NESTED)
def test_each_deep_file(name: str, tmp_path: Path) -> None:
    write(tmp_path, {name: NESTED[name]})
    assert_said(podhosts("check", "--diff", "--unsafe-fixes", name, cwd=tmp_path))


@pytest.mark.parametrize("folder", ["chart", "kustomize"])
def test_each_deep_build(folder: str, tmp_path: Path) -> None:
    write(tmp_path, CHART | OVERLAY)
    assert_said(podhosts("check", "--unsafe-fixes", folder, cwd=tmp_path))


@pytest.mark.parametrize("arguments", [
    [], ["chek"], ["check", "--fxi"], ["check", "--format"], ["check", "--format", "xml"], ["check", "--select", ""],
    ["check", "--select", ","], ["check", "--ignore", "all,none"], ["check", "--jobs", "0"], ["check", "--jobs", "1e9"],
    ["check", "--kubernetes-version", ""], ["check", "--kubernetes-version", "1.-3"], ["check", "--output", "json"],
    ["check", "--output", "json=missing/x.json", "pod.yaml"], ["check", "--output", "json=.", "pod.yaml"],
    ["check", "--write-baseline", "missing/x", "pod.yaml"], ["check", "--config", "."],
    ["check", "--config", "missing"],
    ["check", "--config", "/dev/null", "--fail-on", "x"], ["check", "--color", "x", "pod.yaml"],
    ["render", "--pod-ip", "x", "pod.yaml"], ["render", "--pod-ip", "", "pod.yaml"],
    ["render", "--object", "", "pod.yaml"],
    ["render", "--container", "x", "pod.yaml"], ["render", "--node-hosts", ".", "pod.yaml"],
    ["resolve"], ["resolve", "a", "--hosts", "."], ["resolve", "a\0b"[:1], "--index", "x"],
    ["convert", "--to", "x"], ["convert", "--into", "missing"], ["convert", "--into", "pod.yaml", "pod.yaml"],
    ["inventory", "--format", "x"], ["explain"], ["explain", "x"], ["rules", "x"], ["config", "x"], ["matcher", "x"],
    ["lsp", "x"],
], ids=" ".join)  # fmt: skip
def test_wrong_use_is_said(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(BAD_POD)
    done = podhosts(*arguments, cwd=tmp_path)
    assert_said(done)
    assert done.returncode != 0
    assert done.stderr
