"""The folders that ConfigMaps of CoreDNS are mounted on, and the keys that `import` and FILE lead to there."""

from __future__ import annotations

from fnmatch import fnmatchcase
from posixpath import basename, dirname, isabs, join, normpath
from typing import TYPE_CHECKING, Protocol, TypeVar

from podhosts.corefile.tokens import CorefileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podhosts.corefile.tokens import Token

MAIN_FOLDER = "/etc/coredns"
"""The folder of the Corefile in kubeadm, EKS, AKS, k3s, kOps and CoreDNS' chart."""
MAIN_PATH = f"{MAIN_FOLDER}/Corefile"
CUSTOM_FOLDER = f"{MAIN_FOLDER}/custom"
"""The folder of the ConfigMap `coredns-custom`; others of nearly that name are taken for it."""
_WILDCARDS = frozenset("*?[")
#: What the kubelet puts into each folder that it mounts a ConfigMap on: links to folders.
_KUBELETS_FOLDER = "..data"


class HasPath(Protocol):
    """A text that CoreDNS finds at a path."""

    @property
    def path(self) -> str: ...


_Text = TypeVar("_Text", bound=HasPath)


def imported(argument: Token, importer: str, texts: Sequence[_Text]) -> list[_Text] | None:
    """The texts that an `import` in the file `importer` brings; None where it is not known what is there.

    Raises `CorefileError` where CoreDNS refuses it (`coredns/caddy` v1.1.4, `caddyfile/parse.go`).
    """
    pattern = argument.text
    if pattern.count("*") > 1 or pattern.count("?") > 1 or ("[" in pattern and "]" in pattern):
        raise CorefileError("`import` takes a single wildcard", argument.span)
    if pattern.endswith("/"):
        raise CorefileError(f"`{pattern}` is a folder", argument.span)
    path = normpath(join(dirname(importer), pattern))
    folder = _folder(dirname(path))
    known = [text for text in texts if dirname(text.path) == folder]
    if not _WILDCARDS.isdisjoint(pattern):
        if _WILDCARDS.isdisjoint(basename(path)) or folder is None or not known:
            return None
        if fnmatchcase(_KUBELETS_FOLDER, basename(path)):
            raise CorefileError(f"`{pattern}` also matches `{_KUBELETS_FOLDER}`, a folder", argument.span)
        found = [text for text in known if fnmatchcase(basename(text.path), basename(path))]
        return sorted(found, key=lambda text: text.path)
    found = [text for text in known if basename(text.path) == basename(path)]
    if not found and "/" not in pattern and importer == MAIN_PATH:
        raise CorefileError(f"`{pattern}` is neither a snippet above this line nor a file next to it", argument.span)
    return found or None


def named_file(file: str, root: str, texts: Sequence[_Text]) -> _Text | None:
    """The text that the FILE of a `hosts` block names: a relative path counts from the folder `root`."""
    path = normpath(join("/", root, file))
    folder = dirname(path)
    if folder in {"/", "/etc"}:
        return None
    is_known = _folder(folder) is not None
    for text in texts:
        is_there = dirname(text.path) == (_folder(folder) if is_known else MAIN_FOLDER)
        if is_there and basename(text.path) == basename(path) and (is_known or isabs(file)):
            return text
    return None


def _folder(folder: str) -> str | None:
    """The folder of a ConfigMap that a path leads to."""
    if folder == MAIN_FOLDER:
        return MAIN_FOLDER
    return CUSTOM_FOLDER if "custom" in basename(folder) else None
