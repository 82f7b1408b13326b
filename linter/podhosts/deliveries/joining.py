"""Values joined as deliveries do: files, texts and mappings over each other, and single values set by their path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import BuiltBy
from podhosts.document import Document, Piece, Scalar, split
from podhosts.helm.decoding import DecodeError, FileOrigins, TextOrigins, decode_yaml, node_at, value_of
from podhosts.helm.delivered import DeliveredChart, DeliveredValues, IndexedName, RefusedDelivery
from podhosts.helm.loading.errors import LoadError
from podhosts.helm.loading.merging import over
from podhosts.helm.loading.set_flags import apply_flag
from podhosts.helm.model import NIL, GoList, GoMap, Nil
from podhosts.helm.traced import Traced, ValuePlace, ValueText
from podhosts.kubernetes import field
from podhosts.patterns import regex
from podhosts.placed import InString, Placed
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping as Dictionary

    from podhosts.document import Node
    from podhosts.helm.decoding import Path
    from podhosts.helm.loading.set_flags import Flag
    from podhosts.helm.model import GoValue
    from podhosts.placed import Place

#: A value in a list, by plain names.
_INDEXED = regex(r"((?:[\w-]+\.)*[\w-]+)\[\d+\]")
#: Helm 3 and 4 read flags alike.
_HELM_VERSION = 4


class UnreadableValuesError(ValueError):
    """Values that the program of the delivery refuses, or that nobody knows; the text says why.

    `place` is what is to blame, where it is certain that the program refuses it.
    """

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


class JoinedValues:
    """Values under construction: `values` are those so far; what comes later is laid over them."""

    def __init__(self) -> None:
        self.values = GoMap()
        self._documents: dict[str, Placed] = {}
        self._indexed: list[IndexedName] = []

    def chart(
        self,
        folder: str,
        delivery: str,
        shown: str,
        release_name: str | None = None,
        namespace: str | None = None,
        own: GoMap | None = None,
    ) -> DeliveredChart:
        """The chart in a folder with these values, as a delivery in the file at a path installs it.

        `shown` is what people call that; `own` stand for the chart's own values.
        """
        values = DeliveredValues(self.values, self._documents, own)
        paths = dict.fromkeys([*(placed.document.source.path for placed in self._documents.values()), delivery])
        built = BuiltBy("helm", folder, tuple(paths))
        chart = DeliveredChart(folder, values, built, shown, release_name, namespace)
        return chart._replace(indexed=tuple(self._indexed))

    def refused(self, folder: str, delivery: str, shown: str, error: UnreadableValuesError) -> DeliveredChart:
        """The chart in a folder, whose delivery in the file at a path is refused, or of which nobody knows the values.

        Raises the error again where nothing of the delivery was read.
        """
        first = next((placed for placed in self._documents.values() if placed.document.root is not None), None)
        root = first.document.root if first is not None else None
        start = first.place(Span(root.start, root.start)) if first is not None and root is not None else None
        place = error.place or start
        if place is None:
            raise error
        refusal = RefusedDelivery(place, str(error), error.place is not None)
        return self.chart(folder, delivery, shown)._replace(refusal=refusal)

    def add(self, values: GoMap) -> None:
        """Lay values over those so far: maps are joined, all else is replaced, nulls stay."""
        self.values = over(self.values, values)

    def set(self, flag: Flag, text: Traced, at: Place | None = None) -> None:
        """Set one value, as a flag of Helm does; its name is written at a place. Raises UnreadableValuesError."""
        self._note_index(text.text.partition("=")[0], at)
        try:
            self.values = apply_flag(flag, text, self.values, _HELM_VERSION)
        except LoadError as error:
            raise UnreadableValuesError(error.message, self.place(text)) from None

    def _note_index(self, name: str, at: Place | None) -> None:
        """Note a value that begins a list which the values so far do not have."""
        indexed = _INDEXED.match(name)
        path = tuple(indexed[1].split(".")) if indexed is not None else ()
        value: GoValue = self.values
        for step in path:
            value = value.entries.get(step, NIL) if isinstance(value, GoMap) else NIL
        # A list that an index has begun is noted with the first one.
        if path and at is not None and not isinstance(value, GoList):
            self._indexed.append(IndexedName(path, name, at))

    def file(self, source: Source) -> GoMap:
        """The values of a file: those of its first document. Raises UnreadableValuesError."""
        piece = next(iter(split(source.text)), None)
        if piece is None:
            return GoMap()
        return self._text(source, Placed(Document(source, piece)), source.path, source.path)

    def text(self, scalar: Scalar, placed: Placed, path: Path) -> GoMap:
        """The values of a file that stands in a string. Raises UnreadableValuesError."""
        outer = placed.document.source
        source = Source(outer.path, scalar.text.encode("utf-8", "surrogatepass"))
        pieces = split(source.text)
        piece = pieces[0] if pieces else Piece(1, Span(0, 0), "yaml")
        inner = InString(Document(source, piece), placed, scalar)
        return self._text(source, inner, f"{self.name(placed)}:{field(path)}", f"`{field(path)}`")

    def mapping(self, node: Node, placed: Placed, path: Path) -> GoMap:
        """The values that are written in a document as they are, at a path in it. Raises UnreadableValuesError."""
        found = value_of(node, FileOrigins(self.name(placed)), path)
        return _table(found, f"`{field(path)}`")

    def string(self, scalar: Scalar, placed: Placed, path: Path) -> Traced:
        """The text of a scalar, which knows where it is written."""
        return Traced.of(scalar.text, ValueText(ValuePlace(self.name(placed), path), 0))

    def read(self, text: Traced, shown: str) -> GoMap:
        """The values of a text: where a string of a document holds all of it, each knows its place there.

        Raises UnreadableValuesError.
        """
        origin = text.runs[0].origin if len(text.runs) == 1 else None
        placed = self._documents.get(origin.place.file) if isinstance(origin, ValueText) else None
        if placed is not None and isinstance(origin, ValueText):
            scalar = node_at(placed.document.root, origin.place)
            if isinstance(scalar, Scalar) and scalar.text == text.text:
                return self.text(scalar, placed, origin.place.path)
        return self._decoded(text.text, shown, TextOrigins(text))

    def set_text(self, name: str, value: Traced) -> None:
        """Set one value to a text as it is. Raises UnreadableValuesError."""
        self.set("--set-string", Traced.own(f"{name}=") + plain_for_flags(value))

    def place(self, text: Traced) -> Place | None:
        """Where the scalar is written that the end of a text comes from."""
        origin = text.runs[-1].origin if text.runs else None
        placed = self._documents.get(origin.place.file) if isinstance(origin, ValueText) else None
        node = node_at(placed.document.root, origin.place) if placed and isinstance(origin, ValueText) else None
        return placed.place(node.span) if placed is not None and node is not None else None

    @property
    def documents(self) -> Dictionary[str, Placed]:
        """The documents that the values are written in, by the names that places in them have."""
        return self._documents

    def know(self, documents: Dictionary[str, Placed]) -> None:
        """Note further documents that parts of the values come from."""
        self._documents |= documents

    def fresh(self) -> JoinedValues:
        """No values yet, in the same documents."""
        other = JoinedValues()
        other._documents = dict(self._documents)
        return other

    def name(self, placed: Placed) -> str:
        """The name that places of values have for a document."""
        document = placed.document
        name = f"{document.source.path}#{document.number}"
        self._documents.setdefault(name, placed)
        return name

    def _text(self, source: Source, placed: Placed, name: str, shown: str) -> GoMap:
        self._documents.setdefault(name, placed)
        in_string = placed if placed.outer is not None else None
        return self._decoded(source.text, shown, FileOrigins(name), placed.document.span, in_string)

    @staticmethod
    def _decoded(
        text: str,
        shown: str,
        origins: FileOrigins | TextOrigins,
        span: Span | None = None,
        in_string: Placed | None = None,
    ) -> GoMap:
        """The values of a text. Of a file that is no YAML another rule tells, of one `in_string` the error does."""
        start, end = span or (0, None)
        try:
            return _table(decode_yaml(text, origins, start, end), shown)
        except DecodeError as error:
            place = in_string.place(error.span) if in_string is not None else None
            raise UnreadableValuesError(f"{shown}: {error.message}", place) from None


def _table(value: GoValue, shown: str) -> GoMap:
    if isinstance(value, GoMap):
        return value
    if isinstance(value, Nil):
        return GoMap()
    raise UnreadableValuesError(f"{shown} is no mapping")


def plain_for_flags(value: Traced) -> Traced:
    """A text in which nothing has a meaning for a flag of Helm."""
    pieces = []
    for index, character in enumerate(value.text):
        if character in "\\,[]{}=.":
            pieces.append(Traced.own("\\"))
        pieces.append(value.slice(index, index + 1))
    return Traced.join(pieces)
