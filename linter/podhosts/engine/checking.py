"""One document checked by the rules, with all the documents in its strings."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from podhosts.diagnostics import MOST_RELATED, Diagnostic, Related
from podhosts.document import Document, Scalar, Sequence, nodes
from podhosts.embedded import MOST_LEVELS, embedded_documents
from podhosts.engine.checked import checked_objects
from podhosts.engine.results import CheckedObject, Options, Result, Suppressed
from podhosts.engine.silencing import complaints, silence
from podhosts.helm import NOTHING
from podhosts.helm.known_pods import known_pods
from podhosts.kubernetes import (
    concerns_hosts,
    every_object,
    holds_list,
    is_broken_by_template,
    is_broken_piece,
    is_placeholder,
    may_hold_placeholders,
)
from podhosts.kubernetes.schemas.field_types import SCALAR_FIELDS
from podhosts.records import field, record, replace
from podhosts.suppressions import Suppression, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Node
    from podhosts.embedded import Embedded
    from podhosts.helm import FileFacts
    from podhosts.helm.following import FollowedPod
    from podhosts.kubernetes import KnownKinds, KubernetesObject, Pod
    from podhosts.rules import Rule
    from podhosts.source import Span
    from podhosts.workspace import Workspace

_POD_CHECKS = frozenset({"check_pod", "check_alias"})
#: The comment that `helm template` puts above each object it prints.
_ORIGIN = re.compile(
    r"(?:(?:---|#(?! Source:)).*\r?\n|[ \t]*\r?\n)*# Source: (\S+/templates/\S+)[ \t]*\r?$", re.MULTILINE
)


@record(slots=True)
class Checked:
    """What one document gave. Its own suppressions (`silencers`) have not been applied to the findings yet.

    `suppressed` and `inner_silencers` are those of documents in its strings, at their places in this one.
    """

    findings: list[Diagnostic] = field(default_factory=list)
    silencers: list[Suppression] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    inner_silencers: list[Suppression] = field(default_factory=list)
    pods: int = 0
    #: Filled where a report lists what was checked.
    objects: list[CheckedObject] = field(default_factory=list)
    #: Values, and whole documents, that a template or placeholder decides.
    placeholders: list[Span] = field(default_factory=list)
    templates: list[Span] = field(default_factory=list)
    #: Documents that no rule speaks of, and that hold a list that cannot be read.
    pieces: list[Span] = field(default_factory=list)


def check(
    document: Document,
    rules: list[Rule],
    kinds: KnownKinds,
    options: Options,
    workspace: Workspace,
    facts: FileFacts = NOTHING,
    level: int = 0,
) -> Checked:
    """Check a document and what is in its strings, down to a few levels of strings in strings.

    `workspace` are the files of the run, `facts` what its charts know of the document's file.
    """
    checked = Checked()
    is_refused = any(document.span.start <= problem.span.start < document.span.end for problem in facts.problems)
    if document.problem is not None and not is_refused and is_broken_by_template(document):
        is_listed = holds_list(document.text) or _is_listed(document, workspace)
        if concerns_hosts(document, kinds, is_listed=is_listed):
            checked.templates.append(document.problem.span)
        return checked
    if is_broken_piece(document) and not concerns_hosts(document, kinds, is_listed=_is_listed(document, workspace)):
        assert document.problem is not None  # else it would not be broken
        checked.pieces.append(document.problem.span)
    manifests = every_object(document)
    known = known_pods(document, manifests, kinds, facts)
    followed, found_pods = known.followed, known.others
    checked.pods = len(found_pods) + len(followed)
    if options.lists_objects and level == 0:
        checked.objects += checked_objects(manifests, found_pods)
    actions = document.actions
    if actions and not concerns_hosts(document, kinds, is_listed=_is_listed(document, workspace)):
        actions = []
    checked.placeholders += actions or _placeholders(document, found_pods)
    direct = _findings(document, manifests, found_pods, rules)
    if document.span in facts.fragments:
        # What a fix makes of a part of a list cannot be checked.
        direct = (replace(finding, fix=None) for finding in direct)
    repairable = {pod.list_start for pod in known.by_shape} if followed else set()
    checked.findings += _with_alias_uses(document, chain(direct, _followed_findings(followed, rules, repairable)))
    if origin := _ORIGIN.match(document.text):
        checked.findings = [
            replace(finding, message=f"{finding.message} (rendered from {origin[1]})") for finding in checked.findings
        ]
    checked.silencers, mistakes = suppressions(document, manifests, [*found_pods, *(found.pod for found in followed)])
    checked.findings += complaints(document, checked.silencers, mistakes, options)
    _look_inside(document, manifests, checked, rules, kinds, options, workspace, level)
    return checked


def _is_listed(document: Document, workspace: Workspace) -> bool:
    """Whether a document is meant for Helm, Kustomize or another program that makes manifests of it."""
    return document.is_embedded or workspace.reader(document.source.path) is not None


def _look_inside(
    document: Document,
    manifests: list[KubernetesObject],
    checked: Checked,
    rules: list[Rule],
    kinds: KnownKinds,
    options: Options,
    workspace: Workspace,
    level: int,
) -> None:
    """Add to `checked` what the documents in a document's strings give, at their places in it."""
    if level == MOST_LEVELS:
        return
    for inner in embedded_documents(document, manifests):
        if inner.is_checked:
            found = check(inner.document, rules, kinds, options, workspace, level=level + 1)
        else:
            found = Checked()
            _look_inside(
                inner.document,
                every_object(inner.document),
                found,
                rules,
                kinds,
                options,
                workspace,
                level + 1,
            )
        told = Result()
        silence(found.findings, found.silencers, options, told)
        checked.findings += (_outer_finding(finding, inner) for finding in told.findings)
        for finding, by in [*told.suppressed, *found.suppressed]:
            checked.suppressed.append(Suppressed(_outer_finding(finding, inner), _outer_suppression(by, inner)))
        checked.inner_silencers += (
            _outer_suppression(item, inner) for item in [*found.silencers, *found.inner_silencers]
        )
        checked.pods += found.pods
        checked.placeholders += map(inner.outer_span, found.placeholders)
        checked.templates += map(inner.outer_span, found.templates)
        checked.pieces += map(inner.outer_span, found.pieces)


