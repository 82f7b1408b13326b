"""What stops a template, with the words of Helm 3 and Helm 4.

Sources: `pkg/engine/engine.go` of Helm 3.22 and 4.3 (`cleanupParseError`, `cleanupExecError`, `reformatExecErrorMsg`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.helm.language.quoting import quoted
from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from podhosts.helm.language import Definition, ParseError, TemplateSource
    from podhosts.helm.language.tree import Node
    from podhosts.helm.model import GoValue

_WARNING_START, _WARNING_END = "HELM_ERR_START", "HELM_ERR_END"
_WARNING = regex(f"{_WARNING_START}(.*){_WARNING_END}", re.DOTALL)
_LOCATION_PARTS = 3
#: What stands before the words of an error: where it arose.
_PLACE = regex(r'template: \S+: executing "[^"]*" at <.*?>: ', re.DOTALL)


class Level(NamedTuple):
    """One step of the way to an error: what is said there, and the place, if it is one of a template."""

    words: str
    source: TemplateSource | None = None
    at: int = 0


class TemplateError(Exception):
    """An error that stops a template; `levels` go from where it arose outward to the file that is printed.

    `value` is what does not fit, if it is about a value; `dots` are those that it arose with, from inside outward.
    """

    def __init__(self, innermost: Level, value: GoValue | None = None) -> None:
        super().__init__(innermost.words)
        self.levels = [innermost]
        self.value = value
        self.dots: list[GoValue] = []

    def within(self, level: Level) -> TemplateError:
        """The same error, one step further out."""
        self.levels.append(level)
        return self

    @property
    def text(self) -> str:
        """All of it, as Go chains it."""
        return "".join(level.words for level in reversed(self.levels))

    @property
    def reason(self) -> str:
        """What is wrong, without the places."""
        if warned := _WARNING.search(self.text):
            return warned.group(1)
        found = _PLACE.match(self.levels[0].words)
        return self.levels[0].words[found.end() :] if found else self.levels[0].words

    @property
    def is_meant(self) -> bool:
        """Whether the chart asks for it, with `fail` or `required`."""
        return _WARNING.search(self.text) is not None

    def message(self, helm_version: int) -> str:
        """What Helm says, without its leading `Error: `."""
        text = self.text
        parts = text.split(": ", _LOCATION_PARTS - 1)
        if len(parts) == _LOCATION_PARTS and (warning := _WARNING.search(parts[2])):
            return f"execution error at ({parts[1]}): {warning.group(1)}"
        return text if helm_version < 4 else self._by_levels(text)

    def _by_levels(self, text: str) -> str:
        """Helm 4's lines: one group for each level, if each is one of a template."""
        if not all(level.words.startswith("template: ") for level in self.levels):
            return text
        groups: list[str] = []
        at = 0
        for level in reversed(self.levels):
            group = _group(text[at + len("template: ") :])
            at += len(level.words)
            if group is None:
                return text
            if not groups or groups[-1] != group:
                groups.append(group)
        return "".join(groups).strip()


def level_at(definition: Definition, node: Node, words: str) -> Level:
    """The level of a node that is executed: Go's place, template and expression, then the words."""
    source = definition.source
    head = f"template: {source.location(node.at)}: executing {quoted(definition.name)} at <{node.shown()}>: "
    return Level(head + words, source, node.at)


def warning(message: str) -> str:
    """The words of `fail` and `required`, marked so that Helm shows nothing else."""
    return f"{_WARNING_START}{message}{_WARNING_END}"


def parse_message(error: ParseError) -> str:
    """What Helm says of a file that is no template."""
    parts = str(error).split(": ")
    return f"parse error at ({parts[1]}): {parts[-1]}"


def _group(text: str) -> str | None:
    """Helm 4's lines of one level, which is given without its `template: `; None if it is not of the right form."""
    if text.startswith("no template "):
        return f"template: {text}\n"
    location, found, after = text.partition(": executing ")
    if found:
        executing = re.match(r'"([^"]*)" at <(.*?)>: ', after, re.DOTALL)
        if executing:
            message = after[executing.end() :].partition(" template:")[0]
            name, expression = executing.groups()
            return f'{location}\n  executing "{name}" at <{expression}>:\n    ' + (f"{message}\n" if message else "")
    location, found, message = text.rpartition(": ")
    if not found:
        return None
    message = message.partition(" template:")[0]
    return f"{location}\n  " + (f"{message}\n" if message else "")
