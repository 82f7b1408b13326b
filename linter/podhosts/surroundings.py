"""Surroundings: the files that belong with those of a run, found by names and bytes. Nothing is parsed.

The fast lane comes here, so nothing is imported for it, and what is cheap is asked first: whether a chart or a
kustomization stands in or above the folder of a file at all (Kustomize takes files only from there). Only then `builds`
asks who includes it. What is found may be too much, never too little.
"""

from __future__ import annotations

import os

from podhosts.contents import DELIVERY, OBJECT, FileContents
from podhosts.discovery import CHART, is_manifest
from podhosts.kustomize.names import KUSTOMIZATION_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.builds import Builds


class FolderPlace:
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
    the root of the file system if the first one is, else from the working directory. `contents` say what files hold;
    they are read in `jobs` processes where that pays. `charts` are folders of charts that such files belong to by the
    config.
    """

    __slots__ = (
        "_builds", "_charts", "_known", "_places", "_shown_from", "_starts", "attached", "contents", "is_known",
        "others",
    )  # fmt: skip

    def __init__(
        self,
        named: Iterable[str],
        listed: Iterable[str] = (),
        jobs: int | None = None,
        charts: Iterable[str] = (),
    ) -> None:
        self.contents = FileContents()
        self._places: dict[str, FolderPlace] = {}
        self._builds: list[Builds] = []
        self._charts = [*charts]
        files = [*named, *(path for path in listed if self._place(os.path.dirname(os.path.abspath(path))).root)]
        self._shown_from = None if files and os.path.isabs(files[0]) else os.path.join(os.getcwd(), "")
        #: The files by their whole paths.
        self._known = {os.path.abspath(path) for path in files}
        self.contents.search(self._known, jobs)
        #: What bounds the look-ups: the roots of work trees, and folders outside of those.
        self._starts: dict[str, bool] = {}
        #: Whether it is known for each file what it belongs to.
        self.is_known = True
        found = self._reached() - self._known
        self.others = sorted(self._shown(path) for path in found if is_manifest(path) or _is_template(path))
        self.attached = sorted(self._shown(path) for path in found if not is_manifest(path) and not _is_template(path))

    def built_with(self, kustomization: str) -> set[str]:
        """The whole paths of all files of the kustomizations that are, or take in, the one at a path.

        And of the deliveries that name its folder.
        """
        path = os.path.abspath(kustomization)
        found: set[str] = set()
        for builds in self._builds:
            found |= builds.built_with([path]) | builds.deliveries_of(path)
        return found

    def rest(self) -> list[str]:
        """All other manifests of the work trees, or of the folders that stand for one; for look-ups by name."""
        from podhosts.builds import files_of

        found: set[str] = set()
        for start, is_root in self._starts.items():
            found.update(filter(is_manifest, files_of(start, is_work_tree=is_root)))
        found = set(filter(os.path.isfile, found - self._known))
        return sorted({self._shown(path) for path in found} - set(self.others))

    def _shown(self, path: str) -> str:
        if self._shown_from is None:
            return path
        if path.startswith(self._shown_from):
            return path[len(self._shown_from) :]
        return os.path.relpath(path, self._shown_from)

    def _place(self, folder: str) -> FolderPlace:
        if folder not in self._places:
            names = [os.path.join(folder, name) for name in (*KUSTOMIZATION_NAMES, CHART)]
            *kustomizations, chart = (path if os.path.isfile(path) else None for path in names)
            own_chart = (folder,) if chart else ()
            own = tuple(filter(None, kustomizations))
            parent = os.path.dirname(folder)
            if os.path.exists(os.path.join(folder, ".git")):
                place = FolderPlace(folder, own_chart, own)
            elif parent == folder:
                place = FolderPlace(None, own_chart, own)
            else:
                above = self._place(parent)
                place = FolderPlace(above.root, (*own_chart, *above.charts), (*own, *above.kustomizations))
            self._places[folder] = place
        return self._places[folder]

    def _reached(self) -> set[str]:
        """The whole paths of all files that belong to the charts and kustomizations of the files."""
        marked: dict[str, dict[str, FolderPlace]] = {}
        may_be_delivered: dict[str, list[str]] = {}
        for path in self._known:
            place = self._place(os.path.dirname(path))
            start = place.outermost
            self.is_known = self.is_known and start is not None
            if start is None:
                continue
            self._starts[start] = place.root is not None
            if place.charts or place.kustomizations:
                marked.setdefault(start, {})[path] = place
            if self._may_be_delivered(path):
                may_be_delivered.setdefault(start, []).append(path)
        charts: dict[str, set[str]] = {}
        for folder in self._charts:
            place = self._place(folder)
            if (start := place.outermost) is not None:
                self._starts[start] = place.root is not None
                charts.setdefault(start, set()).add(folder)
        found: set[str] = set()
        for start in {**marked, **may_be_delivered, **charts}:
            places = marked.get(start, {})
            # Imported here: most files lie in no build.
            from podhosts.builds import Builds

            builds = Builds(start, self.contents, is_work_tree=self._starts[start])
            self._builds.append(builds)
            above = {path: place.kustomizations for path, place in places.items()}
            own = {folder for place in places.values() for folder in place.charts}
            reached = builds.reached(above, own | charts.get(start, set()))
            named = {*places, *may_be_delivered.get(start, ())}
            found |= reached | builds.delivered(named, reached)
        return found

    def _may_be_delivered(self, path: str) -> bool:
        """Whether a file may be a delivery, or hold values for one."""
        return is_manifest(path) and (self.contents.hold(path, DELIVERY) or not self.contents.hold(path, OBJECT))


def _is_template(path: str) -> bool:
    return f"{os.sep}templates{os.sep}" in path
