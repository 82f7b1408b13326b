"""`podhosts render` from manifest to bytes, against what the kubelet measurably writes."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from podhosts import engine
from podhosts.commands import obstacles
from podhosts.commands.render import render
from podhosts.commands.selection import select_pods
from podhosts.document import Document, split
from podhosts.kubernetes import KubernetesVersion, objects, pods
from podhosts.kubernetes.pod_hosts import Surroundings
from podhosts.repository import Repository
from podhosts.source import Source
from tests.manifests import BAD_POD, GOOD_POD, definition
from tests.paths import DATA
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.figures import Figures

CASES = [
    json.loads(line)
    for line in (DATA / "hosts" / "kubelet.jsonl").read_text("utf-8").split("\n")
    if line and '"kind": "file"' in line
]
DOCUMENTED = """\
# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
"""
#: The pod of the Kubernetes documentation's page on hostAliases: its values, in our own manifest.
HOST_ALIASES_POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: hostaliases-pod}
spec:
  hostAliases:
  - {ip: 127.0.0.1, hostnames: [foo.local, bar.local]}
  - {ip: 10.1.2.3, hostnames: [foo.remote, bar.remote]}
  containers: [{name: cat-hosts, image: busybox}]
"""


def manifest_of(case: dict[str, Any]) -> bytes:
    """The pod of a measured case as a JSON manifest."""
    given = case["input"]
    spec: dict[str, Any] = {"containers": [{"name": "main", "image": "main"}]}
    for field, key in (("hostname", "hostname"), ("subdomain", "subdomain"), ("hostnameOverride", "hostname_override")):
        if given.get(key) is not None:
            spec[field] = given[key]
    spec["setHostnameAsFQDN"] = bool(given.get("set_hostname_as_fqdn"))
    spec["hostNetwork"] = bool(given.get("host_network"))
    spec["hostAliases"] = given.get("host_aliases")
    metadata = {"name": given["pod_name"], "namespace": given["namespace"]}
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}).encode()


def node_file_of(case: dict[str, Any]) -> bytes | None:
    given = case["input"]
    if given.get("node_file_b64") is not None:
        return base64.b64decode(given["node_file_b64"])
    return str(given["node_file"]).encode() if given.get("node_file") is not None else None


def rendered(case: dict[str, Any]) -> tuple[bytes, str | None]:
    given = case["input"]
    surroundings = Surroundings(
        pod_ips=tuple(given.get("pod_ips") or ()),
        cluster_domain=given.get("cluster_domain") or "",
        node_file=node_file_of(case),
        version=KubernetesVersion(37 if given.get("hostname_override_gate", True) else 34),
    )
    source = Source("pod.json", manifest_of(case))
    (manifest,) = objects(Document(source, split(source.text)[0]))
    (pod,) = pods(manifest)
    result = render(pod, surroundings, None, Repository([source]))
    return result.content, result.error


def expected_file(case: dict[str, Any]) -> bytes | None:
    expected = case["expected"]
    if "file_b64" in expected:
        return base64.b64decode(expected["file_b64"])
    return str(expected["file"]).encode() if "file" in expected else None


def test_kubelet_vectors(shown_figures: Figures) -> None:
    failed = []
    for case in CASES:
        content, error = rendered(case)
        expected = case["expected"]
        stops = "hostname_error" in expected or "file_error" in expected or "kernel_hostname_error" in expected
        if stops != (error is not None) or (not stops and content != expected_file(case)):
            failed.append((case.get("id") or case["input"], content, error))
    with shown_figures():
        print(f"render from manifests: {len(CASES) - len(failed)} of {len(CASES)} cases as the kubelet")
    assert failed == []


@pytest.mark.parametrize(
    ("manifest", "ip", "tail"),
    [
        (b"apiVersion: v1\nkind: Pod\nmetadata: {name: nginx}\nspec: {containers: []}\n", "10.200.0.4", "nginx\n"),
        (
            HOST_ALIASES_POD,
            "10.200.0.5",
            "hostaliases-pod\n\n# Entries added by HostAliases.\n127.0.0.1\tfoo.local\tbar.local\n"
            "10.1.2.3\tfoo.remote\tbar.remote\n",
        ),
    ],
)
def test_documented_examples(manifest: bytes, ip: str, tail: str) -> None:
    done = podhosts("render", "-", "--pod-ip", ip, stdin=manifest)
    assert done.returncode == 0
    assert done.stdout.decode() == f"{DOCUMENTED}{ip}\t{tail}"
    assert done.stderr == b""


