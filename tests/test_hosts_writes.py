"""What podhosts says of writes to /etc/hosts and of hostPath mounts follows from what was measured, case by case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.rules import Settings
from podhosts.source import Source
from tests.expectations import spoken
from tests.paths import DATA

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic
    from tests.figures import Figures


def rows(name: str) -> list[dict[str, Any]]:
    lines = (DATA / "hosts-writes" / name).read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


#: How a manifest says what the measured users are.
USERS: dict[str, dict[str, Any]] = {
    "root": {},
    "root-dropall": {"capabilities": {"drop": ["ALL"]}},
    "root-nodac": {"capabilities": {"drop": ["DAC_OVERRIDE"]}},
    "privileged": {"privileged": True},
    "1000": {"runAsUser": 1000, "capabilities": {"drop": ["ALL"]}},
    "1000-caps": {"runAsUser": 1000},
    "1000-sudo": {"runAsUser": 1000},
    "1000-sudo-nnp": {"runAsUser": 1000, "allowPrivilegeEscalation": False},
}
#: The kubelet's mount, and what a manifest says of the root file system. The other mounts are not the kubelet's.
MOUNTS: dict[str, dict[str, Any]] = {"rw": {}, "rw-rootro": {"readOnlyRootFilesystem": True}}

WRITES = [row for row in rows("dev.jsonl") if row["mount"] in MOUNTS]

#: Writes that are called working, but were refused for a reason that podhosts does not look at.
REFUSED_OTHERWISE = {
    "editor-005": "busybox ed has no option -s",
    "rights-016": "chown needs a capability that was dropped",
    "rights-030": "the script takes the right to write away, and the capability to do without is dropped",
    "rights-038": "the script gives the file away, and the capability to write it all the same is dropped",
    "rights-054": "the script makes the file immutable",
    "sudo-057": "sudo itself fails without capabilities, and prints nothing; the file is opened all the same",
}


def command_of(row: dict[str, Any]) -> list[str]:
    script = row["script"]
    command: list[str] = row["command"]
    return command if script is None or command[-1] == script else [*command, script]


def said(command: list[str], context: dict[str, Any]) -> list[str]:
    """The messages about an init container that runs a command."""
    containers = [{"name": "names", "image": "debian", "command": command, "securityContext": context}]
    spec = {"initContainers": containers, "containers": [{"name": "web", "image": "web"}]}
    return [spoken(finding) for finding in findings({"spec": spec}, "hosts-file-write")]


def findings(pod: dict[str, Any], rule: str) -> list[Diagnostic]:
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, **pod}
    options = Options(Settings(), selected=default_selection())
    found = lint(Source("pod.json", json.dumps(manifest).encode()), options).findings
    return [finding for finding in found if finding.rule == rule]


def claim(message: str) -> str:
    if "tries to change" in message:
        return "fails"
    if "does not change" in message:
        return "never"
    return "perhaps" if "has to let" in message else "works"


@pytest.mark.parametrize("row", WRITES, ids=lambda row: row["id"])
def test_what_is_said_of_a_write_was_measured(row: dict[str, Any]) -> None:
    messages = said(command_of(row), USERS[row["user"]] | MOUNTS[row["mount"]])
    claims = {claim(message) for message in messages}
    # With the mount taken away the image's own file is changed: seen in the container, not in the mount's file.
    is_changed = row["changed"] or row["visible"]
    if claims & {"works", "perhaps"} == {"works"}:
        assert is_changed != (row["id"] in REFUSED_OTHERWISE), messages
    elif claims and "perhaps" not in claims:
        assert not is_changed, messages
    if any("the pod does not start" in message for message in messages):
        assert row["exit"] != 0, messages


def test_how_many_measured_writes_are_seen(shown_figures: Figures) -> None:
    missed = [
        row for row in WRITES if row["changed"] and not said(command_of(row), USERS[row["user"]] | MOUNTS[row["mount"]])
    ]
    assert [row["id"] for row in missed] == []
    written = sum(row["changed"] for row in WRITES)
    with shown_figures():
        print(f"\nmeasured writes to /etc/hosts: {written - len(missed)} of {written} are seen")


HOST_PATHS = [
    row for row in rows("hostpath.jsonl") if row["id"].startswith("hostpath-") and row["path"] == "/etc/hosts"
]
SUB_PATHS = {row["id"]: row for row in rows("hostpath.jsonl") if row["id"].startswith("subpath-")}


def with_host_path(volume: dict[str, Any], mount: dict[str, Any] | None = None) -> str:
    """The one message about a hostPath on /etc/hosts."""
    mounts = [{"name": "hosts", "mountPath": "/etc/hosts", **(mount or {})}]
    spec = {
        "containers": [{"name": "web", "image": "web", "volumeMounts": mounts}],
        "volumes": [{"name": "hosts", "hostPath": volume}],
    }
    (finding,) = findings({"spec": spec}, "host-path-hosts-file")
    return spoken(finding)


@pytest.mark.parametrize(
    "row", [row for row in HOST_PATHS if row["node_has"] == "regular file"], ids=lambda row: row["id"]
)
def test_a_type_starts_or_not_as_the_kubelet_checks_it(row: dict[str, Any]) -> None:
    volume = {"path": "/etc/hosts"} | ({} if row["type"] == "not set" else {"type": row["type"]})
    message = with_host_path(volume)
    if row["ok"]:
        assert "it gets this node's names" in message
    elif "is an invalid volume type" in row["error"]:
        assert "refuses the object" in message
    else:
        assert "the pod never starts" in message
        assert f"`type: {row['type']}`" in message


@pytest.mark.parametrize("wanted", ["File", "FileOrCreate", "Socket", "CharDevice", "BlockDevice"])
def test_a_folder_of_the_node_is_no_file(wanted: str) -> None:
    message = with_host_path({"path": "/etc", "type": wanted}, {"subPath": "hosts"})
    assert "a directory there, so the pod never starts" in message


@pytest.mark.parametrize(
    ("measured", "sub_path"), [("subpath-001", "hosts"), ("subpath-001", "a/b"), ("subpath-002", ".")]
)
def test_a_sub_path_of_a_file_never_starts(measured: str, sub_path: str) -> None:
    assert not SUB_PATHS[measured]["ok"]
    message = with_host_path({"path": "/etc/hosts"}, {"subPath": sub_path})
    assert "the container never starts" in message
    assert f"`subPath: {sub_path}`" in message


def test_a_sub_path_below_the_file_in_a_folder_never_starts() -> None:
    assert not SUB_PATHS["subpath-006"]["ok"]
    assert "the container never starts" in with_host_path({"path": "/etc"}, {"subPath": "hosts/x"})
    assert SUB_PATHS["subpath-003"]["ok"]
    assert "it gets this node's names" in with_host_path({"path": "/etc", "type": "Directory"}, {"subPath": "hosts"})
