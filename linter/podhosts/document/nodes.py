"""Nodes: what a document says, and where each part of it stands.

An alias puts the anchored node itself into its second place, so a document is a directed graph without cycles and takes
no more memory than its text; `Entry.alias` and `Sequence.aliases` keep where the alias was written.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeAlias

from podhosts.document import scalars
from podhosts.document.placeholders import is_placeholder
from podhosts.document.scalars import UNKNOWN
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Sequence as Items

    from podhosts.document.locate import Places


_JSON_OPENINGS = frozenset("[{")


class Contents(NamedTuple):
    """The contents of a node: how many mappings have a key of each name, whether one has a name twice, and whether
    there may be a string of several lines or one that begins like JSON.
    """

    keys: Counter[str]
    has_duplicates: bool
    has_texts: bool


class _Base:
    """The base of all nodes: their span without anchor and tag, and the anchor's name if they carry one."""

    __slots__ = ("anchor", "end", "shared", "start", "tag")

    def __init__(self, start: int, end: int, anchor: str | None = None, tag: str | None = None) -> None:
        self.start = start
        self.end = end
        self.anchor = anchor
        self.tag = tag
        #: Spans of the aliases (`*name`) that put this node in further places.
        self.shared: Items[Span] = ()

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Scalar(_Base):
    """A scalar: `text` as YAML reads it, before types; `style` is `''` (plain), `'`, `"`, `|` or `>`."""

    __slots__ = ("__dict__", "style", "text")

    def __init__(
        self, start: int, end: int, text: str, style: str, anchor: str | None = None, tag: str | None = None
    ) -> None:
        # Not through the base: nearly all that is read are scalars.
        self.start = start
        self.end = end
        self.anchor = anchor
        self.tag = tag
        self.shared = ()
        self.text = text
        self.style = style

    @cached_property
    def value(self) -> scalars.Value | scalars.Unknown:
        """The value that Kubernetes reads: a string, a number, a boolean or None; `UNKNOWN` if a template decides it.

        Raises `scalars.ScalarError` as `written` does.
        """
        return UNKNOWN if is_placeholder(self.text) else self.written

    @property
    def written(self) -> scalars.Value:
        """The value with placeholders read as the texts that they are (`vectors/yaml/scalars.json`).

        Raises `scalars.ScalarError` where kubectl refuses the document for it (`!!float x`, `.nan`).
        """
        return scalars.resolve(self.text, self.style, self.tag)

    @property
    def is_unknown(self) -> bool:
        """Whether a template or placeholder decides the value, or a part of it."""
        return self.value is UNKNOWN

    def leave_open(self) -> None:
        """Make the value unknown: a template prints it where nothing is written."""
        self.__dict__["value"] = UNKNOWN

    def remember(self, places: Places) -> None:
        """Keep the source spans of the characters of `text`, for `locate`."""
        self.__dict__["_located"] = places

    @property
    def is_string(self) -> bool:
        """Whether the text is that of a string, a known one or not."""
        return isinstance(self.written, str)

    def __repr__(self) -> str:
        return f"Scalar({self.text!r}, {self.start}..{self.end})"


class Sequence(_Base):
    """A list; `aliases` has the span of the alias for each item that is one, by index.

    `is_open`: a template may print more items into it, or not all of those that are written.
    """

    __slots__ = ("aliases", "contents", "flow", "is_open", "items")

    def __init__(self, start: int, end: int, *, flow: bool, anchor: str | None = None, tag: str | None = None) -> None:
        super().__init__(start, end, anchor, tag)
        self.flow = flow
        self.is_open = False
        #: Set where it is known without a look at all nodes.
        self.contents: Contents | None = None
        self.items: list[Node] = []
        self.aliases: dict[int, Span] = {}

    def __repr__(self) -> str:
        return f"Sequence({len(self.items)} items, {self.start}..{self.end})"


class Entry:
    """One `key: value` as written. `name` is the key as kubectl sends it (`on:` is `true`)."""

    __slots__ = ("alias", "is_merge", "key", "name", "value")

    def __init__(self, key: Scalar, value: Node, alias: Span | None, name: str | None = None) -> None:
        """`name` where it is known, and the key does not merge."""
        self.key = key
        self.value = value
        self.alias = alias
        if name is not None:
            self.is_merge = False
            self.name = name
            return
        self.is_merge = key.text == "<<" and scalars.is_merge_key(key.text, key.style, key.tag)
        self.name = key.text if self.is_merge else scalars.key_name(key.text, key.style, key.tag)

    def __repr__(self) -> str:
        return f"Entry({self.name!r})"


