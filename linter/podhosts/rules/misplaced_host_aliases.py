from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import CREATE_AND_APPLY, Severity
from podhosts.document import Mapping
from podhosts.edits import Safety
from podhosts.kubernetes import FREE_MAPS, is_strict, walk
from podhosts.kubernetes.kinds import BUILT_IN_WORKLOADS, pod_spec_paths
from podhosts.rules.acceptance import is_list_of_aliases
from podhosts.rules.base import Fixable, Rule
from podhosts.surgery import move_key, repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Entry, Node
    from podhosts.edits import Fix
    from podhosts.kubernetes import KubernetesObject, Path, Pod


class MisplacedHostAliases(Rule):
    """`hostAliases` where no pod spec is.

    Why: next to `template`, in `metadata` or in a container it is an unknown field: the API server refuses the object,
    lenient clients drop the list without a word. Source: `vectors/apiserver`, category structure; kubernetes #74901.
    In the values of bjw-s' app-template a container takes no such list either.

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
              containers: [{name: web, image: web}]
              hostAliases:
              - ip: 10.0.0.25
                hostnames: [db.internal]

    Fix safety: unsafe, as the aliases come to life; the list moves to the pod spec, where it is the only one in the
    object and all of it is accepted there.
    """

    name = "misplaced-host-aliases"
    severity = Severity.ERROR
    fixable = Fixable.SOMETIMES

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        if not is_strict(manifest.api_version, manifest.kind):
            return
        misplaced: list[tuple[Path, Mapping, Entry]] = []
        right = {place.path for place in pod_spec_paths(manifest.api_version, manifest.kind)}
        for path, node in walk(manifest.node, FREE_MAPS):
            entry = node.fields.get("hostAliases")
            if entry is not None and path not in right:
                misplaced.append((path, node, entry))
        for path, node, entry in misplaced:
            yield self.report(
                manifest,
                entry.key,
                f"`hostAliases` is no field here: the API server refuses the object, lenient clients drop the list "
                f"silently; {_advice(manifest.kind)}",
                field=manifest.field(*path, "hostAliases"),
                refused_by=CREATE_AND_APPLY,
                fix=self._fix(manifest, node, entry) if len(misplaced) == 1 else None,
            )

    def _fix(self, manifest: KubernetesObject, holder: Mapping, entry: Entry) -> Fix | None:
        """Move the list into the pod spec, if the kind has one and the object shows it."""
        if manifest.kind not in BUILT_IN_WORKLOADS or entry not in holder.entries:
            return None
        path = BUILT_IN_WORKLOADS[manifest.kind][1]
        spec: Node | None = manifest.node
        for step in path:
            spec = spec.get(step) if isinstance(spec, Mapping) else None
        if not isinstance(spec, Mapping) or not is_list_of_aliases(entry.value, self.version):
            return None
        edits = move_key(manifest.document, holder, entry, spec)
        return repair(manifest.document, f"Move it to `{'.'.join(path)}`", edits, Safety.UNSAFE)

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        entry = pod.list_entry
        if entry is not None and (controller := _controller_of_container(pod)) is not None:
            yield self.report(
                pod,
                entry.key,
                f"`hostAliases` is no field of a container: the chart takes it for the pod, and nothing of it arrives; "
                f"move it to `controllers.{controller}.pod`",
                field=pod.field("hostAliases"),
            )


def _controller_of_container(pod: Pod) -> str | None:
    """The controller of a container in the values of bjw-s' app-template: `controllers.NAME.containers.NAME`."""
    match pod.path[-4:]:
        case ("controllers", str(name), "containers" | "initContainers", str()) if "image" in pod.spec.fields:
            return name
    return None


def _advice(kind: str | None) -> str:
    if kind in BUILT_IN_WORKLOADS:
        return f"in a {kind} it belongs to `{'.'.join(BUILT_IN_WORKLOADS[kind][1])}`"
    return f"a {kind} has no pod spec"
