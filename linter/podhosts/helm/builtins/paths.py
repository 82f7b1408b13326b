"""Parts of paths with slashes."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.helm.builtins.table import STRING, Family
from podhosts.helm.builtins.values import boolean

if TYPE_CHECKING:
    from podhosts.helm.model import Bool
    from podhosts.helm.traced import Traced

FAMILY = Family()


def _cleaned(path: str) -> str:
    # Python keeps two slashes at the beginning, Go does not.
    cleaned = posixpath.normpath(path)
    return "/" + cleaned.lstrip("/") if cleaned.startswith("/") else cleaned


@FAMILY.add("base osBase", STRING)
def _base(path: Traced) -> Traced:
    end = len(path.text.rstrip("/"))
    if not end:
        return path.derive("/" if path.text else ".")
    return path.slice(path.text.rfind("/", 0, end) + 1, end)


@FAMILY.add("dir osDir", STRING)
def _dir(path: Traced) -> Traced:
    return path.derive(_cleaned(path.text[: path.text.rfind("/") + 1]))


@FAMILY.add("clean osClean", STRING)
def _clean(path: Traced) -> Traced:
    return path.derive(_cleaned(path.text))


@FAMILY.add("ext osExt", STRING)
def _ext(path: Traced) -> Traced:
    name = path.text.rfind("/") + 1
    dot = path.text.rfind(".", name)
    return path.slice(dot if dot >= 0 else len(path))


@FAMILY.add("isAbs osIsAbs", STRING)
def _is_abs(path: Traced) -> Bool:
    return boolean(path.text.startswith("/"), path)
