"""Untrusted text made fit for a terminal or a log: control and format characters become visible escapes."""

from __future__ import annotations

import unicodedata

#: Control, format (bidirectional overrides among them), surrogate, private, line and paragraph separators.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with every character that a terminal would not print replaced by an escape like `\\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
