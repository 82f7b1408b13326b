"""What a fix takes away without a word: neither in its result nor in its title."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from podhosts.document import Mapping, Part, Scalar, document_of, whole
from podhosts.interpret import own_pods
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.surgery import lost_comments, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Node
    from podhosts.edits import Edit, Fix
    from podhosts.kubernetes import KnownKinds
    from podhosts.source import Source, Span

#: What a word is between blanks, quotes and brackets.
_WORD = regex(r"[^\s`'\",\[\]{}()]+")
#: Words of a script, but for formats, escapes, options and devices.
_SCRIPT_WORD = regex(r"[A-Za-z0-9_](?:[\w.:-]*\w)?")
_NOT_SAID = regex(r"%[-+0-9.]*[a-z%]|\\+[a-z0]?|(?<!\S)--?[\w-]+|/dev/\w+")
#: What a hosts file is written with; who moves an entry takes the command along.
_COMMANDS = frozenset(["cat", "e", "echo", "etc", "hosts", "ne", "printf", "sudo", "tee", "true"])
_HEREDOC = regex(r"<<-?\s*[\"'\\]?(\w+)")
#: Keys that name what stands below them.
_HOOKS = frozenset({"postStart", "preStop"})


class _Thing(NamedTuple):
    """A part of an object that has a name: whoever names it names all that is in it."""

    span: Span
    label: str
    within: _Thing | None


class _Leaf(NamedTuple):
    """A scalar, key or value, with the smallest thing that holds it."""

    start: int
    end: int
    text: str
    within: _Thing | None


class Removals:
    """Looks for what `fixes` of one source take away; what is known of a document serves all of them."""

    def __init__(self, given: Source | Part, kinds: KnownKinds, fixes: Iterable[Fix]) -> None:
        part = given if isinstance(given, Part) else whole(given)
        self._source = part.source
        self._kinds = kinds
        self._documents = [document_of(part, piece) for piece in part.pieces]
        self._starts = [document.span.start for document in self._documents]
        self._leaves: dict[int, list[_Leaf]] = {}
        self._touched_spans = _Spans(edit.span for fix in fixes for edit in fix.edits)

    def unsaid(self, fix: Fix) -> str | None:
        """The first text that a fix removes without a word in its title or in the text that it puts in; else None."""
        edits: dict[Span, list[Edit]] = {}
        for edit in fix.edits:
            if edit.span.end > edit.span.start:
                edits.setdefault(edit.span, []).append(edit)
        if not edits:
            return None
        said = _Said((fix.title, *(edit.text for edit in fix.edits)))
        for span, at_span in edits.items():
            for number in self._touched(span):
                found = self._unsaid(number, span, at_span, fix.title, said)
                if found is not None:
                    return found
        return None

    def _touched(self, span: Span) -> range:
        first = max(bisect_right(self._starts, span.start) - 1, 0)
        return range(first, bisect_left(self._starts, span.end, first))

    def _unsaid(self, number: int, span: Span, edits: list[Edit], title: str, said: _Said) -> str | None:
        leaves = self._leaves_of(number)
        at = bisect_right(leaves, span.start, key=lambda leaf: leaf.end)
        while at < len(leaves) and leaves[at].start < span.end:
            leaf = leaves[at]
            at += 1
            if _is_named(leaf.within, span, title):
                continue
            if span.start <= leaf.start and leaf.end <= span.end:
                written = self._source.text[leaf.start : leaf.end]
                if not any(text in said for text in (leaf.text, written, *_quoted(leaf.text))):
                    return leaf.text
            elif (word := self._unsaid_part(leaf, span, said)) is not None:
                return word
        comments = lost_comments(self._documents[number], edits)
        return next((comment for comment in comments if not said.holds(comment)), None)

    def _unsaid_part(self, leaf: _Leaf, span: Span, said: _Said) -> str | None:
        """The first word of a part of a scalar that is not said, and not in what is left of the scalar."""
        text = self._source.text
        removed = text[max(leaf.start, span.start) : min(leaf.end, span.end)]
        left = {*_SCRIPT_WORD.findall(text[leaf.start : span.start] + " " + text[span.end : leaf.end])}
        known = {*_COMMANDS, *_HEREDOC.findall(removed)} | left
        words = _SCRIPT_WORD.findall(_NOT_SAID.sub(" ", removed))
        # Host names match in any case, and an entry has them in lower case.
        return next((word for word in words if word not in known and word.lower() not in said), None)

    def _leaves_of(self, number: int) -> list[_Leaf]:
        if number not in self._leaves:
            document = self._documents[number]
            pods = own_pods(document, self._kinds)
            lists = {id(pod.list_node) for pod in pods if pod.list_node is not None}
            fields = frozenset().union(*(pod.schema.entry_fields for pod in pods))
            self._leaves[number] = sorted(_leaves(document.root, lists, fields, self._touched_spans))
        return self._leaves[number]


class _Spans:
    """Some spans, put together where they overlap or meet."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them has something in common with what stands from `start` to `end`."""
        at = bisect_left(self._starts, end) - 1
        return at >= 0 and self._ends[at] > start


