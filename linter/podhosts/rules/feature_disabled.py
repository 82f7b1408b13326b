from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.document import is_unknown, string
from podhosts.kubernetes import mapping, walk
from podhosts.kubernetes.kinds import group_of
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Entry
    from podhosts.kubernetes import KubernetesObject, Pod

_GROUP = "serving.knative.dev"
_CONFIG_MAP = "config-features"
_FLAG = "kubernetes.podspec-hostaliases"


class FeatureDisabled(Rule):
    """`hostAliases` in a kind whose controller refuses them by default.

    Why: Knative Serving's webhook refuses the object (`must not set the field(s): spec.template.spec.hostAliases`)
    unless the ConfigMap `config-features` has `kubernetes.podspec-hostaliases: enabled` or `allowed`; the default is
    `disabled`. An error where a ConfigMap of the input says so, otherwise an info: the cluster's own may have it
    enabled. Silent where the input enables it, in that ConfigMap or in a KnativeServing of the operator. Source:
    knative.dev, "Feature and extension flags".

    Bad:
        apiVersion: serving.knative.dev/v1
        kind: Service
        metadata: {name: web}
        spec:
          template:
            spec:
              hostAliases:  # expect: feature-disabled
              - ip: 10.0.0.25
                hostnames: [db.internal]
              containers: [{image: web}]

    Good:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: config-features, namespace: knative-serving}
        data:
          kubernetes.podspec-hostaliases: enabled
        ---
        apiVersion: serving.knative.dev/v1
        kind: Service
        metadata: {name: web}
        spec:
          template:
            spec:
              hostAliases:
              - ip: 10.0.0.25
                hostnames: [db.internal]
              containers: [{image: web}]

    Fix safety: none; the flag is the cluster's, for all its Services.
    """

    name = "feature-disabled"
    severity = Severity.ERROR
    looks_elsewhere = True

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        entry = pod.list_entry
        # Elsewhere in these kinds the list is misplaced; and in strings and other programs' files nothing is known.
        if entry is None or group_of(pod.object.api_version) != _GROUP or not pod.schema.is_known:
            return
        disabled: tuple[KubernetesObject, Entry] | None = None
        for manifest, flag in self._flags():
            if is_unknown(flag.value) or (string(flag.value) or "").lower() in {"enabled", "allowed"}:
                return
            disabled = disabled or (manifest, flag)
        related = []
        if disabled is not None:
            manifest, flag = disabled
            related.append(Related(flag.value.span, "disabled here", manifest.document.source))
        yield self.report(
            pod,
            entry.key,
            "`hostAliases` is disabled in Knative" if disabled else "Knative refuses `hostAliases` by default",
            why=(
                "its webhook refuses the object, as the flag in this input says"
                if disabled
                else "its webhook refuses the object unless the flag is set, and nothing in this input sets it"
            ),
            help=f"set `{_FLAG}: enabled` in `{_CONFIG_MAP}`",
            field=pod.field(pod.list_field),
            severity=Severity.ERROR if disabled else Severity.INFO,
            related=related,
        )

    def _flags(self) -> Iterator[tuple[KubernetesObject, Entry]]:
        """The flag wherever the input sets it."""
        for manifest in self.repository.named("ConfigMap", _CONFIG_MAP):
            data = mapping(manifest.node.get("data"))
            if data is not None and _FLAG in data.fields:
                yield manifest, data.fields[_FLAG]
        for manifest in self.repository.mentioning("KnativeServing", _FLAG):
            if manifest.kind == "KnativeServing":
                for _, node in walk(manifest.node):
                    if _FLAG in node.fields:
                        yield manifest, node.fields[_FLAG]
