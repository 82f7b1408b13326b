from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.kubernetes import pods
from podhosts.kubernetes.generated_files import taken_files
from podhosts.kubernetes.mounts import HOSTS_FILE, node_file, normalize
from podhosts.kubernetes.scripts import (
    Script,
    commands,
    environment,
    may_be_script,
    mounts_of,
    pod_address_variables,
    runner,
    texts,
)
from podhosts.kubernetes.windows import host_process
from podhosts.kustomize.names import is_kustomization
from podhosts.records import replace
from podhosts.rules.base import Fixable, Rule, object_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Scalar
    from podhosts.edits import Fix
    from podhosts.kubernetes import Container, KubernetesObject, Mount, Pod
    from podhosts.kubernetes.scripts import Command
    from podhosts.rules.write_outcomes import Outcome
    from podhosts.shell import ArgvWrite, HostsWrite
    from podhosts.shell.arguments import UnreadRedirection

_PATH = "etc/hosts"
_HIDING_MOUNTS = frozenset({HOSTS_FILE, "/etc", "/"})


class HostsFileWrite(Rule):
    """A script that writes `/etc/hosts`.

    Why: the file is one for all containers of the pod, and the kubelet writes it anew at every container start: what an
    init container or one of several containers writes is lost when the next one starts (kubernetes #44473, #114206). In
    the command of a pod's only container it works, as the command runs again when the container restarts (info). A hook
    runs beside the command, which may have read the file by then. Only root can write the file: with `runAsUser` or
    `runAsNonRoot` it stays as it is, unless the image allows `sudo`. It is a mount point: whatever replaces or removes
    it fails (`sed -i`, `perl -i`, `mv`, `ln -f`, `rm`, GNU `install`, `cp --remove-destination`, `rsync`). An init
    container that fails keeps the pod from starting. In a command without a shell `>>` is one more argument. The same
    can be said without a script: by `hostAliases`, and for the pod's own address by `hostname`.
    The rule reads commands, hooks, probes, and the scripts in ConfigMaps that a pod mounts, generated ones too (shell,
    Python, Perl, Ruby, JavaScript, PHP, Lua, PowerShell): by their names, or as a container runs them. Only paths and
    texts that are constant there count, and no container that mounts another file on the path. Source:
    `reference/kubernetes.md` 3.1, `vectors/hosts-writes`.

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
            hostnames:
            - db.internal
          containers: [{name: web, image: web}]

    Fix safety: unsafe, as the names then reach every container from its start: constant entries that `echo`, `printf`,
    `cat` or `tee` write in a command, its arguments, a hook or an init container become `hostAliases`, merged by
    address, with their comments. The statement goes, the rest of the script stays; so go a hook and an init container
    that are left with nothing to do. A write that fails today is moved too: the names are what it was meant to give.
    Nothing is offered for what is computed (as the pod's own address), conditional, not read by any shell, or in a
    script of a ConfigMap.
    """

    name = "hosts-file-write"
    severity = Severity.WARNING
    looks_elsewhere = True
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        run = [
            command
            for container in pod.containers
            if not _hides_hosts_file(container)
            for command in commands(container)
        ]
        found = [(command, write) for command in run for write in _writes(command)]
        if found:
            yield from self._check_writes(pod, found)
        for command in run:
            if command.has_program and (unread := _unread(command)):
                yield self._report_unread(command, unread)

    def _check_writes(self, pod: Pod, found: list[tuple[Command, ArgvWrite]]) -> Iterator[Diagnostic]:
        # Imported here, as most pods have no such script.
        from podhosts.rules.write_outcomes import outcomes

        fix, fixed = _move(pod, found)
        results = outcomes([(command.container, item.write) for command, item in found])
        for (command, write), result in zip(found, results, strict=True):
            yield self._report(command, write, result, fix if id(write) in fixed else None)

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        if is_kustomization(manifest.document.source.path):
            yield from self._check_generators(manifest)
        elif manifest.kind == "ConfigMap" and manifest.name:
            for script in texts(manifest):
                writes, mounts = self._writes_of(script, manifest.name, manifest.namespace)
                if script.scalar is not None and writes:
                    yield from self._check_script(manifest, script.key, script.scalar, writes, mounts)

    def _check_generators(self, kustomization: KubernetesObject) -> Iterator[Diagnostic]:
        """Check the scripts that a kustomization takes into ConfigMaps, each finding at the entry that does."""
        overlays = self.repository.overlays_of(kustomization.document.source.path)
        if overlays is None or kustomization.node.get("configMapGenerator") is None:
            return
        from podhosts.rules.write_messages import described_script

        for taken in taken_files(kustomization, lambda path: overlays.file(path) if may_be_script(path) else None):
            script = Script(taken.key, taken.source.text)
            writes, mounts = self._writes_of(script, taken.name, None)
            for write in writes if mounts else ():
                words, works = described_script(write, [mount.container for mount in mounts], self.version)
                severity = Severity.INFO if works else None
                by = Related(taken.entry.span, "taken in here", kustomization.document.source)
                inside = self.report(
                    taken.manifest,
                    write.target,
                    words,
                    field="",
                    severity=severity,
                    related=[by, *_mounted(mounts)],
                )
                outside = self.report(
                    kustomization,
                    taken.entry,
                    f"a file taken in here: {words.message}",
                    why=words.why,
                    help=words.help,
                    field=kustomization.field(*taken.path),
                    severity=severity,
                    related=[Related(write.target, "the place", taken.source), *_mounted(mounts)],
                )
                yield replace(outside, taken_in=inside)

    def _writes_of(self, script: Script, name: str, namespace: str | None) -> tuple[list[HostsWrite], list[Mount]]:
        """The writes of a text in a ConfigMap, and where containers mount it; none where it is no script they run."""
        from podhosts.shell import script_writes

        if script.is_named:
            writes = script_writes(script.text, script.program)
            return writes, [mount for mount, _ in self._mounts(script.key, name, namespace)] if writes else []
        run = [
            (mount, program)
            for mount, path in (self._mounts(script.key, name, namespace) if _PATH in script.text else ())
            if (program := runner(mount.container, path)) is not None
        ]
        programs = dict.fromkeys(program for _, program in run)
        writes = [write for program in [*programs][:1] for write in script_writes(script.text, program)]
        return writes, [mount for mount, _ in run]

    def _mounts(self, key: str, name: str, namespace: str | None) -> list[tuple[Mount, str]]:
        """Where containers mount a text that would change the kubelet's file in them, each with the file's path."""
        return [
            (mount, path)
            for manifest in self.repository.mentioning("configMap", name)
            if namespace in {None, manifest.namespace or namespace}
            for pod in pods(manifest, self.kinds)
            for mount, path in mounts_of(name, key, pod)
            if not _hides_hosts_file(mount.container) and not _may_act_on_node(mount.container)
        ]

    def _report(self, command: Command, found: ArgvWrite, result: Outcome, fix: Fix | None) -> Diagnostic:
        from podhosts.rules.write_messages import described

        container = command.container
        path, scalar = command.arguments[found.index]
        words, works = described(command, found, result, self.version)
        return self.report(
            container,
            container.pod.object.document.locate(scalar, *found.write.target),
            words,
            field=container.field(*path),
            severity=Severity.INFO if works else None,
            fix=fix,
        )

    def _report_unread(self, command: Command, found: UnreadRedirection) -> Diagnostic:
        from podhosts.rules.write_messages import described_unread

        container = command.container
        path, scalar = command.arguments[found.index]
        words = described_unread(command, found)
        return self.report(
            container,
            container.pod.object.document.locate(scalar, *found.span),
            words,
            field=container.field(*path),
        )

    def _check_script(
        self, config_map: KubernetesObject, key: str, scalar: Scalar, writes: list[HostsWrite], mounts: list[Mount]
    ) -> Iterator[Diagnostic]:
        from podhosts.rules.write_messages import described_script

        for write in writes if mounts else ():
            words, works = described_script(write, [mount.container for mount in mounts], self.version)
            yield self.report(
                config_map,
                config_map.document.locate(scalar, *write.target),
                words,
                field=config_map.field("data", key),
                severity=Severity.INFO if works else None,
                related=_mounted(mounts),
            )


