"""Flux's Kustomization: a folder of the repository with patches and names of its own.

Source: `fluxcd/pkg/kustomize/kustomize_generator.go` as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.deliveries.flux_folders import generated_kustomization
from podhosts.deliveries.folders import from_root
from podhosts.deliveries.model import ENCRYPTED, TEXT_FIELDS, at, is_true, items, known
from podhosts.document import Mapping, Scalar
from podhosts.kubernetes.objects import mapping
from podhosts.kustomize.delivered import DeliveredFolder
from podhosts.kustomize.located import LocatedString, Map, locate
from podhosts.kustomize.substituting import FluxVariables
from podhosts.placed import Placed

if TYPE_CHECKING:
    from podhosts.deliveries.model import DeliveryContext
    from podhosts.kubernetes import KubernetesObject

KIND = "Kustomization"
#: The strategy that puts in defaults where there is no variable.
_ALWAYS = "Always"
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

    None where it has no changes, or not only such as are read, and for a folder that is not there. Raises
    UnreadableValuesError for a folder that Flux refuses.
    """
    spec = manifest.spec
    if spec is None or not _OLD_PATCHES.isdisjoint(spec.fields):
        return None
    changes = changes_of(spec, _FIELDS, Placed(manifest.document))
    variables = _variables(manifest, around)
    is_changed = changes or (variables is not None and variables.is_used)
    return deployed_folder(manifest, changes, variables, around) if is_changed else None


def deployed_folder(
    manifest: KubernetesObject, changes: Map, variables: FluxVariables | None, around: DeliveryContext
) -> DeliveredFolder | None:
    """The folder that a Kustomization names, to be built with some changes; None for one that is not there.

    Raises UnreadableValuesError for one that Flux refuses.
    """
    path, file = at(manifest.spec, "path"), manifest.document.source.path
    if not isinstance(path, Scalar) or known(path) is None:
        return None
    folders = [*from_root(path.text, file, around.files)]
    shown = f"{KIND} {manifest.name or '?'} of {file}"
    for folder in folders:
        if around.files.kustomizations(folder or "."):
            return DeliveredFolder(folder or ".", file, shown, changes, variables)
    for folder in folders:
        generated = generated_kustomization(folder, path, Placed(manifest.document), around)
        if generated is not None:
            return DeliveredFolder(folder or ".", file, shown, changes, variables, generated)
    return None


def _variables(manifest: KubernetesObject, around: DeliveryContext) -> FluxVariables | None:
    """The variables of `postBuild`: those of ConfigMaps and Secrets in order, then its own; None without any."""
    written = at(manifest.spec, "postBuild")
    if not isinstance(written, Mapping):
        return None
    values: dict[str, LocatedString] = {}
    are_all = True
    file = manifest.document.source.path
    for _, entry in items(written.get("substituteFrom")):
        kind, name = known(entry.get("kind")) or "", known(entry.get("name"))
        found = around.find(kind, name, manifest.namespace, file) if kind in TEXT_FIELDS and name else None
        data = mapping(found.node.get(TEXT_FIELDS[kind])) if found is not None else None
        if found is None or data is None or ENCRYPTED in found.document.text:
            are_all = are_all and is_true(entry.get("optional"))
            continue
        values |= _texts(data, Placed(found.document))
    own = mapping(written.get("substitute"))
    values |= _texts(own, Placed(manifest.document)) if own is not None else {}
    return FluxVariables(values, are_all, known(written.get("substituteStrategy")) == _ALWAYS)


def _texts(fields: Mapping, placed: Placed) -> dict[str, LocatedString]:
    located = locate(fields, placed)
    entries = located.items() if isinstance(located, Map) else ()
    return {name: value for name, value in entries if isinstance(value, LocatedString)}


def changes_of(fields: Mapping, names: dict[str, str], placed: Placed) -> Map:
    """Fields of a delivery as those of a kustomization, by the names that they have here and there."""
    changes = Map(fields, placed)
    for name, kustomize_name in names.items():
        node = fields.get(name)
        value = locate(node, placed) if node is not None else None
        if value:
            changes[kustomize_name] = value
    return changes
