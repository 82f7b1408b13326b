"""What keeps the pods of a command from running: what the API server refuses of them, what never starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.commands.run_settings import Request, RunSettings
from podhosts.commands.selection import describe
from podhosts.diagnostics import Severity
from podhosts.document import string
from podhosts.engine import Options, default_selection, lint
from podhosts.kubernetes.mounts import (
    READ_ONLY_SOURCES,
    MountEffect,
    affecting,
    failed_type_check,
    is_below_file,
    source,
)
from podhosts.placed import Placed
from podhosts.records import NamedTuple
from podhosts.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.commands.selection import Selection
    from podhosts.diagnostics import Diagnostic, ObjectIdentity
    from podhosts.kubernetes import Pod
    from podhosts.source import Source

#: Rules about values that the API server refuses in every pod, also where it took them in what the pod is made from.
_OF_VALUES = frozenset({"invalid-ip", "invalid-hostname", "missing-ip"})
#: Rules whose search in all files of a repository leads to nothing that is refused.
_LOOKING_ELSEWHERE = frozenset(rule.name for rule in RULES if rule.looks_elsewhere)


class Obstacle(NamedTuple):
    """A line to show; `stops` says that no pod comes up, and not only that one way of applying it fails."""

    text: str
    stops: bool


def obstacles(selection: Selection, kubernetes_version: str | None) -> Iterator[Obstacle]:
    """What keeps the selected pods from running, each thing once, as `podhosts check` would find it.

    `kubernetes_version` is the flag as typed. Each source is checked once, however many pods it has. Raises UsageError
    for a config that cannot be used.
    """
    run_settings = RunSettings(Request(kubernetes_version=kubernetes_version))
    by_source: dict[Source, dict[ObjectIdentity, list[Pod]]] = {}
    for pod in selection.pods:
        by_object = by_source.setdefault(pod.object.document.source, {})
        by_object.setdefault(pod.object.identity, []).append(pod)
    for written, by_object in by_source.items():
        # What is suppressed or not selected is refused all the same.
        settings = run_settings.options(written.path).settings
        options = Options(settings, default_selection(), use_suppressions=False, near=_LOOKING_ELSEWHERE)
        repository = selection.repository
        if type(selection.placed[next(iter(by_object.values()))[0]]) is not Placed:
            # What is known of a file is not known of a text in it, or of what is built.
            repository = repository.apart(written)
        for finding in lint(written, options, repository).findings:
            if finding.object in by_object and (words := _who_refuses(finding)) is not None:
                origin, at = selection.place(by_object[finding.object][0], finding.span)
                text = f"{words}: {origin.path}:{at.line}:{at.column}: {finding.message}"
                yield Obstacle(text, words != _BY_APPLY)
        for found in by_object.values():
            for pod in found:
                yield from _of_mounts(pod)


_BY_APPLY = "refused by server-side apply"


def _who_refuses(finding: Diagnostic) -> str | None:
    if "create" in finding.refused_by:
        return "refused by the API server"
    if finding.rule in _OF_VALUES and finding.severity is Severity.ERROR:
        return "the pod is refused by the API server"
    return _BY_APPLY if finding.refused_by else None


def _of_mounts(pod: Pod) -> Iterator[Obstacle]:
    for volume in pod.volumes:
        if (there := failed_type_check(volume)) is not None:
            path, wanted = string(volume.host_path_node), string(volume.host_path_type_node)
            yield Obstacle(
                f"podhosts: {describe(pod)}: the pod never starts: its hostPath `{path}` asks for `type: {wanted}`, "
                f"and the node has {there} there",
                True,
            )
    for mount in (mount for container in pod.containers for mount in container.mounts):
        if is_below_file(mount):
            yield Obstacle(
                f"podhosts: {describe(pod)}: {mount.container.shown} cannot start: `subPath: {mount.sub_path}` is "
                "looked up in the node's /etc/hosts, which is a file",
                True,
            )
    for mount in affecting(pod, MountEffect.ETC):
        if mount.volume is not None and (kind := source(mount.volume)) in READ_ONLY_SOURCES:
            yield Obstacle(
                f"podhosts: {describe(pod)}: {mount.container.shown} cannot start: nothing can be created "
                f"in the {kind} that it mounts on /etc",
                True,
            )
