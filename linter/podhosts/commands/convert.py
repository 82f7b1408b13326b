"""`podhosts convert`: hosts file text to hostAliases, hostAliases to hosts file text or a CoreDNS `hosts` block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.commands.selection import describe, select_pods
from podhosts.commands.terminal import announce_stdin, print_bytes, say
from podhosts.commands.usage import FOUND, OK, WRONG_USE, UsageError, choose
from podhosts.discovery import ENDINGS, STDIN
from podhosts.hosts.convert import HostsEntry, parse_hosts, to_coredns, to_hosts_text
from podhosts.kubernetes.alias_text import host_aliases_block
from podhosts.records import record
from podhosts.run.inputs import read_input
from podhosts.triggers import mentions

if TYPE_CHECKING:
    from podhosts.kubernetes import Pod
    from podhosts.source import Source

INPUTS = ("hosts", "manifest")
OUTPUTS = ("aliases", "hosts", "coredns")
_COREDNS_ADVICE = (
    "podhosts: a CoreDNS record serves every pod and changes without a restart: prefer it for names that many "
    "workloads share; hostAliases are for a few pods, or for pods that do not ask the cluster's DNS"
)


@record(slots=True)
class ConvertRequest:
    """The flags of `podhosts convert`, as typed."""

    path: str = STDIN
    source: str | None = None
    to: str | None = None
    object: str | None = None
    indent: int = 0
    into: str | None = None


def run(request: ConvertRequest) -> int:
    """Print what is asked for; returns the exit code: 1 where lines had to be left out."""
    try:
        announce_stdin([request.path], "the text of a hosts file or a manifest")
        source = _read(request.path, request.path)
        kind = choose("input", request.source, INPUTS, " for --from") if request.source else _kind(source)
        output = choose("output", request.to, OUTPUTS, " for --to") if request.to else _default_output(kind)
        if kind == "hosts":
            entries, complete = _from_hosts(source)
        else:
            entries, complete = _from_pod(_one_list(request, source)), True
        if request.into is not None:
            _add(request.into, request, kind, entries)
            return OK if complete else FOUND
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    if output == "aliases":
        text = host_aliases_block(entries, request.indent)
    elif output == "hosts":
        text = to_hosts_text(entries)
    else:
        text = to_coredns(entries)
        say(_COREDNS_ADVICE)
    print_bytes(text.encode("utf-8", "replace"))
    return OK if complete else FOUND


def _kind(source: Source) -> str:
    is_manifest = source.path.lower().endswith(ENDINGS) or ("hostAliases" in source.text and mentions(source.data))
    return "manifest" if is_manifest else "hosts"


def _default_output(kind: str) -> str:
    return "aliases" if kind == "hosts" else "hosts"


def _from_hosts(source: Source) -> tuple[list[HostsEntry], bool]:
    entries, skipped = parse_hosts(source.text)
    for item in skipped:
        say(f"{source.path}:{item.line}: left out: `{item.text}`: {item.reason}")
    return entries, not skipped


def _read(path: str, shown: str) -> Source:
    """An input. Raises UsageError, which begins with `shown`, if it cannot be opened."""
    try:
        return read_input(path)
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror or error}") from None


def _add(path: str, request: ConvertRequest, kind: str, entries: list[HostsEntry]) -> None:
    """Add entries to the pod of a manifest, in place. Raises UsageError where that cannot be done."""
    from podhosts.edits import Safety, splice
    from podhosts.moves import extend
    from podhosts.run.repairing import RepairError, replace_file

    if kind != "hosts" or request.to is not None:
        raise UsageError("--into takes the text of a hosts file, and no --to")
    if path == STDIN:
        raise UsageError("--into -: give a file")
    source = _read(path, f"--into {path}")
    # A manifest inside a string is shown, but not changed.
    own = [pod for pod in select_pods(source, request.object).pods if pod.object.document.source is source]
    pods = [pod for pod in own if pod.schema.is_of_pod_spec]
    if len(pods) != 1:
        listed = ", ".join(describe(pod) for pod in pods) or "none"
        raise UsageError(f"{path}: choose one pod with --object; there is: {listed}")
    fix = extend(pods[0], entries)
    if fix is None or fix.safety is Safety.DISPLAY_ONLY:
        raise UsageError(
            f"{path}: the list of {describe(pods[0])} cannot be extended without a guess (an anchor, an alias, "
            f"a template, text that is not UTF-8, or no list); print the entries without --into and paste them"
        )
    after = source.with_text(splice(source.text, fix.edits))
    try:
        replace_file(path, source, after)
    except RepairError as error:
        raise UsageError(f"{path}: {error}") from None
    say(f"podhosts: {path}: {describe(pods[0])}: {fix.title}")


def _one_list(request: ConvertRequest, source: Source) -> Pod:
    selection = select_pods(source, request.object)
    pods = [pod for pod in selection.pods if pod.aliases]
    if not pods:
        reasons = "".join(f"; {place}: {reason}" for place, reason in selection.failures)
        raise UsageError(f"no hostAliases in {source.path}{reasons}")
    if len(pods) > 1:
        listed = ", ".join(describe(pod) for pod in pods)
        raise UsageError(f"{source.path} has {len(pods)} lists; choose one with --object: {listed}")
    return pods[0]


def _from_pod(pod: Pod) -> list[HostsEntry]:
    return [
        HostsEntry(alias.ip, tuple(node.text for _, node in alias.names))
        for alias in pod.aliases
        if alias.ip is not None
    ]
