from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import CREATE_AND_APPLY, Diagnostic, Severity, Words
from podhosts.document import TOO_DEEP
from podhosts.kubernetes import concerns_hosts, is_broken_by_template
from podhosts.patterns import regex
from podhosts.repository import Reader
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Request
    from podhosts.document import Document, Problem
    from podhosts.source import Span


_REFUSED_CHART = "Helm refuses the whole chart"
#: What becomes of a file that kubectl never sees.
_REFUSALS = {
    Reader.HELM_VALUES: "Helm cannot load these values and renders nothing",
    Reader.HELM_TEMPLATE: _REFUSED_CHART,
    Reader.KUSTOMIZATION: "Kustomize cannot read this file and builds nothing",
    Reader.KUSTOMIZE_INPUT: "Kustomize refuses to build what lists this file",
}


#: A key of an entry, or the list's, with its value and no colon between them.
_WITHOUT_COLON = regex(r"[ \t]*(?:- +)*(hostAliases|hostnames|ip)[ \t]+[^:#\s]")


def _advice(document: Document, problem: Problem) -> str:
    """The advice about text that is no YAML, where it shows what is missing or too much; else nothing."""
    text, at = document.source.text, problem.span.start
    if text[at : at + 1] == "\t":
        return "indent it with blanks: YAML allows no tabs there"
    line = text.rfind("\n", 0, at) + 1
    before = text.rfind("\n", 0, max(line - 1, 0)) + 1
    lacking = _WITHOUT_COLON.match(text, before) or _WITHOUT_COLON.match(text, line)
    return f"add a colon after `{lacking[1]}`" if lacking is not None else ""


class SyntaxErrorRule(Rule):
    """A document that mentions hosts and cannot be read.

    Why: kubectl stops at the first document that it cannot read; those after it are not sent. podhosts lints the other
    documents all the same. Only manifests count (`apiVersion` and `kind` of what holds pods, CoreDNS' configuration or
    patches of them), and what belongs to a chart or kustomization. Documents that marks of a template (`{{ }}`, `{%
    %}`, `@NAME@`) break are listed as unread instead; but in the templates of a Helm chart, what Helm refuses (an
    action or block that is not closed, a named template that includes itself whatever the values) and lists that are
    printed with an indentation that breaks the YAML are found.
    Source: `vectors/yaml`; `helm template`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
             hostnames: [db.internal]  # expect: syntax-error

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: none; what was meant is a guess.
    """

    name = "syntax-error"
    severity = Severity.ERROR

    def check_document(self, document: Document) -> Iterator[Diagnostic]:
        if document.template is not None:
            yield from self._check_template(document)
        problem = document.problem
        if problem is None or is_broken_by_template(document):
            return
        reader = None if document.is_embedded else self.repository.reader(document.source.path)
        is_listed = document.is_embedded or reader is not None
        if not concerns_hosts(document, self.kinds, is_listed=is_listed):
            return
        refused_by: tuple[Request, ...] = ()
        if problem.message == TOO_DEEP:
            consequence = "legal, but it would take too long"
        elif document.is_embedded:
            consequence = "this string is not valid YAML, so nothing can read the object in it"
        elif reader in _REFUSALS:
            consequence = _REFUSALS[reader]
            if reader is Reader.KUSTOMIZE_INPUT and concerns_hosts(document, self.kinds, is_listed=False):
                refused_by = CREATE_AND_APPLY
        else:
            consequence = "kubectl stops here, and sends neither this document nor those after it"
            refused_by = CREATE_AND_APPLY
        encoding = document.source.foreign_encoding
        yield Diagnostic(
            rule=self.name,
            severity=self.severity,
            message=problem.message if encoding is None else f"this file is {encoding}",
            why=consequence,
            help=_advice(document, problem) if encoding is None else "store it as UTF-8",
            source=document.source,
            span=problem.span,
            document=document.number,
            refused_by=refused_by,
        )

    def _check_template(self, document: Document) -> Iterator[Diagnostic]:
        """Findings of what Helm refuses, whatever the values."""
        for problem in self.repository.charts.facts(document.source.path).problems:
            yield from self._report_inside(document, problem.span, Words(problem.message, _REFUSED_CHART))

    def _report_inside(self, document: Document, span: Span, words: Words) -> Iterator[Diagnostic]:
        if document.span.start <= span.start < document.span.end:
            yield Diagnostic(
                self.name,
                self.severity,
                words.message,
                document.source,
                span,
                document.number,
                why=words.why,
                help=words.help,
            )
