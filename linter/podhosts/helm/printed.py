"""What a template of a chart prints, as documents that still know where each character is written."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from podhosts.diagnostics import Related
from podhosts.document import Document, Mapping, Scalar, Sequence, nodes, split
from podhosts.helm.traced import (
    Derived,
    TemplateText,
    TextRun,
    Traced,
    UnknownText,
    ValueText,
    is_unknown,
    placeholder,
)
from podhosts.patterns import regex
from podhosts.placed import Place, Placed
from podhosts.records import NamedTuple
from podhosts.source import Source, Span
from podhosts.triggers import text_mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node, Piece
    from podhosts.helm.chart_files import WrittenValue
    from podhosts.helm.traced import Origin, PrintingAction, ValuePlace

_PRINTED_HERE = "printed here"
_VALUE = "the value"
_ALSO_FROM = "a part of it comes from here"
#: A text that can be replaced by another one without changing what is around it.
_WORD = regex(r"[A-Za-z0-9._-]+")


class PrintedPart(NamedTuple):
    """Characters of a printed text: how many, the origin of the first one, and the action that printed them."""

    length: int
    origin: Origin
    printed_at: PrintingAction | None


class PrintedFiles(Protocol):
    """The files that a printed text comes from, by the names that places in it have."""

    def source(self, name: str) -> Source | None:
        """A file; None for one that is not there."""
        ...

    def document_at(self, name: str, at: int) -> Document | None:
        """The document of a file that holds an offset."""
        ...

    def written(self, place: ValuePlace) -> WrittenValue | None:
        """The value at a place of a file of values."""
        ...


class PrintedText:
    """What one template prints: `source` has the text, under the path of the template.

    Unknown words are replaced by placeholders, so that no rule takes them for what will be there.
    """

    def __init__(self, text: Traced, files: PrintedFiles, path: str) -> None:
        self.files = files
        self._runs = text.runs
        self._ends = [*accumulate(run.length for run in text.runs)]
        self.source = Source(path, text.text.encode("utf-8", "surrogateescape"))

    @property
    def is_exact(self) -> bool:
        """Whether the text is read character by character as it was printed: not what is no Unicode."""
        return len(self.source.text) == (self._ends[-1] if self._ends else 0)

    def documents(self, *, all_of_them: bool = False) -> Iterator[PrintedDocument]:
        """The documents that mention hosts, or all."""
        for piece in split(self.source.text) if self.is_exact else ():
            if all_of_them or text_mentions(self.source.cut(piece.span)):
                yield PrintedDocument(self, piece)

    def parts(self, span: Span) -> list[PrintedPart]:
        """The characters of a span by their origins."""
        index = bisect_right(self._ends, span.start)
        found: list[PrintedPart] = []
        at = self._ends[index - 1] if index else 0
        while index < len(self._runs) and at < span.end:
            run = self._runs[index]
            first, last = max(span.start, at), min(span.end, at + run.length)
            if first < last:
                found.append(PrintedPart(last - first, run.origin.moved(first - at), run.printed_at))
            at += run.length
            index += 1
        return found

    def unknown_spans(self, span: Span) -> Iterator[Span]:
        """The stretches of a span that nobody knows."""
        at = span.start
        for part in self.parts(span):
            if is_unknown(part.origin):
                yield Span(at, at + part.length)
            at += part.length


def with_placeholders(text: Traced) -> Traced:
    """A text with placeholders for the words in it that nobody knows."""
    runs: list[TextRun] = []
    pieces: list[str] = []
    at = 0
    for run in text.runs:
        piece = text.text[at : at + run.length]
        at += run.length
        if is_unknown(run.origin) and _WORD.fullmatch(piece):
            piece = placeholder(_identity(run.origin))
        pieces.append(piece)
        runs.append(run._replace(length=len(piece)))
    return Traced("".join(pieces), tuple(runs))


def _identity(origin: Origin) -> str:
    if isinstance(origin, UnknownText):
        return origin.identity
    inputs = origin.inputs if isinstance(origin, Derived) else ()
    return "-".join(one.identity for one in inputs if isinstance(one, UnknownText))


class LackingItem(NamedTuple):
    """An item of a values file that lacks what is printed of it: its place, and its keys that are not printed."""

    place: Place
    unread: tuple[str, ...]


class PrintedDocument(Placed):
    """A document that a template prints. A place in it leads to the values file that its characters come from.

    Where they come from no value, to the template.
    """

    is_editable = False

    def __init__(self, printed: PrintedText, piece: Piece) -> None:
        super().__init__(Document(printed.source, piece))
        self._printed = printed
        self._leave_open()

    def _leave_open(self) -> None:
        """Mark what holds text that nobody knows."""
        unknown = [*self._printed.unknown_spans(self.document.span)]
        if not unknown:
            return
        starts = [span.start for span in unknown]

        def holds_unknown(node: Node) -> bool:
            at = max(bisect_right(starts, node.start) - 1, 0)
            return any(span.start < node.end and node.start < span.end for span in unknown[at : at + 2])

        for node in nodes(self.document.root):
            if isinstance(node, Scalar):
                if holds_unknown(node):
                    node.leave_open()
            elif isinstance(node, Mapping):
                node.is_open = node.is_open or any(holds_unknown(entry.key) for entry in node.entries)

    def step(self, span: Span, item: int | None = None) -> Place | None:
        """Where a span is written: in a values file if a value is in it, else in a template."""
        del item
        if span.start == span.end:
            # Where a reader stops, or nothing is printed.
            return self._template_place(span, self._printed.parts(Span(span.start, span.start + 1)))
        parts = self._printed.parts(span)
        values = _values(parts)
        if not values:
            return self._place_of_empty(span, parts) or self._template_place(span, parts)
        is_scalar = self._is_scalar(span)
        if is_scalar and _are_items(values):
            # A list that becomes one text: the template takes it for something else.
            return self._template_place(span, parts)
        if is_scalar or len(values) == 1:
            return self._value_place(values[0], parts)
        # A list or mapping: its own text is that of the template where the template writes its beginning.
        if isinstance(parts[0].origin, TemplateText):
            return self._template_place(span, parts)
        return self._container_place(values)

    def printing_place(self, span: Span) -> Place | None:
        """The action of a template that prints what begins at a span; text that a template has, as `step` does."""
        if span.start == self.document.span.end > self.document.span.start:
            # Readers stop behind what they read.
            span = Span(span.start - 1, span.start - 1)
        parts = self._printed.parts(Span(span.start, span.start + 1))
        printed = parts[0].printed_at if parts and not isinstance(parts[0].origin, TemplateText) else None
        return self.step(span) if printed is None else self.in_template(printed.path, Span(printed.start, printed.end))

    def lacking(self, span: Span) -> LackingItem | None:
        """The item of a values file that the entry around a span is printed for; None for a constant.

        For what the item lacks: the template has only its key.
        """
        if _values(self._printed.parts(span)):
            return None
        at = bisect_right(self._items, span.start, key=lambda item: item.start) - 1
        while at >= 0 and self._items[at].end < span.end:
            at -= 1
        values = _values(self._printed.parts(self._items[at])) if at >= 0 else []
        path = _common(values)
        while path and not isinstance(path[-1], int):
            path = path[:-1]
        written = self._printed.files.written(values[0]._replace(path=path, is_key=False)) if path else None
        if written is None:
            return None
        node = written.node
        fields = node.fields if isinstance(node, Mapping) else {}
        read = {value.path[len(path)] for value in values if len(value.path) > len(path)}
        place = written.place(node.entries[0].key.span if isinstance(node, Mapping) and node.entries else None)
        return place and LackingItem(place, tuple(name for name in fields if name not in read))

    def related_to(self, span: Span) -> tuple[Related, ...]:
        """The template that prints a value, and what else a span comes from."""
        parts = self._printed.parts(span)
        values = _values(parts)
        if not values:
            return ()
        if self.prints_list(span):
            return self.values_of(span)
        found: list[Related] = []
        if self._is_scalar(span):
            others = map(self._value_at, values[1:])
            found += (Related(one.span, _ALSO_FROM, one.source) for one in others if one is not None)
        for printed in dict.fromkeys(part.printed_at for part in parts if _values([part])):
            source = printed and self._printed.files.source(printed.path)
            if printed is not None and source is not None:
                found.append(Related(Span(printed.start, printed.end), _PRINTED_HERE, source))
        return tuple(found)

    @property
    def files(self) -> PrintedFiles:
        """The files that it is printed from."""
        return self._printed.files

    def parts(self, span: Span) -> list[PrintedPart]:
        """The characters of a span by where they come from."""
        return self._printed.parts(span)

    def values(self, span: Span) -> list[ValuePlace]:
        """The values, and keys of values, that a span comes from, each once."""
        return _values(self._printed.parts(span))

    def value(self, span: Span) -> ValuePlace | None:
        """The one value or key that a span comes from."""
        values = self.values(span)
        return values[0] if len(values) == 1 else None

    def prints_list(self, span: Span) -> bool:
        """Whether a scalar is made of several items of one list."""
        return self._is_scalar(span) and _are_items(self.values(span))

    def prints_list_as_go(self, span: Span) -> bool:
        """Whether a scalar is made of several items of one list as Go prints it, `[a b]`, with or without brackets."""
        text, first = self.document.source.text, max(span.start - 1, self.document.span.start)
        brackets = [at for at in (first, text.find("[", span.start, span.end)) if at >= 0 and text[at] == "["]
        parts = [part for at in brackets for part in self.parts(Span(at, at + 1))] if self.prints_list(span) else []
        return any(not isinstance(part.origin, TemplateText) for part in parts)

    def action(self, span: Span) -> PrintingAction | None:
        """The action of a template that prints the beginning of a span."""
        return next((part.printed_at for part in self._printed.parts(span) if part.printed_at is not None), None)

    def values_of(self, span: Span) -> tuple[Related, ...]:
        """The values that a span comes from."""
        found = map(self._value_at, _values(self._printed.parts(span)))
        return tuple(Related(one.span, _VALUE, one.source) for one in found if one is not None)

    def _value_at(self, place: ValuePlace) -> Place | None:
        """Where a value, or a key, stands as a whole."""
        written = self._printed.files.written(place)
        return written and written.place()

    def origin(self, node: Node) -> Place | None:
        """Where people change what stands in a node: the first value in it, else the template's text."""
        places = [self._value_place(value, []) for value in _values(self._printed.parts(node.span))]
        known = [place for place in places if place is not None]
        return min(known, key=lambda place: (place.source.path, place.span), default=self.step(node.span))

    def covers(self, span: Span) -> Iterator[Place]:
        """Where the characters of a span are written: scalars and keys of values files, stretches of templates."""
        for part in self._printed.parts(span):
            if isinstance(part.origin, TemplateText):
                if (source := self._printed.files.source(part.origin.path)) is not None:
                    at = part.origin.start
                    yield Place(source, 0, Span(at, at + part.length))
            else:
                yield from (place for value in _values([part]) if (place := self._value_at(value)) is not None)

    def _is_scalar(self, span: Span) -> bool:
        """Whether a span is a scalar, a key, or in one."""
        at = bisect_right(self._scalars, span.start, key=lambda scalar: scalar.start) - 1
        return at >= 0 and span.end <= self._scalars[at].end

    @cached_property
    def _scalars(self) -> list[Span]:
        return sorted(node.span for node in nodes(self.document.root) if isinstance(node, Scalar))

    @cached_property
    def _items(self) -> list[Span]:
        """The mappings in lists, in order."""
        lists = (node for node in nodes(self.document.root) if isinstance(node, Sequence))
        return sorted(item.span for node in lists for item in node.items if isinstance(item, Mapping))

    def _value_place(self, place: ValuePlace, parts: list[PrintedPart]) -> Place | None:
        written = self._printed.files.written(place)
        if written is None:
            return None
        exact = [
            (part.origin.start, part.origin.start + part.length)
            for part in parts
            if isinstance(part.origin, ValueText) and part.origin.place == place and not part.origin.place.is_key
        ]
        if not exact or not isinstance(written.node, Scalar):
            return written.place()
        return written.place(written.span(min(exact)[0], max(end for _, end in exact)))

    def _container_place(self, values: list[ValuePlace]) -> Place | None:
        """The innermost list or mapping that all of some values of one file stand in."""
        common = _common(values)
        return self._value_at(values[0]._replace(path=common, is_key=False)) if common else None

    def _template_place(self, span: Span, parts: list[PrintedPart]) -> Place | None:
        for number, part in enumerate(parts):
            if isinstance(part.origin, TemplateText):
                path, start = part.origin.path, part.origin.start
                end = start + part.length
                for other in parts[number + 1 :]:
                    if (
                        isinstance(other.origin, TemplateText)
                        and other.origin.path == path
                        and other.origin.start >= end
                    ):
                        end = other.origin.start + other.length
                return self.in_template(path, Span(start, end))
        key = self._key_of(span) if span.start == span.end else None
        if key is not None:
            return self.step(key.span)
        printed = next((part.printed_at for part in parts if part.printed_at is not None), None)
        if printed is not None:
            return self.in_template(printed.path, Span(printed.start, printed.end))
        return None

    def _place_of_empty(self, span: Span, parts: list[PrintedPart]) -> Place | None:
        """Where the value stands that a node without text of its own is printed for, by the keys around it."""
        if any(isinstance(part.origin, TemplateText) for part in parts):
            return None
        node, place = self.document.root, None
        while node is not None and node.span != span:
            inner: list[tuple[Node, ValuePlace | None]] = []
            if isinstance(node, Mapping):
                keys = ((entry, self.value(entry.key.span)) for entry in node.entries)
                inner = [(entry.value, key and key._replace(is_key=False)) for entry, key in keys]
            elif isinstance(node, Sequence):
                inner = [
                    (item, place and place._replace(path=(*place.path, index))) for index, item in enumerate(node.items)
                ]
            around = (one for one in inner if one[0].start <= span.start and span.end <= one[0].end)
            node, place = next(around, (None, None))
        return self._value_at(place) if node is not None and place is not None else None

    def _key_of(self, span: Span) -> Scalar | None:
        """The key whose value is a node that nothing was printed for."""
        for node in nodes(self.document.root):
            for entry in node.entries if isinstance(node, Mapping) else ():
                if entry.value.span == span:
                    return entry.key
        return None

    def in_template(self, path: str, span: Span) -> Place | None:
        """A span of a template."""
        document = self._printed.files.document_at(path, span.start)
        return None if document is None else Place(document.source, document.number, span)


def _values(parts: list[PrintedPart]) -> list[ValuePlace]:
    """The values that characters come from, each once, in order."""
    found: dict[ValuePlace, None] = {}
    for part in parts:
        for origin in part.origin.inputs if isinstance(part.origin, (Derived, UnknownText)) else (part.origin,):
            if isinstance(origin, ValueText):
                found[origin.place] = None
    return list(found)


def _are_items(values: list[ValuePlace]) -> bool:
    """Whether these are several items of one list."""
    return len(values) > 1 and all(
        isinstance(value.path[-1], int) and value.path[:-1] == values[0].path[:-1] for value in values
    )


def _common(values: list[ValuePlace]) -> tuple[str | int, ...]:
    """The path of the innermost list or mapping that all values stand in that are in the first one's file."""
    paths = [value.path[:-1] for value in values if value.file == values[0].file]
    common = paths[0] if paths else ()
    for path in paths[1:]:
        same = 0
        while same < min(len(common), len(path)) and common[same] == path[same]:
            same += 1
        common = common[:same]
    return common
