from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.document import Scalar
from podhosts.kubernetes import ListType, is_placeholder
from podhosts.kubernetes.verdicts import duplicate_ip, missing_ip
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias, Pod

_SEVERITY = {ListType.MAP: Severity.ERROR, ListType.ATOMIC: Severity.INFO, ListType.UNKNOWN: Severity.WARNING}


class DuplicateIp(Rule):
    """Two entries with the same `ip`.

    Why: the list is keyed by `ip`. Server-side apply (also Flux, Argo CD and Helm 4 by default) refuses it: `duplicate
    entries for key [ip="10.0.0.1"]`. Client-side `kubectl apply` and Helm 3 accept it at first and lose entries at a
    later change; Kustomize drops all but one as soon as any strategic patch hits the object. Custom resources whose
    list is keyed refuse it at create too; where their list is atomic both entries are kept (info), where its type is
    not known nothing certain can be said (warning). Source: `reference/kubernetes.md` 2.2, `vectors/apiserver`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          - ip: 10.0.0.25  # expect: duplicate-ip
            hostnames: [cache.internal]
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal, cache.internal]
          containers: [{name: web, image: web}]

    Fix safety: merging the entries is unsafe on a live object: the next client-side `kubectl apply` empties the address
    until it is applied again; use `kubectl replace` once.
    """

    name = "duplicate-ip"
    severity = Severity.ERROR

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        first: dict[str, HostAlias] = {}
        for alias in pod.aliases:
            ip = self._list_key(alias)
            if ip is None or is_placeholder(ip):
                continue
            if ip in first:
                yield self._report(alias, first[ip], ip)
            else:
                first[ip] = alias

    def _list_key(self, alias: HostAlias) -> str | None:
        """The key under which the list holds the entry; None where it has none, or where missing-ip says it already."""
        if alias.ip:
            return alias.ip
        node = alias.ip_node
        if node is not None and alias.ip is None and not _is_null(alias):
            return None
        schema = alias.pod.schema
        defaults = self.version.ip_has_default if schema.built_in else schema.ip_has_default
        written_as = None if node is None else "null" if alias.ip is None else "empty"
        told = set(missing_ip(alias.pod, self.version, written_as=written_as)) >= set(duplicate_ip(alias.pod))
        return "" if (defaults or node is not None) and not told else None

    def _report(self, alias: HostAlias, earlier: HostAlias, ip: str) -> Diagnostic:
        pod = alias.pod
        shown = f"`{ip}` is already the `ip` of entry {earlier.index + 1}" if ip else "two entries have no `ip`"
        return self.report(
            alias,
            alias.ip_node if alias.ip_node is not None and alias.ip_node.end > alias.ip_node.start else alias.node,
            f"{shown}: {_consequence(pod)}",
            field=alias.field("ip"),
            severity=_SEVERITY[pod.schema.list_type],
            refused_by=duplicate_ip(pod),
            related=[Related((earlier.ip_node or earlier.node).span, "first listed here")],
        )


def _is_null(alias: HostAlias) -> bool:
    return isinstance(alias.ip_node, Scalar) and alias.ip_node.value is None


def _consequence(pod: Pod) -> str:
    if pod.schema.list_type is ListType.ATOMIC:
        return "both are kept here, but one entry with all the names is clearer"
    if pod.schema.list_type is ListType.UNKNOWN:
        return "where the list becomes a pod's hostAliases, a later apply may drop one; put all names in one entry"
    if not pod.schema.built_in:
        return "the API server refuses the object; put all names in one entry"
    return (
        "server-side apply refuses the object, client-side apply and Kustomize silently drop one of the two at a later "
        "change; put all names in one entry"
    )
