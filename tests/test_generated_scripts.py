"""Scripts that a kustomization takes into a ConfigMap and that a container runs: told where they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: web
    command: [sh, /scripts/setup]
    volumeMounts: [{name: scripts, mountPath: /scripts}]
  volumes: [{name: scripts, configMap: {name: scripts}}]
"""
SCRIPT = "#!/bin/sh\necho 10.0.0.1 db >> /etc/hosts\n"


def found(folder: Path, files: dict[str, str], *arguments: str) -> list[dict[str, object]]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = podhosts("check", "--fail-on", "never", "--format", "json", *(arguments or (".",)), cwd=folder)
    findings: list[dict[str, object]] = json.loads(done.stdout)["findings"]
    return findings


def kustomization(*entries: str) -> str:
    listed = "".join(f"  - {entry}\n" for entry in entries)
    return f"resources: [pod.yaml]\nconfigMapGenerator:\n- name: scripts\n  files:\n{listed}"


@pytest.mark.parametrize(
    ("entry", "file", "text"),
    [
        ("setup.sh", "setup.sh", SCRIPT),
        ("bin/setup", "bin/setup", SCRIPT),
        ("setup=bin/install", "bin/install", "echo 10.0.0.1 db >> /etc/hosts\n"),
        ("setup=run.py", "run.py", "#!/usr/bin/python3\nopen('/etc/hosts', 'a').write('x')\n"),
    ],
)
@pytest.mark.parametrize("argument", [".", "kustomization.yaml", "{file}"])
def test_a_script_that_a_generator_takes_in(tmp_path: Path, entry: str, file: str, text: str, argument: str) -> None:
    files = {
        "kustomization.yaml": kustomization("readme.txt", entry),
        file: text,
        "readme.txt": SCRIPT,
        "pod.yaml": POD,
    }
    (tmp_path / ".git").mkdir()
    (finding,) = found(tmp_path, files, argument.format(file=file))
    assert (finding["rule"], finding["path"]) == ("hosts-file-write", file)
    assert finding["message"] == "a script changes /etc/hosts"
    start = finding["start"]
    assert isinstance(start, dict)
    assert text.encode()[start["offset"] :].lstrip(b"'").startswith(b"/etc/hosts")
    assert finding["severity"] == "info"
    related = finding["related"]
    assert isinstance(related, list)
    assert {item["path"] for item in related} == {"kustomization.yaml", "pod.yaml"}


@pytest.mark.parametrize(
    ("entry", "file", "text"),
    [
        ("setup.txt", "setup.txt", SCRIPT),
        ("other", "other", "To add a name: echo 10.0.0.1 db >> /etc/hosts\n"),
        ("setup.sh", "setup.sh", "cat /etc/hosts\n"),
        ("none.sh", "setup.sh", SCRIPT),
    ],
)
def test_what_is_no_script_or_writes_nothing(tmp_path: Path, entry: str, file: str, text: str) -> None:
    files = {"kustomization.yaml": kustomization(entry), file: text, "pod.yaml": POD}
    assert [item for item in found(tmp_path, files) if item["rule"] == "hosts-file-write"] == []


def test_a_script_that_nothing_mounts(tmp_path: Path) -> None:
    pod = POD.replace("configMap: {name: scripts}", "configMap: {name: others}")
    assert found(tmp_path, {"kustomization.yaml": kustomization("a.sh"), "a.sh": SCRIPT, "pod.yaml": pod}) == []
