"""Which pods a command is about: those of files and folders, narrowed by `--object`."""

from __future__ import annotations

import os
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from podhosts.commands.built_pods import built_by_overlays, printed_by_charts, printed_objects
from podhosts.commands.run_settings import Request, RunSettings, project_config
from podhosts.commands.terminal import announce_stdin, say
from podhosts.commands.usage import OK, WRONG_USE, UsageError
from podhosts.discovery import STDIN, discover, with_slashes
from podhosts.document import whole
from podhosts.helm.printed import PrintedDocument
from podhosts.interpret import documents, interpret
from podhosts.kubernetes import KnownKinds
from podhosts.kustomize.printing import Printed
from podhosts.records import NamedTuple, replace
from podhosts.relevance import Relevance, look_around
from podhosts.repository import Repository
from podhosts.repository.opening import has_kustomization, open_repository, repository_files
from podhosts.run import Run
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from podhosts.commands.built_pods import PrintedByChart
    from podhosts.helm import Charts
    from podhosts.helm.building import ChartBuild
    from podhosts.interpret import Interpreted
    from podhosts.kubernetes import HostAlias, Pod
    from podhosts.placed import Placed
    from podhosts.source import Position, Span


class Selection(NamedTuple):
    """The pods in order, the repository they come from, and what could not be read (path or place, and why).

    Pods may be written elsewhere than in the sources that their documents have: `placed` leads there. `builds` has what
    installs the chart that prints a pod, where something does, or the folder of the kustomization that builds it.
    """

    pods: list[Pod]
    repository: Repository
    failures: list[tuple[str, str]]
    is_folder: bool
    placed: Mapping[Pod, Placed] = MappingProxyType({})
    builds: Mapping[Pod, str] = MappingProxyType({})

    def title(self, pod: Pod, *more: str) -> str:
        """What a pod is called among others: its file and object, and what builds it."""
        words = ", ".join((describe(pod), *more))
        build = self.builds.get(pod)
        return f"{pod.object.document.source.path}: {words}{f' ({build})' if build else ''}"

    def place(self, pod: Pod, span: Span) -> tuple[Source, Position]:
        """The file and position of a span of a pod's document."""
        place = self.placed[pod].place(span)
        source, start = (place.source, place.span.start) if place else (pod.object.document.source, span.start)
        return source, source.position(start)

    def places(self, alias: HostAlias) -> list[tuple[Source, Position]]:
        """Where an entry comes from: what changed it, if anything did, before the place where it stands itself."""
        placed = self.placed[alias.pod]
        origins = placed.origins(alias.node) if isinstance(placed, Printed) else []
        if isinstance(placed, PrintedDocument) and (origin := placed.origin(alias.node)) is not None:
            origins = [origin]
        if not origins:
            return [self.place(alias.pod, alias.node.span)]
        return [(origin.source, origin.source.position(origin.span.start)) for origin in origins]


class NoPodError(UsageError):
    """Nothing to show; a folder without pods is no mistake."""

    def __init__(self, path: str, code: int) -> None:
        super().__init__(f"no pod in {path or repr('')}")
        self.code = code


def require_pods(selection: Selection, path: str) -> None:
    """Say what was not read. Raises NoPodError where no pod is left."""
    for place, reason in selection.failures:
        say(f"not read: {place}: {reason}")
    if not selection.pods:
        raise NoPodError(path, WRONG_USE if selection.failures or not selection.is_folder else OK)


def select_pods(
    where: str | Source, object_name: str | None, asked: Request | None = None, *, with_pieces: bool = False
) -> Selection:
    """All pods of a path (`-` is stdin) or in a source, or those of one object given as `kind/name` or `name`.

    They are seen in the repository around the path, as `check` sees it. A folder with a kustomization stands for what
    Kustomize builds of it, another file that kustomizations use for what the outermost ones build of it, the files of a
    chart for what Helm prints with the chart's own values and those that are `asked` for. `with_pieces`: what is built
    of is there, too. Raises UsageError where nothing fits `object_name` (the message lists what there is), Kustomize
    refuses the kustomization, or a values file can't be read.
    """
    if isinstance(where, Source):
        charts = open_repository([where.path], [where.path]).charts
        alone = _Input(where.path, [where], Repository([where], charts=charts), [])
        selection = _written(alone, is_built=False, with_pieces=True)
    else:
        with _opened(with_slashes(where), asked or Request()) as given:
            is_built = has_kustomization(given.path) and not with_pieces
            selection = _built(given) if is_built else _written(given, with_pieces=with_pieces)
    if object_name is None:
        return selection
    chosen = [pod for pod in selection.pods if object_name.lower() in _names(pod)]
    if not chosen:
        listed = ", ".join(sorted({describe(pod) for pod in selection.pods})) or "none"
        path = where.path if isinstance(where, Source) else where
        raise UsageError(f"no object `{object_name}` with a pod in {path}; there is: {listed}")
    return selection._replace(pods=chosen)


class _Input(NamedTuple):
    """The files at a path, the repository around them, and what could not be opened, with the reason."""

    path: str
    sources: list[Source]
    repository: Repository
    failures: list[tuple[str, str]]

    @property
    def is_folder(self) -> bool:
        return os.path.isdir(self.path)


