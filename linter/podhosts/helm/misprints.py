"""What is wrong with a list that a template prints so that the text is no YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.diagnostics import Words
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.helm.printed import PrintedDocument
    from podhosts.helm.traced import PrintingAction
    from podhosts.placed import Place

_LIST_KEY = regex(r"^(?P<before> *(?:- +)*)hostAliases:", re.MULTILINE)
#: What stands before a printed text: on its line a key, a dash or nothing; else on the line before.
_OPEN_KEY = regex(r"^(?P<before> *(?:- +)*)(?P<key>[A-Za-z]+):[ \t]*$")
_DASH = regex(r"^ *(?:- +)+$")
_COLUMNS = regex(r"\bn?indent\s+([0-9]+)")
_LINE = regex(r"^( *)([^\s#])", re.MULTILINE)
_GO_VALUE = regex(r"\s*\[map\[")


class Misprint(NamedTuple):
    """A print that cannot become what is meant: where the template does it, and what a finding says of it."""

    place: Place
    words: Words


class _Print(NamedTuple):
    """A text that an action prints, in the printed document."""

    action: PrintingAction
    start: int
    end: int


def misprint(document: PrintedDocument) -> Misprint | None:
    """The first print of a list in a printed document that begins in the wrong column, or is none of YAML."""
    text = document.document.text
    for key in _LIST_KEY.finditer(text):
        for printed in _prints(document, key):
            words = _fault(text, printed)
            if words is None:
                if (found := _text(document, printed, key)) is not None:
                    return found
                continue
            source = document.files.source(printed.action.path)
            span = Span(printed.action.start, printed.action.end)
            columns = [*_COLUMNS.finditer(source.text, *span)] if source is not None else []
            place = document.in_template(printed.action.path, Span(*columns[-1].span(1)) if columns else span)
            if place is not None:
                return Misprint(place, words)
    return None


def _text(document: PrintedDocument, printed: _Print, key: re.Match[str]) -> Misprint | None:
    """A text of one line that stands no deeper than the key of a list, right behind it."""
    text = key.string
    body = text[printed.start : printed.end]
    stripped = body.strip()
    start = printed.start + len(body) - len(body.lstrip())
    column = start - text.rfind("\n", 0, start) - 1
    if not stripped or "\n" in stripped or column > len(key["before"]) or text[key.end() : start].strip():
        return None
    shift = document.document.span.start
    place = document.step(Span(start + shift, start + len(stripped) + shift))
    words = Words("`hostAliases` gets a text, not a list", "that is not valid YAML", "write a list of entries")
    return None if place is None else Misprint(place, words)


def _prints(document: PrintedDocument, key: re.Match[str]) -> Iterator[_Print]:
    """What actions print below a key: up to the template's own text that begins something else."""
    text, at = key.string, key.end()
    shift = document.document.span.start
    current: _Print | None = None
    for part in document.parts(Span(key.end() + shift, document.document.span.end)):
        end = at + part.length
        if part.printed_at is None:
            if current is not None:
                yield current
                current = None
            if _ends_list(text, at, end, len(key["before"])):
                return
        elif current is None:
            current = _Print(part.printed_at, at, end)
        else:
            current = current._replace(end=end)
        at = end
    if current is not None:
        yield current


def _ends_list(text: str, start: int, end: int, column: int) -> bool:
    """Whether a stretch of the template's own text begins a line that does not belong to a list at a column."""
    for line in _LINE.finditer(text, text.rfind("\n", 0, start) + 1, end):
        if start <= line.start(2) < end and (len(line[1]) < column or (len(line[1]) == column and line[2] != "-")):
            return True
    return False


def _fault(text: str, printed: _Print) -> Words | None:
    """What is wrong with the columns of a printed text of several lines, seen with the key that it belongs to."""
    body = text[printed.start : printed.end]
    if _GO_VALUE.match(body):
        return Words("the list is printed as Go prints it", "that is not valid YAML", "write `toYaml ... | nindent`")
    stripped = body.lstrip()
    if not stripped.startswith("- ") and ":" not in stripped.partition("\n")[0]:
        return None
    first_at = printed.end - len(stripped)
    line_start = text.rfind("\n", 0, first_at) + 1
    first = first_at - line_start
    others = [len(line) - len(line.lstrip(" ")) for line in stripped.split("\n")[1:] if line.strip()]
    before = text[line_start : max(printed.start, line_start)]
    on_line = _OPEN_KEY.match(before) if printed.start > line_start else None
    if _DASH.match(before) and printed.start > line_start:
        key, column = "-", first
    elif before.strip() and on_line is None:
        return None
    else:
        above = text[:line_start].rstrip()
        opened = on_line or _OPEN_KEY.match(above[above.rfind("\n") + 1 :])
        if opened is None:
            return None
        key, column = opened["key"], len(opened["before"])
    return _columns(min(others, default=first), first, key, column, on_line_of_key=on_line is not None)


def _columns(others: int, first: int, key: str, column: int, *, on_line_of_key: bool) -> Words | None:
    """What is wrong with a list whose first line begins in the column `first`, and whose other lines in `others`."""
    right = f"write `nindent {column}` or more"
    if on_line_of_key:
        return Words(f"the list is printed on the line of `{key}:`", "that is not valid YAML", right)
    if others < first and key == "-":
        return Words(
            f"the first line of the entry begins in column {first + 1}, the others in column {others + 1}",
            "what is rendered is not valid YAML, or says something else",
            f"write `nindent {first} | trim`",
        )
    if min(others, first) < column:
        return Words(
            f"the list is printed left of `{key}`, which is indented by {column}",
            "what is rendered is not valid YAML, or says something else",
            right,
        )
    if others < first:
        return Words(
            f"the first line of the list is indented by {first}, the others by {others}",
            "what is rendered is not valid YAML",
            right,
        )
    return None
