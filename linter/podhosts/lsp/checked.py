"""An open file as it was last checked: its text, what was found, and its documents, read when asked for."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from podhosts.document import Document, split
from podhosts.helm import NOTHING
from podhosts.interpret import interpret
from podhosts.kubernetes import KNOWN_KINDS, KnownKinds
from podhosts.placed import Placed
from podhosts.records import record

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic
    from podhosts.engine import Result
    from podhosts.kubernetes import Pod
    from podhosts.lsp.buffers import Buffer
    from podhosts.lsp.projects import Project
    from podhosts.source import Span


def holds(span: Span | None, offset: int) -> TypeGuard[Span]:
    """Whether an offset lies in a span or at its end."""
    return span is not None and span.start <= offset <= span.end


@record(frozen=True)
class CheckedFile:
    """One file of a project; `failure` says why it could not be checked."""

    buffer: Buffer
    project: Project
    result: Result
    failure: str | None = None

    @cached_property
    def documents(self) -> list[Document]:
        return [Document(self.buffer, piece) for piece in split(self.buffer.text)]

    @cached_property
    def kinds(self) -> KnownKinds:
        """The kinds that are known in the file; where its config cannot be used, those known everywhere."""
        return KNOWN_KINDS if self.failure else self.project.kinds(self.buffer)

    def document_at(self, offset: int) -> Document | None:
        """The document that holds an offset, or the last one before it."""
        index = bisect_right(self.documents, offset, key=lambda document: document.span.start) - 1
        return self.documents[index] if index >= 0 else None

    def pods_at(self, offset: int) -> list[tuple[Pod, Placed]]:
        """The pods of the document that holds an offset, those in its strings included, and how each is placed."""
        document = self.document_at(offset)
        if document is None:
            return []
        facts = NOTHING if self.failure else self.project.repository(self.buffer).facts(self.buffer.path)
        documents = interpret(Placed(document), self.kinds, facts)
        return [(pod, interpreted.placed) for interpreted in documents for pod in interpreted.rendered_pods()]

    def findings_in(self, span: Span) -> list[Diagnostic]:
        """The findings that touch a span."""
        return [
            finding
            for finding in self.result.findings
            if finding.span.start <= span.end and finding.span.end >= span.start
        ]
