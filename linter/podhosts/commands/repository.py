"""The files of the repository that a path lies in, for what one file says of others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from podhosts.discovery import repository_root
from podhosts.kustomize.names import KUSTOMIZATION_NAMES

if TYPE_CHECKING:
    from podhosts.kustomize.files import Files


def has_kustomization(folder: str) -> bool:
    """Whether a folder is one that Kustomize can build."""
    return any(os.path.isfile(os.path.join(folder, name)) for name in KUSTOMIZATION_NAMES)


def repository_files(path: str) -> Files:
    """Files by path, as far as the repository goes; outside one, whatever can be read."""
    from podhosts.kustomize.files import Files

    return Files(_read, repository_root(os.path.dirname(path) or "."))


def _read(path: str) -> bytes | None:
    if not os.path.isfile(path):
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
