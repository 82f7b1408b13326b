"""Manifests inside strings: ConfigMap data, files of machine configs, inline patches, values given as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Document, Mapping, Scalar, Sequence, split
from podhosts.source import Source, Span
from podhosts.triggers import mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node


#: Annotations hold, among others, the object as it was last applied.
_KEPT = frozenset({"annotations", "managedFields"})


class Embedded(NamedTuple):
    """A document inside a string: `scalar` of `outer` holds the text of `document`'s source."""

    outer: Document
    scalar: Scalar
    document: Document

    def outer_span(self, span: Span) -> Span:
        """Where a span of the inner text stands in the outer source."""
        return self.outer.locate(self.scalar, span.start, span.end)


def embedded_documents(outer: Document) -> Iterator[Embedded]:
    """The documents in the strings of a document that are Kubernetes objects mentioning hosts.

    Strings that are no YAML, or YAML of another kind (scripts, other configs), are passed over without a word.
    """
    for node in _strings(outer.root):
        if "kind:" not in node.text or "\n" not in node.text or not node.is_string:
            continue
        if not mentions(node.text.encode("utf-8", "surrogatepass")):
            continue
        source = Source(outer.source.path, node.text.encode("utf-8", "surrogatepass"))
        if source.text != node.text:
            continue
        for piece in split(source.text):
            document = Document(source, piece)
            root = document.root
            if isinstance(root, Mapping) and {"apiVersion", "kind"} <= root.fields.keys():
                yield Embedded(outer, node, document)


def _strings(root: Node | None) -> Iterator[Scalar]:
    """The scalars that are values, but for what kubectl and the server keep for themselves."""
    stack = [root] if root is not None else []
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            stack += reversed(node.items)
        else:
            stack += [entry.value for entry in reversed(node.entries) if entry.name not in _KEPT]
