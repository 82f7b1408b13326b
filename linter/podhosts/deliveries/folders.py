"""Where in the repository the folders and files lie that deliveries name."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.document.placeholders import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kustomize.files import Files

_METADATA = "Chart.yaml"


def chart_folder(path: str, delivery: str, files: Files) -> str | None:
    """The folder of a chart that the delivery in a file names from the root of its repository; None for none there."""
    return next((folder for folder in from_root(path, delivery, files) if has_chart(folder, files)), None)


def has_chart(folder: str, files: Files) -> bool:
    """Whether there is a Chart.yaml in a folder."""
    return files.get(posixpath.join(folder, _METADATA)) is not None


def from_root(path: str, delivery: str, files: Files) -> Iterator[str]:
    """The path of a file or folder that the delivery in a file names from the root of its repository, as it is shown.

    Outside a work tree nobody knows the root: then there is a path for each folder above the file, the nearest first.
    """
    inner = path.lstrip("/")
    if files.root is not None:
        whole = posixpath.normpath(posixpath.join(files.root, inner))
        yield whole if posixpath.isabs(delivery) else normal(posixpath.relpath(whole))
        return
    folder = posixpath.dirname(delivery)
    while folder.strip("/"):
        yield normal(posixpath.join(folder, inner))
        folder = posixpath.dirname(folder)
    yield normal(posixpath.join(folder, inner))


def is_missing(path: str, files: Files) -> bool:
    """Whether there is certainly no file at a path: it would lie in the repository, and nobody has to fill it in."""
    return not is_placeholder(path) and files.is_inside(posixpath.normpath(path)) and files.get(path) is None


def normal(path: str) -> str:
    """A path as charts are looked up by it: without `.` and `..`, and "" for the working directory."""
    found = posixpath.normpath(path)
    return "" if found == "." else found
