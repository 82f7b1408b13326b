"""Opening a repository: its files as they are stored or held, its charts and its kustomizations."""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.deliveries.names import STATE_TEMPLATES
from podhosts.discovery import are_repositories, is_manifest, repository_root
from podhosts.document import File
from podhosts.git import holding
from podhosts.helm import DEFAULT_HELM, Charts, HelmOptions
from podhosts.kustomize.names import KUSTOMIZATION_NAMES, is_kustomization
from podhosts.repository.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from podhosts.helm.delivered import DeliveredChart
    from podhosts.kubernetes import KubernetesObject
    from podhosts.kustomize.delivered import DeliveredFolder
    from podhosts.kustomize.files import Files
    from podhosts.kustomize.overlays import Overlays
    from podhosts.source import Source

#: Where one of these words stands, Kustomize may be told to read files anywhere: Flux and Argo CD do so themselves.
_UNRESTRICTED = (
    "LoadRestrictionsNone",
    "load-restrictor",
    "load_restrictor",
    "kustomize.toolkit.fluxcd.io",
    "argoproj.io",
)


def open_repository(
    paths: list[str],
    arguments: list[str],
    held: Mapping[str, Source] | None = None,
    relevant: Collection[str] | None = None,
    rest: Callable[[], list[str]] | None = None,
    helm: HelmOptions = DEFAULT_HELM,
) -> Repository:
    """The repository with the files at `paths`, which were found in the folders `arguments` or belong with such.

    `held` are texts that stand for what is stored at their paths. `relevant` are the files that hold a word of ours,
    where that is known. `rest` gives the paths of files in which only look-ups by name search. `helm` says how charts
    are evaluated.
    """
    held = {} if held is None else held
    files = _StoredFiles(lambda: list(filter(is_manifest, paths)), held)
    others = () if rest is None else _StoredFiles(rest, held)

    # Both imported here: few runs have a chart or kustomization that has to do with hostAliases.
    def delivered_charts(open_file: Callable[[str], Source | None]) -> Iterator[DeliveredChart]:
        from podhosts.deliveries.finding import chart_deliveries

        return chart_deliveries(_may_deliver(paths, charts), open_file, around())

    def delivered_folders() -> Iterator[DeliveredFolder]:
        from podhosts.deliveries.finding import folder_deliveries

        return folder_deliveries(_may_deliver(paths, charts), charts.source, around())

    def around() -> _Around:
        return _Around(repository, repository_files(paths[0], held), paths)

    charts = Charts(paths, held.values(), helm, delivered_charts)
    overlays = _overlays(paths, arguments, held, relevant, delivered_folders)
    repository = Repository(files, others, charts=charts, overlays=overlays)
    return repository


def _may_deliver(paths: list[str], charts: Charts) -> Iterator[str]:
    """The files that may hold objects that deploy something, with states of helmfile, which are no manifests."""
    yield from (path for path in paths if is_manifest(path) and not charts.has_template(path))
    folders: dict[str, None] = {}
    for path in paths:
        folder = posixpath.dirname(path)
        while folder not in folders:
            folders[folder] = None
            folder = posixpath.dirname(folder)
    for folder in folders:
        yield from (path for name in STATE_TEMPLATES if os.path.isfile(path := posixpath.join(folder, name)))


