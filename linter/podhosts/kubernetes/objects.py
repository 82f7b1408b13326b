"""Kubernetes objects in a document: the document's root, or each item of a List."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import ObjectIdentity
from podhosts.document import Mapping, Sequence, string, written_string
from podhosts.document.placeholders import is_placeholder
from podhosts.kubernetes.fields import field
from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Document, Node
    from podhosts.kubernetes.fields import Path


#: Without one of these beside it, `kind` is a word of the file's own, as in the values of many a Helm chart.
_OBJECT_FIELDS = frozenset({"apiVersion", "items", "metadata"})
#: In a string, where a program looks for a manifest or a patch of one, this is enough.
_INNER_FIELDS = _OBJECT_FIELDS | {"spec"}


@record(frozen=True, slots=True, eq=False)
class KubernetesObject:
    """A mapping at a document's root or in a List. `item` is the index in the List, None outside one.

    `base` leads to the mapping where paths of fields begin further out (an operation in a list of them).
    """

    document: Document
    node: Mapping
    item: int | None
    api_version: str | None
    kind: str | None
    base: Path = ()

    @property
    def metadata(self) -> Mapping | None:
        return mapping(self.node.get("metadata"))

    @property
    def name(self) -> str | None:
        return written_string(self.metadata.get("name")) if self.metadata else None

    @property
    def namespace(self) -> str | None:
        return written_string(self.metadata.get("namespace")) if self.metadata else None

    @property
    def spec(self) -> Mapping | None:
        return mapping(self.node.get("spec"))

    def field(self, *steps: str | int) -> str:
        """The path of something in the object, as reports name it."""
        return field((*self.base, *steps))

    @property
    def identity(self) -> ObjectIdentity:
        return ObjectIdentity(self.api_version, self.kind, self.namespace, self.name)


def objects(document: Document) -> Iterator[KubernetesObject]:
    """The objects of a document as kubectl sees them: a List gives its items (`reference/kubernetes.md` 5.3)."""
    root = document.root
    if not isinstance(root, Mapping):
        return
    if (own := document.piece.item) is not None:
        yield _listed(document, root, own.index, own.kind, _known_text(own.api_version))
        return
    api_version, kind = _known(root.get("apiVersion")), _known(root.get("kind"))
    telling = _INNER_FIELDS if document.is_embedded else _OBJECT_FIELDS
    if api_version is None and not root.fields.keys() & telling:
        kind = None
    items = root.get("items")
    if kind is None or not kind.endswith("List") or not isinstance(items, Sequence):
        yield KubernetesObject(document, root, None, api_version, kind)
        return
    for index, item in enumerate(items.items):
        if isinstance(item, Mapping):
            yield _listed(document, item, index, kind, api_version)


def _listed(
    document: Document, node: Mapping, index: int, list_kind: str, list_version: str | None
) -> KubernetesObject:
    """An item, which may leave its version and kind to the List."""
    default_kind = None if list_kind == "List" else list_kind.removesuffix("List")
    return KubernetesObject(
        document,
        node,
        index,
        _known(node.get("apiVersion")) or (list_version if default_kind else None),
        _known(node.get("kind")) or default_kind,
    )


def list_items(document: Document) -> Iterator[KubernetesObject]:
    """The mappings of a document that is a list (a JSON patch, a playbook), each as an object without a kind.

    kubectl takes no such document, but other programs do.
    """
    root = document.root
    for index, item in enumerate(root.items if isinstance(root, Sequence) else ()):
        if isinstance(item, Mapping):
            yield KubernetesObject(document, item, None, None, None, base=(index,))


def every_object(document: Document) -> list[KubernetesObject]:
    """The objects that kubectl sees in a document, and those that other programs see."""
    # An item of a List that is a list itself is nothing to anybody.
    others = list_items(document) if document.piece.item is None else ()
    return [*objects(document), *others]


def _known(node: Node | None) -> str | None:
    return _known_text(string(node))


def _known_text(text: str | None) -> str | None:
    """A string that no template or placeholder decides."""
    return None if text is None or is_placeholder(text) else text


def mapping(node: Node | None) -> Mapping | None:
    """The node if it is a mapping."""
    return node if isinstance(node, Mapping) else None


def sequence(node: Node | None) -> Sequence | None:
    """The node if it is a list."""
    return node if isinstance(node, Sequence) else None
