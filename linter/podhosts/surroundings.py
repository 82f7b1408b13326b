"""Surroundings: the files that belong with those of a run, found by names and bytes. Nothing is parsed.

The fast lane comes here, so nothing is imported for it, and what is cheap is asked first: whether a chart or a
kustomization stands in or above the folder of a file at all (Kustomize takes files only from there), then who includes
it. What is found may be too much, never too little.
"""

from __future__ import annotations

import os

from podhosts.discovery import CHART, is_manifest
from podhosts.git import listing
from podhosts.kustomize.names import KUSTOMIZATION_NAMES, is_kustomization

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: What git is asked for; the names may end longer ones.
_MARKS = ("*kustomization.yaml", "*kustomization.yml", "*Kustomization", f"*{CHART}")
#: What stands around a path in YAML.
_AROUND_PATHS = bytes.maketrans(b"[]{},\"'=", b" " * 8)
_LOCAL = b"file://"
_UP = b".."


class _Place:
    """Where a folder lies: the root of its work tree, and the folders with a chart or kustomizations from it upwards.

    `root` is None outside a work tree.
    """

    __slots__ = ("charts", "kustomizations", "root")

    def __init__(self, root: str | None, charts: tuple[str, ...], kustomizations: tuple[str, ...]) -> None:
        self.root = root
        self.charts = charts
        self.kustomizations = kustomizations

    @property
    def outermost(self) -> str | None:
        """The folder that bounds what is looked at; None where there is only the file."""
        return self.root or min((*self.charts, *map(os.path.dirname, self.kustomizations)), key=len, default=None)


class FilesAround:
    """The files around others: around `named` ones, and around those that were `listed` in folders and lie in a work
    tree.

    `others` are the files of the charts that these belong to, and of the kustomizations that use them; `attached` are
    files that such a kustomization takes in and that are no manifests. Paths are shown as those of the files are: from
    the root of the file system if the first one is, else from the working directory.
    """

    __slots__ = ("_known", "_kustomizations", "_places", "_shown_from", "_starts", "attached", "is_known", "others")

    def __init__(self, named: Iterable[str], listed: Iterable[str] = ()) -> None:
        self._places: dict[str, _Place] = {}
        #: What the kustomizations hold that were looked at, by their whole paths.
        self._kustomizations: dict[str, bytes] = {}
        files = [*named, *(path for path in listed if self._place(os.path.dirname(os.path.abspath(path))).root)]
        self._shown_from = None if files and os.path.isabs(files[0]) else os.path.join(os.getcwd(), "")
        #: The files by their whole paths.
        self._known = {os.path.abspath(path) for path in files}
        #: What bounds the look-ups: the roots of work trees, and folders outside of those.
        self._starts: dict[str, bool] = {}
        #: Whether it is known for each file what it belongs to.
        self.is_known = True
        found = self._reached() - self._known
        self.others = sorted(self._shown(path) for path in found if is_manifest(path) or _is_template(path))
        self.attached = sorted(self._shown(path) for path in found if not is_manifest(path) and not _is_template(path))

    def built_with(self, kustomization: str) -> set[str]:
        """The whole paths of all files of the kustomizations that are, or take in, the one at a path."""
        path = os.path.abspath(kustomization)
        return _built(_including([path], self._kustomizations), self._kustomizations, "")

    def rest(self) -> list[str]:
        """All other manifests of the work trees, or of the folders that stand for one; for look-ups by name."""
        found: set[str] = set()
        for start, is_root in self._starts.items():
            names = (os.path.join(start, name) for name in listing(start, "-c")) if is_root else _below(start)
            found.update(path for path in names if is_manifest(path) and path not in self._known)
        return sorted({self._shown(path) for path in found if os.path.isfile(path)} - set(self.others))

    def _shown(self, path: str) -> str:
        if self._shown_from is None:
            return path
        if path.startswith(self._shown_from):
            return path[len(self._shown_from) :]
        return os.path.relpath(path, self._shown_from)

    def _place(self, folder: str) -> _Place:
        if folder not in self._places:
            names = [os.path.join(folder, name) for name in (*KUSTOMIZATION_NAMES, CHART)]
            *kustomizations, chart = (path if os.path.isfile(path) else None for path in names)
            own_chart = (folder,) if chart else ()
            own = tuple(filter(None, kustomizations))
            parent = os.path.dirname(folder)
            if os.path.exists(os.path.join(folder, ".git")):
                place = _Place(folder, own_chart, own)
            elif parent == folder:
                place = _Place(None, own_chart, own)
            else:
                above = self._place(parent)
                place = _Place(above.root, (*own_chart, *above.charts), (*own, *above.kustomizations))
            self._places[folder] = place
        return self._places[folder]

    def _reached(self) -> set[str]:
        """The whole paths of all files that belong to the charts and kustomizations of the files."""
        marked: dict[str, list[str]] = {}
        for path in self._known:
            place = self._place(os.path.dirname(path))
            start = place.outermost
            self.is_known = self.is_known and start is not None
            if start is None:
                continue
            self._starts[start] = place.root is not None
            if place.charts or place.kustomizations:
                marked.setdefault(start, []).append(path)
        found: set[str] = set()
        for start, paths in marked.items():
            found |= self._reached_in(start, paths)
        return found

    def _reached_in(self, start: str, paths: list[str]) -> set[str]:
        is_root = self._starts[start]
        tracked = listing(start, "-c", "--", *_MARKS) if is_root else ()
        names = (os.path.join(start, name) for name in tracked) if is_root else _below(start)
        marks = [path for path in names if is_kustomization(path) or os.path.basename(path) == CHART]
        places = {path: self._place(os.path.dirname(path)) for path in paths}
        own = {file for place in places.values() for file in place.kustomizations}
        kustomizations = {path: _content(path) for path in {*filter(is_kustomization, marks), *own}}
        self._kustomizations |= kustomizations
        users = [
            file
            for path, place in places.items()
            for file in place.kustomizations
            if file == path or os.fsencode(os.path.basename(path)) in kustomizations[file]
        ]
        charts = {folder for place in places.values() for folder in place.charts}
        chart_files = {path for path in marks if os.path.basename(path) == CHART}
        return {
            *_built(_including(users, kustomizations), kustomizations, os.path.join(start, "") if is_root else ""),
            *_with_dependencies(charts, {path: _content(path) for path in chart_files} if charts else {}),
        }


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _words(data: bytes) -> list[bytes]:
    """The words of a file of YAML, each of which may be a path."""
    return data.translate(_AROUND_PATHS).split()


