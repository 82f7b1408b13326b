"""File names as git writes them where a line must hold them."""

from __future__ import annotations

import os

_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def git_quoted(path: str) -> str:
    """A path as git prints it: quoted and escaped if it holds quotes, control characters or anything not ASCII."""
    data = os.fsencode(path)
    written = "".join(_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in data)
    return path if written == path else f'"{written}"'
