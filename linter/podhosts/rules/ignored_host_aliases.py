from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.kubernetes.mounts import MountEffect, affecting, source_span
from podhosts.kubernetes.windows import host_process
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod


class IgnoredHostAliases(Rule):
    """A container that mounts its own `/etc/hosts` in a pod with hostAliases, or a HostProcess of Windows in one.

    Why: a mount at exactly `/etc/hosts` switches the kubelet's own mount off for that container: it gets no hostAliases
    and no line for the pod's name, and nothing warns. Where the manifest shows what is mounted, `host-path-hosts-file`
    or `hosts-file-mount` says so instead. Into a pod of Windows with a HostProcess container the kubelet mounts no
    hosts file at all. Source: `reference/kubernetes.md` 3.1, `vectors/kubelet`.

    Bad:
        # A patch: the volume is in the Deployment that it is laid over.
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          template:
            spec:
              hostAliases:
              - ip: 10.0.0.25
                hostnames: [db.internal]
              containers:
              - name: web
                volumeMounts:
                - name: hosts
                  mountPath: /etc/hosts  # expect: ignored-host-aliases

    Good:
        # A patch: the volume is in the Deployment that it is laid over.
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          template:
            spec:
              hostAliases:
              - ip: 10.0.0.25
                hostnames: [db.internal]
              containers:
              - name: web
                volumeMounts:
                - name: hosts
                  mountPath: /etc/web/hosts

    Fix safety: none; whether the mount or the aliases are meant is a guess.
    """

    name = "ignored-host-aliases"
    severity = Severity.WARNING

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        aliases = pod.list_entry
        if aliases is not None and pod.aliases and (process := host_process(pod)) is not None:
            yield self.report(
                pod.object,
                aliases.key,
                "a pod with a HostProcess container gets no hosts file",
                why="on Windows the kubelet mounts no hosts file in such a pod, so its hostAliases reach no container",
                help="remove the aliases",
                field=pod.field(pod.list_field),
                related=[Related(process.span, "the HostProcess")],
            )
        for mount in affecting(pod, MountEffect.ALIASES_IGNORED):
            node = mount.mount_path_node
            if node is not None and aliases is not None:
                related = [Related(aliases.key.span, "these aliases do not reach the container")]
                if mount.volume is not None:
                    related.insert(0, Related(source_span(mount.volume), "the volume"))
                yield self.report(
                    mount,
                    node,
                    f"{mount.container.shown} mounts its own /etc/hosts",
                    why="the kubelet then writes no hosts file for it, so the pod's hostAliases do not reach it",
                    help="remove the mount or the aliases",
                    field=mount.field("mountPath"),
                    related=related,
                )
