"""The files that kustomizations refer to, looked up by path; nothing outside the repository, nothing remote."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.kustomize.names import KUSTOMIZATION_NAMES
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

#: What begins or is part of a reference that Kustomize clones or downloads (`api/internal/git/repospec.go`).
_REMOTE_STARTS = ("git::", "git@", "github.com/", "github.com:", "gh:")
_REMOTE_PARTS = ("://", "?ref=", "?version=", ".git/", "_git/")


class Files:
    """Files by path. `read` gives a file's bytes, None where there is none to read at that path.

    Paths are as the run shows them, with `/`; each file becomes one source. Nothing outside `root` is read, if there is
    one. `restricts` says whether Kustomize certainly reads no file outside of the folder that it builds, as is its way
    without `--load-restrictor`.
    """

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        root: str | None = None,
        restricts: Callable[[], bool] = lambda: False,
    ) -> None:
        self._read = read
        self.root = root
        self._ask = restricts
        self._sources: dict[str, Source | None] = {}
        self._tested: dict[str, bool] = {}

    def get(self, path: str) -> Source | None:
        """The file at a path, or None."""
        path = posixpath.normpath(path)
        if path not in self._sources:
            data = self._read(path) if self.is_inside(path) else None
            self._sources[path] = None if data is None else Source(path, data)
        return self._sources[path]

    def any(self, path: str, test: Callable[[bytes], bool]) -> bool:
        """Whether there is a file at a path that passes a test, always the same one. The file is not kept."""
        if path not in self._tested:
            data = self._read(path) if self.is_inside(path) else None
            self._tested[path] = data is not None and test(data)
        return self._tested[path]

    def is_inside(self, path: str) -> bool:
        """Whether a path may be followed."""
        return self.root is None or is_above(self.root, path)

    def is_out_of_reach(self, path: str, folder: str) -> bool:
        """Whether Kustomize refuses to read a file that is there for the kustomization in a folder."""
        return not is_above(folder, path) and self.get(path) is not None and self._restricts

    @cached_property
    def _restricts(self) -> bool:
        return self._ask()

    def kustomizations(self, folder: str) -> list[Source]:
        """The kustomization files of a folder; Kustomize wants exactly one."""
        found = (self.get(posixpath.join(folder, name)) for name in KUSTOMIZATION_NAMES)
        return [source for source in found if source is not None]


def is_remote(reference: str) -> bool:
    """Whether a reference leads to the network, where it names no local file or folder."""
    return (
        reference.startswith(_REMOTE_STARTS)
        or reference.endswith(".git")
        or any(part in reference for part in _REMOTE_PARTS)
    )


def is_above(folder: str, other: str) -> bool:
    """Whether a folder is the other one, or one that it lies in."""
    step = posixpath.relpath(other, folder).split("/", 1)[0]
    return step != ".."
