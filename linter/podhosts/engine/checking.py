"""One document checked by the rules, with all the documents in its strings."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from podhosts.diagnostics import MOST_RELATED, Diagnostic, Related
from podhosts.document import nodes
from podhosts.embedded import Embedded
from podhosts.engine.checked import checked_objects
from podhosts.engine.dispatch import run_rules
from podhosts.engine.loose_scripts import loose_writes, unread_scripts
from podhosts.engine.relocating import relocate_span, relocate_suppression, relocated, relocated_suppressed
from podhosts.engine.results import CheckedObject, Options, Result, Suppressed
from podhosts.engine.suppressing import complaints, suppress
from podhosts.helm import NOTHING
from podhosts.helm.partials import NamedTemplate
from podhosts.interpret import interpret
from podhosts.kubernetes import (
    concerns_hosts,
    holds_list,
    is_broken_by_template,
    is_broken_piece,
)
from podhosts.kubernetes.generated_files import is_corefile
from podhosts.kubernetes.loose_mounts import LooseMounts
from podhosts.patterns import regex
from podhosts.records import field, record, replace
from podhosts.suppressions import Suppression, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.document import Document, Node
    from podhosts.helm import FileFacts
    from podhosts.interpret import Interpreted
    from podhosts.kubernetes import KnownKinds
    from podhosts.placed import Placed
    from podhosts.repository import Repository
    from podhosts.rules import Rule
    from podhosts.source import Span

#: The comment that `helm template` puts above each object it prints.
_ORIGIN = regex(r"(?:(?:---|#(?! Source:)).*\r?\n|[ \t]*\r?\n)*# Source: (\S+/templates/\S+)[ \t]*\r?$", re.MULTILINE)


@record(slots=True)
class DocumentResult:
    """What one document gave. Its own suppressions (`suppressions`) have not been applied to the findings yet.

    `suppressed` and `inner_suppressions` are those of documents in its strings, at their places in this one.
    """

    findings: list[Diagnostic] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    inner_suppressions: list[Suppression] = field(default_factory=list)
    pods: int = 0
    #: False for a piece of one, such as an entry on a page: rules see nothing in it, so a suppression may be needed.
    is_manifest: bool = True
    #: Filled where a report lists what was checked.
    objects: list[CheckedObject] = field(default_factory=list)
    #: Values, and whole documents, that a template or placeholder decides.
    placeholders: list[Span] = field(default_factory=list)
    templates: list[Span] = field(default_factory=list)
    #: Documents that no rule speaks of, and that hold a list that cannot be read.
    pieces: list[Span] = field(default_factory=list)
    #: Where texts in strings mention hosts that are of no known form.
    texts: list[Span] = field(default_factory=list)
    #: Where containers in no known pod change the hosts file.
    writes: list[Span] = field(default_factory=list)
    #: Where scripts for programs that are not known or not read speak of the hosts file.
    scripts: list[Span] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        """Whether there is more to report of the document than numbers."""
        told = (self.findings, self.suppressions, self.suppressed, self.inner_suppressions, self.objects)
        return any(told)


def check(
    placed: Placed,
    rules: list[Rule],
    kinds: KnownKinds,
    options: Options,
    repository: Repository,
    facts: FileFacts = NOTHING,
) -> DocumentResult:
    """Check a document and what is in its strings, down to a few levels of strings in strings.

    `repository` are the files of the run, `facts` what its charts know of the document's file.
    """
    found = [
        (interpreted, _check(interpreted, rules, kinds, options, repository, facts))
        for interpreted in interpret(placed, kinds, facts)
    ]
    by_document = dict(found)
    # Innermost first: what is suppressed in a string is suppressed further out, too.
    for interpreted, checked in reversed(found):
        if interpreted.outer is not None:
            _move_out(checked, interpreted.placed, by_document[interpreted.outer], options)
    return found[0][1]


def _check(
    interpreted: Interpreted,
    rules: list[Rule],
    kinds: KnownKinds,
    options: Options,
    repository: Repository,
    facts: FileFacts,
) -> DocumentResult:
    """Check a document without what is in its strings."""
    checked = DocumentResult()
    placed = interpreted.placed
    if not interpreted.is_checked:
        if isinstance(placed, Embedded) and placed.mention is not None:
            checked.texts.append(placed.mention)
        return checked
    document, manifests, pods = interpreted.document, interpreted.objects, interpreted.pods
    is_refused = any(document.span.start <= problem.span.start < document.span.end for problem in facts.problems)
    if document.problem is not None and not is_refused and is_broken_by_template(document):
        is_listed = holds_list(document.text) or _is_listed(document, repository)
        if not isinstance(placed, NamedTemplate) and concerns_hosts(document, kinds, is_listed=is_listed):
            checked.templates.append(document.problem.span)
        return checked
    if is_broken_piece(document) and not concerns_hosts(document, kinds, is_listed=_is_listed(document, repository)):
        assert document.problem is not None  # else it would not be broken
        checked.pieces.append(document.problem.span)
    checked.pods = sum(not isinstance(pod, LooseMounts) for pod in pods)
    has_kind = any(manifest.kind is not None for manifest in manifests)
    checked.is_manifest = document.root is None or has_kind or bool(pods) or is_corefile(document.source.path)
    if options.lists_objects:
        checked.objects += checked_objects(interpreted)
    # What is not known of a named template is told where it is used.
    if not isinstance(placed, NamedTemplate) and (
        not document.actions or concerns_hosts(document, kinds, is_listed=_is_listed(document, repository))
    ):
        checked.placeholders += interpreted.unknown_values()
    checked.writes += loose_writes(interpreted)
    checked.scripts += unread_scripts(interpreted)
    checked.findings += _with_alias_uses(document, run_rules(interpreted, rules))
    if origin := _ORIGIN.match(document.text):
        checked.findings = [
            replace(finding, message=f"{finding.message} (rendered from {origin[1]})") for finding in checked.findings
        ]
    checked.suppressions, mistakes = suppressions(document, manifests, pods)
    checked.findings += complaints(document, checked.suppressions, mistakes, options)
    return checked


def _is_listed(document: Document, repository: Repository) -> bool:
    """Whether a document is meant for Helm, Kustomize or another program that makes manifests of it."""
    return document.is_embedded or repository.reader(document.source.path) is not None


def _move_out(checked: DocumentResult, placed: Placed, outer: DocumentResult, options: Options) -> None:
    """Add to what the outer document gave what one in its strings did, at its places there."""
    told = Result()
    suppress(checked.findings, checked.suppressions, options, told)
    outer.findings += relocated(told.findings, placed)
    outer.suppressed += relocated_suppressed([*told.suppressed, *checked.suppressed], placed)
    found = [*checked.suppressions, *checked.inner_suppressions]
    outer.inner_suppressions += (relocate_suppression(item, placed) for item in found)
    outer.pods += checked.pods
    outer.objects += checked.objects
    outer.placeholders += (relocate_span(span, placed) for span in checked.placeholders)
    outer.templates += (relocate_span(span, placed) for span in checked.templates)
    outer.pieces += (relocate_span(span, placed) for span in checked.pieces)
    outer.texts += (relocate_span(span, placed) for span in checked.texts)
    outer.writes += (relocate_span(span, placed) for span in checked.writes)
    outer.scripts += (relocate_span(span, placed) for span in checked.scripts)


def _with_alias_uses(document: Document, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings; those behind an anchor with each `*alias` that brings the text to a further place."""
    if "&" not in document.text:
        return list(findings)
    anchored = sorted((node for node in nodes(document.root) if node.shared), key=lambda node: (node.start, -node.end))
    if not anchored:
        return list(findings)
    result: list[Diagnostic] = []
    around: list[Node] = []
    position = 0
    uses: tuple[Related, ...] = ()
    used_by: list[Node] = []
    # One sweep over both, sorted: `around` holds the anchored nodes that are open at the finding.
    for finding in sorted(findings, key=lambda finding: finding.span):
        while position < len(anchored) and anchored[position].start <= finding.span.start:
            around.append(anchored[position])
            position += 1
        around = [node for node in around if node.end > finding.span.start]
        inside = [node for node in around if node.end >= finding.span.end]
        if inside != used_by:
            used_by = inside
            spans = islice(chain.from_iterable(node.shared for node in inside), MOST_RELATED)
            uses = tuple(Related(use, "also used here") for use in spans)
        count = sum(len(node.shared) for node in inside)
        result.append(finding.with_related(uses, count - len(uses)) if uses else finding)
    return result
