"""Containers of pods that are not known: what they write to /etc/hosts is unread, and said with its place."""

from __future__ import annotations

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source

REASON = "writes to /etc/hosts by containers of pods that are not known"
TASK = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: build}
spec:
  steps:
  - name: names
    image: busybox
    script: |
      #!/bin/sh
      echo 10.0.0.1 db >> /etc/hosts
"""
WORKFLOW = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: build}
spec:
  templates:
  - name: names
    script:
      image: busybox
      command: [sh]
      source: |
        echo 10.0.0.1 db >> /etc/hosts
  - name: others
    container:
      image: busybox
      command: [sh, -c]
      args: ["tee -a /etc/hosts < /names"]
"""


def unread(text: str) -> list[tuple[str, int, int]]:
    """The reason, number and first line of what is unread."""
    result = lint(Source("x.yaml", text.encode()), Options(selected=default_selection()))
    assert result.findings == []
    return [
        (item.reason, item.count, item.source.position(item.span.start).line)
        for item in result.unread
        if item.source is not None and item.span is not None
    ]


def test_containers_of_pods_that_are_not_known() -> None:
    assert unread(TASK) == [(REASON, 1, 10)]
    assert unread(WORKFLOW) == [(REASON, 2, 11)]
    assert unread(f"{TASK}---\n{WORKFLOW}") == [(REASON, 3, 10)]


@pytest.mark.parametrize(
    "text",
    [
        TASK.replace(">>", "<"),
        TASK.replace("image: busybox", "description: busybox"),
        TASK.replace("script:", "description:"),
        WORKFLOW.replace(">> /etc/hosts", ">> /tmp/hosts").replace("tee -a", "cat"),
        # The files of a node.
        "apiVersion: bootstrap.cluster.x-k8s.io/v1beta1\nkind: KubeadmConfig\nmetadata: {name: x}\nspec:\n"
        "  preKubeadmCommands:\n  - echo 10.0.0.1 db >> /etc/hosts\n",
        # No Kubernetes object.
        "image: busybox\nscript: echo 10.0.0.1 db >> /etc/hosts\n",
        "build:\n  image: busybox\n  script:\n  - echo 10.0.0.1 db >> /etc/hosts\n",
    ],
)
def test_look_alikes(text: str) -> None:
    assert unread(text) == []


UNREAD_SCRIPT = "scripts that mention /etc/hosts, for programs that are not known or not read"


def pod_that_runs(command: str) -> str:
    return (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: web\n"
        f"    {command}\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        "command: [fish, -c, 'echo x >> /etc/hosts']",
        "command: [/bin/tcsh, -c, 'echo x >>! /etc/hosts']",
        """command: [deno, eval, 'Deno.writeTextFileSync("/etc/hosts", "x")']""",
        """command: [sh, -c, 'Rscript -e "cat(1, file=\\"/etc/hosts\\")"']""",
        """command: [python, -c, 'print "x"; open("/etc/hosts", "a")']""",
        "args: [-c, 'echo x >> /etc/hosts']",
        "args: ['echo x >> /etc/hosts']",
        "lifecycle: {postStart: {exec: {command: [fish, -c, 'echo x >> /etc/hosts']}}}",
    ],
)
def test_scripts_for_programs_that_are_not_read(command: str) -> None:
    assert unread(pod_that_runs(command)) == [(UNREAD_SCRIPT, 1, 8)]


@pytest.mark.parametrize(
    "command",
    [
        "command: [fish, -c, 'echo x >> /srv/etc/hosts']",
        "command: [fish, /etc/hosts]",
        "command: [deno, run, /etc/hosts]",
        "command: [python, -c, 'print(open(\"/etc/hosts\"))']",
        "command: [python, -c, '{{ .Values.code }}; open(\"/etc/hosts\")']",
        "args: ['cat /etc/hosts', '--file=/etc/hosts']",
        "args: [--hosts-file, /etc/hosts]",
    ],
)
def test_programs_that_do_not_write(command: str) -> None:
    assert unread(pod_that_runs(command)) == []
