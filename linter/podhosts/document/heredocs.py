"""Here-documents of shell scripts that are manifests: given to kubectl, or written to a file of YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPENING = regex(r"<<-?[ \t]*([\"']?)(?P<delimiter>\w+)\1")
_GIVES_MANIFEST = regex(r"\b(?:kubectl|oc|k)\b.*\s(?:-f|--filename)[ =]?-(?:\s|$)|(?:>|\btee\b)[ \t]*\S+\.ya?ml\b")


def manifests_of_script(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The here-documents that are manifests: the numbers of their first line, from 0, and of the line behind them."""
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if opening := _OPENING.search(line):
            ends = (at for at in range(number, len(lines)) if lines[at].strip() == opening["delimiter"])
            end = next(ends, len(lines))
            if _GIVES_MANIFEST.search(line):
                yield number, end
            number = end + 1
