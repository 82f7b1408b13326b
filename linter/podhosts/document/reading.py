"""YAML text to nodes: the plain part line by line, all else through libyaml's events.

libyaml (0.1.7, in `ruamel.yaml.clib`) and kubectl's go-yaml agree on nearly every text; what they disagree on
(`vectors/yaml/parser-disagreements.json`) is settled here, on the source text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podhosts.document import scalars
from podhosts.document.aliasing import is_excessive
from podhosts.document.libyaml import libyaml
from podhosts.document.nodes import Entry, Mapping, Node, Scalar, Sequence
from podhosts.document.plain_blocks import read_plain
from podhosts.document.splitting import Problem
from podhosts.patterns import regex
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Collection

    from podhosts.document.templates import Template

#: go-yaml's own limit (`exceeded max depth of 10000`).
MAX_DEPTH = 10_000
#: libyaml's time grows with flow depth times tokens; this product takes it about a second on a slow machine.
MAX_DEPTH_TIMES_TOKENS = 15_000_000

#: The message about text that is legal but would take libyaml too long.
TOO_DEEP = "too deeply nested to check"

#: A limit that kubectl does not have: the libyaml of PyYAML 6.0.4 stops at 1,000 levels.
_OWN_WORDS = {"exceeded maximum nesting depth": TOO_DEEP}
_BOM = "\ufeff"
_BREAKS = "\r\n\x85\u2028\u2029"
_WHITE = " \t" + _BREAKS
#: Plain scalars that begin otherwise are never refused.
_ODD_STARTS = frozenset(".+-")
#: The name of an anchor ends where its letters do: `&http://x` is `://x` with the anchor `http`.
_PROPERTY = regex(rf"(?:&[0-9A-Za-z_-]*|![^{_WHITE}]*)(?:[{_WHITE}]+|#[^{_BREAKS}]*)*")


class UnreadableError(Exception):
    """kubectl would refuse the document. `problem` says why, with a span in the text given to `read`."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.problem = Problem(message, span)


def read(text: str, begin: int, end: int, template: Template | None = None) -> Node | None:
    """The first document in `text[begin:end]` as nodes whose spans are offsets in `text`; None where it holds nothing.

    `template`: the same stretch of text with its actions masked, which is read in its place.

    Raises UnreadableError where kubectl would refuse the text, or reading it would take too long.
    """
    chunk = text[begin:end]
    if template is None and (plain := read_plain(_completed(chunk), begin)) is not None:
        return plain
    return read_with_libyaml(chunk, begin, len(text), template)


def read_with_libyaml(chunk: str, offset: int, limit: int, template: Template | None = None) -> Node | None:
    """`read` for a chunk that stands at `offset` in a text of `limit` characters."""
    begin = offset
    # kubectl swallows one more byte order mark here.
    bom = 1 if chunk.startswith(_BOM) else 0
    chunk = _completed(chunk[bom:])
    offset += bom
    readable = chunk if template is None else template.text[bom:] + chunk[len(template.text) - bom :]
    _check_depth(readable, begin)
    # To kubectl a byte order mark inside the text is a letter; libyaml drops it.
    bom_mask = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in chunk) if _BOM in chunk else ""
    masked = readable.replace(_BOM, bom_mask) if bom_mask else readable
    masks: set[int] = set()
    for _ in range(3):
        try:
            reader = _NodeReader(masked, chunk, offset, bom_mask, limit)
            return reader.document()
        except _RefusedByLibyamlError as refusal:
            wanted = _masks_for(str(refusal), masked)
            if not wanted or wanted <= masks:
                raise UnreadableError(str(refusal), refusal.span) from None
            masks |= wanted
            masked = _mask(masked, wanted)
    raise AssertionError("two kinds of masks and a final attempt are all there are")


def _completed(chunk: str) -> str:
    """A chunk as kubectl hands it to go-yaml: with a final line break."""
    return chunk if chunk.endswith("\n") else chunk + "\n"


def _check_depth(chunk: str, begin: int) -> None:
    openings = chunk.count("[") + chunk.count("{")
    if openings < 200:
        return
    tokens = 2 * openings + chunk.count(",") + chunk.count(":")
    if openings * tokens <= MAX_DEPTH_TIMES_TOKENS:
        return
    # Imported here and below: hardly any text is refused or needs a closer look.
    from podhosts.document.flow import scan

    depth = scan(chunk).depth
    if depth > MAX_DEPTH:
        raise UnreadableError(f"exceeded max depth of {MAX_DEPTH}", Span(begin, begin))
    if depth * tokens > MAX_DEPTH_TIMES_TOKENS:
        raise UnreadableError(TOO_DEEP, Span(begin, begin))


def _masks_for(refusal: str, chunk: str) -> set[int]:
    from podhosts.document.flow import scan

    if "found unexpected ':'" in refusal:
        return set(scan(chunk).colons)
    if "found unknown escape character" in refusal:
        return set(scan(chunk).apostrophes)
    return set()


