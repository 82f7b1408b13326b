"""Where a rendered template prints hostAliases: from which values, in which form, and with which mistakes."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from podhosts.diagnostics import Words
from podhosts.document import Document, Mapping, Piece, Scalar, Sequence
from podhosts.helm.rendering import KEY, MARK
from podhosts.helm.values import EACH, Form, PrintedValue, Reference
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.helm.rendering import PrintedMark, RenderedTemplate, TemplateBody
    from podhosts.helm.values import ValuesPath

_KEY_LINE = re.compile(rf"^(?P<before> *(?:- +)*){KEY}:(?P<rest>[^\n]*)$", re.MULTILINE)
_MARKS = re.compile(rf"{MARK}+")
_LONE = re.compile(rf"(?P<before> *)(?P<marks>{MARK}+)[ \t\r]*")
_ENTRY = re.compile(rf" *(?:- +)+(?P<marks>{MARK}+)[ \t\r]*")
_OPEN_KEY = re.compile(r"(?P<before> *(?:- +)*)(?P<key>[A-Za-z]+):[ \t]*(?P<rest>.*)")
_COLUMNS = re.compile(r"\bn?indent\s+([0-9]+)")
_TOP_FIELD = re.compile(r"^(apiVersion|kind):[ \t]+[\"']?([A-Za-z0-9./-]+)[\"']?[ \t\r]*$", re.MULTILINE)
_SEPARATOR = re.compile(r"^---", re.MULTILINE)


class PrintedObject(NamedTuple):
    """The object that a template makes, as far as it says it by constants; `kinds` where branches differ."""

    api_version: str | None
    kinds: frozenset[str]


class Misprint(NamedTuple):
    """A print that cannot become what is meant: the action's span in `place`, and what a finding says of it."""

    place: TemplateBody
    span: Span
    words: Words


class PlainPrint(NamedTuple):
    """A value that is printed among the names of an entry as Go prints it: right for one name, wrong for a list."""

    path: ValuesPath
    place: TemplateBody
    span: Span


class Fragment(NamedTuple):
    """Text of a template that is part of a list, or holds one, and the object that it becomes a part of."""

    place: TemplateBody
    target: PrintedObject


class PrintedLists(NamedTuple):
    """What one template prints at its `hostAliases:` keys."""

    misprints: list[Misprint]
    fragments: list[Fragment]
    plain_prints: list[PlainPrint]


def printed_lists(rendered: RenderedTemplate) -> PrintedLists:
    """All hostAliases lists of a rendered template."""
    found = PrintedLists([], [], [])
    for key in _KEY_LINE.finditer(rendered.text):
        _Region(rendered, key).read(found)
    return found


