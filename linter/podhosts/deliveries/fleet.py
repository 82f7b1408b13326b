"""Fleet's `fleet.yaml`: a chart beside it, by its plain fields.

Source: `internal/bundlereader` of Fleet as described in `vectors/deliveries/deliveries.md`, read and not measured.
Values for single targets are not read.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.deliveries.folders import has_chart, normal
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
    values = at(root, "helm", "values")
    if isinstance(values, Mapping):
        joined.add(joined.mapping(values, placed, ("helm", "values")))
    listed = sequence(at(root, "helm", "valuesFiles"))
    for item in listed.items if listed is not None else ():
        name = known(item)
        file = files.get(posixpath.join(own, name)) if name is not None else None
        if file is None:
            raise UnreadableValuesError("a values file of a bundle that is not there")
        joined.add(joined.file(file))
    release, namespace = known(at(root, "helm", "releaseName")), known(at(root, "defaultNamespace"))
    return ChartDelivery(joined.chart(folder, source.path, source.path, release, namespace))