@contextmanager
def _opened(path: str, asked: Request) -> Iterator[_Input]:
    """The files at a path (`-` is stdin), charts as they are asked for."""
    announce_stdin([path], "a manifest")
    discovery = discover([path])
    relevance = Relevance(discovery, reads_all=True, surroundings=look_around(discovery, [path]))
    # What the config leaves out is not checked, but can be shown.
    run_settings = RunSettings(replace(asked, paths=[path], no_exclude=True))
    with Run(relevance, run_settings) as inputs:
        found = dict(inputs.read(lambda file, _: file.read(), in_one_process=True))
        names = [run_settings.request.stdin_filename if item.path == STDIN else item.path for item in discovery.inputs]
        sources = [given for name in names if isinstance(given := found[name], Source)]
        failures = [(name, given) for name in names if isinstance(given := found[name], str)]
        is_alone = any(item.is_alone for item in discovery.inputs)
        repository = Repository(sources) if is_alone else inputs.repository
        yield _Input(path, sources, repository, failures + discovery.failures)


def _written(given: _Input, *, with_pieces: bool, is_built: bool = True) -> Selection:
    """The pods of what charts print and Kustomize builds of some files, and of what is left of these as it is written.

    `with_pieces`: of all that is written. Nothing is built if it is not asked for.
    """
    paths = [source.path for source in given.sources]
    charts, overlays = given.repository.charts, given.repository.overlays
    printed = printed_by_charts(charts, paths) if is_built else []
    built = [] if not is_built or overlays is None else [*built_by_overlays(overlays, paths)]
    sources, pieces = given.sources, set[tuple[str, int]]()
    if not with_pieces:
        sources = _not_printed(sources, charts, [each.build for each in printed])
        pieces = pieces.union(*(item.documents for item in built))
    texts = [*(text.source for each in printed for text in each.texts), *(item.document.source for item in built)]
    left_out = set(paths) - {source.path for source in sources}
    repository = given.repository.with_built(texts, left_out) if texts else given.repository
    found: dict[Pod, Placed] = {}
    builds: dict[Pod, str] = {}
    kinds = _kinds(repository)
    for document, shown in _built_documents(printed, built):
        pods = _pods(interpret(document, kinds))
        found |= pods
        if shown is not None:
            builds |= dict.fromkeys(pods, shown)
    failures = [*given.failures, *_stops(printed)]
    for source in sources:
        facts = charts.facts(source.path)
        for document in documents(whole(source), facts):
            if (source.path, document.document.number) in pieces:
                continue
            if (problem := document.document.problem) is not None:
                failures.append((_shown(source, problem.span), problem.message))
            found |= _pods(interpret(document, kinds, facts))
    return Selection(list(found), repository, failures, given.is_folder, found, builds)


def _built_documents(
    printed: Iterable[PrintedByChart], built: Iterable[Printed]
) -> Iterator[tuple[Placed, str | None]]:
    """The documents that Kustomize builds and charts print, each with what people call that which builds it."""
    yield from ((item, item.delivery or item.folder) for item in built)
    for build, texts in printed:
        for text in texts:
            yield from ((document, build.delivery) for document in text.documents(all_of_them=True))


def _stops(printed: Iterable[PrintedByChart]) -> Iterator[tuple[str, str]]:
    """Where the evaluation of charts stops, and why."""
    return ((_shown(one.source, one.span), one.reason) for each in printed for one in each.build.stopped)


def _not_printed(sources: list[Source], charts: Charts, builds: list[ChartBuild]) -> list[Source]:
    """The files of which no chart prints what becomes of them: not its templates, nor its values."""
    printed = {text.source.path for build in builds for text in build.printed}
    homes = {build.chart for build in builds if build.printed}

    def is_values(source: Source) -> bool:
        # A delivery itself is an object.
        is_given = charts.is_delivery(source.path) and b"kind:" not in source.data
        return (is_given or charts.has_values(source.path)) and charts.home(source.path) in homes

    return [source for source in sources if source.path not in printed and not is_values(source)]


def _pods(documents: Iterable[Interpreted]) -> dict[Pod, Placed]:
    """The pods whose hosts file can be shown, and how each is placed."""
    return {pod: interpreted.placed for interpreted in documents for pod in interpreted.rendered_pods()}


def _built(given: _Input) -> Selection:
    """The pods of what Kustomize builds of a folder."""
    from podhosts.kustomize.building import Builder

    folder = given.path
    files = repository_files(f"{folder}/")
    builder = Builder(files)
    build = builder.build(folder)
    if build is None:
        reasons = [f"{_shown(item.place.source, item.place.span)}: {item.message}" for item in builder.refusals]
        raise UsageError(f"{folder} cannot be built: {'; '.join(reasons) or 'a file of it is not YAML'}")
    printed = printed_objects(build, folder, files.kustomizations(folder)[0].path)
    # What is written in the folder stands for nothing by itself.
    written = {source.path for source in given.sources}
    repository = given.repository.with_built([item.document.source for item in printed], written)
    kinds = _kinds(repository)
    found = {pod: placed for item in printed for pod, placed in _pods(interpret(item, kinds)).items()}
    failures = [(_shown(item.place.source, item.place.span), item.reason) for item in builder.unfollowed.values()]
    return Selection(list(found), repository, failures, True, found)


def _kinds(repository: Repository) -> KnownKinds:
    config = project_config()
    return KnownKinds(config.pod_specs if config else (), repository.definitions)


def _shown(source: Source, span: Span) -> str:
    at = source.position(span.start)
    return f"{source.path}:{at.line}:{at.column}"


def describe(pod: Pod) -> str:
    """A pod's object as `Kind/name`."""
    return f"{pod.object.kind or 'object'}/{pod.object.name or '?'}"


def _names(pod: Pod) -> set[str]:
    name = (pod.object.name or "").lower()
    return {name, f"{(pod.object.kind or '').lower()}/{name}"}
