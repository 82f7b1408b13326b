"""What is wrong in a chart once lists that its own values leave empty have entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Sequence, nodes
from podhosts.engine.dispatch import run_rules
from podhosts.interpret import interpret
from podhosts.kubernetes import field
from podhosts.records import NamedTuple, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
    from podhosts.helm.building import ChartBuild, Stopped
    from podhosts.helm.printed import PrintedDocument
    from podhosts.kubernetes import KnownKinds, Path
    from podhosts.repository import Repository
    from podhosts.rules.duplicate_key import DuplicateKey
    from podhosts.source import Span


class Samples(NamedTuple):
    """What a chart prints where such lists have entries, and where Helm stops then in a template."""

    printed: list[PrintedDocument]
    stopped: list[Stopped]


def with_samples(build: ChartBuild, repository: Repository) -> Samples:
    """The chart of a build with sample entries; nothing where the build prints nothing, or no list is empty."""
    chart = repository.charts.at(build.chart)
    sample = repository.charts.samples(chart) if chart is not None and build.printed else None
    if chart is None or sample is None:
        return Samples([], [])
    # What is no list in the chart's own values may be meant to be a text.
    stopped = [one for one in sample.stopped if one.is_told and _is_list(chart.own_values, one.path)]
    return Samples([document for text in sample.printed for document in text.documents()], stopped)


def _is_list(values: Mapping | None, path: Path) -> bool:
    """Whether values say that a list stands at a path."""
    node: Node | None = values
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) and isinstance(step, str) else None
    return isinstance(node, Sequence)


def key_of(document: PrintedDocument) -> tuple[str, int]:
    """The template that prints a document, and the document's number there."""
    return document.document.source.path, document.document.number


def is_misprinted(document: PrintedDocument) -> bool:
    """Whether a document is no YAML for the way in which a list is printed."""
    # Imported here: few documents cannot be read.
    from podhosts.helm.misprints import misprint

    return document.document.problem is not None and misprint(document) is not None


def collisions(document: PrintedDocument, kinds: KnownKinds, rule: DuplicateKey) -> Iterator[Diagnostic]:
    """Keys that a template writes twice, one of them for a list that the chart's own values leave empty."""
    from podhosts.helm.samples import SAMPLES

    for found in interpret(document, kinds, levels=0):
        for finding in run_rules(found, [rule]):
            spans = (finding.span, *(item.span for item in finding.related))
            values = [
                value for span in spans for value in document.values(_value_of(document, span)) if value.file == SAMPLES
            ]
            is_template = all(not document.values(span) for span in spans)
            if values and is_template:
                steps = values[0].path
                name = field(steps[: next((at for at, step in enumerate(steps) if isinstance(step, int)), len(steps))])
                yield replace(finding, message=f"{finding.message} once `.Values.{name}` has entries")


def _value_of(document: PrintedDocument, key: Span) -> Span:
    """The value of a key in a document."""
    mappings = (node for node in nodes(document.document.root) if isinstance(node, Mapping))
    return next((entry.value.span for one in mappings for entry in one.entries if entry.key.span == key), key)