class _Region:
    """The lines of one list: the key's own and those below it."""

    def __init__(self, rendered: RenderedTemplate, key: re.Match[str]) -> None:
        self._rendered = rendered
        self._column = len(key["before"])
        self._start, self._end = key.span()
        self._lines = [" " * self._column + f"{KEY}:{key['rest']}", *self._lines_below(key.end() + 1, key["rest"])]

    def _lines_below(self, start: int, beside: str) -> Iterator[str]:
        """The lines from `start` that belong to the list; `beside` stands on the line of its key."""
        text = self._rendered.text
        is_below_key = not beside.strip()
        while start < len(text):
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            line = text[start:end]
            start = end + 1
            stripped = line.strip(" \t\r")
            indent = len(line) - len(line.lstrip(" "))
            lone = _LONE.fullmatch(line)
            if not stripped or stripped.startswith("#"):
                continue
            # What is printed right below a key is its value, wherever it begins.
            if not (is_below_key and lone and self._prints_yaml(lone["marks"])) and (
                indent < self._column or (indent == self._column and stripped[0] != "-")
            ):
                return
            opened = _OPEN_KEY.match(line)
            is_below_key = opened is not None and not opened["rest"].strip()
            self._end = end
            yield line

    def _prints_yaml(self, marks: str) -> bool:
        return any(self._rendered.mark(letter).form is Form.YAML for letter in marks)

    def _prints_entry(self, marks: str) -> bool:
        values = [self._rendered.mark(letter).value for letter in marks]
        return any(isinstance(value, Reference) and value.path[-1:] == (EACH,) for value in values)

    def read(self, found: PrintedLists) -> None:
        found.misprints.extend(self._misprints())
        text = "\n".join(map(self._with_dash, self._lines))
        root = Document(Source("", (text + "\n").encode()), Piece(1, Span(0, len(text) + 1), "yaml")).root
        items = root.get(KEY) if isinstance(root, Mapping) else None
        if isinstance(items, Sequence):
            for item in items.items:
                if isinstance(item, Mapping):
                    found.plain_prints.extend(self._plain_prints(item.get("hostnames")))
        found.fragments.extend(Fragment(place, self._target) for place in self._places())

    def _with_dash(self, line: str) -> str:
        """A line of printed YAML as an item, so that it can be read as one."""
        lone = _LONE.fullmatch(line)
        if lone is None or not self._prints_yaml(lone["marks"]) or self._prints_entry(lone["marks"]):
            return line
        return " " * max(len(lone["before"]), self._column) + f"- {lone['marks']}"

    def _places(self) -> list[TemplateBody]:
        """The texts that segments of the region come from."""
        places: dict[int, TemplateBody] = {}
        at = 0
        for segment in self._rendered.segments:
            if at < self._end and at + len(segment.text) > self._start and segment.text.strip():
                places[id(segment.place.definition)] = segment.place
            at += len(segment.text)
        return list(places.values())

    def _marks(self, node: Node | None) -> list[PrintedMark]:
        """The marks of a scalar that holds nothing else."""
        if isinstance(node, Scalar) and _MARKS.fullmatch(node.text):
            return [self._rendered.mark(letter) for letter in node.text]
        return []

    def _plain_prints(self, names: Node | None) -> Iterator[PlainPrint]:
        for mark in self._marks_of_names(names):
            if mark.form in {Form.GO, Form.QUOTED} and isinstance(mark.value, Reference):
                action, place = mark.prints[0]
                yield PlainPrint(mark.value.path, place, action.span)

    def _marks_of_names(self, node: Node | None) -> list[PrintedMark]:
        return [mark for item in (node.items if isinstance(node, Sequence) else [node]) for mark in self._marks(item)]

    @cached_property
    def _target(self) -> PrintedObject:
        text = self._rendered.text
        begin = max((match.start() for match in _SEPARATOR.finditer(text, 0, self._start)), default=0)
        after = _SEPARATOR.search(text, self._start)
        fields: dict[str, set[str]] = {"apiVersion": set(), "kind": set()}
        for name, value in _TOP_FIELD.findall(text[begin : after.start() if after else len(text)]):
            fields[name].add(value)
        versions = fields["apiVersion"]
        return PrintedObject(versions.pop() if len(versions) == 1 else None, frozenset(fields["kind"]))

    def _misprints(self) -> Iterator[Misprint]:
        """Prints of YAML whose lines begin where they cannot, seen with the key that they belong to."""
        key, column = KEY, self._column
        for line in self._lines:
            if lone := _LONE.fullmatch(line):
                if not key:
                    continue
                yield from self._check(lone["marks"], len(lone["before"]), key, column, on_line_of_key=False)
                continue
            if entry := _ENTRY.fullmatch(line):
                start = entry.start("marks")
                yield from self._check(entry["marks"], start, "-", start, on_line_of_key=False)
            opened = _OPEN_KEY.match(line)
            key, column = (opened["key"], len(opened["before"])) if opened else ("", 0)
            if opened and (found := _MARKS.match(opened["rest"])):
                yield from self._check(found.group(), opened.start("rest"), key, column, on_line_of_key=True)
            if opened and opened["rest"].strip():
                key = ""

    def _check(self, marks: str, first: int, key: str, column: int, *, on_line_of_key: bool) -> Iterator[Misprint]:
        for letter in marks:
            mark = self._rendered.mark(letter)
            if mark.form is not Form.YAML or mark.column is None or isinstance(mark.value, PrintedValue):
                continue
            words = _fault(mark.column, first, key, column, on_line_of_key=on_line_of_key)
            if words is not None:
                yield self._misprint(mark, words)
                return

    def _misprint(self, mark: PrintedMark, words: Words) -> Misprint:
        """Told at the action that stands beside the key, and there at the number of columns."""
        action, place = next((one for one in mark.prints if one.place == self._place), mark.prints[0])
        columns = next(reversed(list(_COLUMNS.finditer(action.text))), None)
        if columns is None:
            return Misprint(place, action.span, words)
        start, end = columns.span(1)
        return Misprint(place, Span(action.inside.start + start, action.inside.start + end), words)

    @cached_property
    def _place(self) -> TemplateBody | None:
        """The text that the key stands in."""
        at = 0
        for segment in self._rendered.segments:
            at += len(segment.text)
            if at > self._start + self._column:
                return segment.place
        return None


def _fault(others: int, first: int, key: str, column: int, *, on_line_of_key: bool) -> Words | None:
    """What is wrong with a list whose first line begins in the column `first`, and whose other lines in `others`."""
    right = f"write `nindent {column}` or more"
    if on_line_of_key:
        return Words(f"the list is printed on the line of `{key}:`", "that is not valid YAML", right)
    if others != first and key == "-":
        return Words(
            f"the first line of the entry begins in column {first + 1}, the others in column {others + 1}",
            "what is rendered is not valid YAML, or says something else",
            f"write `nindent {first} | trim`",
        )
    if others < column:
        return Words(
            f"the list is printed left of `{key}`, which is indented by {column}",
            "what is rendered is not valid YAML, or says something else",
            right,
        )
    if others != first:
        return Words(
            f"the first line of the list is indented by {first}, the others by {others}",
            "what is rendered is not valid YAML",
            right,
        )
    return None
