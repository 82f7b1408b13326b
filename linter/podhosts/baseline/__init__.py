"""Findings that were there when a repository adopted podhosts: recorded once, not reported again."""

from podhosts.baseline.matching import BaselineEntry, Match, combined, match, record
from podhosts.baseline.text import BaselineError, read, written

__all__ = ["BaselineEntry", "BaselineError", "Match", "combined", "match", "read", "record", "written"]
