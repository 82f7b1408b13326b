"""The folders and files of the repository that a generator of git lists."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from podhosts.deliveries.argo import is_true_value, text_at
from podhosts.deliveries.joining import UnreadableValuesError
from podhosts.document import Document, split
from podhosts.helm.decoding import FileOrigins, value_of
from podhosts.helm.model import GoList, GoMap
from podhosts.patterns import regex
from podhosts.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.deliveries.joining import JoinedValues
    from podhosts.deliveries.model import DeliveryContext
    from podhosts.helm.model import GoValue

#: Generators in each other may give many more than anybody deploys.
_MOST_COMBINATIONS = 10_000
_NOT_IN_NAMES = regex(r"[^a-z0-9.-]+")


def refuse_many(count: int) -> None:
    """Raise UnreadableValuesError for more combinations of parameters than are looked at."""
    if count > _MOST_COMBINATIONS:
        raise UnreadableValuesError(f"more than {_MOST_COMBINATIONS} combinations of parameters")


class GitPaths:
    """The things that generators of git find among the files of a run; `joined` is to know the documents in them."""

    def __init__(self, joined: JoinedValues, around: DeliveryContext) -> None:
        self._joined = joined
        self._around = around

    def directories(self, given: GoMap) -> Iterator[str]:
        """The folders that fit, from the root of the repository."""
        wanted = [(text_at(item, "path") or "", item) for item in _items(given.entries.get("directories"))]
        patterns = [path for path, item in wanted if not is_true_value(item.entries.get("exclude"))]
        excluded = [path for path, item in wanted if is_true_value(item.entries.get("exclude"))]
        folders = {folder for path in self._around.paths() for folder in _folders(path)}
        for folder in sorted(folders):
            is_hidden = any(part.startswith(".") for part in folder.split("/"))
            if not is_hidden and _fits(folder, patterns) and not _fits(folder, excluded):
                yield folder

    def files(self, given: GoMap) -> Iterator[tuple[str, str, GoMap]]:
        """The mappings in the files that fit, each with the folder and the name of its file."""
        patterns = [text_at(item, "path") or "" for item in _items(given.entries.get("files"))]
        for path in sorted(self._around.paths()) if patterns else ():
            if any(_fits_deeply(path.split("/"), pattern.split("/")) for pattern in patterns):
                for value in self._values_in(path):
                    yield *posixpath.split(path), value

    def _values_in(self, path: str) -> list[GoMap]:
        """The mapping that a file holds, or those of the list in it."""
        source = self._around.files.get(self._around.shown(path))
        piece = next(iter(split(source.text)), None) if source is not None else None
        if source is None or piece is None:
            return []
        placed = Placed(Document(source, piece))
        if placed.document.root is None:
            return []
        value = value_of(placed.document.root, FileOrigins(self._joined.name(placed)))
        return [value] if isinstance(value, GoMap) else _items(value)


def normalized(text: str) -> str:
    """A text as a part of a DNS name."""
    return _NOT_IN_NAMES.sub("-", text.lower()).strip("-.")


def _folders(path: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def _fits(folder: str, patterns: list[str]) -> bool:
    """Whether a folder fits one of some patterns, in which a star crosses no slash."""
    parts = folder.split("/")
    return any(
        len(parts) == len(pattern.split("/")) and all(map(fnmatchcase, parts, pattern.split("/")))
        for pattern in patterns
    )


def _fits_deeply(parts: list[str], pattern: list[str]) -> bool:
    """Whether the path of a file fits a pattern, where two stars stand for any number of folders."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits_deeply(parts[count:], pattern[1:]) for count in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits_deeply(parts[1:], pattern[1:])


def _items(value: GoValue | None) -> list[GoMap]:
    return [item for item in value.items if isinstance(item, GoMap)] if isinstance(value, GoList) else []
