"""Traced text: a string that knows for each of its characters where it comes from.

A template prints text of its own, text of a values file, text that a function makes, and text that nobody can know
before the cluster is there. Which is which stays known through every step, so that what is wrong in the printed
manifest is shown where a person has to change it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: Of this many inputs a derived text keeps the origins: what somebody can look at, and never a cost that grows.
MOST_INPUTS = 64
#: A text that is larger is not made.
MOST_CHARACTERS = 4_000_000
MOST_RUNS = 200_000


class TooLarge(Exception):  # noqa: N818  # no error of the chart: a limit of the evaluator
    """A limit on steps, depth or size was reached."""


class ValuePlace(NamedTuple):
    """A scalar or a key of a values file: the name of the file and the path in its data.

    The document that was read from the file has the node. `is_key` is for the key at the path's end, not its value.
    """

    file: str
    path: tuple[str | int, ...]
    is_key: bool = False

    def outer(self) -> ValuePlace:
        """The place of the list or mapping that it stands in."""
        return ValuePlace(self.file, self.path[:-1])

    def holds(self, other: ValuePlace) -> bool:
        """Whether another place is this one, or its value, or lies inside it."""
        return other.file == self.file and other.path[: len(self.path)] == self.path


class PrintingAction(NamedTuple):
    """The action of a template file that printed a text: the path in the chart, and where the action stands there."""

    path: str
    start: int
    end: int


class Origin:
    """Where a run of characters comes from. Origins are equal if they say the same."""

    __slots__ = ()

    def moved(self, by: int) -> Origin:
        """The origin of what stands so many characters further on in a run."""
        del by
        return self


@record(frozen=True, slots=True)
class TemplateText(Origin):
    """Characters of a template file, one for one from the offset `start`; `path` is the path in the chart."""

    path: str
    start: int

    def moved(self, by: int) -> Origin:
        """The same file, further on."""
        return TemplateText(self.path, self.start + by)


@record(frozen=True, slots=True)
class ValueText(Origin):
    """Characters of the value of a scalar (or of a key) of a values file, one for one from `start`.

    Offsets count in the value, not in the file, where it may be quoted or folded.
    """

    place: ValuePlace
    start: int

    def moved(self, by: int) -> Origin:
        """The same scalar, further on."""
        return ValueText(self.place, self.start + by)


@record(frozen=True, slots=True)
class Derived(Origin):
    """Made by a function of texts with these origins, not one for one. Without inputs: a function's own text."""

    inputs: tuple[Origin, ...] = ()


@record(frozen=True, slots=True)
class UnknownText(Origin):
    """Characters that nobody knows before the chart is installed. An equal identity is an equal text.

    The text of such a run is what stands in for it: what `helm template` says (`release-name`), or a placeholder.
    """

    identity: str
    inputs: tuple[Origin, ...] = ()


#: What a function adds by itself: blanks, quotes, separators.
OWN = Derived()


class TextRun(NamedTuple):
    """So many characters in a row that have one origin, and the action that printed them, if they were printed."""

    length: int
    origin: Origin
    printed_at: PrintingAction | None = None


