"""The words of a Go template: text, delimiters, and what stands between them.

As Go's `text/template/parse` cuts them (Go 1.26), with its words for what is wrong. Offsets count characters.
"""

from __future__ import annotations

import unicodedata
from enum import Enum, auto

from podhosts.helm.language.quoting import is_printable, quoted
from podhosts.patterns import regex
from podhosts.records import NamedTuple


class Kind(Enum):
    """What a token is; the names are Go's."""

    ERROR = auto()
    BOOL = auto()
    CHAR = auto()
    CHAR_CONSTANT = auto()
    COMPLEX = auto()
    ASSIGN = auto()
    DECLARE = auto()
    EOF = auto()
    FIELD = auto()
    IDENTIFIER = auto()
    LEFT_DELIM = auto()
    LEFT_PAREN = auto()
    NUMBER = auto()
    PIPE = auto()
    RAW_STRING = auto()
    RIGHT_DELIM = auto()
    RIGHT_PAREN = auto()
    SPACE = auto()
    STRING = auto()
    TEXT = auto()
    VARIABLE = auto()
    DOT = auto()
    NIL = auto()
    BLOCK = auto()
    BREAK = auto()
    CONTINUE = auto()
    DEFINE = auto()
    ELSE = auto()
    END = auto()
    IF = auto()
    RANGE = auto()
    TEMPLATE = auto()
    WITH = auto()


KEYWORDS = {
    "block": Kind.BLOCK,
    "break": Kind.BREAK,
    "continue": Kind.CONTINUE,
    "define": Kind.DEFINE,
    "else": Kind.ELSE,
    "end": Kind.END,
    "if": Kind.IF,
    "range": Kind.RANGE,
    "nil": Kind.NIL,
    "template": Kind.TEMPLATE,
    "with": Kind.WITH,
}
_KEYWORD_KINDS = frozenset((*KEYWORDS.values(), Kind.DOT))


class TemplateToken(NamedTuple):
    """A word: its kind, its first character's offset, and its characters (of an error: what is wrong)."""

    kind: Kind
    start: int
    text: str

    def shown(self) -> str:
        """The token in a message of Go's parser."""
        if self.kind is Kind.EOF:
            return "EOF"
        if self.kind is Kind.ERROR:
            return self.text
        if self.kind in _KEYWORD_KINDS:
            return f"<{self.text}>"
        # Go counts bytes to decide, and cuts by characters.
        if len(self.text.encode("utf-8", "surrogateescape")) > 10:
            return f"{quoted(self.text[:10])}..."
        return quoted(self.text)


_SPACES = " \t\r\n"
_SPACE = regex(r"(?:[ \t\r\n](?!-\}\}))+")
_TRIM_RIGHT = regex(r"[ \t\r\n]-\}\}")
_WORD = regex(r"\w+")
_STRING = regex(r'"(?:[^"\\\n]|\\[^\n])*"')
_CHARACTER = regex(r"'(?:[^'\\\n]|\\[^\n])*'")
_NUMBER = regex(
    r"[+-]?(?:"
    r"0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?"
    r")i?"
)
_SINGLE = {"=": Kind.ASSIGN, "|": Kind.PIPE}
_ENDS_A_WORD = frozenset(" \t\r\n.,|:)(")


def tokens(text: str) -> list[TemplateToken]:
    """All words of a template; the last one is EOF, or an error that ends the reading. Comments are left out."""
    lexer = _Lexer(text)
    lexer.read()
    return lexer.found


