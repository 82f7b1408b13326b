"""The pure core: a source in, findings out. Nothing here prints, exits or reads files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podhosts.diagnostics import Diagnostic, Related
from podhosts.document import Document, Part, Scalar, Sequence, nodes, whole
from podhosts.embedded import Embedded, embedded_documents
from podhosts.engine.results import Checked, Found, Result
from podhosts.engine.silencing import complaints, silence, unused
from podhosts.kubernetes import is_placeholder, is_template, objects, pods
from podhosts.kubernetes.structure import SCALAR_FIELDS
from podhosts.rules import RULES
from podhosts.source import Span
from podhosts.suppressions import MARK, suppressions
from podhosts.triggers import mentions
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Node
    from podhosts.document.large_lists import LargeList
    from podhosts.engine.results import Options
    from podhosts.kubernetes import KubernetesObject, Pod
    from podhosts.rules import Rule
    from podhosts.source import Source

_BLOCK_CHARACTERS = 1 << 16
#: How many uses of an anchor a finding names.
_MOST_USES = 100


def default_selection() -> frozenset[str]:
    """The names of the rules that run when nothing is selected."""
    return frozenset(rule.name for rule in RULES if rule.is_default)


def lint(source: Source, options: Options, workspace: Workspace | None = None) -> Result:
    """Check one source; findings are sorted, without duplicates, after suppression.

    Rules that look up other objects look in `workspace`, or without one in the source alone.
    """
    if not mentions(source.data):
        return Result(files=1)
    sees_others = workspace is not None
    found = check_parts([whole(source)], options, workspace or Workspace([source]))
    return conclude(found, options, sees_others=sees_others)


def check_parts(parts: Iterable[Part | LargeList], options: Options, workspace: Workspace) -> Found:
    """What is found in some parts of a file, before anything is silenced: that may be done from anywhere in it."""
    rules = [rule(options.settings, workspace) for rule in RULES if rule.name in options.selected]
    found = Found()
    for part in parts:
        if isinstance(part, Part):
            for document in _relevant(part):
                _check(document, rules, options, found)
        else:
            found.extend(_check_list(part, rules, options))
    return found


def _check_list(large: LargeList, rules: list[Rule], options: Options) -> Found:
    """Check a List item by item; where one of its items cannot be read alone, as a whole."""
    found = Found()
    can_be_split = not _is_wanted(large.frame())
    for source, piece in large.items(_is_wanted) if can_be_split else ():
        document = Document(source, piece)
        if document.problem is not None or document.template is not None:
            can_be_split = False
            break
        _check(document, rules, options, found)
    if can_be_split:
        found.documents = min(found.documents, 1)
        return found
    found = Found()
    _check(Document(*large.whole()), rules, options, found)
    return found


def _check(document: Document, rules: list[Rule], options: Options, found: Found) -> None:
    found.documents += 1
    if document.root is None and document.problem is not None and is_template(document.text):
        found.templates.add(document.source, document.problem.span)
        return
    manifests = list(objects(document))
    found_pods = [pod for manifest in manifests for pod in pods(manifest)]
    found.pods += len(found_pods)
    for span in document.actions or [node.span for pod in found_pods for node in _placeholders(pod)]:
        found.placeholders.add(document.source, span)
    findings = _with_alias_uses(document, _findings(document, manifests, found_pods, rules))
    for inner in embedded_documents(document):
        findings += _embedded_findings(inner, rules)
    silencers, mistakes = suppressions(document, manifests, found_pods)
    findings += complaints(document, silencers, mistakes, options)
    if findings or silencers:
        found.checked.append(Checked(document.source, findings, silencers))


def conclude(found: Found, options: Options, *, sees_others: bool) -> Result:
    """What is left of a file's findings after suppression and selection, sorted."""
    result = Result(files=1, documents=found.documents, pods=found.pods)
    result.unread += [tally.unread() for tally in (found.placeholders, found.templates) if tally.count]
    file_wide = [item for checked in found.checked for item in checked.silencers if item.is_file_wide]
    for checked in found.checked:
        silence(checked.findings, [*checked.silencers, *file_wide], options, result)
    if options.use_suppressions:
        for checked in found.checked:
            result.findings += unused(checked.source, checked.silencers, options, sees_others=sees_others)
    result.findings = _select(result.findings, options)
    result.sort()
    return result


