"""Code in Perl, Ruby, JavaScript, PHP and Lua -> writes to the hosts file, and commands that it gives to a shell.

A tokenizer, not a parser: only calls of known functions (`shell.languages`) whose arguments are written out count, or a
name that the code sets to one text and to nothing else. What cannot be told apart (a regular expression with a quote in
it) hides a write, and makes none up.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.shell.located import UNKNOWN, LocatedText, WrittenRun
from podhosts.shell.model import HostsWrite, WriteKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podhosts.shell.languages import FileCall, Language

_NAME = r"[$@]?[A-Za-z_][\w$]*(?:(?:::|\.|->)[A-Za-z_]\w*)*"
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
#: What ends arguments that stand without parentheses.
_ENDS = frozenset({";", "or", "and", "||", "&&", "do", "|"})
_INTERPOLATED = regex(r"[$@]\w+|[$#]\{[^{}]*\}")
#: What stands for something else in a string: escapes, and what is put in.
_MARKS = regex(rf"\\(?P<escaped>.)|{_INTERPOLATED.pattern}", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
#: Perl's modes, alone or with the path behind them.
_PERL_MODE = regex(r"\s*(\+?<|\+?>{1,2})(?![<>&=])\s*(?::[\w()-]*)?(.*)", re.DOTALL)
#: What stands before a value that holds where another one is not set: `||`, `//`, `??`, `?:`.
_DEFAULTS = ("||", "//", "??", "?:")
_MODE_KEYS = frozenset({"mode", "flag", "flags"})
_APPENDS = frozenset({"FILE_APPEND"})
#: Flags of open(2), in the order in which they count.
_FLAGS = {
    "TRUNC": WriteKind.TRUNCATE,
    "APPEND": WriteKind.APPEND,
    "WRONLY": WriteKind.UPDATE,
    "RDWR": WriteKind.UPDATE,
}
_MOST_ARGUMENTS = 8
_LONGEST = 4096


class CodeCommand(NamedTuple):
    """A text that the code gives to a shell."""

    text: LocatedText


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def code_effects(
    source: LocatedText, language: Language, matches: Callable[[str], bool]
) -> Iterator[HostsWrite | CodeCommand]:
    """The writes of a piece of code, and the texts it gives to a shell, in order. `matches` tells the hosts file."""
    return _CodeReader(source, language, matches).effects()


@cache
def _pattern(strings: str, comments: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<string>{strings})|(?P<comment>{comments})|(?P<word>{_NAME})|(?P<sign>\|\||&&|=>|[=!<>]=|[^\s\w])",
        re.DOTALL,
    )


class _CodeReader:
    def __init__(self, source: LocatedText, language: Language, matches: Callable[[str], bool]) -> None:
        self._source = source
        self._language = language
        self._matches = matches
        found = _pattern(language.strings, language.comments).finditer(source.text)
        self._tokens = [
            _Token(token.lastgroup or "", token[0], *token.span()) for token in found if token.lastgroup != "comment"
        ]
        self._values: dict[str, str] = {}
        self._values = self._constants()

    def effects(self) -> Iterator[HostsWrite | CodeCommand]:
        for index, token in enumerate(self._tokens):
            if self._is_command(token):
                yield CodeCommand(self._located(token))
            if token.kind != "word":
                continue
            name = token.text.rpartition(self._language.joiner)[2] if self._language.joiner else token.text
            if name in self._language.shells:
                given = [argument[0] for argument in self._arguments(index + 1) if len(argument) == 1]
                # One text for a shell, or a shell with its arguments one by one.
                script = given[2:3] if [self._value(token) for token in given[1:2]] == ["-c"] else given[:1]
                if script and script[0].kind == "string":
                    yield CodeCommand(self._located(script[0]))
            for call in self._language.calls.get(name, ()):
                yield from self._called(name, call, self._arguments(index + 1))

    def _called(self, name: str, call: FileCall, arguments: list[list[_Token]]) -> Iterator[HostsWrite]:
        if self._language.calls[name][0].path == 2:
            found = self._opened_in_perl(arguments)
        else:
            kind = call.kind if call.kind is not None else self._by_mode(arguments, call.mode)
            target = self._argument(arguments, call.path)
            is_target = target is not None and (
                self._matches(target[1]) or self._is_in_folder(target[1], arguments, call.source)
            )
            found = (target[0], kind) if target and kind and is_target else None
            if found and kind in {WriteKind.TRUNCATE, WriteKind.REPLACE}:
                found = self._by_options(found[0], kind, arguments[call.path + 1 :])
        if found:
            token, kind = found
            yield HostsWrite(self._source.span(token.start, token.end), kind, name, None, None, call.way)

    def _by_options(
        self, token: _Token, kind: WriteKind, arguments: list[list[_Token]]
    ) -> tuple[_Token, WriteKind] | None:
        """The write as options say it: `{flag: "a"}`, `mode: "a"`, `FILE_APPEND`; None where it refuses the file."""
        mode = ""
        for argument in arguments:
            for at, option in enumerate(argument):
                if option.text.endswith("EXCL"):
                    return None
                if option.text in _APPENDS:
                    mode = "a"
                if option.text.strip("'\"") in _MODE_KEYS and len(argument) > at + 2:
                    mode = self._value(argument[at + 2]) or mode
        return None if "x" in mode else (token, WriteKind.APPEND if mode.startswith("a") else kind)

    def _by_mode(self, arguments: list[list[_Token]], index: int) -> WriteKind | None:
        named = arguments[index] if index < len(arguments) else []
        if len(named) == 3 and named[0].text in _MODE_KEYS:
            named = named[2:]
        flags = {token.text.rpartition(":")[2].rpartition(".")[2].removeprefix("O_") for token in named}
        if "EXCL" not in flags and (flag := next((flag for flag in _FLAGS if flag in flags), None)):
            return _FLAGS[flag]
        mode = (self._value(named[0]) or "") if len(named) == 1 else ""
        if mode.startswith("a") and "x" not in mode:
            return WriteKind.APPEND
        if mode.startswith("w") and "x" not in mode:
            return WriteKind.TRUNCATE
        return WriteKind.UPDATE if mode.startswith("r") and "+" in mode else None

    def _opened_in_perl(self, arguments: list[list[_Token]]) -> tuple[_Token, WriteKind] | None:
        """The file that `open HANDLE, MODE, PATH` or `open HANDLE, "MODE PATH"` writes."""
        target = self._argument(arguments, 1)
        if target is None or (mode := _PERL_MODE.fullmatch(target[1])) is None or mode[1] == "<":
            return None
        token, path = target[0], mode[2]
        if len(arguments) > 2:
            if (named := self._argument(arguments, 2)) is None:
                return None
            token, path = named
        kind = {">>": WriteKind.APPEND, "+>>": WriteKind.APPEND, "+<": WriteKind.UPDATE}.get(mode[1])
        return (token, kind or WriteKind.TRUNCATE) if self._matches(path.strip()) else None

    def _is_in_folder(self, folder: str, arguments: list[list[_Token]], source: int | None) -> bool:
        copied = self._argument(arguments, source) if source is not None else None
        return copied is not None and self._matches(f"{folder}/{copied[1].rpartition('/')[2]}")

    def _argument(self, arguments: list[list[_Token]], index: int) -> tuple[_Token, str] | None:
        """An argument that is one constant text, or one in case a variable of the environment is not set."""
        argument = arguments[index] if index < len(arguments) else []
        if not argument:
            return None
        token, value = argument[-1], self._value(argument[-1])
        if len(argument) > 1:
            # An address may come from anywhere, a path hardly ever does.
            sign = "".join(word.text for word in argument[-3:-1])
            is_default = sign.endswith(_DEFAULTS) and "env" in argument[0].text.lower()
            value = value if is_default and value is not None and value.startswith("/") else None
        return None if value is None else (token, value)

    def _value(self, token: _Token) -> str | None:
        if token.kind == "word":
            return self._values.get(token.text)
        if token.kind != "string" or self._is_command(token):
            return None
        text = _inside(token.text)
        if token.text.startswith(("'", "q{", "q(", "[[")):
            return text
        if "\\" in text:
            return None
        values = [self._values.get(name[0], self._values.get(name[0][2:-1])) for name in _INTERPOLATED.finditer(text)]
        if None in values or sum(map(len, filter(None, values))) > _LONGEST:
            return None
        known = iter(values)
        return _INTERPOLATED.sub(lambda _: next(known) or "", text)

    def _is_command(self, token: _Token) -> bool:
        """Whether a string is a command: in backquotes, but for those of JavaScript."""
        is_quoted = token.kind == "string" and token.text.startswith(("`", "qx", "%x"))
        return is_quoted and self._language.joiner != "."

    def _constants(self) -> dict[str, str]:
        """The names that are set once in the whole code, to a text."""
        times_set: dict[str, int] = {}
        values: dict[str, str] = {}
        for name, sign, value in zip(self._tokens, self._tokens[1:], self._tokens[2:], strict=False):
            if name.kind == "word" and sign.text == "=":
                times_set[name.text] = times_set.get(name.text, 0) + 1
                if (text := self._value(value)) is not None:
                    values[name.text] = text
        return {name: text for name, text in values.items() if times_set[name] == 1}

    def _arguments(self, index: int) -> list[list[_Token]]:
        """The arguments that begin at a token, with or without parentheses around them."""
        tokens = self._tokens
        in_parentheses = index < len(tokens) and tokens[index].text == "("
        at = index + in_parentheses
        found: list[list[_Token]] = [[]]
        depth = 0
        while at < len(tokens) and len(found) <= _MOST_ARGUMENTS:
            token = tokens[at]
            at += 1
            if depth == 0 and (token.text in _CLOSING or (not in_parentheses and token.text in _ENDS | {"{"})):
                break
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if depth == 0 and token.text in (",", "=>"):
                found.append([])
            elif token.text not in {"my", "local"}:
                found[-1].append(token)
        return found

    def _located(self, token: _Token) -> LocatedText:
        """The value of a string, with `UNKNOWN` for what is put into it."""
        raw = _inside(token.text)
        start = token.start + (token.text.index(raw) if raw else 0)
        pieces: list[str] = []
        runs: list[WrittenRun] = []
        at = length = 0
        for mark in () if token.text.startswith("'") else _MARKS.finditer(raw):
            value = UNKNOWN if mark["escaped"] is None else _ESCAPES.get(mark["escaped"], mark["escaped"])
            runs.append(WrittenRun(length, start + at, start + mark.start(), exact=True))
            length += mark.start() - at
            runs.append(WrittenRun(length, start + mark.start(), start + mark.end(), exact=False))
            length += len(value)
            pieces += [raw[at : mark.start()], value]
            at = mark.end()
        runs.append(WrittenRun(length, start + at, start + len(raw), exact=True))
        return self._source.derived("".join([*pieces, raw[at:]]), [run for run in runs if run.start < run.end])


def _inside(text: str) -> str:
    """The text of a string without its quotes."""
    if text.startswith("[["):
        return text[2:-2]
    opening = re.match(r"(?:q[qx]?|%[qQx]?)?.", text)
    return text[opening.end() if opening else 1 : -1]
