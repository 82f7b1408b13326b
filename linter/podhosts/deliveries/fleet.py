"""Fleet's `fleet.yaml`: a chart beside it, by its plain fields.

Source: `internal/bundlereader` of Fleet as described in `vectors/deliveries/deliveries.md`, read and not measured.
Values for single targets are not read.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.deliveries.folders import has_chart, is_missing, normal
from podhosts.deliveries.joining import JoinedValues, UnreadableValuesError
from podhosts.deliveries.model import ChartDelivery, at, known
from podhosts.document import Document, Mapping, split
from podhosts.kubernetes.objects import sequence
from podhosts.placed import Placed

if TYPE_CHECKING:
    from podhosts.kustomize.files import Files
    from podhosts.source import Source


def read_fleet(source: Source, files: Files) -> ChartDelivery | None:
    """The chart that a bundle installs; None for one that is not in the repository.

    Raises UnreadableValuesError for a values file that is not there.
    """
    piece = next(iter(split(source.text)), None)
    placed = Placed(Document(source, piece)) if piece is not None else None
    root = placed.document.root if placed is not None else None
    if placed is None or not isinstance(root, Mapping) or at(root, "helm", "repo") is not None:
        return None
    own = posixpath.dirname(source.path)
    folder = normal(posixpath.join(own, known(at(root, "helm", "chart")) or ""))
    if not has_chart(folder, files):
        return None
    joined = JoinedValues()
    try:
        _add_values(root, placed, joined, files)
    except UnreadableValuesError as error:
        return ChartDelivery(joined.refused(folder, source.path, source.path, error))
    release, namespace = known(at(root, "helm", "releaseName")), known(at(root, "defaultNamespace"))
    return ChartDelivery(joined.chart(folder, source.path, source.path, release, namespace))


def _add_values(root: Mapping, placed: Placed, joined: JoinedValues, files: Files) -> None:
    """Join the values that are written in a bundle, and then its files."""
    values = at(root, "helm", "values")
    if isinstance(values, Mapping):
        joined.add(joined.mapping(values, placed, ("helm", "values")))
    listed = sequence(at(root, "helm", "valuesFiles"))
    for item in listed.items if listed is not None else ():
        name = known(item)
        path = posixpath.join(posixpath.dirname(placed.document.source.path), name or "")
        file = files.get(path)
        if file is None:
            place = placed.place(item.span) if name and is_missing(path, files) else None
            raise UnreadableValuesError(f"the values file `{name}` is not there", place)
        joined.add(joined.file(file))
