"""Which pods a command is about: those of files and folders, narrowed by `--object`."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

from podhosts.commands.run_settings import Request, RunSettings, project_config
from podhosts.commands.terminal import announce_stdin, say
from podhosts.commands.usage import OK, WRONG_USE, UsageError
from podhosts.deliveries.names import is_without_kind
from podhosts.discovery import STDIN, discover, with_slashes
from podhosts.document import whole
from podhosts.helm import DEFAULT_HELM, Charts
from podhosts.helm.printed import PrintedDocument
from podhosts.interpret import documents, interpret
from podhosts.kubernetes import KnownKinds
from podhosts.kustomize.printing import Printed
from podhosts.records import NamedTuple
from podhosts.relevance import Relevance
from podhosts.repository import Repository
from podhosts.repository.opening import has_kustomization, open_repository, repository_files
from podhosts.run import Run
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from podhosts.helm import HelmOptions
    from podhosts.helm.building import ChartBuild
    from podhosts.interpret import Interpreted
    from podhosts.kubernetes import HostAlias, Pod
    from podhosts.placed import Placed
    from podhosts.source import Position, Span


class Selection(NamedTuple):
    """The pods in order, the repository they come from, and what could not be read (path or place, and why).

    Pods may be written elsewhere than in the sources that their documents have: `placed` leads there. `deliveries` has
    what installs the chart that prints a pod, where something does.
    """

    pods: list[Pod]
    repository: Repository
    failures: list[tuple[str, str]]
    is_folder: bool
    placed: Mapping[Pod, Placed] = MappingProxyType({})
    deliveries: Mapping[Pod, str] = MappingProxyType({})

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


def select_pods(where: str | Source, object_name: str | None, helm: HelmOptions = DEFAULT_HELM) -> Selection:
    """All pods below a path (`-` is stdin) or in a source, or those of one object given as `kind/name` or `name`.

    A folder with a kustomization stands for what Kustomize builds of it, the files of a chart for what Helm prints with
    the values that `helm` asks for. Raises UsageError where nothing fits `object_name` (the message lists what there
    is), or Kustomize refuses the kustomization.
    """
    where = where if isinstance(where, Source) else with_slashes(where)
    path = where.path if isinstance(where, Source) else where
    selection = _built(path) if not isinstance(where, Source) and has_kustomization(path) else _written(where, helm)
    if object_name is None:
        return selection
    chosen = [pod for pod in selection.pods if object_name.lower() in _names(pod)]
    if not chosen:
        listed = ", ".join(sorted({describe(pod) for pod in selection.pods})) or "none"
        raise UsageError(f"no object `{object_name}` with a pod in {path}; there is: {listed}")
    return selection._replace(pods=chosen)


def _written(where: str | Source, helm: HelmOptions) -> Selection:
    """The pods as they are written, and those that charts print."""
    if isinstance(where, Source):
        path, sources, failures = where.path, [where], list[tuple[str, str]]()
    else:
        path = where
        sources, failures = _read_sources(path)
    charts = _charts(sorted({source.path for source in sources}), path, helm)
    builds = [] if isinstance(where, Source) or not os.path.isdir(path) else _builds(charts)
    printed = [text for build in builds for text in build.printed]
    failures += [(_shown(one.source, one.span), one.reason) for build in builds for one in build.stopped]
    sources = _not_printed(sources, charts, builds)
    repository = Repository([*sources, *(text.source for text in printed)], charts=charts)
    kinds = _kinds(repository)
    found: dict[Pod, Placed] = {}
    deliveries: dict[Pod, str] = {}
    for build in builds:
        for document in (document for text in build.printed for document in text.documents(all_of_them=True)):
            pods = _pods(interpret(document, kinds))
            found |= pods
            if build.delivery is not None:
                deliveries |= dict.fromkeys(pods, build.delivery)
    for source in sources:
        facts = charts.facts(source.path)
        for placed in documents(whole(source), facts):
            if (problem := placed.document.problem) is not None:
                failures.append((_shown(source, problem.span), problem.message))
            found |= _pods(interpret(placed, kinds, facts))
    return Selection(list(found), repository, failures, os.path.isdir(path), found, deliveries)


def _charts(paths: list[str], argument: str, helm: HelmOptions) -> Charts:
    """The charts that some files belong to, and the deliveries of them among these files."""
    return open_repository(paths, [argument], helm=helm).charts if paths else Charts()


def _builds(charts: Charts) -> list[ChartBuild]:
    """What the outermost charts print."""
    # Other charts print pods without lists: these can be shown as they are written.
    homes = (home for home in charts.homes if any(chart.may_print_lists for chart in charts.homes[home]))
    return [build for home in homes for build in charts.everything(home)]


def _not_printed(sources: list[Source], charts: Charts, builds: list[ChartBuild]) -> list[Source]:
    """The files of which no chart prints what becomes of them: not its templates, nor its values."""
    printed = {text.source.path for build in builds for text in build.printed}
    homes = {build.chart for build in builds if build.printed}

    def is_values(source: Source) -> bool:
        is_given = charts.is_delivery(source.path) and is_without_kind(source.data)
        return (is_given or charts.has_values(source.path)) and charts.home(source.path) in homes

    return [source for source in sources if source.path not in printed and not is_values(source)]


def _pods(documents: Iterable[Interpreted]) -> dict[Pod, Placed]:
    """The pods whose hosts file can be shown, and how each is placed."""
    return {pod: interpreted.placed for interpreted in documents for pod in interpreted.rendered_pods()}


def _built(folder: str) -> Selection:
    """The pods of what Kustomize builds of a folder."""
    from podhosts.kustomize.building import Builder
    from podhosts.kustomize.resources import follow_names

    files = repository_files(f"{folder}/")
    builder = Builder(files)
    build = builder.build(folder)
    if build is None:
        reasons = [f"{_shown(item.place.source, item.place.span)}: {item.message}" for item in builder.refusals]
        raise UsageError(f"{folder} cannot be built: {'; '.join(reasons) or 'a file of it is not YAML'}")
    follow_names(build.resources)
    path = files.kustomizations(folder)[0].path
    printed = [Printed(resource.value, path, folder) for resource in build.resources]
    repository = Repository([item.document.source for item in printed])
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


def _read_sources(path: str) -> tuple[list[Source], list[tuple[str, str]]]:
    """The files below a path (`-` is stdin), and what could not be opened, with the reason."""
    announce_stdin([path], "a manifest")
    relevance = Relevance(discover([path]), reads_all=True)
    discovery = relevance.discovery
    # What the config leaves out is not checked, but can be shown.
    run_settings = RunSettings(Request([path], no_exclude=True))
    with Run(relevance, run_settings) as inputs:
        found = dict(inputs.read(lambda file, _: file.read(), in_one_process=True))
    names = [run_settings.request.stdin_filename if item.path == STDIN else item.path for item in discovery.inputs]
    sources = [given for name in names if isinstance(given := found[name], Source)]
    failures = [(name, given) for name in names if isinstance(given := found[name], str)]
    return sources, failures + discovery.failures