class _Around:
    """Answers to what deliveries ask of the repository around them."""

    def __init__(self, repository: Repository, files: Files, paths: list[str]) -> None:
        self.files = files
        self._repository = repository
        self._paths = paths
        root = files.root or "."
        #: Leads from where paths are shown from to the root.
        self._root = root if posixpath.isabs(paths[0]) else posixpath.relpath(root)

    def paths(self) -> list[str]:
        """The files of the repository that the run looks at, from the root of the repository."""
        found = (posixpath.relpath(path, self._root) for path in self._paths)
        return [path for path in found if not path.startswith("../")]

    def kustomizations(self) -> Iterator[Source]:
        """The kustomizations that the run looks at."""
        found = (self.files.get(path) for path in self._paths if is_kustomization(path))
        return (source for source in found if source is not None)

    def shown(self, path: str) -> str:
        """A path from the root of the repository as the files are looked up by it."""
        return posixpath.normpath(posixpath.join(self._root, path))

    def below(self, folder: str) -> Iterator[str]:
        """The paths of all files in a folder and the folders inside it."""
        from podhosts.helm.charts import files_below

        return files_below(folder)

    def names(self, folder: str) -> list[str]:
        """The names of the files right in a folder."""
        try:
            return [entry.name for entry in os.scandir(folder or ".") if entry.is_file()]
        except OSError:
            return []

    def find(self, kind: str, name: str, namespace: str | None, near: str) -> KubernetesObject | None:
        """The object of that kind and name that lies nearest to a file; None where several do.

        Each cluster of a repository may have one. A namespace counts only where both sides name one.
        """
        found: dict[str, KubernetesObject] = {}
        for manifest in self._repository.named(kind, name):
            if namespace in {None, manifest.namespace or namespace}:
                found.setdefault(manifest.document.source.path, manifest)
        distances = {path: _distance(path, near) for path in found}
        nearest = [path for path in found if distances[path] == min(distances.values())]
        return found[nearest[0]] if len(nearest) == 1 else None


def _distance(path: str, other: str) -> int:
    """How many steps lead from the folder of a file up to one that another file lies below; -1 for the file itself."""
    if path == other:
        return -1
    parts, others = posixpath.dirname(path).split("/"), posixpath.dirname(other).split("/")
    common = next((at for at, pair in enumerate(zip(parts, others, strict=False)) if pair[0] != pair[1]), None)
    return len(others) - (min(len(parts), len(others)) if common is None else common)


def _overlays(
    paths: list[str],
    arguments: list[str],
    held: Mapping[str, Source] | None,
    relevant: Collection[str] | None,
    deliveries: Callable[[], Iterable[DeliveredFolder]],
) -> Overlays | None:
    """The kustomizations among some files; None where there is none."""
    if not any(map(is_kustomization, paths)):
        return None
    from podhosts.kustomize.overlays import Overlays

    files = repository_files(paths[0], held, lambda: _restricts_loading(paths))
    if not are_repositories(arguments):
        return Overlays(paths, files, None, deliveries)
    only = paths if relevant is None else [path for path in paths if path in relevant]
    return Overlays(paths, files, only, deliveries)


def _restricts_loading(paths: list[str]) -> bool:
    """Whether nothing in the repository of some files speaks of what builds kustomizations without that restriction."""
    root = repository_root(os.path.dirname(paths[0]) or ".")
    if root is not None:
        return not holding(root, _UNRESTRICTED)
    words = [word.encode() for word in _UNRESTRICTED]
    texts = (_read_file(path) or b"" for path in paths)
    return not any(word in text for text in texts for word in words)


def repository_files(
    path: str, held: Mapping[str, Source] | None = None, restricts: Callable[[], bool] = lambda: False
) -> Files:
    """Files by path, as far as the repository of one goes; outside a repository, whatever can be read.

    `held` are texts that stand for what is stored at their paths; `restricts` is asked as `Files` says.
    """
    from podhosts.kustomize.files import Files

    by_path = {posixpath.normpath(path): source for path, source in (held or {}).items()}

    def read(path: str) -> bytes | None:
        return by_path[path].data if path in by_path else _read_file(path)

    return Files(read, repository_root(os.path.dirname(path) or "."), restricts)


def has_kustomization(folder: str) -> bool:
    """Whether a folder is one that Kustomize can build."""
    return any(os.path.isfile(os.path.join(folder, name)) for name in KUSTOMIZATION_NAMES)


def _read_file(path: str) -> bytes | None:
    """A file's bytes; None where there is none that can be read."""
    if not os.path.isfile(path):
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


class _StoredFiles:
    """The files at some paths, opened each time they are gone through, so that none has to be kept.

    `list_paths` is asked when they are first gone through.
    """

    def __init__(self, list_paths: Callable[[], list[str]], held: Mapping[str, Source]) -> None:
        self._list_paths = list_paths
        self._held = held

    @cached_property
    def _paths(self) -> list[str]:
        return self._list_paths()

    def __iter__(self) -> Iterator[Source | File]:
        return (self._held.get(path) or File(path, path) for path in self._paths)
