"""Pods that run on Windows, and what of the hosts file holds there (`reference/kubernetes.md` 3.1)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.document import Scalar, string
from podhosts.kubernetes.objects import mapping

if TYPE_CHECKING:
    from podhosts.document import Mapping
    from podhosts.kubernetes.pods import Pod

#: Where the kubelet mounts the file in a container of Windows (`pkg/kubelet/kubelet.go`, `windowsEtcHostsPath`).
HOSTS_FILE_OF_WINDOWS = r"C:\Windows\System32\drivers\etc\hosts"
_SYSTEM = "kubernetes.io/os"
_WINDOWS = "windows"


def is_windows(pod: Pod) -> bool:
    """Whether the spec says that the pod runs on Windows: by `os`, by its node selector, or by a HostProcess."""
    system, selector = mapping(pod.spec.get("os")), mapping(pod.spec.get("nodeSelector"))
    names = (system and string(system.get("name")), selector and string(selector.get(_SYSTEM)))
    return _WINDOWS in names or host_process(pod) is not None


@lru_cache(maxsize=1)  # every container is asked about it, and all rules are before the next pod is
def host_process(pod: Pod) -> Scalar | None:
    """The `hostProcess: true` of the pod or one of its containers; the kubelet gives such a pod no hosts file."""
    for node in (pod.spec, *(container.node for container in pod.containers)):
        found = _host_process(node)
        if found is not None and pod.are_printed_together(pod.spec, found):
            return found
    return None


def _host_process(node: Mapping) -> Scalar | None:
    context = mapping(node.get("securityContext"))
    options = mapping(context.get("windowsOptions")) if context else None
    flag = options.get("hostProcess") if options else None
    return flag if isinstance(flag, Scalar) and flag.value is True else None
