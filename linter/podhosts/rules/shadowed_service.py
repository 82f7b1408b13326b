from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.kubernetes import is_placeholder
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Scalar
    from podhosts.kubernetes import HostAlias, KubernetesObject, Pod

_CLUSTER_DOMAIN = "cluster.local"


class ShadowedService(Rule):
    """An alias that hides a Service of the same input, or only some of its spellings.

    Why: `/etc/hosts` comes before the cluster's DNS, so the pod reaches the alias's address and not the Service; and
    resolvers compare the name as it is typed, so an alias for `db` does not answer `db.shop.svc.cluster.local`: one
    program in the pod may reach the Service and another the alias. Source: `reference/resolvers.md` 5.

    Bad:
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: shop}
        spec: {ports: [{port: 5432}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: shop}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db  # expect: shadowed-service
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: shop}
        spec: {ports: [{port: 5432}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: shop}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db.internal
          containers: [{name: web, image: web}]

    Fix safety: none; whether the Service or the alias is meant is a guess.
    """

    name = "shadowed-service"
    severity = Severity.INFO

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        written = {node.text for alias in pod.aliases for _, node in alias.names}
        for alias in pod.aliases:
            for index, node in alias.names:
                service = None if is_placeholder(node.text) else self._service(pod, node.text)
                if service is not None:
                    yield self._report(alias, index, node, service, written)

    def _service(self, pod: Pod, name: str) -> KubernetesObject | None:
        """The Service that the name is a spelling of, as a pod of this namespace would ask for it."""
        short, _, rest = name.partition(".")
        namespace = pod.object.namespace
        service = self.workspace.find("Service", short, None)
        if service is None or not rest:
            same = service is not None and (service.namespace or "default") == (namespace or "default")
            return service if same else None
        found = service.namespace or namespace or "default"
        return service if rest in _endings(found) else None

    def _report(
        self, alias: HostAlias, index: int, node: Scalar, service: KubernetesObject, written: set[str]
    ) -> Diagnostic:
        namespace = service.namespace or alias.pod.object.namespace or "default"
        spellings = [f"{service.name}", *(f"{service.name}.{ending}" for ending in _endings(namespace))]
        others = [spelling for spelling in spellings if spelling not in written]
        reach = (
            f"; {', '.join(f'`{name}`' for name in others)} still reach{'es' * (len(others) == 1)} it" if others else ""
        )
        place = service.metadata.get("name") if service.metadata else None
        related = [Related(place.span, "the Service", service.document.source)] if place is not None else []
        return self.report(
            alias,
            node,
            f"`{node.text}` is a Service in this input: the pod reaches `{alias.ip}` under this name and not the "
            f"Service{reach}; rename the alias if that is not meant",
            field=alias.field("hostnames", index),
            related=related,
        )


def _endings(namespace: str) -> tuple[str, ...]:
    return (namespace, f"{namespace}.svc", f"{namespace}.svc.{_CLUSTER_DOMAIN}")
