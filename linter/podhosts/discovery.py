"""Arguments to files: folders are listed by git where they lie in a work tree, else walked."""

from __future__ import annotations

import os
import stat

from podhosts.kustomize.names import is_kustomization

# The fast lane comes here: `typing`, `pathlib` and the rest would cost more than the work.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN = "-"
ENDINGS = (".yaml", ".yml", ".json")
#: The file that makes a folder a Helm chart.
CHART = "Chart.yaml"
#: Where a shell's process substitution puts its pipes; a pipe elsewhere would wait for a writer for ever.
_SHELL_PIPES = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")


CONFIG_NAME = ".podhosts.yaml"
_PROJECT_FILE = "pyproject.toml"
#: The files that may hold a config.
CONFIG_NAMES = (CONFIG_NAME, _PROJECT_FILE)
#: What a config is not called.
_NEAR_MISSES = (
    ".podhosts.yml", "podhosts.yaml", "podhosts.yml", ".podhosts", ".podhosts.json", ".podhosts.toml", "podhosts.toml",
)  # fmt: skip
_PROJECT_TABLE = b"[tool.podhosts"
#: What git says of a folder that it cannot open.
_UNREADABLE_FOLDER = "warning: could not open directory '"


class Input:
    """A file to check. `named` says that the command line names the file itself, not a folder it lies in.

    `is_other`: neither; it belongs with a file of which findings are reported. `is_alone`: no other file is looked at
    for it, which holds for named ones until it is known what is around them. `known_as` is its path for other files.
    """

    __slots__ = ("is_alone", "is_other", "known_as", "named", "path")

    def __init__(self, path: str, named: bool, is_other: bool = False) -> None:
        self.path = path
        self.named = named
        self.is_other = is_other
        self.is_alone = named
        self.known_as = path


class Discovery:
    """The files in order, the arguments that could not be opened, and the folders in which no manifest was found."""

    __slots__ = ("empty_folders", "failures", "inputs")

    def __init__(self, inputs: list[Input], failures: list[tuple[str, str]], empty_folders: list[str]) -> None:
        self.inputs = inputs
        self.failures = failures
        self.empty_folders = empty_folders


def discover(arguments: Iterable[str], endings: tuple[str, ...] = ENDINGS) -> Discovery:
    """Expand arguments; each file is given once, in the order of the arguments and sorted within a folder.

    `endings` says which files of a folder are meant.
    """
    inputs: dict[str, Input] = {}
    failures: list[tuple[str, str]] = []
    empty: list[str] = []
    for argument in map(_plain, map(with_slashes, arguments)):
        if argument == STDIN:
            inputs.setdefault(STDIN, Input(STDIN, True))
            continue
        try:
            mode = os.stat(argument).st_mode
        except (OSError, ValueError) as error:
            failures.append((argument or "''", _reason(error)))
            continue
        if stat.S_ISDIR(mode):
            unreadable: dict[str, str] = {}
            found = sorted(_folder(argument, endings, unreadable))
            failures += unreadable.items()
            if not found and not unreadable:
                empty.append(argument)
            for path in found:
                inputs.setdefault(path, Input(path, False))
        elif stat.S_ISREG(mode) or argument.startswith(_SHELL_PIPES):
            inputs.setdefault(argument, Input(argument, True))
        else:
            failures.append((argument, "not a regular file; to read from a pipe use `-`"))
    return Discovery(list(inputs.values()), failures, empty)


def _plain(path: str) -> str:
    """A path without detours, as files that lead to it know it; as it is where that would be another file."""
    plain = with_slashes(os.path.normpath(path) if os.path.isabs(path) or not path else os.path.relpath(path))
    try:
        return plain if plain != path and path and os.path.samefile(plain, path) else path
    except (OSError, ValueError):
        return path


def is_manifest(path: str) -> bool:
    """Whether a file in a folder is read: by its ending, or as a kustomization."""
    return path.lower().endswith(ENDINGS) or is_kustomization(path)


def with_slashes(path: str, separator: str = os.sep) -> str:
    """A path as all rooms know it, with `/` between its parts; `separator` is that of the machine."""
    return path if separator == "/" else path.replace(separator, "/")


def find_config(folder: str) -> str | None:
    """The config file for a working directory: the nearest one upwards, no further than the folder with `.git`."""
    while True:
        own, project = os.path.join(folder, CONFIG_NAME), os.path.join(folder, _PROJECT_FILE)
        if os.path.isfile(own):
            return own
        if os.path.isfile(project) and _has_table(project):
            return project
        parent = os.path.dirname(folder)
        if os.path.exists(os.path.join(folder, ".git")) or parent == folder:
            return None
        folder = parent


def misnamed_config(folder: str) -> str | None:
    """A file in a folder that is named nearly as a config is; None where there is none."""
    for name in _NEAR_MISSES:
        if os.path.isfile(os.path.join(folder, name)):
            return name
    return None


def repository_root(folder: str) -> str | None:
    """The nearest folder upwards that holds `.git`; None outside a repository."""
    folder = os.path.abspath(folder)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def are_repositories(arguments: Iterable[str]) -> bool:
    """Whether each argument is a whole repository, whose files refer to no others."""
    return all(os.path.exists(os.path.join(argument, ".git")) for argument in arguments)


def _has_table(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return _PROJECT_TABLE in file.read()
    except OSError:
        return False


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _folder(folder: str, endings: tuple[str, ...], unreadable: dict[str, str]) -> Iterator[str]:
    """The files below a folder that are meant; folders that cannot be read go to `unreadable`, with the reason."""
    listed = _git_files(folder, unreadable)
    names = _walk(folder, unreadable) if listed is None else listed
    for name in names:
        path = _below(folder, name)
        if (name.lower().endswith(endings) or is_kustomization(name)) and _is_file(path, unreadable):
            yield path


def _below(folder: str, name: str) -> str:
    return name if folder in {".", "./"} else f"{folder.rstrip('/')}/{name}"


def _is_file(path: str, unreadable: dict[str, str]) -> bool:
    """Whether a listed path is a file: git also lists deleted files and links to folders, a walk pipes and sockets.

    A link that leads nowhere is none, on purpose: repositories keep such links for other machines.
    """
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except PermissionError as error:
        parent = os.path.dirname(path)
        while parent and not os.path.lexists(parent):
            parent = os.path.dirname(parent)
        unreadable[parent or "."] = _reason(error)
        return False
    except OSError:
        return False


def _git_files(folder: str, unreadable: dict[str, str]) -> list[str] | None:
    """The files below a folder that git tracks or would track; None outside a work tree or without git."""
    import subprocess

    from podhosts.git import git_environment

    command = ["git", "-C", folder, "-c", "core.fsmonitor=false", "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=git_environment()
        )
    except OSError:
        return None
    if done.returncode != 0:
        return None
    for line in done.stderr.splitlines():
        # The folder in quotes, and the reason; git goes on and ends with 0.
        start, _, rest = os.fsdecode(line).partition(_UNREADABLE_FOLDER)
        name, quote, reason = rest.rpartition("': ")
        if not start and quote:
            unreadable[_below(folder, name.rstrip("/"))] = reason
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def _walk(folder: str, unreadable: dict[str, str]) -> Iterator[str]:
    def note(error: OSError) -> None:
        unreadable[_below(folder, with_slashes(os.path.relpath(error.filename, folder)))] = _reason(error)

    for parent, folders, files in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if name != ".git"]
        below = parent[len(folder) :].lstrip(os.sep)
        for name in files:
            yield with_slashes(os.path.join(below, name))
