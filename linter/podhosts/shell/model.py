"""What the readers of scripts report: writes to a hosts file."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from podhosts.records import record
from podhosts.shell.entries import HostsEntry, hosts_entries

if TYPE_CHECKING:
    from podhosts.source import Span


class WriteKind(StrEnum):
    """What happens to the file."""

    APPEND = "append"
    TRUNCATE = "truncate"
    """Emptied, then perhaps written: `>`, `tee` without `-a`, `dd of=`, `open(..., "w")`."""
    UPDATE = "update"
    """Opened for reading and writing in place: `3<>`, Python's `r+`."""
    EDIT = "edit"
    """An editor's work: `sed -i`, `ex`, `patch`. `sed -i` and `perl -i` rename a new file over the old one, which the
    kernel refuses for a mount point."""
    REPLACE = "replace"
    """Another file takes its place: `cp`, `mv`, `install`, `ln -f`. `mv` and `ln` fail on a mount point."""
    REMOVE = "remove"
    """Removed or renamed away: `rm`, `mv /etc/hosts ...`. Fails on a mount point."""


class Separator(NamedTuple):
    """What joins two commands of a list: `;`, `&`, `&&`, `||` or a newline."""

    text: str
    span: Span


@record(frozen=True, slots=True)
class Statement:
    """The element of a command list that does a write: one pipeline, often of one command.

    `span`: from its first to its last character, with its redirections, without separators and here-document bodies.
    `before`, `after`: the separators around it; None at the start or end of the list.
    `heredocs`: the bodies of its here-documents, each with the line of its delimiter.
    `within`: what encloses the list, outermost first: `if`, `condition`, `loop`, `case`, `group`, `subshell`,
    `function`, `substitution`, `script` (the text given to `sh -c`, `eval`, ...). Empty at the top of the script.
    `alone`: no other element is in that list, so that removing this one would leave, say, an empty `then` branch.
    `only_writes`: it does nothing else than print texts to the hosts file (`echo`, `printf`, `cat`, `tee`).
    """

    span: Span
    before: Separator | None
    after: Separator | None
    heredocs: tuple[Span, ...]
    within: tuple[str, ...]
    alone: bool
    only_writes: bool


@record(frozen=True, slots=True)
class HostsWrite:
    """A place where a script changes the hosts file.

    `target`: the redirection's target or the file operand, quotes included; of `of=/etc/hosts` the path alone.
    `command`: the program or builtin that does it (`echo`, `tee`, `sed`), `open` and the like in Python, empty for a
    redirection without a command and for one on a loop or group.
    `text`: what is written, None where it is not known.
    `statement`: None in Python code and where no shell is involved.
    """

    target: Span
    kind: WriteKind
    command: str
    text: str | None
    statement: Statement | None

    @property
    def entries(self) -> tuple[HostsEntry, ...] | None:
        """The hosts lines that are written, where all of the text is certain.

        `()` if it surely has none (only comments, or nothing); None if it is not known.
        """
        return hosts_entries(self.text)


@record(frozen=True, slots=True)
class ArgvWrite:
    """A write by a command given as a list; the spans of `write` count in `argv[index]`."""

    index: int
    write: HostsWrite
