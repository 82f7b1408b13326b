"""The Helm charts that the files of a run belong to. What is in them is read when there is one."""

from __future__ import annotations

import os
import posixpath
import re
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from podhosts.document import Problem
from podhosts.helm.facts import NOTHING, FileFacts, UnreadFile
from podhosts.helm.options import DEFAULT_HELM, HelmOptions
from podhosts.patterns import regex
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.helm.building import ChartBuild, ChartBuilder
    from podhosts.helm.chart import Chart
    from podhosts.helm.delivered import DeliveredChart
    from podhosts.helm.printed_lists import PrintedList

METADATA = "Chart.yaml"
_TEMPLATES = "templates"
_SUB_CHARTS = "/charts/"
_VALUES_FILE = regex(r"[^/]*values[^/]*\.ya?ml", re.IGNORECASE)

#: Reasons for which something is not read; Helm's words stand behind.
_REFUSED_CHARTS = "charts that Helm refuses"
_STOPPED_TEMPLATES = "templates that Helm stops at"

YAML = (".yaml", ".yml")
#: Folders of a chart with values files, whatever these are called.
VALUES_FOLDERS = frozenset({"ci", "values", "environments"})
#: Folders that lie beside the files of a chart and are none of it.
_NEVER_READ = frozenset({".git", "node_modules", ".venv"})


