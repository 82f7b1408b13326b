"""What the rules on scripts and mounts say: the words that carry the fact, each branch once."""

from __future__ import annotations

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.kubernetes import KubernetesVersion
from podhosts.rules import Settings
from podhosts.source import Source
from tests.expectations import spoken

MOUNTS = {"host-path-hosts-file", "hosts-file-mount", "ignored-host-aliases", "etc-mount"}
LINE = "echo 10.1.2.3 db >> /etc/hosts"
ONLY = "the kubelet writes the file anew at each start of the container, and the script has to change it each time"
LOST = "the kubelet writes the file anew whenever a container of the pod starts, and this is lost"
LOST_BY_NEXT = "the kubelet writes the file anew when the next container starts, and this is lost"
USE = "write `hostAliases: [{ip: 10.1.2.3, hostnames: [db]}]` in the pod spec instead"
TRIES = "a script tries to change /etc/hosts:"
INIT_TRIES = "an init container tries to change /etc/hosts:"
ROOT = "only root can write the file"
OWN = "(`hostAliases` cannot hold the pod's own address)"
FIXED = "for fixed addresses use `hostAliases` in the pod spec"


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
    ("text", "severity", "message"),
    [
        # Where it lasts how long.
        (pod(script(LINE)), "info", f"a script changes /etc/hosts: {ONLY}; {USE}"),
        (pod(script(LINE), others="- name: proxy\n"), "warning", f"a script changes /etc/hosts: {LOST}; {USE}"),
        (init(script(LINE)), "warning", f"an init container changes /etc/hosts: {LOST_BY_NEXT}; {USE}"),
        (
            init(f"restartPolicy: Always, {script(LINE)}"),
            "warning",
            f"an init container changes /etc/hosts: {LOST}; {USE}",
        ),
        (
            pod(hook("postStart", LINE)),
            "warning",
            "a postStart hook changes /etc/hosts: it runs beside the container's own command, which may read "
            f"the file first; {USE}",
        ),
        (
            pod(hook("preStop", LINE)),
            "warning",
            f"a preStop hook changes /etc/hosts: the container ends right after it; {USE}",
        ),
        (
            pod(hook("livenessProbe", LINE)),
            "warning",
            f"a liveness probe changes /etc/hosts: it does so again at every run; {USE}",
        ),
        (
            pod(hook("postStart", LINE), others="- name: proxy\n"),
            "warning",
            f"a postStart hook changes /etc/hosts: {LOST}; {USE}",
        ),
        # Who writes.
        (
            pod(SECURED + script(LINE)),
            "warning",
            f"{TRIES} {ROOT}, and the container runs as user 1000, so it stays as it is; {USE}",
        ),
        (
            init(SECURED + script(LINE)),
            "warning",
            f"{INIT_TRIES} {ROOT}, and the container runs as user 1000, so it stays as it is and the pod does "
            f"not start; {USE}",
        ),
        (
            pod(SECURED + hook("postStart", LINE)),
            "warning",
            f"a postStart hook tries to change /etc/hosts: {ROOT}, and the container runs as user 1000, so it "
            f"stays as it is and the container is killed; {USE}",
        ),
        (
            pod(script(LINE), spec="securityContext: {runAsNonRoot: true}\n"),
            "warning",
            f"{TRIES} {ROOT}, and the container does not run as root, so it stays as it is; {USE}",
        ),
        (
            pod(SECURED + script("echo 10.1.2.3 db | sudo tee -a /etc/hosts")),
            "warning",
            f"a script changes /etc/hosts: {ROOT}, so the image has to let user 1000 become root, and {ONLY}; {USE}",
        ),
        (
            pod("securityContext: {runAsUser: 7, allowPrivilegeEscalation: false}, " + script("sudo tee /etc/hosts")),
            "warning",
            f"{TRIES} {ROOT}, and `sudo` gains nothing with `allowPrivilegeEscalation: false`, so it stays as "
            f"it is; {FIXED}",
        ),
        (
            pod("securityContext: {runAsUser: 7, capabilities: {drop: [all]}}, " + script("sudo tee /etc/hosts")),
            "warning",
            f"{TRIES} {ROOT}, and `sudo` gains nothing with `capabilities.drop: [ALL]`, so it stays as it is; {FIXED}",
        ),
        (
            pod(SECURED + script("su -c 'echo 10.1.2.3 db >> /etc/hosts'")),
            "warning",
            f"{TRIES} {ROOT}, and `su` asks for a password, so it stays as it is; {USE}",
        ),
        (
            pod(script("gosu app tee /etc/hosts")),
            "warning",
            f"{TRIES} {ROOT}, and the command runs as another user, so it stays as it is; {FIXED}",
        ),
        # How.
        (
            pod(script("sed -i s/a/b/ /etc/hosts")),
            "warning",
            f"{TRIES} the kubelet mounts the file, and `sed -i` cannot replace a mount point, so it stays as "
            f"it is; {FIXED}",
        ),
        (
            init(script("install /names /etc/hosts")),
            "warning",
            f"{INIT_TRIES} the kubelet mounts the file, and GNU `install` cannot replace a mount point, so it "
            f"stays as it is; {FIXED}",
        ),
        (
            init(script("rm -f /etc/hosts")),
            "warning",
            f"{INIT_TRIES} the kubelet mounts the file, and `rm` cannot remove or rename a mount point, so it "
            "stays as it is and the pod does not start; leave this out",
        ),
        (
            init("image: busybox, " + script("install /names /etc/hosts")),
            "warning",
            f"an init container changes /etc/hosts: {LOST_BY_NEXT}; {FIXED}",
        ),
        (
            pod("securityContext: {readOnlyRootFilesystem: true}, " + script("vim -es -c wq /etc/hosts")),
            "warning",
            f"{TRIES} `vim` makes a file beside it, and the root file system is read-only, so it stays as it "
            f"is; {FIXED}",
        ),
        (
            pod("securityContext: {privileged: true}, " + script("umount /etc/hosts; mv /x /etc/hosts")),
            "info",
            f"a script changes /etc/hosts: {ONLY}; {FIXED}",
        ),
        # What no shell reads.
        (
            pod('command: [echo, "10.1.2.3 db", ">>", /etc/hosts]'),
            "warning",
            f"a script does not change /etc/hosts: no shell reads this redirection, it is only an argument; {USE}",
        ),
        (
            init('command: ["echo 10.1.2.3 db >> /etc/hosts"]'),
            "warning",
            "an init container does not change /etc/hosts: all of this is taken for the name of a program and"
            f" the pod does not start; {USE}",
        ),
        (
            pod('command: [sh, "echo 10.1.2.3 db >> /etc/hosts"]'),
            "warning",
            f"a script does not change /etc/hosts: without `-c` the shell takes this for a file name; {USE}",
        ),
        # The pod's own address.
        (
            pod(script("echo $(hostname -i) web >> /etc/hosts")),
            "info",
            f"a script changes /etc/hosts: {ONLY}; set `hostname: web`, and the kubelet writes this line {OWN}",
        ),
        (
            pod(script("echo $(hostname -i) web.corp >> /etc/hosts"), kind="Deployment"),
            "info",
            f"a script changes /etc/hosts: {ONLY}; the kubelet writes this line for the names in `hostname` "
            f"and `subdomain` {OWN}",
        ),
        (
            pod(script("echo $(hostname -i) $(hostname) >> /etc/hosts")),
            "info",
            f"a script changes /etc/hosts: {ONLY}; the kubelet writes this line for the name in `hostname` {OWN}",
        ),
        (
            pod(script("echo $(hostname -i) web >> /etc/hosts"), kind="StatefulSet"),
            "info",
            f"a script changes /etc/hosts: {ONLY}; the kubelet writes the line of the pod's own name itself {OWN}",
        ),
        (
            pod(script("echo $(hostname -i) web >> /etc/hosts"), spec="hostname: web\n"),
            "info",
            f"a script changes /etc/hosts: {ONLY}; leave this out, the kubelet writes this line itself",
        ),
        (
            pod(script("echo $(hostname -i) shop >> /etc/hosts")),
            "info",
            f"a script changes /etc/hosts: {ONLY}; leave this out, the kubelet writes this line itself",
        ),
        (
            pod(script("echo $(hostname -i) web >> /etc/hosts"), spec="hostNetwork: true\n"),
            "info",
            f"a script changes /etc/hosts: {ONLY}; `hostAliases` cannot hold the pod's own address",
        ),
        (
            pod(
                "env: [{name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}], "
                + script("echo $(IP) web >> /etc/hosts")
            ),
            "info",
            f"a script changes /etc/hosts: {ONLY}; set `hostname: web`, and the kubelet writes this line {OWN}",
        ),
    ],
)
def test_what_is_said_of_a_script(text: str, severity: str, message: str) -> None:
    assert said(text) == [(severity, message)]


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
    assert (severity, message) == ("warning", f"a script changes /etc/hosts: {LOST}; {USE}")


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


def test_before_1_32_a_static_pod_may_need_a_file_of_its_own() -> None:
    text = mounted("hostPath: {path: /srv/hosts}", spec="hostNetwork: true\n")
    assert [message.rpartition("; ")[2] for _, message in (*said(text, 31), *said(text, 32))] == [
        "from Kubernetes 1.32 on `hostAliases` can do this in static pods too",
        "list the names in `hostAliases` instead",
    ]


def test_a_script_of_a_config_map_changes_the_nodes_file() -> None:
    config = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: s}}\ndata: {{run.sh: {LINE}}}\n---\n"
    mounts = "volumeMounts: [{name: v, mountPath: /etc/hosts}, {name: s, mountPath: /s}]"
    volumes = f"volumes: [{{name: v, {NODE}}}, {{name: s, configMap: {{name: s}}}}]\n"
    ((_, message),) = said(config + pod(mounts, others=volumes))
    assert message.startswith("container `web` changes the node's /etc/hosts through a mount of that one file")
