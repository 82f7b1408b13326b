"""FluxVariables that Flux puts into what a folder builds (`postBuild`).

Source: `fluxcd/pkg/kustomize/kustomize_varsub.go` and `envsubst` as described in `vectors/deliveries/deliveries.md`.
Texts of which nobody knows what becomes of them stay as they are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Document, Mapping, Scalar, Sequence, split
from podhosts.kustomize.envsubst import UnknownTextError, with_variables
from podhosts.kustomize.located import List, LocatedString, Map, SubstitutedString, lookup, text
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping as Dictionary

    from podhosts.document import Node

_NAME = regex(r"[_A-Za-z][_A-Za-z0-9]*")
#: A text that is one variable, with whatever operators.
_WHOLE = regex(r"\$\{[^}]*\}")
#: What `envsubst` does not take: the whole build fails.
_BROKEN = regex(r"(?<!\$)\$\{(?!#?[_A-Za-z0-9]+[}:=#%/^,])")
#: A text that YAML has to be given in quotes; around all others Flux has none when it puts variables in.
_NEEDS_QUOTES = regex(r"^[-?:,\[\]{}#&*!|>'\"%@`\s]|:\s|:$|\s#|\s$|[\x00-\x1f\x7f]")
_IN_QUOTES = frozenset("'\"\\")
#: What some readers of YAML take for booleans.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})
_BEGIN = "${"
#: An object that says `disabled` here stays as it is.
_SWITCH = "kustomize.toolkit.fluxcd.io/substitute"


class FluxVariables(NamedTuple):
    """FluxVariables by their names. `are_all`: there are no others; False where some may come from elsewhere.

    `count_alone`: texts are read even where there is no variable.
    """

    values: Dictionary[str, LocatedString]
    are_all: bool
    count_alone: bool = False

    @property
    def is_used(self) -> bool:
        """Whether Flux puts anything in, be it a default."""
        return bool(self.values) or self.count_alone

    @property
    def are_valid(self) -> bool:
        """Whether Flux takes these names: it fails otherwise."""
        return all(map(_NAME.fullmatch, self.values))


def substituted(value: Map, variables: FluxVariables) -> Map | None:
    """An object with the variables put in; None where Flux fails to.

    Without any variable nothing is put in, not even a default.
    """
    marks = (lookup(value, "metadata", kind, _SWITCH) for kind in ("labels", "annotations"))
    if not variables.is_used or "disabled" in marks:
        return value
    if not variables.are_valid or _is_broken(value):
        return None
    found = _filled(value, variables)
    return found if isinstance(found, Map) else value


def _is_broken(value: object) -> bool:
    """Whether a text in a value holds what looks like a variable and is none."""
    if isinstance(value, str):
        return _BROKEN.search(value) is not None
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_is_broken, inner))


def _filled(value: object, variables: FluxVariables) -> object:
    if isinstance(value, Map):
        made = Map(value.node, value.placed)
        made.update((key, _filled(item, variables)) for key, item in value.items())
        return made
    if isinstance(value, List):
        items = List(value.node, value.placed)
        items.extend(_filled(item, variables) for item in value)
        return items
    if isinstance(value, dict):
        return {key: _filled(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, variables) for item in value]
    return _filled_text(value, variables) if isinstance(value, LocatedString) and _BEGIN in value else value


def _filled_text(value: LocatedString, variables: FluxVariables) -> object:
    """A text with the variables put in, as YAML reads it again; at the place of the variable if that is all of it."""
    used: list[LocatedString] = []

    def value_of(name: str) -> str | None:
        known = variables.values.get(name)
        if known is None and not variables.are_all:
            raise UnknownTextError(name)
        used.extend([known] if known is not None else [])
        return str(known).replace("\n", "") if known is not None else None

    try:
        result = with_variables(value, value_of)
    except UnknownTextError:
        return value
    is_whole = len(used) == 1 and _WHOLE.fullmatch(value) is not None
    at = used[0] if is_whole else value
    if "\n" in value:
        # A block of text stays text.
        return text(result, at.node, at.placed)
    return _read_again(value, result, at)


def _read_again(before: LocatedString, result: str, at: LocatedString) -> object:
    """What YAML makes of a text from which Flux has taken the quotes that it does not need, all of it at one place."""
    if _NEEDS_QUOTES.search(before):
        # They stay around it.
        is_known = _IN_QUOTES.isdisjoint(before + result)
        return text(result, at.node, at.placed) if is_known else before
    source = Source(at.placed.document.source.path, f"- {result}\n".encode("utf-8", "surrogatepass"))
    pieces = split(source.text)
    root = Document(source, pieces[0]).root if len(pieces) == 1 else None
    if result.lower() in _WORDS or not isinstance(root, Sequence) or len(root.items) != 1:
        return before
    return _moved(root.items[0], at, before)


def _moved(node: Node, at: LocatedString, before: LocatedString) -> object:
    """A node as data that stands where a text is written; `before` is the text that it was made of."""
    start, end, placed = at.node.start, at.node.end, at.placed
    if isinstance(node, Sequence):
        items = List(Sequence(start, end, flow=True), placed)
        items.extend(_moved(item, at, before) for item in node.items)
        return items
    if isinstance(node, Mapping):
        fields = Map(Mapping(start, end, flow=True), placed)
        fields.update((name, _moved(entry.value, at, before)) for name, entry in node.fields.items())
        return fields
    assert isinstance(node, Scalar)  # there is no other node
    value = SubstitutedString(node.text)
    value.node, value.placed, value.before = Scalar(start, end, node.text, node.style), placed, before
    return value
