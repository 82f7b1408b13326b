from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.kubernetes.mounts import READ_ONLY_SOURCES, MountEffect, affecting, source, source_span
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod


class EtcMount(Rule):
    """A volume mounted on the whole of `/etc`.

    Why: the runtime must create `/etc/hosts` inside it to mount the kubelet's file there. In a ConfigMap, Secret,
    projected or downwardAPI volume nothing can be created, so the container cannot start (`RunContainerError`,
    kubernetes #109331). Other volumes are mentioned only in a pod with hostAliases, which may not be seen.
    Source: `reference/kubernetes.md` 3.1.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
          - name: web
            image: web
            volumeMounts:
            - name: settings
              mountPath: /etc  # expect: etc-mount
          volumes:
          - name: settings
            configMap: {name: settings}

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
          - name: web
            image: web
            volumeMounts:
            - name: settings
              mountPath: /etc/web
          volumes:
          - name: settings
            configMap: {name: settings}

    Fix safety: none; where the files belong is a decision.
    """

    name = "etc-mount"
    severity = Severity.WARNING

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        for mount in affecting(pod, MountEffect.ETC):
            node, volume = mount.mount_path_node, mount.volume
            if node is not None and volume is not None:
                kind = source(volume)
                related = [Related(source_span(volume), f"volume `{volume.name}`")]
                if pod.list_entry is not None:
                    related.append(Related(pod.list_entry.key.span, "these aliases may not reach the container"))
                consequence = (
                    "nothing can be created in it, not even /etc/hosts, so the container cannot start"
                    if kind in READ_ONLY_SOURCES
                    else "it hides the image's files, and the pod's hostAliases may not reach the container"
                )
                yield self.report(
                    mount,
                    node,
                    f"{mount.container.shown} mounts volume `{volume.name}` ({kind}) on /etc",
                    why=consequence,
                    help="mount it below /etc, or single files with `subPath`",
                    field=mount.field("mountPath"),
                    related=related,
                )
