"""Where the items of a large List in JSON are. The whole document is read once, item by item."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from podhosts.document.large_lists import LargeList, NotAListError
from podhosts.document.splitting import JSON_SPACE, json_decoder
from podhosts.source import Position

if TYPE_CHECKING:
    from typing import Any, BinaryIO

_WINDOW = 1 << 18
#: A value larger than this is not waited for.
_LARGEST = 1 << 26


def json_list(file: BinaryIO, path: str) -> LargeList | None:
    """The file's only document, if it is a List in JSON; None for everything else, also for broken JSON."""
    try:
        return _JsonItems(file).read(path)
    except NotAListError:
        return None


class _JsonItems:
    """Reads a JSON object value by value from a text that it holds only a window of."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.seek(0)
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._at = 0
        #: The byte offset of the character at `_counted`.
        self._offset = 0
        self._counted = 0
        if file.read(3) == codecs.BOM_UTF8:
            self._offset = 3
        else:
            file.seek(0)
        self._is_complete = False

    def read(self, path: str) -> LargeList:
        fields: dict[str, Any] = {}
        start = Position(1, 1, self._offset)
        large = LargeList(self._file, path, "json", 1, start, start, None, "")
        self._expect("{")
        following = ","
        while following == ",":
            key = self._value()
            if not isinstance(key, str) or (key == "items" and key in fields):
                raise NotAListError
            self._expect(":")
            fields[key] = None if key == "items" else self._value()
            if key == "items":
                self._items(large)
            following = self._next()
            self._at += 1
        kind, api_version = fields.get("kind"), fields.get("apiVersion")
        if following != "}" or self._next() or "items" not in fields:
            raise NotAListError
        if not isinstance(kind, str) or not kind.isalnum() or not kind.endswith("List"):
            raise NotAListError
        large.kind = kind
        large.api_version = api_version if isinstance(api_version, str) else None
        large.end = Position(0, 0, self._byte_offset())
        return large

    def _items(self, large: LargeList) -> None:
        self._expect("[")
        if self._next() == "]":
            self._at += 1
            return
        following = ","
        while following == ",":
            self._next()
            large.begins.append(self._byte_offset())
            self._value()
            large.ends.append(self._byte_offset())
            following = self._next()
            self._at += 1
        if following != "]":
            raise NotAListError

    def _value(self) -> Any:
        """Read one value; its end is certain only once something follows it."""
        self._next()
        while True:
            try:
                value, end = json_decoder().raw_decode(self._text, self._at)
            except RecursionError:
                raise NotAListError from None
            except ValueError:
                if not self._grow():
                    raise NotAListError from None
                continue
            if end < len(self._text) or not self._grow():
                self._at = end
                return value

    def _next(self) -> str:
        """The next character that is no blank, empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in JSON_SPACE:
                self._at += 1
            if self._at < len(self._text) or not self._grow():
                return self._text[self._at : self._at + 1]

    def _expect(self, character: str) -> None:
        if self._next() != character:
            raise NotAListError
        self._at += 1

    def _grow(self) -> bool:
        """Drop what is read and add what follows; false at the end of the file."""
        if self._is_complete:
            return False
        self._byte_offset()
        rest = self._text[self._at :]
        if len(rest) > _LARGEST:
            raise NotAListError
        data = self._file.read(max(_WINDOW, len(rest)))
        self._is_complete = not data
        self._text = rest + self._decoder.decode(data, final=self._is_complete)
        self._at = self._counted = 0
        return True

    def _byte_offset(self) -> int:
        """The byte offset of the place that is read next."""
        passed = self._text[self._counted : self._at]
        self._offset += len(passed) if passed.isascii() else len(passed.encode("utf-8", "surrogateescape"))
        self._counted = self._at
        return self._offset