def _mask(text: str, offsets: Collection[int]) -> str:
    """Replace what libyaml refuses by something of the same length that it reads: a letter, or `\\"` for `\\'`."""
    characters = list(text)
    for at in offsets:
        if characters[at] in ":'":
            characters[at] = "x" if characters[at] == ":" else '"'
    return "".join(characters)


class _RefusedByLibyamlError(Exception):
    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


class _NodeReader:
    """Builds nodes from the events of one chunk."""

    def __init__(self, masked: str, chunk: str, offset: int, bom_mask: str, limit: int) -> None:
        found = libyaml()
        self._events = found.events
        self._error = found.error
        self._parser: Any = found.parser(masked)
        self._masked = masked
        self._chunk = chunk
        self._offset = offset
        self._limit = limit
        self._bom_mask = bom_mask
        self._anchors: dict[str, Node] = {}
        self._open: set[int] = set()

    def _refusal(self, error: Any) -> _RefusedByLibyamlError:
        mark = getattr(error, "problem_mark", None)
        at = mark.index if mark is not None else getattr(error, "position", 0) or 0
        message = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        return _RefusedByLibyamlError(_OWN_WORDS.get(message, message), self._span(at, at))

    def _span(self, start: int, end: int) -> Span:
        return Span(min(start + self._offset, self._limit), min(end + self._offset, self._limit))

    def document(self) -> Node | None:
        get_event = self._parser.get_event
        try:
            get_event()
            if not isinstance(get_event(), self._events.DocumentStartEvent):
                return None
            root = self._node()
            get_event()  # text after `...` is ignored, but what libyaml must see to end the document may be an error
        except self._error as error:
            raise self._refusal(error) from None
        if self._anchors and is_excessive(root):
            raise UnreadableError("document contains excessive aliasing", root.span)
        return root

    def _node(self) -> Node:
        """Read one node and all below it. A stack, not recursion: 10,000 levels are legal.

        Most of a document are scalars without properties, so those take the shortest way.
        """
        events, get_event = self._events, self._parser.get_event
        scalar_event, alias_event = events.ScalarEvent, events.AliasEvent
        starts = {events.MappingStartEvent: True, events.SequenceStartEvent: False}
        offset, limit = self._offset, self._limit
        is_masked = self._masked != self._chunk
        special_styles = {"|", ">", '"'} if "\\/" in self._chunk else {"|", ">"}
        stack: list[_OpenMapping | _OpenSequence] = []
        while True:
            event = get_event()
            kind = type(event)
            node: Node
            alias: Span | None = None
            if kind is scalar_event:
                style = event.style or ""
                if is_masked or style in special_styles or event.anchor is not None or event.tag is not None:
                    node = self._scalar(event)
                else:
                    start, end = event.start_mark.index + offset, event.end_mark.index + offset
                    node = Scalar(min(start, limit), min(end, limit), event.value, style)
            elif kind in starts:
                if len(stack) >= MAX_DEPTH:
                    raise UnreadableError(
                        f"exceeded max depth of {MAX_DEPTH}", self._span(event.start_mark.index, event.start_mark.index)
                    )
                stack.append(self._begin(event, is_mapping=starts[kind]))
                continue
            elif kind is alias_event:
                alias = self._span(event.start_mark.index, event.end_mark.index)
                node = self._aliased(event.anchor, alias)
            else:
                node = self._finish(stack.pop(), event)
            if not stack:
                _check_value(node)
                return node
            stack[-1].add(node, alias)

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        text = event.value
        style = event.style or ""
        tag = event.tag
        if event.anchor is not None or tag is not None:
            start = self._skip_properties(event, end)
        if style in {"|", ">"}:
            end = start + len(self._chunk[start:end].rstrip(_WHITE))
        scalar = Scalar(start, end, text, style, event.anchor, tag)
        self._take_back(scalar)
        if self._bom_mask:
            scalar.text = scalar.text.replace(self._bom_mask, _BOM)
        if style == '"' and "\\/" in self._chunk[start:end]:
            self._refuse_escaped_slash(scalar)
        elif style in {"|", ">"}:
            scalar.end = self._block_end(scalar)
        scalar.start += self._offset
        scalar.end = min(scalar.end + self._offset, self._limit)
        scalar.start = min(scalar.start, self._limit)
        if event.anchor is not None:
            self._anchors[event.anchor] = scalar
        return scalar

    def _skip_properties(self, event: Any, end: int) -> int:
        """The offset of a node behind its own anchor and tag."""
        start: int = event.start_mark.index
        for _ in range((event.anchor is not None) + (event.tag is not None)):
            found = _PROPERTY.match(self._masked, start, end)
            start = found.end() if found else start
        return start

    def _take_back(self, scalar: Scalar) -> None:
        """Give a scalar that holds masked characters its own text."""
        if self._masked[scalar.start : scalar.end] == self._chunk[scalar.start : scalar.end]:
            return
        from podhosts.document.locate import decode

        trace = decode(self._masked, scalar)
        scalar.text = "".join(self._own_text(*stretch) for stretch in trace.stretches())
        # The source as it stands would not be read like this again, so its places are kept.
        scalar.remember(trace.places.moved(self._offset))

    def _own_text(self, text: str, begin: int, end: int) -> str:
        """The text that stands behind a stretch of masked text."""
        if text == self._masked[begin:end]:
            own = self._chunk[begin:end]
            # A line of actions alone was masked by blanks: nothing stands there.
            return own if text == own else "".join(map(_unmasked, text, own))
        return "'" if self._chunk.startswith("\\'", begin) and self._masked.startswith('\\"', begin) else text

    def _block_end(self, scalar: Scalar) -> int:
        """The end of a block scalar's last line, with the blanks that belong to its value."""
        lines = scalar.text.rstrip(_BREAKS)
        if lines[-1:] not in {" ", "\t"}:
            return scalar.end
        from podhosts.document.locate import decode

        return decode(self._masked, scalar).places.span(len(lines) - 1).end

    def _refuse_escaped_slash(self, scalar: Scalar) -> None:
        from podhosts.document.locate import decode

        for text, begin, _ in decode(self._masked, scalar).stretches():
            if text == "/" and self._chunk[begin] == "\\":
                raise UnreadableError("found unknown escape character", self._span(begin, begin + 2))

    def _aliased(self, name: str, span: Span) -> Node:
        node = self._anchors.get(name)
        if node is None:
            raise UnreadableError(f"unknown anchor '{name}' referenced", span)
        if id(node) in self._open:
            raise UnreadableError(f"anchor '{name}' value contains itself", span)
        if not isinstance(node.shared, list):
            node.shared = []
        node.shared.append(span)
        return node

    def _begin(self, event: Any, *, is_mapping: bool) -> _OpenMapping | _OpenSequence:
        start = event.start_mark.index
        flow = bool(event.flow_style)
        if event.anchor is not None or event.tag is not None:
            start = self._skip_properties(event, len(self._masked))
        start = min(start + self._offset, self._limit)
        opened: _OpenMapping | _OpenSequence
        if is_mapping:
            opened = _OpenMapping(Mapping(start, 0, flow=flow, anchor=event.anchor, tag=event.tag))
        else:
            opened = _OpenSequence(Sequence(start, 0, flow=flow, anchor=event.anchor, tag=event.tag))
        if event.anchor is not None:
            # As in go-yaml the anchor that began last counts, also when an outer one of the same name ends later.
            self._anchors[event.anchor] = opened.node
            self._open.add(id(opened.node))
        return opened

    def _finish(self, opened: _OpenMapping | _OpenSequence, event: Any) -> Mapping | Sequence:
        node = opened.node
        if node.flow:
            node.end = min(event.end_mark.index + self._offset, self._limit)
        else:
            # libyaml's end mark of a block collection runs on into the blank lines and comments after it.
            node.end = opened.last_end
        self._open.discard(id(node))
        return node


