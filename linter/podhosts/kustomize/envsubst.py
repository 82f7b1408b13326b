"""Variables in a text, `${NAME}` and its operators, as Flux puts them in.

Source: `envsubst` v1.8.0 of fluxcd (`eval.go`, `template.go`), measured in `vectors/deliveries` (group
`flux-substitute`). Whatever is not measured is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Callable

_HEAD = regex(r"\$\{(?P<length>#?)(?P<name>[_A-Za-z][_A-Za-z0-9]*)")
_DOLLARS = regex(r"\$+(?=\{)")
#: Longer ones first: `##` is no `#` with an argument that begins with `#`.
_OPERATORS = (":=", ":-", ":+", ":?", "=", "^^", "^", ",,", ",", "##", "#", "%%", "%", "//", "/#", "/%", "/", ":")
_DEFAULTS = frozenset({":=", ":-", ":+", ":?", "="})
_NUMBERS = regex(r"(\d+)(?::(\d+))?")
#: A longer value is not trimmed: each part of it is compared with the pattern.
_MOST_TRIMMED = 1_000
_SPECIAL = frozenset("[\\")


class UnknownTextError(ValueError):
    """A text of which nobody knows what Flux makes."""


def with_variables(text: str, value_of: Callable[[str], str | None]) -> str:
    """A text with its variables put in; `value_of` gives the value of one by its name, None for one that is not set.

    Raises UnknownTextError, as `value_of` may; also for a variable that is not set and has no default: whether that is
    empty or an error is a setting of the controller.
    """
    found, end = _read(text, 0, value_of, is_argument=False)
    assert end == len(text)  # only an argument ends before
    return found


def _read(text: str, at: int, value_of: Callable[[str], str | None], *, is_argument: bool) -> tuple[str, int]:
    """The text from an offset on with its variables put in, up to the brace that ends an argument, and its end."""
    pieces: list[str] = []
    while at < len(text):
        if is_argument and text[at] == "}":
            break
        dollars = _DOLLARS.match(text, at)
        if dollars is None:
            pieces.append(text[at])
            at += 1
            continue
        pairs, is_variable = divmod(len(dollars[0]), 2)
        pieces.append("$" * pairs)
        at = dollars.end()
        if is_variable:
            value, at = _variable(text, at - 1, value_of)
            pieces.append(value)
        else:
            pieces.append("{")
            at += 1
    return "".join(pieces), at


def _variable(text: str, at: int, value_of: Callable[[str], str | None]) -> tuple[str, int]:
    """The value of the variable that begins at an offset, and where it ends."""
    head = _HEAD.match(text, at)
    if head is None:
        raise UnknownTextError(text)
    known, at = value_of(head["name"]), head.end()
    operator = next((one for one in _OPERATORS if text.startswith(one, at)), "")
    argument, end = _read(text, at + len(operator), value_of, is_argument=True)
    if end >= len(text) or (known is None and operator not in _DEFAULTS):
        raise UnknownTextError(text)
    value = known or ""
    if head["length"]:
        if operator or argument:
            raise UnknownTextError(text)
        return str(len(value.encode())), end + 1
    return _applied(operator, value, argument), end + 1


def _applied(operator: str, value: str, argument: str) -> str:
    """A value after an operator."""
    if operator in _DEFAULTS:
        return value or argument
    if not argument and operator in {"", "^", "^^", ",", ",,"}:
        first, rest = value[:1], value[1:]
        cases = {"": value, "^": first.upper() + rest, "^^": value.upper(), ",": first.lower() + rest}
        return cases.get(operator, value.lower())
    if operator in {"/", "//"} and argument:
        old, _, new = argument.partition("/")
        return value.replace(old, new, 1 if operator == "/" else -1)
    if operator == ":" and (numbers := _NUMBERS.fullmatch(argument)) and int(numbers[1]) < len(value):
        start = int(numbers[1])
        end = start + int(numbers[2]) if numbers[2] else len(value)
        if end <= len(value):
            return value[start:end]
    if operator in {"#", "##", "%", "%%"} and argument and _SPECIAL.isdisjoint(argument):
        return _trimmed(operator, value, argument)
    raise UnknownTextError(argument)


def _trimmed(operator: str, value: str, pattern: str) -> str:
    """A value without the shortest or longest beginning (`#`) or end (`%`) that fits a pattern with `*` and `?`."""
    translated = "".join({"*": "[^/]*", "?": "[^/]"}.get(one, re.escape(one)) for one in pattern)
    if len(value) > _MOST_TRIMMED:
        raise UnknownTextError(value)
    lengths = range(len(value) + 1)
    is_start = operator.startswith("#")
    parts = {length: value[:length] if is_start else value[len(value) - length :] for length in lengths}
    fitting = [length for length, part in parts.items() if re.fullmatch(translated, part, re.DOTALL)]
    if not fitting:
        return value
    length = fitting[-1] if len(operator) > 1 else fitting[0]
    return value[length:] if is_start else value[: len(value) - length]