def test_example_address_is_said() -> None:
    done = podhosts("render", "-", stdin=GOOD_POD)
    assert b"10.244.1.5\tweb\n" in done.stdout
    assert b"no --pod-ip given" in done.stderr


def test_refused_manifest_is_rendered_all_the_same() -> None:
    done = podhosts("render", "-", "--pod-ip", "10.0.0.1", stdin=BAD_POD)
    assert done.returncode == 1
    assert b"10.0.0.256\tdb.internal\n" in done.stdout
    assert b"refused by the API server: <stdin>:6:9" in done.stderr


@pytest.mark.parametrize(
    ("kind", "spec", "line"),
    [
        ("Deployment", "{template: {spec: {}}}", "web-<hash>-<id>"),
        ("DaemonSet", "{template: {spec: {}}}", "web-<id>"),
        ("CronJob", "{jobTemplate: {spec: {template: {spec: {}}}}}", "web-<minutes>-<id>"),
        (
            "CronJob",
            "{jobTemplate: {spec: {completionMode: Indexed, completions: 2, template: {spec: {hostname: x}}}}}",
            "web-<minutes>-0",
        ),
        ("Job", "{completionMode: Indexed, completions: 3, template: {spec: {}}}", "web-0"),
        (
            "StatefulSet",
            "{serviceName: db, ordinals: {start: 4}, template: {spec: {subdomain: x}}}",
            "web-4.db.ns.svc.c\tweb-4",
        ),
        ("StatefulSet", "{serviceName: '', template: {spec: {}}}", "web-0"),
    ],
)
def test_names_that_controllers_give(kind: str, spec: str, line: str) -> None:
    group = {"CronJob": "batch/v1", "Job": "batch/v1"}.get(kind, "apps/v1")
    manifest = f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: web, namespace: ns}}\nspec: {spec}\n"
    done = podhosts("render", "-", "--pod-ip", "10.0.0.1", "--cluster-domain", "c", stdin=manifest.encode())
    assert f"10.0.0.1\t{line}\n" in done.stdout.decode()


@pytest.mark.parametrize(
    ("spec", "arguments", "note"),
    [
        ("{replicas: 3, template: {spec: {}}}", [], b"StatefulSet/web: this is pod 0; --index shows another"),
        ("{replicas: 3, template: {spec: {}}}", ["--index", "2"], b""),
        ("{replicas: 3, template: {spec: {}}}", ["--index", "3"], b"there is no pod 3: its pods are 0 to 2"),
        ("{replicas: 2, ordinals: {start: 4}, template: {spec: {}}}", ["--index", "0"], b"its pods are 4 to 5"),
        ("{replicas: 0, template: {spec: {}}}", ["--index", "0"], b"there is no pod 0: it has no pods"),
        ("{replicas: '${N}', template: {spec: {}}}", ["--index", "7"], b""),
        ("{template: {spec: {}}}", [], b""),
    ],
)
def test_which_pod_of_a_set_is_said(spec: str, arguments: list[str], note: bytes) -> None:
    manifest = f"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: web}}\nspec: {spec}\n"
    done = podhosts("render", "-", "--pod-ip", "10.0.0.1", *arguments, stdin=manifest.encode())
    assert done.returncode == 0
    assert done.stderr.strip().endswith(note)
    assert bool(done.stderr) is bool(note)


