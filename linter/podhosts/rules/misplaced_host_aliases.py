from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.kubernetes import field
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import KubernetesObject

#: How many places a message lists.
_SHOWN = 3


class MisplacedHostAliases(Rule):
    """`hostAliases` where no pod spec is.

    Why: next to `template`, in `metadata` or in a container it is an unknown field: the API server refuses the object,
    lenient clients drop the list without a word. In custom resources the same holds on the way to their pod specs and
    in the containers, as their CRD declares it. Source: `vectors/apiserver`, category structure; `vectors/crds`;
    kubernetes #74901.

    Bad:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          hostAliases:  # expect: misplaced-host-aliases
          - ip: 10.0.0.25
            hostnames: [db.internal]
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: web}]

    Good:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              hostAliases:
              - ip: 10.0.0.25
                hostnames: [db.internal]
              containers: [{name: web, image: web}]

    Fix safety: none is offered yet.
    """

    name = "misplaced-host-aliases"
    severity = Severity.ERROR

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        for place in self.kinds.places(manifest):
            entry = place.node.fields.get("hostAliases")
            if entry is None or not place.refuses("hostAliases"):
                continue
            yield self.report(
                manifest,
                entry.key,
                f"`hostAliases` is no field here: the API server refuses the object, lenient clients drop the list "
                f"silently; {self._advice(manifest)}",
                field=field((*place.path, "hostAliases")),
                refused_by=place.refused_by,
            )

    def _advice(self, manifest: KubernetesObject) -> str:
        paths = [".".join((*place.path, place.field)) for place in self.kinds.pod_spec_paths(manifest)]
        shown = [path.replace(".[]", "[]") for path in paths]
        if not shown:
            return f"a {manifest.kind} has no pod spec"
        more = f" and {len(shown) - _SHOWN} more places" if len(shown) > _SHOWN else ""
        return f"in a {manifest.kind} it belongs to {' or '.join(f'`{path}`' for path in shown[:_SHOWN])}{more}"
