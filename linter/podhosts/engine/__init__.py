"""The pure core: a source in, findings out. Nothing here prints, exits or reads files."""

from podhosts.engine.linting import Found, check_parts, conclude, default_selection, lint
from podhosts.engine.overlays import overlay_findings, overlays_affect
from podhosts.engine.results import CheckedObject, CheckedPod, Options, Result, Suppressed, Unread

__all__ = [
    "CheckedObject",
    "CheckedPod",
    "Found",
    "Options",
    "Result",
    "Suppressed",
    "Unread",
    "check_parts",
    "conclude",
    "default_selection",
    "lint",
    "overlay_findings",
    "overlays_affect",
]
