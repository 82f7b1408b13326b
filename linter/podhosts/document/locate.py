"""From a scalar's text back to its source: which character of the file gave which character of the value."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from podhosts.document.nodes import Scalar

_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "'": "'", "\\": "\\", "/": "/", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_BREAK = regex(r"\r\n|[\r\n\x85\u2028\u2029]")
_KEPT_BREAKS = "\u2028\u2029"
_SPACES = r" \t\r\n\x85\u2028\u2029"
_WHITE = regex(rf"[{_SPACES}]+")
_BLOCK_HEADER = regex(r"[|>][^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|\Z)")

#: What stands in a scalar as it is read, by the scalar's quote: no escape, and blanks only inside a line.
_AS_WRITTEN = {
    quote: regex(rf"(?:[^{_SPACES}{special}]+|[ \t]+(?=[^{_SPACES}]))+")
    for quote, special in (("", ""), ("'", "'"), ('"', r"\\"))
}


class Places:
    """The source spans of the characters of a value, in stretches: arrays, as values may be megabytes long.

    A stretch that is as long in the source as in the value gave a character for each character; any other one is a
    single character of the value (an escape, a folded line break).
    """

    __slots__ = ("_begins", "_ends", "_starts", "length")

    def __init__(self) -> None:
        self._starts = array("Q")
        self._begins = array("Q")
        self._ends = array("Q")
        #: How many characters the value has.
        self.length = 0

    def add(self, count: int, begin: int, end: int) -> None:
        """The next `count` characters come from `begin` to `end`."""
        self._starts.append(self.length)
        self._begins.append(begin)
        self._ends.append(end)
        self.length += count

    def span(self, index: int) -> Span:
        """The source span of a character (0 to `length - 1`)."""
        at = bisect_right(self._starts, index) - 1
        begin, end = self._begins[at], self._ends[at]
        following = self._starts[at + 1] if at + 1 < len(self._starts) else self.length
        if end - begin != following - self._starts[at]:
            return Span(begin, end)
        begin += index - self._starts[at]
        return Span(begin, begin + 1)

    def moved(self, by: int) -> Places:
        """The places moved by `by` characters, for a text that has so many more before them."""
        result = Places()
        result.length = self.length
        result._starts = self._starts
        result._begins = array("Q", (begin + by for begin in self._begins))
        result._ends = array("Q", (end + by for end in self._ends))
        return result


class _Stretch(NamedTuple):
    """Characters of a value, and the source text that gave them."""

    text: str
    begin: int
    end: int


class Trace:
    """A value read again from its source: its text, and where each character comes from."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.places = Places()

    def add(self, text: str, begin: int, end: int) -> None:
        """Characters that were taken as they stand, or a single one that something else stands for."""
        if text:
            self.texts.append(text)
            self.places.add(len(text), begin, end)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def stretches(self) -> Iterator[_Stretch]:
        """The text in stretches, in order."""
        places = self.places
        for text, begin, end in zip(self.texts, places._begins, places._ends, strict=True):
            yield _Stretch(text, begin, end)


#: What a line of a block scalar holds, and its break.
_Line: TypeAlias = tuple[_Stretch, _Stretch]


def locate(text: str, scalar: Scalar, start: int, end: int) -> Span:
    """The source span of `scalar.text[start:end]`, in `text` (the text that the scalar's span refers to).

    Where the source cannot be followed (a style that libyaml read otherwise than this module) the whole scalar.
    """
    places = _places(text, scalar)
    if not places.length:
        return scalar.span
    if start >= min(end, places.length):
        at = places.span(start).start if start < places.length else places.span(places.length - 1).end
        return Span(at, at)
    return Span(places.span(start).start, places.span(min(end, places.length) - 1).end)


def _places(text: str, scalar: Scalar) -> Places:
    """The span of each character of the value; none where it cannot be followed."""
    cached: Places | None = scalar.__dict__.get("_located")
    if cached is None:
        trace = decode(text, scalar)
        cached = trace.places if trace.text == scalar.text else Places()
        scalar.remember(cached)
    return cached


def decode(text: str, scalar: Scalar) -> Trace:
    """Read the scalar again from the source."""
    if scalar.style in {"|", ">"}:
        return _decode_block(text, scalar)
    if scalar.style == '"' and text.find("\\", scalar.start, scalar.end) >= 0:
        return _decode_flow(text, scalar.start + 1, scalar.end - 1, '"')
    inset = 1 if scalar.style else 0
    return _decode_flow(text, scalar.start + inset, scalar.end - inset, "'" if scalar.style == "'" else "")


