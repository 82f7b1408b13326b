"""Why Helm refuses a chart, where lists of hosts in its values are the cause."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from podhosts.document import Mapping
from podhosts.document.actions import action_tokens
from podhosts.document.branches import Branches
from podhosts.helm.loading.schema import schema_findings
from podhosts.helm.model import GoList, GoMap, Unsupported, is_true
from podhosts.helm.traced import Derived, Traced, ValuePlace, ValueText
from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.helm.chart_files import ChartFiles
    from podhosts.helm.evaluate import Refused
    from podhosts.helm.loading import Installation
    from podhosts.helm.loading.errors import SchemaFinding
    from podhosts.helm.model import GoValue
    from podhosts.helm.traced import Origin
    from podhosts.placed import Place

#: What is in the key of a list of hosts.
_HOST_WORD = regex(r"hosta|aliases", re.IGNORECASE)
_VALUE = regex(r"\.Values((?:\.\w+)+)")
_TEXT_WANTED = "expected string"
#: So much is said of Helm's words.
_MOST_WORDS = 80


class Cause(NamedTuple):
    """Where what Helm refuses is written, in its words, and what to write instead."""

    place: Place
    message: str
    help: str = ""
    #: Where the value is in its file.
    path: tuple[str | int, ...] = ()


def schema_refusals(installation: Installation, files: ChartFiles) -> Iterator[Cause]:
    """What `values.schema.json` of the chart, or of one inside it, refuses in lists of hosts."""
    if not files.has_schema or not _holds_entries(installation.values, is_named=False):
        return
    try:
        found = schema_findings(installation.chart, installation.values)
    except Unsupported:
        return
    for finding in found:
        inner = tuple(finding.chart.split("/charts/")[1:])
        yield from _schema_causes((*inner, *finding.path), finding, installation.values, files)


def _schema_causes(
    path: tuple[str | int, ...], finding: SchemaFinding, values: GoMap, files: ChartFiles
) -> Iterator[Cause]:
    message = f"`values.schema.json` refuses this: {_short(finding.message)}"
    paths = [(*path, name) for name in finding.names] or [path]
    for one in paths:
        if not _is_of_hosts(one):
            continue
        origin = _key_origin(values, one) if finding.names else _origin(_value_at(values, one))
        place = _place(origin, files)
        if place is not None:
            near = get_close_matches(str(one[-1]), finding.known, n=1) if finding.names else ()
            yield Cause(place, message, f"did you mean `{near[0]}`?" if near else "")


def template_refusal(outcome: Refused, installation: Installation, files: ChartFiles) -> Cause | None:
    """The value of a list of hosts that a template stops at, or the template that takes such a list for a text."""
    is_list = isinstance(outcome.value, (GoList, GoMap))
    path = _path(_origin(outcome.value))
    if is_list and _TEXT_WANTED in outcome.reason and _is_of_hosts(path):
        place = files.action_at(outcome.places[-1].path, outcome.places[-1].span.start) if outcome.places else None
        message = f"Helm refuses this: {_short(outcome.reason)}"
        return None if place is None else Cause(place, message, "write `toYaml ... | nindent`", path)
    values = [value for value in (outcome.value,) if value is not None]
    if outcome.is_meant or not values or _origin(values[0]) is None:
        values += outcome.dots
    if outcome.is_meant:
        values += _asked_for(outcome, installation)
    elif outcome.value is None:
        return None
    origins = (origin for value in values if _is_of_hosts(_path(origin := _origin(value))))
    place = next((place for origin in origins if (place := _place(origin, files)) is not None), None)
    if place is None:
        return None
    is_whole = bool(path) and isinstance(path[-1], str) and _HOST_WORD.search(path[-1]) is not None
    advice = "write a list of entries" if is_whole and not isinstance(outcome.value, GoList) else ""
    return Cause(place, f"Helm refuses this: {_short(outcome.reason)}", advice, path)


def _asked_for(outcome: Refused, installation: Installation) -> Iterator[GoValue]:
    """The values that the conditions around the place ask for; not empty ones, which people are to give."""
    if not outcome.places:
        return
    path, span = outcome.places[-1]
    template = next((one for one in installation.templates if one.path == path), None)
    if template is None:
        return
    values = template.data.entries["Values"]
    branches = Branches(action_tokens(template.text), len(template.text))
    for branch in reversed(branches.around(span.start)):
        for name in _VALUE.findall(template.text[slice(*branch.head)]):
            value = _value_at(values, tuple(name.split(".")[1:]))
            if value is not None and is_true(value):
                yield value


def _holds_entries(value: GoValue, *, is_named: bool) -> bool:
    """Whether values have a list of hosts that is not an empty list."""
    if isinstance(value, GoMap):
        inner = value.entries.items()
        return any(_holds_entries(item, is_named=_HOST_WORD.search(name) is not None) for name, item in inner) or (
            is_named
        )
    if isinstance(value, GoList):
        return (is_named and bool(value.items)) or any(_holds_entries(item, is_named=False) for item in value.items)
    return is_named


def _is_of_hosts(path: tuple[str | int, ...]) -> bool:
    return any(isinstance(step, str) and _HOST_WORD.search(step) for step in path)


def _value_at(value: GoValue, path: Iterable[str | int]) -> GoValue | None:
    for step in path:
        if isinstance(value, GoMap) and str(step) in value.entries:
            value = value.entries[str(step)]
        elif isinstance(value, GoList) and isinstance(step, int) and step < len(value.items):
            value = value.items[step]
        else:
            return None
    return value


def _key_origin(values: GoMap, path: tuple[str | int, ...]) -> ValuePlace | None:
    """Where a key is written."""
    outer = _value_at(values, path[:-1])
    return _origin(outer.key(str(path[-1]))) if isinstance(outer, GoMap) else None


def _origin(value: GoValue | None) -> ValuePlace | None:
    """Where a value is written: the first place for one that is made of several."""
    if value is None:
        return None
    if not isinstance(value, Traced) and value.origin is None:
        # A list or mapping that is not empty stands around what is in it.
        inner: Iterable[GoValue] = ()
        if isinstance(value, GoMap):
            inner = (*value.keys.values(), *value.entries.values())
        elif isinstance(value, GoList):
            inner = value.items
        return next((place.outer() for one in inner if (place := _origin(one)) is not None), None)
    origins = value.inputs() if isinstance(value, Traced) else [value.origin] if value.origin is not None else []
    return next((place for origin in origins for place in _places(origin)), None)


def _places(origin: Origin) -> Iterator[ValuePlace]:
    inner = origin.inputs if isinstance(origin, Derived) else (origin,)
    yield from (one.place for one in inner if isinstance(one, ValueText))


def _path(place: ValuePlace | None) -> tuple[str | int, ...]:
    return () if place is None else place.path


def _place(place: ValuePlace | None, files: ChartFiles) -> Place | None:
    """A value in its file: of an entry the first key."""
    written = None if place is None else files.written(place)
    if written is None:
        return None
    node = written.node
    return written.place(node.entries[0].key.span if isinstance(node, Mapping) and node.entries else None)


def _short(words: str) -> str:
    text = " ".join(words.split())
    return text if len(text) <= _MOST_WORDS else f"{text[: _MOST_WORDS - 4]} ..."