class _Said:
    """Texts in which a word is looked for."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = "\n".join(texts)
        found = _WORD.findall(self._text)
        self._words = {*found, *(word.rstrip(":;") for word in found)}

    def __contains__(self, text: str) -> bool:
        """Whether a text stands there as a word, or as several in a row."""
        if text in self._words:
            return True
        return re.search(rf"(?<![\w.-]){re.escape(text)}(?![\w-]|\.\w)", self._text) is not None

    def holds(self, text: str) -> bool:
        return text in self._text


def _quoted(text: str) -> tuple[str, ...]:
    """A text with its quotes as a fix may write it: each style has escapes of its own."""
    return tuple(scalar_text(text, quotes) for quotes in "'\"")


def _is_named(thing: _Thing | None, removed: Span, title: str) -> bool:
    """Whether a thing, or one that holds it, goes as a whole and is named."""
    while thing is not None:
        is_gone = removed.start <= thing.span.start and thing.span.end <= removed.end
        if is_gone and f"`{thing.label}`" in title:
            return True
        thing = thing.within
    return False


def _leaves(root: Node | None, lists: set[int], fields: frozenset[str], spans: _Spans) -> Iterator[_Leaf]:
    """The scalars of a document in some spans, each once; of keys only those that say something of their own.

    `lists` are the lists of aliases, in which every name counts, and `fields` the keys of their entries.
    """
    stack: list[tuple[Node, _Thing | None, bool]] = [(root, None, False)] if root is not None else []
    seen: set[int] = set()
    while stack:
        node, within, in_list = stack.pop()
        if id(node) in seen or not spans.touch(node.start, node.end):
            continue
        seen.add(id(node))
        in_list = in_list or id(node) in lists
        if isinstance(node, Scalar):
            if node.text and node.value is not None:
                yield _Leaf(node.start, node.end, node.text, within)
            continue
        if not isinstance(node, Mapping):
            stack += [(item, _thing(item, within, in_list), in_list) for item in node.items]
            continue
        for entry in node.entries:
            inner = within
            if entry.name in _HOOKS and not in_list:
                inner = _Thing(node.span._replace(start=entry.key.start, end=entry.value.end), entry.name, within)
            if isinstance(entry.value, Scalar) and not (in_list and entry.name in fields):
                stack.append((entry.key, inner, in_list))
            stack.append((entry.value, inner, in_list))


def _thing(item: Node, within: _Thing | None, in_list: bool) -> _Thing | None:
    name = item.get("name") if isinstance(item, Mapping) and not in_list else None
    return _Thing(item.span, name.text, within) if isinstance(name, Scalar) and name.text else within
