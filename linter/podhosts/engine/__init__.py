"""The pure core: a source in, findings out. Nothing here prints, exits or reads files."""

from podhosts.engine.linting import Linting, default_selection, lint, lint_parts
from podhosts.engine.results import Options, Result, Suppressed, Unread

__all__ = ["Linting", "Options", "Result", "Suppressed", "Unread", "default_selection", "lint", "lint_parts"]
