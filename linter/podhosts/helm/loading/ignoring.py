"""`.helmignore`: which files of a chart's folder Helm does not read (Helm 4 `pkg/ignore/rules.go`; Helm 3 is equal)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.helm.loading.globs import path_pattern
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

IGNORE_FILE = ".helmignore"
#: What Helm adds to every chart's rules: hidden files beside the templates.
_DEFAULT_RULE = "templates/.?*"


class DoubleStarError(ValueError):
    """A rule with `**`, which Helm refuses."""


class IgnoreRule(NamedTuple):
    """One line: what it matches, the whole path or only the last part of it, and whether it is for folders alone."""

    pattern: re.Pattern[str]
    is_for_paths: bool
    is_for_folders: bool
    is_negated: bool

    def matches(self, path: str) -> bool:
        return self.pattern.fullmatch(path if self.is_for_paths else posixpath.basename(path)) is not None


class IgnoreRules:
    """The rules of a chart, in order."""

    def __init__(self, text: str) -> None:
        """Raises `BadPatternError` or `DoubleStarError` where Helm refuses a line."""
        lines = text.removeprefix("\ufeff").split("\n")
        self._rules = [rule for line in [*lines, _DEFAULT_RULE] if (rule := _rule(line.strip())) is not None]

    def _ignores(self, path: str, *, is_folder: bool) -> bool:
        for rule in self._rules:
            if rule.is_negated:
                # Helm's reading of `!`: what does not match is ignored, what matches goes on to the next rule.
                if (rule.is_for_folders and not is_folder) or not rule.matches(path):
                    return True
            elif (is_folder or not rule.is_for_folders) and rule.matches(path):
                return True
        return False

    def kept(self, paths: Iterable[str]) -> list[str]:
        """The paths of files that Helm reads: those that no rule ignores, nor a folder around them."""
        folders: dict[str, bool] = {"": True}

        def is_walked(folder: str) -> bool:
            if folder not in folders:
                around = posixpath.dirname(folder)
                folders[folder] = is_walked(around) and not self._ignores(folder, is_folder=True)
            return folders[folder]

        return [
            path for path in paths if is_walked(posixpath.dirname(path)) and not self._ignores(path, is_folder=False)
        ]


def _rule(line: str) -> IgnoreRule | None:
    if not line or line.startswith("#"):
        return None
    if "**" in line:
        raise DoubleStarError("double-star (**) syntax is not supported")
    # Go compiles the whole line, with its `!` and slashes, before it takes them off.
    path_pattern(line)
    is_negated = line.startswith("!")
    rest = line.removeprefix("!")
    is_for_folders = rest.endswith("/")
    rest = rest.removesuffix("/")
    is_for_paths = "/" in rest
    return IgnoreRule(path_pattern(rest.removeprefix("/")), is_for_paths, is_for_folders, is_negated)
