"""A kustomization file as data: what it refers to and what it changes, each with its place.

Source: `api/types/kustomization.go` of kustomize 5.8.2.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.document import Document, Mapping, Scalar, Sequence, split
from podhosts.kustomize.located import List, LocatedString, Map, locate_map, text, written_at
from podhosts.kustomize.selectors import Selector
from podhosts.placed import InString, Placed
from podhosts.records import record
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.placed import Place

COMPONENT = "Component"
KUSTOMIZATION = "Kustomization"


@record(frozen=True, slots=True, eq=False)
class Patch:
    """One entry of `patches`, `patchesStrategicMerge` or `patchesJson6902`, not yet read.

    `file` or `inline` holds it; without a `target` it is for the objects that it names. `is_old_json` for those of
    `patchesJson6902`, after which the objects are not known by their old ids.
    """

    entry: Map | LocatedString
    file: LocatedString | None
    inline: LocatedString | None
    target: Map | None
    allows_name_change: bool = False
    allows_kind_change: bool = False
    is_old_json: bool = False


class Kustomization:
    """A document that is a kustomization; `fields` is None where it is no mapping."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.source = document.source
        self.placed = Placed(document)
        root = document.root
        self.fields = locate_map(root, self.placed) if isinstance(root, Mapping) else None

    @classmethod
    def of(cls, source: Source) -> Kustomization | None:
        """The kustomization in a file: its first document that holds something."""
        documents = (Document(source, piece) for piece in split(source.text))
        return next((cls(document) for document in documents if document.root or document.problem), None)

    @classmethod
    def listing(cls, folder: str, names: list[str], at: Scalar, placed: Placed) -> Kustomization:
        """The kustomization that lists some files of a folder which has none, as a scalar of a document asks for."""
        made = cls(placed.document)
        made.source = Source(posixpath.join(folder, "kustomization.yaml"), b"")
        made.placed = placed
        made.fields = Map(Mapping(at.start, at.end, flow=True), placed)
        made.fields["resources"] = resources = List(Sequence(at.start, at.end, flow=True), placed)
        resources.extend(text(name, at, placed) for name in names)
        return made

    @property
    def folder(self) -> str:
        """The folder that its references start from."""
        return posixpath.dirname(self.source.path) or "."

    @property
    def kind(self) -> str:
        return self.text("kind") or KUSTOMIZATION

    def field(self, name: str) -> object:
        """Whatever a field holds; None where it is not there. Kustomize ignores the case of its name."""
        if self.fields is None or name in self.fields:
            return self.fields[name] if self.fields is not None else None
        return next((value for key, value in self.fields.items() if key.lower() == name.lower()), None)

    def text(self, name: str) -> LocatedString | None:
        """A field that is a text."""
        value = self.field(name)
        return value if isinstance(value, LocatedString) else None

    def texts(self, *names: str) -> Iterator[LocatedString]:
        """The texts in fields that are lists of them; a text in place of the list, which Kustomize refuses, counts."""
        for name in names:
            value = self.field(name)
            yield from (
                item for item in (value if isinstance(value, List) else [value]) if isinstance(item, LocatedString)
            )

    def items(self, name: str) -> List | tuple[()]:
        """The items of a field that is a list."""
        value = self.field(name)
        return value if isinstance(value, List) else ()

    def map(self, name: str) -> Map | None:
        """A field that is a mapping."""
        value = self.field(name)
        return value if isinstance(value, Map) else None

    def place(self) -> Place | None:
        """Where the file begins to say something."""
        if self.fields is not None:
            entries = self.fields.node.entries
            return written_at(self.placed, entries[0].key if entries else self.fields.node) if self.fields else None
        return written_at(self.placed, root) if (root := self.document.root) is not None else None

    def references(self) -> Iterator[LocatedString]:
        """Every file or folder that it names and that may say something of hosts."""
        yield from self.texts("resources", "bases", "components", "patchesStrategicMerge", "transformers")
        for name in ("patches", "patchesJson6902", "replacements"):
            for item in self.items(name):
                if (path := _text(item if isinstance(item, Map) else None, "path")) is not None:
                    yield path

    def strategic_patches(self) -> Iterator[Patch]:
        """`patchesStrategicMerge`: file names, or patches themselves."""
        for item in self.texts("patchesStrategicMerge"):
            inline = "\n" in item or ": " in item
            yield Patch(item, None if inline else item, item if inline else None, None)

    def patches(self, name: str = "patches") -> Iterator[Patch]:
        """The entries of `patches` or `patchesJson6902`."""
        is_old = name == "patchesJson6902"
        yield from (patch_of(item, is_old_json=is_old) for item in self.items(name) if isinstance(item, Map))


def patch_of(entry: Map, *, is_old_json: bool = False) -> Patch:
    """An entry of `patches`, or a PatchTransformer, which has the same fields."""
    options = entry.get("options")
    return Patch(
        entry,
        _text(entry, "path"),
        _text(entry, "patch"),
        target if isinstance(target := entry.get("target"), Map) else None,
        is_true(options, "allowNameChange"),
        is_true(options, "allowKindChange"),
        is_old_json,
    )


#: The fields of a selector, and what they are called in a kustomization.
FIELDS = {name: name for name in ("group", "version", "kind", "name", "namespace")} | {
    "label_selector": "labelSelector",
    "annotation_selector": "annotationSelector",
}


def selector(target: Map | None) -> Selector:
    """A `target`, or `select` of a replacement."""
    return Selector(*(str(_text(target, name) or "") for name in FIELDS.values()))


def documents_in(holder: LocatedString) -> list[Placed]:
    """The documents in a string of a kustomization."""
    source = Source(holder.placed.document.source.path, str(holder).encode("utf-8", "surrogatepass"))
    return [InString(Document(source, piece), holder.placed, holder.node) for piece in split(source.text)]


def _text(fields: Map | None, name: str) -> LocatedString | None:
    value = fields.get(name) if fields is not None else None
    return value if isinstance(value, LocatedString) else None


def is_true(fields: object, name: str) -> bool:
    """Whether a field is the boolean true."""
    value = fields.get(name) if isinstance(fields, Map) else None
    return isinstance(value, LocatedString) and isinstance(value.node, Scalar) and value.node.value is True
