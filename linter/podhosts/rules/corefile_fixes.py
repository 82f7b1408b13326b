"""Repairs of a `hosts` block in a Corefile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.edits import Safety
from podhosts.source import Span
from podhosts.surgery import repair

if TYPE_CHECKING:
    from podhosts.corefile import HostsBlock, InlineEntry
    from podhosts.corefile.manifests import ManifestCorefile
    from podhosts.edits import Fix


def fall_through(corefile: ManifestCorefile, block: HostsBlock) -> Fix | None:
    """Add `fallthrough` as the last line of the block, or a block that holds it."""
    if block.fallthrough is not None or (block.file is not None and not block.file.text.startswith("/")):
        return None
    misspelt = next((line for line in block.lines if line.meant and line.meant.name == "fallthrough"), None)
    if misspelt is not None:
        # With zones it may pass on too little still.
        return None if misspelt.meant and misspelt.meant.arguments else correct(corefile, block, misspelt)
    text, plugin = corefile.text, block.plugin
    outside = _indentation(text, plugin.name.span.start)
    last = plugin.tokens[-1] if plugin.tokens else plugin.name
    if last.text != "}":
        at = last.span.end
        added = f" {{\n{outside}    fallthrough\n{outside}}}"
    else:
        at = last.span.start - len(_indentation(text, last.span.start))
        if text[at - 1] != "\n":
            return None
        inside = _indentation(text, plugin.lines[0][0].span.start) if plugin.lines else f"{outside}    "
        added = f"{inside}fallthrough\n"
    return repair(corefile.document, "Add `fallthrough`", corefile.replace(Span(at, at), added), Safety.UNSAFE)


def correct(corefile: ManifestCorefile, block: HostsBlock, line: InlineEntry) -> Fix | None:
    """Write the option that misspelt words stand for; behind `fallthrough` no entry may follow."""
    meant = line.meant
    if meant is None or (meant.name == "fallthrough" and line is not block.lines[-1]):
        return None
    # Words of one quoted token share its place.
    if any(argument.span.start < meant.span.end for argument in meant.arguments):
        return None
    written = corefile.text[meant.span.start : meant.span.end]
    edits = corefile.replace(meant.span, meant.name)
    return repair(corefile.document, f"Replace `{written}` with `{meant.name}`", edits, Safety.UNSAFE)


def _indentation(text: str, at: int) -> str:
    """The blanks before a place on its line."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]
