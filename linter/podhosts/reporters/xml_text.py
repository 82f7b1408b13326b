"""XML as text: what XML 1.0 cannot hold becomes a visible escape."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, indent, tostring

from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

#: All but the characters of XML 1.0 (production 2, `Char`).
_FORBIDDEN = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fit(text: str) -> str:
    """The text with each character that XML cannot hold replaced by an escape like `\\x1b`."""
    return _FORBIDDEN.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def element(tag: str, /, **attributes: str) -> Element:
    """An element whose attributes hold what XML can hold."""
    return Element(tag, {attribute: fit(value) for attribute, value in attributes.items()})


def document(root: Element) -> Iterator[str]:
    """The document as indented text, in lines."""
    indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield from tostring(root, encoding="unicode").split("\n")
