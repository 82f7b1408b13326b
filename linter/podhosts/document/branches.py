"""Stretches of a template's text that are printed or not: what conditions, loops and definitions enclose.

Of Go's `text/template`, Jinja and its kin (Liquid, Twig, Django), and Handlebars and Mustache.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from podhosts.document.actions import GO, GO_BLOCKS, JINJA
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.document.actions import ActionToken

_HANDLEBARS = "handlebars"
_WORD = regex(r"[-+~]?\s*([a-z]+)\b")
_SECTION = regex(r"[-~]?\s*(?P<sign>[#^/])\s*(?P<word>[\w.@-]*)")
_OPENING = {
    GO: GO_BLOCKS,
    JINJA: frozenset(
        ("if", "for", "macro", "call", "block", "filter", "with", "raw", "set", "unless", "case", "while", "tablerow",
         "capture", "ifchanged", "ifequal", "ifnotequal")
    ),
}  # fmt: skip
_NEXT_BRANCH = {GO: frozenset({"else"}), JINJA: frozenset({"else", "elif", "elsif", "elseif", "when", "empty"})}
#: Blocks that print what they enclose once, if at all. All others are loops, or print elsewhere.
_CONDITIONS = frozenset({"if", "with", "unless", "case", "ifchanged", "ifequal", "ifnotequal"})
_IF_OR_WITH = regex(r"^(?:if|with)\b\s*")
_VARIABLE = regex(r"\$\w")
_TRIM = regex(r"^[-+~]\s*|\s*[-+~]$")


class Branch(NamedTuple):
    """A stretch of text that is printed or not: the block it belongs to, and which of its branches it is.

    `head` is the span of the action that begins the block, `keyword` its first word (empty where it is not in the
    text). Two branches of one `condition` are printed together.
    """

    start: int
    end: int
    block: int
    branch: int
    keyword: str
    head: Span
    condition: int

    @property
    def is_condition(self) -> bool:
        """Whether it is printed once, if at all, and where it stands."""
        return self.keyword in _CONDITIONS


class _Open(NamedTuple):
    language: str
    branch: Branch


class Branches:
    """The branches of a text, outermost first. `actions` are its actions in order."""

    def __init__(self, actions: Iterable[ActionToken], length: int) -> None:
        self._found: list[Branch] = []
        self._stack: list[_Open] = []
        self._blocks = 0
        self._conditions: dict[tuple[int, str | int], int] = {}
        for action in actions:
            self._read(action)
        while self._stack:
            self._close(length)
        self.all = tuple(sorted(self._found, key=lambda branch: (branch.start, -branch.end)))
        self._outer = _outer(self.all)

    def _read(self, action: ActionToken) -> None:
        language, word, kind = _statement(action)
        if kind == "open":
            self._open(language, word, action)
        elif kind == "next":
            # Handlebars writes `{{else}}` as Go does.
            languages = {GO, _HANDLEBARS} if language == GO else {language}
            if (opened := self._take(languages, "", action)) is not None:
                condition = self._condition(opened.branch.condition, _inside(action))
                number = opened.branch.branch + 1
                branch = opened.branch._replace(start=action.span.end, branch=number, condition=condition)
                self._stack.append(opened._replace(branch=branch))
        elif kind == "close":
            self._take({language}, word, action)

    def _open(self, language: str, word: str, action: ActionToken) -> None:
        self._blocks += 1
        text = _inside(action)
        around = self._stack[-1].branch if self._stack else None
        # In a `with` the same words speak of something else.
        outer = 0 if around is None else 2 * around.condition + (around.keyword == "with")
        # The same words say the same in one place, unless what they speak of may change; `with` asks as `if` does.
        is_constant = word in _CONDITIONS and _VARIABLE.search(text) is None and language != _HANDLEBARS
        condition = self._condition(outer, _IF_OR_WITH.sub("", text) if is_constant else self._blocks)
        head = action.span
        self._stack.append(_Open(language, Branch(head.end, head.end, self._blocks, 0, word, head, condition)))

    def _condition(self, outer: int, words: str | int) -> int:
        """The number of a condition inside another one."""
        return self._conditions.setdefault((outer, words), len(self._conditions) + 1)

    def _take(self, languages: set[str], word: str, action: ActionToken) -> _Open | None:
        """End the open block that an action ends; one that began before the text holds all that is before it."""
        depth = next(
            (
                depth
                for depth in reversed(range(len(self._stack)))
                if self._stack[depth].language in languages and word in {"", self._stack[depth].branch.keyword}
            ),
            None,
        )
        if depth is None:
            if self._stack or word:
                return None
            self._blocks += 1
            head = Span(0, 0)
            condition = self._condition(0, self._blocks)
            self._stack.append(_Open(min(languages), Branch(0, 0, self._blocks, 0, "", head, condition)))
            return self._close(action.span.start)
        while len(self._stack) > depth + 1:
            self._close(action.span.start)
        return self._close(action.span.start)

    def _close(self, at: int) -> _Open:
        opened = self._stack.pop()
        self._found.append(opened.branch._replace(end=at))
        return opened

    def around(self, at: int) -> list[Branch]:
        """The branches that hold a place, outermost first."""
        number = bisect_right(self.all, at, key=lambda branch: branch.start) - 1
        found: list[Branch] = []
        # Whatever holds the place holds the last one that begins before it.
        while number >= 0:
            if at < self.all[number].end:
                found.append(self.all[number])
            number = self._outer[number]
        return found[::-1]


def _outer(branches: tuple[Branch, ...]) -> list[int]:
    """The number of the branch around each one, -1 where there is none."""
    outer: list[int] = []
    open_ones: list[int] = []
    for number, branch in enumerate(branches):
        while open_ones and branches[open_ones[-1]].end <= branch.start:
            open_ones.pop()
        outer.append(open_ones[-1] if open_ones else -1)
        open_ones.append(number)
    return outer


def are_printed_together(first: list[Branch], second: list[Branch]) -> bool:
    """Whether the places in two stacks of branches can be compared: one is printed whenever the other is.

    So it is in one branch, and where one place is under all the conditions of the other and more. A loop or a
    definition that holds one of them alone separates them.
    """
    shared = min(len(first), len(second))
    if any(here.condition != there.condition for here, there in zip(first, second, strict=False)):
        return False
    return all(branch.is_condition for branch in (*first[shared:], *second[shared:]))


def _inside(action: ActionToken) -> str:
    """The text of an action without braces and trim marks, also those of Handlebars."""
    return _TRIM.sub("", action.text[action.inside.start : action.inside.end])


def _statement(action: ActionToken) -> tuple[str, str, str]:
    """The language of an action, the word of the block that it is about, and whether it opens, divides or closes it."""
    text, start, end = action.text, action.span.start + 2, action.span.end - 2
    if action.kind == GO and (section := _SECTION.match(text, start, end)):
        sign, word = section["sign"], section["word"]
        if not word:
            # `{{^}}` is an `else`; a slash alone begins a comment of Go.
            return _HANDLEBARS, "", "next" if sign == "^" else ""
        return _HANDLEBARS, word, "close" if sign == "/" else "open"
    found = _WORD.match(text, start, end) if action.kind in {GO, JINJA} else None
    if found is None:
        return GO, "", ""
    word, rest = found[1], text[found.end() : end]
    if action.kind == JINJA:
        return _jinja(word, rest)
    if word == "end":
        return GO, "", "close"
    if word in _NEXT_BRANCH[GO]:
        return GO, "", "next"
    # A name of Jinja that is one of these words has nothing behind it.
    return GO, word, "open" if word in _OPENING[GO] and rest.strip(" \t\r\n-") else ""


def _jinja(word: str, value: str) -> tuple[str, str, str]:
    if word.startswith("end"):
        return JINJA, word.removeprefix("end"), "close"
    if word in _NEXT_BRANCH[JINJA]:
        return JINJA, "", "next"
    is_statement = word == "set" and "=" in value
    return JINJA, word, "open" if word in _OPENING[JINJA] and not is_statement else ""
