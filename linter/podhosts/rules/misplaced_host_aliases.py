from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Mapping, contents
from podhosts.edits import Safety
from podhosts.kubernetes import follow, is_built_in_workload
from podhosts.kubernetes.kinds import BUILT_IN_WORKLOADS
from podhosts.rules.acceptance import is_list_of_aliases
from podhosts.rules.base import Fixable, Rule
from podhosts.summary import plural
from podhosts.surgery import move_key, repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Entry, Node
    from podhosts.edits import Fix
    from podhosts.kubernetes import KubernetesObject, Pod

#: Where the list belongs whose place is in objects of another kind.
_IN_OTHER_KINDS = {"Task": "the `podTemplate` of a TaskRun or PipelineRun"}


class MisplacedHostAliases(Rule):
    """`hostAliases` where no pod spec is.

    Why: next to `template`, in `metadata` or in a container it is an unknown field: the API server refuses the object,
    lenient clients drop the list silently. In custom resources the same holds on the way to their pod specs and
    in the containers, as their CRD declares it. In the values of bjw-s' app-template a container takes no such list
    either. Source: `vectors/apiserver`, category structure; `vectors/crds`; kubernetes #74901.

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
        count = contents(manifest.node).keys["hostAliases"]
        if not count or count == self._count_right(manifest):
            return
        misplaced = [
            (place, entry)
            for place in self.kinds.places(manifest)
            if (entry := place.node.fields.get("hostAliases")) is not None and place.refuses("hostAliases")
        ]
        for place, entry in misplaced:
            yield self.report(
                manifest,
                entry.key,
                "`hostAliases` does not belong here",
                why="the API server refuses the object, or silently drops the list without strict field validation",
                help=self._advice(manifest),
                field=manifest.field(*place.path, "hostAliases"),
                refused_by=place.refused_by,
                fix=self._fix(manifest, place.node, entry) if len(misplaced) == 1 else None,
            )

    def _count_right(self, manifest: KubernetesObject) -> int:
        """How many mappings have the key where it is known to belong."""
        places = self.kinds.pod_spec_paths(manifest.api_version, manifest.kind)
        ways = [place.path for place in places if place.field == "hostAliases"]
        return len({id(node) for way in ways for _, node in follow(manifest.node, way) if "hostAliases" in node.fields})

    def _advice(self, manifest: KubernetesObject) -> str:
        places = self.kinds.pod_spec_paths(manifest.api_version, manifest.kind)
        if (elsewhere := _IN_OTHER_KINDS.get(manifest.kind or "")) and not places:
            return f"move it to {elsewhere}"
        if not places:
            return f"{_with_article(manifest.kind)} has no pod spec: remove the list"
        # Those that the object has come first, then the outer ones.
        places = [place for place in places if follow(manifest.node, place.path)] or sorted(
            places, key=lambda place: len(place.path)
        )
        shown = [".".join((*place.path, place.field)).replace(".[]", "[]") for place in places]
        others = f" or {plural(len(shown) - 1, 'other pod')} of it" if shown[1:] else ""
        return f"move it to `{shown[0]}`{others}"

    def _fix(self, manifest: KubernetesObject, holder: Mapping, entry: Entry) -> Fix | None:
        """Move the list into the pod spec, if the kind is a built-in one that has one, and the object shows it."""
        kind = manifest.kind
        if kind is None or not is_built_in_workload(manifest.api_version, kind) or entry not in holder.entries:
            return None
        path = BUILT_IN_WORKLOADS[kind][1]
        spec: Node | None = manifest.node
        for step in path:
            spec = spec.get(step) if isinstance(spec, Mapping) else None
        if not isinstance(spec, Mapping) or not is_list_of_aliases(entry.value, self.version):
            return None
        edits = move_key(manifest.document, holder, entry, spec)
        return repair(manifest.document, f"Move it to `{'.'.join(path)}`", edits, Safety.UNSAFE, fills=spec)

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        entry = pod.list_entry
        if entry is not None and (controller := _controller_of_container(pod)) is not None:
            yield self.report(
                pod,
                entry.key,
                "a container has no field `hostAliases`",
                why="the chart reads it from the pod only, so no pod gets the names",
                help=f"move it to `controllers.{controller}.pod`",
                field=pod.field("hostAliases"),
            )


def _with_article(kind: str | None) -> str:
    return f"an {kind}" if kind and kind[0] in "AEIO" else f"a {kind}"


def _controller_of_container(pod: Pod) -> str | None:
    """The controller of a container in the values of bjw-s' app-template: `controllers.NAME.containers.NAME`."""
    match pod.path[-4:]:
        case ("controllers", str(name), "containers" | "initContainers", str()) if "image" in pod.spec.fields:
            return name
    return None
