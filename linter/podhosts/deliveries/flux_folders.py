"""The kustomization that Flux writes for a folder that has none: it lists all manifests in it.

Source: `fluxcd/pkg/kustomize/kustomize_generator.go` (`scanManifests`) as described in
`vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.deliveries.joining import UnreadableValuesError
from podhosts.document import Document, Mapping, split
from podhosts.kubernetes import objects
from podhosts.kustomize.model import Kustomization
from podhosts.kustomize.names import is_kustomization

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.deliveries.model import DeliveryContext
    from podhosts.document import Scalar
    from podhosts.placed import Placed
    from podhosts.source import Source

_ENDINGS = (".yaml", ".yml")
_ALIASES = b"hostAliases"
#: A folder with more files is not looked into.
_MOST_FILES = 1_000


def generated_kustomization(folder: str, at: Scalar, placed: Placed, around: DeliveryContext) -> Kustomization | None:
    """The kustomization of a folder that has none, asked for by a scalar of a document.

    None for a folder without hostAliases. Raises UnreadableValuesError where Flux refuses the folder.
    """
    start = f"{folder}/" if folder else ""
    names = sorted((path.removeprefix(start) for path in around.below(folder)), key=lambda name: name.split("/"))
    if not any(around.files.any(start + name, _mentions_aliases) for name in names[:_MOST_FILES]):
        return None
    if len(names) > _MOST_FILES:
        raise UnreadableValuesError(f"a folder with more than {_MOST_FILES} files")
    listed = [*_listed(names)]
    for name in listed:
        source = around.files.get(start + name) if name.endswith(_ENDINGS) else None
        if source is not None and not _is_manifest(source):
            raise UnreadableValuesError(f"`{name}` is no manifest")
    return Kustomization.listing(folder, listed, at, placed)


def _listed(names: Iterable[str]) -> Iterable[str]:
    """The files and folders that Flux lists: a folder with a kustomization stands for all in it."""
    names = list(names)
    own = {posixpath.dirname(name) for name in names if is_kustomization(name)}
    found: dict[str, None] = {}
    for name in names:
        parts = name.split("/")[:-1]
        folders = ["/".join(parts[: number + 1]) for number in range(len(parts))]
        above = next((folder for folder in folders if folder in own), None)
        if above is not None:
            found[above] = None
        elif name.endswith(_ENDINGS):
            found[name] = None
    return found


def _is_manifest(source: Source) -> bool:
    """Whether a file holds Kubernetes objects and nothing else."""
    documents = [Document(source, piece) for piece in split(source.text)]
    if any(document.problem is not None for document in documents):
        return False
    roots = [document for document in documents if document.root is not None]
    return all(
        isinstance(document.root, Mapping) and all(one.kind is not None for one in objects(document))
        for document in roots
        if not _is_empty(document)
    )


def _is_empty(document: Document) -> bool:
    return document.root is not None and getattr(document.root, "value", document) is None


def _mentions_aliases(data: bytes) -> bool:
    return _ALIASES in data
