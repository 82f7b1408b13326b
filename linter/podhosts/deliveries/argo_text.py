"""Texts that Argo CD expands: `$ARGOCD_APP_NAME` in parameters and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = regex(r"\$(?:\{(?P<braced>[^}]*)\}|(?P<plain>[A-Za-z_0-9]+)|(?P<dollar>\$))")


def expanded(text: Traced, variables: Mapping[str, str | None]) -> Traced:
    """A text with variables put in: an unknown name gives nothing, `$$` a dollar.

    Of those whose value is None nobody knows it.
    """
    pieces: list[Traced] = []
    at = 0
    for found in _VARIABLE.finditer(text.text):
        pieces.append(text.slice(at, found.start()))
        name = found["braced"] or found["plain"]
        value = "$" if found["dollar"] else variables.get(name or "", "")
        pieces.append(Traced.unknown(name) if value is None else text.slice(*found.span()).derive(value))
        at = found.end()
    return Traced.join([*pieces, text.slice(at)]) if pieces else text


def unescaped_commas_escaped(text: Traced) -> Traced:
    """A parameter's value as Argo CD gives it to Helm: commas are plain text, but in braces."""
    if text.text.startswith("{") and text.text.endswith("}"):
        return text
    pieces: list[Traced] = []
    for number, piece in enumerate(text.split(",")):
        if number:
            pieces.append(Traced.own("," if pieces[-1].text.endswith("\\") else "\\,"))
        pieces.append(piece)
    return Traced.join(pieces)
