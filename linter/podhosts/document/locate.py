"""From a scalar's text back to its source: which character of the file gave which character of the value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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
_WHITE = re.compile(r"[ \t\r\n\x85\u2028\u2029]+")
_BLOCK_HEADER = re.compile(r"[|>]([-+0-9]*)[^\r\n]*(?:\r\n|\r|\n|$)")

#: Characters of a value, each with the span of source text that gave it.
Trace = list[tuple[str, int, int]]


def locate(text: str, scalar: Scalar, start: int, end: int) -> Span:
    """The source span of `scalar.text[start:end]`, in `text` (the text that the scalar's span refers to).

    Where the source cannot be followed (a style that libyaml read otherwise than this module) the whole scalar.
    """
    spans = _spans(text, scalar)
    if spans is None or not spans:
        return scalar.span
    if start >= end:
        at = spans[start][0] if start < len(spans) else spans[-1][1]
        return Span(at, at)
    return Span(spans[start][0], spans[min(end, len(spans)) - 1][1])


def _spans(text: str, scalar: Scalar) -> list[tuple[int, int]] | None:
    cached: list[tuple[int, int]] | None = scalar.__dict__.get("_located")
    if cached is None:
        trace = decode(text, scalar)
        if "".join(character for character, _, _ in trace) != scalar.text:
            return None
        cached = [(begin, end) for _, begin, end in trace]
        scalar.__dict__["_located"] = cached
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
    """One break becomes a blank, more become one break fewer."""
    if len(breaks) == 1:
        trace.append((" ", at + breaks[0].start(), at + breaks[0].end()))
    trace.extend(("\n", at + line.start(), at + line.end()) for line in breaks[1:])


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
        breaks = list(_BREAK.finditer(text, line.end(), end))
        trace.extend(("\n", found.start(), found.end()) for found in breaks)
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
    explicit = bool(header.group(1).strip("+-"))
    trace: Trace = []
    indent = -1
    for begin, first, end, after in _block_lines(text, header.end()):
        if first < end and indent < 0:
            # With an indentation indicator the value's own leading blanks are not indentation.
            value = scalar.text.lstrip("\n")
            indent = first - begin - (len(value) - len(value.lstrip(" ")) if explicit else 0)
        if first < end and first - begin < indent:
            break
        content = end if indent < 0 else min(begin + indent, end)
        trace.extend((text[i], i, i + 1) for i in range(content, end))
        trace.append(("\n", end, after))
        if scalar.style == "|" and len(trace) >= len(scalar.text):
            break
    if scalar.style == ">":
        trace = _fold_block(trace)
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


def _fold_block(trace: Trace) -> Trace:
    """Fold breaks between lines that begin with text; lines that begin with a blank keep theirs."""
    lines: list[Trace] = [[]]
    for item in trace:
        lines[-1].append(item)
        if item[0] == "\n":
            lines.append([])
    result: Trace = []
    pending: list[tuple[str, int, int]] = []
    previous_plain = False
    started = False
    for line in lines:
        body = [item for item in line if item[0] != "\n"]
        ending = [item for item in line if item[0] == "\n"]
        if not body:
            pending.extend(ending)
            continue
        plain = body[0][0] not in " \t"
        if started and previous_plain and plain:
            if len(pending) == 1:
                result.append((" ", pending[0][1], pending[0][2]))
            else:
                result.extend(pending[1:])
        else:
            result.extend(pending)
        result.extend(body)
        pending = ending
        previous_plain = plain
        started = True
    return result + pending
