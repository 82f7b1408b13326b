"""No message speaks of `None` or of an empty value: whatever is left out, null, empty or of another type."""

from __future__ import annotations

import itertools
import re

import pytest

from podhosts.engine import Options, lint
from podhosts.kubernetes import KubernetesVersion
from podhosts.rules import RULES, Settings
from podhosts.source import Source

#: A value for each field in turn; None leaves it out.
ODD = [None, "null", "''", "[]", "{}", "0", "true", "[null, '', a]"]
#: Places for odd values in manifests in which many rules have something to say.
PLACES = {
    "ip": "spec: {hostAliases: [{%s, hostnames: [a, a, localhost]}, {ip: 10.0.0.1, hostnames: [a]}], containers: [c]}",
    "hostnames": "spec: {hostAliases: [{ip: 10.0.0.1, %s}, {ip: 10.0.0.1, hostnames: [a, a]}]}",
    "hostAliases": "spec: {%s}",
    "hostname": "spec: {%s, subdomain: x, hostAliases: [{ip: 127.0.0.1, hostnames: [web, web.x.y.svc.c]}]}",
    "subdomain": "spec: {%s, setHostnameAsFQDN: true, hostAliases: [{ip: 127.0.0.1, hostnames: [web]}]}",
    "name": "spec: {hostAliases: [{ip: 1.2.3.4, hostnames: [b]}], volumes: [{name: v, configMap: {name: c}}], "
    "containers: [{%s, volumeMounts: [{name: v, mountPath: /etc/hosts}, {name: v, mountPath: /etc}]}]}",
    "mountPath": "spec: {hostAliases: [{ip: 1.2.3.4, hostnames: [b]}], volumes: [{name: v, hostPath: {path: "
    "/etc/hosts}}], containers: [{name: c, volumeMounts: [{name: v, mountPath: /etc/hosts}, {name: v, %s}]}]}",
    "hostPath": "spec: {volumes: [{name: v, %s}, {name: w, hostPath: {path: /etc/hosts}}], containers: "
    "[{volumeMounts: [{name: v, mountPath: /etc/hosts}]}, {volumeMounts: [{name: w, mountPath: /etc/hosts}]}]}",
    "configMap": "spec: {hostAliases: [{ip: 1.2.3.4, hostnames: [b]}], volumes: [{name: v, %s}], containers: "
    "[{volumeMounts: [{name: v, mountPath: /etc/hosts}, {name: v, mountPath: /etc}]}]}",
    "command": "spec: {containers: [{%s}, {command: [sh, -c, 'echo 10.0.0.1 a >> /etc/hosts']}]}",
}
HEADS = [
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {}\n",
    "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n",
    "kind: Pod\n",
]
SETS = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {%s}
spec:
  %s
  %s
  template: {spec: {hostAliases: [{ip: 127.0.0.1, hostnames: [web-0, web-0.x.y.svc.z]}]}}
"""
_EMPTY = re.compile(r"`(?:None)?`|``|\bNone\b")


def messages(text: str, minor: int) -> list[str]:
    options = Options(Settings(KubernetesVersion(minor)), frozenset(rule.name for rule in RULES))
    result = lint(Source("a.yaml", text.encode()), options)
    return [
        line
        for finding in result.findings
        for line in (
            finding.message,
            *(item.message for item in finding.related),
            finding.fix.title if finding.fix else "",
        )
    ]


@pytest.mark.parametrize("minor", [30, 37])
@pytest.mark.parametrize("field", PLACES)
def test_no_empty_value_is_shown(field: str, minor: int) -> None:
    said = 0
    for head, value in itertools.product(HEADS, ODD):
        text = head + PLACES[field] % (f"{field}: {value}" if value is not None else "x: y") + "\n"
        for message in messages(text, minor):
            said += 1
            assert not _EMPTY.search(message.replace("clusterIP: None", "")), text
    assert said


def test_no_empty_value_of_a_set_is_shown() -> None:
    for odd in itertools.product(ODD, repeat=3):
        fields = [
            f"{name}: {value}" if value is not None else f"x{name}: y"
            for name, value in zip(("name", "serviceName", "replicas"), odd, strict=True)
        ]
        for message in messages(SETS % tuple(fields), 37):
            assert not _EMPTY.search(message.replace("clusterIP: None", "")), fields