def _resolved(folder: str, word: bytes) -> str:
    return os.path.normpath(os.path.join(folder, os.fsdecode(word)))


def _including(users: list[str], kustomizations: dict[str, bytes]) -> set[str]:
    """Some kustomizations, and those that take in their folders, outwards."""
    by_last: dict[bytes, list[tuple[str, bytes]]] = {}
    for path, data in kustomizations.items():
        for word in _words(data):
            word = word.rstrip(b"/")
            by_last.setdefault(word.rpartition(b"/")[2], []).append((path, word))
    targets: dict[bytes, dict[str, list[str]]] = {}
    found: set[str] = set()
    waiting = list(users)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        folder = os.path.dirname(path)
        for last in (os.fsencode(os.path.basename(folder)), _UP):
            if last not in targets:
                by_target = targets[last] = {}
                for other, word in by_last.get(last, ()):
                    by_target.setdefault(_resolved(os.path.dirname(other), word), []).append(other)
            waiting += targets[last].get(folder, ())
    return found


def _built(users: set[str], kustomizations: dict[str, bytes], root: str) -> set[str]:
    """The files that some kustomizations are built of, themselves included; nothing that is not below `root`."""
    found: set[str] = set()
    waiting = list(users)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if not is_kustomization(path):
            continue
        folder = os.path.dirname(path)
        for word in _words(kustomizations.get(path) or _content(path)):
            target = _resolved(folder, word) if b"/" not in word[:1] and word[-1:] != b":" else ""
            if not target.startswith(root):
                continue
            if os.path.isfile(target):
                waiting.append(target)
            elif target not in found:
                found.add(target)
                waiting += filter(os.path.isfile, (os.path.join(target, name) for name in KUSTOMIZATION_NAMES))
    return {path for path in found if os.path.isfile(path)}


def _with_dependencies(folders: set[str], chart_files: dict[str, bytes]) -> set[str]:
    """The files of the charts in some folders, of those that take them in, and of all that these take in."""
    taken_in = {
        os.path.dirname(path): [_resolved(os.path.dirname(path), word) for word in _local(data)]
        for path, data in chart_files.items()
    }
    reached = set(folders)
    while users := {folder for folder, others in taken_in.items() if reached.intersection(others)} - reached:
        reached |= users
    found: set[str] = set()
    waiting = list(reached)
    while waiting:
        folder = waiting.pop()
        own = set(_chart_files(folder)) - found
        found |= own
        for path in own:
            if os.path.basename(path) == CHART:
                waiting += (_resolved(os.path.dirname(path), word) for word in _local(_content(path)))
    return found


def _local(data: bytes) -> Iterator[bytes]:
    """The folders that a Chart.yaml names as repositories."""
    if _LOCAL in data:
        yield from (word[len(_LOCAL) :] for word in _words(data) if word.startswith(_LOCAL))


def _chart_files(folder: str) -> Iterator[str]:
    """The files of a chart, and of the charts inside it, that may have to do with hosts."""
    chart = os.path.join(folder, CHART)
    if not os.path.isfile(chart):
        return
    yield chart
    for values in (folder, os.path.join(folder, "ci")):
        for path in _files_in(values):
            name = os.path.basename(path).lower()
            if "values" in name and name.endswith((".yaml", ".yml")):
                yield path
    yield from _below(os.path.join(folder, "templates"))
    charts = os.path.join(folder, "charts")
    for name in os.listdir(charts) if os.path.isdir(charts) else ():
        yield from _chart_files(os.path.join(charts, name))


def _files_in(folder: str) -> Iterator[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    yield from filter(os.path.isfile, (os.path.join(folder, name) for name in names))


def _below(folder: str) -> Iterator[str]:
    """The files below a folder."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        yield from filter(os.path.isfile, (os.path.join(parent, name) for name in names))


def _is_template(path: str) -> bool:
    return f"{os.sep}templates{os.sep}" in path
