"""The two pattern languages of a chart: those of `.helmignore` (Go's `filepath.Match`) and of `.Files.Glob`.

Sources: Go 1.26 `path/filepath/match.go`; github.com/gobwas/glob 0.2.3 with `/` as separator, as Helm calls it.
"""

from __future__ import annotations

import re


class BadPatternError(ValueError):
    """A pattern that Go refuses (`syntax error in pattern`)."""


def path_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of `filepath.Match` as a regular expression for `fullmatch`.

    Raises BadPatternError.
    """
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            parts.append("[^/]*")
        elif character == "?":
            parts.append("[^/]")
        elif character == "[":
            text, at = _bracket(pattern, at)
            parts.append(text)
        elif character == "\\":
            character, at = _escaped(pattern, at)
            parts.append(re.escape(character))
        else:
            parts.append(re.escape(character))
    return re.compile("".join(parts), re.DOTALL)


def _bracket(pattern: str, at: int) -> tuple[str, int]:
    """The class that begins after a `[`, and the offset after its `]`."""
    negation = ""
    if pattern[at : at + 1] == "^":
        negation, at = "^", at + 1
    ranges: list[str] = []
    while not (ranges and pattern[at : at + 1] == "]"):
        low, at = _bound(pattern, at)
        high = low
        if pattern[at : at + 1] == "-":
            high, at = _bound(pattern, at + 1)
        # A range whose ends are the wrong way round matches nothing in Go.
        ranges.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
    inner = "".join(ranges)
    if not inner:
        return ("(?s:.)" if negation else "(?!)"), at + 1
    return f"[{negation}{inner}]", at + 1


def _bound(pattern: str, at: int) -> tuple[str, int]:
    """One end of a range in a class; as in Go, something must follow it."""
    if at >= len(pattern) or pattern[at] in "-]":
        raise BadPatternError("syntax error in pattern")
    character, at = _escaped(pattern, at + 1) if pattern[at] == "\\" else (pattern[at], at + 1)
    if at >= len(pattern):
        raise BadPatternError("syntax error in pattern")
    return character, at


def _escaped(pattern: str, at: int) -> tuple[str, int]:
    if at >= len(pattern):
        raise BadPatternError("syntax error in pattern")
    return pattern[at], at + 1


def file_glob(pattern: str) -> re.Pattern[str]:
    """A pattern of `.Files.Glob` as a regular expression for `fullmatch`; everything where Helm cannot read it."""
    try:
        text, at = _alternative(pattern, 0, inside=False)
    except BadPatternError:
        return re.compile(".*", re.DOTALL)
    return re.compile(text if at == len(pattern) else ".*", re.DOTALL)


def _alternative(pattern: str, at: int, *, inside: bool) -> tuple[str, int]:
    """The part of a pattern up to its end, or up to the `}` that ends the braces that it stands in."""
    parts: list[str] = []
    while at < len(pattern):
        character = pattern[at]
        if inside and character == "}":
            return "".join(parts), at
        at += 1
        if character == "*":
            is_double = pattern[at : at + 1] == "*"
            parts.append(".*" if is_double else "[^/]*")
            at += is_double
        elif character == "?":
            parts.append("[^/]")
        elif character == "[":
            text, at = _glob_class(pattern, at)
            parts.append(text)
        elif character == "{":
            text, at = _alternative(pattern, at, inside=True)
            if at >= len(pattern):
                raise BadPatternError("the braces do not end")
            parts.append(f"(?:{text})")
            at += 1
        elif character == "\\":
            character, at = _escaped(pattern, at)
            parts.append(re.escape(character))
        else:
            parts.append("|" if inside and character == "," else re.escape(character))
    if inside:
        raise BadPatternError("the braces do not end")
    return "".join(parts), at


def _glob_class(pattern: str, at: int) -> tuple[str, int]:
    """`[abc]`, `[!abc]` or `[a-z]`: gobwas knows one range, or a list of characters."""
    end = pattern.find("]", at + 1)
    if end < 0:
        raise BadPatternError("a class that does not end")
    inner = pattern[at:end]
    negation, inner = ("^", inner[1:]) if inner.startswith("!") else ("", inner)
    if len(inner) == 3 and inner[1] == "-":
        if inner[0] > inner[2]:
            raise BadPatternError("a range whose ends are the wrong way round")
        return f"[{negation}{re.escape(inner[0])}-{re.escape(inner[2])}]", end + 1
    return f"[{negation}{re.escape(inner)}]", end + 1
