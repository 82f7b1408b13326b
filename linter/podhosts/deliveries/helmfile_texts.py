"""Templates of helmfile: state files and values files that end in `.gotmpl`, filled in with the values of a state.

Source: helmfile v1.8 (`pkg/tmpl`, `pkg/environment`) as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.deliveries.go_texts import GoTexts
from podhosts.document import Document, Piece, split
from podhosts.helm.chart_files import WrittenValue
from podhosts.helm.decoding import node_at
from podhosts.helm.model import GoFunction, GoMap, Unsupported
from podhosts.helm.objects import go_text
from podhosts.helm.printed import PrintedDocument, PrintedText, with_placeholders
from podhosts.helm.traced import TemplateText, Traced
from podhosts.kubernetes import field
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podhosts.helm.model import Evaluation, GoValue
    from podhosts.helm.traced import ValuePlace
    from podhosts.placed import Placed
    from podhosts.source import Source

#: Functions of Helm that helmfile does not have.
_LEFT_OUT = ("include", "lookup")
#: What reads the machine, the environment or other files: nobody knows here what they give.
_UNKNOWN = (
    "env", "expandenv", "requiredEnv", "exec", "envExec", "isFile", "isDir", "readFile", "readDir", "readDirEntries",
    "fetchSecretValue", "expandSecretRefs", "setValueAtPath",
)  # fmt: skip
_ANYTHING = ("...interface {}",)


class StateValues:
    """The things that templates of a state see: its environment, and values, which are written in `documents`."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        self.values = GoMap()
        self.documents: dict[str, Placed] = {}
        self._texts = GoTexts(_ADDED, _LEFT_OUT, is_strict=True)

    def fill(self, text: Traced, release: Mapping[str, str | None] | None = None) -> Traced:
        """A text filled in, as that of the values of a release where one is given. Raises UnreadableValuesError."""
        name = GoMap({"Name": Traced.own(self.environment), "Values": self.values})
        data: dict[str, GoValue] = {"Values": self.values, "StateValues": self.values, "Environment": name}
        if release is not None:
            own = {key: Traced.own(value) for key, value in release.items() if value is not None}
            data["Release"] = GoMap(dict(own))
        return self._texts.fill(text, GoMap(data))

    def documents_of(self, source: Source, span: Span, number: int) -> Iterator[Placed]:
        """The documents that a part of a templated state file gives, numbered from `number` on."""
        text = Traced.of(go_text(source.cut(span).encode()), TemplateText(source.path, span.start))
        printed = PrintedText(with_placeholders(self.fill(text)), _StateFiles(source, self.documents), source.path)
        for piece in split(printed.source.text):
            yield PrintedDocument(printed, piece._replace(number=number + piece.number))


class _StateFiles:
    """The files that a filled in text comes from: the state file itself, and what its values are written in."""

    def __init__(self, source: Source, documents: Mapping[str, Placed]) -> None:
        self._source = source
        self._documents = documents

    def source(self, name: str) -> Source | None:
        """The file that a template or value is written in."""
        placed = self._documents.get(name)
        return placed.document.source if placed is not None else self._source if name == self._source.path else None

    def document_at(self, name: str, at: int) -> Document | None:
        """The document of a file that holds an offset."""
        source = self.source(name)
        return None if source is None else Document(source, Piece(1, Span(0, len(source.text)), "yaml"))

    def written(self, place: ValuePlace) -> WrittenValue | None:
        """The value at a place of a values file."""
        placed = self._documents.get(place.file)
        node = node_at(placed.document.root, place) if placed is not None else None
        return None if placed is None or node is None else WrittenValue(placed, node, field(place.path))


def _get(_: Evaluation, arguments: list[GoValue]) -> GoValue:
    """`get PATH [DEFAULT] MAP`: the value at a path with dots."""
    path, found = arguments[0], arguments[-1]
    if len(arguments) not in {2, 3} or not isinstance(path, Traced):
        raise Unsupported("`get`")
    for step in path.text.split("."):
        if not isinstance(found, GoMap) or step not in found.entries:
            if len(arguments) == 3:
                return arguments[1]
            raise Unsupported(f"there is no `{path.text}`")
        found = found.entries[step]
    return found


def _unknown(_: Evaluation, __: list[GoValue]) -> GoValue:
    raise Unsupported("a function that reads the machine")


_ADDED = {
    **{name: GoFunction(name, _unknown, _ANYTHING) for name in _UNKNOWN},
    "get": GoFunction("get", _get, _ANYTHING),
    "getOrNil": GoFunction("getOrNil", _unknown, _ANYTHING),
}
