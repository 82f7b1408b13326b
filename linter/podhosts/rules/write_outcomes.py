"""The outcome of a write to the kubelet's hosts file: whether it can work, by whom and how it is done.

Source: `vectors/hosts-writes`, where each way was measured on a file that is mounted as the kubelet mounts it. What was
not measured counts as a write that works.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.document import string
from podhosts.kubernetes.rights import rights
from podhosts.kubernetes.scripts import commands
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.shell import User, Way

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from podhosts.kubernetes import Container, Pod
    from podhosts.kubernetes.rights import Rights
    from podhosts.shell import HostsWrite, Separator, Statement

#: Programs of which only the GNU ones were measured, and images that have busybox's.
_UNMEASURED_IN_BUSYBOX = frozenset(("install", "patch"))
_BUSYBOX_IMAGES = regex(r"busybox|alpine")
_CHANGES_RIGHTS = regex(r"\b(?:chmod|chown|chgrp|setfacl)\b")
_GAINS_RIGHTS = regex(r"\b(?:sudo|doas|su)\b")
_STOPS_AT_ERRORS = regex(r"(?:^|[\n;&])[ \t]*set[ \t]+-[A-Za-z]*e")
_COPIES = regex(r"\b(?:cp|mv|rsync)\b")
_ONLY_IF_OLDER = regex(r"\s(?:-[A-Za-z]*u|--update)")
_HOSTS = regex(r"hosts")
_LISTS = frozenset((";", "\n"))
#: Programs that do not always tell a failure by their exit code, or not each of that name.
_SILENT = frozenset(("perl", "ruby", "patch", "awk", "install"))
#: Programs, as opposed to functions of a language.
_PROGRAM = regex(r"[a-z]+")


class Outcome(Enum):
    """The outcome of a write; all but `DONE` and `PERHAPS` write nothing."""

    DONE = auto()
    PERHAPS = auto()
    """If the image lets the user become root."""
    NOT_ROOT = auto()
    OTHER_USER = auto()
    NO_SUDO = auto()
    MOUNT_POINT = auto()
    NO_FOLDER = auto()
    NOT_REACHED = auto()
    """It comes after `&&` and a command that fails."""

    @property
    def fails(self) -> bool:
        return self not in {Outcome.DONE, Outcome.PERHAPS}


def outcome(write: HostsWrite, container: Container) -> Outcome:
    """The outcome of a write in a container that has the kubelet's file."""
    allowed = rights(container)
    user = _by_user(write, container, allowed)
    if user.fails:
        return user
    if write.way is Way.REPLACED and not _may_differ(write, container, allowed):
        return Outcome.MOUNT_POINT
    if write.way is Way.BESIDE and allowed.has_read_only_root:
        return Outcome.NO_FOLDER
    return user


def outcomes(found: Sequence[tuple[Container, HostsWrite]]) -> list[Outcome]:
    """The outcomes of the writes of a pod, given with the containers that do them, in order."""
    results: list[Outcome] = []
    failed: set[tuple[int, Separator]] = set()
    for container, write in found:
        statement = write.statement
        follows = statement is not None and statement.before is not None and statement.before.text == "&&"
        if statement and statement.before and follows and (id(container), statement.before) in failed:
            result = Outcome.NOT_REACHED
        else:
            result = outcome(write, container)
        if result.fails and write.command not in _SILENT and statement is not None and statement.after is not None:
            failed.add((id(container), statement.after))
        results.append(result)
    return results


def _may_differ(write: HostsWrite, container: Container, allowed: Rights) -> bool:
    """Whether the file may be no mount point any more, or the program another than the one that was measured."""
    if write.command in _UNMEASURED_IN_BUSYBOX and _BUSYBOX_IMAGES.search(string(container.node.get("image")) or ""):
        return True
    return allowed.is_privileged and "umount" in _text(container)


def _by_user(write: HostsWrite, container: Container, allowed: Rights) -> Outcome:
    match write.user:
        case User.OTHER:
            return Outcome.DONE if _may_be_opened(container, with_root=True) else Outcome.OTHER_USER
        case User.SUDO | User.SU if allowed.gains_nothing:
            return Outcome.NO_SUDO
        case User.SUDO if allowed.not_root:
            return Outcome.PERHAPS
        case User.SU if allowed.not_root:
            return Outcome.NOT_ROOT
        case User.ROOT if allowed.not_root:
            return Outcome.PERHAPS
        case User.SAME if allowed.not_root and not _may_be_opened(container, with_root=False):
            return Outcome.NOT_ROOT
        case _:
            return Outcome.DONE


def _may_be_opened(container: Container, *, with_root: bool) -> bool:
    """Whether something in the pod may let other users write the file; `with_root`: the container itself may."""
    return any(other is not container or with_root or rights(other).not_root for other in _opening(container.pod))


@lru_cache(maxsize=1)  # every write of the pod asks
def _opening(pod: Pod) -> list[Container]:
    """The containers that may let other users write the file."""
    found: list[Container] = []
    for container in pod.containers:
        text = _text(container)
        if not _has_both(text, _CHANGES_RIGHTS, _HOSTS):
            continue
        if not rights(container).not_root or (_GAINS_RIGHTS.search(text) and not rights(container).gains_nothing):
            found.append(container)
    return found


def _has_both(text: str, first: re.Pattern[str], second: re.Pattern[str]) -> bool:
    """Whether a line has the one and, somewhere after it, the other."""
    return any((found := first.search(line)) and second.search(line, found.end()) for line in text.split("\n"))


@lru_cache(maxsize=2)
def _text(container: Container) -> str:
    """All that the container runs, by its manifest."""
    return "\n".join(" ".join(scalar.text for _, scalar in command.arguments) for command in commands(container))


def stops(write: HostsWrite, script: str, *, is_exec_form: bool) -> bool:
    """Whether a write that fails surely makes its whole command fail.

    `script` is the argument that the write stands in; `is_exec_form`: it is an operand of a program run without a
    shell.
    """
    if write.command in _SILENT or (write.command and not _PROGRAM.fullmatch(write.command)):
        return False
    statement = write.statement
    if statement is None:
        return is_exec_form
    if statement.within or _is_piped_on(write, statement, script):
        return False
    known = _script(script)
    before = statement.before is None or statement.before.text in _LISTS
    if not before or known.may_skip or script.startswith("!", statement.span.start):
        return False
    if statement.after is None:
        return True
    is_last = statement.after.span.end >= known.end
    return statement.after.text in _LISTS and (is_last or known.stops_from < statement.span.start)


class _ScriptFacts(NamedTuple):
    """Facts that hold for all writes of a script.

    `may_skip`: it copies only what is newer; `stops_from`: where it says that it ends at an error, else its length;
    `end`: where nothing but blanks follows.
    """

    may_skip: bool
    stops_from: int
    end: int


@lru_cache(maxsize=1)
def _script(text: str) -> _ScriptFacts:
    stops_from = _STOPS_AT_ERRORS.search(text)
    return _ScriptFacts(
        _has_both(text, _COPIES, _ONLY_IF_OLDER),
        stops_from.start() if stops_from else len(text),
        len(text.rstrip()),
    )


def _is_piped_on(write: HostsWrite, statement: Statement, script: str) -> bool:
    return "|" in script[write.target.end : statement.span.end]
