"""Values from elsewhere: how a delivery, such as a HelmRelease, installs a chart of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.diagnostics import BuiltBy
    from podhosts.helm.facts import UnreadFile
    from podhosts.helm.model import GoMap
    from podhosts.placed import Placed


class DeliveredValues(NamedTuple):
    """Values on top of a chart's own, joined as the program that gives them does.

    `documents` are what they are written in, by the names that the places of the values have (`ValuePlace.file`).
    `own` are values that stand for those of the chart's `values.yaml`; None where that counts.
    """

    values: GoMap
    documents: Mapping[str, Placed]
    own: GoMap | None = None


class DeliveredChart(NamedTuple):
    """A chart as a delivery installs it: the chart's folder, and the values.

    `built` is what findings say of the build, `shown` what people call that which installs it. A release's name and its
    namespace are None where they are not known. `unread` is what of the values nobody knows here.
    """

    chart: str
    values: DeliveredValues
    built: BuiltBy
    shown: str
    release_name: str | None = None
    namespace: str | None = None
    unread: tuple[UnreadFile, ...] = ()

    @property
    def paths(self) -> set[str]:
        """The files that the values are written in."""
        return {placed.document.source.path for placed in self.values.documents.values()}
