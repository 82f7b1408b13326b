"""Inputs that the benchmarks generate: the same bytes for the same arguments, on every machine.

python benchmarks/inputs.py NAME > FILE      (NAME: one of STREAMS)
"""

from __future__ import annotations

import json
import random
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TINY = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example.com/web:1.0
"""
ALIASES = """\
      hostAliases:
      - ip: 10.20.0.15
        hostnames:
        - db.example.com
        - db
"""
#: A document with a mistake that every tool which reads it must report.
SEEDED = TINY.replace(
    "      containers:\n      - name: web",
    "      hostAliases: [{ip: 10.0.0.999}]\n      containers: none\n      other:\n      - name: web",
)
BROKEN_POD_JSON = (
    ',\n        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "seeded", "namespace": "x"}, '
    '"spec": {"hostAliases": [{"ip": "10.0.0.999"}], "containers": "none"}}'
)
BROKEN_POD_YAML = (
    "- {apiVersion: v1, kind: Pod, metadata: {name: seeded, namespace: x}, "
    "spec: {hostAliases: [{ip: 10.0.0.999}], containers: none}}\n"
)


def _environment(number: int, count: int) -> Iterator[dict[str, Any]]:
    for index in range(count):
        yield {"name": f"SETTING_{index}", "value": f"value-{number}-{index}"}


def deployment(number: int, *, has_aliases: bool) -> str:
    """A Deployment of about 2 kB in the block style that people write."""
    name = f"service-{number:05d}"
    lines = [
        "apiVersion: apps/v1",
        "kind: Deployment",
        "metadata:",
        f"  name: {name}",
        f"  namespace: team-{number % 40}",
        "  labels:",
        f"    app.kubernetes.io/name: {name}",
        "    app.kubernetes.io/part-of: shop",
        "spec:",
        "  replicas: 3",
        "  selector:",
        "    matchLabels:",
        f"      app.kubernetes.io/name: {name}",
        "  template:",
        "    metadata:",
        "      labels:",
        f"        app.kubernetes.io/name: {name}",
        "    spec:",
        "      serviceAccountName: default",
        "      securityContext:",
        "        runAsNonRoot: true",
        "      containers:",
        "      - name: main",
        f"        image: registry.example.com/shop/{name}:1.{number % 30}.0",
        "        ports:",
        "        - name: http",
        "          containerPort: 8080",
        "        env:",
    ]
    for variable in _environment(number, 17):
        lines += [f"        - name: {variable['name']}", f"          value: {variable['value']}"]
    lines += [
        "        resources:",
        "          requests: {cpu: 100m, memory: 128Mi}",
        "          limits: {memory: 256Mi}",
        "        livenessProbe:",
        "          httpGet: {path: /healthz, port: http}",
        "        volumeMounts:",
        "        - name: config",
        "          mountPath: /etc/shop",
        "          readOnly: true",
        "      volumes:",
        "      - name: config",
        "        configMap:",
        f"          name: {name}",
    ]
    text = "\n".join(lines) + "\n"
    return text + ALIASES if has_aliases else text


def deployments(count: int, *, relevant: int) -> Iterator[str]:
    """A stream of Deployments of which every `relevant`-th has hostAliases."""
    for number in range(count):
        yield "---\n" + deployment(number, has_aliases=number % relevant == relevant - 1)


def _managed_fields(address: str, *, has_aliases: bool) -> list[dict[str, Any]]:
    """Who set which field, as the API server keeps it: most of the text of `kubectl get pods -o json`."""
    container: dict[str, Any] = {
        ".": {},
        **{f"f:{name}": {} for name in ("image", "imagePullPolicy", "name", "resources", "terminationMessagePath")},
        "f:env": {".": {}, **{f'k:{{"name":"SETTING_{i}"}}': {".": {}, "f:name": {}, "f:value": {}} for i in range(6)}},
        "f:volumeMounts": {".": {}, 'k:{"mountPath":"/etc/shop"}': {".": {}, "f:mountPath": {}, "f:name": {}}},
    }
    spec: dict[str, Any] = {
        "f:containers": {'k:{"name":"main"}': container, 'k:{"name":"proxy"}': container},
        **{f"f:{name}": {} for name in ("dnsPolicy", "enableServiceLinks", "restartPolicy", "schedulerName")},
    }
    if has_aliases:
        spec["f:hostAliases"] = {".": {}, 'k:{"ip":"10.20.0.15"}': {".": {}, "f:hostnames": {}, "f:ip": {}}}
    condition: dict[str, Any] = {
        ".": {},
        "f:lastProbeTime": {},
        "f:lastTransitionTime": {},
        "f:status": {},
        "f:type": {},
    }
    status = {
        "f:conditions": {f'k:{{"type":"{name}"}}': condition for name in ("ContainersReady", "Initialized", "Ready")},
        "f:containerStatuses": {},
        "f:hostIP": {},
        "f:phase": {},
        "f:podIP": {},
        "f:podIPs": {".": {}, f'k:{{"ip":"{address}"}}': {".": {}, "f:ip": {}}},
        "f:startTime": {},
    }
    common = {"apiVersion": "v1", "fieldsType": "FieldsV1", "operation": "Update", "time": "2026-11-20T08:00:00Z"}
    return [
        {**common, "fieldsV1": {"f:spec": spec}, "manager": "kube-controller-manager"},
        {**common, "fieldsV1": {"f:status": status}, "manager": "kubelet", "subresource": "status"},
    ]


def pod(number: int, *, has_aliases: bool) -> dict[str, Any]:
    """A running Pod as the API server gives it, about 16 kB of indented JSON."""
    name, address = f"service-{number:05d}-{number * 7919:08x}-x", f"10.244.{number // 250 % 250}.{number % 250}"
    container: dict[str, Any] = {
        "env": list(_environment(number, 8)),
        "image": f"registry.example.com/shop/service:1.{number % 30}.0",
        "imagePullPolicy": "IfNotPresent",
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "terminationMessagePath": "/dev/termination-log",
        "volumeMounts": [
            {"mountPath": "/etc/shop", "name": "config", "readOnly": True},
            {"mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "name": "token", "readOnly": True},
        ],
    }
    spec: dict[str, Any] = {
        "containers": [{**container, "name": "main"}, {**container, "name": "proxy"}],
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "nodeName": f"node-{number % 60}",
        "restartPolicy": "Always",
        "tolerations": [
            {
                "effect": "NoExecute",
                "key": f"node.kubernetes.io/{state}",
                "operator": "Exists",
                "tolerationSeconds": 300,
            }
            for state in ("not-ready", "unreachable")
        ],
        "volumes": [{"configMap": {"defaultMode": 420, "name": f"service-{number:05d}"}, "name": "config"}],
    }
    if has_aliases:
        spec["hostAliases"] = [{"hostnames": ["db.example.com", "db"], "ip": "10.20.0.15"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "annotations": {"checksum/config": f"{number:064x}", "prometheus.io/scrape": "true"},
            "creationTimestamp": "2026-11-20T08:00:00Z",
            "generateName": f"service-{number:05d}-",
            "labels": {"app.kubernetes.io/name": f"service-{number:05d}", "pod-template-hash": f"{number * 7919:08x}"},
            "managedFields": _managed_fields(address, has_aliases=has_aliases),
            "name": name,
            "namespace": f"team-{number % 40}",
            "resourceVersion": str(1_000_000 + number),
            "uid": f"00000000-0000-4000-8000-{number:012d}",
        },
        "spec": spec,
        "status": {
            "conditions": [
                {"lastProbeTime": None, "lastTransitionTime": "2026-11-20T08:00:05Z", "status": "True", "type": state}
                for state in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
            ],
            "hostIP": f"192.0.2.{number % 60}",
            "hostIPs": [{"ip": f"192.0.2.{number % 60}"}],
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "startTime": "2026-11-20T08:00:00Z",
        },
    }


def _pods(count: int, relevant: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield pod(number, has_aliases=number % relevant == relevant - 1)


def json_list(count: int, *, relevant: int) -> Iterator[str]:
    """`kubectl get pods -A -o json`: a List of pods of which every `relevant`-th has hostAliases."""
    yield '{\n    "apiVersion": "v1",\n    "items": ['
    for number, item in enumerate(_pods(count, relevant)):
        text = json.dumps(item, indent=4).replace("\n", "\n        ")
        yield f"{',' if number else ''}\n        {text}"
    yield '\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n'


def yaml_list(count: int, *, relevant: int) -> Iterator[str]:
    """`kubectl get pods -A -o yaml`: the same List."""
    yield "apiVersion: v1\nitems:\n"
    for item in _pods(count, relevant):
        lines = list(_yaml(item, 2))
        yield "- " + "\n".join(lines)[2:] + "\n"
    yield 'kind: List\nmetadata:\n  resourceVersion: ""\n'


_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?::[0-9.]+)?")
_NOT_STRINGS = frozenset({"true", "false", "null", "y", "n", "yes", "no", "on", "off"})


def _scalar(value: object) -> str:
    """A scalar as kubectl writes it: quoted only where it would be read as something else."""
    is_plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_STRINGS
    return value if isinstance(value, str) and is_plain else json.dumps(value)


def _yaml(value: dict[str, Any], column: int) -> Iterator[str]:
    """Block style as kubectl prints it: lists at the level of their key."""
    indent = " " * column
    for key, item in value.items():
        shown = f"'{key}'" if '"' in key or key == "." else key
        if isinstance(item, dict) and item:
            yield f"{indent}{shown}:"
            yield from _yaml(item, column + 2)
        elif isinstance(item, list) and item:
            yield f"{indent}{shown}:"
            for part in item:
                if isinstance(part, dict):
                    lines = list(_yaml(part, column + 2))
                    yield f"{indent}- {lines[0].lstrip()}"
                    yield from lines[1:]
                else:
                    yield f"{indent}- {_scalar(part)}"
        else:
            yield f"{indent}{shown}: {_scalar(item)}"


def write_tree(folder: Path, count: int) -> None:
    """A repository of `count` small manifests in folders of a hundred; two in a thousand have hostAliases."""
    shuffled = random.Random(count)
    for number in range(count):
        place = folder / f"team-{number // 2500:02d}" / f"service-{number // 100:03d}"
        place.mkdir(parents=True, exist_ok=True)
        text = TINY + (ALIASES if number % 500 == 499 else "") + f"# {shuffled.random()}\n"
        (place / f"manifest-{number:05d}.yaml").write_text(text, "utf-8")


def _large_stream() -> Iterator[str]:
    """A gigabyte in which one document of a thousand has hostAliases; the others come again: writing is quick."""
    others = "".join("---\n" + deployment(number, has_aliases=False) for number in range(999))
    written = number = 0
    while written < 1_000_000_000:
        number += 1000
        text = others + "---\n" + deployment(number, has_aliases=True)
        written += len(text)
        yield text


STREAMS: dict[str, Callable[[], Iterator[str]]] = {
    "stream": lambda: deployments(5_000, relevant=100),
    "every": lambda: deployments(5_000, relevant=1),
    "list-json": lambda: json_list(3_000, relevant=100),
    "list-yaml": lambda: yaml_list(3_000, relevant=100),
    "gigabyte": _large_stream,
}


def main() -> None:
    """Write one stream to stdout."""
    for part in STREAMS[sys.argv[1]]():
        sys.stdout.write(part)


if __name__ == "__main__":
    main()
