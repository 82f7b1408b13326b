"""Edits: replacements of pieces of a source's text, and the fixes that are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable


class Safety(StrEnum):
    """What applying a fix may change (`design.md`, "Fixing")."""

    #: No pod's table of names and addresses changes, and no other data.
    SAFE = "safe"
    #: The intent is likely, but a table changes, or the way to the cluster is not safe.
    UNSAFE = "unsafe"
    #: Shown, never applied.
    DISPLAY_ONLY = "display-only"


class Edit(NamedTuple):
    """`text` in the place of `span` (offsets in `Source.text`; an empty span inserts)."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together, all in the source of the finding they repair; `title` says what they do."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety = Safety.SAFE

    @property
    def span(self) -> Span:
        """The piece of text from the first edit to the last."""
        return Span(min(edit.span.start for edit in self.edits), max(edit.span.end for edit in self.edits))


def splice(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; they must not overlap. Edits at one place are made in the order given."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        if edit.span.start < at:
            raise ValueError(f"edits overlap at {edit.span}")
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])