def _decode_flow(text: str, at: int, stop: int, quote: str) -> Trace:
    trace = Trace()
    as_written = _AS_WRITTEN[quote]
    while at < stop:
        if written := as_written.match(text, at, stop):
            trace.add(written.group(), at, written.end())
            at = written.end()
        elif white := _WHITE.match(text, at, stop):
            breaks = list(_BREAK.finditer(white.group()))
            if breaks:
                _fold(breaks, at, trace)
            else:
                trace.add(white.group(), at, white.end())
            at = white.end()
        elif quote == "'":
            trace.add("'", at, at + 2)
            at += 2
        else:
            at = _decode_escape(text, at, stop, trace)
    return trace


def _fold(breaks: list[re.Match[str]], at: int, trace: Trace) -> None:
    """One break becomes a blank, more become one break fewer; U+2028 and U+2029 are kept."""
    kept = breaks if breaks[0].group() in _KEPT_BREAKS else breaks[1:]
    if not kept:
        trace.add(" ", at + breaks[0].start(), at + breaks[0].end())
    for found in kept:
        trace.add(_normalized(found.group()), at + found.start(), at + found.end())


def _normalized(line_break: str) -> str:
    return line_break if line_break in _KEPT_BREAKS else "\n"


def _decode_escape(text: str, at: int, stop: int, trace: Trace) -> int:
    code = text[at + 1 : at + 2]
    if code in _HEX_ESCAPES:
        end = at + 2 + _HEX_ESCAPES[code]
        character = _character(text[at + 2 : end])
        if "\ud800" <= character < "\udc00" and text.startswith("\\u", end):
            low = _character(text[end + 2 : end + 6])
            if "\udc00" <= low < "\ue000":
                pair = (character + low).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
                trace.add(pair, at, end + 6)
                return end + 6
        trace.add("\ufffd" if "\ud800" <= character < "\ue000" else character, at, end)
        return end
    if line := _BREAK.match(text, at + 1, stop):
        white = _WHITE.match(text, at + 1, stop)
        end = white.end() if white else line.end()
        for found in _BREAK.finditer(text, line.end(), end):
            trace.add(_normalized(found.group()), found.start(), found.end())
        return end
    trace.add(_ESCAPES.get(code, "\ufffd"), at, at + 2)
    return at + 2


def _character(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except (ValueError, OverflowError):
        return "\ufffd"


def _decode_block(text: str, scalar: Scalar) -> Trace:
    header = _BLOCK_HEADER.match(text, scalar.start)
    if header is None:
        return Trace()
    values = _BREAK.split(scalar.text)
    first_filled = next((number for number, value in enumerate(values) if value), None)
    indent = 0
    lines: list[_Line] = []
    for number, (begin, first, end, after) in enumerate(_block_lines(text, header.end())):
        if begin >= scalar.end and text[first:end].strip(" \t"):
            break
        if first_filled is None or number < first_filled:
            indent = end - begin
        elif number == first_filled:
            # What the source has more of than the value is indentation.
            value = values[number]
            indent = first - begin - (len(value) - len(value.lstrip(" ")))
        first_kept = min(begin + indent, end)
        body = _Stretch(text[first_kept:end], first_kept, end)
        # Where the file ends without a break, the value has the one that kubectl adds.
        lines.append((body, _Stretch(_normalized(text[end:after] or "\n"), end, after)))
    trace, left = Trace(), len(scalar.text)
    for stretch in _folded(lines) if scalar.style == ">" else chain.from_iterable(lines):
        end = stretch.end if left >= len(stretch.text) else stretch.begin + left
        trace.add(stretch.text[:left], stretch.begin, end)
        left -= min(left, len(stretch.text))
    return trace


def _block_lines(text: str, at: int) -> Iterator[tuple[int, int, int, int]]:
    """Lines as (start, first non-blank, end, start of the next)."""
    while at < len(text):
        found = _BREAK.search(text, at)
        end, after = (found.start(), found.end()) if found else (len(text), len(text))
        first = at
        while first < end and text[first] == " ":
            first += 1
        yield at, first, end, after
        at = after


def _folded(lines: list[_Line]) -> Iterator[_Stretch]:
    """Fold breaks between lines that begin with text; lines that begin with a blank keep theirs."""
    pending: list[_Stretch] = []
    was_text = False
    for body, line_break in lines:
        if body.text:
            is_text = body.text[0] not in " \t"
            if was_text and is_text and pending[0].text == "\n":
                pending = pending[1:] or [pending[0]._replace(text=" ")]
            yield from pending
            yield body
            pending = []
            was_text = is_text
        pending.append(line_break)
    yield from pending
