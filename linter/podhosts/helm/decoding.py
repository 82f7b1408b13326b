"""YAML as Go's values: the way of `values.yaml`, `-f` and `fromYaml` (sigs.k8s.io/yaml 1.6: YAML to JSON to Go).

Every number becomes a float64, every key a string, and each scalar knows where it is written.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from podhosts.document import Mapping, Scalar, Sequence, contents
from podhosts.document.locate import decode
from podhosts.document.reading import UnreadableError, read
from podhosts.helm.model import Bool, GoList, GoMap, Nil, Number, TooLarge, Unsupported
from podhosts.helm.traced import Derived, TextRun, Traced, ValuePlace, ValueText

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.helm.model import GoValue
    from podhosts.helm.traced import Origin
    from podhosts.source import Span

#: Path of a value in the data of a file: keys and numbers of items.
Path = tuple[str | int, ...]

#: Deeper values than anybody writes; the evaluator calls itself for each level.
MOST_LEVELS = 200
#: So many values may a document hold, those counted again that aliases repeat.
MOST_VALUES = 1_000_000

_PARSER_PROBLEMS = (
    "did not find expected",
    "found duplicate %YAML",
    "found incompatible YAML",
    "found undefined tag",
    "found duplicate %TAG",
)
#: Problems that are told without a line, and without the word `yaml`.
_JSON_PROBLEMS = ("json:",)
#: Problems that Go finds only once all is read, and tells in other words: a later one, or a key that is written again,
#: can hide them.
_LATE_PROBLEMS = ("a null key", "a key that is", "an integer key", "map merge requires", "cannot decode", "!!binary")
_INFINITIES = {"+": "+Inf", "-": "-Inf", ".": "+Inf"}


class DecodeError(ValueError):
    """Text that Helm cannot read: the words of its YAML reader, and the place in the text."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class ScalarOrigins(Protocol):
    """Where the scalars of a text come from."""

    def string(self, scalar: Scalar, text: str, path: Path, *, is_key: bool) -> Traced:
        """The string that a scalar or key is."""
        ...

    def origin(self, node: Node, path: Path) -> Origin:
        """The origin of a number, boolean or null, or of an empty list or mapping."""
        ...


class FileOrigins:
    """The scalars of a values file: places in its data."""

    def __init__(self, file: str) -> None:
        self._file = file

    def string(self, scalar: Scalar, text: str, path: Path, *, is_key: bool) -> Traced:
        """The whole value of the scalar at the path, derived of it where YAML makes another text of it (`on`)."""
        place = ValueText(ValuePlace(self._file, path, is_key), 0)
        return _string(text, place if text == scalar.text else Derived((place,)))

    def origin(self, node: Node, path: Path) -> Origin:
        """The place of the value."""
        del node
        return ValueText(ValuePlace(self._file, path), 0)


class TextOrigins:
    """The scalars of a text that was printed: each character comes from where that of the text does."""

    def __init__(self, text: Traced) -> None:
        self._text = text
        self._ends = list(accumulate(run.length for run in text.runs))

    def _cut(self, start: int, end: int) -> Traced:
        """The characters from `start` up to `end`, at a cost of the runs in between."""
        runs = []
        at = start
        index = bisect_right(self._ends, start)
        while at < end:
            run = self._text.runs[index]
            begin = self._ends[index] - run.length
            last = min(end, self._ends[index])
            runs.append(TextRun(last - at, run.origin.moved(at - begin), run.printed_at))
            at = last
            index += 1
        return Traced(self._text.text[start:end], tuple(runs))

    def string(self, scalar: Scalar, text: str, path: Path, *, is_key: bool) -> Traced:
        """The scalar's characters; escapes and folds are derived of what stands for them."""
        del path, is_key
        source = self._text.text
        quotes = 1 if scalar.style in {"'", '"'} else 0
        start, end = scalar.start + quotes, scalar.end - quotes
        if not text:
            return _string(text, self.origin(scalar, ()))
        if source[start:end] == text:
            return self._cut(start, end)
        trace = decode(source, scalar)
        if not trace.text.startswith(text):
            return self._cut(scalar.start, scalar.end).derive(text)
        pieces = []
        for piece in trace.stretches():
            cut = self._cut(piece.begin, min(piece.end, len(source)))
            pieces.append(cut if cut.text == piece.text else cut.derive(piece.text))
        return Traced.join(pieces).slice(0, len(text))

    def origin(self, node: Node, path: Path) -> Origin:
        """The origin of the characters if they have one only, else all of them."""
        del path
        cut = self._cut(node.start, node.end)
        return cut.runs[0].origin if len(cut.runs) == 1 else Derived(cut.inputs())


def _string(text: str, origin: Origin) -> Traced:
    """A string that knows its place also if it is empty."""
    return Traced.of(text, origin) if text else Traced("", (TextRun(0, origin),))


def decode_yaml(text: str, origins: ScalarOrigins, start: int = 0, end: int | None = None) -> GoValue:
    """The first document of a text, or of a stretch of it, as a value. An empty one is nil.

    Raises DecodeError where Helm cannot read it, TooLarge where it is deeper or larger than anything of use.
    """
    last = len(text) if end is None else end
    root = read_nodes(text, start, last)
    return Nil() if root is None else value_of(root, origins)


