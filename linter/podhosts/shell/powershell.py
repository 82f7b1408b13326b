"""PowerShell and cmd text -> writes to the hosts file of Windows, or of Linux where PowerShell runs there.

Not a parser: a statement writes if it begins with a cmdlet that writes files, or redirects, and the path stands where
that takes its file. Source: the reference of Microsoft.PowerShell.Management and of `cmd` redirections.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.model import HostsWrite, WriteKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.shell.located import LocatedText

POWERSHELLS = regex(r"(?:powershell|pwsh)(?:\.exe)?", re.IGNORECASE)
CMD = regex(r"cmd(?:\.exe)?", re.IGNORECASE)
#: The path, with the quote that may stand before it.
_PATH = regex(
    r"""(?P<quote>["']?)(?P<path>
        (?:[a-z]:|\$\{?env:\w+\}?|%\w+%)(?:[\\/]+windows)?[\\/]+system32[\\/]+drivers[\\/]+etc[\\/]+hosts
        |/etc/hosts)(?![\w.\\/-])""",
    re.IGNORECASE | re.VERBOSE,
)
_BREAK = regex(r"[;|{}\n&]")
_REDIRECTION = regex(r"(>>?)[ \t]*\Z")
_CMDLETS = {
    "add-content": WriteKind.APPEND,
    "ac": WriteKind.APPEND,
    "set-content": WriteKind.TRUNCATE,
    "clear-content": WriteKind.TRUNCATE,
    "out-file": WriteKind.TRUNCATE,
    "tee-object": WriteKind.TRUNCATE,
    "copy-item": WriteKind.REPLACE,
    "copy": WriteKind.REPLACE,
    "appendalltext": WriteKind.APPEND,
    "writealltext": WriteKind.TRUNCATE,
}
_CMDLET = regex(r"^\s*(?:\[[\w.]+\]::)?([\w-]+)[ \t(]+", re.IGNORECASE)
_COPIES = frozenset(("copy-item", "copy"))
#: What may stand between a cmdlet and its file: options with and without values, and the name of the parameter.
_OPTIONS = regex(
    r"(?:-(?:Force|Append|NoNewline|Encoding[ \t]+\S+)[ \t]+)*(?:-(?:Path|FilePath|LiteralPath)[ \t]+)?", re.IGNORECASE
)
_APPEND = regex(r"-Append\b", re.IGNORECASE)
#: A value or a text before the parameter that names the file.
_NAMED = regex(r".*[ \t]-(?:Path|FilePath|LiteralPath|Destination)[ \t]+\Z", re.IGNORECASE | re.DOTALL)
_COPIED = regex(r"(?:-\w+[ \t]+)*[\"']?[^\s\"'-][^\"']*[\"']?[ \t]+\Z")


def powershell_writes(source: LocatedText) -> Iterator[HostsWrite]:
    """The writes of a script, each at the path."""
    text = source.text
    breaks = [0, *(mark.end() for mark in _BREAK.finditer(text))]
    for found in _PATH.finditer(text):
        statement = text[breaks[bisect_right(breaks, found.start()) - 1] : found.start()]
        end = _BREAK.search(text, found.end())
        following = text[found.end() : end.start() if end else len(text)]
        if (written := _written(statement, following)) is not None:
            command, kind = written
            span = source.span(found.start("path"), found.end("path"))
            file = "/etc/hosts" if found["path"] == "/etc/hosts" else "the hosts file of Windows"
            yield HostsWrite(span, kind, command, None, None, file=file)


def _written(statement: str, following: str) -> tuple[str, WriteKind] | None:
    """The command that writes the file which a statement ends with, and how; None where it is only read."""
    is_text = statement.lstrip().startswith("#") or statement.count('"') % 2 or statement.count("'") % 2
    if is_text:
        return None
    if redirection := _REDIRECTION.search(statement):
        return "", WriteKind.APPEND if redirection[1] == ">>" else WriteKind.TRUNCATE
    cmdlet = _CMDLET.match(statement)
    kind = _CMDLETS.get(cmdlet[1].lower()) if cmdlet else None
    if cmdlet is None or kind is None:
        return None
    between = statement[cmdlet.end() :]
    is_copy = cmdlet[1].lower() in _COPIES
    is_file = _NAMED.fullmatch(" " + between) or (_COPIED if is_copy else _OPTIONS).fullmatch(between)
    if not is_file or (is_copy and between.lower().rstrip().endswith("-path")):
        return None
    return cmdlet[1], WriteKind.APPEND if _APPEND.search(between + following) else kind
