"""Texts that deliveries read as templates of Go, outside of charts: by the evaluator of these, with other functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.deliveries.joining import UnreadableValuesError
from podhosts.helm.builtins import functions
from podhosts.helm.evaluate.errors import TemplateError
from podhosts.helm.evaluate.evaluator import Evaluator
from podhosts.helm.evaluate.go_functions import GO_FUNCTIONS
from podhosts.helm.language import ParseError, TemplateSource, parse
from podhosts.helm.loading.load import DEFAULT_KUBERNETES
from podhosts.helm.model import GoList, GoMap, Unsupported
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from podhosts.helm.language import Definition
    from podhosts.helm.model import GoFunction, GoValue

_HELM_VERSION = 4
_NAME = "text"
_OPENING = "{{"


class GoTexts:
    """Fills texts in, with the functions of Sprig, and `added` ones; `without` are those that are not there.

    `is_strict`: a key that is missing is an error.
    """

    def __init__(self, added: Mapping[str, GoFunction], without: Iterable[str] = (), *, is_strict: bool) -> None:
        known = {**functions(_HELM_VERSION), **GO_FUNCTIONS, **added}
        left_out = frozenset(without)
        self._functions = {name: function for name, function in known.items() if name not in left_out}
        self._is_strict = is_strict

    def fill(self, text: Traced, data: GoMap) -> Traced:
        """A text as it is printed with some data. Raises UnreadableValuesError."""
        if _OPENING not in text.text:
            return text
        try:
            definitions = parse(TemplateSource(_NAME, text), self._functions)
            evaluator = Evaluator(_Definitions(definitions), self._functions, _HELM_VERSION, DEFAULT_KUBERNETES)
            out: list[Traced] = []
            evaluator.execute(definitions[_NAME], _strict(data) if self._is_strict else data, out)
        except ParseError as error:
            raise UnreadableValuesError(str(error)) from None
        except TemplateError as error:
            raise UnreadableValuesError(error.text) from None
        found = Traced.join(out)
        if not found.is_known:
            raise UnreadableValuesError("a text that nobody knows")
        return found

    def fill_all(self, value: GoValue, data: GoMap) -> GoValue:
        """A value with all texts and keys in it filled in. Raises UnreadableValuesError."""
        if isinstance(value, Traced):
            return self.fill(value, data)
        if isinstance(value, GoList):
            return GoList([self.fill_all(item, data) for item in value.items], value.kind, value.origin)
        if not isinstance(value, GoMap):
            return value
        made = GoMap(kind=value.kind, origin=value.origin)
        for name, item in value.entries.items():
            made.put(self.fill(value.key(name), data), self.fill_all(item, data))
        return made


class _Definitions:
    """The templates that one text defines."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self._definitions = definitions

    def find(self, name: str) -> Definition | None:
        """The template with this name, None if there is none."""
        return self._definitions.get(name)


class _StrictEntries(dict[str, "GoValue"]):
    """The entries of a map in which nothing may be missing."""

    def get(self, key: str, default: object = None) -> GoValue:
        """The value of a key that is there. Raises Unsupported: Go stops, where this is no function that may ask."""
        del default
        if key not in self:
            raise Unsupported(f"there is no `{key}`")
        return self[key]


def _strict(value: GoMap) -> GoMap:
    """A map, and those inside it, that stop a template which asks for a missing key."""
    entries = _StrictEntries((name, _strict_value(item)) for name, item in value.entries.items())
    return GoMap(entries, value.keys, value.kind, value.origin, value.methods)


def _strict_value(value: GoValue) -> GoValue:
    if isinstance(value, GoMap):
        return _strict(value)
    if isinstance(value, GoList):
        return GoList([_strict_value(item) for item in value.items], value.kind, value.origin, value.methods)
    return value