class Charts:
    """The charts that the files of a run belong to; `paths` are those files, as the run names them.

    `sources` stand for the files of their paths. Charts are evaluated as `options` say, and as `deliveries` install
    them. These are asked for, with what opens a file, when there is a chart that may print hostAliases.
    """

    def __init__(
        self,
        paths: Iterable[str] = (),
        sources: Iterable[Source] = (),
        options: HelmOptions = DEFAULT_HELM,
        deliveries: Callable[[Callable[[str], Source | None]], Iterable[DeliveredChart]] = lambda _: (),
    ) -> None:
        #: A set in order.
        self._paths = dict.fromkeys(paths)
        self._sources = {source.path: source for source in sources}
        self.options = options
        self._find_deliveries = deliveries
        self._charts: dict[str, Chart | None] = {}
        self._facts: dict[str, FileFacts] = {}
        self._builds: dict[str, list[ChartBuild]] = {}
        self._builders: dict[str, ChartBuilder] = {}
        self._printed_lists: dict[str, dict[str, list[PrintedList]]] = {}

    def with_source(self, source: Source) -> Charts:
        """The same charts; those that have a template of that path, with another text, are read again with this one."""
        if not self.all or self.home(source.path) is None:
            return self
        before = self.source(source.path)
        if before is not None and before.data == source.data:
            return self
        known = list(self._charts.items())
        kept = {folder: chart for folder, chart in known if chart is None or not chart.is_outdated_by(source)}
        charts = Charts(self._paths, [*self._sources.values(), source], self.options, self._find_deliveries)
        charts._charts = kept
        read_again = {chart.folder for chart in self._evaluated_with(source.path)}
        charts._builds = {folder: builds for folder, builds in self._builds.items() if folder not in read_again}
        return charts

    def source(self, path: str) -> Source | None:
        """A file; None for one that cannot be opened, of which is told where the run opens it."""
        if path in self._sources:
            return self._sources[path]
        try:
            with open(path, "rb") as file:
                return Source(path, file.read())
        except OSError:
            return None

    def at(self, folder: str) -> Chart | None:
        """The chart in a folder, None where there is no Chart.yaml."""
        if folder not in self._charts:
            self._charts[folder] = self._open(folder) if os.path.isfile(join(folder, METADATA)) else None
        return self._charts[folder]

    def _open(self, folder: str) -> Chart:
        # Imported for the first chart: most runs have none.
        from podhosts.helm.chart import Chart

        return Chart(folder, self)

    def below(self, folder: str) -> list[Chart]:
        """The charts right inside a folder."""
        try:
            names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        except OSError:
            return []
        return [chart for name in names if (chart := self.at(join(folder, name)))]

    @cached_property
    def all(self) -> list[Chart]:
        """The charts of the run's files, in order."""
        folders = dict.fromkeys(folder for path in self._paths for folder in _chart_folders(path))
        return [chart for folder in folders if (chart := self.at(folder))]

    @cached_property
    def _users(self) -> dict[str, list[Chart]]:
        """The charts that have the templates of each chart's folder: itself, and those that it is inside of."""
        users: dict[str, list[Chart]] = {}
        for chart in self.all:
            for member in chart.family():
                users.setdefault(member.folder, []).append(chart)
        return users

    @cached_property
    def _deliveries(self) -> dict[str, list[DeliveredChart]]:
        """How the charts of the run are delivered, by their folders."""
        found: dict[str, list[DeliveredChart]] = {}
        for delivery in self._find_deliveries(self.source) if any(chart.may_print_lists for chart in self.all) else ():
            found.setdefault(delivery.chart, []).append(delivery)
        return found

    @cached_property
    def _configured(self) -> dict[str, list[tuple[str, ...]]]:
        """The values files that the config gives to charts, by the folders of these, as the run names them."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for folder, files in self.options.charts:
            found.setdefault(self._as_named(folder), []).append(tuple(map(self._as_named, files)))
        return found

    def _as_named(self, path: str) -> str:
        """A whole path as the run names its files: whole, or from the working directory."""
        if any(map(os.path.isabs, islice(self._paths, 1))):
            return path.replace(os.sep, "/")
        return os.path.relpath(path).replace(os.sep, "/").removeprefix("./").removesuffix(".")

    @cached_property
    def _delivered_with(self) -> dict[str, list[Chart]]:
        """The charts that deliveries install with values of each file, or that the config gives it to."""
        found: dict[str, dict[Chart, None]] = {}
        for folder, sets in self._configured.items():
            if (chart := self.at(folder)) is not None:
                found |= {path: {**found.get(path, {}), chart: None} for files in sets for path in files}
        for folder, deliveries in self._deliveries.items():
            if (chart := self.at(folder)) is None:
                continue
            for path in (path for delivery in deliveries for path in delivery.paths):
                found.setdefault(path, {})[chart] = None
        return {path: [*charts] for path, charts in found.items()}

    def builds_for(self, path: str) -> list[ChartBuild]:
        """The evaluations of the charts that a file belongs to, or that use the chart that it belongs to."""
        return [build for chart in self._evaluated_with(path) for build in self.builds(chart)]

    def _evaluated_with(self, path: str) -> Iterable[Chart]:
        """The charts in whose folder, or in that of a chart they use, a file lies."""
        if path in self.options.values or not self.all:
            return self.all
        parts = path.split("/")
        folders = ("/".join(parts[:count]) for count in range(len(parts)))
        users = (chart for folder in folders for chart in self._users.get(folder, ()))
        return dict.fromkeys((*users, *self._delivered_with.get(path, ())))

    def builds(self, chart: Chart) -> list[ChartBuild]:
        """A chart evaluated with each set of values of the repository; not at all where it can print no hostAliases."""
        if chart.folder not in self._builds:
            found: list[ChartBuild] = []
            if chart.may_print_lists and not chart.is_library:
                given = [self._sources_of(files) for files in self._values_for(chart.folder)]
                found = [*self._builder(chart).builds(given, self._deliveries.get(chart.folder, ()))]
            self._builds[chart.folder] = found
        return self._builds[chart.folder]

    def _values_for(self, folder: str) -> list[tuple[str, ...]]:
        """The values files that a chart is to be evaluated with, beside what lies in its folder: sets of them."""
        asked = [self.options.values] if self.options.values else []
        return [*asked, *self._configured.get(folder, ())]

    def _sources_of(self, paths: Iterable[str]) -> list[Source]:
        return [source for path in paths if (source := self.source(path)) is not None]

    def _builder(self, chart: Chart) -> ChartBuilder:
        if chart.folder not in self._builders:
            # Imported for the first chart that prints lists.
            from podhosts.helm.building import ChartBuilder

            self._builders[chart.folder] = ChartBuilder(chart, self)
        return self._builders[chart.folder]

    def samples(self, chart: Chart) -> ChartBuild | None:
        """A chart evaluated with entries in lists that its own values leave empty."""
        return self._builder(chart).with_samples()

    def _lists(self, chart: Chart) -> dict[str, list[PrintedList]]:
        """The lists of values files that a chart prints as they stand, by the paths of the files."""
        if chart.folder not in self._printed_lists:
            builds = self.builds(chart)
            found: dict[str, list[PrintedList]] = {}
            if builds:
                from podhosts.helm.printed_lists import add_lists, printed_lists

                found = printed_lists(builds)
                counts = {path: sum(item.entries for item in lists) for path, lists in found.items()}
                add_lists(found, printed_lists(self._builder(chart).in_all_branches(counts)))
            self._printed_lists[chart.folder] = found
        return self._printed_lists[chart.folder]

    def everything(self, home: str, values: Iterable[str] = ()) -> list[ChartBuild]:
        """The outermost chart in a folder with all that its templates print; nothing for no chart and for a library.

        With the values that the run asks for, else with these files; without either, as deliveries install it and with
        those of the config, if there are any.
        """
        chart = self.at(home)
        if chart is None or chart.is_library:
            return []
        builder = self._builder(chart)
        if asked := self.options.values or (*values,):
            return [build._replace(delivery=None) for build in builder.everything([self._sources_of(asked)])]
        given = map(self._sources_of, self._configured.get(home, ()))
        return builder.everything([*given], self._deliveries.get(home, ()))

    def facts(self, path: str) -> FileFacts:
        """What the charts say of a file. Only the charts that may say something are read."""
        if path not in self._facts:
            self._facts[path] = self._read_facts(path) if self.all else NOTHING
        return self._facts[path]

    def _read_facts(self, path: str) -> FileFacts:
        is_partial = posixpath.basename(path).startswith("_") and self.has_template(path)
        facts = FileFacts(is_partial=is_partial)
        for chart in self._evaluated_with(path):
            facts.lists.extend(self._lists(chart).get(path, ()))
            stops = (stopped for build in self.builds(chart) for stopped in build.stopped if stopped.is_broken)
            found = (Problem(stopped.reason, stopped.span) for stopped in stops if stopped.source.path == path)
            facts.problems += dict.fromkeys(found)
        facts.never_print += (own.never_prints for own in self.of_values(path))
        return facts

    def users(self, chart: Chart) -> list[Chart]:
        """The charts of the run that a chart is inside of, and itself where its files are of the run."""
        return self._users.get(chart.folder, [])

    def is_inside(self, chart: Chart) -> bool:
        """Whether a chart lies in the folder of another."""
        return self._outermost(chart.folder) != chart.folder

    def of_values(self, path: str) -> list[Chart]:
        """The charts of the run that a file holds values of, by its name and folder."""
        folders = _folders_of_values(path) if path in self._paths and self.all else ()
        return [chart for folder in folders if (chart := self.at(folder))]

    def has_values(self, path: str) -> bool:
        """Whether a file is one of values for a chart of the run, by its name and folder."""
        return bool(self.all) and any(self.at(folder) for folder in _folders_of_values(path))

    def has_template(self, path: str) -> bool:
        """Whether a file lies in the templates of a chart of the run."""
        return bool(self.all) and any(self.at(folder) for folder in _folders_of_template(path))

    def home(self, path: str) -> str | None:
        """The folder of the outermost chart that a file belongs to, or gives values to from elsewhere.

        None for a file of which no chart says anything.

        What is said of the files of one home is found most cheaply together.
        """
        folders = [folder for folder in _chart_folders(path) if self.at(folder)]
        if folders:
            return self._outermost(min(folders, key=len))
        if path in self.options.values and self.all:
            return next(iter(self.homes))
        delivered = self._delivered_with.get(path) if self.all else None
        return self._outermost(delivered[0].folder) if delivered else None

    def is_delivery(self, path: str) -> bool:
        """Whether a file gives values to a chart of the run from elsewhere."""
        return bool(self.all) and path in self._delivered_with

    def _outermost(self, folder: str) -> str:
        while True:
            outer, is_inside, _ = f"/{folder}".rpartition(_SUB_CHARTS)
            if not is_inside or self.at(outer[1:]) is None:
                return folder
            folder = outer[1:]

    @cached_property
    def homes(self) -> dict[str, list[Chart]]:
        """The charts of the run's files by their homes."""
        homes: dict[str, list[Chart]] = {}
        for chart in self.all:
            homes.setdefault(self._outermost(chart.folder), []).append(chart)
        return homes

    @property
    def helpers(self) -> list[str]:
        """The files with parts of hostAliases lists that are no manifests by their names, such as `_helpers.tpl`."""
        return sorted(path for home in self.homes for path in self.helpers_of(home))

    def helpers_of(self, home: str) -> list[str]:
        """Those of one home; what charts of several homes use belongs to the first of them."""
        found = {
            file.source.path
            for chart in self.homes[home]
            for member in chart.family()
            if self._users[member.folder][0] is chart
            for file in member.templates
        }
        return sorted(path for path in found - self._paths.keys() if self.facts(path))

    def without_own(self, paths: Iterable[str]) -> set[str]:
        """Those of some files that the run does not look at by itself."""
        return {path for path in paths if path not in self._paths}

    @property
    def unread(self) -> list[UnreadFile]:
        """What could not be read of the charts that print hostAliases."""
        return [item for home in self.homes for item in self.unread_of(home)]

    def unread_of(self, home: str) -> list[UnreadFile]:
        """What could not be read of those of one home."""
        found = [item for chart in self.homes[home] if chart.is_relevant for item in chart.unread]
        # What is inside another chart is evaluated there with the values that it is made for.
        outermost = [chart for chart in self.homes[home] if chart.folder == home]
        stopped = (item for chart in outermost for item in _never_printed(self.builds(chart)))
        told = {item.source.path for item in found}
        deliveries = (one for chart in self.homes[home] for one in self._deliveries.get(chart.folder, ()))
        found += (item for delivery in deliveries for item in delivery.unread)
        return found + [
            item for item in stopped if item.source.path not in told and not self.facts(item.source.path).problems
        ]


