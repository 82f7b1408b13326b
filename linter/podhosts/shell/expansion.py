"""Words -> fields: the arguments a command gets, as far as the script alone tells them.

Quotes are removed; braces (`{a,b}`), parameters that the script sets to a constant, and field splitting are expanded.
Everything else that the shell would put in is `UNKNOWN`. XCU 2.6; bash manual 3.5.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.shell.located import OWN_ADDRESS, UNKNOWN, LocatedText, WrittenRun
from podhosts.shell.own_address import prints_own_address
from podhosts.shell.tree import Expansion, Parameter, Simple, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from podhosts.shell.tree import Part, Word
    from podhosts.source import Span

_PATTERN_CHARACTERS = frozenset("*?[")
_EXPANDABLE = frozenset("*?[{")
_BRACE_PIECE = regex(r"[{},]|[^{},]+")
_BLANK_RUN = regex(r"[ \t\n]+")
_PLAIN_PATH = regex(r"[\w./-]+")
_MOST_ALTERNATIVES = 64
_MOST_BRACES = 8
_MOST_DIGITS = 9


class Field(NamedTuple):
    """One argument: its value, and where it stands in `source`.

    `start`, `end`: the word it comes from, quotes included. `is_pattern`: unquoted `*`, `?` or `[` in it, so that the
    shell may replace it by file names.
    """

    value: str
    runs: tuple[WrittenRun, ...]
    start: int
    end: int
    source: LocatedText
    is_pattern: bool = False

    @property
    def is_constant(self) -> bool:
        return not self.is_pattern and UNKNOWN not in self.value

    @property
    def span(self) -> Span:
        """The word in the document."""
        return self.source.span(self.start, self.end)

    def located(self) -> LocatedText:
        """The value as a text of its own."""
        return self.source.derived(self.value, self.runs)

    def span_from(self, position: int) -> Span:
        """The part of the word that gives the value from `position` on; the whole word for 0."""
        return self.located().span(position, len(self.value)) if position else self.span


class Variables:
    """The variables whose value a script fixes: set to one constant, and nowhere to anything else.

    A value set inside a subshell is forgotten at its end (`mark`, `rollback`). What is looked up counts against a
    budget: a script can make its words grow exponentially. So do the bounds on values and on what is passed on.
    `arguments` are those of the script or function (`$1`, `$@`), with `UNKNOWN` for unknown ones; None: not known.
    """

    _LONGEST = 1024
    _MOST_PASSED_ON = 200

    def __init__(
        self,
        known: Mapping[str, str],
        exported: frozenset[str],
        unstable: frozenset[str],
        budget: int,
        arguments: tuple[str, ...] | None = None,
    ) -> None:
        self.arguments = arguments
        self._known: dict[str, str | None] = {
            name: None if value == UNKNOWN else value for name, value in known.items()
        }
        self._exported = set(exported)
        self._unstable = unstable
        self._budget = budget
        self._log: list[tuple[str, str | None]] = []

    def assign(self, name: str, value: str | None) -> None:
        """Note an assignment; None or an `UNKNOWN` piece: the value is not known, but for the pod's own address."""
        is_known = value is not None and (UNKNOWN not in value or value == OWN_ADDRESS)
        if value is not None and (not is_known or len(value) > self._LONGEST or name in self._unstable):
            value = None
        self._log.append((name, self._known.get(name)))
        self._known[name] = value

    @property
    def exported_names(self) -> frozenset[str]:
        return frozenset(self._exported) if len(self._exported) <= self._MOST_PASSED_ON else frozenset()

    def export(self, name: str) -> None:
        self._exported.add(name)

    def exported(self) -> dict[str, str]:
        """The environment of a program that is started now; a value that is not known is `UNKNOWN`."""
        if len(self._exported) > self._MOST_PASSED_ON:
            return {}
        # `$0` is each shell's own.
        return {name: self._passed_on(name) for name in self._exported if name in self._known and name != "0"}

    def all_known(self) -> dict[str, str]:
        """The variables of a script that runs in the same shell (`eval`)."""
        if len(self._known) > self._MOST_PASSED_ON:
            return {}
        return {name: self._passed_on(name) for name in self._known}

    def _passed_on(self, name: str) -> str:
        value = self._known[name]
        return UNKNOWN if value is None else value

    def is_unset(self, name: str) -> bool:
        """Whether neither the script nor what is known of its environment sets a variable."""
        if name[:1].isdigit():
            position = as_count(name)
            return self.arguments is not None and (position is None or position > len(self.arguments))
        return name not in self._known and name not in self._unstable

    def lookup(self, name: str) -> str | None:
        """The value of a variable, which may be `OWN_ADDRESS`; None where it is not known."""
        value = self._argument(name) if name == "*" or (name[:1].isdigit() and name != "0") else self._known.get(name)
        if value is None or len(value) > self._budget:
            return None
        self._budget -= len(value)
        return value

    def _argument(self, name: str) -> str | None:
        """The value of `$1` and so on, or of all together (`$*`)."""
        if self.arguments is None:
            return None
        position = as_count(name) or 0
        value = " ".join(self.arguments) if name == "*" else "".join(self.arguments[position - 1 : position])
        return None if UNKNOWN in value else value

    def mark(self) -> int:
        return len(self._log)

    def rollback(self, mark: int) -> None:
        while len(self._log) > mark:
            name, value = self._log.pop()
            self._known[name] = value