class Mapping(_Base):
    """A mapping; `entries` as written, duplicates and merge keys included.

    `is_open`: a template may print more keys into it, so that none is missing.
    """

    __slots__ = ("__dict__", "contents", "entries", "flow", "is_open")

    def __init__(self, start: int, end: int, *, flow: bool, anchor: str | None = None, tag: str | None = None) -> None:
        super().__init__(start, end, anchor, tag)
        self.flow = flow
        self.is_open = False
        #: Set where it is known without a look at all nodes.
        self.contents: Contents | None = None
        self.entries: list[Entry] = []

    @cached_property
    def fields(self) -> dict[str, Entry]:
        """The entries that count, by name: of two the later wins, and `<<` overrides what stands before it.

        Merged entries are those of the mapping they come from, so their spans lie there.
        """
        # A stack, not recursion: merges may nest as deep as any mapping.
        stack = [self]
        while stack:
            mapping = stack[-1]
            waiting = [part for part in mapping._merged_parts() if "fields" not in part.__dict__]
            if waiting:
                stack += waiting
            else:
                mapping.__dict__["fields"] = mapping._effective()
                stack.pop()
        return self.fields

    def _merged_parts(self) -> list[Mapping]:
        return [part for entry in self.entries if entry.is_merge for part in merge_sources(entry.value)]

    def _effective(self) -> dict[str, Entry]:
        result: dict[str, Entry] = {}
        for entry in self.entries:
            if entry.is_merge:
                for merged in reversed(merge_sources(entry.value)):
                    result.update(merged.fields)
            else:
                result[entry.name] = entry
        return result

    @cached_property
    def duplicates(self) -> list[tuple[Entry, Entry]]:
        """Pairs of entries (earlier, later) with the same name, written in this mapping itself."""
        seen: dict[str, Entry] = {}
        pairs = []
        for entry in self.entries:
            if entry.is_merge:
                continue
            if entry.name in seen:
                pairs.append((seen[entry.name], entry))
            seen[entry.name] = entry
        return pairs

    def hides(self, entry: Entry) -> bool:
        """Whether an entry overrides another one of its name or merged ones, which would count without it."""
        return any(other.is_merge or (other.name == entry.name and other is not entry) for other in self.entries)

    def get(self, name: str) -> Node | None:
        """The value that counts for `name`; None where it has none.

        A template may print what is not written in an open mapping: then it is a scalar without a text that is unknown.
        """
        entry = self.fields.get(name)
        if entry is not None:
            return entry.value
        return unwritten(self) if self.is_open else None

    def __repr__(self) -> str:
        return f"Mapping({[entry.name for entry in self.entries]}, {self.start}..{self.end})"


Node: TypeAlias = Scalar | Sequence | Mapping


def merge_sources(value: Node) -> Items[Mapping]:
    """The mappings that a `<<` brings in, first one strongest."""
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, Sequence):
        return [item for item in value.items if isinstance(item, Mapping)]
    return []


def nodes(root: Node | None) -> Iterator[Node]:
    """A node and all below it, keys before their values; each once, however many aliases lead to it."""
    stack = [root] if root is not None else []
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Mapping):
            for entry in reversed(node.entries):
                stack += [entry.value, entry.key]
        elif isinstance(node, Sequence):
            stack += reversed(node.items)


def contents(root: Node) -> Contents:
    """The contents of a node, cheaper than by a walk. Most documents hold nothing that needs a closer look."""
    if isinstance(root, Scalar):
        return Contents(Counter(), False, _may_be_text(root))
    if root.contents is None:
        root.contents = _look_through(root)
    return root.contents


def _look_through(root: Mapping | Sequence) -> Contents:
    keys: Counter[str] = Counter()
    has_duplicates = has_texts = False
    stack = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        below: Iterable[Node]
        if isinstance(node, Mapping):
            keys.update(node.fields.keys())
            has_duplicates = has_duplicates or bool(node.duplicates)
            below = [entry.value for entry in node.entries]
        else:
            below = node.items
        for child in below:
            if not isinstance(child, Scalar):
                stack.append(child)
            elif not has_texts:
                has_texts = _may_be_text(child)
    return Contents(keys, has_duplicates, has_texts)


def _may_be_text(scalar: Scalar) -> bool:
    return "\n" in scalar.text or scalar.text[:1] in _JSON_OPENINGS


def unwritten(around: Node) -> Scalar:
    """A scalar in place of something that a template may print into a node."""
    scalar = Scalar(around.start, around.start, "", "")
    scalar.leave_open()
    return scalar


def string(node: Node | None) -> str | None:
    """The value of a string scalar that is known, None for anything else."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return node.value
    return None


def written_string(node: Node | None) -> str | None:
    """The text of a string scalar, placeholders included: for names that are compared with each other, or shown."""
    written = node.written if isinstance(node, Scalar) else None
    return written if isinstance(written, str) else None


def is_unknown(node: Node | None) -> bool:
    """Whether a template or placeholder decides what stands there."""
    return isinstance(node, Scalar) and node.is_unknown


def is_null(node: Node | None) -> bool:
    """Whether a null is written there, and nothing prints another value."""
    return isinstance(node, Scalar) and node.value is None


def plain(node: Node) -> object:
    """The node as Python data, as kubectl would send it, placeholders as texts; however deep it is."""
    found: list[object] = []
    # A stack, not recursion: what is legal may be 10,000 levels deep. Each node comes with the place for its value.
    stack: list[tuple[Node, Callable[[object], None]]] = [(node, found.append)]
    while stack:
        item, put = stack.pop()
        if isinstance(item, Scalar):
            put(item.written)
        elif isinstance(item, Sequence):
            values: list[object] = []
            put(values)
            # The last one on the stack is the first to be appended.
            stack += [(each, values.append) for each in reversed(item.items)]
        else:
            # In their order from the start, as they are filled from the end.
            fields: dict[str, object] = dict.fromkeys(item.fields)
            put(fields)
            stack += [(entry.value, partial(fields.__setitem__, name)) for name, entry in item.fields.items()]
    return found[0]
