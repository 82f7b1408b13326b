"""Files of named templates, such as `_helpers.tpl`: what stands in each of these, as far as it is YAML by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Document, Piece
from podhosts.patterns import regex
from podhosts.placed import Placed
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.source import Source

_DEFINITION = regex(r"\{\{-?\s*define\s[^{}]*\}\}[ \t]*\n?")


class NamedTemplate(Placed):
    """The body of a named template: what a fix makes of it cannot be checked, nor what is unknown be told from it."""

    is_editable = False


def named_templates(source: Source) -> Iterator[NamedTemplate]:
    """The named templates in a file, in order, each up to the next one."""
    heads = [*_DEFINITION.finditer(source.text)]
    ends = [*(head.start() for head in heads[1:]), len(source.text)]
    for number, (head, end) in enumerate(zip(heads, ends, strict=False), 1):
        yield NamedTemplate(Document(source, Piece(number, Span(head.end(), end), "yaml")))
