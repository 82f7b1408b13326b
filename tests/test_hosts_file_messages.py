"""What decides what the rules on scripts and mounts say; what each branch says is expected in `tests/cases`."""

from __future__ import annotations

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.kubernetes import KubernetesVersion
from podhosts.rules import Settings
from podhosts.source import Source
from tests.expectations import spoken

MOUNTS = {"host-path-hosts-file", "hosts-file-mount", "ignored-host-aliases", "etc-mount"}
LINE = "echo 10.1.2.3 db >> /etc/hosts"


def said(text: str, minor: int = 37) -> list[tuple[str, str]]:
    """Severity and message of each finding about scripts and mounts."""
    options = Options(Settings(KubernetesVersion(minor)), default_selection())
    found = lint(Source("pod.yaml", text.encode()), options).findings
    rules = MOUNTS | {"hosts-file-write"}
    return [(str(finding.severity), spoken(finding)) for finding in found if finding.rule in rules]


def pod(container: str, *, spec: str = "", kind: str = "Pod", group: str = "containers", others: str = "") -> str:
    """A manifest with one container, given by its fields in flow style, and lines of the pod spec."""
    inner = f"{spec}{group}:\n- {{name: web, {container}}}\n{others}"
    if kind == "Pod":
        body = "".join(f"  {line}\n" for line in inner.splitlines())
        return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n{body}"
    body = "".join(f"      {line}\n" for line in inner.splitlines())
    return f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: shop}}\nspec:\n  template:\n    spec:\n{body}"


def script(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"command: [sh, -c, '{quoted}']"


def hook(name: str, text: str) -> str:
    path = (
        f"lifecycle: {{{name}: {{exec: {{%s}}}}}}" if name.startswith(("post", "pre")) else f"{name}: {{exec: {{%s}}}}"
    )
    return path % script(text)


def init(container: str) -> str:
    return pod(container, group="initContainers", others="containers: [{name: main}]\n")


SECURED = "securityContext: {runAsUser: 1000}, "


@pytest.mark.parametrize(
    ("text", "severity", "part"),
    [
        (init(f"restartPolicy: Always, {script(LINE)}"), "warning", "whenever a container of the pod starts"),
        (pod(hook("postStart", LINE), others="- name: proxy\n"), "warning", "whenever a container of the pod starts"),
        (pod(script(LINE), others="- name: proxy\n"), "warning", "whenever a container of the pod starts"),
        # Of busybox's program nothing was measured, and what is no mount point any more can be replaced.
        (init("image: busybox, " + script("install /names /etc/hosts")), "warning", "when the next container starts"),
        (
            pod("securityContext: {privileged: true}, " + script("umount /etc/hosts; mv /x /etc/hosts")),
            "info",
            "at each start of the container",
        ),
        (pod(script("echo $(hostname -i) web >> /etc/hosts"), spec="hostname: web\n"), "info", "remove this"),
    ],
)
def test_a_write_that_works_is_lost_sooner_or_later(text: str, severity: str, part: str) -> None:
    """Each other branch is expected by a case in `tests/cases/hosts-file-write`."""
    ((found, message),) = said(text)
    assert (found, part in message, "tries to" in message) == (severity, True, False)


def test_what_comes_after_a_failing_command_is_not_reached() -> None:
    first, second = said(pod(script("rm /etc/hosts && cp /names /etc/hosts")))
    assert "`rm` cannot remove or rename a mount point" in first[1]
    assert second[1].startswith("a script tries to change /etc/hosts: the command before `&&` fails, so it stays")


@pytest.mark.parametrize(
    ("context", "spec", "fails"),
    [
        ("runAsUser: 0", "securityContext: {runAsUser: 1000}\n", False),
        ("runAsUser: 1000", "securityContext: {runAsUser: 0}\n", True),
        ("runAsUser: null", "securityContext: {runAsUser: 1000}\n", True),
        ("runAsGroup: 0", "securityContext: {runAsUser: 1000}\n", True),
        ("runAsNonRoot: false", "securityContext: {runAsNonRoot: true}\n", False),
        ("runAsNonRoot: true", "", True),
        # The kubelet starts no such container.
        ("runAsUser: 0, runAsNonRoot: true", "", False),
        ('runAsUser: "{{ .Values.uid }}"', "securityContext: {runAsUser: 1000}\n", False),
        ("runAsUser: true", "", False),
    ],
)
def test_the_containers_user_counts_before_the_pods(context: str, spec: str, fails: bool) -> None:
    ((severity, message),) = said(pod(f"securityContext: {{{context}}}, {script(LINE)}", spec=spec))
    assert ("only root can write the file" in message) is fails
    assert severity == ("warning" if fails else "info")


@pytest.mark.parametrize(
    ("others", "fails"),
    [
        ("initContainers: [{name: a, command: [chmod, '666', /etc/hosts]}]\n", False),
        (
            "initContainers:\n- name: a\n  command: [sudo, chmod, '666', /etc/hosts]\n"
            "  securityContext: {runAsUser: 1}\n",
            False,
        ),
        ("initContainers: [{name: a, command: [chmod, '666', /etc/hosts], securityContext: {runAsUser: 1}}]\n", True),
        ("initContainers: [{name: a, command: [chmod, '666', /tmp/x]}]\n", True),
    ],
)
def test_another_container_may_let_everybody_write(others: str, fails: bool) -> None:
    ((_, message),) = said(pod(SECURED + script(LINE), others=others))
    assert ("only root can write the file" in message) is fails


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        (LINE, True),
        (f"prepare; {LINE}", True),
        (f"{LINE}\n\n", True),
        (f"set -e; {LINE}; other", True),
        ("echo 10.1.2.3 db | tee -a /etc/hosts", True),
        (f"{LINE}; other", False),
        (f"{LINE} || true", False),
        (f"! {LINE}", False),
        (f"{LINE} &", False),
        (f"test -w /etc/hosts && {LINE}", False),
        (f"grep db /etc/hosts || {LINE}", False),
        (f"if test -w /etc/hosts; then {LINE}; fi", False),
        ("echo 10.1.2.3 db | tee -a /etc/hosts | cat", False),
        (f"set -e; {LINE} && other; more", False),
        ("perl -pi -e s/a/b/ /etc/hosts", False),
    ],
)
def test_a_pod_is_said_not_to_start_where_its_init_container_surely_fails(text: str, stops: bool) -> None:
    lines = "".join(f"      {line}\n" for line in text.splitlines())
    manifest = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  initContainers:\n  - name: a\n"
        "    securityContext: {runAsUser: 1000}\n    command:\n    - sh\n    - -c\n    - |\n"
        f"{lines}  containers: [{{name: web}}]\n"
    )
    ((_, message),) = said(manifest)
    assert "so it stays as it is" in message
    assert ("the pod does not start" in message) is stops