def as_count(text: str) -> int | None:
    """The number that a text is; None for other text, and for more digits than any list of arguments needs."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def single_value(word: Word, variables: Variables) -> str:
    """The value where no splitting happens: an assignment, a here-document."""
    return "".join(part.value if isinstance(part, Text) else _value(part, variables) for part in word.parts)


def _value(part: Parameter | Expansion, variables: Variables) -> str:
    if isinstance(part, Expansion):
        value = _printed(part, variables)
    elif part.default is not None and variables.is_unset(part.name):
        value = part.default
        if part.assigns:
            variables.assign(part.name, value)
    else:
        value = variables.lookup(part.name)
    return UNKNOWN if value is None else value


def _printed(part: Expansion, variables: Variables) -> str | None:
    """The value of a substitution: a variable that the kubelet puts in, or the pod's own address; else None."""
    items = part.bodies[0].items if len(part.bodies) == 1 else ()
    command = items[0].pipeline.commands[0] if len(items) == 1 else None
    if not isinstance(command, Simple) or not command.words or command.is_broken:
        return None
    words = [
        "".join(part.value if isinstance(part, Text) else UNKNOWN for part in word.parts) for word in command.words
    ]
    if len(items[0].pipeline.commands) == 1:
        if len(words) == 1:
            return variables.lookup(f"$({words[0]})")
        if not command.redirects and (path := _printed_path(words[0], command.words[1:], variables)) is not None:
            return path
    return OWN_ADDRESS if prints_own_address(words) else None


def _printed_path(name: str, words: Iterable[Word], variables: Variables) -> str | None:
    """The path that `echo`, `realpath` and the like print; no link leads elsewhere from the hosts file."""
    printers = {"echo": "n", "printf": "", "realpath": "ems", "readlink": "fem", "dirname": ""}
    values = [single_value(word, variables) for word in words]
    options = [value for value in values if value.startswith("-")]
    values = [value for value in values if not value.startswith("-")]
    if name == "printf" and len(values) == 2 and values[0] == "%s":
        del values[0]
    letters = printers.get(name)
    if letters is None or len(values) != 1 or any(set(option[1:]) - set(letters) for option in options):
        return None
    path = values[0]
    if not path.startswith("/") or not _PLAIN_PATH.fullmatch(path) or (name == "readlink" and not options):
        return None
    return path.rpartition("/")[0] or "/" if name == "dirname" else path


def fields(word: Word, variables: Variables, source: LocatedText, *, braces: bool = True) -> list[Field]:
    """The arguments that one word becomes; none where it is an unquoted empty variable."""
    # Most words by far are one plain piece.
    first = word.parts[0] if len(word.parts) == 1 else None
    if isinstance(first, Text) and first.exact and (first.quoted or _EXPANDABLE.isdisjoint(first.value)):
        run = WrittenRun(0, first.start, first.end, exact=True)
        return [Field(first.value, (run,), word.start, word.end, source)]
    if isinstance(first, Parameter) and first.name == "@" and variables.arguments is not None:
        runs = (WrittenRun(0, first.start, first.end, exact=False),)
        return [Field(value, runs, word.start, word.end, source) for value in variables.arguments]
    alternatives = _expand_braces(word.parts) if braces else [list(word.parts)]
    result: list[Field] = []
    for parts in alternatives:
        result.extend(_split(parts, word, variables, source))
    return result


