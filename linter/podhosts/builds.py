"""Builds: the files that charts and kustomizations are made of, found by names and bytes. Nothing is parsed.

The fast lane comes here for files that may be part of one: nothing is imported for it.
"""

from __future__ import annotations

import os

from podhosts.contents import CHARTS, DELIVERY, LIST, OBJECT, FileContents, content
from podhosts.deliveries.names import MARKS, is_fleet, is_helmfile
from podhosts.discovery import CHART, is_manifest
from podhosts.git import holding, listing
from podhosts.kustomize.names import KUSTOMIZATION_NAMES, is_kustomization

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: What git is asked for; the names may end longer ones.
_MARKS = ("*kustomization.yaml", "*kustomization.yml", "*Kustomization", f"*{CHART}", "*charts/*.tgz")
#: What stands around a path in YAML.
_AROUND_PATHS = bytes.maketrans(b"[]{},\"'=", b" " * 8)
_LIST = "hostAliases"
_TEMPLATES = ("*templates/*",)
_ARCHIVE = ".tgz"
_MANIFESTS = ("*.yaml", "*.yml", "*.json")
_STATES = ("*helmfile*", "*fleet.y*ml")
_LOCAL = b"file://"
_UP = b".."
#: Charts inside charts further down are not looked at: links may lead round in circles.
_MOST_NESTED = 8


class Builds:
    """The charts and kustomizations below a folder: the root of a work tree, of which git says what it tracks, or
    another one. All paths are whole.

    `contents` say what files hold.
    """

    def __init__(self, start: str, contents: FileContents, *, is_work_tree: bool) -> None:
        self._start = start
        self._contents = contents
        self._is_work_tree = is_work_tree
        #: Nothing outside of a work tree is followed.
        self._bound = os.path.join(start, "") if is_work_tree else ""
        marks = list(files_of(start, *_MARKS, is_work_tree=is_work_tree))
        #: In charts in archives nothing is looked for.
        self._has_archives = any(path.endswith(_ARCHIVE) for path in marks)
        self._charts = [path for path in marks if os.path.basename(path) == CHART]
        self._folders_taken_in: dict[str, list[str]] | None = None
        self._kustomization_files = set(filter(is_kustomization, marks))
        #: The deliveries that were looked at, with the folders and files that they may name.
        self._named_by: dict[str, set[str]] = {}
        self._deliveries: set[str] = set()
        #: The content of those that were looked at.
        self._kustomizations: dict[str, bytes] = {}

    def reached(self, above: Mapping[str, Iterable[str]], charts: set[str]) -> set[str]:
        """All files of the charts in some folders, and of the kustomizations that use some files.

        `above` gives each file with the kustomizations in its folder and above it.
        """
        own = {file for files in above.values() for file in files}
        if own:
            # Some of the own ones git may not track yet.
            self._kustomizations = {file: content(file) for file in self._kustomization_files | own}
        users = [
            file
            for path, files in above.items()
            for file in files
            if file == path or os.fsencode(os.path.basename(path)) in self._kustomizations[file]
        ]
        return {*self.built_with(users), *(_with_dependencies(charts, self._taken_in) if charts else ())}

    @property
    def _taken_in(self) -> dict[str, list[str]]:
        """The folders of all charts with those that their `Chart.yaml` names as repositories."""
        if self._folders_taken_in is None:
            self._folders_taken_in = {os.path.dirname(path): _taken_in(path) for path in self._charts}
        return self._folders_taken_in

    def deliveries_of(self, kustomization: str) -> set[str]:
        """The files of the deliveries that were found to concern the folder of a kustomization."""
        folder = os.path.dirname(kustomization)
        return {path for path in self._deliveries if folder in self._deployed(path)}

    def delivered(self, named: Iterable[str], reached: set[str]) -> set[str]:
        """The files of deliveries that concern some files, and all files of what these deploy.

        `reached` are the files of the charts and kustomizations of the named ones.
        """
        own = {path for path in named if self._delivers(path)}
        values = {path for path in named if self._charts and path not in reached and self._may_be_values(path)}
        # To look for deliveries in the whole work tree takes long: only a chart that prints a list is worth it.
        wanted = values if values and self._print_lists() else set()
        if any(self._contents.hold(path, LIST) for path in (*named, *reached)):
            marks = (path for path in reached if os.path.basename(path) == CHART or is_kustomization(path))
            wanted.update(map(os.path.dirname, marks))
        others = self._all_deliveries() if wanted else []
        deliveries = own | {path for path in others if not wanted.isdisjoint(self._deployed(path))}
        self._deliveries |= deliveries
        return deliveries.union(*map(self._files_deployed, deliveries))

    def _files_deployed(self, delivery: str) -> set[str]:
        """All files of what a delivery deploys."""
        deployed = self._deployed(delivery)
        charts = {target for target in deployed if os.path.isfile(os.path.join(target, CHART))}
        files = (os.path.join(target, name) for target in deployed for name in KUSTOMIZATION_NAMES)
        kustomized = self.built_with(filter(os.path.isfile, files))
        return self.reached({}, charts) | kustomized | set(filter(os.path.isfile, deployed))

    def _print_lists(self) -> bool:
        """Whether the templates of some chart may print a list of names."""
        if self._is_work_tree:
            return self._has_archives or bool(self._tracked_with(LIST, (_LIST,), *_TEMPLATES))
        files = (file for path in self._charts for file in _chart_files(os.path.dirname(path)))
        return any(self._contents.hold(file, LIST) for file in files)

    def _all_deliveries(self) -> list[str]:
        """All files that may hold a delivery."""
        if self._is_work_tree:
            states = files_of(self._start, *_STATES, is_work_tree=True)
            found = [*self._tracked_with(DELIVERY, MARKS, *_MANIFESTS), *states]
        else:
            found = list(filter(self._delivers, filter(is_manifest, _below(self._start))))
        return [*found, *filter(self._delivers, self._kustomization_files)]

    def _tracked_with(self, mark: int, words: tuple[str, ...], *patterns: str) -> list[str]:
        """The files that git tracks, fit a pattern and hold one of some words, for which a mark stands."""
        tracked = list(files_of(self._start, *patterns, is_work_tree=True))
        if self._contents.have_read(tracked):
            return [path for path in tracked if self._contents.hold(path, mark)]
        return [os.path.join(self._start, name) for name in holding(self._start, words, *patterns)]

    def _delivers(self, path: str) -> bool:
        """Whether a file may hold a delivery."""
        if _is_state(path) or self._contents.hold(path, DELIVERY):
            return True
        return is_kustomization(path) and self._contents.hold(path, CHARTS)

    def _may_be_values(self, path: str) -> bool:
        """Whether a file may be one of values: YAML that is no manifest."""
        return path.endswith((".yaml", ".yml")) and not self._contents.hold(path, OBJECT)

    def _deployed(self, delivery: str) -> set[str]:
        """The folders and files that a delivery may name, as whole paths."""
        if delivery not in self._named_by:
            self._named_by[delivery] = self._read_deployed(delivery)
        return self._named_by[delivery]

    def _read_deployed(self, delivery: str) -> set[str]:
        data = content(delivery)
        folder = os.path.dirname(delivery)
        words = {word.rstrip(b"/") for word in _words(data)}
        names = {os.fsdecode(word) for word in words if word and word[-1:] != b":"}
        if is_kustomization(delivery):
            found = _inside({_resolved(folder, word) for word in (*words, b"charts")}, names)
        elif _is_state(delivery):
            found = {_resolved(folder, word) for word in words if word}
        else:
            # Of other sources a path begins with the name of one.
            inner = (name.partition("/")[2] if name.startswith("$") else name.lstrip("/") for name in names)
            found = {os.path.normpath(os.path.join(self._start, name)) for name in inner if name not in ("", ".")}
        charts = [path for path in found if os.path.isfile(os.path.join(path, CHART))]
        found |= {os.path.normpath(os.path.join(chart, name)) for chart in charts for name in names}
        return {path for path in found if path.startswith(self._bound) and os.path.exists(path)}

    def built_with(self, kustomizations: Iterable[str]) -> set[str]:
        """All files of some kustomizations, and of those that take in their folders."""
        return _built(_including([*kustomizations], self._kustomizations), self._kustomizations, self._bound)


