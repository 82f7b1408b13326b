"""The pure core: a source in, findings out. Nothing here prints, exits or reads files."""

from podhosts.engine.linting import check_parts, conclude, default_selection, lint
from podhosts.engine.results import Found, Options, Result, Suppressed, Unread

__all__ = [
    "Found",
    "Options",
    "Result",
    "Suppressed",
    "Unread",
    "check_parts",
    "conclude",
    "default_selection",
    "lint",
]