def all_fields(words: Iterable[Word], variables: Variables, source: LocatedText) -> list[Field]:
    """The arguments that the words of a command become; the first is its name."""
    return [field for word in words for field in fields(word, variables, source)]


class _FieldBuilder:
    """Collects the pieces of one field after the other."""

    def __init__(self, word: Word, source: LocatedText) -> None:
        self.fields: list[Field] = []
        self._word = word
        self._source = source
        self._reset()

    def _reset(self) -> None:
        self._pieces: list[str] = []
        self._runs: list[WrittenRun] = []
        self._length = 0
        self._is_pattern = False
        self._exists = False

    def add(self, value: str, start: int, end: int, *, exact: bool, is_literal: bool) -> None:
        """`is_literal`: quoted, so the field exists even if it is empty and patterns are no patterns."""
        if value:
            self._pieces.append(value)
            self._runs.append(WrittenRun(self._length, start, end, exact))
            self._length += len(value)
        self._exists = self._exists or bool(value) or is_literal
        if not is_literal and not _PATTERN_CHARACTERS.isdisjoint(value):
            self._is_pattern = True

    def finish(self) -> None:
        if self._exists:
            value = "".join(self._pieces)
            word = self._word
            self.fields.append(Field(value, tuple(self._runs), word.start, word.end, self._source, self._is_pattern))
        self._reset()


def _split(parts: Iterable[Part], word: Word, variables: Variables, source: LocatedText) -> list[Field]:
    builder = _FieldBuilder(word, source)
    for part in parts:
        if isinstance(part, Text):
            builder.add(part.value, part.start, part.end, exact=part.exact, is_literal=part.quoted)
            continue
        value = _value(part, variables)
        if UNKNOWN in value or part.quoted or isinstance(part, Expansion):
            builder.add(value, part.start, part.end, exact=False, is_literal=True)
        else:
            # Field splitting: blanks in the value of an unquoted variable separate arguments.
            for index, piece in enumerate(_BLANK_RUN.split(value)):
                if index:
                    builder.finish()
                builder.add(piece, part.start, part.end, exact=False, is_literal=False)
    builder.finish()
    return builder.fields


def _expand_braces(parts: tuple[Part, ...]) -> list[list[Part]]:
    """`/etc/{hosts,passwd}` -> its alternatives, as bash makes them; words without a list stay as they are."""
    unquoted = [part.value for part in parts if isinstance(part, Text) and not part.quoted]
    opening = sum(value.count("{") for value in unquoted)
    if not 0 < opening <= _MOST_BRACES or not any("," in value for value in unquoted):
        return [list(parts)]
    atoms: list[Part] = []
    for part in parts:
        if isinstance(part, Text) and not part.quoted:
            atoms.extend(
                Text(piece[0], part.start + piece.start(), part.start + piece.end(), quoted=False)
                for piece in _BRACE_PIECE.finditer(part.value)
            )
        else:
            atoms.append(part)
    return _alternatives(atoms)


def _alternatives(atoms: list[Part]) -> list[list[Part]]:
    for start, atom in enumerate(atoms):
        if not _is_brace(atom, "{"):
            continue
        depth = 0
        commas = [start]
        for index in range(start, len(atoms)):
            if _is_brace(atoms[index], "{"):
                depth += 1
            elif _is_brace(atoms[index], ",") and depth == 1:
                commas.append(index)
            elif _is_brace(atoms[index], "}"):
                depth -= 1
                if depth == 0:
                    break
        else:
            continue
        if len(commas) == 1:
            continue
        tails = _alternatives(atoms[index + 1 :])
        bounds = [*commas, index]
        choices = [choice for begin, end in pairwise(bounds) for choice in _alternatives(atoms[begin + 1 : end])]
        if len(choices) * len(tails) > _MOST_ALTERNATIVES:
            return [[Expansion(atoms[0].start, atoms[-1].end, quoted=False)]]
        return [[*atoms[:start], *choice, *tail] for choice in choices for tail in tails]
    return [atoms]


def _is_brace(part: Part, character: str) -> bool:
    return isinstance(part, Text) and not part.quoted and part.value == character
