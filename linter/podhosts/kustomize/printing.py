"""A built object as a document of its own, which still knows where each part is written."""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import TYPE_CHECKING

from podhosts.document import Document, nodes, split
from podhosts.kustomize.located import List, Map, Place, Text, place_of, typed
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.kustomize.located import Located

_STEP = "  "


class Printed:
    """An object as JSON. `document` can be read like any other; `origin` leads back to the files."""

    def __init__(self, value: Map, path: str) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._starts: list[int] = []
        self._values: list[Located] = []
        self._print(value, "\n")
        source = Source(path, "".join(self._parts).encode("utf-8", "surrogatepass"))
        self.document = Document(source, split(source.text)[0])

    def origin(self, span: Span) -> Place | None:
        """Where the value is written that begins at a span or holds it; None for what a merge made up."""
        index = bisect_right(self._starts, span.start) - 1
        return place_of(self._values[index]) if index >= 0 else None

    def origins(self, node: Node) -> list[Place]:
        """Where a value is written; before it, where what a patch or replacement put into it is written."""
        own = self.origin(node.span)
        parts = [place for part in nodes(node) if (place := self.origin(part.span)) is not None]
        others = {place[:2]: place for place in reversed(parts) if own is None or place[:2] != own[:2]}
        return [*reversed(others.values()), *([own] if own is not None else [])]

    def _print(self, value: object, line_break: str) -> None:
        if isinstance(value, (Map, List, Text)):
            self._starts.append(self._length)
            self._values.append(value)
        inner = line_break + _STEP
        if isinstance(value, dict) and value:
            self._add("{")
            for number, (key, item) in enumerate(value.items()):
                self._add(f"{',' if number else ''}{inner}{json.dumps(key, ensure_ascii=False)}: ")
                self._print(item, inner)
            self._add(line_break + "}")
        elif isinstance(value, list) and value:
            self._add("[")
            for number, item in enumerate(value):
                self._add(f"{',' if number else ''}{inner}")
                self._print(item, inner)
            self._add(line_break + "]")
        else:
            self._add(json.dumps(typed(value), ensure_ascii=False))

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
