from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.document import string
from podhosts.kubernetes.mounts import HOSTS_FILE, READ_ONLY_SOURCES, MountEffect, affecting, source, source_span
from podhosts.kubernetes.own_hosts_file import own_hosts_file
from podhosts.rules.base import Fixable, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.kubernetes import Mount, Pod


class HostsFileMount(Rule):
    """A ConfigMap, Secret or other volume mounted on `/etc/hosts`.

    Why: the kubelet then writes no hosts file for that container: it has no line for the pod's own name (with
    `hostNetwork: true`: none of the node's), none of the pod's hostAliases, and with `subPath` the content of a
    ConfigMap never changes while the pod lives. Without `subPath` the mount is a folder, and nothing can read names
    from it; an emptyDir into which no other container puts the file becomes one. `hostAliases` says the same in the pod
    spec. Info for another file of the node in a pod with `hostNetwork: true`, as kube-vip has it.
    Source: `reference/kubernetes.md` 3.1 and 6, `vectors/kubelet` (mounts), `vectors/hosts-writes` (hostpath).

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
          - name: web
            image: web
            volumeMounts:
            - name: names
              mountPath: /etc/hosts  # expect: hosts-file-mount
              subPath: hosts
          volumes:
          - name: names
            configMap: {name: names}

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

    Fix safety: unsafe, as every container then gets the kubelet's file: the entries of a ConfigMap in the same input
    become `hostAliases`, merged by address, with their comments; the mounts go, and the volume if nothing else uses it.
    The ConfigMap stays. Only shown where not all containers mount it. Nothing is offered where the text is not known,
    differs between containers, or holds a line that is no alias.
    """

    name = "hosts-file-mount"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        mounts = affecting(pod, MountEffect.OTHER_CONTENT)
        fix = self._move(pod) if mounts and pod.schema.is_of_pod_spec else None
        for mount in mounts:
            yield self._report(pod, mount, fix)

    def _move(self, pod: Pod) -> Fix | None:
        from podhosts.moves import move_config_map

        return move_config_map(pod, self.repository)

    def _advice(self, mount: Mount) -> str:
        if mount.container.pod.host_network and not self.version.writes_hosts_file_early:
            # Before, a static pod that starts before the node has an address got no file.
            return "use `hostAliases` with Kubernetes 1.32 or later"
        return "list the names in `hostAliases` instead"

    def _report(self, pod: Pod, mount: Mount, fix: Fix | None) -> Diagnostic:
        node, volume = mount.mount_path_node, mount.volume
        assert node is not None  # a mount without a path has no effect
        assert volume is not None  # nor has one whose content is not known
        related = [Related(source_span(volume), f"the content of volume `{volume.name}`")]
        if pod.list_entry is not None and pod.aliases:
            related.append(Related(pod.list_entry.key.span, "these aliases do not reach the container"))
        own = own_hosts_file(mount.container, self.repository)
        if own is not None and own.content is not None and own.holder is not None:
            related.append(Related(own.content.span, "its content", own.holder.document.source))
        return self.report(
            mount,
            node,
            f"{mount.container.shown} gets its /etc/hosts from volume `{volume.name}` ({source(volume)})",
            why=_consequence(mount),
            help=self._advice(mount),
            field=mount.field("mountPath"),
            # Made for the node's own programs, which may need it before the kubelet can give them a file.
            severity=Severity.INFO if _is_of_node(mount) and pod.host_network else None,
            related=related,
            fix=fix,
        )


def _is_of_node(mount: Mount) -> bool:
    return source(mount.volume) == "hostPath"


def _consequence(mount: Mount) -> str:
    kind = source(mount.volume)
    if _is_folder(mount):
        return "without `subPath` this is a directory, which no resolver reads"
    if kind == "emptyDir" and not mount.may_share_volume:
        return "nothing puts a file there, so the kubelet creates a directory of that name, which no resolver reads"
    if mount.mount_path != HOSTS_FILE:
        return "the kubelet mounts its own file on the same path, and the container runtime decides which wins"
    lost = "the node's own lines" if mount.container.pod.host_network else "a line for the pod's own name"
    stale = ", and later changes do not arrive" if kind in READ_ONLY_SOURCES else ""
    return f"the kubelet then writes none for the container: it lacks {lost}, and hostAliases do not reach it{stale}"


def _is_folder(mount: Mount) -> bool:
    """Whether a whole volume is mounted; of the node's that is one only where its `type` says so."""
    if "subPath" in mount.node.fields or "subPathExpr" in mount.node.fields:
        return False
    wanted = string(mount.volume.host_path_type_node) if mount.volume else None
    return not _is_of_node(mount) or wanted in {"Directory", "DirectoryOrCreate"}
