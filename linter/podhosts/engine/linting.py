"""The pure core: a source in, findings out. Nothing here prints, exits or reads files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Part, whole
from podhosts.engine.charts import chart_report
from podhosts.engine.checking import DocumentResult, check
from podhosts.engine.overlays import overlay_findings, overlays_affect
from podhosts.engine.relocating import relocated, relocated_suppressed
from podhosts.engine.results import Options, Result, Unread
from podhosts.engine.suppressing import suppress, unused
from podhosts.helm import NOTHING
from podhosts.interpret import relevant_documents, results_of_parts
from podhosts.kubernetes import KnownKinds
from podhosts.pages.blocks import is_page
from podhosts.pages.documents import code_blocks
from podhosts.records import replace
from podhosts.repository import Repository
from podhosts.rules import RULES
from podhosts.rules.build_error import BuildError
from podhosts.rules.syntax_error import SyntaxErrorRule
from podhosts.rules.unprinted_host_aliases import UnprintedHostAliases
from podhosts.source import Span
from podhosts.triggers import mentions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document.large_lists import LargeList
    from podhosts.engine.charts import ChartReport
    from podhosts.helm import FileFacts
    from podhosts.kustomize.overlays import OverlayReport
    from podhosts.placed import Placed
    from podhosts.rules import Rule, Settings
    from podhosts.source import Source
    from podhosts.suppressions import Suppression

    DocumentCheck = Callable[[Placed, list[Rule], KnownKinds, Options, Repository, FileFacts], DocumentResult]


#: The folder of a chart's templates in a path.
_TEMPLATES = "/templates/"
_PAGE = "a page, whose code blocks `--markdown` reads"


def default_selection() -> frozenset[str]:
    """The names of the rules that run when nothing is selected."""
    return frozenset(rule.name for rule in RULES if rule.is_default)


def lint(
    given: Source | Part, options: Options, repository: Repository | None = None, check_document: DocumentCheck = check
) -> Result:
    """Check one source, or a section of a large file; findings are sorted, without duplicates, after suppression.

    Rules that look up other objects look in `repository`, or without one in the source alone. `check_document` stands
    in for `check` where what that gave is known (`incremental`).
    """
    source = given.source if isinstance(given, Part) else given
    if isinstance(given, Part) and given.is_section:
        return _lint(source, relevant_documents(given, NOTHING), options, repository, NOTHING, check_document)
    if is_page(source.path):
        return _lint_page(source, options, repository, check_document)
    facts = repository.facts(source.path) if repository else NOTHING
    is_known = bool(facts) or (repository is not None and _is_spoken_of(source.path, repository, options.settings))
    if not is_known and not mentions(source.data):
        return Result(files=1)
    text = given if isinstance(given, Part) else whole(source)
    return _lint(source, relevant_documents(text, facts), options, repository, facts, check_document)


def _is_evaluated(path: str, repository: Repository) -> bool:
    """Whether a template, or a file of named ones, took part in an evaluation of the outermost chart that it is of.

    What it prints about hosts is known then, be it nothing, or it is told why Helm prints nothing.
    """
    if _TEMPLATES not in f"/{path}":
        return False
    home = repository.charts.home(path)
    return any(build.chart == home for build in repository.charts.builds_for(path))


def _is_spoken_of(path: str, repository: Repository, settings: Settings) -> bool:
    """Whether what is built of files has something to say about this one, whatever it mentions."""
    return overlays_affect(path, repository, settings) or bool(chart_report(path, repository, settings).findings)


def _lint_page(page: Source, options: Options, repository: Repository | None, check_document: DocumentCheck) -> Result:
    if not mentions(page.data):
        return Result(files=1)
    if not options.markdown:
        return Result(files=1, unread=[Unread(page.path, _PAGE, 1, page, Span(0, 0))])
    blocks = code_blocks(page)
    result = _lint(page, blocks.documents, options, repository, NOTHING, check_document)
    fragments = _Tally("code blocks that are not YAML by themselves")
    fragments.add(page, blocks.unreadable)
    if fragments.count:
        result.unread.append(fragments.unread())
    return result


def _lint(
    source: Source,
    documents: Iterable[Placed],
    options: Options,
    repository: Repository | None,
    facts: FileFacts,
    check_document: DocumentCheck,
) -> Result:
    repository = repository or Repository([source], is_whole=False)
    rules, kinds = _rules(options, repository)
    overlays = repository.overlays_of(source.path)
    found = Found(overlays.filled_in(source.path) if overlays is not None else frozenset())
    for placed in documents:
        found.add(placed, check_document(placed, rules, kinds, options, repository, facts))
    found.add_from_overlays(_from_overlays(source, repository, options, rules))
    report = chart_report(source.path, repository, options.settings)
    found.add_from_charts(report, options)
    if report.is_printed or report.covered or _is_evaluated(source.path, repository):
        found.forget_unread()
    found.add_unknown(report, source)
    result = conclude(found, options, sees_others=repository.is_whole)
    result.unread += _unfollowed(repository.overlay_report(source.path), source)
    return result


def check_parts(parts: Iterable[Part | LargeList], options: Options, repository: Repository) -> Found:
    """What is found in some parts of a file, before anything is suppressed: that may be done from anywhere in it."""
    rules, kinds = _rules(options, repository)
    found = Found()

    def check_one(placed: Placed) -> tuple[Placed, DocumentResult]:
        return placed.unparsed(), check(placed, rules, kinds, options, repository)

    for results in results_of_parts(parts, NOTHING, check_one):
        for placed, checked in results:
            found.add(placed, checked)
    return found


def _rules(options: Options, repository: Repository) -> tuple[list[Rule], KnownKinds]:
    near = repository.near() if options.near else repository
    rules = [
        rule(options.settings, near if rule.name in options.near else repository)
        for rule in RULES
        if rule.name in options.selected
    ]
    return rules, KnownKinds(options.settings.configured_pod_specs, repository.definitions)


def _key(finding: Diagnostic) -> tuple[str, Span]:
    """What makes two findings of one file the same."""
    return finding.rule, finding.span


class Found:
    """What was found in a file, or in parts of it, before anything is suppressed.

    Of a document with nothing to tell only the numbers are kept: a long stream has many.
    """

    def __init__(self, known: frozenset[int] = frozenset()) -> None:
        #: Where texts begin that nothing leaves open, though placeholders are in them.
        self._known = known
        self.documents = 0
        self.pods = 0
        #: The number of the large List whose items are added.
        self._list_number: int | None = None
        self._placeholders = _Tally("values that a template or placeholder decides")
        self._templates = _Tally("documents of a template that are not YAML by themselves")
        self._pieces = _Tally("documents with a list of `hostAliases` that are not valid YAML or JSON")
        self._texts = _Tally("texts in strings that mention hosts and are of no known form")
        self._writes = _Tally("writes to /etc/hosts by containers of pods that are not known")
        self._scripts = _Tally("scripts that mention /etc/hosts, for programs that are not known or not read")
        self._checked: list[tuple[Placed, DocumentResult]] = []
        #: What overlays say about documents that say nothing themselves.
        self.elsewhere: list[Diagnostic] = []

    def add(self, placed: Placed, checked: DocumentResult) -> None:
        """Add a document, without what it was read as."""
        source, piece = placed.document.source, placed.document.piece
        # The items of a large List are one document.
        if piece.item is None or piece.number != self._list_number:
            self.documents += 1
        self._list_number = piece.number if piece.item is not None else None
        self.pods += checked.pods
        self._placeholders.add(source, [span for span in checked.placeholders if span.start not in self._known])
        self._templates.add(source, checked.templates)
        self._pieces.add(source, checked.pieces)
        self._texts.add(source, checked.texts)
        self._writes.add(source, checked.writes)
        self._scripts.add(source, checked.scripts)
        if checked.says_something:
            # What was checked may be remembered, and overlays add to it.
            own = replace(checked, findings=[*checked.findings])
            self._checked.append((placed.unparsed(), own))

    def add_from_overlays(self, findings: Iterable[Diagnostic]) -> None:
        """Add what other files of the run say, unless the document that it is about says so itself."""
        by_number = {placed.document.number: checked.findings for placed, checked in self}
        told = {_key(finding) for known in by_number.values() for finding in known}
        for finding in findings:
            if _key(finding) not in told:
                told.add(_key(finding))
                by_number.get(finding.document or 0, self.elsewhere).append(finding)

    def add_from_charts(self, report: ChartReport, options: Options) -> None:
        """Add what evaluated charts say: of what they print, they alone know whether it is wrong.

        Edits stay those of the text as it is written.
        """
        told = {(finding.rule, finding.span): finding for finding in report.findings}
        refused = {span for rule, span in told if rule == BuildError.name}

        def is_kept(finding: Diagnostic) -> bool:
            if finding.rule == UnprintedHostAliases.name:
                # What Helm refuses it prints nowhere.
                return finding.span not in refused
            return _key(finding) in told or not report.knows(finding)

        for _, checked in self:
            kept = filter(is_kept, checked.findings)
            checked.findings[:] = [
                replace(finding, built=told[_key(finding)].built) if _key(finding) in told else finding
                for finding in kept
            ]
        found = [finding for _, checked in self for finding in checked.findings]
        is_broken = any(finding.rule == SyntaxErrorRule.name for finding in found)
        wrong = {finding.span.start for finding in found if finding.severity is Severity.ERROR}

        def is_said(finding: Diagnostic) -> bool:
            """Whether the text as it is written says the same by itself."""
            if finding.rule == SyntaxErrorRule.name:
                return is_broken
            return finding.rule == BuildError.name and finding.span.start in wrong

        self.add_from_overlays(
            finding for finding in report.findings if finding.rule in options.selected and not is_said(finding)
        )

    def forget_unread(self) -> None:
        """Forget what the text alone leaves open: it is known what the template prints."""
        for tally in (self._placeholders, self._templates, self._pieces):
            tally.clear()

    def add_unknown(self, report: ChartReport, source: Source) -> None:
        """Count the values that evaluated charts print and nobody knows."""
        self._placeholders.add(source, report.unknown)

    def extend(self, other: Found) -> None:
        """Add what was found in other parts of the file, wherever they stand in it."""
        self.documents += other.documents
        self.pods += other.pods
        self._placeholders.extend(other._placeholders)
        self._templates.extend(other._templates)
        self._pieces.extend(other._pieces)
        self._texts.extend(other._texts)
        self._writes.extend(other._writes)
        self._scripts.extend(other._scripts)
        both = [*self._checked, *other._checked]
        self._checked = sorted(both, key=lambda checked: checked[0].document.source.start.offset)

    def unread(self) -> list[Unread]:
        """What of the documents could not be read."""
        tallies = (self._placeholders, self._templates, self._pieces, self._texts, self._writes, self._scripts)
        return [tally.unread() for tally in tallies if tally.count]

    def __iter__(self) -> Iterator[tuple[Placed, DocumentResult]]:
        """The documents that have something to tell, in order."""
        return iter(self._checked)


def conclude(found: Found, options: Options, *, sees_others: bool) -> Result:
    """What is left of a file's findings after suppression and selection, sorted."""
    result = Result(files=1, documents=found.documents, pods=found.pods, unread=found.unread())
    file_wide: list[Suppression] = []
    for _, checked in found:
        result.objects += checked.objects
        file_wide += [item for item in checked.suppressions if item.is_file_wide]
    of_documents: list[tuple[Placed, DocumentResult, Result]] = []
    for placed, checked in found:
        told = Result(suppressed=[*checked.suppressed])
        suppress(checked.findings, [*checked.suppressions, *file_wide], options, told)
        of_documents.append((placed, checked, told))
    suppress(found.elsewhere, file_wide, options, result)
    # A suppression of the whole file is used if it is in any document.
    for placed, checked, told in of_documents:
        if options.use_suppressions and checked.is_manifest:
            suppressions = [*checked.suppressions, *checked.inner_suppressions]
            told.findings += unused(placed.document, suppressions, options, sees_others=sees_others)
        result.findings += relocated(told.findings, placed)
        result.suppressed += relocated_suppressed(told.suppressed, placed)
    result.findings = _select(result.findings, options)
    result.sort()
    return result


