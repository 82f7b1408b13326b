"""Sprig's functions on strings. They count in bytes, as Go does."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from podhosts.helm.builtins.table import ANY, ANYS, INT, STRING, Family
from podhosts.helm.builtins.values import SPACES, boolean, string_of
from podhosts.helm.model import Bool, FunctionError, GoList, GoMap, Nil, Number, TooLarge, Unsupported, derived
from podhosts.helm.objects import go_bytes, go_text
from podhosts.helm.printing import quoted_traced, shown
from podhosts.helm.traced import EMPTY, Traced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podhosts.helm.model import Evaluation, GoValue

FAMILY = Family()
STRING_LIST = "[]string"
_MOST_CHARACTERS = 4_000_000
_BLANK = Traced.own(" ")
_APOSTROPHE = Traced.own("'")
#: Characters whose single small letter is not what Python's full mapping begins with.
_LOWER = {"İ": "i"}


def whole(number: GoValue) -> int:
    """The value of an argument that the evaluator knows to be an int."""
    assert isinstance(number, Number)  # the parameter's type
    return int(number.value.real)


def strings(items: Iterable[Traced]) -> GoList:
    """A slice of strings."""
    return GoList(list(items), STRING_LIST)


def bytes_between(text: Traced, start: int, end: int) -> Traced:
    """The bytes of a text from `start` up to `end`; letters that are cut in two are left as bytes."""
    if text.text.isascii():
        return text.slice(start, end)
    data = go_bytes(text.text)
    before, inside = go_text(data[:start]), go_text(data[start:end])
    first, last = len(before), len(before) + len(inside)
    if before + inside + go_text(data[end:]) == text.text:
        return text.slice(first, last)
    return text.derive(inside)


# --- parts of a string ---


@FAMILY.add("trunc", INT, STRING)
def _trunc(count: GoValue, text: Traced) -> Traced:
    size, wanted = len(go_bytes(text.text)), whole(count)
    if wanted < 0 and size + wanted > 0:
        return bytes_between(text, size + wanted, size)
    return bytes_between(text, 0, wanted) if 0 <= wanted < size else text


@FAMILY.add("substr", INT, INT, STRING)
def _substr(start: GoValue, end: GoValue, text: Traced) -> Traced:
    size, first, last = len(go_bytes(text.text)), whole(start), whole(end)
    if first < 0:
        first = 0
    elif last < 0 or last > size:
        last = size
    if last < 0:
        raise FunctionError(f"runtime error: slice bounds out of range [:{last}]")
    if last > size:
        raise FunctionError(f"runtime error: slice bounds out of range [:{last}] with length {size}")
    if first > last:
        raise FunctionError(f"runtime error: slice bounds out of range [{first}:{last}]")
    return bytes_between(text, first, last)


def trimmed(text: Traced, characters: str) -> Traced:
    """The text without these characters at both ends."""
    start = len(text) - len(text.text.lstrip(characters))
    return text.slice(start, max(start, len(text.text.rstrip(characters))))


@FAMILY.add("trim", STRING)
def _trim(text: Traced) -> Traced:
    return trimmed(text, SPACES)


@FAMILY.add("trimAll trimall", STRING, STRING)
def _trim_all(characters: Traced, text: Traced) -> Traced:
    return trimmed(text, characters.text) if characters.text else text


@FAMILY.add("trimSuffix", STRING, STRING)
def _trim_suffix(suffix: Traced, text: Traced) -> Traced:
    return text.slice(0, len(text) - len(suffix)) if text.text.endswith(suffix.text) else text


@FAMILY.add("trimPrefix", STRING, STRING)
def _trim_prefix(prefix: Traced, text: Traced) -> Traced:
    return text.slice(len(prefix)) if text.text.startswith(prefix.text) else text


@FAMILY.add("abbrev", INT, STRING)
def _abbrev(width: GoValue, text: Traced) -> Traced:
    return text if whole(width) < 4 else _abbreviated(text, 0, whole(width))


@FAMILY.add("abbrevboth", INT, INT, STRING)
def _abbrevboth(left: GoValue, right: GoValue, text: Traced) -> Traced:
    offset, width = whole(left), whole(right)
    return text if width < 4 or (offset > 0 and width < 7) else _abbreviated(text, offset, width)


def _abbreviated(text: Traced, offset: int, width: int) -> Traced:
    size = len(go_bytes(text.text))
    dots = Traced.own("...")
    if size <= width:
        return text
    offset = min(offset, size)
    if size - offset < width - 3:
        offset = size - (width - 3)
    if offset <= 4:
        return bytes_between(text, 0, width - 3) + dots
    if width < 7:
        return EMPTY
    if offset + width - 3 < size:
        rest = bytes_between(text, offset, size)
        return dots + (EMPTY if width - 3 < 4 else _abbreviated(rest, 0, width - 3))
    return dots + bytes_between(text, size - (width - 3), size)


@FAMILY.add("initials", STRING)
def _initials(text: Traced) -> Traced:
    found = []
    after_space = True
    # As in Go each byte is taken for a character.
    for byte in go_bytes(text.text):
        character = chr(byte)
        if character in SPACES:
            after_space = True
        elif after_space:
            found.append(character)
            after_space = False
    return text.derive("".join(found))


@FAMILY.add("nospace", STRING)
def _nospace(text: Traced) -> Traced:
    if text.text.isascii():
        return Traced.join(text.slice(at, at + 1) for at, character in enumerate(text.text) if character not in SPACES)
    data = go_bytes(text.text)
    kept = [chr(byte) for byte in data if chr(byte) not in SPACES]
    return text if len(kept) == len(data) else text.derive("".join(kept))


# --- letters ---


def upper_character(character: str) -> str:
    """The capital letter of one character, itself where there is none of one character."""
    for mapped in (character.upper(), character.title()):
        if len(mapped) == 1:
            return mapped
    return character


def lower_character(character: str) -> str:
    """The small letter of one character."""
    mapped = _LOWER.get(character) or character.lower()
    return mapped if len(mapped) == 1 else character


def _title_character(character: str) -> str:
    mapped = character.title()
    return mapped if len(mapped) == 1 else character


def _each(function: Callable[[str], str], text: Traced) -> Traced:
    return text.map_characters(lambda part: "".join(map(function, part)))


@FAMILY.add("upper", STRING)
def _upper(text: Traced) -> Traced:
    return _each(upper_character, text)


@FAMILY.add("lower", STRING)
def _lower(text: Traced) -> Traced:
    return _each(lower_character, text)


def _rewritten(text: Traced, characters: list[str]) -> Traced:
    """The text with other characters, one for each."""
    return text.derive("".join(characters))


@FAMILY.add("title", STRING)
def _title(text: Traced) -> Traced:
    before, found = " ", []
    for character in text.text:
        found.append(_title_character(character) if _is_separator(before) else character)
        before = character
    return _rewritten(text, found)


def _is_separator(character: str) -> bool:
    if character.isascii():
        return not (character.isalnum() or character == "_")
    return unicodedata.category(character)[0] != "L" and not character.isdigit() and character in SPACES


@FAMILY.add("untitle", STRING)
def _untitle(text: Traced) -> Traced:
    found, is_first = [], True
    for character in text.text:
        is_space = character in SPACES
        found.append(lower_character(character) if is_first and not is_space else character)
        is_first = is_space
    return _rewritten(text, found)


@FAMILY.add("swapcase", STRING)
def _swapcase(text: Traced) -> Traced:
    found, after_space = [], True
    for character in text.text:
        if character.isupper() or character.istitle():
            found.append(lower_character(character))
            after_space = False
        elif character.islower():
            found.append(_title_character(character) if after_space else upper_character(character))
            after_space = False
        else:
            found.append(character)
            after_space = character in SPACES
    return _rewritten(text, found)


# --- what is added ---


def repeated(text: Traced, count: int) -> Traced:
    """The text so many times. Raises FunctionError for a negative number, TooLarge for too many characters."""
    if count < 0:
        raise FunctionError("strings: negative Repeat count")
    if len(text) * count > _MOST_CHARACTERS:
        raise TooLarge("a text that is repeated too often")
    return Traced.join([text] * count)


@FAMILY.add_asking("repeat", INT, STRING)
def _repeat(evaluation: Evaluation, count: GoValue, text: Traced) -> Traced:
    evaluation.step(max(0, min(whole(count), _MOST_CHARACTERS)) * (1 + len(text) // 100))
    return repeated(text, whole(count))


def indented(text: Traced, count: int) -> Traced:
    """Each line with so many blanks before it, empty lines, too."""
    if count < 0:
        raise FunctionError("strings: negative Repeat count")
    if count * (text.text.count("\n") + 1) > _MOST_CHARACTERS:
        raise TooLarge("a text that is indented too far")
    return text.lines_prefixed(Traced.own(" " * count))


@FAMILY.add_asking("indent", INT, STRING)
def _indent(evaluation: Evaluation, count: GoValue, text: Traced) -> Traced:
    evaluation.step(1 + len(text) // 100)
    return indented(text, whole(count))


@FAMILY.add_asking("nindent", INT, STRING)
def _nindent(evaluation: Evaluation, count: GoValue, text: Traced) -> Traced:
    evaluation.step(1 + len(text) // 100)
    return Traced.own("\n") + indented(text, whole(count))


@FAMILY.add("quote", ANYS)
def _quote(*values: GoValue) -> Traced:
    texts = (string_of(value) for value in values if not isinstance(value, Nil))
    return Traced.join((quoted_traced(text) if text.text else derived('""', text) for text in texts), _BLANK)


@FAMILY.add("squote", ANYS)
def _squote(*values: GoValue) -> Traced:
    texts = (shown(value) for value in values if not isinstance(value, Nil))
    quoted = (Traced.join((_APOSTROPHE, text, _APOSTROPHE)) if text.text else derived("''", text) for text in texts)
    return Traced.join(quoted, _BLANK)


@FAMILY.add("cat", ANYS)
def _cat(*values: GoValue) -> Traced:
    return Traced.join((shown(value) for value in values if not isinstance(value, Nil)), _BLANK)


@FAMILY.add("toString", ANY)
def _to_string(value: GoValue) -> Traced:
    return string_of(value)


@FAMILY.add("hello")
def _hello() -> Traced:
    return Traced.own("Hello!")


@FAMILY.add("plural", STRING, STRING, INT)
def _plural(one: Traced, many: Traced, count: GoValue) -> Traced:
    return one if whole(count) == 1 else many


@FAMILY.add_asking("replace", STRING, STRING, STRING)
def _replace(evaluation: Evaluation, old: Traced, new: Traced, text: Traced) -> Traced:
    evaluation.step(1 + len(text) // 100)
    if old.text:
        return text.replace(old.text, new)
    if (len(new) + 1) * (len(text) + 1) > _MOST_CHARACTERS:
        raise TooLarge("a text with too much put in between")
    # Between all characters, and before and after them.
    characters = [text.slice(at, at + 1) for at in range(len(text))]
    return Traced.join([EMPTY, *characters, EMPTY], new)


# --- questions ---


@FAMILY.add("contains", STRING, STRING)
def _contains(part: Traced, text: Traced) -> Bool:
    return boolean(part.text in text.text, part, text)


@FAMILY.add("hasPrefix", STRING, STRING)
def _has_prefix(part: Traced, text: Traced) -> Bool:
    return boolean(text.text.startswith(part.text), part, text)


@FAMILY.add("hasSuffix", STRING, STRING)
def _has_suffix(part: Traced, text: Traced) -> Bool:
    return boolean(text.text.endswith(part.text), part, text)


# --- lists of strings ---


def pieces(text: Traced, separator: Traced) -> list[Traced]:
    """Go's `strings.Split`: the single characters where the separator is empty."""
    if separator.text:
        return text.split(separator.text)
    return [text.slice(at, at + 1) for at in range(len(text))]


