"""One Helm chart: its templates, its sub-charts, and what they print as hostAliases.

Source: Helm's chart loader (`templates/`, `charts/`, `Chart.yaml`) and its `ProcessDependencies` for values of
sub-charts.
"""

from __future__ import annotations

import os
import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document import Document, Mapping, Sequence, split, written_string
from podhosts.helm.charts import METADATA, files_below, is_values_path, join
from podhosts.helm.facts import UnreadFile
from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.helm.charts import Charts
    from podhosts.helm.mentions import ValuesReads
    from podhosts.kubernetes import Path
    from podhosts.source import Source

_TEMPLATES = "templates"
_SUB_CHARTS = "charts"
_SCHEMA = "values.schema.json"
_LOCAL = "file://"
_GLOBAL = "global"
_NOTES = "NOTES.txt"
_REQUIREMENTS = "requirements.yaml"
_KEY = b"hostAliases"
#: A text for `tpl` that reads values, or all there is; not in a comment of its own line.
_VALUES_TEMPLATE = regex(
    r"^(?!\s*#).*\{\{.*(?:\bValues\b|\binclude\b|\btemplate\b|[\s($][.$](?![\w.])|\{\{-?[.$](?![\w.]))", re.MULTILINE
)
#: Charts inside charts further down are not looked at; Helm has no limit, people do.
_MOST_NESTED = 8


class Dependency(NamedTuple):
    """A chart inside another: the key of its values there."""

    key: str
    chart: Chart