def _select(findings: list[Diagnostic], options: Options) -> list[Diagnostic]:
    return [
        replace(finding, severity=options.severities[finding.rule]) if finding.rule in options.severities else finding
        for finding in findings
        if finding.rule in options.selected and not _is_allowed(finding, options)
    ]


def _is_allowed(finding: Diagnostic, options: Options) -> bool:
    names = options.allowed.get(finding.rule)
    return names is not None and finding.source.cut(finding.span).strip("\"'") in names


def _from_overlays(source: Source, repository: Repository, options: Options, rules: list[Rule]) -> Iterator[Diagnostic]:
    """What other files of the run say about this one."""
    if repository.overlay_report(source.path) is not None:
        for rule in rules:
            yield from rule.check_source(source)
    for finding in overlay_findings(source, repository, options.settings):
        if finding.rule in options.selected:
            yield finding


def _unfollowed(report: OverlayReport | None, source: Source) -> Iterator[Unread]:
    """The references of a kustomization that lead elsewhere, by reason."""
    tallies: dict[str, _Tally] = {}
    for item in report.unfollowed if report is not None else ():
        tallies.setdefault(item.reason, _Tally(item.reason)).add(source, [item.place.span])
    return (tally.unread() for tally in tallies.values())


class _Tally:
    """Counts places of one kind in a file, and keeps the first."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.count = 0
        self._first: tuple[Source, Span] | None = None

    def add(self, source: Source, spans: list[Span]) -> None:
        """Count places in a source: the file or a part of it."""
        if spans:
            self.count += len(spans)
            self._note(source, min(spans))

    def extend(self, other: _Tally) -> None:
        """Count what was counted in other parts of the file, wherever they stand in it."""
        self.count += other.count
        if other._first is not None:
            self._note(*other._first)

    def _note(self, source: Source, span: Span) -> None:
        if self._first is None or (source.start, span) < (self._first[0].start, self._first[1]):
            self._first = (source, span)

    def clear(self) -> None:
        """Forget what was counted."""
        self.count = 0
        self._first = None

    def unread(self) -> Unread:
        """What was counted, as a part of a result; at least one place."""
        assert self._first is not None
        source, span = self._first
        return Unread(source.path, self.reason, self.count, source, span)
