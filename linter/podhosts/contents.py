"""Contents: what the bytes of files say, each file read once. The fast lane comes here, it is light."""

from __future__ import annotations

import os

from podhosts.deliveries.names import CHART_MARK, may_deliver
from podhosts.processes import in_processes, most_processes
from podhosts.triggers import OVERLAP, WINDOW, mentions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

#: What a file can hold: a word that a rule reacts to, the name of the list, an object that deploys something, charts
#: that a kustomization prints, an object.
WORD, LIST, DELIVERY, CHARTS, OBJECT = 1, 2, 4, 8, 16
_ALL = WORD | LIST | DELIVERY | CHARTS | OBJECT
#: A file that cannot be read counts as one that holds a word: its reading will say why.
_UNREADABLE = WORD | OBJECT
#: Fewer files than this are searched faster than a process is started.
_FEW = 400


class FileContents:
    """The marks of files, by their whole paths. Each is read when it is first asked for."""

    def __init__(self) -> None:
        self._marks: dict[str, int] = {}

    def search(self, paths: Iterable[str], jobs: int | None = None, *, for_words: bool = False) -> None:
        """Read files, in `jobs` processes where that pays.

        `for_words`: each only up to the first word that a rule reacts to; nothing else may be asked of it then.
        """
        wanted = WORD if for_words else _ALL
        new = [path for path in dict.fromkeys(paths) if path not in self._marks]
        count = 1 if len(new) < _FEW else jobs or most_processes()
        found = in_processes(lambda number: bytes(_marks(path, wanted) for path in new[number::count]), count)
        for number in range(count):
            self._marks.update(zip(new[number::count], found[number], strict=True))

    def hold(self, path: str, mark: int) -> bool:
        """Whether a file holds what a mark stands for."""
        if path not in self._marks:
            self._marks[path] = _marks(path, _ALL)
        return bool(self._marks[path] & mark)

    def have_read(self, paths: Iterable[str]) -> bool:
        """Whether all of some files have been read."""
        return self._marks.keys() >= set(paths)


def content(path: str) -> bytes:
    """The bytes of a file; none where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _marks(path: str, wanted: int) -> int:
    """The marks of a file, which is read in windows up to where it has all that are wanted."""
    found = 0
    try:
        if not os.path.isfile(path):
            return _UNREADABLE
        with open(path, "rb") as file:
            tail = b""
            while found & wanted != wanted and (chunk := file.read(WINDOW)):
                found |= _marks_of(tail + chunk, wanted & ~found)
                tail = chunk[-OVERLAP:]
    except (OSError, ValueError):
        return _UNREADABLE
    return found


def _marks_of(data: bytes, wanted: int) -> int:
    found = WORD if wanted & WORD and mentions(data) else 0
    if wanted == WORD:
        return found
    found |= LIST if b"hostAliases" in data else 0
    found |= DELIVERY if may_deliver(data) else 0
    found |= CHARTS if CHART_MARK in data else 0
    return found | (OBJECT if b"kind:" in data else 0)