class _Wrong(Exception):  # noqa: N818  # ends the reading, is no error of ours
    """What is wrong, from the start of a token on."""


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.start = 0
        self.parens = 0
        self.found: list[TemplateToken] = []

    def read(self) -> None:
        """Read the whole text."""
        try:
            while self._text():
                while self._inside():
                    pass
        except _Wrong as wrong:
            self.found.append(TemplateToken(Kind.ERROR, self.start, str(wrong)))
            return
        self.found.append(TemplateToken(Kind.EOF, len(self.text), ""))

    def _text(self) -> bool:
        """Read text up to an action and its left delimiter; False at the end of the template."""
        text = self.text
        while True:
            start = self.start = self.at
            opening = text.find("{{", start)
            end = len(text) if opening < 0 else opening
            inside = opening + 2
            trims = opening >= 0 and text[inside : inside + 1] == "-" and text[inside + 1 : inside + 2] in _SPACE_SET
            kept = text[start:end].rstrip(_SPACES) if trims else text[start:end]
            if kept:
                self.found.append(TemplateToken(Kind.TEXT, start, kept))
            if opening < 0:
                return False
            if trims:
                inside += 2
            if text.startswith("/*", inside):
                self._comment(inside)
                continue
            self.found.append(TemplateToken(Kind.LEFT_DELIM, opening, "{{"))
            self.at = inside
            self.parens = 0
            return True

    def _comment(self, start: int) -> None:
        """Skip a comment and its right delimiter."""
        self.start = start
        end = self.text.find("*/", start + 2)
        if end < 0:
            raise _Wrong("unclosed comment")
        end += 2
        if _TRIM_RIGHT.match(self.text, end):
            self.at = self._after_spaces(end + 4)
        elif self.text.startswith("}}", end):
            self.at = end + 2
        else:
            raise _Wrong("comment ends before closing delimiter")

    def _after_spaces(self, at: int) -> int:
        """Where the next character stands that is no space to be trimmed."""
        while at < len(self.text) and self.text[at] in _SPACES:
            at += 1
        return at

    def _add(self, kind: Kind, end: int) -> bool:
        self.found.append(TemplateToken(kind, self.start, self.text[self.start : end]))
        self.at = end
        return True

    def _inside(self) -> bool:
        """Read one word inside an action; False after its right delimiter."""
        text = self.text
        self.start = at = self.at
        if at >= len(text):
            raise _Wrong("unclosed action")
        character = text[at]
        if character in " \t\r\n}" and self._is_right_delim(at):
            return False
        if character in _SPACES:
            match = _SPACE.match(text, at)
            return self._add(Kind.SPACE, match.end() if match else at + 1)
        if character in _SINGLE:
            return self._add(_SINGLE[character], at + 1)
        if character in "\"'`:()":
            return self._punctuation(character)
        if character == "$":
            return self._variable()
        if character == "." and not (at + 1 >= len(text) or text[at + 1] in "0123456789"):
            return self._field()
        if character in ".+-0123456789":
            return self._number()
        if is_alphanumeric(character):
            return self._identifier()
        if " " <= character <= "~":
            return self._add(Kind.CHAR, at + 1)
        raise _Wrong(f"unrecognized character in action: {_code_point(character)}")

    def _is_right_delim(self, at: int) -> bool:
        """Read a right delimiter, with the spaces that it trims, if one stands here."""
        trims = _TRIM_RIGHT.match(self.text, at) is not None
        if not trims and not self.text.startswith("}}", at):
            return False
        if self.parens:
            raise _Wrong("unclosed left paren")
        self.start = at + 2 if trims else at
        self._add(Kind.RIGHT_DELIM, self.start + 2)
        if trims:
            self.at = self._after_spaces(self.at)
        return True

    def _punctuation(self, character: str) -> bool:
        text, at = self.text, self.at
        if character == "(":
            self.parens += 1
            return self._add(Kind.LEFT_PAREN, at + 1)
        if character == ")":
            self.parens -= 1
            if self.parens < 0:
                raise _Wrong("unexpected right paren")
            return self._add(Kind.RIGHT_PAREN, at + 1)
        if character == ":":
            if not text.startswith("=", at + 1):
                raise _Wrong("expected :=")
            return self._add(Kind.DECLARE, at + 2)
        if character == "`":
            end = text.find("`", at + 1)
            if end < 0:
                raise _Wrong("unterminated raw quoted string")
            return self._add(Kind.RAW_STRING, end + 1)
        is_string = character == '"'
        match = (_STRING if is_string else _CHARACTER).match(text, at)
        if not match:
            raise _Wrong(f"unterminated {'quoted string' if is_string else 'character constant'}")
        return self._add(Kind.STRING if is_string else Kind.CHAR_CONSTANT, match.end())

    def _word_end(self, at: int) -> int:
        """The end of the letters, digits and underscores from an offset on."""
        match = _WORD.match(self.text, at)
        if not match:
            return at
        word = match.group()
        if word.isascii():
            return match.end()
        return at + next((index for index, one in enumerate(word) if not is_alphanumeric(one)), len(word))

    def _check_end(self, at: int) -> None:
        """Refuse a word that something follows that may not."""
        text = self.text
        if not (at >= len(text) or text[at] in _ENDS_A_WORD or text.startswith("}}", at)):
            raise _Wrong(f"bad character {_code_point(text[at])}")

    def _variable(self) -> bool:
        end = self._word_end(self.at + 1)
        self._check_end(end)
        return self._add(Kind.VARIABLE, end)

    def _field(self) -> bool:
        end = self._word_end(self.at + 1)
        self._check_end(end)
        return self._add(Kind.FIELD if end > self.at + 1 else Kind.DOT, end)

    def _identifier(self) -> bool:
        end = self._word_end(self.at)
        self._check_end(end)
        word = self.text[self.at : end]
        if word in ("true", "false"):
            return self._add(Kind.BOOL, end)
        return self._add(KEYWORDS.get(word, Kind.IDENTIFIER), end)

    def _number(self) -> bool:
        end = self._number_end(self.at)
        if self.text[end : end + 1] in ("+", "-"):
            end = self._number_end(end)
            if self.text[end - 1] != "i":
                raise _Wrong(f"bad number syntax: {quoted(self.text[self.start : end])}")
            return self._add(Kind.COMPLEX, end)
        return self._add(Kind.NUMBER, end)

    def _number_end(self, at: int) -> int:
        match = _NUMBER.match(self.text, at)
        end = match.end() if match else at
        if end < len(self.text) and is_alphanumeric(self.text[end]):
            raise _Wrong(f"bad number syntax: {quoted(self.text[self.start : end + 1])}")
        return end


_SPACE_SET = frozenset(_SPACES)


def is_alphanumeric(character: str) -> bool:
    """Whether a character may be in a name: Go's letters and digits, and the underscore."""
    if character.isascii():
        return character == "_" or character.isalnum()
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"


def _code_point(character: str) -> str:
    """Go's `%#U`: U+002D '-'."""
    number = f"U+{ord(character):04X}"
    return f"{number} '{character}'" if is_printable(character) else number
