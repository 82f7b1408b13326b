"""FluxVariables that Flux puts into what a folder builds (`postBuild`).

Source: `fluxcd/pkg/kustomize/kustomize_varsub.go` and `envsubst` as described in `vectors/deliveries/deliveries.md`.
Texts with operators other than defaults, and texts that become no strings, stay as they are written: nobody knows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Scalar
from podhosts.kustomize.located import List, LocatedString, Map, lookup, text
from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = regex(r"[_A-Za-z][_A-Za-z0-9]*")
_VARIABLE = regex(r"(?P<escape>\$?)\$\{(?P<name>[_A-Za-z][_A-Za-z0-9]*)(?P<default>:[=-](?P<text>[^${}]*))?\}")
#: What `envsubst` does not take: the whole build fails.
_BROKEN = regex(r"(?<!\$)\$\{(?!#?[_A-Za-z0-9]+[}:=#%/^,])")
#: A text that YAML reads as it is, with or without quotes; Flux puts variables into text without them.
_SAFE = regex(r"[A-Za-z0-9](?:[A-Za-z0-9._:/@-]*[A-Za-z0-9])?")
_BEGIN = "${"
#: An object that says `disabled` here stays as it is.
_SWITCH = "kustomize.toolkit.fluxcd.io/substitute"


class FluxVariables(NamedTuple):
    """FluxVariables by their names. `are_all`: there are no others; False where some may come from elsewhere."""

    values: Mapping[str, LocatedString]
    are_all: bool

    @property
    def are_valid(self) -> bool:
        """Whether Flux takes these names: it fails otherwise."""
        return all(map(_NAME.fullmatch, self.values))


def substituted(value: Map, variables: FluxVariables) -> Map | None:
    """An object with the variables put in; None where Flux fails to.

    Without any variable nothing is put in, not even a default.
    """
    marks = (lookup(value, "metadata", kind, _SWITCH) for kind in ("labels", "annotations"))
    if not variables.values or "disabled" in marks:
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


def _filled_text(value: LocatedString, variables: FluxVariables) -> LocatedString:
    """A text with the variables put in, at the place of the variable if that is all of it."""
    pieces: list[str] = []
    end = 0
    only: LocatedString | None = None
    for found in _VARIABLE.finditer(value):
        known = variables.values.get(found["name"])
        if found["escape"] or (known is None and not variables.are_all) or _BEGIN in value[end : found.start()]:
            return value
        is_whole = found.span() == (0, len(value))
        only = known if is_whole and known else None
        written = str(known).replace("\n", "") if known is not None else ""
        pieces += (value[end : found.start()], written or found["text"] or "")
        end = found.end()
    if _BEGIN in value[end:]:
        return value
    result = "".join([*pieces, value[end:]])
    if not _SAFE.fullmatch(result) or not isinstance(Scalar(0, 0, result, "").written, str):
        return value
    at = only if only is not None else value
    return text(result, at.node, at.placed)