def _outer_finding(finding: Diagnostic, inner: Embedded) -> Diagnostic:
    """A finding about a document in a string, at its place in the outer one."""
    holder = inner.holder
    moved = replace(
        finding,
        source=inner.outer.source,
        span=inner.outer_span(finding.span),
        document=inner.outer.number,
        item=holder.item if holder else None,
        related=tuple(_outer_related(item, inner) for item in finding.related),
        # Text of the inner document would need the indentation and escapes of the outer string.
        fix=None,
    )
    if finding.object is None or finding.field is None:
        return moved
    identity, path = inner.outer_field(finding.object, finding.field)
    return replace(moved, object=identity, field=path)


def _outer_related(related: Related, inner: Embedded) -> Related:
    if related.source not in {None, inner.document.source}:
        return related
    return Related(inner.outer_span(related.span), related.message)


def _outer_suppression(item: Suppression, inner: Embedded) -> Suppression:
    return replace(item, span=inner.outer_span(item.span), scopes=list(map(inner.outer_span, item.scopes)))


def _findings(
    document: Document, manifests: list[KubernetesObject], found_pods: list[Pod], rules: list[Rule]
) -> Iterator[Diagnostic]:
    # What is looked at outside, rules inside: what several rules ask about an object or a pod is found out once.
    for rule in rules:
        if "check_document" in rule.checks:
            yield from rule.check_document(document)
    of_objects = [rule for rule in rules if "check_object" in rule.checks]
    for manifest in manifests:
        for rule in of_objects:
            yield from rule.check_object(manifest)
    of_pods = [rule for rule in rules if rule.checks & _POD_CHECKS]
    for pod in found_pods:
        for rule in of_pods:
            yield from _pod_findings(pod, rule)


def _pod_findings(pod: Pod, rule: Rule) -> Iterator[Diagnostic]:
    if "check_pod" in rule.checks:
        yield from rule.check_pod(pod)
    if "check_alias" in rule.checks:
        for alias in pod.aliases:
            yield from rule.check_alias(alias)


def _followed_findings(
    followed: list[FollowedPod], rules: list[Rule], repairable: set[int | None]
) -> Iterator[Diagnostic]:
    """Findings about lists in a values file, each with the place where a template prints the list.

    Only what is known as a list without the chart, too, can be checked after a fix.
    """
    for found in followed:
        for rule in rules:
            printed = Related(found.use.span, "printed as `hostAliases` here", found.use.place.source)
            can_fix = found.pod.keys is None and found.pod.list_start in repairable
            for finding in _pod_findings(found.pod, rule):
                fix = finding.fix if can_fix else None
                yield replace(finding.with_related([printed]), fix=fix)


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


def _placeholders(document: Document, found_pods: list[Pod]) -> list[Span]:
    """The values of pod specs that rules would look at and that are decided elsewhere."""
    if not may_hold_placeholders(document.text):
        return []
    return [
        node.span
        for pod in found_pods
        for node in _values(pod)
        if isinstance(node, Scalar) and is_placeholder(node.text)
    ]


def _values(pod: Pod) -> list[Node | None]:
    """The values of a pod spec that rules look at."""
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
    return values
