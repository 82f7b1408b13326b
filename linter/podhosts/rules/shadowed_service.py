from __future__ import annotations

from os.path import dirname
from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.document import Sequence, is_unknown, string
from podhosts.kubernetes import is_placeholder
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Scalar
    from podhosts.kubernetes import HostAlias, KubernetesObject, Pod

_CLUSTER_DOMAIN = "cluster.local"
_ADDRESSES = frozenset({"clusterIP", "clusterIPs", "externalIPs", "loadBalancerIP"})


class ShadowedService(Rule):
    """An alias that hides a Service of the same input, or only some of its spellings.

    Why: `/etc/hosts` comes before the cluster's DNS, so the pod reaches the alias's address and not the Service; and
    resolvers compare the name as it is typed, so an alias for `db` does not answer `db.shop.svc.cluster.local`: one
    program in the pod may reach the Service and another the alias. Silent for the Service's own address, and in pods
    that do not ask the cluster's DNS (`dnsPolicy`, `hostNetwork`). In other files only a Service of the same namespace
    counts; where neither object names one, a Service of the same folder. Source: `reference/resolvers.md` 5.

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
    looks_elsewhere = True

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        if not pod.asks_cluster_dns:
            return
        written = {node.text for alias in pod.aliases for _, node in alias.names}
        for alias in pod.aliases:
            for index, node in alias.names:
                service = self._service(pod, node.text)
                addresses = _addresses(service) if service is not None else None
                if service is not None and alias.ip and addresses is not None and alias.ip not in addresses:
                    yield self._report(alias, index, node, service, written)

    def _service(self, pod: Pod, name: str) -> KubernetesObject | None:
        """The Service that the name is a spelling of, as a pod of this namespace would ask for it."""
        short, dot, rest = name.partition(".")
        for service in self.repository.named("Service", short):
            is_meant = rest in _endings(service.namespace) if dot else self._share_a_namespace(pod.object, service)
            if is_meant and service.api_version == "v1" and self._share_an_environment(pod.object, service):
                return service
        return None

    def _share_a_namespace(self, workload: KubernetesObject, service: KubernetesObject) -> bool:
        """Whether two objects are in one namespace for certain.

        Those that name none are put there together if they stand in one file or folder; of others it is not known.
        """
        if workload.namespace is None and service.namespace is None:
            return dirname(workload.document.source.path) == dirname(service.document.source.path)
        return workload.namespace == service.namespace and not is_placeholder(workload.namespace or "")

    def _share_an_environment(self, workload: KubernetesObject, service: KubernetesObject) -> bool:
        """Whether the config puts the files into one environment; without environments it does."""
        environment_of = self.settings.environment_of
        if environment_of is None:
            return True
        return environment_of(workload.document.source.path) == environment_of(service.document.source.path)

    def _report(
        self, alias: HostAlias, index: int, node: Scalar, service: KubernetesObject, written: set[str]
    ) -> Diagnostic:
        spellings = [f"{service.name}.{ending}" for ending in _endings(service.namespace)]
        if self._share_a_namespace(alias.pod.object, service):
            spellings.insert(0, f"{service.name}")
        others = [f"`{spelling}`" for spelling in spellings if spelling not in written]
        reach = f"; {', '.join(others)} still {'reach' if len(others) > 1 else 'reaches'} it" if others else ""
        place = service.metadata.get("name") if service.metadata else None
        related = [Related(place.span, "the Service", service.document.source)] if place is not None else []
        return self.report(
            alias,
            node,
            f"`{node.text}` is a Service in this input",
            why=f"the pod reaches `{alias.ip}` under this name, not the Service{reach}",
            help="rename the alias if that is not intended",
            field=alias.field("hostnames", index),
            related=related,
        )


def _addresses(service: KubernetesObject) -> set[str] | None:
    """The addresses at which the Service is reached all the same; None where one of them is not known."""
    spec = service.spec
    if spec is None:
        return set()
    written = [entry.value for name, entry in spec.fields.items() if name in _ADDRESSES]
    nodes = [item for node in written for item in (node.items if isinstance(node, Sequence) else [node])]
    if any(map(is_unknown, nodes)) or any(isinstance(node, Sequence) and node.is_open for node in written):
        return None
    return {address for node in nodes if (address := string(node))}


def _endings(namespace: str | None) -> tuple[str, ...]:
    """The ends of a Service's longer spellings, behind its name; nothing where its namespace is not written."""
    if namespace is None or is_placeholder(namespace):
        return ()
    return (namespace, f"{namespace}.svc", f"{namespace}.svc.{_CLUSTER_DOMAIN}")