def test_folder_gives_each_pod_under_a_header(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(GOOD_POD)
    (tmp_path / "b.yaml").write_bytes(GOOD_POD.replace(b"name: web, namespace", b"x"))
    done = podhosts("render", ".", cwd=tmp_path)
    assert done.stdout.decode().count("# --- ") == 2
    report = json.loads(podhosts("render", ".", "--format", "json", cwd=tmp_path).stdout)
    assert [pod["path"] for pod in report["pods"]] == ["a.yaml", "b.yaml"]
    entry = report["pods"][0]["entries"][0]
    assert (entry["ip"], entry["hostnames"], entry["line"]) == ("10.0.0.25", ["db.internal"], 11)
    assert entry["origin"] == {"path": "a.yaml", "start": {"line": 6, "column": 5, "offset": 72}}
    assert report["pods"][0]["hosts"].split("\n")[entry["line"] - 1] == "10.0.0.25\tdb.internal"


def test_more_than_one_pod_and_no_choice(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_bytes(GOOD_POD + b"---\n" + GOOD_POD.replace(b"name: web}", b"name: api}"))
    done = podhosts("render", "two.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"choose one with --object: Pod/web, Pod/api" in done.stderr
    assert b"\tapi\n" in podhosts("render", "two.yaml", "--object", "pod/api", cwd=tmp_path).stdout
    wrong = podhosts("render", "two.yaml", "--object", "Pod/nope", cwd=tmp_path)
    assert (wrong.returncode, b"there is: Pod/api, Pod/web" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--pod-ip", "nope"], b"`nope` is not an IP address (--pod-ip)"),
        (["--format", "yaml"], b"unknown format `yaml`"),
        (["--kubernetes-version", "2.0"], b"is not a Kubernetes version"),
        (["missing.yaml"], b"No such file"),
    ],
)
def test_wrong_use(arguments: list[str], words: bytes, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD)
    path = [] if arguments == ["missing.yaml"] else ["pod.yaml"]
    done = podhosts("render", *path, *arguments, cwd=tmp_path)
    assert (done.returncode, words in done.stderr) == (2, True)


def test_host_network_needs_the_node_file(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD.replace(b"spec:\n", b"spec:\n  hostNetwork: true\n"))
    (tmp_path / "node").write_bytes(b"127.0.0.1 localhost\r\n10.9.9.9 node")
    done = podhosts("render", "pod.yaml", cwd=tmp_path)
    assert (done.returncode, b"--node-hosts" in done.stderr) == (1, True)
    done = podhosts("render", "pod.yaml", "--node-hosts", "node", cwd=tmp_path)
    assert done.stdout == (
        b"# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\r\n10.9.9.9 node\n"
        b"# Entries added by HostAliases.\n10.0.0.25\tdb.internal\n"
    )


def test_container_with_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: own\n    volumeMounts:\n"
        "    - {name: v, mountPath: /etc/hosts, subPath: hosts}\n  - name: plain\n"
        "  volumes:\n  - {name: v, configMap: {name: names}}\n"
    )
    done = podhosts("render", ".", "--container", "own", cwd=tmp_path)
    assert (done.returncode, b"ConfigMap `names`, which is not in the input" in done.stderr) == (1, True)
    (tmp_path / "config.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: names}\ndata:\n  hosts: |\n    10.1.1.1 a\n"
    )
    assert podhosts("render", ".", "--container", "own", cwd=tmp_path).stdout == b"10.1.1.1 a\n"
    assert b"Kubernetes-managed" in podhosts("render", ".", "--container", "plain", cwd=tmp_path).stdout
    assert b"container `own` has its own file" in podhosts("render", ".", cwd=tmp_path).stderr
    assert podhosts("render", ".", "--container", "nope", cwd=tmp_path).returncode == 1


def test_trace_names_the_place_and_the_oddity(tmp_path: Path) -> None:
    names = ", ".join(f"service-number-{i:03}.internal" for i in range(40))
    spec = f"spec:\n  hostAliases:\n  - {{ip: 10.0.0.9, hostnames: [web, {names}]}}\n  - {{ip: nope, hostnames: [x]}}\n"
    (tmp_path / "pod.yaml").write_text(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\n{spec}")
    lines = podhosts("render", "--trace", "--pod-ip", "10.0.0.1", "pod.yaml", cwd=tmp_path).stdout.decode().splitlines()
    assert lines[7].endswith("<- the pod's address")
    assert "<- pod.yaml:6; `web` already has 10.0.0.1; musl loses " in lines[10]
    assert lines[11].endswith("<- pod.yaml:7; dead: no address")


def workload(kind: str, aliases: str, more: str = "") -> bytes:
    return (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: shop}}\nspec:\n  template:\n    spec:\n"
        f"      hostAliases: {aliases}\n      containers: [{{name: shop, image: shop{more}}}]\n"
    ).encode()


