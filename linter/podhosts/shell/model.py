"""Writes to a hosts file, as the readers of scripts report them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from podhosts.records import NamedTuple, record
from podhosts.shell.entries import WrittenEntry, hosts_entries
from podhosts.shell.located import OWN_ADDRESS, UNKNOWN

if TYPE_CHECKING:
    from podhosts.source import Span


class WriteKind(StrEnum):
    """The change to the file."""

    APPEND = "append"
    TRUNCATE = "truncate"
    """Emptied, then perhaps written: `>`, `tee` without `-a`, `dd of=`, `open(..., "w")`."""
    UPDATE = "update"
    """Opened for reading and writing in place: `3<>`, Python's `r+`."""
    EDIT = "edit"
    """An editor's work: `sed -i`, `ex`, `patch`."""
    REPLACE = "replace"
    """Another file, or its content, takes its place: `cp`, `mv`, `install`, `ln -f`."""
    REMOVE = "remove"
    """Removed or renamed away: `rm`, `mv /etc/hosts ...`."""


class Way(StrEnum):
    """How the file is reached, which decides whether it works on a mount point (`vectors/hosts-writes`)."""

    IN_PLACE = "in place"
    """Opened and written."""
    BESIDE = "beside"
    """Written in place, but only after a file was made in its folder: `ed`, `ex`, `vim` (without `!`)."""
    REPLACED = "replaced"
    """Another file is renamed over it, or it is unlinked or renamed first: refused for a mount point."""
    VARIES = "varies"
    """As the program at hand does it, or not measured: toybox `mv`, busybox `install`."""


class User(StrEnum):
    """Who writes."""

    SAME = "same"
    """The user that runs the script."""
    SUDO = "sudo"
    """Root, if `sudo` or `doas` lets this user."""
    SU = "su"
    """Root by `su` or `runuser`, which ask a user that is not root for a password."""
    ROOT = "root"
    """Root by a program that needs to be root to do so: `gosu`, `su-exec`, `setpriv`."""
    OTHER = "other"
    """A user that is not root, to whom the script changes."""
    UNKNOWN = "unknown"
    """Whom a variable names."""


class Separator(NamedTuple):
    """The text that joins two commands of a list: `;`, `&`, `&&`, `||` or a newline."""

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
    `way`, `user`: how and as whom, as far as the script says. `file`: what people call it.
    """

    target: Span
    kind: WriteKind
    command: str
    text: str | None
    statement: Statement | None
    way: Way = Way.IN_PLACE
    user: User = User.SAME
    file: str = "/etc/hosts"

    @property
    def own_names(self) -> tuple[str, ...] | None:
        """The constant names that are written beside the pod's own address; None where no line begins with that."""
        lines = [line for line in (self.text or "").split("\n") if line.startswith(OWN_ADDRESS)]
        names = [name for line in lines for name in line[len(OWN_ADDRESS) :].partition("#")[0].split()]
        return tuple(name for name in names if UNKNOWN not in name) if lines else None

    @property
    def entries(self) -> tuple[WrittenEntry, ...] | None:
        """The hosts lines that are written, where all of the text is certain.

        `()` if it surely has none (only comments, or nothing); None if it is not known.
        """
        return hosts_entries(self.text)


@record(frozen=True, slots=True)
class ArgvWrite:
    """A write by a command given as a list; the spans of `write` count in `argv[index]`."""

    index: int
    write: HostsWrite
