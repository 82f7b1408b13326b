from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Scalar, string
from podhosts.hosts.names import MAX_OVERRIDE_BYTES, label_refusals, subdomain_refusals
from podhosts.kubernetes.schemas.refusals import invalid_value
from podhosts.rules.base import Rule
from podhosts.rules.names import label_advice, override_advice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod


class InvalidPodHostname(Rule):
    """`hostname`, `subdomain` or `hostnameOverride` that is refused, or a combination that is.

    Why: the API server refuses the object. `hostname` and `subdomain` are DNS labels of at most 63 bytes;
    `hostnameOverride` (1.34 and later) is a DNS subdomain of at most 64 bytes, and `may not be specified when
    setHostnameAsFQDN is true` or `when hostNetwork is true`. No server looks at `hostname` and `subdomain` in the
    template of a StatefulSet: its controller writes the pods' own names over them.
    Source: `reference/kubernetes.md` 4.1, `vectors/apiserver`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostname: web.internal  # expect: invalid-pod-hostname
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostname: web
          subdomain: internal
          containers: [{name: web, image: web}]

    Fix safety: none; the name that was meant is a guess.
    """

    name = "invalid-pod-hostname"
    severity = Severity.ERROR

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        if not pod.is_pod_spec:
            return
        for field in () if pod.has_names_of_controller else ("hostname", "subdomain"):
            node = pod.spec.get(field)
            value = string(node)
            if node is not None and value and label_refusals(value):
                yield self._report(pod, node, field, f"`{value}` is not a DNS label", label_advice(value, field))
        yield from self._check_override(pod)

    def _check_override(self, pod: Pod) -> Iterator[Diagnostic]:
        field = "hostnameOverride"
        node = pod.spec.get(field)
        value = string(node)
        if node is None or value is None or not self.version.validates_hostname_override:
            return
        if subdomain_refusals(value) or len(value) > MAX_OVERRIDE_BYTES:
            what = f"`{value}` is not a valid `hostnameOverride`"
            yield self._report(pod, node, field, what, override_advice(value))
        for other in ("setHostnameAsFQDN", "hostNetwork"):
            if pod.true_flag(other, beside=node) is not None:
                key = pod.spec.fields[field].key
                what = f"`{field}` may not be specified when {other} is true"
                yield self._report(pod, key, field, what, "remove one of the two")

    def _report(self, pod: Pod, node: Scalar | object, field: str, what: str, advice: str) -> Diagnostic:
        refused_by = invalid_value(pod, self.version)
        consequence = "the API server refuses the object" if refused_by else "the API server refuses its pods"
        assert isinstance(node, Scalar)  # a string or a key
        return self.report(pod, node, what, why=consequence, help=advice, field=pod.field(field), refused_by=refused_by)
