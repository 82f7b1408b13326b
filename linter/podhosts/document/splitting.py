"""The cuts at which kubectl divides a file into documents.

Source: apimachinery `pkg/util/yaml/decoder.go` as described in `reference/kubernetes.md` 5.3, measured in
`vectors/yaml/streams.jsonl`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from podhosts.records import NamedTuple, record
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from json import JSONDecoder

#: What Go's `unicode.IsSpace` takes for white space; Python's `str.strip` would also take U+001C to U+001F.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
JSON_SPACE = " \t\r\n"
_GUESS_BYTES = 4096
_LOOK_AHEAD = 4
_REPLACEMENT = "\ufffd"
_SEPARATOR = "---"


class Problem(NamedTuple):
    """A reason for which kubectl refuses a document: a message and the span it applies to."""

    message: str
    span: Span


@record(frozen=True, slots=True)
class ListItem:
    """The item of a List that a piece is: its index, and the List's own apiVersion and kind (as written)."""

    index: int
    api_version: str | None
    kind: str


class Piece(NamedTuple):
    """One document: kubectl's chunk number from 1, its span and how it is read.

    `problem` is set where kubectl stops at the separator line that ends the piece; it then drops this piece too.
    """

    number: int
    span: Span
    language: Literal["yaml", "json", "toml", "cel"]
    problem: Problem | None = None
    #: The separator line before it, where it is no part of the piece; it may carry a comment.
    opening: Span | None = None
    #: For an item of a large List that is read by itself.
    item: ListItem | None = None

    @property
    def outline(self) -> Span:
        """The piece with the separator line before it, and the one after it that is its problem."""
        start = self.opening.start if self.opening else self.span.start
        if self.problem is None:
            return Span(start, self.span.end)
        # With the line feed behind it: half of CRLF would be a line break of its own.
        return Span(start, max(self.span.end, self.problem.span.end + 1))

    def moved(self, distance: int) -> Piece:
        """The piece in a text that begins `distance` code points earlier (negative: later)."""
        opening, problem = self.opening, self.problem
        return self._replace(
            span=_moved(self.span, distance),
            opening=opening and _moved(opening, distance),
            problem=problem and problem._replace(span=_moved(problem.span, distance)),
        )


def _moved(span: Span, distance: int) -> Span:
    return Span(span.start + distance, span.end + distance)


def split(text: str) -> list[Piece]:
    """Cut a file's text (no byte order mark) into pieces, in order; empty pieces are kept."""
    if not looks_like_json(text):
        return split_yaml(text)
    pieces, end = _split_json(text)
    if end == len(text):
        return pieces
    start = _yaml_start(text, pieces[-1].span.end if pieces else 0) if len(pieces) < 2 else None
    if start is not None:
        return pieces + _split_yaml(text, start, len(pieces))
    # kubectl does not go back to YAML: the rest is one broken piece.
    return [*pieces, Piece(len(pieces) + 1, Span(end, len(text)), "json")]


def looks_like_json(text: str) -> bool:
    """Whether kubectl would read a file that begins with `text` as JSON first."""
    at = _skip(text, 0, _SPACE)
    return text.startswith("{", at) and _byte_length(text[:at]) < _GUESS_BYTES


def _yaml_start(text: str, at: int) -> int | None:
    """The offset at which kubectl begins to read YAML after what is no JSON: past blanks and at most one line feed.

    None where it gives up, as the look ahead for blanks takes four bytes at a time.
    """
    while _byte_length(text[at : at + _LOOK_AHEAD]) >= _LOOK_AHEAD and text[at] != _REPLACEMENT:
        if text[at] not in _SPACE:
            return at
        at += 1
        if text[at - 1] == "\n":
            return at
    return None


def _byte_length(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


@cache
def json_decoder() -> JSONDecoder:
    """A decoder that takes what Go's takes, and makes little of it."""
    from json import JSONDecoder

    return JSONDecoder(parse_constant=_refuse_constant, parse_float=str, parse_int=str)


def _split_json(text: str) -> tuple[list[Piece], int]:
    """The JSON documents at the start of `text`, and where the first thing that is none begins."""
    pieces: list[Piece] = []
    at = _skip(text, 0, JSON_SPACE)
    while at < len(text):
        try:
            _, end = json_decoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        pieces.append(Piece(len(pieces) + 1, Span(at, end), "json"))
        at = _skip(text, end, JSON_SPACE)
    return pieces, at


def _skip(text: str, at: int, characters: str) -> int:
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def split_yaml(text: str, number: int = 0) -> list[Piece]:
    """Cut a text that kubectl reads as YAML; after `number` earlier pieces it begins with the separator line."""
    if number == 0:
        return _split_yaml(text, 0, 0)
    end = text.find("\n") % (len(text) + 1)
    return _split_yaml(text, min(end + 1, len(text)), number, Span(0, end))


def _split_yaml(text: str, start: int, number: int, opening: Span | None = None) -> list[Piece]:
    """Cut at the lines that start with `---`; one that opens a piece stays in it, as in kubectl."""
    pieces: list[Piece] = []
    for line_start, line_end in _separator_lines(text, start):
        rest = text[line_start + len(_SEPARATOR) : line_end].strip(_SPACE)
        problem = None
        if rest and not rest.startswith("#"):
            problem = Problem(f"invalid Yaml document separator: {rest}", Span(line_start, line_end))
        if line_start > start or problem:
            number += 1
            pieces.append(Piece(number, Span(start, line_start), "yaml", problem, opening))
            opening = Span(line_start, line_end)
            start = min(line_end + 1, len(text))
    if start < len(text):
        pieces.append(Piece(number + 1, Span(start, len(text)), "yaml", None, opening))
    return pieces


def _separator_lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    at = start if text.startswith(_SEPARATOR, start) else text.find("\n" + _SEPARATOR, start) + 1
    while at > start or (at == start and text.startswith(_SEPARATOR, at)):
        end = text.find("\n", at)
        if end < 0:
            yield at, len(text)
            return
        yield at, end
        at = text.find("\n" + _SEPARATOR, end) + 1
        if not at:
            return