def _unmasked(mask: str, own: str) -> str:
    return mask if mask == " " else own


class _OpenSequence:
    """A list that is being read."""

    __slots__ = ("last_end", "node")

    def __init__(self, node: Sequence) -> None:
        self.node = node
        self.last_end = 0

    def add(self, node: Node, alias: Span | None) -> None:
        _check_value(node)
        if alias:
            self.node.aliases[len(self.node.items)] = alias
        self.node.items.append(node)
        self.last_end = max(self.last_end, alias.end if alias else node.end)


class _OpenMapping:
    """A mapping that is being read."""

    __slots__ = ("key", "key_alias", "last_end", "node")

    def __init__(self, node: Mapping) -> None:
        self.node = node
        self.last_end = 0
        self.key: Scalar | None = None
        self.key_alias: Span | None = None

    def add(self, node: Node, alias: Span | None) -> None:
        end = alias.end if alias else node.end
        if end > self.last_end:
            self.last_end = end
        key = self.key
        if key is None:
            if not isinstance(node, Scalar):
                raise UnreadableError("a key that is a list or a mapping", alias or node.span)
            self.key = node
            self.key_alias = alias
            return
        self.key = None
        try:
            entry = Entry(key, node, alias)
        except scalars.ScalarError as error:
            raise UnreadableError(str(error), self.key_alias or key.span) from None
        if entry.is_merge:
            parts = node.items if isinstance(node, Sequence) else [node]
            if not all(isinstance(part, Mapping) for part in parts):
                raise UnreadableError("map merge requires map or sequence of maps as the value", alias or node.span)
        _check_value(node)
        self.node.entries.append(entry)


def _check_value(node: Node) -> None:
    """A value that go-yaml or the conversion to JSON refuses stops the document."""
    if type(node) is not Scalar or (node.tag is None and (node.style or node.text[:1] not in _ODD_STARTS)):
        return
    try:
        _ = node.written
    except scalars.ScalarError as error:
        raise UnreadableError(str(error), node.span) from None
