"""Which pods a command is about: those of files and folders, narrowed by `--object`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from podhosts.commands.run_settings import project_config
from podhosts.commands.usage import UsageError
from podhosts.discovery import STDIN, discover
from podhosts.document import Document, split
from podhosts.kubernetes import KnownKinds, objects, pods
from podhosts.source import Source
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kubernetes import Pod


class Selection(NamedTuple):
    """The pods in order, the workspace they come from, and what could not be read (path or place, and why)."""

    pods: list[Pod]
    workspace: Workspace
    failures: list[tuple[str, str]]
    is_folder: bool


def select_pods(where: str | Source, object_name: str | None) -> Selection:
    """All pods below a path (`-` is stdin) or in a source, or those of one object given as `kind/name` or `name`.

    Raises UsageError where nothing fits `object_name`; the message lists what there is.
    """
    if isinstance(where, Source):
        path, sources, failures = where.path, [where], list[tuple[str, str]]()
    else:
        path = where
        discovery = discover([path])
        sources, failures = read_sources([item.path for item in discovery.inputs])
        failures += discovery.failures
    workspace, config = Workspace(sources), project_config()
    kinds = KnownKinds(config.pod_specs if config else (), workspace.definitions)
    found: list[Pod] = []
    for source in sources:
        for piece in split(source.text):
            document = Document(source, piece)
            if document.problem is not None:
                at = source.position(document.problem.span.start)
                failures.append((f"{source.path}:{at.line}:{at.column}", document.problem.message))
            found += [pod for manifest in objects(document) for pod in pods(manifest, kinds)]
    if object_name is not None:
        chosen = [pod for pod in found if object_name.lower() in _names(pod)]
        if not chosen:
            listed = ", ".join(sorted({describe(pod) for pod in found})) or "none"
            raise UsageError(f"no object `{object_name}` with a pod in {path}; there is: {listed}")
        found = chosen
    return Selection(found, workspace, failures, os.path.isdir(path))


def describe(pod: Pod) -> str:
    """A pod's object as `Kind/name`."""
    return f"{pod.object.kind or 'object'}/{pod.object.name or '?'}"


def _names(pod: Pod) -> set[str]:
    name = (pod.object.name or "").lower()
    return {name, f"{(pod.object.kind or '').lower()}/{name}"}


def read_sources(paths: list[str]) -> tuple[list[Source], list[tuple[str, str]]]:
    """The files (`-` is stdin), and those that could not be opened, with the reason."""
    sources: list[Source] = []
    failures: list[tuple[str, str]] = []
    for path, data in _contents(paths):
        if isinstance(data, bytes):
            sources.append(Source(path, data))
        else:
            failures.append((path, data.strerror or str(data)))
    return sources, failures


def _contents(paths: list[str]) -> Iterator[tuple[str, bytes | OSError]]:
    for path in paths:
        if path == STDIN:
            yield "<stdin>", sys.stdin.buffer.read()
            continue
        try:
            with open(path, "rb") as file:
                yield path, file.read()
        except OSError as error:
            yield path, error
