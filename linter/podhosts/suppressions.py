"""Comments and annotations that silence a rule (`contracts.md`, "Suppression")."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from podhosts.diagnostics import Words
from podhosts.document import Scalar, Sequence, nodes, written_string
from podhosts.edits import Edit
from podhosts.kubernetes import mapping
from podhosts.kubernetes.generated_files import is_corefile
from podhosts.patterns import regex
from podhosts.records import NamedTuple, record
from podhosts.source import Span
from podhosts.surgery import add_comment, commented_line, remove_comment

if TYPE_CHECKING:
    import datetime
    import re
    from collections.abc import Iterable, Iterator

    from podhosts.corefile.manifests import ManifestCorefile
    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Comment, Document, Node
    from podhosts.kubernetes import KubernetesObject, Pod

MARK = "podhosts"
ANNOTATION = "podhosts/ignore"
REASON_ANNOTATION = "podhosts/reason"
FILE_SCOPE = "ignore-file"

_COMMENT = regex(
    r"#\s*podhosts:\s*(?P<scope>ignore(?:-document|-file)?)\b(?P<bracket>\[(?P<rules>[^\]]*)\])?"
    r"\s*(?:until=(?P<until>\S+))?\s*(?P<reason>.*)"
)

#: How other linters write it: `disable=rule`, `noqa`, `skip rule`.
_FOREIGN = regex(r"#\s*podhosts:\s*(?P<word>(?:disable|enable|suppress|silence|allow)[\w-]*|noqa|nolint|skip|off)\b")

_COMMENT_TAIL = regex(r"(?:^|(?<=[ \t]))#.*")
_COREFILE_COMMENT = regex(r"(?:^|(?<=\s))#[ \t]*podhosts:.*")
_LINE = regex(r"[^\r\n]+")
#: A scope that reaches over all parts of a file.
_WHOLE_FILE = Span(0, sys.maxsize)


@record(slots=True, eq=False)
class Suppression:
    """One rule name in one comment or annotation, and where it holds."""

    rule: str
    span: Span
    by: Literal["comment", "annotation"]
    reason: str | None
    until: datetime.date | None
    #: Where a comment holds; an annotation holds for the object with `item` in its document, wherever that is written.
    scopes: list[Span]
    item: int | None = None
    is_file_wide: bool = False
    used: bool = False

    def is_expired(self, today: datetime.date | None) -> bool:
        """Whether the last day, which is included, has passed; without `today`, now (UTC)."""
        if self.until is None:
            return False
        import datetime

        return (today or datetime.datetime.now(datetime.UTC).date()) > self.until


class SuppressionIndex:
    """Suppressions by rule and place: looking one up takes no walk over all of them."""

    def __init__(self, items: Iterable[Suppression]) -> None:
        self._annotations: dict[str, list[Suppression]] = {}
        scopes: dict[str, list[tuple[int, int, int, Suppression]]] = {}
        for number, item in enumerate(items):
            if item.by == "annotation":
                self._annotations.setdefault(item.rule, []).append(item)
            else:
                for scope in item.scopes:
                    scopes.setdefault(item.rule, []).append((scope.start, scope.end, number, item))
        self._scopes = {rule: sorted(found, key=lambda scope: scope[:3]) for rule, found in scopes.items()}
        #: The furthest end of all scopes up to each one: where it lies before a place, nothing earlier reaches it.
        self._reach = {
            rule: list(accumulate((end for _, end, _, _ in found), max)) for rule, found in self._scopes.items()
        }

    def covering(self, finding: Diagnostic) -> list[Suppression]:
        """The suppressions that silence a finding, each once."""
        found = [item for item in self._annotations.get(finding.rule, ()) if item.item == finding.item]
        scopes, reach = self._scopes.get(finding.rule, []), self._reach.get(finding.rule, [])
        place = finding.span.start
        at = bisect_right(scopes, place, key=lambda scope: scope[0]) - 1
        while at >= 0 and reach[at] >= place:
            if scopes[at][1] >= place:
                found.append(scopes[at][3])
            at -= 1
        return list(dict.fromkeys(found))


@record(frozen=True, slots=True)
class MalformedSuppression:
    """A suppression that cannot be read: what is wrong, and where."""

    words: Words
    span: Span


class _Mark(NamedTuple):
    """A comment that is meant to suppress: its parts, where it is, what it covers, and why it cannot stand there."""

    match: re.Match[str]
    span: Span
    scopes: list[Span]
    misplaced: Words | None


def suppressions(
    document: Document, objects: Iterable[KubernetesObject], pods: Iterable[Pod]
) -> tuple[list[Suppression], list[MalformedSuppression]]:
    """All suppressions of a document. Those with the scope `ignore-file` hold for the whole text."""
    found: list[Suppression] = []
    mistakes: list[MalformedSuppression] = []
    opening = document.piece.opening
    if MARK not in document.text and not (opening and MARK in document.source.cut(opening)):
        return found, mistakes
    if is_corefile(document.source.path):
        marks = list(_in_corefile_of_its_own(document))
    else:
        marks = list(_in_comments(document, pods))
    mistakes.extend(_foreign(document))
    for manifest in objects:
        marks.extend(_in_corefiles(manifest))
        found.extend(_annotated(manifest))
    read, wrong = _read(marks)
    return [*found, *read], [*mistakes, *wrong]


def corefile_suppressions(document: Document) -> list[Suppression]:
    """The suppressions in the comments of a file that is a Corefile, whatever its name."""
    return _read(_in_corefile_of_its_own(document))[0] if MARK in document.text else []


def _read(marks: Iterable[_Mark]) -> tuple[list[Suppression], list[MalformedSuppression]]:
    """The suppressions that comments make, and what is wrong with the others."""
    found: list[Suppression] = []
    mistakes: list[MalformedSuppression] = []
    for match, span, scopes, misplaced in marks:
        until, problem = _date(match["until"])
        if not _names(match["rules"] or ""):
            problem = Words(
                "this suppression names no rule", help="name the rules in brackets, like `ignore[duplicate-ip]`"
            )
        if problem := misplaced or problem:
            mistakes.append(MalformedSuppression(problem, span))
            continue
        found += [
            Suppression(
                rule, span, "comment", match["reason"] or None, until, scopes, is_file_wide=match["scope"] == FILE_SCOPE
            )
            for rule in _names(match["rules"])
        ]
    return found, mistakes


def _in_comments(document: Document, pods: Iterable[Pod]) -> Iterator[_Mark]:
    wanted = [comment for comment in document.comments if MARK in comment.text]
    index = _LineIndex(document, pods) if wanted else None
    for comment in wanted:
        match = _COMMENT.match(comment.text)
        if match is None or index is None:
            continue
        is_late = match["scope"] == FILE_SCOPE and document.source.has_text_before(document.span.start)
        misplaced = Words("`ignore-file` must come before the first document") if is_late else None
        yield _Mark(match, comment.span, _scopes(match["scope"], comment, document, index), misplaced)


def _foreign(document: Document) -> Iterator[MalformedSuppression]:
    for comment in document.comments:
        if match := _FOREIGN.match(comment.text):
            words = Words(
                f"`{match['word']}` suppresses nothing", help="write `podhosts: ignore[rule-name] reason` instead"
            )
            yield MalformedSuppression(words, comment.span)


def _in_corefiles(manifest: KubernetesObject) -> Iterator[_Mark]:
    # Few documents have one, and only they pay for the reader.
    from podhosts.corefile.manifests import corefiles

    for corefile in corefiles(manifest):
        if MARK in corefile.text:
            yield from _in_corefile(corefile)


def _in_corefile_of_its_own(document: Document) -> Iterator[_Mark]:
    from podhosts.corefile.manifests import file_corefile

    corefile = file_corefile(document)
    return _in_corefile(corefile) if corefile is not None else iter(())


def _in_corefile(corefile: ManifestCorefile) -> Iterator[_Mark]:
    """Comments of a Corefile: each covers its line, on a line of its own the next one that is no comment."""
    waiting: list[tuple[re.Match[str], Span]] = []
    for line in _LINE.finditer(corefile.text):
        comment = _COREFILE_COMMENT.search(line[0])
        match = _COMMENT.match(comment[0]) if comment else None
        if comment and match:
            start = line.start() + comment.start()
            waiting.append((match, corefile.locate(Span(start, start + len(comment[0]))).span))
        if line[0].partition("#")[0].strip():
            scope = corefile.locate(Span(*line.span())).span
            yield from (_Mark(*item, [scope], _misplaced_in_corefile(item[0])) for item in waiting)
            waiting = []
    yield from (_Mark(*item, [], _misplaced_in_corefile(item[0])) for item in waiting)


def _misplaced_in_corefile(match: re.Match[str]) -> Words | None:
    if match["scope"] == "ignore":
        return None
    return Words("a comment in a Corefile covers one line", help="write `ignore[...]`")


def _scopes(scope: str, comment: Comment, document: Document, index: _LineIndex) -> list[Span]:
    if scope == FILE_SCOPE:
        return [_WHOLE_FILE]
    if scope == "ignore-document":
        return [document.span]
    return index.scopes(comment)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def removal(document: Document, item: Suppression) -> tuple[Edit, ...] | None:
    """Take a suppression's rule out of its comment, the last one with the comment.

    None for annotations and for comments of a Corefile: they are data.
    """
    comment = next((comment for comment in document.comments_in(item.span) if comment.span == item.span), None)
    match = _COMMENT.match(comment.text) if comment else None
    if comment is None or match is None or not match["rules"]:
        return None
    parts = match["rules"].split(",")
    names = [part.strip() for part in parts]
    if item.rule not in names:
        return None
    if len(_names(match["rules"])) == 1:
        return remove_comment(document, comment)
    # One name goes with one comma.
    index = names.index(item.rule)
    start = comment.span.start + match.start("rules") + sum(len(part) + 1 for part in parts[:index])
    end = start + len(parts[index])
    if index > 0:
        return (Edit(Span(start - 1, end), ""),)
    return (Edit(Span(start, end + 1 + len(parts[1]) - len(parts[1].lstrip())), ""),)


def addition(document: Document, offset: int, rule: str) -> tuple[Edit, ...] | None:
    """Silence a rule where a finding begins: one more name in a comment that is there for it, else a new comment.

    None where a comment cannot say it (`surgery.add_comment`).
    """
    line = commented_line(document, offset)
    for comment in document.comments:
        match = _COMMENT.match(comment.text)
        # What has a date may be over.
        if match is None or match["scope"] != "ignore" or not _names(match["rules"] or "") or match["until"]:
            continue
        if document.source.line_at(comment.span.start) == line - comment.own_line:
            at = comment.span.start + match.end("rules")
            return (Edit(Span(at, at), f", {rule}"),)
    return add_comment(document, offset, f"# {MARK}: ignore[{rule}]")


def _date(text: str | None) -> tuple[datetime.date | None, Words | None]:
    if text is None:
        return None, None
    import datetime

    try:
        return datetime.date.fromisoformat(text), None
    except ValueError:
        return None, Words(f"`until={text}` is not a date", help="write a date like `until=2027-03-31`")


def _annotated(manifest: KubernetesObject) -> Iterator[Suppression]:
    """Suppressions in the annotations of an object, or of the pod template in it."""
    spec = manifest.spec
    template = mapping(spec.get("template")) if spec else None
    job_template = mapping(spec.get("jobTemplate")) if spec else None
    job = mapping(job_template.get("spec")) if job_template else None
    pod_template = mapping(manifest.node.get("template"))
    for holder in (manifest.node, pod_template, template, mapping(job.get("template")) if job else None):
        metadata = mapping(holder.get("metadata")) if holder else None
        annotations = mapping(metadata.get("annotations")) if metadata else None
        node = annotations.get(ANNOTATION) if annotations else None
        text = written_string(node)
        if annotations is None or node is None or text is None:
            continue
        reason = written_string(annotations.get(REASON_ANNOTATION))
        for rule in _names(text):
            yield Suppression(rule, node.span, "annotation", reason, None, [], manifest.item)


class _LineIndex:
    """Which lines hold nodes, and what more than their own line some of them cover."""

    def __init__(self, document: Document, pods: Iterable[Pod]) -> None:
        self._source = document.source
        self._wider: dict[int, list[Span]] = {}
        lines: set[int] = set()
        for node in nodes(document.root):
            line = self._line(node.start)
            lines.add(line)
            if isinstance(node, Scalar) and node.style in {"|", ">"}:
                self._add(line, node.span)
        self._lines = sorted(lines)
        for pod in pods:
            if (entry := pod.list_entry) is not None:
                self._add(self._line(entry.key.start), entry.value.span)
                if isinstance(entry.value, Sequence):
                    for item in entry.value.items:
                        self._add(self._line(self._dash(item)), item.span)

    def _line(self, offset: int) -> int:
        return self._source.line_at(offset)

    def _add(self, line: int, span: Span) -> None:
        self._wider.setdefault(line, []).append(span)

    def _dash(self, item: Node) -> int:
        """Where an item's dash is: before it, with only blanks, breaks, comments, anchors and tags between."""
        line = self._line(item.start)
        begin = self._source.line_span(line).start
        before = self._source.text[begin : item.start]
        while True:
            words = _COMMENT_TAIL.sub("", before).split()
            while words and words[-1][0] in "&!":
                words.pop()
            if words:
                return begin if words[-1] == "-" else item.start
            line -= 1
            if line == 0:
                return item.start
            begin, end = self._source.line_span(line)
            before = self._source.text[begin:end]

    def scopes(self, comment: Comment) -> list[Span]:
        """What a comment covers: its line, or the next line with a node, and what begins there."""
        line = self._line(comment.span.start)
        if comment.own_line:
            at = bisect_left(self._lines, line)
            if at == len(self._lines):
                return []
            line = self._lines[at]
        return [self._source.line_span(line), *self._wider.get(line, [])]