@FAMILY.add("splitList", STRING, STRING)
def _split_list(separator: Traced, text: Traced) -> GoList:
    return strings(pieces(text, separator))


def _numbered(items: list[Traced]) -> GoMap:
    return GoMap({f"_{number}": item for number, item in enumerate(items)}, {}, "map[string]string")


@FAMILY.add("split", STRING, STRING)
def _split(separator: Traced, text: Traced) -> GoMap:
    return _numbered(pieces(text, separator))


@FAMILY.add("splitn", STRING, INT, STRING)
def _splitn(separator: Traced, count: GoValue, text: Traced) -> GoMap:
    most = whole(count)
    if most == 0:
        return _numbered([])
    found = pieces(text, separator)
    if 0 < most < len(found):
        start = sum(len(piece) + len(separator) for piece in found[: most - 1])
        found = [*found[: most - 1], text.slice(start)]
    return _numbered(found)


def string_items(value: GoValue) -> list[Traced]:
    """Sprig's list of strings of a value: of a list without its nils, of anything else itself."""
    if isinstance(value, GoList):
        return [string_of(item) for item in value.items if not isinstance(item, Nil)]
    return [] if isinstance(value, Nil) else [string_of(value)]


@FAMILY.add("toStrings", ANY)
def _to_strings(value: GoValue) -> GoList:
    return strings(string_items(value))


