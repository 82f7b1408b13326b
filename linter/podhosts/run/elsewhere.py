"""Findings in files that were not asked for: only those that have to do with files that were."""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.discovery import CHART
from podhosts.engine import Result, overlay_findings
from podhosts.kustomize.names import is_kustomization
from podhosts.rules.build_error import BuildError
from podhosts.rules.patch_drops_alias import PatchDropsAlias

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic
    from podhosts.relevance import Relevance
    from podhosts.repository import Repository
    from podhosts.rules import Settings

#: Rules whose findings are about what a kustomization builds.
_OF_BUILDS = frozenset({PatchDropsAlias.name, BuildError.name})
_VALUES = "values.yaml"
_CHARTS = "/charts/"


class Elsewhere:
    """Tells what of the files that belong with the inputs is to be reported.

    These are findings with a related place in an input, and those in a build that an input decides: of its
    kustomization, its Chart.yaml, a values file or a template of its chart, a delivery of it.
    """

    def __init__(self, relevance: Relevance, repository: Repository) -> None:
        self._relevance = relevance
        self._repository = repository

    @cached_property
    def _inputs(self) -> frozenset[str]:
        return frozenset(item.known_as for item in self._relevance.discovery.inputs)

    def part(self, result: Result, path: str, settings: Settings) -> Result:
        """The findings to report of those in a file that is no input."""
        if not result.findings and not result.unread and not result.suppressed:
            return Result()
        if self._is_in_chart_of_input(path):
            return Result(findings=result.findings, suppressed=result.suppressed, unread=result.unread)
        built: set[tuple[str, object]] = set()
        if result.findings and self._is_built_by_input(path):
            source = result.findings[0].source
            built = {(item.rule, item.span) for item in overlay_findings(source, self._repository, settings)}

        is_delivery = self._repository.charts.is_delivery(path)

        def is_told(finding: Diagnostic) -> bool:
            others = (related.source for related in finding.related)
            if any(source is not None and source.path in self._inputs for source in others):
                return True
            if is_delivery and not self._inputs.isdisjoint(value for build in finding.built for value in build.values):
                return True
            return (finding.rule, finding.span) in built or (
                finding.rule in _OF_BUILDS and self._is_built_by_input(path)
            )

        return Result(
            findings=list(filter(is_told, result.findings)),
            suppressed=[item for item in result.suppressed if is_told(item.finding)],
        )

    def concerns(self, path: str) -> bool:
        """Whether what cannot be read of a file is to be reported: it is an input, or decides what is built of one."""
        if self._relevance.surroundings is None:
            return True
        return path in self._inputs or self._is_in_chart_of_input(path)

    def _is_in_chart_of_input(self, path: str) -> bool:
        return any(
            _may_be_printed_with(path, own, file, chart)
            for own in _chart_folders(path)
            for file, chart in self._charts_of_inputs
        )

    @cached_property
    def _charts_of_inputs(self) -> list[tuple[str, str]]:
        """The inputs that decide what a chart prints, and the folder of each one's chart."""
        found = []
        for path in self._inputs:
            charts = self._repository.charts
            if charts.home(path) is None or (charts.has_template(path) and path not in self._relevance.with_words):
                continue
            found += [(path, folder) for folder in _chart_folders(path)]
        return found

    def _is_built_by_input(self, path: str) -> bool:
        return os.path.abspath(path) in self._built

    @cached_property
    def _built(self) -> frozenset[str]:
        """The whole paths of what is built with the kustomizations among the inputs."""
        surroundings = self._relevance.surroundings
        if surroundings is None:
            return frozenset()
        files = filter(is_kustomization, self._inputs)
        return frozenset(path for file in files for path in surroundings.built_with(file))


def _chart_folders(path: str) -> list[str]:
    """The folder of the chart that a file lies in, if there is one."""
    folder = posixpath.dirname(path)
    while not os.path.isfile(posixpath.join(folder, CHART)):
        if posixpath.dirname(folder) == folder:
            return []
        folder = posixpath.dirname(folder)
    return [folder]


def _may_be_printed_with(path: str, chart: str, file: str, chart_of_file: str) -> bool:
    """Whether a file of a chart and an input that belongs to the same chart, or to one in or around it, make one text.

    Two values files do if the input is the one that holds for all; two templates do not.
    """
    if not (chart == chart_of_file or _is_inside(chart, chart_of_file) or _is_inside(chart_of_file, chart)):
        return False
    name = posixpath.basename(file)
    if name in (CHART, _VALUES):
        return True
    is_values, other_is_values = (_is_values(each, folder) for each, folder in ((file, chart_of_file), (path, chart)))
    return is_values != other_is_values


def _is_inside(chart: str, other: str) -> bool:
    return chart.startswith(f"{other}{_CHARTS}" if other else _CHARTS[1:])


def _is_values(path: str, chart: str) -> bool:
    below = path[len(chart) :].lstrip("/")
    return not below.startswith("templates/")
