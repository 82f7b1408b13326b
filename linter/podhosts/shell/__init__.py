"""Scripts -> writes to `/etc/hosts`: shell text, exec-form commands, Python, and code in five other languages.

`hosts_writes`, `argv_writes` and `script_writes` never raise, whatever the text, and take time linear in its length.
They report what a script says it does; they do not run it, and take every branch to happen. False alarms were weighed
heavier than misses: a path, a file operand or a text counts only if it is constant in the script.

**Why a parser of its own.** Measured on the 1,032 distinct scripts (268 from manifests, 764 of a Debian system; 1.9 MB)
that `bash -n` accepts, with mvdan/sh 3.14 (Go) as the judge of where redirections and commands are. 922 of them hold no
template action, escaped backquote or wide character, so that positions compare directly; 1,773 redirections.
Declarations (`export`) and `[` were left out of the comparison of commands. Import: on top of dataclasses, enum and re.

| reader | redirections right | commands too | scripts with trouble | licence | import (CPU) | MB/s |
|---|---|---|---|---|---|---|
| this one | 922 | 919 | none (the 3 have `a[$x]=y`) | - | 32 ms | 0.6 |
| tree-sitter-bash 0.25.1 | 911 | 879 | 56 with error nodes | MIT | 20 ms | 4 |
| bashlex 0.18 | 576 | 505 | 338 with exceptions | GPL-3 | 207 ms | 0.3 |

bashlex is out by its licence alone. shlex splits words only: no here-documents, substitutions or positions. tree-sitter
is fast, never raises, and has wheels for CPython 3.11 to 3.14 on Linux, macOS and Windows; but its errors (`for i do`,
`${{ }}`) can cover a whole script, and its tree leaves to its user what is hard here: quotes, escapes, values, scripts
inside scripts. Of 5,287 random scripts of nested constructs that bash then ran in a namespace of their own, all but one
wrote exactly what was reported; that one gave `((` to `sh -c`, which was dash.

Text that is not known before the script runs is given as it stands (`{{ ... }}` of a template is recognised) or as NUL
characters; it never matches a path, and a write that involves it has `entries=None`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.shell.entries import WrittenEntry
from podhosts.shell.located import OWN_ADDRESS
from podhosts.shell.model import ArgvWrite, HostsWrite, Separator, Statement, User, Way, WriteKind
from podhosts.shell.paths import is_etc_hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from podhosts.shell.arguments import UnreadRedirection
    from podhosts.source import Span

__all__ = [
    "OWN_ADDRESS",
    "ArgvWrite",
    "HostsWrite",
    "Separator",
    "Statement",
    "User",
    "Way",
    "WriteKind",
    "WrittenEntry",
    "argv_writes",
    "hosts_writes",
    "is_etc_hosts",
    "script_writes",
    "unread_code",
    "unread_redirection",
]


def hosts_writes(
    script: str,
    path_matches: Callable[[str], bool] = is_etc_hosts,
    variables: Mapping[str, str] | None = None,
) -> list[HostsWrite]:
    """The places where a shell script (POSIX sh, bash, busybox) changes the hosts file, in the order of the text.

    A `#!` line says in what else it is written (Python, and `shell.languages`); of an unknown program it gives nothing.
    `path_matches` is asked about absolute paths. `variables`: the environment the script starts with, as far as it is
    known. Spans are offsets in `script`. Never raises; a command with an unfinished quote is passed over.
    """
    from podhosts.shell.search import writes_in_script

    return writes_in_script(script, path_matches, variables or {})


def argv_writes(
    argv: Sequence[str],
    path_matches: Callable[[str], bool] = is_etc_hosts,
    variables: Mapping[str, str | None] | None = None,
) -> list[ArgvWrite]:
    """The places where a command given as a list (`["sh", "-c", "..."]`) changes the hosts file.

    Spans are offsets in `argv[index]`. A list that starts with an option has no known program and gives nothing.
    A variable may stand for `OWN_ADDRESS`, or be None where its value is not known. One called `$(NAME)` for what the
    kubelet puts in there.
    """
    from podhosts.shell.search import writes_in_command

    return writes_in_command(argv, path_matches, variables or {})


def script_writes(script: str, program: str, path_matches: Callable[[str], bool] = is_etc_hosts) -> list[HostsWrite]:
    """`hosts_writes` for a script that a program is given (`python3`, `perl`, `pwsh`); empty: its own first line says.

    In Python and the other languages `statement` is set for shell commands that it runs.
    """
    from podhosts.shell.search import writes_by_program

    return writes_by_program(script, program, path_matches)


def unread_redirection(
    argv: Sequence[str], path_matches: Callable[[str], bool] = is_etc_hosts
) -> UnreadRedirection | None:
    """The redirection in a list that looks like a write but never happens (`["echo", "x", ">>", "/etc/hosts"]`)."""
    from podhosts.shell import arguments

    return arguments.unread_redirection(argv, path_matches)


def unread_code(argv: Sequence[str]) -> list[tuple[int, Span]]:
    """The places where code in a language that is not read speaks of `/etc/hosts`: indices in `argv`, spans there."""
    from podhosts.shell.search import unread_in_command

    return unread_in_command(argv)
