"""Code actions: fixes of findings, all safe fixes at once, and comments that silence a finding."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from lsprotocol import types

from podhosts.edits import Edit, Safety
from podhosts.engine.fixing import fix
from podhosts.records import NamedTuple
from podhosts.rules.expired_suppression import ExpiredSuppression
from podhosts.rules.unused_suppression import UnusedSuppression
from podhosts.source import Span
from podhosts.suppressions import addition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from podhosts.diagnostics import Diagnostic
    from podhosts.lsp.checked import CheckedFile

FIX_ALL = "source.fixAll.podhosts"
QUICK_FIX = str(types.CodeActionKind.QuickFix.value)
_ABOUT_SUPPRESSIONS = {UnusedSuppression.name, ExpiredSuppression.name}


class OfferedAction(NamedTuple):
    """An action that a user may choose: its kind, what it does to the file, and the finding it is about.

    No edits: they are those of `all_fixes`, which takes too long to be asked at every move of the cursor.
    """

    kind: str
    title: str
    edits: Sequence[Edit] | None
    finding: Diagnostic | None = None
    is_preferred: bool = False


def actions(checked: CheckedFile, span: Span, wanted: Iterable[str] | None) -> Iterator[OfferedAction]:
    """The actions for a piece of a file, of the kinds that the editor wants (None: of all)."""
    if _is_wanted(QUICK_FIX, wanted):
        # One text behind an anchor is one problem, in however many objects.
        findings = {(item.rule, item.span, item.words): item for item in checked.findings_in(span)}
        for finding in findings.values():
            yield from _fixes(finding)
            yield from _suppressions(checked, finding)
    fixes = (item.fix for item in checked.result.findings if item.fix)
    if _is_wanted(FIX_ALL, wanted) and any(found.safety is Safety.SAFE for found in fixes):
        yield OfferedAction(FIX_ALL, "Apply all safe fixes of podhosts", None)


def _is_wanted(kind: str, wanted: Iterable[str] | None) -> bool:
    return wanted is None or any(kind == name or kind.startswith(f"{name}.") for name in wanted)


def _fixes(finding: Diagnostic) -> Iterator[OfferedAction]:
    found = finding.fix
    if found is not None and found.safety is not Safety.DISPLAY_ONLY:
        is_safe = found.safety is Safety.SAFE
        title = found.title if is_safe else f"{found.title} (unsafe: read what changes)"
        yield OfferedAction(QUICK_FIX, title, found.edits, finding, is_safe)


def _suppressions(checked: CheckedFile, finding: Diagnostic) -> Iterator[OfferedAction]:
    if finding.rule in _ABOUT_SUPPRESSIONS:
        return
    document = checked.document_at(finding.span.start)
    edits = addition(document, finding.span.start, finding.rule) if document else None
    if edits is not None:
        yield OfferedAction(QUICK_FIX, f"Silence {finding.rule} here with a comment", edits, finding)


def all_fixes(checked: CheckedFile) -> list[Edit]:
    """All safe fixes to their end, as `check --fix` makes them."""
    buffer = checked.buffer
    fixed = fix(buffer, checked.project.options(buffer.path), checked.project.repository(buffer))
    return line_edits(buffer.text, fixed.source.text)


def line_edits(before: str, after: str) -> list[Edit]:
    """The lines that differ between two texts, as edits of the first."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    return [
        Edit(Span(starts[first], starts[last]), "".join(new[begin:end]))
        for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