class TemplateFile:
    """One file below `templates/`."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def mentions_key(self) -> bool:
        return _KEY in self.source.data


class Chart:
    """The chart in a folder. Nothing is read before it is asked for."""

    def __init__(self, folder: str, charts: Charts) -> None:
        self.folder = folder
        self._charts = charts

    @cached_property
    def templates(self) -> list[TemplateFile]:
        sources = map(self._charts.source, files_below(join(self.folder, _TEMPLATES)))
        return [TemplateFile(source) for source in sources if source and source.data]

    def is_outdated_by(self, source: Source) -> bool:
        """Whether a template that it knows has the path of a source, and another text."""
        files = (file.source for chart in self.family() for file in chart.templates)
        return any(file.path == source.path and file.data != source.data for file in files)

    def _read_mapping(self, name: str, reason: str) -> tuple[Mapping | None, UnreadFile | None]:
        """The mapping that one of its files holds, or why it cannot be read; neither where there is no file."""
        source = self._charts.source(join(self.folder, name))
        if source is None:
            return None, None
        root: Node | None = None
        for piece in split(source.text):
            document = Document(source, piece)
            if document.problem is not None:
                return None, UnreadFile(source, document.problem, reason)
            root = root or document.root
        return (root if isinstance(root, Mapping) else None), None

    @cached_property
    def _metadata(self) -> tuple[Mapping | None, UnreadFile | None]:
        return self._read_mapping(METADATA, "a Chart.yaml that is not YAML: its sub-charts are not known")

    @cached_property
    def own_values(self) -> Mapping | None:
        """Its own values; a file that cannot be read is told of where the run lints it."""
        return self._read_mapping("values.yaml", "")[0]

    @cached_property
    def _schema_problem(self) -> UnreadFile | None:
        return self._read_mapping(_SCHEMA, "a values.schema.json that is no JSON: what it declares is not known")[1]

    @property
    def unread(self) -> Iterator[UnreadFile]:
        """Files of it that cannot be read."""
        yield from (problem for problem in (self._metadata[1], self._schema_problem) if problem)

    @property
    def name(self) -> str:
        metadata, _ = self._metadata
        return (written_string(metadata.get("name")) if metadata else None) or posixpath.basename(self.folder)

    @cached_property
    def is_library(self) -> bool:
        """Whether Helm only lends its named templates to others."""
        metadata, _ = self._metadata
        return metadata is not None and written_string(metadata.get("type")) == "library"

    @cached_property
    def dependencies(self) -> list[Dependency]:
        """Its sub-charts that are there: those in `charts/`, and those that `repository: file://` names."""
        present = {chart.name: chart for chart in self._charts.below(join(self.folder, _SUB_CHARTS))}
        metadata, _ = self._metadata
        listed = metadata.get("dependencies") if metadata else None
        found: list[Dependency] = []
        for item in listed.items if isinstance(listed, Sequence) else ():
            name = written_string(item.get("name")) if isinstance(item, Mapping) else None
            if not isinstance(item, Mapping) or name is None:
                continue
            chart = present.get(name) or self._local(written_string(item.get("repository")) or "")
            if chart is not None:
                found.append(Dependency(written_string(item.get("alias")) or name, chart))
        # Helm takes what lies in `charts/` though no dependency names it.
        named = {dependency.chart for dependency in found}
        return found + [Dependency(name, chart) for name, chart in present.items() if chart not in named]

    def _local(self, repository: str) -> Chart | None:
        if not repository.startswith(_LOCAL):
            return None
        folder = posixpath.normpath(join(self.folder, repository.removeprefix(_LOCAL)))
        return self._charts.at(folder)

    def family(self) -> Iterator[Chart]:
        """The chart and all inside it: their named templates are known to each other."""
        waiting = [(self, 0)]
        seen: set[Chart] = set()
        while waiting:
            chart, depth = waiting.pop(0)
            if chart in seen:
                continue
            seen.add(chart)
            yield chart
            if depth < _MOST_NESTED:
                waiting += [(dependency.chart, depth + 1) for dependency in chart.dependencies]

    @cached_property
    def is_relevant(self) -> bool:
        """Whether one of its templates, or of those that they can include, holds the key."""
        return any(file.mentions_key() for chart in self.family() for file in chart.templates)

    @cached_property
    def may_print_lists(self) -> bool:
        """Whether one of its templates, or of those in an archive, may print hostAliases."""
        return self.is_relevant or any(self._is_relevant_archive(path) for path in self._archives)

    def _is_relevant_archive(self, path: str) -> bool:
        from podhosts.helm.loading.archives import ArchiveError, unpack

        source = self._charts.source(path)
        try:
            return source is not None and any(_KEY in data for data in unpack(source.data).values())
        except ArchiveError:
            return False

    @cached_property
    def _archives(self) -> list[str]:
        """The charts inside it that lie there as archives."""
        return [path for path in files_below(join(self.folder, _SUB_CHARTS)) if path.endswith(".tgz")]

    def never_prints(self, path: Path) -> bool:
        """Whether no template of the chart, of one inside it or of one around it reads its values at a path.

        Seen from the texts alone, whatever the conditions: each key on the way is named, or a map around the value is
        passed on as a whole, in all that may read it.
        """
        return self._prints_nothing(tuple(step for step in path if isinstance(step, str)), 0)

    def _prints_nothing(self, keys: tuple[str, ...], depth: int) -> bool:
        # Charts may name each other.
        if depth > _MOST_NESTED or not self._reads_nothing(keys):
            return False
        around = [
            (user, one.key) for user in self._charts.users(self) for one in user.dependencies if one.chart is self
        ]
        if not around and self._charts.is_inside(self):
            # The chart around it is not among those of the run.
            return False
        return all(user._prints_nothing((key, *keys), depth + 1) for user, key in around)

    def _reads_nothing(self, keys: tuple[str, ...]) -> bool:
        """Whether nothing of it and of charts inside it reads its values at a path."""
        if not keys or keys[0] == _GLOBAL or not (self.templates or self.dependencies) or self._is_open:
            return False
        inner = [dependency.chart for dependency in self.dependencies if dependency.key == keys[0]]
        if any(len(keys) < 2 or not chart._reads_nothing(keys[1:]) for chart in inner):
            return False
        return not self._values_reads.may_read(keys)

    def lacks_templates(self) -> bool:
        """Whether it or a chart around it calls a named template that is not there: what that prints is not known."""
        return any(chart._values_reads.lacks_templates() for chart in {self, *self._charts.users(self)})

    def read_paths(self, depth: int = 0) -> Iterator[tuple[str, ...]]:
        """The paths of its values that its templates, or those of charts inside it, name in one piece."""
        from podhosts.helm.mentions import ValuesReads

        yield from ValuesReads([file.source for file in self.templates]).read_paths()
        for key, chart in self.dependencies if depth < _MOST_NESTED else ():
            if not chart.is_library:
                yield from ((key, *path) for path in chart.read_paths(depth + 1))

    @cached_property
    def _values_reads(self) -> ValuesReads:
        from podhosts.helm.mentions import ValuesReads

        return ValuesReads([file.source for chart in self.family() for file in chart.templates])

    @cached_property
    def _is_open(self) -> bool:
        """Whether something that is not seen here may read its values."""
        is_seen = not (self._lacks_charts or self._imports_values or self._has_linked_folders or self.is_library)
        return not is_seen or any(chart._values_are_templates for chart in self.family())

    @property
    def _imports_values(self) -> bool:
        source = self._charts.source(join(self.folder, METADATA))
        return source is None or "import-values" in source.text

    @property
    def _has_linked_folders(self) -> bool:
        """Whether folders of its templates lie elsewhere; those are not followed."""
        walked = os.walk(join(self.folder, _TEMPLATES))
        return any(os.path.islink(join(parent, name)) for parent, folders, _ in walked for name in folders)

    @cached_property
    def _lacks_charts(self) -> bool:
        """Whether a chart that it depends on is not there, or its list of them cannot be read."""
        metadata, unread = self._metadata
        listed = metadata.get("dependencies") if metadata else None
        items = listed.items if isinstance(listed, Sequence) else []
        names = {dependency.key for dependency in self.dependencies}
        wanted = [item for item in items if isinstance(item, Mapping)]
        known = [written_string(item.get("alias")) or written_string(item.get("name")) for item in wanted]
        is_complete = all(name in names for name in known) and len(wanted) == len(items)
        has_other_list = self._charts.source(join(self.folder, _REQUIREMENTS)) is not None
        return unread is not None or not is_complete or has_other_list or bool(self._archives)

    @cached_property
    def _values_are_templates(self) -> bool:
        """Whether its values hold texts for `tpl` that may print any of them."""
        names = (
            path for path in files_below(self.folder) if is_values_path(posixpath.relpath(path, self.folder or "."))
        )
        sources = map(self._charts.source, names)
        return any(source is None or _VALUES_TEMPLATE.search(source.text) for source in sources)
