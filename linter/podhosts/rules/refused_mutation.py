from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Mapping, Sequence, written_string
from podhosts.kubernetes import mapping, sequence, walk
from podhosts.kubernetes.kinds import BUILT_IN_WORKLOADS, group_of
from podhosts.kubernetes.placed import PlacedPod, location_steps
from podhosts.patterns import regex
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
    from podhosts.kubernetes import KubernetesObject, Path, Pod

_LIST = "hostAliases"
_GATEKEEPER = "mutations.gatekeeper.sh"
_KYVERNO = "kyverno.io"
#: A key of a Kyverno patch with an anchor: `+(hostAliases)`.
_ANCHORED = regex(r"[+^=X<]?\((?P<key>.*)\)")


class RefusedMutation(Rule):
    """An admission mutation of `hostAliases` that the API server refuses, or that reaches no pod.

    Why: `ApplyConfiguration` (MutatingAdmissionPolicy, Kyverno's MutatingPolicy) merges by server-side apply and may
    not touch what is declared atomic, as `hostnames` is: `may not mutate atomic arrays, maps or structs`, also for
    valid values. With the default failure policy no matching pod can be created. `JSONPatch` works. Kyverno's and
    Gatekeeper's mutations of a Deployment have to name the pod template: there is no `spec.hostAliases`, and what is
    added is dropped silently. Source: the API server's own patcher.

    Bad:
        apiVersion: admissionregistration.k8s.io/v1beta1
        kind: MutatingAdmissionPolicy
        metadata: {name: hosts}
        spec:
          mutations:
          - patchType: ApplyConfiguration
            applyConfiguration:
              expression: |
                Object{spec: Object.spec{
                  hostAliases: [  # expect: refused-mutation
                    Object.spec.hostAliases{ip: "10.0.0.25", hostnames: ["db.internal"]}
                  ]}}

    Good:
        apiVersion: admissionregistration.k8s.io/v1beta1
        kind: MutatingAdmissionPolicy
        metadata: {name: hosts}
        spec:
          mutations:
          - patchType: JSONPatch
            jsonPatch:
              expression: |
                [JSONPatch{op: "add", path: "/spec/hostAliases", value: [
                  Object.spec.hostAliases{ip: "10.0.0.25", hostnames: ["db.internal"]}
                ]}]

    Fix safety: none; a JSON patch replaces a list where the merge was meant to add to it.
    """

    name = "refused-mutation"
    severity = Severity.ERROR

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        group = group_of(manifest.api_version)
        if group == _GATEKEEPER:
            yield from self._check_location(manifest)
        elif group == _KYVERNO and manifest.kind in {"ClusterPolicy", "Policy"} and manifest.spec:
            rules = sequence(manifest.spec.get("rules"))
            for index, rule in enumerate(rules.items if rules else ()):
                if isinstance(rule, Mapping):
                    yield from self._check_kyverno_rule(manifest, index, rule)

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        entry = pod.list_entry
        if pod.object.document.piece.language != "cel" or isinstance(pod, PlacedPod) or entry is None:
            return
        if any("hostnames" in alias.node.fields for alias in pod.aliases):
            yield self.report(
                pod,
                entry.key,
                "`ApplyConfiguration` cannot set `hostnames`",
                why='the API server refuses each pod that the policy matches ("may not mutate atomic arrays, maps or '
                'structs"), and with the default failure policy none can be created',
                help="use `patchType: JSONPatch`",
                field=pod.field(_LIST),
            )

    def _check_location(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        spec = manifest.spec
        location = spec.get("location") if spec else None
        steps = location_steps(written_string(location) or "")
        if spec is None or location is None or _LIST not in steps:
            return
        targets = _mappings(spec.get("applyTo"))
        kinds = [kind for target in targets for kind in _strings(target.get("kinds"))]
        above = steps[: steps.index(_LIST)]
        yield from self._check_level(manifest, kinds, above, location, ("spec", "location"))

    def _check_kyverno_rule(self, manifest: KubernetesObject, index: int, rule: Mapping) -> Iterator[Diagnostic]:
        mutate = mapping(rule.get("mutate"))
        patch = mapping(mutate.get("patchStrategicMerge")) if mutate else None
        if mutate is None or patch is None:
            return
        targets = _mappings(mutate.get("targets"))
        kinds = [written_string(target.get("kind")) or "" for target in targets] if targets else _matched(rule)
        for path, node in walk(patch):
            for name, entry in node.fields.items():
                if _bare(name) == _LIST:
                    place = ("spec", "rules", index, "mutate", "patchStrategicMerge", *path, name)
                    yield from self._check_level(manifest, kinds, tuple(map(_bare, path)), entry.key, place)

    def _check_level(
        self, manifest: KubernetesObject, kinds: list[str], above: Path, at: Node, place: Path
    ) -> Iterator[Diagnostic]:
        """Check that a pod spec is at `above` in some kind; nothing is said where one is not known."""
        names = [kind.rpartition("/")[2] for kind in kinds]
        if not names or any(BUILT_IN_WORKLOADS.get(name, ((), above))[1] == above for name in names):
            return
        right = ".".join((*BUILT_IN_WORKLOADS[names[0]][1], _LIST))
        written = ".".join(map(str, (*above, _LIST)))
        yield self.report(
            manifest,
            at,
            f"a {names[0]} has no `{written}`",
            why="the API server silently drops what the mutation adds, and no pod gets the names",
            help=f"write `{right}`",
            field=manifest.field(*place),
        )


def _matched(rule: Mapping) -> list[str]:
    """The kinds that a Kyverno rule matches, as it writes them."""
    match = mapping(rule.get("match"))
    if match is None:
        return []
    filters = [match, *_mappings(match.get("any")), *_mappings(match.get("all"))]
    resources = (mapping(item.get("resources")) for item in filters)
    return [kind for item in resources if item is not None for kind in _strings(item.get("kinds"))]


def _bare(step: str | int) -> str | int:
    anchored = _ANCHORED.fullmatch(step) if isinstance(step, str) else None
    return anchored["key"] if anchored else step


def _mappings(node: Node | None) -> list[Mapping]:
    return [item for item in (node.items if isinstance(node, Sequence) else ()) if isinstance(item, Mapping)]


def _strings(node: Node | None) -> list[str]:
    """The strings of a list; an empty one for what is none, or not known."""
    return [written_string(item) or "" for item in (node.items if isinstance(node, Sequence) else ())]
