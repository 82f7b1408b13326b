from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity, Words
from podhosts.document import string
from podhosts.kubernetes.mounts import (
    MountEffect,
    affecting,
    failed_type_check,
    is_below_file,
    is_read_only,
    is_refused_type,
)
from podhosts.kubernetes.scripts import commands, environment, mounted_scripts
from podhosts.rules.base import Fixable, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.kubernetes import Mount, Pod, Volume

_USE_ALIASES = "list the names it needs in `hostAliases` and remove the volume"


class HostPathHostsFile(Rule):
    """The node's `/etc/hosts` mounted on the pod's.

    Why: the container gets the names of whatever node it runs on, no line for the pod's own name, and none of the pod's
    hostAliases; the Pod Security standard `baseline` refuses hostPath volumes. Entries that a pod needs belong in
    `hostAliases`. With `hostNetwork: true` the kubelet starts from the node's file anyway, so the mount is merely
    superfluous (info). With a `type` that asks for a directory, or a `subPath` below the file, nothing starts. A mount
    of the one file also comes loose once the node renames a new file over it: a container that changes the node's file
    on purpose (its script shows it) does that in the node's folder, mounted at another path. Mounted elsewhere, the
    file is only read: that is fine. Source: `reference/kubernetes.md` 3 and 6, `vectors/hosts-writes` (hostpath).

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
    where not all containers mount the file; none is offered with `hostNetwork`, nor for a container that changes the
    file.
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
            if volume.index in mounts:
                yield from self._check_volume(pod, volume, mounts[volume.index])

    def _check_volume(self, pod: Pod, volume: Volume, mounts: list[Mount]) -> Iterator[Diagnostic]:
        if (why := _stops_pod(volume)) is not None:
            kind = string(volume.host_path_type_node)
            message = f"the node's /etc/hosts is mounted with `type: {kind}`"
            yield self._report(volume, mounts, Words(message, why, _USE_ALIASES), self._move(pod, mounts))
            return
        below = [mount for mount in mounts if is_below_file(mount)]
        writing = [mount for mount in mounts if mount not in below and self._writes(mount)]
        reading = [mount for mount in mounts if mount not in below and mount not in writing]
        if below:
            message = f"`subPath: {below[0].sub_path}` looks inside the node's /etc/hosts, which is a file"
            words = Words(message, "the container never starts", _USE_ALIASES)
            yield self._report(volume, below, words, self._move(pod, below))
        # On the node's network it is nothing worth a warning.
        severity = Severity.INFO if pod.host_network else None
        if writing:
            words = Words(
                f"{writing[0].container.shown} changes the node's /etc/hosts through a mount of the file",
                "when the node replaces its file by renaming a new one, the container still sees the old one",
                "mount the node's folder /etc at another path",
            )
            yield self._report(volume, writing, words, severity=severity)
        if reading and not pod.has_unknown_network:
            words = Words(
                "the node's /etc/hosts is mounted over the container's",
                "the kubelet starts from that file here anyway"
                if pod.host_network
                else "it gets this node's names, but neither the pod's own name nor its hostAliases",
                "remove the volume, unless the container changes the node's file" if pod.host_network else _USE_ALIASES,
            )
            yield self._report(volume, reading, words, self._move(pod, reading), severity)

    def _report(
        self,
        volume: Volume,
        mounts: list[Mount],
        words: Words,
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> Diagnostic:
        node = volume.host_path_node
        assert node is not None  # without a path nothing is known to be the node's file
        return self.report(
            volume,
            node,
            words,
            field=volume.field("hostPath", "path"),
            severity=severity,
            related=[
                Related(mount.mount_path_node.span, f"mounted in {mount.container.shown}")
                for mount in mounts
                if mount.mount_path_node is not None
            ],
            fix=fix,
        )

    def _writes(self, mount: Mount) -> bool:
        """Whether a script of the container changes the file: one of its own, or of a ConfigMap that it mounts."""
        from podhosts.shell import argv_writes, script_writes

        container = mount.container
        if is_read_only(mount):
            return False
        for command in commands(container):
            if argv_writes([scalar.text for _, scalar in command.arguments], variables=environment(container)):
                return True
        return any(script_writes(script.text, script.program) for script in mounted_scripts(container, self.repository))

    def _move(self, pod: Pod, mounts: list[Mount]) -> Fix | None:
        text = self.settings.node_hosts
        if text is None or pod.host_network or not pod.schema.is_of_pod_spec:
            return None
        from podhosts.moves import move_node_file

        return move_node_file(pod, mounts, text)


def _stops_pod(volume: Volume) -> str | None:
    """Why a pod with this hostPath never starts, for its `type`; None where it may."""
    if is_refused_type(volume):
        return "there is no such type, and the API server refuses the object"
    there = failed_type_check(volume)
    return f"the node has {there} there, so the pod never starts" if there else None
