"""Linting the same file again after a change: documents that did not change are not read again.

For editors. What was found in a document holds as long as its text is the same and its look-ups of other documents
find the same texts; its spans move with the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.engine.checking import DocumentResult, check
from podhosts.engine.linting import lint
from podhosts.engine.results import Suppressed
from podhosts.helm import NOTHING
from podhosts.kubernetes import loses_others
from podhosts.records import NamedTuple, replace
from podhosts.repository import Repository
from podhosts.source import Span
from podhosts.suppressions import FILE_SCOPE

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic, Related
    from podhosts.document import Document
    from podhosts.edits import Fix
    from podhosts.engine.results import CheckedObject, CheckedPod, Options, Result
    from podhosts.helm import FileFacts
    from podhosts.kubernetes import KnownKinds
    from podhosts.placed import Placed
    from podhosts.repository import DocumentPlace, Words
    from podhosts.rules import Rule
    from podhosts.source import Source
    from podhosts.suppressions import Suppression


class IncrementalLinter:
    """`lint` for one file whose text changes. `around` holds the other files; without it the file is alone."""

    def __init__(self, options: Options, around: Repository | None = None) -> None:
        self._options = options
        self._around = around
        self._remembered: dict[_DocumentKey, _Remembered] = {}

    def lint(self, source: Source) -> Result:
        """The same result as `engine.lint` with the file's text now and the other files as they were at first."""
        repository = self.repository(source)
        answers = _Answers(repository)
        fresh: dict[_DocumentKey, _Remembered] = {}
        # Where a rule wants to know of all lists of the file, nothing holds once any text is another.
        asks_for_all = False

        def check_document(
            placed: Placed,
            rules: list[Rule],
            kinds: KnownKinds,
            options: Options,
            around: Repository,
            facts: FileFacts,
        ) -> DocumentResult:
            nonlocal asks_for_all
            document = placed.document
            if facts is not NOTHING or loses_others(document):
                # What charts say of a file, and what is lost behind a document, may change with any text in it.
                return check(placed, rules, kinds, options, around, facts)
            key = _key(document)
            known = fresh.get(key) or self._remembered.get(key)
            moves = known.moves(document, answers) if known else None
            if known is None or moves is None:
                repository.lookups.clear()
                checked = check(placed, rules, kinds, options, around)
                lookups = repository.lookups - {()}
                asks_for_all = asks_for_all or (not repository.is_whole and lookups != repository.lookups)
                known = _Remembered(document, checked, {words: answers.places(words) for words in lookups})
            else:
                checked = moves.checked(known.checked)
            # `ignore-file` covers what is around its document, and must stand above all others.
            if FILE_SCOPE not in key.text and not asks_for_all:
                fresh[key] = known
            return checked

        result = lint(source, self._options, repository, check_document)
        self._remembered = fresh
        return result

    def repository(self, source: Source) -> Repository:
        """The files as rules see them that look at this one."""
        return self._around.with_source(source) if self._around else Repository([source], is_whole=False)


