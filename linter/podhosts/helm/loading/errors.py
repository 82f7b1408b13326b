"""What keeps a chart from being loaded or its values from being merged, in Helm's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from podhosts.helm.decoding import Path
    from podhosts.source import Span

Stage = Literal["flags", "values", "load"]


class SchemaFinding(NamedTuple):
    """What a `values.schema.json` refuses: the chart, the path in its values, and why.

    `names` are keys below the path that are not allowed there, `known` those that are.
    """

    chart: str
    path: Path
    message: str
    names: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


class LoadError(Exception):
    """Helm would stop: the step, its message, and where known the file and the place in its text.

    `findings` are those of a schema.
    """

    def __init__(
        self,
        stage: Stage,
        message: str,
        file: str | None = None,
        span: Span | None = None,
        findings: tuple[SchemaFinding, ...] = (),
    ) -> None:
        super().__init__(message)
        self.stage: Stage = stage
        self.message = message
        self.file = file
        self.span = span
        self.findings = findings
