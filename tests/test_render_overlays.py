"""`podhosts render` on folders with a kustomization: what the kubelet writes for what Kustomize builds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from podhosts.commands.render import render
from podhosts.commands.selection import Selection, select_pods
from podhosts.commands.usage import UsageError
from podhosts.kubernetes.pod_hosts import Surroundings
from podhosts.source import Source
from tests.paths import DATA
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.figures import Figures

CASES = [json.loads(line) for line in (DATA / "merging" / "kustomize.jsonl").read_text("utf-8").split("\n") if line]
PROJECT = {
    "base/kustomization.yaml": "resources: [web.yaml, hosts.yaml]\n",
    "base/web.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostAliases:
      - ip: 10.0.0.1
        hostnames: [a]
      - ip: 10.0.0.2
        hostnames: [b]
      containers:
      - name: web
        volumeMounts: [{name: own, mountPath: /etc/hosts, subPath: hosts}]
      volumes: [{name: own, configMap: {name: hosts}}]
""",
    "base/hosts.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: hosts}
data: {hosts: "10.9.9.9 own\\n", ip: 10.0.0.7}
""",
    "overlay/kustomization.yaml": """\
resources: [../base]
namePrefix: blue-
namespace: shop
patches:
- path: patch.yaml
replacements:
- source: {kind: ConfigMap, name: hosts, fieldPath: data.ip}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ['spec.template.spec.hostAliases.[ip=10.0.0.2].ip']
""",
    "overlay/patch.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostAliases:
      - ip: 10.0.0.3
        hostnames: [c]
      - ip: 10.0.0.1
        hostnames: [new]
""",
}


def write(files: dict[str, str], folder: Path) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())


def hosts_files(selection: Selection) -> dict[str, bytes]:
    """The file of each pod, by kind and name."""
    surroundings = Surroundings(("10.244.1.5",), node_file=b"")
    return {
        f"{pod.object.kind}/{pod.object.name}": render(pod, surroundings, None, selection.repository).content
        for pod in selection.pods
    }


def test_vectors(tmp_path: Path, shown_figures: Figures) -> None:
    """The sources render as what Kustomize printed for them, or are refused as Kustomize refuses them."""
    wrong: list[Any] = []
    pods = 0
    for case in CASES:
        folder = tmp_path / case["id"]
        write(case["files"], folder)
        expected = None
        if case["rc"] == 0:
            expected = hosts_files(select_pods(Source("built.yaml", case["stdout"].encode()), None))
            pods += len(expected)
        try:
            found = hosts_files(select_pods(str(folder / case["build"]), None))
        except UsageError:
            found = None
        if found != expected:
            wrong.append((case["id"], case["class"], found, expected))
    with shown_figures():
        print(f"render of overlays: {len(CASES) - len(wrong)} of {len(CASES)} equal, {pods} pods")
    assert wrong == []
    assert pods > len(CASES)


def test_trace_names_base_and_patch(tmp_path: Path) -> None:
    write(PROJECT, tmp_path)
    done = podhosts("render", "--trace", "--pod-ip", "10.244.1.5", "overlay", cwd=tmp_path)
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert "10.244.1.5 blue-web-<hash>-<id>" in lines[7]
    assert [" ".join(line.split()) for line in lines[10:]] == [
        "10.0.0.3 c <- overlay/patch.yaml:8",
        "10.0.0.1 new <- overlay/patch.yaml:10, over base/web.yaml:8",
        "10.0.0.7 b <- base/hosts.yaml:4, over base/web.yaml:10",
    ]


def test_json_names_the_kustomization_and_the_origin_of_each_entry(tmp_path: Path) -> None:
    write(PROJECT, tmp_path)
    done = podhosts("render", "--format", "json", "overlay", cwd=tmp_path)
    (pod,) = json.loads(done.stdout)["pods"]
    assert pod["path"] == "overlay/kustomization.yaml"
    assert pod["object"] == {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "blue-web"}
    origins = [(entry["ip"], entry["origin"]["path"], entry["origin"]["start"]["line"]) for entry in pod["entries"]]
    assert origins == [
        ("10.0.0.3", "overlay/patch.yaml", 8),
        ("10.0.0.1", "overlay/patch.yaml", 10),
        ("10.0.0.7", "base/hosts.yaml", 4),
    ]


def test_a_container_s_own_file_is_found_under_its_new_name(tmp_path: Path) -> None:
    write(PROJECT, tmp_path)
    done = podhosts("render", "--container", "web", "overlay", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"10.9.9.9 own\n")


def test_resolve_asks_the_built_pods(tmp_path: Path) -> None:
    write(PROJECT, tmp_path)
    done = podhosts("resolve", "new", "overlay", "--resolvers", "musl", "--format", "json", cwd=tmp_path)
    answers = json.loads(done.stdout)["answers"]
    assert {tuple(answer["addresses"]) for answer in answers if answer["family"] == "unspec"} == {("10.0.0.1",)}


def test_what_is_not_followed_is_said(tmp_path: Path) -> None:
    remote = PROJECT["overlay/kustomization.yaml"].replace("[../base]", "[../base, 'https://example.com/x//y?ref=v1']")
    write({**PROJECT, "overlay/kustomization.yaml": remote}, tmp_path)
    done = podhosts("render", "overlay", cwd=tmp_path)
    assert done.returncode == 0
    assert b"not read: overlay/kustomization.yaml:1:22: remote references are not followed" in done.stderr


def test_what_kustomize_refuses_is_refused(tmp_path: Path) -> None:
    write({**PROJECT, "overlay/patch.yaml": PROJECT["overlay/patch.yaml"].replace("web", "wbe")}, tmp_path)
    done = podhosts("render", "overlay", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"overlay/patch.yaml:3:18: there is no Deployment `wbe` (apps/v1) to patch" in done.stderr


def test_outside_of_the_repository_nothing_is_read(tmp_path: Path) -> None:
    write({f"{'outside' if path.startswith('base') else 'repository/overlay'}/{path.partition('/')[2]}": text
           for path, text in PROJECT.items()}, tmp_path)  # fmt: skip
    kustomization = tmp_path / "repository" / "overlay" / "kustomization.yaml"
    kustomization.write_text("resources: [../../outside]\n", "utf-8")
    (tmp_path / "repository" / ".git").mkdir()
    done = podhosts("render", "overlay", cwd=tmp_path / "repository")
    assert b"references out of the repository are not followed" in done.stderr
    assert done.stdout == b""
