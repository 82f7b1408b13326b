"""How the charts of a run are evaluated. Light: every run loads this."""

from __future__ import annotations

from podhosts.records import NamedTuple

#: The versions of Helm whose charts are evaluated, and the one that is taken where none is asked for.
HELM_VERSIONS = (3, 4)
NEWEST_HELM = HELM_VERSIONS[-1]


class ChartValues(NamedTuple):
    """Values files that belong to a chart, all on top of each other; the chart's folder and they as whole paths."""

    folder: str
    files: tuple[str, ...]


class HelmOptions(NamedTuple):
    """The version of Helm, that of Kubernetes (like `1.32.4`; None for the newest one that Helm knows), and values.

    All charts are also evaluated with the files `values`, on top of each other, those of `charts` with theirs.
    """

    version: int = NEWEST_HELM
    kubernetes_version: str | None = None
    values: tuple[str, ...] = ()
    charts: tuple[ChartValues, ...] = ()


#: What holds where nobody asks for anything else.
DEFAULT_HELM = HelmOptions()
