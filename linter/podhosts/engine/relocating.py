"""Findings and suppressions on their way from the text where they were found to the file where it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Diagnostic, ObjectIdentity, Related
from podhosts.engine.results import Suppressed
from podhosts.placed import Placed
from podhosts.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.placed import Place
    from podhosts.source import Source, Span
    from podhosts.suppressions import Suppression


def relocate(finding: Diagnostic, placed: Placed, place: Place | None = None) -> Diagnostic | None:
    """A finding of a document, one step further out; None where nobody wrote the text that it is about.

    Nor are such related places told. A fix stays where the document's text is that of the file. `place` stands for
    that of the finding's span.
    """
    place = place or placed.step(finding.span, finding.item)
    if place is None:
        return None
    related = (_related(item, placed, place.source) for item in finding.related)
    kept = [item for item in related if item is not None]
    identity, field = finding.object, finding.field
    if identity is not None and place.field is not None:
        identity, field = ObjectIdentity(None, None, None, None), place.field
    elif identity is not None and field is not None:
        identity, field = placed.step_field(identity, field)
    # What is no object of its own the server has not seen: it takes the text of the object that holds it.
    is_part = finding.object is not None and finding.object.kind is None and identity is not finding.object
    moved = replace(
        finding,
        source=place.source,
        span=place.span,
        document=place.document,
        item=place.item,
        object=identity,
        field=field,
        refused_by=() if is_part or not placed.is_sent else finding.refused_by,
        related=tuple(kept),
        fix=finding.fix if placed.is_editable else None,
    )
    others = placed.related_to(finding.span) if place == placed.step(finding.span, finding.item) else ()
    return moved.with_related(others) if others else moved


def relocated(findings: Iterable[Diagnostic], placed: Placed) -> Iterator[Diagnostic]:
    """Those findings that have a place one step further out, there."""
    if type(placed) is Placed:
        # Written in a file as it is.
        return iter(findings)
    return (moved for finding in findings if (moved := relocate(finding, placed)) is not None)


def relocated_suppressed(items: Iterable[Suppressed], placed: Placed) -> Iterator[Suppressed]:
    """Suppressed findings and what suppresses them, one step further out."""
    for finding, by in items:
        for moved in relocated([finding], placed):
            yield Suppressed(moved, by if type(placed) is Placed else relocate_suppression(by, placed))


def _related(related: Related, placed: Placed, source: Source) -> Related | None:
    """A related place, in `source` unless it says otherwise."""
    if related.source is not None and related.source is not placed.document.source:
        return related
    place = placed.step(related.span)
    if place is None:
        return None
    return Related(place.span, related.message, None if place.source is source else place.source)


def relocate_suppression(item: Suppression, placed: Placed) -> Suppression:
    """A suppression in a document, where it stands one step further out."""
    return replace(item, span=relocate_span(item.span, placed), scopes=[relocate_span(s, placed) for s in item.scopes])


def relocate_span(span: Span, placed: Placed) -> Span:
    """A span of a document that is written somewhere, one step further out."""
    place = placed.step(span)
    assert place is not None  # only in what is built are there words that nobody wrote
    return place.span
