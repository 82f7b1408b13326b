"""The files of the repository that a path lies in, for what one file says of others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from podhosts.discovery import are_repositories, repository_root
from podhosts.kustomize.names import KUSTOMIZATION_NAMES, is_kustomization

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from podhosts.kustomize.files import Files
    from podhosts.kustomize.overlays import Overlays


def read_file(path: str) -> bytes | None:
    """A file's bytes; None where there is none that can be read."""
    if not os.path.isfile(path):
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def has_kustomization(folder: str) -> bool:
    """Whether a folder is one that Kustomize can build."""
    return any(os.path.isfile(os.path.join(folder, name)) for name in KUSTOMIZATION_NAMES)


def repository_overlays(
    paths: list[str],
    arguments: list[str],
    read: Callable[[str], bytes | None] = read_file,
    relevant: Collection[str] | None = None,
) -> Overlays | None:
    """The kustomizations among the files of the folders that were asked for; None where there is none.

    `read` gives the bytes of a file, None where there is none. `relevant` are the files that hold a word of ours, where
    that is known.
    """
    if not any(map(is_kustomization, paths)):
        return None
    from podhosts.kustomize.overlays import Overlays

    files = repository_files(paths[0], read)
    if not are_repositories(arguments):
        return Overlays(paths, files)
    return Overlays(paths, files, paths if relevant is None else [path for path in paths if path in relevant])


def repository_files(path: str, read: Callable[[str], bytes | None] = read_file) -> Files:
    """Files by path, as far as the repository goes; outside one, whatever can be read."""
    from podhosts.kustomize.files import Files

    return Files(read, repository_root(os.path.dirname(path) or "."))
