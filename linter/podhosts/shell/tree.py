"""The parse tree of a shell script: no more of it than the search for writes needs.

Positions are offsets in the text that was parsed. Only `Heredoc` is mutable: its body comes after the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import NamedTuple, record

if TYPE_CHECKING:
    from podhosts.shell.located import WrittenRun


class Text(NamedTuple):
    """Characters that mean themselves. `exact`: written character by character, not by an escape."""

    value: str
    start: int
    end: int
    quoted: bool
    exact: bool = True


class Parameter(NamedTuple):
    """`$name` or `${name}`, or `${name:-default}` with a path as the default; `assigns`: `${name:=default}`."""

    name: str
    start: int
    end: int
    quoted: bool
    default: str | None = None
    assigns: bool = False


class Body(NamedTuple):
    """A command list inside a word. `runs` and `text`: where it had to be unescaped first (backquotes), else None."""

    items: tuple[ListedPipeline, ...]
    text: str | None = None
    runs: tuple[WrittenRun, ...] = ()


class Expansion(NamedTuple):
    """A part of a word that only the running shell knows; `bodies` are the commands inside it."""

    start: int
    end: int
    quoted: bool
    bodies: tuple[Body, ...] = ()


Part = Text | Parameter | Expansion


class Word(NamedTuple):
    start: int
    end: int
    parts: tuple[Part, ...]


@record(slots=True)
class Heredoc:
    """A here-document; `body` and `end` (after its delimiter's line) are set when its newline has been reached."""

    delimiter: str
    is_quoted: bool
    strips_tabs: bool
    body: Word | None = None
    start: int = 0
    end: int = 0


class Redirect(NamedTuple):
    """`operator` without the descriptor; `descriptor` as written (`2`, `{fd}`) or empty."""

    operator: str
    descriptor: str
    target: Word | None
    heredoc: Heredoc | None
    start: int
    end: int


class Assignment(NamedTuple):
    """`name=value` in front of a command. `is_plain`: neither `+=` nor an array."""

    name: str
    value: Word
    is_plain: bool


class Simple(NamedTuple):
    """A simple command. `is_broken`: its shell refuses it, as a quote or a substitution in it never ends."""

    start: int
    end: int
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    is_broken: bool


class CompoundPart(NamedTuple):
    """A command list inside a compound command; `role` is the word for it in `Statement.within`."""

    role: str
    items: tuple[ListedPipeline, ...]


class Compound(NamedTuple):
    """`if`, loops, `case`, groups, subshells, functions, `[[ ]]`, `(( ))`. `variable`: what a loop sets.

    `words`: what a loop goes through, or the name of a function.
    """

    start: int
    end: int
    kind: str
    variable: str
    words: tuple[Word, ...]
    branches: tuple[CompoundPart, ...]
    redirects: tuple[Redirect, ...]


Command = Simple | Compound


class Pipeline(NamedTuple):
    start: int
    end: int
    commands: tuple[Command, ...]


class Mark(NamedTuple):
    """A separator of a command list."""

    text: str
    start: int
    end: int


class ListedPipeline(NamedTuple):
    pipeline: Pipeline
    before: Mark | None
    after: Mark | None
