"""Which pods a command is about: those of files and folders, narrowed by `--object`."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from podhosts.commands.repository import has_kustomization, repository_files
from podhosts.commands.run_settings import project_config
from podhosts.commands.stored import standard_input
from podhosts.commands.usage import UsageError
from podhosts.discovery import STDIN, discover, with_slashes
from podhosts.document import Document, split
from podhosts.embedded import MOST_LEVELS, embedded_documents
from podhosts.kubernetes import KnownKinds, every_object, objects, pods
from podhosts.source import Source
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podhosts.embedded import Embedded
    from podhosts.kubernetes import HostAlias, Pod
    from podhosts.kustomize.printing import Printed
    from podhosts.source import Position, Span

#: The objects of Kustomize itself.
_KUSTOMIZE = "kustomize.config.k8s.io/"


class Selection(NamedTuple):
    """The pods in order, the workspace they come from, and what could not be read (path or place, and why).

    Pods may be written elsewhere than in the sources that their documents have: `printed` are the documents of a
    kustomization's result, `embedded` those inside strings, both by the `id` of the source.
    """

    pods: list[Pod]
    workspace: Workspace
    failures: list[tuple[str, str]]
    is_folder: bool
    printed: Mapping[int, Printed] = MappingProxyType({})
    embedded: Mapping[int, Embedded] = MappingProxyType({})

    def place(self, source: Source, span: Span) -> tuple[Source, Position]:
        """The file and position of a span of a document."""
        while (inner := self.embedded.get(id(source))) is not None:
            source, span = inner.outer.source, inner.outer_span(span)
        origin = printed.place(span) if (printed := self._printed(source)) is not None else None
        if origin is not None:
            source, span = origin.source, origin.span
        return source, source.position(span.start)

    def places(self, alias: HostAlias) -> list[tuple[Source, Position]]:
        """Where an entry comes from: what changed it, if anything did, before the place where it stands itself."""
        source = alias.pod.object.document.source
        printed = self._printed(source)
        origins = printed.origins(alias.node) if printed is not None else []
        if not origins:
            return [self.place(source, alias.node.span)]
        return [(origin.source, origin.source.position(origin.span.start)) for origin in origins]

    def _printed(self, source: Source) -> Printed | None:
        return self.printed.get(id(source))


def select_pods(where: str | Source, object_name: str | None) -> Selection:
    """All pods below a path (`-` is stdin) or in a source, or those of one object given as `kind/name` or `name`.

    A folder with a kustomization stands for what Kustomize builds of it. Raises UsageError where nothing fits
    `object_name` (the message lists what there is), or Kustomize refuses the kustomization.
    """
    where = where if isinstance(where, Source) else with_slashes(where)
    path = where.path if isinstance(where, Source) else where
    selection = _built(path) if not isinstance(where, Source) and has_kustomization(path) else _written(where)
    if object_name is None:
        return selection
    chosen = [pod for pod in selection.pods if object_name.lower() in _names(pod)]
    if not chosen:
        listed = ", ".join(sorted({describe(pod) for pod in selection.pods})) or "none"
        raise UsageError(f"no object `{object_name}` with a pod in {path}; there is: {listed}")
    return selection._replace(pods=chosen)


def _written(where: str | Source) -> Selection:
    """The pods as they are written."""
    if isinstance(where, Source):
        path, sources, failures = where.path, [where], list[tuple[str, str]]()
    else:
        path = where
        discovery = discover([path])
        sources, failures = read_sources([item.path for item in discovery.inputs])
        failures += discovery.failures
    workspace = Workspace(sources)
    kinds = _kinds(workspace)
    found: list[Pod] = []
    embedded: dict[int, Embedded] = {}
    for source in sources:
        for piece in split(source.text):
            document = Document(source, piece)
            if document.problem is not None:
                failures.append((_shown(source, document.problem.span), document.problem.message))
            found += _pods_in(document, kinds, embedded)
    return Selection(found, workspace, failures, os.path.isdir(path), embedded=embedded)


def _pods_in(document: Document, kinds: KnownKinds, embedded: dict[int, Embedded], level: int = 0) -> Iterator[Pod]:
    """The pods of a document, then those of manifests in its strings, which are noted in `embedded`.

    The patches of a kustomization are no pods.
    """
    for manifest in objects(document):
        yield from pods(manifest, kinds)
    manifests = every_object(document)
    if level == MOST_LEVELS or any((manifest.api_version or "").startswith(_KUSTOMIZE) for manifest in manifests):
        return
    for inner in embedded_documents(document, manifests):
        embedded[id(inner.document.source)] = inner
        if inner.document.problem is None:
            found = _pods_in(inner.document, kinds, embedded, level + 1)
            yield from (pod for pod in found if inner.is_checked or pod.object.document is not inner.document)


def _built(folder: str) -> Selection:
    """The pods of what Kustomize builds of a folder."""
    from podhosts.kustomize.building import Builder
    from podhosts.kustomize.printing import Printed
    from podhosts.kustomize.resources import follow_names

    files = repository_files(f"{folder}/")
    builder = Builder(files)
    build = builder.build(folder)
    if build is None:
        reasons = [f"{_shown(item.place.source, item.place.span)}: {item.message}" for item in builder.refusals]
        raise UsageError(f"{folder} cannot be built: {'; '.join(reasons) or 'a file of it is no YAML'}")
    follow_names(build.resources)
    path = files.kustomizations(folder)[0].path
    printed = [Printed(resource.value, path) for resource in build.resources]
    workspace = Workspace([item.document.source for item in printed])
    kinds = _kinds(workspace)
    found = [pod for item in printed for manifest in objects(item.document) for pod in pods(manifest, kinds)]
    failures = [(_shown(item.place.source, item.place.span), item.reason) for item in builder.unfollowed.values()]
    return Selection(found, workspace, failures, True, {id(item.document.source): item for item in printed})


def _kinds(workspace: Workspace) -> KnownKinds:
    config = project_config()
    return KnownKinds(config.pod_specs if config else (), workspace.definitions)


def _shown(source: Source, span: Span) -> str:
    at = source.position(span.start)
    return f"{source.path}:{at.line}:{at.column}"


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
        try:
            if path == STDIN:
                yield "<stdin>", standard_input().read()
                continue
            with open(path, "rb") as file:
                yield path, file.read()
        except OSError as error:
            yield path, error