def _mounted(mounts: list[Mount]) -> tuple[Related, ...]:
    return tuple(
        Related(mount.node.span, f"mounted in {mount.container.shown}", object_of(mount).document.source)
        for mount in mounts
    )


def _writes(command: Command) -> list[ArgvWrite]:
    # Imported here: only pods with commands of their own need a reader of scripts.
    from podhosts.shell import OWN_ADDRESS, argv_writes

    texts = [scalar.text for _, scalar in command.arguments]
    variables = environment(command.container)
    variables |= dict.fromkeys(pod_address_variables(command.container), OWN_ADDRESS)
    if not command.hook:
        # The kubelet puts these into a container's command and arguments, but not into hooks and probes.
        variables |= {f"$({name})": value for name, value in variables.items()}
    return argv_writes(texts, variables=variables)


def _unread(command: Command) -> UnreadRedirection | None:
    from podhosts.shell import unread_redirection

    return unread_redirection([scalar.text for _, scalar in command.arguments])


def _move(pod: Pod, found: list[tuple[Command, ArgvWrite]]) -> tuple[Fix | None, frozenset[int]]:
    """The fix that moves what can be moved of a pod's writes, and which ones these are."""
    from podhosts.moves import ScriptWrite, movable_writes, move_writes

    writes = [ScriptWrite(command.container, command.arguments[item.index][0], item.write) for command, item in found]
    movable = movable_writes(writes) if pod.schema.is_of_pod_spec else []
    moved = {id(item.write) for item in movable}
    fix = move_writes(pod, movable) if movable else None
    return fix, frozenset(id(item) for _, item in found if id(item.write) in moved)


def _hides_hosts_file(container: Container) -> bool:
    """Whether the path is something else than the kubelet's file in this container; a HostProcess has the node's."""
    if host_process(container.pod) is not None:
        return True
    return any(normalize(mount.mount_path or "") in _HIDING_MOUNTS for mount in container.mounts)


def _may_act_on_node(container: Container) -> bool:
    """Whether a script of the container may be meant for the node, where it is copied or run by way of `chroot`."""
    return container.pod.true_flag("hostPID") is not None or any(node_file(mount) == "/" for mount in container.mounts)
