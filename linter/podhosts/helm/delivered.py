"""Values from elsewhere: how a delivery, such as a HelmRelease, installs a chart of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from podhosts.diagnostics import BuiltBy
    from podhosts.document import Mapping, Scalar
    from podhosts.helm.loading.set_flags import Flag
    from podhosts.placed import Placed
    from podhosts.source import Source


class WrittenValues(NamedTuple):
    """Values that stand in a document, such as `spec.values` of a HelmRelease or a text of values in a string.

    `path` leads to the mapping `node` from the root of the object (`spec.values`).
    """

    placed: Placed
    node: Mapping
    path: str = ""


class WrittenFlag(NamedTuple):
    """One value as `--set` or a sister of it gives it: the key as the flag has it (`a.b[0].c`), and its value."""

    flag: Flag
    key: str
    placed: Placed
    node: Scalar
    path: str = ""


#: A values file, or values in a document.
GivenValues: TypeAlias = "Source | WrittenValues | WrittenFlag"


class DeliveredChart(NamedTuple):
    """A chart as a delivery installs it: the chart's folder, and values on top of its own, each over those before it.

    `built` is what findings say of the build. A release's name and its namespace are None where they are not known.
    """

    chart: str
    values: tuple[GivenValues, ...]
    built: BuiltBy
    release_name: str | None = None
    namespace: str | None = None
