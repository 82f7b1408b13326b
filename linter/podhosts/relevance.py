"""Relevance: what is around the files of a run, and which of them may matter. The fast lane takes it, it is light.

Whether a part of a text matters, `triggers` says by its words; what other files say of one is asked of the repository.
"""

from __future__ import annotations

import os

from podhosts.contents import WORD, FileContents
from podhosts.discovery import STDIN, are_repositories, find_config, misnamed_config
from podhosts.kustomize.names import is_kustomization
from podhosts.surroundings import FilesAround
from podhosts.triggers import file_mentions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.discovery import Discovery, Input


class Relevance:
    """The inputs of a run searched for the words that rules react to, in `jobs` processes where that pays.

    A file that cannot be opened counts as one that holds a word, as its reading will say why; so do pipes, which can
    be read only once. `reads_all`: nothing is searched, and every file counts, for commands that show what is there.
    With `surroundings` what lies around the inputs is searched, too.
    """

    def __init__(
        self,
        discovery: Discovery,
        jobs: int | None = None,
        *,
        reads_all: bool = False,
        surroundings: FilesAround | None = None,
    ) -> None:
        self.discovery = discovery
        self.surroundings = surroundings
        self._reads_all = reads_all
        others = (*surroundings.others, *surroundings.attached) if surroundings else ()
        paths = [*(item.path for item in discovery.inputs), *others]
        #: The paths of the files that hold a word.
        self.with_words = frozenset(paths if reads_all else _with_words(paths, surroundings, jobs))

    def holds_word(self, item: Input) -> bool:
        """Whether an input must be read for what it holds itself."""
        return item.path in self.with_words

    def matters(self, path: str) -> bool:
        """Whether a file must be read that is none of the inputs: what came through a pipe. Raises OSError."""
        return self._reads_all or file_mentions(path)

    def is_silent(self, arguments: list[str]) -> bool:
        """Whether nothing can be said of the inputs, which the arguments led to, but that nothing was found."""
        discovery = self.discovery
        if self.with_words or discovery.failures or discovery.empty_folders:
            return False
        # A chart may print what no file of this list names, and a kustomization lead out of it.
        in_folders = [item.path for item in discovery.inputs if not item.named]
        if any(path.endswith("Chart.yaml") for path in in_folders):
            return False
        # For a folder the config is checked, whatever is in it.
        if in_folders and (find_config(os.getcwd()) or misnamed_config(os.getcwd())):
            return False
        return are_repositories(arguments) or not any(map(is_kustomization, in_folders))


def look_around(
    discovery: Discovery,
    arguments: list[str],
    stdin_name: str | None = None,
    jobs: int | None = None,
    charts: Iterable[str] = (),
) -> FilesAround | None:
    """The files around the inputs that the arguments led to; None for whole repositories.

    It is noted of each input how it is placed there. `stdin_name` is the file whose place stdin takes. Files are read
    in `jobs` processes where that pays. `charts` are the folders of charts that inputs belong to by the config.
    """
    if are_repositories(arguments):
        return None
    inputs = discovery.inputs
    for item in inputs:
        if item.path == STDIN and stdin_name is not None:
            item.known_as = stdin_name
            item.is_alone = not os.path.isdir(os.path.dirname(stdin_name) or ".")
        elif item.path != STDIN:
            item.is_alone = item.named and not os.path.isfile(item.path)
    named = [item.known_as for item in inputs if item.named and not item.is_alone]
    return FilesAround(named, [item.path for item in inputs if not item.named], jobs, charts)


def _with_words(paths: list[str], surroundings: FilesAround | None, jobs: int | None) -> list[str]:
    """The paths of the files that hold a word that a rule reacts to, or may do so."""
    contents = FileContents() if surroundings is None else surroundings.contents
    wholes = {path: path if surroundings is None else os.path.abspath(path) for path in paths if path != STDIN}
    contents.search(wholes.values(), jobs, for_words=True)
    return [path for path in paths if path == STDIN or contents.hold(wholes[path], WORD)]
