"""Programs that run another program in the same file system: `sudo`, `env`, `timeout`, ...

What is not in the table is no wrapper. So `chroot`, `nsenter`, `ssh`, `kubectl exec` and `docker run`, which run their
command where the hosts file is another one, need no list of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.shell.expansion import Field
from podhosts.shell.located import UNKNOWN, WrittenRun
from podhosts.shell.model import User
from podhosts.shell.options import Syntax, parse_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podhosts.shell.options import Arguments

_MOST_WRAPPERS = 8
#: More words than this are no list that somebody wrote for xargs.
_MOST_WORDS = 20
_ASSIGNMENT = regex(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


#: `-S`, with the options before it in one argument, and `--split-string`.
_SPLIT_STRING = regex(r"-[iv0]*S|--split-string=?")
_SPLIT_WORD = regex(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+""")
_QUOTED_WORD = regex(r"""(?P<quote>["'])(?P<inner>(?:(?!(?P=quote)).)*)(?P=quote)""", re.DOTALL)
_QUOTE = regex("[\"']")


class _Wrapper(NamedTuple):
    """How a program takes the command that it runs.

    `syntax`: its own options; `skipped`: operands before the command; `refused`: options with which it runs nothing, or
    runs it elsewhere; `needed`: an option without which it is no wrapper; `assigns`: takes `NAME=value` first.
    """

    syntax: Syntax
    skipped: int = 0
    refused: tuple[str, ...] = ()
    needed: str = ""
    assigns: bool = False


class Invocation(NamedTuple):
    """A command without its wrappers: `name` without its directory, empty if it is not known.

    `wrappers`: the names of these; `user`: as whom the command then runs.
    """

    name: str
    arguments: tuple[Field, ...]
    environment: tuple[tuple[str, str], ...] = ()
    wrappers: tuple[str, ...] = ()
    user: User = User.SAME


def _wrapper(
    valued: str = "",
    *long_valued: str,
    attached: str = "",
    skipped: int = 0,
    refused: tuple[str, ...] = (),
    needed: str = "",
    assigns: bool = False,
) -> _Wrapper:
    syntax = Syntax(valued, attached, frozenset(long_valued), is_ordered=True)
    return _Wrapper(syntax, skipped, refused, needed, assigns)


_WRAPPERS = {
    "sudo": _wrapper(
        "ugpCrtTUDh",
        *("user", "group", "prompt", "chdir", "host", "close-from", "role", "type", "other-user", "command-timeout"),
        refused=("R", "chroot", "e", "edit", "l", "list", "v", "validate"),
        assigns=True,
    ),
    "doas": _wrapper("Cu", assigns=True),
    "env": _wrapper("uCS", "unset", "chdir", "split-string", assigns=True),
    "nohup": _wrapper(),
    "setsid": _wrapper(),
    "nice": _wrapper("n", "adjustment"),
    "ionice": _wrapper("cnp", "class", "classdata"),
    "timeout": _wrapper("ks", "kill-after", "signal", skipped=1),
    "stdbuf": _wrapper("ioe", "input", "output", "error"),
    "time": _wrapper("fo", "format", "output"),
    "chrt": _wrapper("TPD", "sched-runtime", "sched-period", "sched-deadline", skipped=1),
    "prlimit": _wrapper("p", "pid"),
    "strace": _wrapper("aebIoOpPsSuUEX", "output", "trace", "user", "env"),
    "faketime": _wrapper("p", skipped=1),
    "taskset": _wrapper(skipped=1, refused=("p", "pid")),
    "exec": _wrapper("a"),
    "command": _wrapper(refused=("v", "V")),
    "builtin": _wrapper(),
    "busybox": _wrapper(),
    "toybox": _wrapper(),
    "gosu": _wrapper(skipped=1),
    "su-exec": _wrapper(skipped=1),
    "setuidgid": _wrapper(skipped=1),
    "s6-setuidgid": _wrapper(skipped=1),
    "setpriv": _wrapper("", "reuid", "regid", "groups", "inh-caps", "ambient-caps", "bounding-set", "securebits"),
    "tini": _wrapper("pe"),
    "dumb-init": _wrapper("r", "rewrite"),
    "catatonit": _wrapper(),
    "with-contenv": _wrapper(),
    "unbuffer": _wrapper(),
    "unshare": _wrapper("SGRw", "setuid", "setgid", "root", "wd", "propagation", refused=("R", "root")),
    "runuser": _wrapper("ugGw", "user", "group", "supp-group", needed="u"),
    "flock": _wrapper("wE", "wait", "timeout", "conflict-exit-code", skipped=1),
    "xargs": _wrapper("nPLdEsIa", "max-args", "max-procs", "delimiter", "arg-file", attached="ile"),
}


