"""The output of a command, where the script fixes it: `echo`, `printf`, `cat` and pipelines and groups of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.located import OWN_ADDRESS, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podhosts.shell.expansion import Field

_ECHO_OPTION = regex(r"-[neE]+")
_ESCAPE = regex(r"\\(?:0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|[1-7][0-7]{0,2}|.)", re.DOTALL)
_FORMAT = regex(r"%%|%s|%b|%|[^%]+")
_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_QUOTES = {'"': '"', "'": "'"}
_LONGEST = 100_000


def printed(name: str, arguments: Sequence[Field], stdin: str | None) -> str | None:
    """The text that a command writes to its standard output, with `UNKNOWN` for the pieces that are not known.

    `stdin` is what it reads. None if nothing is known about the command's output.
    """
    values = [UNKNOWN if argument.is_pattern else argument.value for argument in arguments]
    if sum(map(len, values)) > _LONGEST:
        return None
    match name:
        case "echo":
            return _echo(values)
        case "printf":
            return _printf(values)
        case "cat" if not values or values == ["-"]:
            return stdin
        case "tee":
            return stdin
        case ":" | "true":
            return ""
        case _:
            return None


def _echo(values: list[str]) -> str:
    ends_line = True
    interprets = False
    while values and _ECHO_OPTION.fullmatch(values[0]):
        option = values.pop(0)
        ends_line = ends_line and "n" not in option
        interprets = "E" not in option and (interprets or "e" in option)
    text = " ".join(values)
    if interprets:
        text = _unescape(text, _LETTERS)
    elif "\\" in text:
        # dash and busybox (as configured) interpret escapes without -e, bash does not.
        text = text.replace("\\", UNKNOWN)
    return text + "\n" if ends_line else text


def _printf(values: list[str]) -> str | None:
    if values[:1] == ["--"]:
        del values[0]
    # An address has no `%`.
    if not values or values[0].startswith("-") or UNKNOWN in values[0].replace(OWN_ADDRESS, ""):
        return None
    pieces = _FORMAT.findall(values[0])
    arguments = values[1:]
    if "%" in pieces:
        return None
    directives = sum(piece in ("%s", "%b") for piece in pieces)
    # The format is used again until all arguments are printed; without a directive, once.
    rounds = max(1, -(-len(arguments) // directives)) if directives else 1
    if rounds * len(values[0]) > _LONGEST:
        return None
    output: list[str] = []
    remaining = iter(arguments)
    for _ in range(rounds):
        for piece in pieces:
            match piece:
                case "%%":
                    output.append("%")
                case "%s":
                    output.append(next(remaining, ""))
                case "%b":
                    output.append(_unescape(next(remaining, ""), _LETTERS))
                case _:
                    output.append(_unescape(piece, _LETTERS | _QUOTES))
    return "".join(output)


def _unescape(text: str, letters: dict[str, str]) -> str:
    def character(match: re.Match[str]) -> str:
        escape = match[0][1:]
        if escape in letters:
            return letters[escape]
        if escape[0] in "01234567":
            code = int(escape, 8)
        elif escape[0] == "x" and len(escape) > 1:
            code = int(escape[1:], 16)
        else:
            # `\c` stops the output; shells disagree about the rest.
            return UNKNOWN
        return chr(code) if 0 < code < 0x80 else UNKNOWN

    return _ESCAPE.sub(character, text)
