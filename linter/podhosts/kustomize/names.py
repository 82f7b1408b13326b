"""The names of kustomization files. Alone in its module: a run without one loads nothing else of this package."""

from __future__ import annotations

import posixpath

#: The names under which Kustomize looks for its file in a folder.
KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


def is_kustomization(path: str) -> bool:
    """Whether a file has one of the names of a kustomization."""
    return posixpath.basename(path) in KUSTOMIZATION_NAMES