TWICE = "[{ip: 10.0.0.7, hostnames: [a.example]}, {ip: 10.0.0.7, hostnames: [b.example]}]"
BAD = "[{ip: 10.0.0.256, hostnames: [a.example]}]"


@pytest.mark.parametrize(
    ("manifest", "version", "says", "code"),
    [
        (workload("Deployment", BAD), "1.37", "refused by the API server: <stdin>:7:26: `10.0.0.256`", 1),
        (workload("Deployment", TWICE), "1.37", "refused by server-side apply: <stdin>:7:66: `10.0.0.7`", 0),
        (workload("StatefulSet", BAD), "1.34", "refused by the API server: <stdin>:7:26: `10.0.0.256`", 1),
        (workload("StatefulSet", BAD), "1.33", "the pod is refused by the API server: <stdin>:7:26: `10.0.0.256`", 1),
        (
            workload("Deployment", "[]", ", volumeMounts: [{name: v, mountPath: /etc}]")
            + b"      volumes: [{name: v, configMap: {name: names}}]\n",
            "1.37",
            "container `shop` cannot start: nothing can be created in the configMap that it mounts on /etc",
            1,
        ),
        (
            workload("Deployment", "[]", ", volumeMounts: [{name: v, mountPath: /etc/hosts}]")
            + b"      volumes: [{name: v, hostPath: {path: /etc/hosts, type: Directory}}]\n",
            "1.37",
            "the pod never starts: its hostPath `/etc/hosts` asks for `type: Directory`, and the node has a file there",
            1,
        ),
        (
            workload("Deployment", "[]", ", volumeMounts: [{name: v, mountPath: /etc/hosts, subPath: hosts}]")
            + b"      volumes: [{name: v, hostPath: {path: /etc/hosts}}]\n",
            "1.37",
            "cannot start: `subPath: hosts` is looked up in the node's /etc/hosts, which is a file",
            1,
        ),
    ],
)
def test_what_keeps_a_pod_from_running_is_said(manifest: bytes, version: str, says: str, code: int) -> None:
    for command in (["render", "-"], ["resolve", "a.example", "-"]):
        done = podhosts(*command, "--pod-ip", "10.1.1.1", "--kubernetes-version", version, stdin=manifest)
        noted = ("is pod 0", "has its own file")
        lines = [line for line in done.stderr.decode().splitlines() if not any(note in line for note in noted)]
        assert (len(lines), done.returncode) == (1, code)
        assert says in lines[0]


DEFINITION = definition("Shop", "spec", "hostAliases", group="corp.example")
SHOP = """\
apiVersion: corp.example/v1
kind: Shop
metadata: {name: shop}
spec:
  hostAliases: [{ip: 192.168.0.1, hostnames: [a.example]}]
"""


def test_definitions_of_the_folder_refuse_as_in_check(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP)
    assert podhosts("render", ".", cwd=tmp_path).returncode == 0
    (tmp_path / "crd.yaml").write_text(DEFINITION)
    assert podhosts("check", ".", cwd=tmp_path).returncode == 1
    done = podhosts("render", ".", cwd=tmp_path)
    assert b"refused by the API server: shop.yaml:5:22: `192.168.0.1`" in done.stderr
    assert done.returncode == 1


def test_the_config_holds_for_what_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD.replace(b"10.0.0.25", b"010.0.0.25"))
    assert podhosts("render", "pod.yaml", cwd=tmp_path).returncode == 1
    (tmp_path / ".podhosts.yaml").write_text('kubernetes-version: "1.35"\n')
    done = podhosts("render", "pod.yaml", cwd=tmp_path)
    assert (done.returncode, b"refused" in done.stderr) == (0, False)
    assert podhosts("render", "pod.yaml", "--kubernetes-version", "1.36", cwd=tmp_path).returncode == 1


