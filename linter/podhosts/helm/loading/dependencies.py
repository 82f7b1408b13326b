"""Which sub-charts are installed, under which names, and what of their values they give to the chart around them.

After Helm's `dependencies.go` (`ProcessDependencies` of 4.3, `ProcessDependenciesWithMerge` of 3.22, which agree).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.loading.merging import copied_map, under
from podhosts.helm.model import Bool, GoMap, Nil
from podhosts.helm.semver import SemverError, parse_constraint, parse_version, satisfies
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from podhosts.helm.loading.chart import LoadedChart
    from podhosts.helm.loading.merging import Merger
    from podhosts.helm.loading.metadata import ChartDependency
    from podhosts.helm.model import GoValue

_TAGS = "tags"


def process_dependencies(chart: LoadedChart, values: GoMap, merger: Merger) -> None:
    """Rename, switch off and import as Chart.yaml says, in the chart and all below it. Raises LoadError."""
    _enable(chart, values, merger, "")
    _import_values(chart, merger)


def missing_dependencies(chart: LoadedChart) -> list[str]:
    """The names of dependencies that do not lie in `charts/`."""
    present = {inner.name for inner in chart.dependencies}
    listed = chart.metadata.dependencies or []
    return [one.name.text for one in listed if one is not None and one.name.text not in present]


def is_compatible(wanted: str, version: str) -> bool:
    """Whether a sub-chart's version is in the range that a dependency names."""
    try:
        return satisfies(parse_constraint(wanted), parse_version(version))
    except SemverError:
        return False


def _enable(chart: LoadedChart, values: GoMap, merger: Merger, path: str) -> None:
    if chart.metadata.dependencies is None:
        return
    listed = [one for one in chart.metadata.dependencies if one is not None]
    present = chart.dependencies
    kept = [inner for inner in present if not any(_is_for(one, inner) for one in listed)]
    for one in listed:
        found = next((inner for inner in present if _is_for(one, inner)), None)
        if found is not None:
            kept.append(found.renamed(one.alias if one.alias.text else None))
        if one.alias.text:
            one.name = one.alias
    chart.set_dependencies(kept)
    combined = merger.coalesced(chart, values)
    for one in listed:
        one.enabled = True
        _judge_tags(one, combined)
        _judge_condition(one, combined, path)
    off = {one.name.text for one in listed if not one.enabled}
    left = [inner for inner in chart.dependencies if inner.name not in off]
    for inner in left:
        _enable(inner, combined, merger, f"{path}{inner.name}.")
    chart.metadata.dependencies = [one for one in listed if one.name.text not in off] or None
    chart.set_dependencies(left)


def _is_for(dependency: ChartDependency, chart: LoadedChart) -> bool:
    version = chart.metadata.version.text
    return dependency.name.text == chart.name and is_compatible(dependency.version.text, version)


def _judge_tags(dependency: ChartDependency, values: GoMap) -> None:
    tags = values.entries.get(_TAGS)
    if not isinstance(tags, GoMap):
        return
    found = [tags.entries.get(tag.text) for tag in dependency.tags]
    switches = [one.value for one in found if isinstance(one, Bool)]
    dependency.enabled = any(switches) or not switches


def _judge_condition(dependency: ChartDependency, values: GoMap, path: str) -> None:
    """The first of the paths that leads to a boolean decides."""
    for condition in dependency.condition.text.strip().split(","):
        value = _at(values, f"{path}{condition}".split(".")) if condition else None
        if isinstance(value, Bool):
            dependency.enabled = value.value
            return


def _at(values: GoMap, path: list[str]) -> GoValue | None:
    value: GoValue | None = values
    for step in path:
        value = value.entries.get(step) if isinstance(value, GoMap) else None
    return value


def _import_values(chart: LoadedChart, merger: Merger) -> None:
    for inner in chart.dependencies:
        _import_values(inner, merger)
    if chart.metadata.dependencies is None:
        return
    combined = merger.merged(chart, GoMap())
    imported = GoMap()
    for one in chart.metadata.dependencies:
        if one is None:
            continue
        for wanted in one.import_values:
            if (found := _imported(wanted, one.name.text, combined)) is not None:
                imported = under(imported, found, keeps_nulls=True)
    chart.values = under(copied_map(combined), imported, keeps_nulls=True)


def _imported(wanted: GoValue, name: str, values: GoMap) -> GoMap | None:
    """What one entry of `import-values` brings, at the place where it goes; None where the sub-chart has no such."""
    if isinstance(wanted, Traced):
        child, parent = f"exports.{wanted.text}", "."
    elif isinstance(wanted, GoMap):
        child, parent = (_printed(wanted.entries.get(key, Nil())) for key in ("child", "parent"))
    else:
        return None
    table = _at(values, f"{name}.{child}".split("."))
    if not isinstance(table, GoMap):
        return None
    if parent == ".":
        return table
    for step in reversed(parent.split(".")):
        table = GoMap({step: table})
    return table


def _printed(value: GoValue) -> str:
    from podhosts.helm.printing import shown

    return value.text if isinstance(value, Traced) else shown(value).text
