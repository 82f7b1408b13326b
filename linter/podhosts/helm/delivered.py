"""Values from elsewhere: how a delivery, such as a HelmRelease, installs a chart of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.diagnostics import BuiltBy
    from podhosts.helm.facts import UnreadFile
    from podhosts.helm.model import GoMap
    from podhosts.placed import Place, Placed


class DeliveredValues(NamedTuple):
    """Values on top of a chart's own, joined as the program that gives them does.

    `documents` are what they are written in, by the names that the places of the values have (`ValuePlace.file`).
    `own` are values that stand for those of the chart's `values.yaml`; None where that counts.
    """

    values: GoMap
    documents: Mapping[str, Placed]
    own: GoMap | None = None


class RefusedDelivery(NamedTuple):
    """Why nothing of a delivery is installed: the place that is to blame, and the words.

    If not `is_certain`, it is just not known what is installed.
    """

    place: Place
    message: str
    is_certain: bool = True


class IndexedName(NamedTuple):
    """A single value that is set in a list by its index, where the values so far have no such list.

    The list at the `path` of keys then stands for that of the chart. `name` is what is written, at a place.
    """

    path: tuple[str, ...]
    name: str
    place: Place


class LostEntries(NamedTuple):
    """Entries of the chart's own list, with their addresses, that such a value makes it lose."""

    indexed: IndexedName
    entries: tuple[tuple[Place, str], ...]


class DeliveredChart(NamedTuple):
    """A chart as a delivery installs it: the chart's folder, and the values.

    `built` is what findings say of the build, `shown` what people call that which installs it. A release's name and its
    namespace are None where they are not known. `unread` is what of the values nobody knows here. With a `refusal` the
    values are as far as they go. `indexed` are values that are set in lists of the chart.
    """

    chart: str
    values: DeliveredValues
    built: BuiltBy
    shown: str
    release_name: str | None = None
    namespace: str | None = None
    unread: tuple[UnreadFile, ...] = ()
    refusal: RefusedDelivery | None = None
    indexed: tuple[IndexedName, ...] = ()

    @property
    def paths(self) -> set[str]:
        """The files that the values are written in, and the one that is to blame for a refusal."""
        found = {placed.document.source.path for placed in self.values.documents.values()}
        return found | ({self.refusal.place.source.path} if self.refusal is not None else set())

    @property
    def texts(self) -> set[str]:
        """The texts of these files."""
        sources = {placed.document.source for placed in self.values.documents.values()}
        return {source.text for source in sources} | (
            {self.refusal.place.source.text} if self.refusal is not None else set()
        )
