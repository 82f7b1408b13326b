"""Aliases for the pods of one spec: what is said of each pod, the advice, and where no fix is offered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: dbs
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      hostAliases:
      - ip: 10.30.0.1
        hostnames: [db-1.dbs.shop.svc.cluster.local, db-1]
      containers: [{name: db, image: db}]
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  - ip: 10.30.0.1
    hostnames: [web, spare]
  containers: [{name: web, image: web}]
"""
SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: dbs, namespace: shop}\nspec: {clusterIP: %s}\n"


def checked(folder: Path, files: dict[str, str]) -> list[str]:
    """The findings of a folder, and `fixable` where a repair is offered for one."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    done = podhosts("check", ".", "--fail-on", "never", "--format", "json", cwd=folder)
    fixable = ["fixable"] if b"fixable" in done.stderr else []
    return [
        spoken(finding) for finding in json.loads(done.stdout)["findings"] if finding["rule"] == "pod-hostname-alias"
    ] + fixable


def spoken(finding: dict[str, Any]) -> str:
    """A finding of the JSON report with all that it says, in one line."""
    at = f"{finding['path']}:{finding['start']['line']}:{finding['start']['column']}"
    why = f": {finding['why']}" if finding["why"] else ""
    advice = f"; {finding['help']}" if finding["help"] else ""
    return f"{at}: {finding['severity']}: {finding['message']}{why}{advice} [{finding['rule']}]"


def test_the_answers_are_those_of_the_pod_that_is_spoken_of(tmp_path: Path) -> None:
    (finding,) = checked(tmp_path, {"db.yaml": SET})
    assert finding.startswith("db.yaml:13:21: warning: `db-1.dbs.shop.svc.cluster.local` is pod 1's own host name")
    assert "glibc, musl and Go answer 10.244.1.5, 10.30.0.1" in finding
    assert "glibc without /etc/host.conf answers 10.244.1.5;" in finding
    assert "in the other pods the alias is the only answer" in finding
    assert "remove" not in finding


@pytest.mark.parametrize(
    ("changes", "more", "advice"),
    [
        ({}, "", "use `db-1.dbs`, if there is a headless Service `dbs`"),
        ({}, SERVICE % "None", "use `db-1.dbs`, which DNS answers [pod-"),
        ({}, SERVICE % "10.96.0.9", "use `db-1.dbs`, and make the Service headless (`clusterIP: None`)"),
        ({"  serviceName: dbs\n": ""}, "", "use `db-1.SERVICE`, with a headless Service in `serviceName`"),
        (
            {"serviceName: dbs": "serviceName: '${SERVICE}'"},
            "",
            "use `db-1`, a dot and the name of the headless Service",
        ),
        (
            {"      hostAliases": "      dnsPolicy: Default\n      hostAliases"},
            "",
            "the alias is the only answer [pod-",
        ),
    ],
)
def test_advice_that_helps(tmp_path: Path, changes: dict[str, str], more: str, advice: str) -> None:
    text = SET.replace("[db-1.dbs.shop.svc.cluster.local, db-1]", "[db-1]")
    for old, new in changes.items():
        text = text.replace(old, new, 1)
    (finding,) = checked(tmp_path, {"db.yaml": text + more})
    assert advice in finding


def test_answers_of_the_other_pods_are_asked_too(tmp_path: Path) -> None:
    """Past musl's 511 bytes the alias answers in no pod."""
    names = ", ".join(f"name-{number:03}.shop.example.com" for number in range(20))
    text = SET.replace("[db-1.dbs.shop.svc.cluster.local, db-1]", f"[{names}, db-1]")
    (finding,) = checked(tmp_path, {"db.yaml": text})
    assert (
        "in the other pods glibc, glibc without /etc/host.conf and Go answer 10.30.0.1; musl answers what DNS"
        in finding
    )


def test_a_single_pod_is_repaired(tmp_path: Path) -> None:
    text = SET.replace("replicas: 3", "replicas: 1").replace("db-1", "db-0")
    *findings, fixable = checked(tmp_path, {"db.yaml": text})
    assert (len(findings), fixable) == (1, "fixable")
    assert findings[0].endswith("remove the alias [pod-hostname-alias]")


@pytest.mark.parametrize(
    "other",
    [
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
        "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: db}, maxReplicas: 5}\n",
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a}\n"
        "spec: {scaleTargetRef: {kind: StatefulSet, name: db}, maxReplicaCount: 5}\n",
    ],
)
def test_an_autoscaler_in_another_file_makes_more_pods(tmp_path: Path, other: str) -> None:
    text = SET.replace("  replicas: 3\n", "").replace("db-1", "db-0")
    (finding,) = checked(tmp_path, {"db.yaml": text, "scaler.yaml": other})
    assert "in the other pods the alias is the only answer" in finding


def test_a_pod_that_overlays_give_another_name(tmp_path: Path) -> None:
    base = {"base/web.yaml": POD, "base/kustomization.yaml": "resources: [web.yaml]\n"}
    dev = {"dev/kustomization.yaml": "resources: [../base]\nnamePrefix: dev-\n"}
    prod = {"prod/kustomization.yaml": "resources: [../base]\n"}
    assert checked(tmp_path / "plain", base)[1:] == ["fixable"]
    # Nobody deploys a pod of the name.
    assert checked(tmp_path / "renamed", base | dev) == []
    (finding,) = checked(tmp_path / "both", base | dev | prod)
    assert "move the alias to the overlays that rename the pod" in finding


def test_an_overlay_that_sets_the_number_of_pods(tmp_path: Path) -> None:
    text = SET.replace("  replicas: 3\n", "").replace("db-1", "db-0")
    files = {
        "base/db.yaml": text,
        "base/kustomization.yaml": "resources: [db.yaml]\n",
        "prod/kustomization.yaml": "resources: [../base]\nreplicas: [{name: db, count: 3}]\n",
    }
    (finding,) = checked(tmp_path, files)
    assert "in the other pods the alias is the only answer" in finding


def test_a_template_that_decides_the_number_of_pods(tmp_path: Path) -> None:
    for number, lines in enumerate((
        "  {{- if .Values.many }}\n  replicas: 1\n  {{- end }}\n",
        "  {{- with .Values.replicas }}\n  replicas: {{ . }}\n  {{- end }}\n",
        "  {{- toYaml .Values.more | nindent 2 }}\n",
    )):  # fmt: skip
        text = SET.replace("  replicas: 3\n", lines).replace("db-1", "db-0")
        found = checked(tmp_path / str(number), {"db.yaml": text})
        assert "fixable" not in found
        assert all("in the other pods" in finding for finding in found)
