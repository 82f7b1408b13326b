"""Perl, Ruby, JavaScript, PHP and Lua: how their code is given to a program, and what their functions do to files.

Whether a way succeeds on a mount point is measured in `vectors/hosts-writes`; the names are those of perlfunc and
File::Copy, Ruby's File and FileUtils, Node's fs, PHP's filesystem functions and Lua's io and os.
"""

from __future__ import annotations

import re

from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.shell.model import Way, WriteKind


class FileCall(NamedTuple):
    """An effect of a function on the file that its argument number `path` names.

    `kind`: None where the mode in argument number `mode` decides. `source`: the argument with the file that is copied,
    which keeps its name in a folder.
    """

    path: int = 0
    kind: WriteKind | None = None
    way: Way = Way.IN_PLACE
    mode: int = 1
    source: int | None = None


class Language(NamedTuple):
    """One language.

    `option`: the option whose value is code, where it is attached as its group. `strings`: how a string is written;
    `comments`: what is passed over; `calls`, `shells`: functions by name, and those that give a text to a shell.
    `joiner`: what stands before the last part of a name, where that alone says which function it is.
    """

    option: re.Pattern[str]
    strings: str
    comments: str
    calls: dict[str, tuple[FileCall, ...]]
    shells: frozenset[str]
    joiner: str = ""


_OPEN = (FileCall(),)
_WRITE = (FileCall(kind=WriteKind.TRUNCATE),)
_APPEND = (FileCall(kind=WriteKind.APPEND),)
_COPY = (FileCall(1, WriteKind.REPLACE, source=0),)
_RENAME = (FileCall(1, WriteKind.REPLACE, Way.REPLACED, source=0), FileCall(0, WriteKind.REMOVE, Way.REPLACED))
_REMOVE = (FileCall(kind=WriteKind.REMOVE, way=Way.REPLACED),)
_BY_NEW_FILE = (FileCall(1, WriteKind.REPLACE, Way.REPLACED, source=0),)

_SINGLE, _DOUBLE, _BACKQUOTED = r"'(?:[^'\\]|\\.)*'", r'"(?:[^"\\]|\\.)*"', r"`(?:[^`\\]|\\.)*`"
_QUOTED = f"{_SINGLE}|{_DOUBLE}"
_HASH = r"\#[^\n]*"
_SLASHES = r"//[^\n]*|/\*.*?\*/"

_PERL = Language(
    regex(r"-[aclnpsw0-7]*[eE](.*)", re.DOTALL),
    rf"{_QUOTED}|{_BACKQUOTED}|\bq[qx]?\{{[^{{}}]*\}}|\bq[qx]?\([^()]*\)",
    _HASH,
    {
        "open": (FileCall(2),),
        "copy": _COPY,
        "cp": _COPY,
        # It copies where it cannot rename.
        "move": _COPY,
        "mv": _COPY,
        "rename": _RENAME,
        "unlink": _REMOVE,
        "truncate": _WRITE,
        "write_file": _WRITE,
        "append_file": _APPEND,
        "File->new": _OPEN,
    },
    frozenset({"system", "exec", "qx"}),
    joiner="::",
)
_RUBY = Language(
    regex(r"-[alnpwvd0-7]*e(.*)", re.DOTALL),
    rf"{_QUOTED}|{_BACKQUOTED}|%[qQx]?\([^()]*\)|%[qQx]?\{{[^{{}}]*\}}",
    _HASH,
    {
        **dict.fromkeys(("File.open", "File.new", "IO.open", "Kernel.open", "open"), _OPEN),
        **dict.fromkeys(("File.write", "IO.write", "File.binwrite", "IO.binwrite", "File.truncate"), _WRITE),
        **dict.fromkeys(("FileUtils.cp", "FileUtils.copy", "FileUtils.copy_file", "IO.copy_stream"), _COPY),
        **dict.fromkeys(("File.rename", "FileUtils.mv", "FileUtils.move"), _RENAME),
        **dict.fromkeys(("File.delete", "File.unlink", "FileUtils.rm", "FileUtils.rm_f"), _REMOVE),
        **dict.fromkeys(("FileUtils.ln_sf",), _BY_NEW_FILE),
    },
    frozenset({"system", "exec", "spawn", "Kernel.system"}),
)
_JAVASCRIPT = Language(
    regex(r"(?:-p?e|-p|--eval|--print)(?:=(.*))?", re.DOTALL),
    f"{_QUOTED}|{_BACKQUOTED}",
    _SLASHES,
    {
        **dict.fromkeys(("openSync", "open"), _OPEN),
        **dict.fromkeys(("writeFileSync", "writeFile", "createWriteStream", "truncateSync", "truncate"), _WRITE),
        **dict.fromkeys(("appendFileSync", "appendFile"), _APPEND),
        **dict.fromkeys(("copyFileSync", "copyFile"), _COPY),
        **dict.fromkeys(("cpSync", "cp"), _BY_NEW_FILE),
        **dict.fromkeys(("renameSync", "rename"), _RENAME),
        **dict.fromkeys(("unlinkSync", "unlink", "rmSync", "rm"), _REMOVE),
    },
    frozenset({"execSync", "exec"}),
    joiner=".",
)
_PHP = Language(
    regex(r"-r(.*)", re.DOTALL),
    f"{_QUOTED}|{_BACKQUOTED}",
    f"{_HASH}|{_SLASHES}",
    {
        "fopen": _OPEN,
        "file_put_contents": _WRITE,
        "copy": _COPY,
        "rename": _RENAME,
        "unlink": _REMOVE,
    },
    frozenset({"system", "exec", "shell_exec", "passthru", "popen"}),
)
_LUA = Language(
    regex(r"-e(.*)", re.DOTALL),
    rf"{_QUOTED}|\[\[.*?\]\]",
    r"--[^\n]*",
    {"io.open": _OPEN, "io.output": _WRITE, "os.rename": _RENAME, "os.remove": _REMOVE},
    frozenset({"os.execute", "io.popen"}),
)
_BY_PROGRAM = (
    (regex(r"perl[0-9.]*"), _PERL),
    (regex(r"ruby[0-9.]*"), _RUBY),
    (regex(r"node(?:js)?[0-9]*|bun"), _JAVASCRIPT),
    (regex(r"php[0-9.]*"), _PHP),
    (regex(r"lua(?:jit)?[0-9.]*"), _LUA),
)


def language_of(program: str) -> Language | None:
    """The language that a program of this name runs; None for shells, Python and anything else."""
    return next((language for name, language in _BY_PROGRAM if name.fullmatch(program)), None)


#: Programs that run code in languages that are not read here, with the options (or the first word) that it follows.
_UNREAD: dict[str, frozenset[str]] = {
    **dict.fromkeys(("fish", "csh", "tcsh", "nu", "xonsh", "elvish", "rc", "expect", "guile"), frozenset({"-c"})),
    **dict.fromkeys(
        ("groovy", "scala", "elixir", "Rscript", "julia", "racket", "ghc", "raku"),
        frozenset({"-e", "-E", "--eval", "--execute"}),
    ),
    "deno": frozenset({"eval"}),
    "erl": frozenset({"-eval"}),
}


def unread_options(program: str) -> frozenset[str]:
    """The words that code follows which a program is given and that is not read; empty where there is no such code."""
    return _UNREAD.get(program, frozenset())