class Traced:
    """An immutable string; `runs` cover its text without holes, none of them is empty."""

    __slots__ = ("runs", "text")

    text: str
    runs: tuple[TextRun, ...]

    def __init__(self, text: str, runs: tuple[TextRun, ...]) -> None:
        self.text = text
        self.runs = runs

    @staticmethod
    def of(text: str, origin: Origin) -> Traced:
        """A text that comes from one place."""
        return Traced(text, (TextRun(len(text), origin),)) if text else EMPTY

    @staticmethod
    def own(text: str) -> Traced:
        """A text that a function adds by itself."""
        return Traced.of(text, OWN)

    @staticmethod
    def unknown(identity: str, text: str | None = None) -> Traced:
        """A text that nobody knows; `text` is what stands in for it, by default the identity's placeholder."""
        return Traced.of(placeholder(identity) if text is None else text, UnknownText(identity))

    @property
    def is_known(self) -> bool:
        """Whether no character is unknown or made of something unknown."""
        return not any(is_unknown(run.origin) for run in self.runs)

    def __len__(self) -> int:
        """The number of characters; Go counts bytes."""
        return len(self.text)

    def __repr__(self) -> str:
        """For people who debug."""
        return f"Traced({self.text!r}, {self.runs!r})"

    def __eq__(self, other: object) -> bool:
        """Whether text and origins are equal; compare `text` to compare strings."""
        return isinstance(other, Traced) and self.text == other.text and self.runs == other.runs

    def __hash__(self) -> int:
        """Of the text."""
        return hash(self.text)

    def __add__(self, other: Traced) -> Traced:
        """Both texts, one after the other."""
        return Traced.join((self, other))

    @staticmethod
    def join(parts: Iterable[Traced], separator: Traced | None = None) -> Traced:
        """All parts one after the other, with the separator in between."""
        pieces = [part for part in _separated(parts, separator) if part.text]
        if len(pieces) < 2:
            return pieces[0] if pieces else EMPTY
        if sum(map(len, pieces)) > MOST_CHARACTERS or sum(len(piece.runs) for piece in pieces) > MOST_RUNS:
            raise TooLarge(f"a text of more than {MOST_CHARACTERS} characters or {MOST_RUNS} pieces")
        runs = list(pieces[0].runs)
        for piece in pieces[1:]:
            if _goes_on(runs[-1], piece.runs[0]):
                runs[-1] = runs[-1]._replace(length=runs[-1].length + piece.runs[0].length)
                runs += piece.runs[1:]
            else:
                runs += piece.runs
        return Traced("".join([piece.text for piece in pieces]), tuple(runs))

    def slice(self, start: int, end: int | None = None) -> Traced:
        """The characters from `start` up to `end`, which count from 0 and are within the text."""
        last = len(self.text) if end is None else end
        if start == 0 and last == len(self.text):
            return self
        if start >= last:
            return EMPTY
        return Traced(self.text[start:last], tuple(_cut(self.runs, start, last)))

    def split(self, separator: str) -> list[Traced]:
        """The pieces between all occurrences of a text that is not empty."""
        pieces: list[Traced] = []
        ends = _Cutter(self)
        at = 0
        while (found := self.text.find(separator, at)) >= 0:
            pieces.append(ends.take(at, found))
            at = found + len(separator)
        pieces.append(ends.take(at, len(self.text)))
        return pieces

    def replace(self, old: str, new: Traced) -> Traced:
        """All occurrences of a text that is not empty replaced by another."""
        return Traced.join(self.split(old), new) if old in self.text else self

    def lines_prefixed(self, prefix: Traced) -> Traced:
        """The prefix before each line, also before empty ones."""
        return Traced.join((prefix, self.replace("\n", Traced.join((Traced.own("\n"), prefix)))))

    def map_characters(self, function: Callable[[str], str]) -> Traced:
        """The function's text of this one: one for one where it keeps every run's length, else derived."""
        pieces = []
        at = 0
        for run in self.runs:
            pieces.append(function(self.text[at : at + run.length]))
            at += run.length
        text = function(self.text)
        if "".join(pieces) == text and all(
            len(piece) == run.length for piece, run in zip(pieces, self.runs, strict=True)
        ):
            return Traced(text, self.runs)
        return self.derive(text)

    def derive(self, text: str) -> Traced:
        """A new text that a function made of this one."""
        return self if text == self.text else Traced.of(text, Derived(self.inputs()))

    def inputs(self) -> tuple[Origin, ...]:
        """The origins of the characters, each once, as inputs of what is derived from this text."""
        return flattened(run.origin for run in self.runs)

    def printed(self, place: PrintingAction) -> Traced:
        """The text as an action prints it: runs that no other action printed before get its place."""
        if all(run.printed_at is not None for run in self.runs):
            return self
        return Traced(
            self.text, tuple([run if run.printed_at else run._replace(printed_at=place) for run in self.runs])
        )

    def origin_at(self, offset: int) -> Origin:
        """Where the character at an offset comes from."""
        for run in self.runs:
            if offset < run.length:
                return run.origin.moved(offset)
            offset -= run.length
        raise IndexError(offset)


#: The empty text.
EMPTY = Traced("", ())

_UNFIT = regex(r"[^A-Za-z0-9_.-]+")


def placeholder(identity: str) -> str:
    """A text that stands in for an unknown one; `is_placeholder` knows it, and it is a plain scalar anywhere in YAML.

    Different identities have different placeholders.
    """
    name = _UNFIT.sub("_", identity)
    if name == identity and len(name) <= 60 and name[:1].isalpha():
        return f"<{name}>"
    return f"<unknown-{name[:40]}-{sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}>"


def is_unknown(origin: Origin) -> bool:
    """Whether the characters are unknown, or made of something unknown."""
    return isinstance(origin, UnknownText) or (
        isinstance(origin, Derived) and any(isinstance(one, UnknownText) for one in origin.inputs)
    )


def flattened(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Origins as inputs of a derived text: each once, a derived one by its own inputs, unknown ones first."""
    known: dict[Origin, None] = {}
    unknown: dict[Origin, None] = {}
    for origin in origins:
        for one in origin.inputs if isinstance(origin, Derived) else (origin,):
            (unknown if isinstance(one, UnknownText) else known)[one] = None
    return (*unknown, *known)[:MOST_INPUTS]


class _Cutter:
    """Cuts pieces off a text from left to right, at a cost of the text's length in all."""

    def __init__(self, text: Traced) -> None:
        self._text = text
        self._index = 0
        self._offset = 0

    def take(self, start: int, end: int) -> Traced:
        """The piece from `start` up to `end`; `start` is never before the end of the piece taken last."""
        runs = self._text.runs
        while self._index < len(runs) and self._offset + runs[self._index].length <= start:
            self._offset += runs[self._index].length
            self._index += 1
        if start >= end:
            return EMPTY
        last, reached = self._index, self._offset
        while reached < end:
            reached += runs[last].length
            last += 1
        kept = tuple(_cut(runs[self._index : last], start - self._offset, end - self._offset))
        return Traced(self._text.text[start:end], kept)


def _separated(parts: Iterable[Traced], separator: Traced | None) -> Iterable[Traced]:
    """The parts with a separator between each two."""
    if separator is None or not separator.text:
        yield from parts
        return
    for index, part in enumerate(parts):
        if index:
            yield separator
        yield part


def _cut(runs: Sequence[TextRun], start: int, end: int) -> Iterable[TextRun]:
    """The runs of the characters from `start` up to `end`."""
    at = 0
    for run in runs:
        first, last = max(start - at, 0), min(end - at, run.length)
        if first < last:
            yield TextRun(last - first, run.origin.moved(first), run.printed_at)
        at += run.length
        if at >= end:
            return


def _goes_on(first: TextRun, second: TextRun) -> bool:
    """Whether a run begins where the one before it ends, so that both are one."""
    origin = first.origin
    return (
        origin.__class__ is second.origin.__class__
        and first.printed_at == second.printed_at
        and not isinstance(origin, UnknownText)
        and origin.moved(first.length) == second.origin
    )