def test_a_script_says_what_is_true_of_all_its_containers() -> None:
    config = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: s}}\ndata: {{run.sh: {LINE}}}\n---\n"
    volume = "volumes: [{name: s, configMap: {name: s}}]\n"
    mount = "volumeMounts: [{name: s, mountPath: /s}]"
    ((severity, message),) = said(config + pod(SECURED + mount, others=volume))
    assert (severity, "runs as user 1000, so it stays as it is;" in message) == ("warning", True)
    both = pod(SECURED + mount, others=f"- {{name: two, {mount}}}\n{volume}")
    ((severity, message),) = said(config + both)
    assert (severity, "whenever a container of the pod starts" in message) == ("warning", True)


def mounted(volume: str, mount: str = "", *, spec: str = "", container: str = "", path: str = "/etc/hosts") -> str:
    fields = ", ".join(filter(None, ["name: v", f"mountPath: {path}", mount]))
    own = "".join([container, ", " if container else "", f"volumeMounts: [{{{fields}}}]"])
    return pod(own, spec=spec, others=f"volumes: [{{name: v, {volume}}}]\n")


ALIASES = "hostAliases: [{ip: 10.1.2.3, hostnames: [db]}]\n"
NODE = "hostPath: {path: /etc/hosts}"


@pytest.mark.parametrize(
    ("text", "severity", "parts"),
    [
        (mounted(NODE), "warning", ["it gets this node's names", "remove the volume"]),
        (
            mounted(NODE, spec="hostNetwork: true\n"),
            "info",
            ["starts from that file here anyway", "unless the container changes"],
        ),
        (
            mounted("hostPath: {path: /etc/hosts, type: Directory}", spec="hostNetwork: true\n"),
            "warning",
            ["`type: Directory`", "the pod never starts"],
        ),
        (
            mounted(NODE, "subPath: hosts", spec="hostNetwork: true\n"),
            "warning",
            ["`subPath: hosts`", "the container never starts"],
        ),
        (mounted(NODE, container=script(LINE)), "warning", ["changes the node's /etc/hosts", "at another path"]),
        (
            mounted(NODE, container=script(LINE), spec="hostNetwork: true\n"),
            "info",
            ["changes the node's /etc/hosts", "at another path"],
        ),
        (mounted(NODE, "readOnly: true", container=script(LINE)), "warning", ["it gets this node's names"]),
        (
            mounted("hostPath: {path: /srv/hosts}"),
            "warning",
            ["a line for the pod's own name, and no hostAliases reach it;", "list the names"],
        ),
        (
            mounted("hostPath: {path: /srv/hosts}", spec=ALIASES),
            "warning",
            ["a line for the pod's own name, and no hostAliases reach it;"],
        ),
        (
            mounted("hostPath: {path: /srv/hosts}", spec="hostNetwork: true\n"),
            "info",
            ["the node's own lines, and no hostAliases reach it;"],
        ),
        (
            mounted("hostPath: {path: /srv/hosts, type: DirectoryOrCreate}"),
            "warning",
            ["without `subPath` this is a folder"],
        ),
        (mounted("configMap: {name: c}", "subPath: hosts"), "warning", ["own name", "later changes do not arrive"]),
        (
            mounted("configMap: {name: c}", "subPath: hosts", spec="hostNetwork: true\n"),
            "warning",
            ["the node's own lines", "later changes"],
        ),
        (mounted("configMap: {name: c}"), "warning", ["without `subPath` this is a folder"]),
        (mounted("nfs: {server: a, path: /b}"), "warning", ["without `subPath` this is a folder"]),
        (
            mounted("persistentVolumeClaim: {claimName: c}", "subPath: hosts"),
            "warning",
            ["a line for the pod's own name"],
        ),
        (
            mounted("emptyDir: {}", "subPath: hosts"),
            "warning",
            ["nothing puts a file into it, so the kubelet makes a folder"],
        ),
        (
            mounted("emptyDir: {}", path="/etc/hosts/", mount="subPathExpr: $(A)"),
            "warning",
            ["the kubelet makes a folder"],
        ),
        (mounted("configMap: {name: c}", "subPath: hosts", path="/etc//hosts"), "warning", ["which of the two wins"]),
        # Each of the volumes that are always read-only, and each that is not.
        *(
            (mounted(f"{kind}: {{}}", path="/etc", spec=ALIASES), "warning", ["so the container cannot start"])
            for kind in ("configMap", "secret", "projected", "downwardAPI")
        ),
        *(
            (mounted(f"{kind}: {{}}", path="/etc", spec=ALIASES), "warning", ["may not reach the container"])
            for kind in ("emptyDir", "hostPath", "persistentVolumeClaim", "nfs")
        ),
    ],
)
def test_what_is_said_of_a_mount(text: str, severity: str, parts: list[str]) -> None:
    ((found, message),) = said(text)
    assert found == severity
    assert [part for part in parts if part not in message] == []
    assert ("cannot start" in message) is ("so the container cannot start" in parts)
    assert ("may not reach" in message) is ("may not reach the container" in parts)


def test_another_container_may_put_the_file_into_an_empty_volume() -> None:
    text = mounted(
        "emptyDir: {}",
        "subPath: hosts",
        spec="initContainers:\n- {name: a, volumeMounts: [{name: v, mountPath: /v}]}\n",
    )
    ((_, message),) = said(text)
    assert "so it lacks a line for the pod's own name" in message


def test_a_script_of_a_config_map_changes_the_nodes_file() -> None:
    config = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: s}}\ndata: {{run.sh: {LINE}}}\n---\n"
    mounts = "volumeMounts: [{name: v, mountPath: /etc/hosts}, {name: s, mountPath: /s}]"
    volumes = f"volumes: [{{name: v, {NODE}}}, {{name: s, configMap: {{name: s}}}}]\n"
    ((_, message),) = said(config + pod(mounts, others=volumes))
    assert message.startswith("container `web` changes the node's /etc/hosts through a mount of the file")
