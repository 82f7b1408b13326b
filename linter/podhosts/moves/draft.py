"""Edits of one object, together with what its data shall be once they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podhosts.document import Document, Mapping, Scalar, Sequence, plain, split
from podhosts.edits import Edit, splice
from podhosts.kubernetes import objects
from podhosts.source import Source, Span
from podhosts.surgery import remove_items, remove_key, replace_in_scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.document import Node
    from podhosts.kubernetes import KubernetesObject
    from podhosts.kubernetes.fields import Path


class NoMoveError(Exception):
    """The text cannot be changed as asked; there is no fix then."""


class Draft:
    """A set of changes of an object: each as edits of the text, and in a copy of the data.

    Every method raises RefusedError where surgery refuses.
    """

    def __init__(self, manifest: KubernetesObject) -> None:
        self._manifest = manifest
        self._document = manifest.document
        self._edits: list[Edit] = []
        #: What goes, by the list or mapping that it is taken from.
        self._to_remove: dict[Path, set[str | int]] = {}
        try:
            self._data: Any = plain(manifest.node)
        except RecursionError:
            raise NoMoveError from None

    @property
    def document(self) -> Document:
        """The document that is changed."""
        return self._document

    def data(self, path: Path) -> Any:
        """The data at a path, to be changed in place."""
        value = self._data
        for step in path:
            value = value[step]
        return value

    def make(self, edits: tuple[Edit, ...] | None) -> None:
        """Take edits; the caller changes `data` accordingly."""
        if edits is None:
            raise NoMoveError
        self._edits += edits

    def replace_text(self, path: Path, pieces: Iterable[tuple[Span, str]]) -> None:
        """Put texts in the place of pieces (in order) of the string at a path; offsets in the string's value."""
        scalar = self._node(path)
        assert isinstance(scalar, Scalar)  # the caller found a string there
        edits = [Edit(span, text) for span, text in pieces]
        for edit in edits:
            self.make(replace_in_scalar(self._document, scalar, *edit.span, edit.text))
        self.data(path[:-1])[path[-1]] = splice(scalar.text, edits)

    def remove(self, path: Path) -> None:
        """Remove a list item or a key; a list or mapping that is left empty goes too."""
        *above, last = path
        holder = tuple(above)
        to_remove = self._to_remove.setdefault(holder, set())
        to_remove.add(last)
        parent = self._node(holder)
        if len(to_remove) == (
            len(parent.items) if isinstance(parent, Sequence) else len(getattr(parent, "entries", ()))
        ):
            self.remove(holder)

    def finish(self) -> tuple[Edit, ...]:
        """All edits, once the text that they give was read and holds the data that it shall."""
        outermost = {holder: to_remove for holder, to_remove in self._to_remove.items() if not self._goes(holder)}
        for holder, to_remove in outermost.items():
            self._cut(holder, to_remove)
        # From the last to the first, so that the indices before stay true.
        for holder in sorted(outermost, key=lambda path: [str(step).rjust(9, "0") for step in path], reverse=True):
            data = self.data(holder)
            if isinstance(data, list):
                data[:] = [item for index, item in enumerate(data) if index not in outermost[holder]]
            else:
                for name in outermost[holder]:
                    del data[name]
        edits = tuple(sorted(dict.fromkeys(self._edits), key=lambda edit: edit.span.start))
        if self._read_again(edits) != self._data:
            raise NoMoveError
        return edits

    def _goes(self, path: Path) -> bool:
        """Whether something goes that holds what stands at a path, or that itself."""
        return any(path[end] in self._to_remove.get(path[:end], ()) for end in range(len(path)))

    def _cut(self, path: Path, to_remove: set[str | int]) -> None:
        parent = self._node(path)
        if isinstance(parent, Sequence):
            self.make(remove_items(self._document, parent, {int(index) for index in to_remove}))
        elif isinstance(parent, Mapping):
            for name in to_remove:
                self.make(remove_key(self._document, parent, parent.fields[str(name)]))

    def _node(self, path: Path) -> Node:
        node: Node | None = self._manifest.node
        for step in path:
            if isinstance(node, Sequence):
                node = node.items[int(step)]
            elif isinstance(node, Mapping):
                node = node.get(str(step))
        assert node is not None  # the caller found it there
        return node

    def _read_again(self, edits: tuple[Edit, ...]) -> object:
        """The object's data in the text that the edits give; None where it cannot be read."""
        start = self._document.span.start
        moved = [Edit(Span(edit.span.start - start, edit.span.end - start), edit.text) for edit in edits]
        try:
            text = splice(self._document.text, moved)
            source = Source(self._document.source.path, text.encode("utf-8", "surrogatepass"))
            pieces = split(source.text)
            manifests = [item for piece in pieces for item in objects(Document(source, piece))]
            found = [item for item in manifests if item.item == self._manifest.item]
            return plain(found[0].node) if len(found) == 1 else None
        except (ValueError, RecursionError):
            # Edits that overlap, or text that is nested too deeply.
            return None