@FAMILY.add_asking("join", STRING, ANY)
def _join(evaluation: Evaluation, separator: Traced, value: GoValue) -> Traced:
    items = string_items(value)
    evaluation.step(1 + len(items))
    return Traced.join(items, separator)


@FAMILY.add("sortAlpha", ANY)
def _sort_alpha(value: GoValue) -> GoList:
    if not isinstance(value, GoList):
        return strings([string_of(value)])
    return strings(sorted(string_items(value), key=lambda item: go_bytes(item.text)))


# --- lines of a width ---


@FAMILY.add("wrap", INT, STRING)
def _wrap(width: GoValue, text: Traced) -> Traced:
    return _wrapped(text, whole(width), "\n", cuts_words=False)


@FAMILY.add("wrapWith", INT, STRING, STRING)
def _wrap_with(width: GoValue, separator: Traced, text: Traced) -> Traced:
    return _wrapped(text, whole(width), separator.text or "\n", cuts_words=True)


def _wrapped(text: Traced, width: int, separator: str, *, cuts_words: bool) -> Traced:
    """The text in lines of so many characters, broken at blanks (github.com/Masterminds/goutils 1.1.1)."""
    value = text.text
    if not value.isascii():
        raise Unsupported("a text with other letters than ASCII in lines of a width")
    width, at, lines = max(width, 1), 0, []
    while len(value) - at > width:
        if value[at] == " ":
            at += 1
            continue
        blank = value.rfind(" ", at, at + width + 1)
        if blank < 0 and cuts_words:
            lines.append(text.slice(at, at + width))
            at += width
            continue
        blank = value.find(" ", at + width) if blank < 0 else blank
        if blank < 0:
            lines.append(text.slice(at))
            return Traced.join(lines, Traced.own(separator))
        lines.append(text.slice(at, blank))
        at = blank + 1
    return Traced.join([*lines, text.slice(at)], Traced.own(separator))


FAMILY.add_unknown("shuffle", STRING)
