"""The words of `hosts-file-write`: who writes, what becomes of it, and what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Words
from podhosts.kubernetes.host_names import ordinals, own_name
from podhosts.kubernetes.rights import rights
from podhosts.patterns import regex
from podhosts.rules.write_outcomes import Outcome, outcome, stops
from podhosts.shell import User, WriteKind

if TYPE_CHECKING:
    from podhosts.kubernetes import Container, KubernetesVersion, Pod
    from podhosts.kubernetes.scripts import Command
    from podhosts.shell import ArgvWrite, HostsWrite
    from podhosts.shell.arguments import UnreadRedirection

_LABEL = regex(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOOKS = {
    "postStart": "a postStart hook",
    "preStop": "a preStop hook",
    "livenessProbe": "a liveness probe",
    "readinessProbe": "a readiness probe",
    "startupProbe": "a startup probe",
}
#: What a hook or probe does to the file in a pod where no other container starts after its own.
_ALONE = {
    "postStart": "it runs at the same time as the container's own command, which may read the file first",
    "preStop": "the container ends right after it",
}
_TOOLS = {"sed": "`sed -i`", "perl": "`perl -i`", "awk": "`gawk -i inplace`", "install": "GNU `install`"}


def described(command: Command, found: ArgvWrite, result: Outcome, version: KubernetesVersion) -> tuple[Words, bool]:
    """The words for a write of which this becomes, and whether it works as it was meant."""
    write, container = found.write, command.container
    who = _who(container, command.hook)
    advice = _instead(write, container.pod, version)
    if not result.fails:
        works = result is Outcome.DONE and not command.hook and _is_only_container(container)
        perhaps = f"{_perhaps(container)}, and " if result is Outcome.PERHAPS else ""
        return Words(f"{who} changes {write.file}", f"{perhaps}{_lasting(container, command.hook)}", advice), works
    text = command.arguments[found.index][1].text
    is_whole = (write.target.start, write.target.end) == (0, len(text))
    ends = _end(container, command.hook) if stops(write, text, is_exec_form=is_whole) else ""
    return _failing(who, result, write, container, ends, advice), False


def described_script(write: HostsWrite, containers: list[Container], version: KubernetesVersion) -> tuple[Words, bool]:
    """The words about a write of a script that these containers mount; it may say less where they differ."""
    results = {outcome(write, container) for container in containers}
    container = containers[0]
    who, advice = _who(container, ""), _instead(write, container.pod, version)
    if len(results) == 1 and (result := next(iter(results))).fails:
        return _failing(who, result, write, container, "", advice), False
    works = results == {Outcome.DONE} and all(map(_is_only_container, containers))
    worst = next((item for item in containers if not _is_only_container(item)), container)
    return Words(f"{_who(worst, '')} changes {write.file}", _lasting(worst, ""), advice), works


def described_unread(command: Command, found: UnreadRedirection) -> Words:
    """The words for a redirection that no shell reads."""
    from podhosts.shell.arguments import Mistake

    container = command.container
    ends = ""
    match found.mistake:
        case Mistake.ARGUMENT:
            reason = "no shell reads this redirection, which is passed as an argument"
        case Mistake.PROGRAM:
            reason, ends = "all of this is read as the name of one program", _end(container, command.hook)
        case Mistake.FILE_NAME:
            reason, ends = "without `-c` the shell reads this as a file name", _end(container, command.hook)
    who = _who(container, command.hook)
    return Words(f"{who} does not change /etc/hosts", f"{reason}{ends}", _use(_entries(found.text)))


def _failing(who: str, result: Outcome, write: HostsWrite, container: Container, ends: str, advice: str) -> Words:
    why = f"{_reason(result, write, container)}, so the file does not change{ends}"
    return Words(f"{who} tries to change {write.file}", why, advice)


def _who(container: Container, hook: str) -> str:
    if hook:
        return _HOOKS[hook]
    return "an init container" if container.group == "initContainers" else "a script"


def _reason(result: Outcome, write: HostsWrite, container: Container) -> str:
    root = "only root can write the file"
    if result is Outcome.NOT_REACHED:
        return "the command before `&&` fails"
    if result is Outcome.NOT_ROOT and write.user is User.SU:
        return f"{root}, and `su` asks for a password"
    if result is Outcome.NOT_ROOT:
        uid = rights(container).uid
        return f"{root}, and the container " + ("does not run as root" if uid is None else f"runs as user {uid}")
    if result is Outcome.OTHER_USER:
        return f"{root}, and the command runs as another user"
    if result is Outcome.NO_SUDO:
        program = "sudo" if write.user is User.SUDO else "su"
        return f"{root}, and `{program}` gains nothing with `{rights(container).gains_nothing}`"
    tool = _TOOLS.get(write.command, f"`{write.command}`")
    if result is Outcome.NO_FOLDER:
        return f"{tool} creates a file next to it, but the root file system is read-only"
    does = "remove or rename" if write.kind is WriteKind.REMOVE else "replace"
    return f"/etc/hosts is a mount, and {tool} cannot {does} a mount point"


def _perhaps(container: Container) -> str:
    uid = rights(container).uid
    user = "its user" if uid is None else f"user {uid}"
    return f"only root can write the file, so the image has to let {user} become root"


def _lasting(container: Container, hook: str) -> str:
    """A clause: the later life of a change that was made."""
    if container.group == "initContainers" and not container.is_sidecar:
        return "the kubelet rewrites the file when the next container starts, and the change is lost"
    if not _is_only_container(container):
        return "the kubelet rewrites the file whenever a container of the pod starts, and the change is lost"
    if hook:
        return _ALONE.get(hook, "it does so again at every run")
    return "the kubelet rewrites the file at each start of the container, and the script has to change it again"


def _end(container: Container, hook: str) -> str:
    """A clause: the consequence of a command that fails."""
    if hook == "postStart":
        return " and the container is killed"
    is_init = container.group == "initContainers" and not container.is_sidecar
    return " and the pod does not start" if is_init and not hook else ""


def _is_only_container(container: Container) -> bool:
    """Whether no other container of the pod can start after it: sidecars among the init containers can."""
    return container.group == "containers" and len(container.pod.restarting_containers) == 1


def _instead(write: HostsWrite, pod: Pod, version: KubernetesVersion) -> str:
    if write.own_names is not None:
        return _own_address(write.own_names, pod, version)
    if write.kind is WriteKind.REMOVE:
        return "remove this"
    return _use(_entries(write.text if write.entries else None))


def _own_address(names: tuple[str, ...], pod: Pod, version: KubernetesVersion) -> str:
    """The advice about a line with the pod's own address, which the kubelet writes itself off the host's network."""
    if pod.host_network:
        return "`hostAliases` cannot hold the pod's own address"
    name = names[0] if names else ""
    if (name and own_name(pod, name, version) is not None) or ordinals(pod.object) is not None:
        return "remove this, as the kubelet writes the pod's own line"
    if _LABEL.fullmatch(name):
        return f"set `hostname: {name}`, and the kubelet writes this line"
    fields = "`hostname` and `subdomain`" if "." in name else "`hostname`"
    return f"set {fields}, and the kubelet writes this line"


def _entries(text: str | None) -> str:
    """The entries of a text as they can stand in a manifest; empty where it has none."""
    # Lines of one address become one entry, and names lower case, as the API wants them.
    from podhosts.hosts.convert import parse_hosts

    entries, _ = parse_hosts(text or "")
    shown = ", ".join(
        f"{{ip: {_quoted(entry.ip)}, hostnames: [{', '.join(entry.hostnames)}]}}" for entry in entries[:3]
    )
    return shown + (", ..." if len(entries) > 3 else "")


def _use(entries: str) -> str:
    if entries:
        return f"use `hostAliases: [{entries}]`"
    return "use `hostAliases` for fixed addresses"


def _quoted(ip: str) -> str:
    """An address as it can stand in a flow mapping, where not every reader takes colons."""
    return f'"{ip}"' if ":" in ip else ip
