from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.kubernetes.mounts import MountEffect, affecting
from podhosts.rules.base import Fixable, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.kubernetes import Mount, Pod


class HostPathHostsFile(Rule):
    """The node's `/etc/hosts` mounted on the pod's.

    Why: the container gets the names of whatever node it runs on, no line for the pod's own name, and none of the pod's
    hostAliases; the Pod Security standard `baseline` refuses hostPath volumes. Entries that a pod needs belong into
    `hostAliases`. With `hostNetwork: true` the kubelet starts from the node's file anyway, so the mount is merely
    superfluous (info). Mounted at another path, the file is only read: that is fine.
    Source: `reference/kubernetes.md` 3 and 6.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
          - name: web
            image: web
            volumeMounts:
            - {name: hosts, mountPath: /etc/hosts}
          volumes:
          - name: hosts
            hostPath:
              path: /etc/hosts  # expect: host-path-hosts-file

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers:
          - name: web
            image: web

    Fix safety: unsafe, and only with `--hosts-file FILE`, which gives the node's file: its entries become
    `hostAliases`, merged by address, but for the node's own (`localhost`, `ip6-*`, what stands on a loopback line, and
    these names elsewhere; the title lists them). The mounts go, and the volume if nothing else uses it. Only shown
    where not all containers mount the file; none is offered with `hostNetwork`, where a container may mean to change
    the node's file.
    """

    name = "host-path-hosts-file"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        mounts: dict[int, list[Mount]] = {}
        for mount in affecting(pod, MountEffect.NODE_HOSTS_FILE):
            if mount.volume is not None:
                mounts.setdefault(mount.volume.index, []).append(mount)
        for volume in pod.volumes if mounts else ():
            node = volume.host_path_node
            if volume.index not in mounts or node is None:
                continue
            consequence = (
                "the kubelet starts from that file here anyway"
                if pod.host_network
                else "it gets this node's names, but neither the pod's own name nor its hostAliases"
            )
            yield self.report(
                volume,
                node,
                f"the node's /etc/hosts is mounted over the container's: {consequence}; "
                f"list the names it needs in `hostAliases` and remove the volume",
                field=volume.field("hostPath", "path"),
                severity=Severity.INFO if pod.host_network else None,
                related=[
                    Related(mount.mount_path_node.span, f"mounted in {mount.container.shown}")
                    for mount in mounts[volume.index]
                    if mount.mount_path_node is not None
                ],
                fix=self._move(pod, mounts[volume.index]),
            )

    def _move(self, pod: Pod, mounts: list[Mount]) -> Fix | None:
        text = self.settings.node_hosts
        if text is None or pod.host_network or not pod.schema.is_of_pod_spec:
            return None
        from podhosts.moves import move_node_file

        return move_node_file(pod, mounts, text)