class _Answers:
    """The documents that look-ups find in a repository, each look-up made once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._found: dict[Words, list[DocumentPlace]] = {}

    def places(self, words: Words) -> list[DocumentPlace]:
        """The documents that hold all these words, in order."""
        if words not in self._found:
            self._found[words] = list(self._repository.places(*words))
        return self._found[words]


class _Remembered(NamedTuple):
    """What a document gave, and the documents that answered its look-ups."""

    document: Document
    checked: DocumentResult
    answers: dict[Words, list[DocumentPlace]]

    def moves(self, document: Document, answers: _Answers) -> _Moves | None:
        """Where its places are now; None where a look-up finds other texts now."""
        moves = _Moves(self.document.source, document, document.span.start - self.document.span.start)
        for words, places in self.answers.items():
            now = answers.places(words)
            if len(now) != len(places):
                return None
            for old, new in zip(places, now, strict=True):
                if old.source is not new.source and (old.source.path != new.source.path or _text(old) != _text(new)):
                    return None
                if old.source is self.document.source:
                    moves.others.append((old.piece.span, new.piece.span.start - old.piece.span.start))
        return moves


class _Moves:
    """From spans in the text as it was to spans in the text as it is."""

    def __init__(self, before: Source, document: Document, distance: int) -> None:
        self._before = before
        self._now = document.source
        self._number = document.number
        self._distance = distance
        #: Spans of other documents of the file, and how far each has moved.
        self.others: list[tuple[Span, int]] = []

    def checked(self, checked: DocumentResult) -> DocumentResult:
        """The same with everything where it is now, and the document's own suppressions not applied yet."""
        return DocumentResult(
            findings=[*map(self._finding, checked.findings)],
            suppressions=[replace(self._suppression(item), used=False) for item in checked.suppressions],
            suppressed=[Suppressed(self._finding(item), self._suppression(by)) for item, by in checked.suppressed],
            inner_suppressions=[*map(self._suppression, checked.inner_suppressions)],
            pods=checked.pods,
            objects=[*map(self._object, checked.objects)],
            placeholders=[*map(self._own, checked.placeholders)],
            templates=[*map(self._own, checked.templates)],
            pieces=[*map(self._own, checked.pieces)],
            texts=[*map(self._own, checked.texts)],
            writes=[*map(self._own, checked.writes)],
            scripts=[*map(self._own, checked.scripts)],
        )

    def _finding(self, finding: Diagnostic) -> Diagnostic:
        return replace(
            finding,
            source=self._now,
            span=self._own(finding.span),
            document=self._number,
            related=tuple(map(self._related, finding.related)),
            fix=self._fix(finding.fix) if finding.fix else None,
        )

    def _object(self, item: CheckedObject) -> CheckedObject:
        return item._replace(source=self._now, document=self._number, pods=tuple(map(self._pod, item.pods)))

    def _pod(self, pod: CheckedPod) -> CheckedPod:
        return pod._replace(entries=tuple(entry._replace(span=self._own(entry.span)) for entry in pod.entries))

    def _fix(self, fix: Fix) -> Fix:
        edits = tuple(edit._replace(span=self._own(edit.span)) for edit in fix.edits)
        scope, fills = (span if span is None else self._own(span) for span in (fix.scope, fix.fills))
        return replace(fix, edits=edits, scope=scope, fills=fills)

    def _related(self, related: Related) -> Related:
        if related.source is None:
            return replace(related, span=self._own(related.span))
        if related.source is not self._before:
            return related
        for span, distance in self.others:
            if span.start <= related.span.start <= related.span.end <= span.end:
                return replace(related, span=_shifted(related.span, distance), source=self._now)
        return replace(related, span=self._own(related.span), source=self._now)

    def _suppression(self, item: Suppression) -> Suppression:
        return replace(item, span=self._own(item.span), scopes=[*map(self._own, item.scopes)])

    def _own(self, span: Span) -> Span:
        return _shifted(span, self._distance)


def _shifted(span: Span, distance: int) -> Span:
    return Span(span.start + distance, span.end + distance)


def _text(place: DocumentPlace) -> str:
    return place.source.cut(place.piece.span)


class _DocumentKey(NamedTuple):
    """All that a document's findings rest on, but for other documents; `inset` is where in `text` it begins.

    New lines of a fix end as those of the file do, and a file that is not valid in its encoding is not fixed.
    """

    language: str
    inset: int
    text: str
    line_break: str
    is_valid: bool


def _key(document: Document) -> _DocumentKey:
    """The document with the separator line above it, and with the one below it if kubectl stops there."""
    opening, problem, source = document.piece.opening, document.piece.problem, document.source
    start = opening.start if opening else document.span.start
    end = problem.span.end if problem else document.span.end
    text = source.cut(Span(start, end))
    return _DocumentKey(document.piece.language, document.span.start - start, text, source.line_break, source.is_valid)