def test_a_source_is_checked_once_however_many_pods_it_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Once for each pod took half a minute for two hundred."""
    checked: list[str] = []

    def counted(source: Source, *arguments: Any) -> Any:
        checked.append(source.path)
        return engine.lint(source, *arguments)

    monkeypatch.setattr(obstacles, "lint", counted)
    for name in ("a", "b"):
        pods = [workload("Deployment", TWICE).replace(b"name: shop}", b"name: s%d}" % i, 1) for i in range(20)]
        (tmp_path / f"{name}.yaml").write_bytes(b"---\n".join(pods))
    selection = select_pods(str(tmp_path), None)
    found = list(obstacles.obstacles(selection, "1.37"))
    assert (len(selection.pods), len(found), len(checked)) == (40, 40, 2)
    assert not any(obstacle.stops for obstacle in found)


def test_a_manifest_in_a_string_is_a_pod(tmp_path: Path) -> None:
    text = BAD_POD.decode().replace("\n", "\n    ")
    (tmp_path / "config.yaml").write_text(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  p: |\n    {text}\n"
    )
    done = podhosts("render", "config.yaml", "--format", "json", cwd=tmp_path)
    (pod,) = json.loads(done.stdout)["pods"]
    assert (pod["path"], pod["object"]["name"], pod["field"]) == ("config.yaml", "web", "spec")
    assert pod["entries"][0]["origin"]["start"]["line"] == 11
    assert b"refused by the API server: config.yaml:11:" in done.stderr
    assert b"1 pod asks DNS" in podhosts("resolve", "db.internal", "config.yaml", cwd=tmp_path).stdout
    assert b"<- config.yaml:11" in podhosts("render", "--trace", "config.yaml", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["render", "."], 0, "podhosts: no pod in ."),
        (["resolve", "db", "."], 0, "podhosts: no pod in ."),
        (["render", ""], 2, "not read: '': No such file or directory"),
        (["resolve", "db", ""], 2, "not read: '': No such file or directory"),
        (["check", ""], 2, "not read: '': cannot be opened: No such file or directory"),
        (["inventory", ""], 2, "podhosts: '': No such file or directory"),
        (["resolve", "", "."], 2, "podhosts: the name is empty"),
    ],
    ids=str,
)
def test_nothing_to_look_at(arguments: list[str], code: int, words: str, tmp_path: Path) -> None:
    """An empty folder is no mistake, an empty path or name is."""
    done = podhosts(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, b"")
    assert words in done.stderr.decode()


def test_an_inline_patch_is_no_pod(tmp_path: Path) -> None:
    """It is a piece of what the kustomization builds."""
    patch = workload("Deployment", TWICE).decode().replace("\n", "\n    ")
    (tmp_path / "k.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n"
        f"patches:\n- patch: |\n    {patch}\n"
    )
    assert b"no pod in k.yaml" in podhosts("render", "k.yaml", cwd=tmp_path).stderr


def test_pods_of_windows(tmp_path: Path) -> None:
    """They get the same file at another place, and none with a HostProcess container; their resolver is no model."""
    usual = HOST_ALIASES_POD.replace(b"spec:\n", b"spec:\n  os: {name: windows}\n")
    (tmp_path / "usual.yaml").write_bytes(usual)
    done = podhosts("render", "--pod-ip", "10.0.0.9", "usual.yaml", cwd=tmp_path)
    assert b"it runs on Windows, where the file is C:\\Windows\\System32\\drivers\\etc\\hosts" in done.stderr
    assert b"10.1.2.3\tfoo.remote\tbar.remote" in done.stdout
    assert done.returncode == 0
    told = podhosts("resolve", "foo.remote", "usual.yaml", cwd=tmp_path).stderr
    assert b"Pod/hostaliases-pod: it runs on Windows, of whose resolver there is no model" in told
    process = HOST_ALIASES_POD.replace(
        b"spec:\n", b"spec:\n  hostNetwork: true\n  securityContext: {windowsOptions: {hostProcess: true}}\n"
    )
    (tmp_path / "process.yaml").write_bytes(process)
    for command in (["render"], ["resolve", "foo.remote"]):
        done = podhosts(*command, "process.yaml", cwd=tmp_path)
        assert b"the kubelet gives a pod with a HostProcess container no hosts file" in done.stderr
        assert b"foo.remote" not in done.stdout
        assert done.returncode == 1