def read_nodes(text: str, start: int, end: int) -> Node | None:
    """The nodes of the first document of a stretch of text.

    Raises DecodeError, and Unsupported for odd keys and tags, and for bytes that are no UTF-8 (surrogates).
    """
    try:
        text[start:end].encode()
    except UnicodeEncodeError:
        raise Unsupported("YAML that is no UTF-8") from None
    try:
        root = read(text, start, end)
    except UnreadableError as error:
        message, span = error.problem
        if message.startswith(_LATE_PROBLEMS):
            raise Unsupported(f"YAML with {message}") from None
        if message.startswith(_JSON_PROBLEMS):
            # Found last of all: nothing else must be wrong, and no key written again.
            masked = f"{text[: span.start]}{'x' * (span.end - span.start)}{text[span.end :]}"
            rest = read_nodes(masked, start, end)
            if rest is not None and contents(rest).has_duplicates:
                raise Unsupported(f"YAML with {message}") from None
        raise DecodeError(_words(error, text, start), error.problem.span) from None
    if root is not None and end > start and text[end - 1] != "\n":
        _end_without_newline(root, text[text.rfind("\n", start, end) + 1 : end])
    return root


def _end_without_newline(root: Node, last_line: str) -> None:
    """Take the newline off a block scalar that ends with the text: the reader put one there, Helm does not."""
    last: Node | None = root
    while isinstance(last, (Mapping, Sequence)):
        below = [entry.value for entry in last.entries] if isinstance(last, Mapping) else last.items
        last = below[-1] if below and not last.flow else None
    if last is None or last.style not in ("|", ">") or not last.text.endswith("\n"):
        return
    content = last_line.lstrip(" ")
    value = last.text[:-1]
    written = value.rpartition("\n")[2]
    if content:
        is_made_up = value.endswith(content)
    elif written:
        is_made_up = not written.strip(" ") and last_line.endswith(written)
    else:
        is_made_up = value == "" or value.endswith("\n")
    if is_made_up:
        last.text = value


def _words(error: UnreadableError, text: str, start: int) -> str:
    """What Go's YAML reader says, with the line as it counts them."""
    message = error.problem.message
    at = error.problem.span.start
    if message.startswith(_JSON_PROBLEMS):
        written = text[at : error.problem.span.end].lower()
        value = "NaN" if "nan" in written else _INFINITIES.get(written[:1], "+Inf")
        return f"error converting YAML to JSON: json: unsupported value: {value}"
    line = text.count("\n", start, at)
    is_parsers = message.startswith(_PARSER_PROBLEMS)
    if is_parsers and at >= len(text) and text[start:] and not text.endswith("\n"):
        line += 1
    # A parser's problem is told by the line before it, as Go counts from 0; one on the first line without any.
    shown = line if is_parsers else line + 1
    place = "" if line == 0 or message.startswith("unknown anchor") else f"line {shown}: "
    return f"error converting YAML to JSON: yaml: {place}{message}"


def value_of(root: Node, origins: ScalarOrigins, path: Path = ()) -> GoValue:
    """The value of a document that is read, or of a node at a path in it. Raises TooLarge."""
    return _Decoder(origins).value(root, path, 0)


class _Decoder:
    """Makes values of nodes."""

    def __init__(self, origins: ScalarOrigins) -> None:
        self._origins = origins
        self._count = 0

    def value(self, node: Node, path: Path, depth: int) -> GoValue:
        self._count += 1
        if depth > MOST_LEVELS or self._count > MOST_VALUES:
            raise TooLarge("values that are too deep or too many")
        if isinstance(node, Scalar):
            return self._scalar(node, path)
        if isinstance(node, Sequence):
            items = [self.value(item, (*path, index), depth + 1) for index, item in enumerate(node.items)]
            return GoList(items, origin=None if items else self._origins.origin(node, path))
        return self._map(node, path, depth)

    def _scalar(self, scalar: Scalar, path: Path) -> GoValue:
        written = scalar.written
        if isinstance(written, str):
            return self._origins.string(scalar, written, path, is_key=False)
        origin = self._origins.origin(scalar, path)
        if written is None:
            return Nil(origin)
        if isinstance(written, bool):
            return Bool(written, origin)
        return Number("float64", float(written), origin)

    def _map(self, mapping: Mapping, path: Path, depth: int) -> GoMap:
        made = GoMap()
        for name, entry in mapping.fields.items():
            inner = (*path, name)
            made.keys[name] = self._origins.string(entry.key, name, inner, is_key=True)
            made.entries[name] = self.value(entry.value, inner, depth + 1)
        if not made.entries:
            made.origin = self._origins.origin(mapping, path)
        return made


def node_at(root: Node | None, place: ValuePlace) -> Node | None:
    """The node at a place of a values file, or that of its key; None where there is none."""
    node = root
    key: Scalar | None = None
    for step in place.path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.fields:
            entry = node.fields[step]
            key, node = entry.key, entry.value
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            key, node = None, node.items[step]
        else:
            return None
    return key if place.is_key else node
