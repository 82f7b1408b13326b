"""From a scalar's text back to its source: which character of the file gave which character of the value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document.nodes import Scalar

_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "'": "'", "\\": "\\", "/": "/", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_KEPT_BREAKS = "\u2028\u2029"
_WHITE = re.compile(r"[ \t\r\n\x85\u2028\u2029]+")
_BLOCK_HEADER = re.compile(r"[|>][^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|\Z)")

_Character: TypeAlias = tuple[str, int, int]
#: Characters of a value, each with the span of source text that gave it.
Trace: TypeAlias = list[_Character]
#: What a line of a block scalar holds, and its break.
_Line: TypeAlias = tuple[Trace, _Character]


def locate(text: str, scalar: Scalar, start: int, end: int) -> Span:
    """The source span of `scalar.text[start:end]`, in `text` (the text that the scalar's span refers to).

    Where the source cannot be followed (a style that libyaml read otherwise than this module) the whole scalar.
    """
    spans = _spans(text, scalar)
    if not spans:
        return scalar.span
    if start >= min(end, len(spans)):
        at = spans[start][0] if start < len(spans) else spans[-1][1]
        return Span(at, at)
    return Span(spans[start][0], spans[min(end, len(spans)) - 1][1])


def _spans(text: str, scalar: Scalar) -> list[tuple[int, int]]:
    """The span of each character of the value; none where it cannot be followed."""
    cached: list[tuple[int, int]] | None = scalar.__dict__.get("_located")
    if cached is None:
        trace = decode(text, scalar)
        is_followed = "".join(character for character, _, _ in trace) == scalar.text
        cached = [(begin, end) for _, begin, end in trace] if is_followed else []
        scalar.remember(cached)
    return cached


def decode(text: str, scalar: Scalar) -> Trace:
    """Read the scalar again from the source, character by character."""
    if scalar.style in {"|", ">"}:
        return _decode_block(text, scalar)
    if scalar.style == '"' and text.find("\\", scalar.start, scalar.end) >= 0:
        return _decode_flow(text, scalar.start + 1, scalar.end - 1, '"')
    inset = 1 if scalar.style else 0
    return _decode_flow(text, scalar.start + inset, scalar.end - inset, scalar.style)


def _decode_flow(text: str, at: int, stop: int, quote: str) -> Trace:
    trace: Trace = []
    while at < stop:
        character = text[at]
        if quote == "'" and character == "'":
            trace.append(("'", at, at + 2))
            at += 2
        elif quote == '"' and character == "\\":
            at = _decode_escape(text, at, stop, trace)
        elif white := _WHITE.match(text, at, stop):
            breaks = list(_BREAK.finditer(white.group()))
            if breaks:
                _fold(breaks, at, trace)
            else:
                trace.extend((text[i], i, i + 1) for i in range(at, white.end()))
            at = white.end()
        else:
            trace.append((character, at, at + 1))
            at += 1
    return trace


def _fold(breaks: list[re.Match[str]], at: int, trace: Trace) -> None:
    """One break becomes a blank, more become one break fewer; U+2028 and U+2029 are kept."""
    kept = breaks if breaks[0].group() in _KEPT_BREAKS else breaks[1:]
    if not kept:
        trace.append((" ", at + breaks[0].start(), at + breaks[0].end()))
    trace.extend((_normalized(found.group()), at + found.start(), at + found.end()) for found in kept)


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
                trace.append((pair, at, end + 6))
                return end + 6
        trace.append(("\ufffd" if "\ud800" <= character < "\ue000" else character, at, end))
        return end
    if line := _BREAK.match(text, at + 1, stop):
        white = _WHITE.match(text, at + 1, stop)
        end = white.end() if white else line.end()
        breaks = _BREAK.finditer(text, line.end(), end)
        trace.extend((_normalized(found.group()), found.start(), found.end()) for found in breaks)
        return end
    trace.append((_ESCAPES.get(code, "\ufffd"), at, at + 2))
    return at + 2


def _character(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except (ValueError, OverflowError):
        return "\ufffd"


def _decode_block(text: str, scalar: Scalar) -> Trace:
    header = _BLOCK_HEADER.match(text, scalar.start)
    if header is None:
        return []
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
        body = [(text[at], at, at + 1) for at in range(min(begin + indent, end), end)]
        # Where the file ends without a break, the value has the one that kubectl adds.
        lines.append((body, (_normalized(text[end:after] or "\n"), end, after)))
    trace = _fold_block(lines) if scalar.style == ">" else [item for body, end in lines for item in (*body, end)]
    return trace[: len(scalar.text)]


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


def _fold_block(lines: list[_Line]) -> Trace:
    """Fold breaks between lines that begin with text; lines that begin with a blank keep theirs."""
    trace: Trace = []
    pending: Trace = []
    was_text = False
    for body, line_break in lines:
        if body:
            is_text = body[0][0] not in " \t"
            if was_text and is_text and pending[0][0] == "\n":
                pending = pending[1:] or [(" ", *pending[0][1:])]
            trace += pending + body
            pending = []
            was_text = is_text
        pending.append(line_break)
    return trace + pending
