"""Untrusted text made fit for a terminal or a log: control and format characters become visible escapes."""

from __future__ import annotations

import unicodedata

from podhosts.patterns import regex

#: Control, format (bidirectional overrides among them), surrogate, private, line and paragraph separators.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

#: Bytes that are not simply shown.
_SUSPECT = regex(rb"[^\t\n -~]")
#: Pieces of text; a CR that a diff shows at the end of a file without LF is a lone one.
_PIECE = regex(r"\r(?=\n\\ No newline)|\r?\n|\t|\r|[^\r\n\t]+")


def visible(text: str) -> str:
    """The text with every character that a terminal would not print replaced by an escape like `\\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def visible_lines(data: bytes) -> bytes:
    """UTF-8 fit for a terminal: tabs and line breaks stay; a lone CR, other hidden characters and bytes that are no
    UTF-8 become escapes."""
    if not _SUSPECT.search(data):
        return data
    text = data.decode("utf-8", "backslashreplace")
    return "".join(map(_visible_piece, _PIECE.findall(text))).encode()


def _visible_piece(piece: str) -> str:
    return piece if piece[0] in "\t\r\n" and piece != "\r" else visible(piece)


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
