"""HelmChart and HelmChartConfig of k3s and RKE2.

Source: k3s helm-controller and klipper-helm as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.deliveries.folders import chart_folder
from podhosts.deliveries.joining import JoinedValues, UnreadableValuesError
from podhosts.deliveries.model import ChartDelivery, at, known, path_to
from podhosts.document import Mapping, Scalar
from podhosts.helm.traced import Traced
from podhosts.placed import Placed

if TYPE_CHECKING:
    from podhosts.deliveries.model import DeliveryContext
    from podhosts.kubernetes import KubernetesObject
    from podhosts.placed import Place

KIND = "HelmChart"
CONFIG_KIND = "HelmChartConfig"
_TYPED = frozenset({"true", "false", "null"})


def read_helm_chart(chart: KubernetesObject, around: DeliveryContext) -> ChartDelivery | None:
    """The chart that a HelmChart deploys; None for one that is not in the repository.

    Raises UnreadableValuesError where Helm refuses the values.
    """
    path = chart.document.source.path
    named = known(at(chart.spec, "chart"))
    folder = chart_folder(named, path, around.files) if named and at(chart.spec, "repo") is None else None
    if folder is None:
        return None
    joined, shown = JoinedValues(), f"{KIND} {chart.name or '?'}"
    try:
        add_values(chart, around, joined)
    except UnreadableValuesError as error:
        return ChartDelivery(joined.refused(folder, path, shown, error))
    namespace = known(at(chart.spec, "targetNamespace")) or known(at(chart.metadata, "namespace"))
    return ChartDelivery(joined.chart(folder, path, shown, chart.name, namespace))


def add_values(chart: KubernetesObject, around: DeliveryContext, joined: JoinedValues) -> None:
    """Join the values of a HelmChart: its own, then those of the HelmChartConfig of its name, then its `set`.

    Raises UnreadableValuesError where Helm refuses them.
    """
    _add(chart, joined)
    path = chart.document.source.path
    config = around.find(CONFIG_KIND, chart.name, chart.namespace, path) if chart.name else None
    if config is not None:
        _add(config, joined)
    _set(chart, joined)


def _add(manifest: KubernetesObject, joined: JoinedValues) -> None:
    """The `valuesContent` and `values` of an object."""
    placed = Placed(manifest.document)
    content, values = at(manifest.spec, "valuesContent"), at(manifest.spec, "values")
    if isinstance(content, Scalar) and content.text:
        joined.add(joined.text(content, placed, path_to(manifest, "spec", "valuesContent")))
    if isinstance(values, Mapping):
        joined.add(joined.mapping(values, placed, path_to(manifest, "spec", "values")))


def _set(chart: KubernetesObject, joined: JoinedValues) -> None:
    """The entries of `set` by their names: those with a type first, the others as strings."""
    entries = at(chart.spec, "set")
    found: list[tuple[bool, str, Traced]] = []
    places: dict[str, Place | None] = {}
    for name, entry in entries.fields.items() if isinstance(entries, Mapping) else ():
        if isinstance(entry.value, Scalar):
            is_text = isinstance(entry.value.written, str) and entry.value.text not in _TYPED
            value = joined.string(entry.value, Placed(chart.document), path_to(chart, "spec", "set", name))
            places[name] = Placed(chart.document).place(entry.key.span)
            found.append((is_text, name, value.replace(",", Traced.own("\\,")) if is_text else value))
    for is_text, name, value in sorted(found, key=lambda item: item[:2]):
        joined.set("--set-string" if is_text else "--set", Traced.own(f"{name}=") + value, places[name])