def files_of(folder: str, *patterns: str, is_work_tree: bool) -> Iterator[str]:
    """The files below a folder: of a work tree those that git tracks, of these only those that fit a pattern."""
    if not is_work_tree:
        return _below(folder)
    return (os.path.join(folder, name) for name in listing(folder, "-c", "--", *patterns))


def _is_state(path: str) -> bool:
    """Whether a file is what helmfile or Fleet reads: paths in it begin in its folder."""
    return is_helmfile(path) or is_fleet(path)


def _words(data: bytes) -> list[bytes]:
    """The words of a file of YAML, each of which may be a path."""
    return data.translate(_AROUND_PATHS).split()


def _inside(folders: Iterable[str], names: set[str]) -> set[str]:
    """The files and folders of some names right in some folders."""
    return {
        os.path.join(folder, name)
        for folder in filter(os.path.isdir, folders)
        for name in names & set(os.listdir(folder))
    }


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
        for word in _words(kustomizations.get(path) or content(path)):
            if word[:1] == b"/" or word[-1:] == b":":
                continue
            target = _resolved(folder, word)
            if not target.startswith(root):
                continue
            if os.path.isfile(target):
                waiting.append(target)
            elif target not in found:
                found.add(target)
                waiting += filter(os.path.isfile, (os.path.join(target, name) for name in KUSTOMIZATION_NAMES))
    return {path for path in found if os.path.isfile(path)}


def _with_dependencies(folders: set[str], taken_in: Mapping[str, list[str]]) -> set[str]:
    """The files of the charts in some folders, of those that take them in, and of all that these take in."""
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
                # Git may not track it.
                waiting += taken_in.get(os.path.dirname(path)) or _taken_in(path)
    return found


def _taken_in(path: str) -> list[str]:
    """The folders that a Chart.yaml names as repositories."""
    return [_resolved(os.path.dirname(path), word) for word in _local(content(path))]


def _local(data: bytes) -> Iterator[bytes]:
    """The paths in a Chart.yaml that name folders as repositories."""
    if _LOCAL in data:
        yield from (word[len(_LOCAL) :] for word in _words(data) if word.startswith(_LOCAL))


def _chart_files(folder: str, depth: int = 0) -> Iterator[str]:
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
    for name in os.listdir(charts) if depth < _MOST_NESTED and os.path.isdir(charts) else ():
        yield from _chart_files(os.path.join(charts, name), depth + 1)


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