def unwrap(fields: Sequence[Field], given: str | None = None) -> Invocation:
    """The command that is run in the end. `given`: the text that xargs reads, if it is known."""
    environment: list[tuple[str, str]] = []
    arguments = tuple(fields)
    name = ""
    wrappers: list[str] = []
    user = User.SAME

    def invocation(name: str, arguments: tuple[Field, ...]) -> Invocation:
        return Invocation(name, arguments, tuple(environment), tuple(wrappers), user)

    for _ in range(_MOST_WRAPPERS):
        if not arguments:
            return invocation("", ())
        head = arguments[0]
        name = head.value.rpartition("/")[2] if head.is_constant else ""
        wrapper = _WRAPPERS.get(name)
        if wrapper is None:
            if not name and _is_optional_sudo(head) and len(arguments) > 1:
                arguments = arguments[1:]
                user = User.SUDO
                continue
            return invocation(name, arguments[1:])
        parsed = parse_arguments(_split_strings(arguments[1:]) if name == "env" else arguments[1:], wrapper.syntax)
        if wrapper.needed and not parsed.has(wrapper.needed):
            return invocation(name, arguments[1:])
        if any(option in wrapper.refused for option, _ in parsed.options):
            return invocation("", ())
        inner = [operand.field for operand in parsed.operands[wrapper.skipped :]]
        while wrapper.assigns and inner and (assignment := _ASSIGNMENT.fullmatch(inner[0].value)):
            environment.append((assignment[1], assignment[2]))
            del inner[0]
        if name == "xargs":
            replaced = [operand.value for operand in parsed.values("I")] or (["{}"] if parsed.has("i") else [])
            inner = _with_input(inner, replaced, given)
        if not inner:
            # `exec` and `command` alone, `sudo -s`: nothing to look into but the wrapper itself.
            return invocation(name, arguments[1:])
        wrappers.append(name)
        user = _user(name, parsed) or user
        if name == "flock" and inner[0].value == "-c":
            return invocation("sh", tuple(inner))
        arguments = tuple(inner)
    return invocation("", ())


def _split_strings(fields: Sequence[Field]) -> list[Field]:
    """The arguments of `env` with those in the value of `-S` one by one."""
    for index, field in enumerate(fields):
        option = _SPLIT_STRING.match(field.value)
        if option is None and field.value.startswith("-") and field.value != "-":
            continue
        if option is None:
            break
        at, holder, rest = option.end(), field, fields[index + 1 :]
        if at == len(field.value) and rest and "=" not in option[0]:
            at, holder, rest = 0, rest[0], rest[1:]
        return [*fields[:index], *_words_of(holder, at), *rest]
    return list(fields)


def _words_of(field: Field, at: int) -> Iterator[Field]:
    """The words of a text as `env -S` splits it: at blanks outside of quotes."""
    text = field.located()
    for word in _SPLIT_WORD.finditer(field.value, at):
        quoted = _QUOTED_WORD.fullmatch(word[0])
        inner = quoted.span("inner") if quoted else (0, len(word[0]))
        start, end = (word.start() + position for position in inner)
        written = field.value[start:end]
        value = written if quoted else _QUOTE.sub("", written)
        yield Field(value, (WrittenRun(0, start, end, exact=value == written),), start, end, text)


def become(named: str, as_root: User) -> User:
    """The user of a program that is given one by name; `as_root` is how it becomes root."""
    name = named.partition(":")[0].lstrip("#")
    return User.UNKNOWN if UNKNOWN in name else as_root if name in {"root", "0"} else User.OTHER


def _user(name: str, parsed: Arguments) -> User | None:
    """The user whom a wrapper changes to; None where it changes none."""
    match name:
        case "sudo" | "doas":
            named = parsed.values("u", "user")
            return become(named[-1].value, User.SUDO) if named else User.SUDO
        case "gosu" | "su-exec" | "setuidgid" | "s6-setuidgid":
            return become(parsed.operands[0].value, User.ROOT)
        case "setpriv":
            named = parsed.values("reuid")
            return become(named[-1].value, User.ROOT) if named else None
        case "runuser":
            named = parsed.values("u", "user")
            return become(named[-1].value, User.SU) if named else None
        case _:
            return None


def _is_optional_sudo(head: Field) -> bool:
    """`$SUDO tee -a ...`: a variable that is `sudo` or nothing, by the look of its name."""
    return head.value == UNKNOWN and "sudo" in head.source.text[head.start : head.end].lower()


def _replaced(field: Field, mark: str, word: str) -> Field:
    if mark not in field.value:
        return field
    runs = (WrittenRun(0, field.start, field.end, exact=False),)
    return field._replace(value=field.value.replace(mark, word), runs=runs)


def _with_input(fields: list[Field], replaced: list[str], given: str | None) -> list[Field]:
    """The command that xargs runs: it puts in, or adds at the end, what it reads."""
    words = given.split() if given is not None and UNKNOWN not in given else []
    if fields and words and len(words) <= _MOST_WORDS and not (replaced and len(words) > 1):
        last = fields[-1]
        if not replaced or not replaced[-1]:
            runs = (WrittenRun(0, last.start, last.end, exact=False),)
            return [*fields, *(last._replace(value=word, runs=runs, is_pattern=False) for word in words)]
        return [_replaced(field, replaced[-1], words[0]) for field in fields]
    if not replaced or not replaced[-1]:
        return [*fields, fields[-1]._replace(value=UNKNOWN, runs=())] if fields else fields
    # As many unknown characters as are replaced: the positions of the others stay right.
    mark = replaced[-1]
    return [field._replace(value=field.value.replace(mark, UNKNOWN * len(mark))) for field in fields]
