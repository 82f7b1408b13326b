"""snakecase, kebabcase and camelcase as github.com/huandu/xstrings 1.5 forms them, for texts of ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.builtins.table import STRING, Family
from podhosts.helm.model import Unsupported
from podhosts.patterns import regex

if TYPE_CHECKING:
    from podhosts.helm.traced import Traced

FAMILY = Family()

_CONNECTORS = frozenset("-_ \t\n\v\f\r")
#: The kinds of words; of several capitals in a row the last begins the next word if a small letter follows.
_WORD = regex(
    r"(?P<connector>[-_ \t\n\v\f\r]+)"
    r"|(?P<punctuation>[!\"#%&'()*,./:;?@\[\\\]{}][-_!\"#%&'()*,./:;?@\[\\\]{}]*)"
    r"|(?P<upper>[A-Z]{2,}(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]*)"
    r"|(?P<lower>[a-z]+)"
    r"|(?P<number>[0-9]+)"
    r"|(?P<other>[^-_ \t\n\v\f\rA-Za-z0-9!\"#%&'()*,./:;?@\[\\\]{}]+)"
)


@FAMILY.add("snakecase", STRING)
def _snakecase(text: Traced) -> Traced:
    return text.derive(_Words(_ascii(text), "_").joined())


@FAMILY.add("kebabcase", STRING)
def _kebabcase(text: Traced) -> Traced:
    return text.derive(_Words(_ascii(text), "-").joined())


@FAMILY.add("camelcase", STRING)
def _camelcase(text: Traced) -> Traced:
    return text.derive(_pascal(_ascii(text)))


def _ascii(text: Traced) -> str:
    if not text.text.isascii():
        raise Unsupported("the words of a text with other letters than ASCII")
    return text.text


class _Words:
    """Puts connectors between the words of a text."""

    def __init__(self, text: str, connector: str) -> None:
        self._words = [(found.lastgroup or "", found[0]) for found in _WORD.finditer(text)]
        self._at = 0
        self._connector = connector
        self._written: list[str] = []

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._words):
            return "", ""
        self._at += 1
        return self._words[self._at - 1]

    def _has_more(self) -> bool:
        return self._at < len(self._words)

    def _write(self, kind: str, word: str) -> None:
        if kind in ("upper", "connector"):
            word = "".join(self._connector if one in _CONNECTORS else one.lower() for one in word)
        self._written.append(word)

    def _connect(self, kind: str, *without: str) -> None:
        if kind not in ("connector", "punctuation", *without):
            self._written.append(self._connector)

    def _letters_after_number(self, kind: str, word: str) -> tuple[str, str]:
        while kind in ("lower", "number"):
            self._write(kind, word)
            kind, word = self._next()
        self._connect(kind, "")
        return kind, word

    def joined(self) -> str:
        """The words with their connectors."""
        kind, word = self._next()
        while self._has_more():
            if kind != "connector":
                self._write(kind, word)
            before, last = kind, word
            kind, word = self._next()
            if before == "number":
                kind, word = self._letters_after_number(kind, word)
            elif before == "connector":
                self._write(before, last)
            elif before != "punctuation":
                kind, word = self._after_word(kind, word)
        self._write(kind, word)
        return "".join(self._written)

    def _after_word(self, kind: str, word: str) -> tuple[str, str]:
        """What follows a word of letters: a number belongs to it unless small letters follow that."""
        if kind != "number":
            self._connect(kind)
            return kind, word
        if not self._has_more():
            return kind, word
        number = word
        kind, word = self._next()
        if kind != "lower":
            self._write("number", number)
            self._connect(kind)
            return kind, word
        self._written.append(self._connector)
        self._write("number", number)
        return self._letters_after_number(kind, word)


def _pascal(text: str) -> str:
    """Every word with a capital; a word of capitals keeps only its first."""
    written: list[str] = []
    at = 0
    while at < len(text) and text[at] in _CONNECTORS:
        written.append(text[at])
        at += 1
    if at >= len(text):
        return "".join(written)
    is_capital = text[at].isupper()
    character = text[at].upper()
    for following in text[at + 1 :]:
        before, character = character, following
        if character in _CONNECTORS and before in _CONNECTORS:
            written.append(before)
        elif before in _CONNECTORS:
            is_capital = character.isupper()
            character = character.upper()
        else:
            if is_capital and character.isupper():
                character = character.lower()
            else:
                is_capital = False
            written.append(before)
    return "".join([*written, character])
