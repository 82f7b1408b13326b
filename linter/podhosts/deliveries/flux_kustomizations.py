"""Flux's Kustomization: a folder of the repository with patches and names of its own.

Source: `fluxcd/pkg/kustomize/kustomize_generator.go` as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.deliveries.folders import from_root
from podhosts.deliveries.model import at, known
from podhosts.kustomize.delivered import DeliveredFolder
from podhosts.kustomize.located import Map, locate
from podhosts.placed import Placed

if TYPE_CHECKING:
    from podhosts.deliveries.model import DeliveryContext
    from podhosts.document import Mapping
    from podhosts.kubernetes import KubernetesObject

KIND = "Kustomization"
#: What Flux writes into the kustomization of the folder, by the names of its own fields.
_FIELDS = {
    "patches": "patches",
    "components": "components",
    "namePrefix": "namePrefix",
    "nameSuffix": "nameSuffix",
    "targetNamespace": "namespace",
}


#: Fields of the first versions, with patches of another form, which are not read.
_OLD_PATCHES = frozenset({"patchesStrategicMerge", "patchesJson6902"})


def read_kustomization(manifest: KubernetesObject, around: DeliveryContext) -> DeliveredFolder | None:
    """The folder that a Kustomization deploys, with its changes.

    None where it has no changes, or not only such as are read, and for a folder that is not there.
    """
    spec, path = manifest.spec, known(at(manifest.spec, "path"))
    if spec is None or path is None or not _OLD_PATCHES.isdisjoint(spec.fields):
        return None
    changes = changes_of(spec, _FIELDS, Placed(manifest.document))
    file = manifest.document.source.path
    folders = (folder for folder in from_root(path, file, around.files) if around.files.kustomizations(folder or "."))
    folder = next(folders, None)
    return DeliveredFolder(folder or ".", file, changes) if folder is not None and changes else None


def changes_of(fields: Mapping, names: dict[str, str], placed: Placed) -> Map:
    """Fields of a delivery as those of a kustomization, by the names that they have here and there."""
    changes = Map(fields, placed)
    for name, kustomize_name in names.items():
        node = fields.get(name)
        value = locate(node, placed) if node is not None else None
        if value:
            changes[kustomize_name] = value
    return changes
