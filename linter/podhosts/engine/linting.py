"""The pure core: a source in, findings out. Nothing here prints, exits or reads files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podhosts.code_blocks import code_blocks, is_page
from podhosts.document import Document, Piece, split
from podhosts.engine.checking import Checked, check
from podhosts.engine.overlays import concerns, overlay_findings
from podhosts.engine.results import Options, Result, Unread
from podhosts.engine.silencing import silence, unused
from podhosts.helm import NOTHING
from podhosts.kubernetes import KnownKinds
from podhosts.rules import RULES
from podhosts.source import Span
from podhosts.suppressions import MARK, Suppression
from podhosts.triggers import mentions
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.helm import FileFacts
    from podhosts.kustomize.overlays import Told
    from podhosts.rules import Rule
    from podhosts.source import Source

    DocumentCheck = Callable[[Document, list[Rule], KnownKinds, Options, FileFacts], Checked]

_BLOCK_CHARACTERS = 1 << 16


def default_selection() -> frozenset[str]:
    """The names of the rules that run when nothing is selected."""
    return frozenset(rule.name for rule in RULES if rule.is_default)


def lint(
    source: Source, options: Options, workspace: Workspace | None = None, check_document: DocumentCheck = check
) -> Result:
    """Check one source; findings are sorted, without duplicates, after suppression.

    Rules that look up other objects look in `workspace`, or without one in the source alone. `check_document` stands
    in for `check` where what that gave is known (`incremental`).
    """
    if options.markdown and is_page(source.path) and mentions(source.data):
        return _lint_page(source, options, workspace, check_document)
    facts = workspace.facts(source.path) if workspace else NOTHING
    is_known = bool(facts) or (workspace is not None and concerns(source.path, workspace, options.settings))
    if not is_known and not mentions(source.data):
        return Result(files=1)
    return _lint(source, _relevant(source, facts), options, workspace, facts, check_document)


def _lint_page(page: Source, options: Options, workspace: Workspace | None, check_document: DocumentCheck) -> Result:
    blocks = code_blocks(page)
    result = _lint(blocks.source, blocks.documents, options, workspace, NOTHING, check_document)
    # People see the page as it is, not what AsciiDoc's marks were masked by; a page is not repaired.
    result.findings = [replace(finding, source=page, fix=None) for finding in result.findings]
    result.suppressed = [item._replace(finding=replace(item.finding, source=page)) for item in result.suppressed]
    fragments = _Tally("code blocks that are not YAML by themselves")
    fragments.add(blocks.unreadable)
    if fragments.count:
        result.unread.append(fragments.unread(page))
    return result


def _lint(
    source: Source,
    documents: Iterable[Document],
    options: Options,
    workspace: Workspace | None,
    facts: FileFacts,
    check_document: DocumentCheck,
) -> Result:
    result = Result(files=1)
    workspace = workspace or Workspace([source], is_whole=False)
    rules = [rule(options.settings, workspace) for rule in RULES if rule.name in options.selected]
    kinds = KnownKinds(options.settings.house_paths, workspace.definitions)
    file_wide: list[Suppression] = []
    per_document: dict[int, tuple[Document | None, Checked]] = {}
    placeholders = _Tally("values that a template or placeholder decides")
    templates = _Tally("documents of a template that are not YAML by themselves")
    for document in documents:
        result.documents += 1
        checked = check_document(document, rules, kinds, options, facts)
        result.pods += checked.pods
        result.objects += checked.objects
        result.suppressed += checked.suppressed
        placeholders.add(checked.placeholders)
        templates.add(checked.templates)
        file_wide += [item for item in checked.silencers if item.is_file_wide]
        # A copy, as overlays add to it: what was checked may be remembered.
        per_document[document.number] = (document, replace(checked, findings=[*checked.findings]))
    for finding in _from_overlays(source, workspace, options, rules):
        _, checked = per_document.setdefault(finding.document or 0, (None, Checked()))
        if all((finding.rule, finding.span) != (other.rule, other.span) for other in checked.findings):
            checked.findings.append(finding)
    result.unread += [tally.unread(source) for tally in (placeholders, templates) if tally.count]
    result.unread += _unfollowed(workspace.told(source.path), source)
    for _, checked in per_document.values():
        silence(checked.findings, [*checked.silencers, *file_wide], options, result)
    if options.use_suppressions:
        for read, checked in per_document.values():
            silencers = [*checked.silencers, *checked.inner_silencers]
            result.findings += unused(read, silencers, options, sees_others=workspace.is_whole) if read else ()
    result.findings = _select(result.findings, options)
    result.sort()
    return result


def _relevant(source: Source, facts: FileFacts) -> Iterator[Document]:
    """The documents to read: those that mention hosts, and those at which kubectl would stop and lose the others.

    Where charts know more of the file: all documents of a values file, and of a file of named templates those.

    Neighbours are searched together first: in a long stream hardly one of them matters.
    """
    if facts.fragments and not facts.problems:
        for number, span in enumerate(sorted(facts.fragments), 1):
            yield Document(source, Piece(number, span, "yaml"))
        return
    pieces = split(source.text)
    has_suppressions = MARK in source.text
    begin = 0
    while begin < len(pieces):
        end = begin + 1
        while end < len(pieces) and pieces[end].span.end - pieces[begin].span.start < _BLOCK_CHARACTERS:
            end += 1
        block = pieces[begin:end]
        may_mention = end - begin == 1 or _is_mentioned(source, Span(block[0].span.start, block[-1].span.end))
        for piece in block:
            stops = (
                bool(facts.lists or facts.problems)
                or piece.problem is not None
                or source.text.startswith("%", piece.span.start)
            )
            stops = stops or (has_suppressions and source.text.find(MARK, *piece.span) >= 0)
            if stops or (may_mention and _is_mentioned(source, piece.span)):
                yield Document(source, piece)
        begin = end


def _is_mentioned(source: Source, span: Span) -> bool:
    return mentions(source.cut(span).encode("utf-8", "surrogatepass"))


def _select(findings: list[Diagnostic], options: Options) -> list[Diagnostic]:
    return [
        replace(finding, severity=options.severities[finding.rule]) if finding.rule in options.severities else finding
        for finding in findings
        if finding.rule in options.selected and not _is_allowed(finding, options)
    ]


def _is_allowed(finding: Diagnostic, options: Options) -> bool:
    names = options.allowed.get(finding.rule)
    return names is not None and finding.source.cut(finding.span).strip("\"'") in names


def _from_overlays(source: Source, workspace: Workspace, options: Options, rules: list[Rule]) -> Iterator[Diagnostic]:
    """What other files of the run say about this one."""
    if workspace.told(source.path) is not None:
        for rule in rules:
            yield from rule.check_source(source)
    for finding in overlay_findings(source, workspace, options.settings):
        if finding.rule in options.selected:
            yield finding


def _unfollowed(told: Told | None, source: Source) -> Iterator[Unread]:
    """The references of a kustomization that lead elsewhere, by reason."""
    tallies: dict[str, _Tally] = {}
    for item in told.unfollowed if told is not None else ():
        tallies.setdefault(item.reason, _Tally(item.reason)).add([item.place.span])
    return (tally.unread(source) for tally in tallies.values())


class _Tally:
    """Counts places of one kind and keeps the first."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.count = 0
        self.first: Span | None = None

    def add(self, spans: list[Span]) -> None:
        self.count += len(spans)
        if spans:
            self.first = min([*spans, self.first] if self.first else spans)

    def unread(self, source: Source) -> Unread:
        return Unread(source.path, self.reason, self.count, source, self.first)
