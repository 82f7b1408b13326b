"""Flux's HelmRelease: a chart of the repository with `values` and `valuesFrom`.

Source: `fluxcd/pkg/chartutil/values.go` and helm-controller as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.deliveries.folders import chart_folder, from_root
from podhosts.deliveries.generated_values import generated_text
from podhosts.deliveries.joining import JoinedValues, UnreadableValuesError, plain_for_flags
from podhosts.deliveries.model import (
    ENCRYPTED,
    TEXT_FIELDS,
    ChartDelivery,
    OpenPart,
    at,
    is_true,
    items,
    known,
    path_to,
)
from podhosts.document import Mapping, Scalar
from podhosts.helm.traced import Traced
from podhosts.kubernetes.objects import sequence
from podhosts.placed import Placed

if TYPE_CHECKING:
    from podhosts.deliveries.model import DeliveryContext
    from podhosts.document import Node
    from podhosts.helm.loading.set_flags import Flag
    from podhosts.helm.model import GoMap
    from podhosts.kubernetes import KubernetesObject
    from podhosts.placed import Place

KIND = "HelmRelease"
_DEFAULT_KEY = "values.yaml"
_QUOTES = ("'", '"')


def read_release(release: KubernetesObject, around: DeliveryContext) -> ChartDelivery | None:
    """The chart that a HelmRelease deploys; None for one that is not in the repository.

    Raises UnreadableValuesError where Flux refuses the values.
    """
    chart = known(at(release.spec, "chart", "spec", "chart"))
    path = release.document.source.path
    is_named = known(at(release.spec, "chart", "spec", "sourceRef", "kind")) in {None, "HelmRepository"}
    folder = None if chart is None or is_named else chart_folder(chart, path, around.files)
    if folder is None:
        return None
    reader = ReleaseValues(release, around)
    shown = f"{KIND} {release.name or '?'}"
    try:
        reader.read()
        own = reader.chart_values()
    except UnreadableValuesError as error:
        return ChartDelivery(reader.joined.refused(folder, path, shown, error))
    delivered = reader.joined.chart(folder, path, shown, _release_name(release), _namespace(release), own)
    return ChartDelivery(delivered, tuple(reader.open_parts))


class ReleaseValues:
    """The values of one HelmRelease: `joined`, and what of them is not known."""

    def __init__(self, release: KubernetesObject, around: DeliveryContext) -> None:
        self.joined = JoinedValues()
        self.open_parts: list[OpenPart] = []
        self._release = release
        self._around = around
        self._placed = Placed(release.document)

    def read(self) -> None:
        """Join `valuesFrom` in order, and `values` at last. Raises UnreadableValuesError."""
        spec = self._release.spec
        values = at(spec, "values")
        inline = None
        if isinstance(values, Mapping):
            inline = self.joined.mapping(values, self._placed, path_to(self._release, "spec", "values"))
        for _, entry in items(at(spec, "valuesFrom")):
            self._add(entry, inline)
        if inline is not None:
            self.joined.add(inline)

    def chart_values(self) -> GoMap | None:
        """The values that the files of `valuesFiles` give in place of the chart's own; None without any."""
        listed = sequence(at(self._release.spec, "chart", "spec", "valuesFiles"))
        if listed is None or not listed.items:
            return None
        before, self.joined.values = self.joined.values, JoinedValues().values
        for item in listed.items:
            name = known(item)
            paths = from_root(name or "", self._release.document.source.path, self._around.files)
            source = next((found for path in paths if (found := self._around.files.get(path)) is not None), None)
            if name is None or source is None:
                self._leave_open(item, "a values file of a HelmRelease that is not there")
            else:
                self.joined.add(self.joined.file(source))
        own, self.joined.values = self.joined.values, before
        return own

    def _add(self, entry: Mapping, inline: GoMap | None) -> None:
        """One entry of `valuesFrom`."""
        kind, name = known(entry.get("kind")), known(entry.get("name"))
        path, namespace = self._release.document.source.path, self._release.namespace
        found = self._around.find(kind, name, namespace, path) if kind in TEXT_FIELDS and name else None
        key = known(entry.get("valuesKey")) or _DEFAULT_KEY
        field = TEXT_FIELDS.get(kind or "", "")
        scalar = at(found.node, field, key) if found is not None else None
        if found is None and kind in TEXT_FIELDS and name and self._add_generated(kind, name, key, entry):
            return
        if found is None or not isinstance(scalar, Scalar) or scalar.text.startswith(ENCRYPTED):
            if not is_true(entry.get("optional")):
                self._leave_open(entry, "values of a ConfigMap or Secret that is not there")
            return
        placed = Placed(found.document)
        place = path_to(found, field, key)
        target = known(entry.get("targetPath"))
        if target is None:
            self.joined.add(self.joined.text(scalar, placed, place))
            return
        if inline is not None:
            self.joined.add(inline)
        value, named = self.joined.string(scalar, placed, place), entry.get("targetPath")
        at_name = self._placed.place(named.span) if named is not None else None
        self._set(target, value, at_name, is_literal=is_true(entry.get("literal")))

    def _add_generated(self, kind: str, name: str, key: str, entry: Mapping) -> bool:
        """Join the values that a kustomization generates, if one does; returns whether it does."""
        path = self._release.document.source.path
        found = generated_text(kind, name, key, path, self._around)
        if found is None or entry.get("targetPath") is not None:
            return False
        if found.file is not None:
            self.joined.add(self.joined.file(found.file))
        else:
            text = self.joined.string(found.literal, found.placed, found.path).slice(found.start)
            self.joined.add(self.joined.read(text, f"`{key}`"))
        return True

    def _set(self, target: str, value: Traced, at: Place | None, *, is_literal: bool) -> None:
        text = value.text
        is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES
        if is_literal:
            value = plain_for_flags(value)
        elif is_quoted:
            value = value.slice(1, len(text) - 1)
        flag: Flag = "--set-string" if is_quoted or is_literal else "--set"
        self.joined.set(flag, Traced.own(f"{target}=") + value, at)

    def _leave_open(self, node: Node, reason: str) -> None:
        place = self._placed.place(node.span)
        if place is not None:
            self.open_parts.append(OpenPart(place, reason))


def _namespace(release: KubernetesObject) -> str | None:
    return known(at(release.spec, "targetNamespace")) or known(at(release.metadata, "namespace"))


def _release_name(release: KubernetesObject) -> str | None:
    """Its `releaseName`, or one made of the target's namespace and its own name; None where one is not known."""
    given = at(release.spec, "releaseName")
    name = known(at(release.metadata, "name"))
    target = at(release.spec, "targetNamespace")
    if given is not None or name is None or target is None:
        return name if given is None else known(given)
    return f"{namespace}-{name}" if (namespace := known(target)) is not None else None
