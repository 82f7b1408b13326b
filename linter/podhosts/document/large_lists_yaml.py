"""Where the items of a large List in block YAML are: at the dashes below `items:`, found without parsing.

That is safe only where no scalar or flow collection can reach over a dash. So an item with a quote or bracket that its
line does not close is parsed, and a document with anything odd in it is read whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from podhosts.document.large_lists import LargeList, NotAListError
from podhosts.document.nodes import Mapping, Scalar, Sequence, string
from podhosts.document.reading import UnreadableError, read
from podhosts.patterns import regex
from podhosts.source import Position, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from podhosts.document.splitting import Piece

_WINDOW = 1 << 18
#: An item or end of a List larger than this is not waited for.
_LARGEST = 1 << 24
#: `items:` with a dash on the next line.
_ITEMS = regex(rb"^items:[ \t]*\r?\n(?P<indent> *)-(?=[ \t\r\n])", re.MULTILINE)
#: What makes items depend on each other, or lines end in unusual places.
_ANCHOR = regex(rb"[&*][0-9A-Za-z_-]")
_BEFORE_ANCHOR = b" \t\r\n[{,:"
_ODD = (b"podhosts:", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\n...")
_DOUBLE = rb'"(?:[^"\\\r\n]|\\[^\r\n])*"'
_SINGLE = rb"'(?:[^'\r\n]|'')*'"
#: Where a quoted scalar may begin inside a flow collection; elsewhere a quote is a letter.
_TOKEN_START = rb'(?:(?<=[ \t\[{,])|(?<=":))'
_QUOTED = regex(rb"%b(?:%b|%b)" % (_TOKEN_START, _DOUBLE, _SINGLE))
_FLAT = rb"""(?:[^][{}"'#\r\n]|%b(?:%b|%b))*[]}]""" % (_TOKEN_START, _DOUBLE, _SINGLE)
#: A quote or bracket after a blank that its line does not close, or not simply.
_OPEN = regex(rb"""["'\[{](?<=\s.)(?:(?<=")(?!%b)|(?<=')(?!%b)|(?<=[\[{])(?!%b))""" % (_DOUBLE[1:], _SINGLE[1:], _FLAT))
_LINE = regex(rb"[^\r\n]*")


def yaml_list(file: BinaryIO, source: Source, piece: Piece) -> LargeList | None:
    """The List that begins with `piece`, the last and unfinished one of `source`; None for everything else."""
    try:
        return _YamlItems(file, source, piece).read()
    except (NotAListError, UnreadableError):
        return None


class _YamlItems:
    """Reads a document in windows that end with an item."""

    def __init__(self, file: BinaryIO, source: Source, piece: Piece) -> None:
        self._source = source
        self._piece = piece
        self._file = file
        start = source.line_position(piece.span.start)
        self._data = source.data[start.offset - source.start.offset :]
        found = _ITEMS.search(self._data)
        if found is None or (piece.opening and b"podhosts" in source.data[: start.offset - source.start.offset]):
            raise NotAListError
        #: The byte offset in the file of `_data`.
        self._offset = start.offset
        file.seek(source.start.offset + len(source.data))
        self._indent = len(found["indent"])
        self._head = self._data[: found.start("indent")]
        self._drop(found.start("indent"))
        # What is read begins with a dash; a search for a line break is much faster than one for the start of a line.
        dash = rb"%b-(?=[ \t\r\n])" % (b" " * self._indent)
        self._dash = re.compile(rb"\n%b" % dash)
        #: A line that is no comment and not indented deeper than the dashes, and begins no item.
        self._end = re.compile(rb"\n(?! {%d})(?!%b)(?! *(?:#|\r?\n))" % (self._indent + 1, dash))

    def read(self) -> LargeList:
        outline = self._source.line_position(self._piece.outline.start)
        source, number = self._source, self._piece.number
        large = LargeList(
            self._file, source.path, "yaml", number, outline, outline, None, "",
            source.has_text_before(self._piece.outline.start),
        )  # fmt: skip
        while not self._window(large):
            pass
        tail = self._tail()
        self._describe(large, self._head + tail)
        large.end = self._lines_to(large, self._offset + len(tail))
        return large

    def _drop(self, length: int) -> None:
        self._data = self._data[length:]
        self._offset += length

    def _grow(self) -> bool:
        if len(self._data) > _LARGEST:
            raise NotAListError
        more = self._file.read(max(_WINDOW, len(self._data)))
        self._data += more
        return bool(more)

    def _window(self, large: LargeList) -> bool:
        """Take the items that are complete in what is read so far; true after the last one."""
        complete = self._data.rfind(b"\n") + 1
        # A line must be complete to be judged by.
        found = self._end.search(self._data, 0, complete)
        stop = found.end() if found and found.end() < complete else None
        end = complete if stop is None else stop
        begins = [0, *(dash.end() - self._indent - 1 for dash in self._dash.finditer(self._data, 0, end))]
        if stop is not None:
            return self._take(large, begins, stop, is_last=True)
        if self._grow():
            return self._take(large, begins[:-1], begins[-1], is_last=False)
        # The file ends with the List.
        if complete < len(self._data):
            raise NotAListError
        return self._take(large, begins, complete, is_last=True)

    def _take(self, large: LargeList, begins: list[int], end: int, *, is_last: bool) -> bool:
        if begins:
            self._check(self._data[:end], begins)
            large.begins.extend(self._offset + begin for begin in begins)
            large.ends.extend(self._offset + begin for begin in [*begins[1:], end])
            self._drop(end)
        return is_last

    def _check(self, data: bytes, begins: list[int]) -> None:
        """Raise unless these items are independent, and each ends where the next one begins."""
        if any(odd in data for odd in _ODD) or data.count(b"\r") != data.count(b"\r\n"):
            raise NotAListError
        for found in _ANCHOR.finditer(data) if b"&" in data or b"*" in data else ():
            if data[found.start() - 1] in _BEFORE_ANCHOR:
                raise NotAListError
        uncertain = {bisect_right(begins, found.start()) - 1 for found in _open_tokens(data)}
        for index in uncertain:
            end = begins[index + 1] if index + 1 < len(begins) else len(data)
            text = Source("", data[begins[index] : end], Position(1, 1, 1)).text
            root = read(text, 0, len(text))
            if not isinstance(root, Sequence) or len(root.items) != 1:
                raise NotAListError

    def _tail(self) -> bytes:
        """The text after the items, up to a separator or the end of the file."""
        while True:
            at = 0 if self._data.startswith(b"---") else self._data.find(b"\n---") + 1
            is_separator = at > 0 or self._data.startswith(b"---")
            end = self._data.find(b"\n", at) if is_separator else -1
            if end >= 0:
                rest = self._data[at + 3 : end].strip()
                if rest and not rest.startswith(b"#"):
                    raise NotAListError
                return self._data[:at]
            if not self._grow():
                if is_separator:
                    raise NotAListError
                return self._data

    def _describe(self, large: LargeList, frame: bytes) -> None:
        """Read the document without its items: a mapping in which `items` stands once, and that says it is a List."""
        if any(odd in frame for odd in _ODD) or any(_ANCHOR.finditer(frame)):
            raise NotAListError
        text = Source("", frame, Position(1, 1, 1)).text
        root = read(text, 0, len(text))
        if not isinstance(root, Mapping) or root.flow or any(entry.is_merge for entry in root.entries):
            raise NotAListError
        items = [entry.value for entry in root.entries if entry.name == "items"]
        kind = string(root.get("kind"))
        if len(items) != 1 or not isinstance(items[0], Scalar) or items[0].text or items[0].style:
            raise NotAListError
        if kind is None or not kind.isalnum() or not kind.endswith("List"):
            raise NotAListError
        large.kind, large.api_version = kind, string(root.get("apiVersion"))

    def _lines_to(self, large: LargeList, end: int) -> Position:
        """The position of a byte offset behind the document."""
        lines = 0
        self._file.seek(large.start.offset)
        left = end - large.start.offset
        while left:
            data = self._file.read(min(left, _WINDOW))
            lines += data.count(b"\n")
            left -= len(data)
        return Position(large.start.line + lines, 1, end)


def _open_tokens(data: bytes) -> Iterator[re.Match[bytes]]:
    for found in _OPEN.finditer(data):
        if found.group() not in b"[{" or not _is_closed(data, found.start()):
            yield found


def _is_closed(data: bytes, at: int) -> bool:
    """Whether the brackets in the rest of a line are as many closing as opening ones, and all quotes are in pairs."""
    line = _LINE.match(data, at)
    assert line is not None  # it matches everywhere
    rest = _QUOTED.sub(b"", line.group())
    if any(mark in rest for mark in (b'"', b"'", b"#")):
        return False
    return rest.count(b"[") + rest.count(b"{") == rest.count(b"]") + rest.count(b"}")
