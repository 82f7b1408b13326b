"""What rules find in the objects that charts print, at the places where these are written."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.engine.dispatch import run_rules
from podhosts.engine.relocating import relocate
from podhosts.engine.samples import collisions, is_misprinted, key_of, with_samples
from podhosts.interpret import interpret
from podhosts.kubernetes import KnownKinds
from podhosts.records import NamedTuple, field, record, replace
from podhosts.rules import RULES
from podhosts.rules.build_error import BuildError, refused_chart
from podhosts.rules.duplicate_hostname import DuplicateHostname
from podhosts.rules.duplicate_key import DuplicateKey
from podhosts.rules.empty_hostnames import EmptyHostnames
from podhosts.rules.invalid_hostname import InvalidHostname
from podhosts.rules.missing_ip import MissingIp
from podhosts.rules.patch_drops_alias import replaced_list
from podhosts.rules.syntax_error import SyntaxErrorRule
from podhosts.rules.unknown_field import meant_field
from podhosts.rules.wrong_type import WrongType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.helm.building import ChartBuild
    from podhosts.helm.chart import Chart
    from podhosts.helm.printed import PrintedDocument
    from podhosts.interpret import Interpreted
    from podhosts.placed import Place, Placed
    from podhosts.repository import Repository
    from podhosts.rules import Rule, Settings
    from podhosts.source import Source, Span

#: What a build can say nothing of: it may be right where the text as it is written is not.
_OF_TEXT = frozenset({SyntaxErrorRule.name})
_NO_YAML = "what is printed here with these values is not YAML: Helm refuses the chart"
#: What these find is not there, so that nothing of it is printed: the field of an entry.
_OF_WHAT_LACKS = {EmptyHostnames.name: "hostnames", MissingIp.name: "ip"}
_BUILT_RULES = frozenset(
    rule.name for rule in RULES if rule.checks and not rule.looks_elsewhere and rule.name not in _OF_TEXT
)


class ChartReport(NamedTuple):
    """What the builds of one chart say of one file.

    `covered` are the spans that lists and specs of pods are printed from, in order and without overlaps; `unknown` are
    those of values that nobody knows. `is_printed`: the file is a template whose text is known in at least one build.
    """

    findings: list[Diagnostic]
    covered: list[Span]
    unknown: list[Span]
    is_printed: bool

    def knows(self, finding: Diagnostic) -> bool:
        """Whether the builds have looked at the text of a finding, for the same mistake.

        What two places make together they know if both are printed, be it in different builds.
        """
        others = (item.span for item in finding.related if item.source in {None, finding.source})
        return finding.rule in _BUILT_RULES and all(map(self._covers, (finding.span, *others)))

    def _covers(self, span: Span) -> bool:
        at = bisect_left(self.covered, span.start, key=lambda covered: covered.end - 1)
        return at < len(self.covered) and self.covered[at].start < span.end


def chart_report(path: str, repository: Repository, settings: Settings) -> ChartReport:
    """What the charts that a file belongs to, or that use its chart, say of it when they are evaluated."""
    found = [builds.reports(repository, settings).get(path) for builds in _builds(path, repository)]
    reports = [report for report in found if report is not None]
    by_place: dict[tuple[str, Span, str], Diagnostic] = {}
    for finding in (finding for report in reports for finding in report.findings):
        key = (finding.rule, finding.span, finding.message)
        by_place[key] = by_place.setdefault(key, finding).also_built(finding.built)
    return ChartReport(
        list(by_place.values()),
        _joined(span for report in reports for span in report.covered),
        sorted({span for report in reports for span in report.unknown}),
        any(report.is_printed for report in reports),
    )


def files_with_findings(charts: Iterable[Chart], repository: Repository, settings: Settings) -> set[str]:
    """The files in which the evaluation of some charts finds something."""
    return {
        path
        for chart in charts
        for path, report in _Builds(repository.charts.builds(chart)).reports(repository, settings).items()
        if report.findings
    }


def _builds(path: str, repository: Repository) -> list[_Builds]:
    by_chart: dict[str, list[ChartBuild]] = {}
    for build in repository.charts.builds_for(path):
        by_chart.setdefault(build.chart, []).append(build)
    return [_Builds(found) for found in by_chart.values()]


class _Builds:
    """The builds of one chart, equal only to themselves."""

    def __init__(self, builds: list[ChartBuild]) -> None:
        self.builds = builds

    def reports(self, repository: Repository, settings: Settings) -> dict[str, ChartReport]:
        """What they say, by the file that it is about."""
        return _reports(self, repository, settings) if self.builds else {}

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.builds)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Builds) and [*map(id, other.builds)] == [*map(id, self.builds)]


@lru_cache(maxsize=16)
def _reports(builds: _Builds, repository: Repository, settings: Settings) -> dict[str, ChartReport]:
    kinds = KnownKinds(settings.configured_pod_specs, repository.definitions)
    notes = _Notes()
    samples = with_samples(builds.builds[0], repository)
    misprinted = {key_of(document): document for document in samples.printed if is_misprinted(document)}
    for document in misprinted.values():
        rules: list[Rule] = [SyntaxErrorRule(settings, repository.apart(document.document.source))]
        for finding in (one for found in interpret(document, kinds, levels=0) for one in _findings(found, rules)):
            notes.add(finding, builds.builds[0])
    for build in builds.builds:
        for lost in build.lost:
            notes.add(replaced_list(lost), build)
        for text in build.printed:
            notes.at(text.source.path).is_printed = True
            rules = _rules(text.source, repository, settings)
            for document in text.documents():
                if document.document.problem is not None and key_of(document) in misprinted:
                    continue
                for interpreted in interpret(document, kinds):
                    for finding in _findings(interpreted, rules):
                        notes.add(finding, build)
                    if interpreted.placed is document:
                        notes.cover(interpreted, document)
    for stopped in samples.stopped:
        notes.add(refused_chart(stopped), builds.builds[0])
    for document in samples.printed:
        alone = repository.apart(document.document.source)
        for finding in collisions(document, kinds, DuplicateKey(settings, alone)):
            if (moved := _relocate(finding, document)) is not None and notes.knows_one_of(moved):
                notes.add(moved, builds.builds[0])
    for build in builds.builds:
        for stopped in build.stopped:
            # What is wrong by itself says it better.
            if stopped.is_told and not notes.has_error(stopped.source.path, stopped.span):
                notes.add(refused_chart(stopped), build)
    return {path: note.report() for path, note in notes.by_path.items()}


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same stretches in order, those that meet as one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = joined[-1]._replace(end=max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined


@record(slots=True)
class _Note:
    """What is known of one file."""

    findings: dict[tuple[str, Span, str], Diagnostic] = field(default_factory=dict)
    covered: dict[Span, None] = field(default_factory=dict)
    unknown: dict[Span, None] = field(default_factory=dict)
    is_printed: bool = False

    def covers(self, span: Span) -> bool:
        return any(covered.start < span.end and span.start < covered.end for covered in self.covered)

    def report(self) -> ChartReport:
        return ChartReport([*self.findings.values()], _joined(self.covered), [*self.unknown], self.is_printed)


class _Notes:
    """What is found in the builds of a chart, by file. Several builds may find the same."""

    def __init__(self) -> None:
        self.by_path: dict[str, _Note] = {}

    def at(self, path: str) -> _Note:
        return self.by_path.setdefault(path, _Note())

    def has_error(self, path: str, span: Span) -> bool:
        """Whether there is an error at a place that says by itself what is wrong there."""
        here = (one for one in self.at(path).findings.values() if one.span.start == span.start)
        return any(one.severity is Severity.ERROR and one.rule != BuildError.name for one in here)

    def add(self, finding: Diagnostic, build: ChartBuild) -> None:
        found = self.at(finding.source.path).findings
        key = (finding.rule, finding.span, finding.message)
        found[key] = found.setdefault(key, finding).also_built([build.built])

    def knows_one_of(self, finding: Diagnostic) -> bool:
        """Whether one of the places that a finding is about is printed with values of the repository."""
        first = self.at(finding.source.path).covers(finding.span)
        return first or any(self.at((item.source or finding.source).path).covers(item.span) for item in finding.related)

    def cover(self, interpreted: Interpreted, document: PrintedDocument) -> None:
        """Note the places that lists and specs of pods are printed from, and what of them is not known."""
        for pod in interpreted.pods:
            for place in document.covers(pod.spec.span):
                self.at(place.source.path).covered[place.span] = None
        for span in interpreted.unknown_values():
            if (written := document.place(span)) is not None:
                self.at(written.source.path).unknown[written.span] = None


def _rules(source: Source, repository: Repository, settings: Settings) -> list[Rule]:
    alone = repository.apart(source)
    return [rule(settings, alone) for rule in RULES if not rule.looks_elsewhere]


def _findings(interpreted: Interpreted, rules: Iterable[Rule]) -> Iterator[Diagnostic]:
    """What rules say of a document or one in its strings, where that is written."""
    for found in run_rules(interpreted, rules):
        finding: Diagnostic | None = found
        placed: Placed | None = interpreted.placed
        while placed is not None and finding is not None:
            finding = _relocate(finding, placed)
            placed = placed.outer
        if finding is not None:
            yield finding


def _relocate(finding: Diagnostic, placed: Placed) -> Diagnostic | None:
    # Imported here: few runs evaluate a chart.
    from podhosts.helm.misprints import misprint
    from podhosts.helm.printed import PrintedDocument

    if not isinstance(placed, PrintedDocument):
        return relocate(finding, placed)
    place: Place | None = None
    if finding.rule in _OF_WHAT_LACKS and (lacking := placed.lacking(finding.span)) is not None:
        place = lacking.place
        meant = [name for name in lacking.unread if meant_field(name) == _OF_WHAT_LACKS[finding.rule]]
        if len(meant) == 1:
            finding = replace(finding, help=f"rename `{meant[0]}` to the key that the template reads")
    elif finding.rule == SyntaxErrorRule.name:
        place = placed.printing_place(finding.span)
        finding = replace(finding, why=_NO_YAML, refused_by=())
        if (found := misprint(placed)) is not None:
            message, why, advice = found.words
            place, finding = found.place, replace(finding, message=message, why=why, help=advice)
    elif finding.rule == InvalidHostname.name and placed.prints_list_as_go(finding.span):
        finding = _as_go_prints(finding, placed)
    elif _repeats_itself(finding, placed):
        if finding.rule == DuplicateHostname.name:
            # Of an entry that is printed twice another rule tells.
            return None
        moved = relocate(replace(finding, related=()), placed, placed.printing_place(finding.span))
        return moved and moved.with_related(placed.values_of(finding.span))
    return relocate(finding, placed, place)


def _as_go_prints(finding: Diagnostic, placed: PrintedDocument) -> Diagnostic:
    """A name that is a whole list of names, for which a template has no `toYaml`."""
    place = placed.step(finding.span)
    action = place.source.cut(place.span) if place is not None else ""
    return replace(
        finding,
        rule=WrongType.name,
        severity=WrongType.severity,
        message=f"`{action}` prints the list as Go does, `[a b]`",
        why="YAML reads one name with a blank in it",
        help="write `{{ toYaml ... | nindent }}` or a `range`",
        refused_by=(),
    )


def _repeats_itself(finding: Diagnostic, placed: PrintedDocument) -> bool:
    """Whether something is printed several times that is written once."""
    first = next((item for item in finding.related if item.source in {None, placed.document.source}), None)
    return first is not None and placed.place(first.span) == placed.place(finding.span)