def _relevant(part: Part) -> Iterator[Document]:
    """The documents to read: those that mention hosts, and those at which kubectl would stop and lose the others.

    Neighbours are searched together first: in a long stream hardly one of them matters.
    """
    source, pieces = part.source, part.pieces
    has_suppressions = MARK in source.text
    begin = 0
    while begin < len(pieces):
        end = begin + 1
        while end < len(pieces) and pieces[end].span.end - pieces[begin].span.start < _BLOCK_CHARACTERS:
            end += 1
        block = pieces[begin:end]
        may_mention = end - begin == 1 or _is_mentioned(source, Span(block[0].span.start, block[-1].span.end))
        for piece in block:
            stops = piece.problem is not None or source.text.startswith("%", piece.span.start)
            stops = stops or (has_suppressions and source.text.find(MARK, *piece.span) >= 0)
            if stops or (may_mention and _is_mentioned(source, piece.span)):
                yield Document(*part.own(piece))
        begin = end


def _is_mentioned(source: Source, span: Span) -> bool:
    return mentions(source.cut(span).encode("utf-8", "surrogatepass"))


def _is_wanted(data: bytes) -> bool:
    """Whether a part of a List mentions hosts or silences findings."""
    return mentions(data) or MARK.encode() in data


def _embedded_findings(inner: Embedded, rules: list[Rule]) -> Iterator[Diagnostic]:
    """Findings about a manifest inside a string, at their places in the outer file."""
    manifests = list(objects(inner.document))
    found_pods = [pod for manifest in manifests for pod in pods(manifest)]
    for finding in _findings(inner.document, manifests, found_pods, rules):
        yield replace(
            finding,
            source=inner.outer.source,
            span=inner.outer_span(finding.span),
            document=inner.outer.number,
            item=None,
            related=tuple(_in_outer_file(item, inner) for item in finding.related),
            # Text of the inner manifest would need the indentation and escapes of the outer string.
            fix=None,
        )


def _in_outer_file(related: Related, inner: Embedded) -> Related:
    if related.source not in {None, inner.document.source}:
        return related
    return Related(inner.outer_span(related.span), related.message)


def _findings(
    document: Document, manifests: list[KubernetesObject], found_pods: list[Pod], rules: list[Rule]
) -> Iterator[Diagnostic]:
    for rule in rules:
        yield from rule.check_document(document)
        for manifest in manifests:
            yield from rule.check_object(manifest)
        for pod in found_pods:
            yield from rule.check_pod(pod)
            for alias in pod.aliases:
                yield from rule.check_alias(alias)


def _with_alias_uses(document: Document, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings; those behind an anchor with each `*alias` that brings the text to a further place."""
    if "*" not in document.text:
        return list(findings)
    anchored = sorted((node for node in nodes(document.root) if node.shared), key=lambda node: (node.start, -node.end))
    if not anchored:
        return list(findings)
    result: list[Diagnostic] = []
    around: list[Node] = []
    position = 0
    # One sweep over both, sorted: `around` holds the anchored nodes that are open at the finding.
    for finding in sorted(findings, key=lambda finding: finding.span):
        while position < len(anchored) and anchored[position].start <= finding.span.start:
            around.append(anchored[position])
            position += 1
        around = [node for node in around if node.end > finding.span.start]
        inside = [node for node in around if node.end >= finding.span.end]
        uses = [Related(use, "also used here") for node in inside for use in node.shared[:_MOST_USES]]
        result.append(replace(finding, related=(*finding.related, *uses)) if uses else finding)
    return result


def _placeholders(pod: Pod) -> Iterator[Node]:
    """The values of a pod spec that rules would look at and that are decided elsewhere."""
    values: list[Node | None] = [pod.spec.get(name) for name in (pod.list_field, *SCALAR_FIELDS)]
    items = pod.spec.get(pod.list_field)
    values += items.items if isinstance(items, Sequence) else []
    for alias in pod.aliases:
        values.append(alias.ip_node)
        names = alias.hostnames_node
        values += names.items if isinstance(names, Sequence) else [names]
    for container in pod.containers:
        values += [mount.mount_path_node for mount in container.mounts]
    values += [volume.host_path_node for volume in pod.volumes]
    for node in values:
        if isinstance(node, Scalar) and is_placeholder(node.text):
            yield node


def _select(findings: list[Diagnostic], options: Options) -> list[Diagnostic]:
    return [
        replace(finding, severity=options.severities[finding.rule]) if finding.rule in options.severities else finding
        for finding in findings
        if finding.rule in options.selected and not _is_allowed(finding, options)
    ]


def _is_allowed(finding: Diagnostic, options: Options) -> bool:
    names = options.allowed.get(finding.rule)
    return names is not None and finding.source.cut(finding.span).strip("\"'") in names
