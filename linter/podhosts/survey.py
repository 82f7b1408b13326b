"""Survey: which of the files of a run hold a word that a rule reacts to. It imports little: the fast lane takes it."""

from __future__ import annotations

import os

from podhosts.discovery import STDIN
from podhosts.processes import in_processes, most_processes
from podhosts.triggers import file_mentions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from podhosts.discovery import Discovery

#: Fewer files than this are searched faster than a process is started.
_FEW = 400


class Survey:
    """The inputs of a run searched; `relevant` are the paths of the files that must be read.

    A file that cannot be opened is among them, as its reading will say why; so are pipes, which can be read only once.
    """

    def __init__(self, discovery: Discovery, jobs: int | None = None) -> None:
        self.discovery = discovery
        paths = [item.path for item in discovery.inputs]
        count = 1 if len(paths) < _FEW else jobs or most_processes()
        flags = in_processes(lambda number: bytes(map(_may_matter, paths[number::count])), count)
        self.relevant = frozenset(
            path
            for number in range(count)
            for path, flag in zip(paths[number::count], flags[number], strict=True)
            if flag
        )


def _may_matter(path: str) -> bool:
    try:
        return path == STDIN or not os.path.isfile(path) or file_mentions(path)
    except (OSError, ValueError):
        return True
