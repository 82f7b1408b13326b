"""Entries of a chart's own list that a delivery loses, as it sets a value in that list by its index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Sequence, written_string
from podhosts.helm.delivered import LostEntries
from podhosts.helm.traced import ValuePlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.helm.chart_files import ChartFiles
    from podhosts.helm.delivered import DeliveredChart
    from podhosts.helm.printed import PrintedText
    from podhosts.placed import Place

_DEFAULT_VALUES = "values.yaml"


def lost_entries(
    delivery: DeliveredChart, files: ChartFiles, own: Iterable[PrintedText], printed: Iterable[PrintedText]
) -> Iterator[LostEntries]:
    """The entries whose addresses the templates print with the chart's own values, and not for the delivery."""
    before, after = ("\n".join(text.source.text for text in texts) for texts in (own, printed))
    for indexed in delivery.indexed:
        written = files.written(ValuePlace(_DEFAULT_VALUES, indexed.path))
        if written is None or not isinstance(written.node, Sequence):
            continue
        lost: list[tuple[Place, str]] = []
        for item in written.node.items:
            address = item.get("ip") if isinstance(item, Mapping) else None
            place = written.placed.place(address.span) if address is not None else None
            ip = written_string(address)
            if ip and place is not None and ip in before and ip not in after:
                lost.append((place, ip))
        if lost:
            yield LostEntries(indexed, tuple(lost))
