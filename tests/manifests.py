"""Small manifests that several tests use."""

from __future__ import annotations

BAD_POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  - ip: 10.0.0.256
    hostnames: [db.internal]
  containers: [{name: web, image: web}]
"""
GOOD_POD = BAD_POD.replace(b"256", b"25")
WARNING_POD = GOOD_POD.replace(b"[db.internal]", b"[]")
INFO_POD = GOOD_POD.replace(b"10.0.0.25", b"2001:DB8::25")
SERVICE = b"""\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostAliases:
      - ip: 10.0.0.1
        hostnames: [db.internal]
"""


def definition(
    kind: str, *path: str, group: str = "example.com", ip: str = "^10[.]", hostname: str | None = None
) -> str:
    """A CustomResourceDefinition with a list of aliases at a path, whose values match patterns."""
    name = "{type: string}" if hostname is None else f'{{type: string, pattern: "{hostname}"}}'
    entry = f'{{ip: {{type: string, pattern: "{ip}"}}, hostnames: {{type: array, items: {name}}}}}'
    schema = f"{{type: array, items: {{type: object, properties: {entry}}}}}"
    for key in reversed(path):
        schema = f"{{type: object, properties: {{{key}: {schema}}}}}"
    plural = f"{kind.lower()}s"
    return f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {plural}.{group}}}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: {kind}, plural: {plural}, singular: {kind.lower()}}}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {schema}
"""
