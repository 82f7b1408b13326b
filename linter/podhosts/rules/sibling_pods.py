"""The pods that one spec makes beside each other, each with a name of its own, and what DNS calls them.

Source: `reference/kubernetes.md` 4.2.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.document import string, written_string
from podhosts.kubernetes import is_placeholder, mapping, objects, pods
from podhosts.kubernetes.host_names import ordinals, own_name, subdomain_node

if TYPE_CHECKING:
    from podhosts.document import Scalar
    from podhosts.kubernetes import KubernetesObject, KubernetesVersion, Pod
    from podhosts.kustomize.overlays import Overlays
    from podhosts.repository import Repository
    from podhosts.source import Span

#: Kinds that set the number of a workload's pods, and the kind that they mean where they name none.
_SCALERS = {"HorizontalPodAutoscaler": None, "ScaledObject": "Deployment"}


def has_siblings(pod: Pod, repository: Repository) -> bool:
    """Whether the spec may make pods with other host names, as a StatefulSet of more than one pod does."""
    numbers = ordinals(pod.object)
    return numbers is not None and (numbers.count != 1 or _is_scaled(pod.object, repository))


def _is_scaled(workload: KubernetesObject, repository: Repository) -> bool:
    """Whether something in the input sets the number of a workload's pods."""
    if workload.name is None:
        return False
    overlays = repository.overlays_of(workload.document.source.path)
    if overlays is not None and overlays.set_replicas(workload.name):
        return True
    for kind, default in _SCALERS.items():
        for scaler in repository.mentioning(kind, workload.name):
            target = mapping(scaler.spec.get("scaleTargetRef")) if scaler.kind == kind and scaler.spec else None
            if target is None or string(target.get("name")) != workload.name:
                continue
            if (string(target.get("kind")) or default) == workload.kind:
                return True
    return False


def builds(pod: Pod, name: Scalar, repository: Repository) -> list[tuple[Pod, str]]:
    """The pods that the run's outermost kustomizations make of a pod, each with a name of its aliases as it is there.

    Empty where none takes the pod in.
    """
    source = pod.object.document.source
    overlays = repository.overlays_of(source.path)
    return [] if overlays is None else _built_names(overlays).get((overlays.key(source.path), name.span), [])


@lru_cache(maxsize=1)
def _built_names(overlays: Overlays) -> dict[tuple[str, Span], list[tuple[Pod, str]]]:
    found: dict[tuple[str, Span], list[tuple[Pod, str]]] = {}
    for printed in overlays.applied:
        for pod in (pod for manifest in objects(printed.document) for pod in pods(manifest)):
            for node in (node for alias in pod.aliases for _, node in alias.names):
                if (place := printed.place(node.span)) is not None:
                    found.setdefault((overlays.key(place.source.path), place.span), []).append((pod, node.text))
    return found


def is_of_one_pod(pod: Pod, name: str, version: KubernetesVersion, repository: Repository) -> bool:
    """Whether a name is the own name of every pod that is made from the spec, wherever it is deployed."""
    own = own_name(pod, name, version)
    return own is not None and own.is_certain and (own.index is None or not has_siblings(pod, repository))


def dns_advice(pod: Pod, ordinal: int, repository: Repository) -> str | None:
    """The advice that gives each pod a name in DNS, instead of aliases for them; None where that is no help."""
    manifest, node = pod.object, subdomain_node(pod)
    if manifest.name is None or not pod.asks_cluster_dns:
        return None
    service, host = written_string(node), f"{manifest.name}-{ordinal}"
    if not service:
        field = "serviceName" if manifest.kind == "StatefulSet" else "subdomain"
        return f"use `{host}.SERVICE`, with a headless Service in `{field}`"
    if is_placeholder(service):
        return f"use `{host}`, a dot and the name of the headless Service"
    found = repository.find("Service", service, manifest.namespace)
    if found is None:
        return f"use `{host}.{service}`, if there is a headless Service `{service}`"
    if found.spec is not None and string(found.spec.get("clusterIP")) == "None":
        return f"use `{host}.{service}`, which DNS answers"
    return f"use `{host}.{service}`, and make the Service headless (`clusterIP: None`)"
