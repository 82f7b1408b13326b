"""The regular expressions of Go (`regexp/syntax`, that of RE2), read into a tree."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from podhosts.helm.language.quoting import quoted
from podhosts.helm.model import Unsupported
from podhosts.records import NamedTuple, record

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Whether one character matches.
    Test: TypeAlias = Callable[[str], bool]
    Anchor = Literal["^", "$", "^m", "$m", "b", "B"]

_MOST_REPEATS = 1000
_MOST_NESTED = 100
_DIGITS = "0123456789"
WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_SPACE = frozenset("\t\n\f\r ")
_PERL: dict[str, Test] = {"d": lambda one: one in _DIGITS, "s": _SPACE.__contains__, "w": WORD.__contains__}
_CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}
_POSIX: dict[str, Test] = {
    "alnum": lambda one: one.isascii() and one.isalnum(),
    "alpha": lambda one: one.isascii() and one.isalpha(),
    "ascii": str.isascii,
    "blank": lambda one: one in "\t ",
    "cntrl": lambda one: one < " " or one == "\x7f",
    "digit": lambda one: one in _DIGITS,
    "graph": lambda one: "!" <= one <= "~",
    "lower": lambda one: "a" <= one <= "z",
    "print": lambda one: " " <= one <= "~",
    "punct": lambda one: "!" <= one <= "~" and not one.isalnum(),
    "space": lambda one: one in "\t\n\v\f\r ",
    "upper": lambda one: "A" <= one <= "Z",
    "word": WORD.__contains__,
    "xdigit": lambda one: one in "0123456789abcdefABCDEF",
}
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_CATEGORIES = frozenset((
    "L", "M", "N", "P", "S", "Z", "C", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No",
    "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs",
))  # fmt: skip


class PatternError(ValueError):
    """A pattern that Go refuses, in its words."""

    def __init__(self, problem: str, part: str) -> None:
        super().__init__(f"error parsing regexp: {problem}: `{part}`")


# --- what a pattern says ---


class OneCharacter(NamedTuple):
    """One character."""

    test: Test


class BetweenCharacters(NamedTuple):
    """A place between characters."""

    kind: Anchor


class InSequence(NamedTuple):
    """All parts, one after the other."""

    parts: list[PatternNode]


class OneOf(NamedTuple):
    """One of the parts, the first that leads to a match."""

    parts: list[PatternNode]


class PatternGroup(NamedTuple):
    """What stands in parentheses, which a match tells of by a number."""

    number: int
    inner: PatternNode


class Repeated(NamedTuple):
    """So many times; without end where `most` is None."""

    inner: PatternNode
    least: int
    most: int | None
    is_greedy: bool


PatternNode: TypeAlias = "OneCharacter | BetweenCharacters | InSequence | OneOf | PatternGroup | Repeated"


@record(slots=True)
class _Flags:
    ignores_case: bool = False
    is_multiline: bool = False
    has_full_dot: bool = False
    is_ungreedy: bool = False

    def copied(self) -> _Flags:
        return _Flags(self.ignores_case, self.is_multiline, self.has_full_dot, self.is_ungreedy)


class PatternParser:
    """Reads a pattern."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._flags = _Flags()
        self.names: list[str] = [""]
        self._depth = 0

    def whole(self) -> PatternNode:
        """The tree of the pattern. Raises PatternError, and Unsupported for what this reader does not know."""
        node = self._choice()
        if self._at < len(self._text):
            raise PatternError("unexpected )", self._text)
        return node

    def _peek(self, count: int = 1) -> str:
        return self._text[self._at : self._at + count]

    def _choice(self) -> PatternNode:
        branches: list[PatternNode] = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else OneOf(branches)

    def _sequence(self) -> PatternNode:
        parts: list[PatternNode] = []
        while self._at < len(self._text) and self._peek() not in ("|", ")"):
            start = self._at
            if self._peek(2) == "\\Q":
                parts += self._verbatim()
                continue
            if self._repetition(self._at) is not None:
                raise PatternError("missing argument to repetition operator", self._operator(start))
            atom = self._atom()
            if atom is not None:
                parts.append(self._repeated(atom))
            elif self._repetition(self._at) is not None:
                raise Unsupported("a repetition of flags")
        return InSequence(parts)

    def _verbatim(self) -> list[PatternNode]:
        end = self._text.find("\\E", self._at + 2)
        last = len(self._text) if end < 0 else end
        found = self._text[self._at + 2 : last]
        self._at = last + (2 if end >= 0 else 0)
        nodes: list[PatternNode] = [OneCharacter(self._literal(character)) for character in found]
        return [*nodes[:-1], self._repeated(nodes[-1])] if nodes else []

    def _repetition(self, at: int) -> tuple[int, int | None, int] | None:
        """The least and most times of an operator at an offset, and where it ends; None where there is none."""
        character = self._text[at : at + 1]
        if character == "*":
            return 0, None, at + 1
        if character == "+":
            return 1, None, at + 1
        if character == "?":
            return 0, 1, at + 1
        return self._braces(at) if character == "{" else None

    def _braces(self, at: int) -> tuple[int, int | None, int] | None:
        end = self._text.find("}", at)
        low, comma, high = self._text[at + 1 : max(end, 0)].partition(",")
        if end < 0 or not _is_count(low) or (high and not _is_count(high)):
            return None
        most = int(low) if not comma else int(high) if high else None
        if int(low) > _MOST_REPEATS or (most or 0) > _MOST_REPEATS or (most is not None and most < int(low)):
            raise PatternError("invalid repeat count", self._text[at : end + 1])
        return int(low), most, end + 1

    def _operator(self, start: int) -> str:
        found = self._repetition(start)
        assert found is not None  # asked for only where there is one
        end = found[2]
        return self._text[start : end + (self._text[end : end + 1] == "?")]

    def _repeated(self, atom: PatternNode) -> PatternNode:
        start = self._at
        found = self._repetition(start)
        if found is None:
            return atom
        least, most, self._at = found
        is_greedy = not self._flags.is_ungreedy
        if self._peek() == "?":
            self._at += 1
            is_greedy = not is_greedy
        if (following := self._repetition(self._at)) is not None:
            end = following[2] + (self._text[following[2] : following[2] + 1] == "?")
            raise PatternError("invalid nested repetition operator", self._text[start:end])
        return Repeated(atom, least, most, is_greedy)

    def _atom(self) -> PatternNode | None:
        character = self._peek()
        if character == "(":
            return self._group()
        if character == "[":
            return OneCharacter(self._class())
        if character == "\\":
            return self._escape()
        self._at += 1
        if character == ".":
            return OneCharacter((lambda one: True) if self._flags.has_full_dot else (lambda one: one != "\n"))
        if character == "^":
            return BetweenCharacters("^m" if self._flags.is_multiline else "^")
        if character == "$":
            return BetweenCharacters("$m" if self._flags.is_multiline else "$")
        return OneCharacter(self._literal(character))

    def _literal(self, character: str) -> Test:
        if self._flags.ignores_case:
            folded = _folds(character)
            return folded.__contains__
        return character.__eq__

    def _group(self) -> PatternNode | None:
        if self._peek(2) == "(?":
            return self._extended()
        self._at += 1
        number = len(self.names)
        self.names.append("")
        return PatternGroup(number, self._inside())

    def _inside(self) -> PatternNode:
        """What stands in parentheses, up to the closing one."""
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise Unsupported("a pattern with so many parentheses")
        before = self._flags.copied()
        inner = self._choice()
        if self._peek() != ")":
            raise PatternError("missing closing )", self._text)
        self._at += 1
        self._flags = before
        self._depth -= 1
        return inner

    def _extended(self) -> PatternNode | None:
        """A group with a name or flags, or flags for what follows."""
        start = self._at
        for opening in ("(?P<", "(?<"):
            if self._text.startswith(opening, start) and self._text[start + 3 : start + 4] not in ("=", "!"):
                return self._named(start, len(opening))
        if start + 2 >= len(self._text):
            raise PatternError("invalid or unsupported Perl syntax", self._text[start:])
        at, is_on = start + 2, True
        flags = self._flags.copied()
        while at < len(self._text):
            character = self._text[at]
            at += 1
            if character in "imsU":
                names = {"i": "ignores_case", "m": "is_multiline", "s": "has_full_dot", "U": "is_ungreedy"}
                setattr(flags, names[character], is_on)
            elif character == "-" and is_on:
                is_on = False
            elif character == ")" and self._text[at - 2] not in "?-":
                self._at = at
                self._flags = flags
                return None
            elif character == ":" and self._text[at - 2] != "-":
                self._at = at
                before, self._flags = self._flags, flags
                inner = self._inside()
                self._flags = before
                return inner
            else:
                raise PatternError("invalid or unsupported Perl syntax", self._text[start:at])
        raise PatternError("missing closing )", self._text)

    def _named(self, start: int, length: int) -> PatternNode:
        end = self._text.find(">", start)
        name = self._text[start + length : max(end, 0)]
        if end < 0:
            raise PatternError("invalid named capture", self._text[start:])
        if not name or not set(name) <= WORD:
            raise PatternError("invalid named capture", self._text[start : end + 1])
        self._at = end + 1
        number = len(self.names)
        self.names.append(name)
        return PatternGroup(number, self._inside())

    def _escape(self) -> PatternNode:
        start = self._at
        character = self._text[start + 1 : start + 2]
        if character in ("A", "z", "b", "B") and character:
            self._at += 2
            kinds: dict[str, Anchor] = {"A": "^", "z": "$", "b": "b", "B": "B"}
            return BetweenCharacters(kinds[character])
        if (test := self._escaped_class()) is not None:
            return OneCharacter(test)
        return OneCharacter(self._literal(self._escaped_character()))

    def _escaped_class(self) -> Test | None:
        r"""`\d`, `\pL` and the like; None where no such begins."""
        start = self._at
        character = self._text[start + 1 : start + 2]
        if character and character.lower() in _PERL:
            self._at += 2
            return _unless(_PERL[character.lower()], character.isupper())
        if character not in ("p", "P"):
            return None
        name = self._text[start + 2 : start + 3]
        end = start + 3
        if name == "{":
            end = self._text.find("}", start) + 1
            if end <= 0:
                raise PatternError("invalid character class range", self._text[start:])
            name = self._text[start + 3 : end - 1]
        is_negated = (character == "P") != name.startswith("^")
        name = name.removeprefix("^")
        self._at = end
        if name not in _CATEGORIES:
            if not name or len(name) < 3:
                raise PatternError("invalid character class range", self._text[start:end])
            raise Unsupported(f"the class {name} of a pattern")

        def is_in(one: str) -> bool:
            return unicodedata.category(one).startswith(name)

        if self._flags.ignores_case:
            return _unless(lambda one: any(map(is_in, _folds(one))), is_negated)
        return _unless(is_in, is_negated)

    def _escaped_character(self) -> str:
        start = self._at
        if start + 1 >= len(self._text):
            raise PatternError("trailing backslash at end of expression", "")
        character = self._text[start + 1]
        self._at += 2
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character in _PUNCTUATION or (not character.isascii() and not character.isalnum()):
            return character
        if character in "01234567":
            return self._octal(start, character)
        if character == "x":
            return self._hexadecimal(start)
        raise PatternError("invalid escape sequence", self._text[start : self._at])

    def _octal(self, start: int, character: str) -> str:
        if character != "0" and self._peek() not in set("01234567"):
            raise PatternError("invalid escape sequence", self._text[start : self._at])
        digits = character
        while len(digits) < 3 and self._peek() and self._peek() in "01234567":
            digits += self._peek()
            self._at += 1
        return chr(int(digits, 8))

    def _hexadecimal(self, start: int) -> str:
        if self._peek() == "{":
            end = self._text.find("}", self._at)
            digits = self._text[self._at + 1 : max(end, 0)]
            self._at = end + 1 if end >= 0 else len(self._text)
        else:
            digits = self._peek(2)
            self._at += len(digits)
        is_known = 0 < len(digits) <= 8 and set(digits) <= set("0123456789abcdefABCDEF")
        if not is_known or int(digits, 16) > 0x10FFFF or (self._text[start + 2 : start + 3] != "{" and len(digits) < 2):
            raise PatternError("invalid escape sequence", self._text[start : self._at])
        return chr(int(digits, 16))

    def _class(self) -> Test:
        """What stands in brackets."""
        start = self._at
        self._at += 1
        is_negated = self._peek() == "^"
        self._at += is_negated
        tests: list[Test] = []
        is_first = True
        while self._peek() != "]" or is_first:
            if self._at >= len(self._text):
                raise PatternError("missing closing ]", self._text[start:])
            is_first = False
            tests.append(self._class_part(start))
        self._at += 1
        return _unless(_any_of(tests), is_negated)

    def _class_part(self, start: int) -> Test:
        if self._peek(2) == "[:" and (end := self._text.find(":]", self._at + 2)) >= 0:
            name = self._text[self._at + 2 : end]
            test = _POSIX.get(name.removeprefix("^"))
            if test is None:
                raise PatternError("invalid character class range", self._text[self._at : end + 2])
            self._at = end + 2
            return _unless(test, name.startswith("^"))
        if self._peek() == "\\" and (escaped := self._escaped_class()) is not None:
            return escaped
        begin = self._at
        low = self._class_character(start)
        high = low
        if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
            self._at += 1
            high = self._class_character(start)
            if high < low:
                raise PatternError("invalid character class range", self._text[begin : self._at])
        if not self._flags.ignores_case:
            return lambda one: low <= one <= high
        return lambda one: any(low <= folded <= high for folded in _folds(one))

    def _class_character(self, start: int) -> str:
        if self._at >= len(self._text):
            raise PatternError("missing closing ]", self._text[start:])
        if self._peek() == "\\":
            return self._escaped_character()
        self._at += 1
        return self._text[self._at - 1]


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 8 and (len(text) == 1 or text[0] != "0")


def _unless(test: Test, is_negated: bool) -> Test:
    return (lambda one: not test(one)) if is_negated else test


def _any_of(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda one: any(test(one) for test in tests)


@lru_cache(maxsize=512)
def _folds(character: str) -> frozenset[str]:
    """The character in all its cases."""
    folded = {character, character.lower(), character.upper(), character.lower().upper(), character.upper().lower()}
    return frozenset(one for one in folded if len(one) == 1)


def compile_words(text: str, problem: PatternError) -> str:
    """What Go's `MustCompile` panics with."""
    shown = (
        quoted(text)
        if "`" in text or any((one < " " and one != "\t") or one == "\x7f" for one in text)
        else f"`{text}`"
    )
    return f"regexp: Compile({shown}): {problem}"
