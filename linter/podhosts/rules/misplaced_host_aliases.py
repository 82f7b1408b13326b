from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import CREATE_AND_APPLY, Severity
from podhosts.kubernetes import FREE_MAPS, is_strict, walk
from podhosts.kubernetes.kinds import BUILT_IN_WORKLOADS, pod_spec_paths
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import KubernetesObject


class MisplacedHostAliases(Rule):
    """`hostAliases` where no pod spec is.

    Why: next to `template`, in `metadata` or in a container it is an unknown field: the API server refuses the object,
    lenient clients drop the list without a word. Source: `vectors/apiserver`, category structure; kubernetes #74901.

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
        if not is_strict(manifest.api_version, manifest.kind):
            return
        right = {place.path for place in pod_spec_paths(manifest.api_version, manifest.kind)}
        for path, node in walk(manifest.node, FREE_MAPS):
            entry = node.fields.get("hostAliases")
            if entry is None or path in right:
                continue
            yield self.report(
                manifest,
                entry.key,
                f"`hostAliases` is no field here: the API server refuses the object, lenient clients drop the list "
                f"silently; {_advice(manifest.kind)}",
                field=manifest.field(*path, "hostAliases"),
                refused_by=CREATE_AND_APPLY,
            )


def _advice(kind: str | None) -> str:
    if kind in BUILT_IN_WORKLOADS:
        return f"in a {kind} it belongs to `{'.'.join(BUILT_IN_WORKLOADS[kind][1])}`"
    return f"a {kind} has no pod spec"
