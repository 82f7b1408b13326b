from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.diagnostics import CREATE_AND_APPLY, Diagnostic, Severity
from podhosts.document import TOO_DEEP
from podhosts.kubernetes import is_template
from podhosts.rules.base import Rule
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Request
    from podhosts.document import Document


#: `hostAliases:` with an action below or beside it that prints the list, indented by `nindent`.
_PRINTED_LIST = re.compile(
    r"^(?P<before> *(?:- +)*)hostAliases:[ \t]*\r?\n?[ \t]*"
    r"\{\{-?[^{}\r\n]*\btoYaml\b[^{}\r\n]*\| *nindent +(?P<columns>[0-9]{1,3})\b",
    re.MULTILINE,
)


class SyntaxErrorRule(Rule):
    """A document that mentions hosts and cannot be read.

    Why: kubectl stops at the first document that it cannot read; those after it are not sent. podhosts lints the other
    documents all the same. Documents with marks of a template engine are listed as unread instead.
    Source: `vectors/yaml`.

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
            yield from self._check_indentation(document)
        problem = document.problem
        if problem is None or (document.root is None and is_template(document.text)):
            return
        refused_by: tuple[Request, ...] = ()
        if problem.message == TOO_DEEP:
            consequence = "legal, but it would take too long"
        elif document.is_embedded:
            consequence = "this text in a string is no YAML, so that what it is meant for cannot read it"
        else:
            consequence = "kubectl stops here, and sends neither this document nor those after it"
            refused_by = CREATE_AND_APPLY
        yield Diagnostic(
            rule=self.name,
            severity=self.severity,
            message=f"{problem.message}: {consequence}",
            source=document.source,
            span=problem.span,
            document=document.number,
            refused_by=refused_by,
        )

    def _check_indentation(self, document: Document) -> Iterator[Diagnostic]:
        """A list that a template prints left of its own key ends the mapping that the key is in."""
        start = document.span.start
        for match in _PRINTED_LIST.finditer(document.text):
            column = len(match["before"])
            if int(match["columns"]) < column:
                yield Diagnostic(
                    rule=self.name,
                    severity=self.severity,
                    message=f"`nindent {match['columns']}` prints the list left of `hostAliases`, which is indented by "
                    f"{column}: what is rendered is no valid YAML; write `nindent {column}` or more",
                    source=document.source,
                    span=Span(start + match.start("columns"), start + match.end("columns")),
                    document=document.number,
                )
