"""The Helm charts that the files of a run belong to. What is in them is read when there is one."""

from __future__ import annotations

import os
import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.helm.facts import NOTHING, FileFacts, UnreadFile
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.helm.chart import Chart

METADATA = "Chart.yaml"
_TEMPLATES = "templates"
_SUB_CHARTS = "/charts/"
_VALUES_FILE = re.compile(r"[^/]*values[^/]*\.ya?ml", re.IGNORECASE)


class Charts:
    """The charts that the files of a run belong to; `paths` are those files, as the run names them.

    `sources` stand for the files of their paths.
    """

    def __init__(self, paths: Iterable[str] = (), sources: Iterable[Source] = ()) -> None:
        #: A set in order.
        self._paths = dict.fromkeys(paths)
        self._sources = {source.path: source for source in sources}
        self._charts: dict[str, Chart | None] = {}
        self._facts: dict[str, FileFacts] = {}

    def with_source(self, source: Source) -> Charts:
        """The same charts; those that have a template of that path, with another text, are read again with this one."""
        if _TEMPLATES not in source.path.split("/") or not self._all:
            return self
        known = list(self._charts.items())
        kept = {folder: chart for folder, chart in known if chart is None or not chart.is_outdated_by(source)}
        if len(kept) == len(known):
            return self
        charts = Charts(self._paths, [*self._sources.values(), source])
        charts._charts = kept
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
    def _all(self) -> list[Chart]:
        """The charts of the run's files, in order."""
        folders = dict.fromkeys(folder for path in self._paths for folder in _chart_folders(path))
        return [chart for folder in folders if (chart := self.at(folder))]

    @cached_property
    def _users(self) -> dict[str, list[Chart]]:
        """The charts that have the templates of each chart's folder: itself, and those that it is inside of."""
        users: dict[str, list[Chart]] = {}
        for chart in self._all:
            for member in chart.family():
                users.setdefault(member.folder, []).append(chart)
        return users

    def facts(self, path: str) -> FileFacts:
        """What the charts say of a file. Only the charts that may say something are read."""
        if path not in self._facts:
            self._facts[path] = self._read_facts(path) if self._all else NOTHING
        return self._facts[path]

    def _read_facts(self, path: str) -> FileFacts:
        facts = FileFacts()
        for chart in self._users_of(path):
            if path in chart.facts:
                facts.extend(chart.facts[path])
        for folder in _folders_of_values(path) if path in self._paths else ():
            if (own := self.at(folder)) is not None:
                facts.lists.extend(own.lists())
                facts.never_print.append(own.never_prints)
        return facts

    def _users_of(self, template: str) -> Iterable[Chart]:
        return dict.fromkeys(
            chart for folder in _folders_of_template(template) for chart in self._users.get(folder, ())
        )

    def has_values(self, path: str) -> bool:
        """Whether a file is one of values for a chart of the run, by its name and folder."""
        return bool(self._all) and any(self.at(folder) for folder in _folders_of_values(path))

    def has_template(self, path: str) -> bool:
        """Whether a file lies in the templates of a chart of the run."""
        return bool(self._all) and any(self.at(folder) for folder in _folders_of_template(path))

    def home(self, path: str) -> str | None:
        """The folder of the outermost chart that a file belongs to; None for a file of which no chart says anything.

        What is said of the files of one home is found most cheaply together.
        """
        folders = [folder for folder in _chart_folders(path) if self.at(folder)]
        return self._outermost(min(folders, key=len)) if folders else None

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
        for chart in self._all:
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

    @property
    def unread(self) -> list[UnreadFile]:
        """What could not be read of the charts that print hostAliases."""
        return [item for home in self.homes for item in self.unread_of(home)]

    def unread_of(self, home: str) -> list[UnreadFile]:
        """What could not be read of those of one home."""
        return [item for chart in self.homes[home] if chart.is_relevant for item in chart.unread]


def _chart_folders(path: str) -> Iterator[str]:
    """The folders whose chart a file may belong to, by its path."""
    folder, name = posixpath.split(path)
    if name == METADATA:
        yield folder
    yield from _folders_of_values(path)
    yield from _folders_of_template(path)


def _folders_of_values(path: str) -> Iterable[str]:
    """The folders whose chart has a file as `values.yaml`, `values-prod.yaml`, `ci/test-values.yaml`."""
    folder, name = posixpath.split(path)
    if not _VALUES_FILE.fullmatch(name):
        return ()
    return dict.fromkeys(("" if folder == "ci" else folder.removesuffix("/ci"), folder))


def _folders_of_template(path: str) -> Iterator[str]:
    """The folders whose chart has a file below `templates/`."""
    parts = posixpath.dirname(path).split("/")
    for number, part in enumerate(parts):
        if part == _TEMPLATES:
            yield "/".join(parts[:number])


def join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
