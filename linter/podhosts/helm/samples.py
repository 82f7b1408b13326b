"""Sample entries for lists that a chart's own values leave empty: a template can print them wrongly all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from podhosts.document import Mapping, Scalar, Sequence
from podhosts.patterns import regex
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.helm.chart import Chart

_ENTRIES = [{"ip": f"192.0.2.{number}", "hostnames": [f"a{number}.example", f"b{number}.example"]} for number in (1, 2)]
#: What stands for the name of a values file with them.
SAMPLES = "sample values"
_KEY = "hostAliases:"
#: So many lines before and after the key name the list or ask whether there is one.
_NEAR = 2
_VALUE = regex(r"\.Values((?:\.\w+)+)")
#: Values that are lists of entries by their names.
_NAMED = regex(r"\.Values((?:\.\w+)*\.\w*(?:[hH]ost_?[aA]lias|[aA]liases|extraHosts)\w*)")
_MOST_NESTED = 8


def sample_values(chart: Chart) -> Source | None:
    """A values file with two entries for each list that is empty or not there; None where there is no such list."""
    values: dict[str, Any] = {}
    for path in dict.fromkeys(_empty_lists(chart, 0)):
        place = values
        *steps, last = path
        for step in steps:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place.setdefault(last, _ENTRIES)
    return Source(SAMPLES, json.dumps(values).encode()) if values else None


def _empty_lists(chart: Chart, depth: int) -> Iterator[tuple[str, ...]]:
    """The paths of lists that templates of a chart, or of those inside it, may print, and that are empty."""
    for text in (file.source.text for file in chart.templates):
        for found in _named_near_key(text) if _KEY in text else _NAMED.findall(text):
            path = tuple(found.split(".")[1:])
            if _is_empty(chart.own_values, path):
                yield path
    for dependency in chart.dependencies if depth < _MOST_NESTED else ():
        yield from ((dependency.key, *path) for path in _empty_lists(dependency.chart, depth + 1))


def _named_near_key(text: str) -> Iterator[str]:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _KEY in line:
            yield from _VALUE.findall("\n".join(lines[max(number - _NEAR, 0) : number + _NEAR + 1]))
    yield from _NAMED.findall(text)


def _is_empty(values: Mapping | None, path: tuple[str, ...]) -> bool:
    node: Node | None = values
    for step in path:
        if node is None:
            return True
        if not isinstance(node, Mapping):
            return isinstance(node, Scalar) and node.value is None
        node = node.get(step)
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return True
    return (isinstance(node, Sequence) and not node.items) or (isinstance(node, Mapping) and not node.entries)
