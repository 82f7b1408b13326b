"""Charts from files: what Helm reads, merges and gives to its engine."""

from podhosts.helm.loading.chart import LoadedChart
from podhosts.helm.loading.errors import LoadError, SchemaFinding
from podhosts.helm.loading.load import ChartTemplate, Installation, LoadOptions, ValuesText, load

__all__ = [
    "ChartTemplate",
    "Installation",
    "LoadError",
    "LoadOptions",
    "LoadedChart",
    "SchemaFinding",
    "ValuesText",
    "load",
]
