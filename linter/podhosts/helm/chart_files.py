"""The files of a chart's folder: as Helm's loader takes them, and back to where each part of their data is written."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.document import Document, Scalar, split
from podhosts.helm.charts import VALUES_FOLDERS, files_below, is_values_name, join
from podhosts.helm.decoding import node_at
from podhosts.helm.objects import go_text
from podhosts.kubernetes import field
from podhosts.placed import Place, Placed
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.document import Node
    from podhosts.helm.chart import Chart
    from podhosts.helm.charts import Charts
    from podhosts.helm.traced import ValuePlace
    from podhosts.source import Source

#: Ends the name of a file of values from elsewhere that is a template, and has been filled in.
FILLED_IN = "#filled-in"
_SUB_CHARTS = "charts"
#: How templates ask for other files of the chart.
_FILES = ".Files"
#: What Helm reads of a chart besides.
_LOADED_FOLDERS = VALUES_FOLDERS | {"templates", "charts"}
_SCHEMA = "values.schema.json"
_LOADED_FILES = frozenset(
    {"Chart.yaml", "Chart.lock", "requirements.yaml", "requirements.lock", ".helmignore", _SCHEMA}
)


class WrittenValue(NamedTuple):
    """A scalar, list or mapping of values, or a key: how its document is placed, the node, the path from the root."""

    placed: Placed
    node: Node
    path: str

    def place(self, span: Span | None = None) -> Place | None:
        """Where it stands in a file, or a span of its document."""
        place = self.placed.place(span or self.node.span)
        return place and place._replace(field=self.path)

    def span(self, start: int, end: int) -> Span:
        """Where characters of a scalar's value stand in the document; its whole token for all of them."""
        node = self.node
        if not isinstance(node, Scalar) or (start == 0 and end >= len(node.text)):
            return node.span
        return self.placed.document.locate(node, start, end)


class ChartFiles:
    """The files below the folder of a chart, by their paths in it.

    Charts that lie elsewhere and that `repository: file://` names stand in `charts/`, as `helm dependency build` puts
    them there.
    """

    def __init__(self, chart: Chart, charts: Charts) -> None:
        self.folder = chart.folder
        self._sources: dict[str, Source] = {}
        self._documents: dict[str, list[Document]] = {}
        #: Documents of other files that values are written in, by the names that the places of these have.
        self._delivered: dict[str, Placed] = {}
        # What Helm does not load otherwise may be large: a chart can lie at the root of a repository.
        self._reads_files = any(_FILES in file.source.text for one in chart.family() for file in one.templates)
        self._add(chart.folder, "", charts)
        inside = join(chart.folder, _SUB_CHARTS) + "/"
        for dependency in chart.dependencies:
            folder = dependency.chart.folder
            if not folder.startswith(inside):
                self._add(folder, f"{_SUB_CHARTS}/{posixpath.basename(folder)}/", charts)
        self.contents = {name: one.data for name, one in self._sources.items()}
        self.has_schema = any(posixpath.basename(name) == _SCHEMA for name in self.contents)

    def _add(self, folder: str, prefix: str, charts: Charts) -> None:
        for path in files_below(folder):
            name = posixpath.relpath(path, folder or ".")
            if (self._reads_files or _is_loaded(name)) and (source := charts.source(path)) is not None:
                self._sources[prefix + name] = source

    def add_values(self, source: Source) -> str:
        """The name by which a values file is known here, be it one of the chart or lie elsewhere."""
        name = self.name(source.path)
        if name is None:
            name = source.path
            self._sources[name] = source
        return name

    def add_documents(self, documents: Mapping[str, Placed]) -> None:
        """Make documents known that values from elsewhere are written in, by the names of their places."""
        self._delivered.update(documents)

    def text(self, name: str) -> str:
        """A file as Helm reads it."""
        return go_text(self._sources[name].data)

    def source(self, name: str) -> Source | None:
        """The file at a path in the chart, or a template of values from elsewhere; None for one in an archive."""
        filled = self._filled_in(name)
        return filled.document.source if filled is not None else self._sources.get(name)

    def _filled_in(self, name: str) -> Placed | None:
        return self._delivered.get(name) if name.endswith(FILLED_IN) else None

    def name(self, path: str) -> str | None:
        """The path in the chart of a file of the run."""
        return next((name for name, source in self._sources.items() if source.path == path), None)

    def documents(self, name: str) -> list[Document]:
        """The documents of a file, read once; none of one that is not there."""
        if name not in self._documents:
            source = self._sources.get(name)
            self._documents[name] = [] if source is None else [Document(source, part) for part in split(source.text)]
        return self._documents[name]

    def document_at(self, name: str, at: int) -> Document | None:
        """The document of a file that holds an offset."""
        if (filled := self._filled_in(name)) is not None:
            return filled.document
        documents = self.documents(name)
        return next((one for one in documents if at <= one.span.end), documents[-1] if documents else None)

    def action_at(self, name: str, at: int) -> Place | None:
        """The action of a template that an offset lies in; None for a file in an archive."""
        document = self.document_at(name, at)
        if document is None:
            return None
        text = document.source.text
        start, end = text.rfind("{{", 0, at + 2), text.find("}}", at)
        span = Span(max(start, 0), len(text) if end < 0 else end + 2)
        return Place(document.source, document.number, span)

    def written(self, place: ValuePlace) -> WrittenValue | None:
        """What stands at a place of a values file: of several documents, in the last that has it."""
        if (placed := self._delivered.get(place.file)) is not None:
            node = node_at(placed.document.root, place)
            return None if node is None else WrittenValue(placed, node, field(place.path))
        for document in reversed(self.documents(place.file)):
            node = node_at(document.root, place)
            if node is not None:
                return WrittenValue(Placed(document), node, field(place.path))
        return None


def _is_loaded(name: str) -> bool:
    """Whether a file of a chart is one that it is made of, or that may hold values for it."""
    first, *below = name.split("/")
    return first in _LOADED_FOLDERS if below else first in _LOADED_FILES or is_values_name(first)
