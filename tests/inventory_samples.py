"""A small repository for the tests of the inventory: bases, overlays, values, strings, templates, hostile names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LIST = """      hostAliases:
      - ip: {ip}
        hostnames: [db.internal, mail.internal]
      - ip: 2001:db8::1
        hostnames: [six.internal]
"""
_WORKLOAD = """apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}, namespace: shop}}
spec:
  template:
    spec:
"""

HOSTILE = "</script><img src=x onerror=alert(1)>"

FILES = {
    "base/web.yaml": _WORKLOAD.format(kind="Deployment", name="web") + _LIST.format(ip="10.1.2.3"),
    "base/db.yaml": "---\n" + _WORKLOAD.format(kind="StatefulSet", name="db.one") + _LIST.format(ip="010.1.2.3"),
    "base/worker.yaml": _WORKLOAD.format(kind="Deployment", name="worker") + _LIST.format(ip='"::ffff:10.1.2.3"'),
    "base/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n",
    "overlays/prod/patch.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
        "      hostAliases:\n      - ip: 10.9.2.3\n        hostnames: [DB.internal]\n"
        f"      - ip: ${{LEGACY_IP}}\n        hostnames: [legacy.internal, '{HOSTILE}']\n"
    ),
    "chart/values.yaml": "controller:\n  hostAliases:\n  - {ip: 10.1.2.30, hostnames: [chart.internal]}\n",
    "chart/templates/web.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases:\n"
        "  - ip: {{ .Values.ip }}\n    hostnames: [template.internal]\n  {{- toYaml .Values.more | nindent 2 }}\n"
    ),
    "strings.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pods}\ndata:\n  pod.yaml: |\n"
        "    apiVersion: v1\n    kind: Pod\n    metadata: {name: inner}\n    spec:\n      hostAliases:\n"
        "      - ip: 10.7.7.7\n        hostnames: [inner.internal]\n"
    ),
    "list.json": (
        '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, '
        '"spec": {"hostAliases": [{"ip": "10.1.2.4", "hostnames": ["listed.internal"]}]}}]}'
    ),
    "broken.yaml": "kind: Pod\nspec:\n  hostAliases: [\n",
}


def write(folder: Path) -> Path:
    """The files above below a folder that is a work tree's root."""
    (folder / ".git").mkdir()
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