def _never_printed(builds: list[ChartBuild]) -> Iterator[UnreadFile]:
    """Where Helm, or the evaluator, stops: the first place of each template that no values file prints.

    And where a values file, on top of the chart's own values, has nothing printed at all: its entries are not read.
    """
    printed = {text.source.path for build in builds for text in build.printed}
    told: set[str | None] = {None} if printed else set()
    for build in builds:
        is_read = bool(build.printed) or build is builds[0]
        for stopped in build.stopped:
            if stopped.template in told or (is_read and stopped.template in printed):
                continue
            told.add(stopped.template)
            # Of what is a finding no more is to be said.
            if not stopped.is_told:
                reason = _REFUSED_CHARTS if stopped.template is None else _STOPPED_TEMPLATES
                yield UnreadFile(stopped.source, Problem(stopped.reason, stopped.span), reason, stopped.reason)


def _chart_folders(path: str) -> Iterator[str]:
    """The folders whose chart a file may belong to, by its path."""
    folder, name = posixpath.split(path)
    if name == METADATA:
        yield folder
    yield from _folders_of_values(path)
    yield from _folders_of_template(path)


def _folders_of_values(path: str) -> Iterable[str]:
    """The folders whose chart has a file as `values.yaml`, `values-prod.yaml`, `ci/test.yaml`, `values/prod/a.yaml`."""
    folder, name = posixpath.split(path)
    if not name.endswith(YAML):
        return ()
    parts = folder.split("/") if folder else []
    above = ["/".join(parts[:count]) for count, part in enumerate(parts) if part in VALUES_FOLDERS]
    return dict.fromkeys([*above, folder] if _VALUES_FILE.fullmatch(name) else above)


def _folders_of_template(path: str) -> Iterator[str]:
    """The folders whose chart has a file below `templates/`."""
    parts = posixpath.dirname(path).split("/")
    for number, part in enumerate(parts):
        if part == _TEMPLATES:
            yield "/".join(parts[:number])


def join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def is_values_name(name: str) -> bool:
    """Whether a file is one of values by its name."""
    return _VALUES_FILE.fullmatch(name) is not None


def is_values_path(name: str) -> bool:
    """Whether a file is one of values by its path in its chart."""
    folder, _, base = name.rpartition("/")
    if not folder:
        return is_values_name(base)
    return folder.partition("/")[0] in VALUES_FOLDERS and base.endswith(YAML)


def files_below(folder: str) -> Iterator[str]:
    """All files below a folder, by their paths, in order."""
    for parent, folders, names in os.walk(folder or "."):
        folders[:] = sorted(name for name in folders if name not in _NEVER_READ)
        for name in sorted(names):
            yield join("" if parent == "." and not folder else parent.replace(os.sep, "/"), name).removeprefix("./")
