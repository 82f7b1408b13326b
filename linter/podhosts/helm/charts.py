"""The Helm charts that the files of a run belong to. What is in them is read when there is one."""

from __future__ import annotations

import os
import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.helm.facts import NOTHING, Facts, FileFacts, UnreadFile
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.helm.chart import Chart

METADATA = "Chart.yaml"
_TEMPLATES = "templates"
_VALUES_FILE = re.compile(r"(?:ci/)?[^/]*values[^/]*\.ya?ml", re.IGNORECASE)


class Charts:
    """The charts that the files of a run belong to; `paths` are those files, as the run names them.

    `sources` stand for the files of their paths.
    """

    def __init__(self, paths: Iterable[str] = (), sources: Iterable[Source] = ()) -> None:
        self._paths = list(paths)
        self._sources = {source.path: source for source in sources}
        self._charts: dict[str, Chart | None] = {}

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
    def _facts(self) -> Facts:
        facts = Facts()
        for chart in self._all:
            chart.add_to(facts)
            for path in self._paths:
                if _is_values_file(path, chart.folder):
                    facts.of(path).lists.extend(chart.lists())
        return facts

    def facts(self, path: str) -> FileFacts:
        """What the charts say of a file."""
        return self._facts.get(path, NOTHING) if self._all else NOTHING

    @cached_property
    def helpers(self) -> list[str]:
        """The files with parts of hostAliases lists that are no manifests by their names, such as `_helpers.tpl`."""
        named = set(self._paths)
        return sorted(path for path in (self._facts if self._all else ()) if path not in named and self._facts[path])

    @cached_property
    def unread(self) -> list[UnreadFile]:
        """What could not be read of the charts that print hostAliases."""
        return [item for chart in self._all if chart.is_relevant for item in chart.unread]


def _is_values_file(path: str, folder: str) -> bool:
    """Whether a path is one of `values.yaml`, `values-prod.yaml`, `ci/test-values.yaml` of the chart in a folder."""
    prefix = f"{folder}/" if folder else ""
    return path.startswith(prefix) and _VALUES_FILE.fullmatch(path, len(prefix)) is not None


def _chart_folders(path: str) -> Iterator[str]:
    """The folders whose chart a file may belong to, by its path."""
    folder, name = posixpath.split(path)
    if name == METADATA:
        yield folder
    if _VALUES_FILE.fullmatch(name):
        yield folder.removesuffix("/ci") if folder != "ci" else ""
        yield folder
    parts = folder.split("/")
    for number, part in enumerate(parts):
        if part == _TEMPLATES:
            yield "/".join(parts[:number])


def join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
