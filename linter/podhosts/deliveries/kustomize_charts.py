"""`helmCharts` of a kustomization: charts of the repository that Kustomize prints.

Source: `HelmChartInflationGenerator.go` of kustomize 5.8.2 as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.deliveries.folders import has_chart, is_missing, normal
from podhosts.deliveries.joining import JoinedValues, UnreadableValuesError
from podhosts.deliveries.model import ChartDelivery, at, items, known
from podhosts.document import Mapping
from podhosts.helm.loading.merging import over
from podhosts.helm.model import GoMap, Nil
from podhosts.kubernetes.objects import sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.kustomize.files import Files
    from podhosts.kustomize.model import Kustomization
    from podhosts.placed import Place

_CHART_HOME = "charts"
_OWN_VALUES = "values.yaml"
_OVERRIDE, _MERGE, _REPLACE = _MERGES = ("override", "merge", "replace")
#: The fields of `helmCharts`, and what `helmChartInflationGenerator` called them.
_OLD_NAMES = {
    "name": "chartName",
    "repo": "chartRepoUrl",
    "valuesInline": "valuesLocal",
    "valuesFile": "values",
    "namespace": "releaseNamespace",
}


class ChartEntry:
    """One item of `helmCharts`: its fields by their new names, and the path to it."""

    def __init__(self, fields: Mapping, path: tuple[str | int, ...], home: str, *, is_old: bool) -> None:
        self._fields = fields
        self._is_old = is_old
        self.path = path
        #: The folder that charts are looked for in.
        self.home = home

    def node(self, name: str) -> Node | None:
        """The node that a field holds; None for no field."""
        return self._fields.get(self.written_name(name))

    def text(self, name: str) -> str | None:
        """A field that is a known text."""
        return known(self._fields.get(self.written_name(name)))

    def files(self, name: str) -> list[Node]:
        """A field that is a list of known paths."""
        listed = sequence(self._fields.get(name))
        return [item for item in (listed.items if listed is not None else ()) if known(item) is not None]

    def written_name(self, name: str) -> str:
        """The name that a field has here."""
        return _OLD_NAMES.get(name, name) if self._is_old else name


def chart_entries(kustomization: Kustomization) -> Iterator[ChartEntry]:
    """The items of `helmCharts`, and of what it was called before."""
    root = kustomization.document.root
    fields = root if isinstance(root, Mapping) else None
    home = known(at(fields, "helmGlobals", "chartHome")) or _CHART_HOME
    for name, is_old in (("helmCharts", False), ("helmChartInflationGenerator", True)):
        for index, entry in items(at(fields, name)):
            own = known(entry.get("chartHome")) if is_old else None
            yield ChartEntry(entry, (name, index), posixpath.join(kustomization.folder, own or home), is_old=is_old)


def read_kustomize_chart(kustomization: Kustomization, entry: ChartEntry, files: Files) -> ChartDelivery | None:
    """The chart of one item of `helmCharts`; None for one that is not in the repository.

    Raises UnreadableValuesError where Kustomize refuses the values.
    """
    name = entry.text("name")
    folder = normal(posixpath.join(entry.home, name or ""))
    if name is None or not has_chart(folder, files):
        return None
    joined, path = JoinedValues(), kustomization.source.path
    shown = f"helmCharts of {path}"
    try:
        joined.add(_merged(kustomization, entry, folder, joined, files))
        for item in entry.files("additionalValuesFiles"):
            joined.add(_file(kustomization, item, joined, files))
    except UnreadableValuesError as error:
        return ChartDelivery(joined.refused(folder, path, shown, error))
    release, namespace = entry.text("releaseName"), entry.text("namespace")
    return ChartDelivery(joined.chart(folder, path, shown, release, namespace))


def _merged(kustomization: Kustomization, entry: ChartEntry, folder: str, joined: JoinedValues, files: Files) -> GoMap:
    """The file and the values that are written in the entry, as `valuesMerge` says."""
    named = entry.node("valuesFile")
    if named is None or known(named) is None:
        source = files.get(posixpath.join(folder, _OWN_VALUES))
        base = GoMap() if source is None else joined.file(source)
    else:
        base = _file(kustomization, named, joined, files)
    written = entry.node("valuesInline")
    if not isinstance(written, Mapping) or not written.entries:
        return base
    inline = joined.mapping(written, kustomization.placed, (*entry.path, entry.written_name("valuesInline")))
    how = entry.text("valuesMerge") or _OVERRIDE
    if how not in _MERGES:
        message = f"`valuesMerge` should be {_OVERRIDE}, {_MERGE} or {_REPLACE}"
        raise UnreadableValuesError(message, _place(kustomization, entry.node("valuesMerge")))
    if how == _REPLACE:
        return inline
    return _without_nulls(over(base, inline)) if how == _OVERRIDE else _without_nulls(over(inline, base))


def _place(kustomization: Kustomization, node: Node | None) -> Place | None:
    return kustomization.placed.place(node.span) if node is not None else None


def _without_nulls(values: GoMap) -> GoMap:
    """A map without the keys that hold nulls, which Kustomize takes for "remove this key"."""
    made = GoMap({}, {}, values.kind, values.origin)
    for name, value in values.entries.items():
        if isinstance(value, Nil):
            continue
        made.entries[name] = _without_nulls(value) if isinstance(value, GoMap) else value
        if name in values.keys:
            made.keys[name] = values.keys[name]
    return made


def _file(kustomization: Kustomization, named: Node, joined: JoinedValues, files: Files) -> GoMap:
    path = posixpath.join(kustomization.folder, known(named) or "")
    source = files.get(path)
    if source is None:
        place = _place(kustomization, named) if is_missing(path, files) else None
        raise UnreadableValuesError(f"the values file `{known(named)}` is not there", place)
    return joined.file(source)
