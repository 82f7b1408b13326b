"""The outermost keys of a text that no parser can read, and its text outside of strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = regex(r"[^\n]*\n|[^\n]+")
#: A line that ends in the header of a block scalar; the scalar's parent is the key, or the last dash.
_BLOCK_HEADER = regex(
    r"(?P<indent> *)(?P<dashes>(?:-[ ]+)*)(?P<key>[^\s#-][^#]*?:[ \t]+)?(?:[&!]\S+[ \t]+){0,2}"
    r"[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$"
)
#: Strings that begin where a value may and end on their line, and comments.
_STRING = regex(
    r"""(?<![^\s\[{,:(=-])(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')|(?:(?<=\s)|(?<!.))#[^\n]*""",
)
_KEY = regex(r"""(?P<indent> *)(?P<dash>-[ ]+)?["']?(?P<name>[A-Za-z]+)["']?[ \t]*:(?:[ \t]+(?P<value>.*))?$""")
_NO_CONTENT = ("#", "---", "...", "%", "{{", "{%", "<%")
#: The tokens of JSON (with comments) and of flow collections that tell how deep a key stands.
_FLOW_TOKEN = regex(
    r"""//[^\n]*|/\*.*?\*/|(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'|(?P<bare>[A-Za-z]+))"""
    r"""(?P<colon>\s*:\s*(?:"(?P<text>[^"\n]*)"|'(?P<other>[^'\n]*)'|(?P<word>[^\s,\[\]{}"']+))?)?"""
    r"""|(?P<opening>[\[{])|(?P<closing>[\]}])""",
    re.DOTALL,
)
_OPENING = regex(r"(?:[ \t]*(?:#[^\n]*|---[^\n]*)?\r?\n|\s|//[^\n]*\n|/\*.*?\*/)*+\{(?![{%])", re.DOTALL)


class Key(NamedTuple):
    """A key as written, with the text behind its colon on the same line.

    `level` is its indentation, in flow collections how many of them it stands in; smaller is further out.
    """

    level: int
    name: str
    value: str


class Outline(NamedTuple):
    """The keys of some names in a text, and the level of what stands furthest out."""

    outermost: int
    keys: list[Key]

    def first(self, name: str) -> Key | None:
        """The first of those of one name that stand furthest out."""
        return min((key for key in self.keys if key.name == name), key=lambda key: key.level, default=None)


def outline(text: str, names: frozenset[str]) -> Outline:
    """The keys of these names in a document's text, those in block scalars, strings and comments not among them."""
    if _OPENING.match(text):
        return Outline(1, list(_flow_keys(text, names)))
    keys: list[Key] = []
    outermost: int | None = None
    for line, is_content in _lines(text):
        content = line.strip()
        if not is_content or not content or content.startswith(_NO_CONTENT):
            continue
        indent = len(line) - len(line.lstrip(" \t"))
        outermost = indent if outermost is None else min(outermost, indent)
        if (found := _KEY.match(line.rstrip())) and found["name"] in names:
            level = len(found["indent"]) + len(found["dash"] or "")
            keys.append(Key(level, found["name"], _unquoted(found["value"] or "")))
    return Outline(outermost or 0, keys)


def bare(text: str) -> str:
    """The text, at the same length, with blanks for its strings and comments: quoted ones and block scalars."""
    parts: list[str] = []
    for line, is_content in _lines(text):
        parts.append(_STRING.sub(_blank, line) if is_content else _blank_line(line))
    return "".join(parts)


def without_block_scalars(text: str) -> str:
    """The text without the lines of its block scalars."""
    return "".join(line for line, is_content in _lines(text) if is_content)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines with their breaks, and whether each stands outside of block scalars."""
    inside = -1
    for found in _LINE.finditer(text):
        line = found.group()
        content = line.strip()
        if inside >= 0 and (not content or len(line) - len(line.lstrip(" ")) > inside):
            yield line, False
            continue
        inside = -1
        if ("|" in content or ">" in content) and (header := _BLOCK_HEADER.match(line.rstrip())):
            # A scalar right behind a dash needs no more than one column beyond it.
            inside = len(header["indent"]) + (len(header["dashes"]) if header["key"] else 0)
        yield line, True


def _flow_keys(text: str, names: frozenset[str]) -> Iterator[Key]:
    depth = 0
    for token in _FLOW_TOKEN.finditer(text):
        if token["opening"]:
            depth += 1
        elif token["closing"]:
            depth -= 1
        elif token["colon"]:
            name = token["double"] or token["single"] or token["bare"]
            if name in names:
                yield Key(depth, name, token["text"] or token["other"] or token["word"] or "")


def _unquoted(value: str) -> str:
    value = value.strip()
    if value[:1] in {'"', "'"}:
        return value[1:].partition(value[0])[0]
    return re.split(r"(?:^|\s)#", value, maxsplit=1)[0].strip()


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _blank_line(line: str) -> str:
    return "".join(character if character in "\r\n" else " " for character in line)
