"""The objects that charts print and Kustomize builds of the files that a command is about."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.kustomize.printing import Printed
from podhosts.kustomize.resources import follow_names
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from podhosts.helm import Charts
    from podhosts.helm.building import ChartBuild
    from podhosts.helm.printed import PrintedText
    from podhosts.kustomize.building import Build
    from podhosts.kustomize.overlays import Overlays

_DEFAULT_VALUES = "values.yaml"


class PrintedByChart(NamedTuple):
    """An evaluated chart, and those of its texts that the files have to do with."""

    build: ChartBuild
    texts: list[PrintedText]


def printed_by_charts(charts: Charts, paths: Collection[str]) -> list[PrintedByChart]:
    """The texts that the outermost charts print of some files.

    A template stands for what it prints; another file of a chart, and a delivery of it, for all that the chart prints
    with it.
    """
    found: list[PrintedByChart] = []
    for home, own in by_home(charts, paths).items():
        # Other charts print pods without lists: these can be shown as they are written.
        if any(chart.may_print_lists for chart in charts.homes[home]):
            named = [path for path in own if len(paths) == 1 and charts.has_values(path) and not _is_default(path)]
            builds = charts.everything(home, named)
            found += printed_with(charts, own, builds)
    return found


def printed_with(charts: Charts, own: Collection[str], builds: Iterable[ChartBuild]) -> Iterator[PrintedByChart]:
    """The texts of builds that some files of a chart, or deliveries of it, have to do with."""
    templates = {path for path in own if charts.has_template(path)}
    values = {path for path in own if charts.has_values(path) or charts.is_delivery(path)}
    prints_all = len(templates) < len(own)
    for build in builds:
        if len(values) < len(own) or not values.isdisjoint(build.built.values):
            texts = [text for text in build.printed if prints_all or text.source.path in templates]
            yield PrintedByChart(build, texts)


def by_home(charts: Charts, paths: Iterable[str]) -> dict[str, set[str]]:
    """The files by the folders of the outermost charts of the run that they belong to."""
    found: dict[str, set[str]] = {}
    for path in paths:
        if (home := charts.home(path)) is not None and home in charts.homes:
            found.setdefault(home, set()).add(path)
    return found


def _is_default(path: str) -> bool:
    return posixpath.basename(path) == _DEFAULT_VALUES


def printed_objects(build: Build, folder: str, path: str | None = None) -> list[Printed]:
    """The objects that Kustomize builds of a folder, as documents: at `path`, by default at the file each is written
    in.
    """
    follow_names(build.resources)
    return [
        Printed(resource.value, path or resource.value.placed.document.source.path, folder, build.delivery)
        for resource in build.resources
    ]


def built_by_overlays(overlays: Overlays, paths: Collection[str]) -> Iterator[Printed]:
    """The objects that the outermost kustomizations build of some files (`Printed.is_of`)."""
    wanted = overlays.keys(paths)
    for folder, build in overlays.outermost():
        if build is not None:
            yield from (printed for printed in printed_objects(build, folder) if printed.is_of(wanted))
