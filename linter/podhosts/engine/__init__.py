"""The pure core: a source in, findings out. Nothing here prints, exits or reads files."""

from podhosts.engine.charts import chart_report, files_with_findings
from podhosts.engine.linting import Found, check_parts, conclude, default_selection, lint
from podhosts.engine.overlays import overlay_findings, overlays_affect
from podhosts.engine.results import CheckedObject, CheckedPod, Options, Result, Suppressed, Unread
from podhosts.engine.suppressing import told_where_written

__all__ = [
    "CheckedObject",
    "CheckedPod",
    "Found",
    "Options",
    "Result",
    "Suppressed",
    "Unread",
    "chart_report",
    "check_parts",
    "conclude",
    "default_selection",
    "files_with_findings",
    "lint",
    "overlay_findings",
    "overlays_affect",
    "told_where_written",
]
