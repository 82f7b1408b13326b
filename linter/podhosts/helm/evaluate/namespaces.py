"""Templates by name: those of a chart's files, each parsed when it is first asked for, and those of a `tpl`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from podhosts.helm.language.quoting import BadSyntaxError, unquoted
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from podhosts.helm.language import Definition
    from podhosts.helm.loading import ChartTemplate

_NAME = r'"(?:[^"\\\n]|\\.)*"|`[^`]*`'
_DEFINES = regex(rf"(?:define|block)\s*({_NAME})")
_CALLS = regex(rf"(?:include|template|block)\s*\(?\s*({_NAME})?")
#: Functions that change a map that they are given, and what it is: a variable, the dot, or something in parentheses.
_CHANGES = regex(r"\b(?:set|unset|(?:must)?[mM]erge(?:Overwrite)?)\s+\(?\s*(?:(\$\w+)|[$.])")


class Namespace(Protocol):
    """Templates that can be called by their names."""

    def find(self, name: str) -> Definition | None:
        """The template with this name, None if there is none."""
        ...


class ChartNamespace:
    """The templates of a chart's files, which come in the order in which Helm parses them.

    Of several with one name the last counts that is not empty. A file is parsed when a name is looked for that it may
    define; `parse` raises what stops the evaluation where the file is no template.
    """

    def __init__(
        self, templates: Sequence[ChartTemplate], parse: Callable[[ChartTemplate], Mapping[str, Definition]]
    ) -> None:
        self._parse = parse
        self._found: dict[str, Definition | None] = {}
        self._files: dict[str, list[ChartTemplate]] = {}
        for template in templates:
            for name in {template.name, *defined_names(template.text)}:
                self._files.setdefault(name, []).append(template)

    def find(self, name: str) -> Definition | None:
        """The template with this name, None if there is none."""
        if name not in self._found:
            self._found[name] = self._look_for(name)
        return self._found[name]

    def _look_for(self, name: str) -> Definition | None:
        found = None
        for template in reversed(self._files.get(name, ())):
            definition = self._parse(template).get(name)
            if definition is not None:
                found = definition
                if not definition.is_empty:
                    break
        return found


class InnerNamespace:
    """The templates of the text of a `tpl`, in front of those around it."""

    def __init__(self, own: Mapping[str, Definition], outer: Namespace) -> None:
        self._own = own
        self._outer = outer

    def find(self, name: str) -> Definition | None:
        """The template with this name, None if there is none."""
        return self._own.get(name) or self._outer.find(name)


def defined_names(text: str) -> set[str]:
    """The names that a file may define; also names in comments are among them."""
    return _names(_DEFINES.findall(text))


def called_names(text: str) -> set[str]:
    """The names that a file may call; those that are computed are not among them."""
    return _names(_CALLS.findall(text))


def may_change_values(text: str) -> bool:
    """Whether templates of a file may change values that other files see.

    Maps that a variable got from a function that makes a new one are the file's own.
    """
    return any(not variable or not _is_made(variable, text) for variable in _CHANGES.findall(text))


def _is_made(variable: str, text: str) -> bool:
    given = re.findall(rf"{re.escape(variable)}\s*:?=\s*\(?\s*(\w*)", text)
    return bool(given) and all(word in ("dict", "deepCopy", "fromYaml", "fromJson", "omit", "pick") for word in given)


def _names(quoted_names: list[str]) -> set[str]:
    names = set()
    for quoted in quoted_names:
        try:
            names.add(unquoted(quoted))
        except BadSyntaxError:
            continue
    return names
