from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Diagnostic, Severity
from podhosts.kubernetes import field
from podhosts.kubernetes.mounts import HOSTS_FILE, normalize
from podhosts.kubernetes.scripts import commands, environment, mounted_scripts
from podhosts.rules.base import Rule
from podhosts.shell import HostsWrite, WriteKind, argv_writes, hosts_writes, python_writes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kubernetes import Container, Pod
    from podhosts.kubernetes.scripts import Command, MountedScript

_HIDING_MOUNTS = frozenset({HOSTS_FILE, "/etc", "/"})
#: What renames or unlinks the file, which the kernel refuses for a mount point.
_RENAMING_COMMANDS = frozenset({"sed", "perl", "mv", "ln"})


class HostsFileWrite(Rule):
    """A script that writes `/etc/hosts`.

    Why: the file is one for all containers of the pod, and the kubelet writes it anew at every container start: what an
    init container, a hook or one of several containers writes is lost sooner or later (kubernetes #44473, #114206). In
    the command of a pod's only container it works, as the command runs again after a restart (info). It needs root, and
    `sed -i`, `mv` and `ln` fail, because the file is a mount point. `hostAliases` says the same without a script.
    Source: `reference/kubernetes.md` 3.1. Read by podhosts' own shell reader; only paths and texts that are constant in
    the script count.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          initContainers:
          - name: names
            image: busybox
            command: [sh, -c, "echo 10.0.0.25 db.internal >> /etc/hosts"]  # expect: hosts-file-write
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          initContainers:
          - name: names
            image: busybox
            command: [sh, -c, "cat /etc/hosts"]
          containers: [{name: web, image: web}]

    Fix safety: none is offered yet.
    """

    name = "hosts-file-write"
    severity = Severity.WARNING

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        for container in pod.containers:
            if _hides_hosts_file(container):
                continue
            for command in commands(container):
                yield from self._check_command(pod, command)
        for script in mounted_scripts(pod, self.workspace):
            yield from self._check_script(script)

    def _check_command(self, pod: Pod, command: Command) -> Iterator[Diagnostic]:
        container = command.container
        texts = [scalar.text for _, scalar in command.arguments]
        for found in argv_writes(texts, variables=environment(container)):
            path, scalar = command.arguments[found.index]
            span = pod.object.document.locate(scalar, *found.write.target)
            works = not command.is_hook and _is_only_container(container)
            yield self.report(
                container,
                span,
                _message(found.write, container, command.is_hook, works),
                field=container.field(*path),
                severity=Severity.INFO if works else None,
            )

    def _check_script(self, script: MountedScript) -> Iterator[Diagnostic]:
        containers = [container for container in script.containers if not _hides_hosts_file(container)]
        if not containers:
            return
        writes = python_writes(script.scalar.text) if script.is_python else hosts_writes(script.scalar.text)
        document = script.holder.document
        works = all(map(_is_only_container, containers))
        for write in writes:
            yield Diagnostic(
                rule=self.name,
                severity=Severity.INFO if works else self.severity,
                message=_message(write, containers[0], False, works),
                source=document.source,
                span=document.locate(script.scalar, *write.target),
                document=document.number,
                item=script.holder.item,
                object=script.holder.identity,
                field=field(("data", script.key)),
            )


def _hides_hosts_file(container: Container) -> bool:
    """Whether the path is something else than the kubelet's file in this container."""
    return any(normalize(mount.mount_path or "") in _HIDING_MOUNTS for mount in container.mounts)


def _is_only_container(container: Container) -> bool:
    pod = container.pod
    return container.group == "containers" and sum(item.group == "containers" for item in pod.containers) == 1


def _message(write: HostsWrite, container: Container, is_hook: bool, works: bool) -> str:
    who = "a hook or probe" if is_hook else "an init container" if container.group == "initContainers" else "a script"
    if write.kind is WriteKind.REMOVE or (write.command in _RENAMING_COMMANDS and write.kind is not WriteKind.APPEND):
        effect = "this fails, because the kubelet mounts the file there"
    elif works:
        effect = "it lasts until the container restarts"
    else:
        effect = "the kubelet writes the file anew whenever a container of the pod starts, and this is lost"
    return f"{who} changes /etc/hosts: {effect}; {_instead(write)}"


def _instead(write: HostsWrite) -> str:
    if not write.entries:
        return "use `hostAliases` in the pod spec"
    shown = ", ".join(f"{{ip: {entry.ip}, hostnames: [{', '.join(entry.names)}]}}" for entry in write.entries[:3])
    more = ", ..." if len(write.entries) > 3 else ""
    return f"write `hostAliases: [{shown}{more}]` in the pod spec instead"
