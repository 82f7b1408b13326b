"""`.Chart`: a struct in Helm 3, a map in Helm 4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.model import FALSE, TRUE, GoList, GoMap, GoObject, Nil
from podhosts.helm.objects import CHART_STRUCT, NilMap
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from podhosts.helm.loading.chart import LoadedChart
    from podhosts.helm.loading.metadata import ChartDependency, Maintainer, Metadata
    from podhosts.helm.model import GoValue


def chart_object(chart: LoadedChart, helm_version: int) -> GoValue:
    """`.Chart` of a chart's templates."""
    fields = _fields(chart.metadata, is_map=helm_version >= 4)
    fields["IsRoot"] = TRUE if chart.parent is None else FALSE
    return GoMap(fields) if helm_version >= 4 else GoObject(CHART_STRUCT, fields)


def _fields(metadata: Metadata, *, is_map: bool) -> dict[str, GoValue]:
    def strings(items: list[Traced]) -> GoValue:
        return GoList(list(items), "[]interface {}" if is_map else "[]string")

    annotations = metadata.annotations
    dependencies = [one for one in metadata.dependencies or [] if one is not None]
    maintainers = [one for one in metadata.maintainers if one is not None]
    return {
        "Name": metadata.name,
        "Home": metadata.home,
        "Sources": strings(metadata.sources),
        "Version": metadata.version,
        "Description": metadata.description,
        "Keywords": strings(metadata.keywords),
        "Maintainers": _structs([_maintainer(one) for one in maintainers], "chart.Maintainer", is_map=is_map),
        "Icon": metadata.icon,
        "APIVersion": metadata.api_version,
        "Condition": metadata.condition,
        "Tags": metadata.tags,
        "AppVersion": metadata.app_version,
        "Deprecated": TRUE if metadata.deprecated else FALSE,
        "Annotations": NilMap({}, {}, "map[string]string")
        if annotations is None
        else GoMap(dict(annotations), {}, "map[string]string"),
        "KubeVersion": metadata.kube_version,
        "Dependencies": _structs([_dependency(one) for one in dependencies], "chart.Dependency", is_map=is_map),
        "Type": metadata.type,
    }


def _structs(items: list[dict[str, GoValue]], kind: str, *, is_map: bool) -> GoValue:
    """A list of structs behind pointers; in Helm 4 of maps."""
    if is_map:
        return GoList([GoMap(item) for item in items])
    return GoList([GoObject(f"*{kind}", item) for item in items], f"[]*{kind}")


def _maintainer(maintainer: Maintainer) -> dict[str, GoValue]:
    return {"Name": maintainer.name, "Email": maintainer.email, "URL": maintainer.url}


def _dependency(dependency: ChartDependency) -> dict[str, GoValue]:
    return {
        "Name": dependency.name,
        "Version": dependency.version,
        "Repository": dependency.repository,
        "Condition": dependency.condition,
        "Tags": GoList(list(dependency.tags), "[]string"),
        "Enabled": TRUE if dependency.enabled else FALSE,
        "ImportValues": GoList([_import(one) for one in dependency.import_values]),
        "Alias": dependency.alias,
    }


def _import(value: GoValue) -> GoValue:
    """An entry of `import-values` as Helm leaves it behind: always a child and a parent."""
    if isinstance(value, Traced):
        return GoMap({"child": Traced.own("exports.") + value, "parent": Traced.own(".")}, {}, "map[string]string")
    if isinstance(value, GoMap):
        return GoMap({key: value.entries.get(key, Nil()) for key in ("child", "parent")}, {}, "map[string]string")
    return value
