"""The functions of Helm and Sprig, one module for each family.

Sources: github.com/Masterminds/sprig 3.3.0, Helm's `pkg/engine/funcs.go` of 3.22 and 4.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.builtins import (
    conversions,
    dates,
    defaults,
    dicts,
    encodings,
    letter_cases,
    lists,
    numbers,
    paths,
    patterns,
    strings,
    unknowns,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.helm.model import GoFunction

__all__ = ["functions"]

_MODULES = (
    *(conversions, dates, defaults, dicts, encodings, letter_cases, lists, numbers),
    *(paths, patterns, strings, unknowns, versions),
)
_ALL: dict[str, GoFunction] = {name: one for module in _MODULES for name, one in module.FAMILY.functions.items()}
_HELM_4 = {**_ALL, **conversions.HELM_4_FAMILY.functions}


def functions(helm_version: int) -> Mapping[str, GoFunction]:
    """The functions by the names that templates know, those of the language itself left out."""
    return _ALL if helm_version < 4 else _HELM_4
