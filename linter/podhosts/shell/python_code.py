"""Python source -> writes to the hosts file: `open(..., "w")`, `pathlib`, `shutil`, `os`, and shell commands it runs.

Read with Python's own parser. Only what is plain counts: a constant path, or a name that the code sets to one constant
and to nothing else. Source that this Python cannot parse (Python 2) gives nothing.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.shell.located import UNKNOWN, LocatedText, WrittenRun
from podhosts.shell.model import HostsWrite, Way, WriteKind
from podhosts.shell.templates import mask_templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Stands for an unknown character while Python parses: a letter, so that it may be part of a name, that nobody uses.
_STAND_IN = "\ua66e"
_OPENERS = frozenset(("open", "io.open", "codecs.open", "builtins.open"))
_COPIERS = frozenset(("shutil.copy", "shutil.copy2", "shutil.copyfile", "copyfile", "copy2"))
_RENAMERS = frozenset(("shutil.move", "os.rename", "os.replace", "os.renames"))
_REMOVERS = frozenset(("os.remove", "os.unlink"))
_SHELLS = frozenset(("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"))
_RUNNERS = frozenset(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))
_PATH_CLASSES = frozenset(("Path", "pathlib.Path", "PosixPath", "pathlib.PosixPath"))
#: Modules of which single functions are imported.
_IMPORTED = frozenset(("os", "os.path", "shutil", "subprocess", "sys", "fileinput", "io", "codecs"))
_JOINERS = frozenset(("os.path.join", "path.join"))
_ENVIRONMENT = frozenset(("os.environ.get", "os.getenv"))
_ARGUMENTS = frozenset(("sys.argv",))
_PERCENT = regex(r"%(?:\(\w*\))?[-+ #0-9.]*[sdrifgxeu]")
_MOST_STEPS = 100
_BRACES = regex(r"\{\{|\}\}|\{[^{}]*\}")


class ShellCommand(NamedTuple):
    """A command that the code runs: one text for a shell, or a list of arguments, each with its place."""

    words: tuple[LocatedText, ...]
    is_script: bool


def python_effects(
    source: LocatedText, matches: Callable[[str], bool], arguments: Sequence[str] = ()
) -> Iterator[HostsWrite | ShellCommand]:
    """The writes of a piece of Python, and the commands it runs, in the order of the text.

    `matches` tells the hosts file's path; `arguments` are those that the program gets.
    """
    tree = _parse(source.text)
    if tree is None:
        masked = mask_templates(source.text)
        tree = _parse(masked) if masked != source.text else None
    if tree is not None:
        yield from _PythonReader(source, matches, arguments).effects(tree)


def can_parse(text: str) -> bool:
    """Whether a text is Python that is read here, be it with actions of a template: not that of Python 2."""
    return _parse(text) is not None or _parse(mask_templates(text)) is not None


def _parse(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        # Invalid escapes in other people's strings are none of our business.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text.replace(UNKNOWN, _STAND_IN))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


class _PythonReader:
    def __init__(self, source: LocatedText, matches: Callable[[str], bool], arguments: Sequence[str]) -> None:
        self._source = source
        self._arguments = arguments
        self._matches = matches
        # Python's own idea of lines: LF, CRLF or CR end one; columns are bytes of UTF-8.
        self._line_starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", source.text))]
        self._byte_columns: dict[int, Sequence[int]] = {}
        self._values: dict[str, ast.expr] = {}
        self._imported: dict[str, str] = {}
        self._chained_writes: dict[int, ast.expr] = {}
        self._steps = 0

    def effects(self, tree: ast.Module) -> Iterator[HostsWrite | ShellCommand]:
        nodes = list(ast.walk(tree))
        self._note_names(nodes)
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        for call in calls:
            inner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(inner, ast.Call) and _dotted(call.func).endswith(".write") and len(call.args) == 1:
                self._chained_writes[id(inner)] = call.args[0]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            yield from self._call(call)

    def _note_names(self, nodes: list[ast.AST]) -> None:
        """A name stands for a value only if it is set once in the whole text; and what is imported under which."""
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module in _IMPORTED:
                self._imported |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
            elif isinstance(node, ast.Import):
                self._imported |= {item.asname: item.name for item in node.names if item.asname}
        times_set: dict[str, int] = {}
        for node in nodes:
            if isinstance(node, ast.arg):
                times_set[node.arg] = times_set.get(node.arg, 0) + 1
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                times_set[node.id] = times_set.get(node.id, 0) + 1
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self._values[node.targets[0].id] = node.value
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                self._values[node.target.id] = node.value
        self._values = {name: value for name, value in self._values.items() if times_set.get(name) == 1}

    def _resolved(self, node: ast.expr | None) -> ast.expr | None:
        return self._values.get(node.id, node) if isinstance(node, ast.Name) else node

    def _call(self, call: ast.Call) -> Iterator[HostsWrite | ShellCommand]:
        name = self._full_name(call.func)
        if name in _OPENERS:
            yield from self._opened(call, _argument(call, 0, "file"), _argument(call, 1, "mode"), name)
        elif name == "os.open":
            yield from self._opened_by_flags(call)
        elif name in _COPIERS or name in _RENAMERS:
            destination, source = _argument(call, 1, "dst"), _argument(call, 0, "src")
            # `shutil.move` copies where it cannot rename.
            way = Way.IN_PLACE if name.startswith("shutil.") or name in _COPIERS else Way.REPLACED
            yield from self._write(destination, WriteKind.REPLACE, name, way, within_directory=source)
            if name in _RENAMERS:
                yield from self._write(source, WriteKind.REMOVE, name, Way.REPLACED)
        elif name in _REMOVERS:
            yield from self._write(_argument(call, 0, "path"), WriteKind.REMOVE, name, Way.REPLACED)
        elif name == "os.truncate":
            yield from self._write(_argument(call, 0, "path"), WriteKind.TRUNCATE, name)
        elif name in ("fileinput.input", "fileinput.FileInput", "FileInput"):
            inplace = _argument(call, 1, "inplace")
            if isinstance(inplace, ast.Constant) and inplace.value:
                yield from self._write(_argument(call, 0, "files"), WriteKind.EDIT, name, Way.REPLACED)
        elif name in _SHELLS or name in _RUNNERS:
            command = self._command(call, is_shell=name in _SHELLS)
            if command:
                yield command
        elif isinstance(call.func, ast.Attribute):
            yield from self._path_method(call, call.func)

    def _full_name(self, node: ast.AST) -> str:
        """A dotted name with what its first part is imported as."""
        first, dot, rest = _dotted(node).partition(".")
        return f"{self._imported.get(first, first)}{dot}{rest}"

    def _path_method(self, call: ast.Call, function: ast.Attribute) -> Iterator[HostsWrite]:
        """A method of a `pathlib.Path`."""
        base = self._resolved(function.value)
        if not isinstance(base, ast.Call) or _dotted(base.func) not in _PATH_CLASSES or len(base.args) != 1:
            return
        path = base.args[0]
        name = f"Path.{function.attr}"
        match function.attr:
            case "open":
                yield from self._opened(call, path, _argument(call, 0, "mode"), name)
            case "write_text" | "write_bytes":
                written = self._constant(_argument(call, 0, "data"))
                yield from self._write(path, WriteKind.TRUNCATE, name, written=written)
            case "unlink":
                yield from self._write(path, WriteKind.REMOVE, name, Way.REPLACED)
            case "rename" | "replace":
                yield from self._write(path, WriteKind.REMOVE, name, Way.REPLACED)
                yield from self._write(_argument(call, 0, "target"), WriteKind.REPLACE, name, Way.REPLACED)

    def _opened(
        self, call: ast.Call, path: ast.expr | None, mode_node: ast.expr | None, name: str
    ) -> Iterator[HostsWrite]:
        mode = self._constant(mode_node)
        if mode is None:
            return
        if "a" in mode:
            kind = WriteKind.APPEND
        elif "w" in mode:
            kind = WriteKind.TRUNCATE
        elif "+" in mode and "x" not in mode:
            kind = WriteKind.UPDATE
        else:
            # `x` refuses a file that exists.
            return
        written = self._constant(self._chained_writes.get(id(call))) if kind is not WriteKind.UPDATE else None
        yield from self._write(path, kind, name, written=written)

    def _opened_by_flags(self, call: ast.Call) -> Iterator[HostsWrite]:
        node = _argument(call, 1, "flags")
        flags = {_dotted(part).rpartition(".")[2] for part in ast.walk(node)} if node else set()
        if "O_TRUNC" in flags:
            kind = WriteKind.TRUNCATE
        elif "O_APPEND" in flags:
            kind = WriteKind.APPEND
        elif flags & {"O_WRONLY", "O_RDWR"}:
            kind = WriteKind.UPDATE
        else:
            return
        yield from self._write(_argument(call, 0, "path"), kind, "os.open")

    def _write(
        self,
        node: ast.expr | None,
        kind: WriteKind,
        name: str,
        way: Way = Way.IN_PLACE,
        *,
        written: str | None = None,
        within_directory: ast.expr | None = None,
    ) -> Iterator[HostsWrite]:
        """The write, if the path is the hosts file, or its directory when `within_directory` is a file called so."""
        path = self._constant(node)
        if node is None or path is None:
            return
        source = self._constant(within_directory)
        is_target = self._matches(path)
        if source is not None and not is_target:
            is_target = self._matches(f"{path}/{source.rpartition('/')[2]}")
        if is_target:
            start, end = self._offsets(node)
            yield HostsWrite(self._source.span(start, end), kind, name, written, None, way)

    def _constant(self, node: ast.expr | None) -> str | None:
        node = self._resolved(node)
        if isinstance(node, ast.Call) and _dotted(node.func) in _PATH_CLASSES and len(node.args) == 1:
            node = node.args[0]
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, bytes):
                value = value.decode("utf-8", "replace")
            return value if isinstance(value, str) and _STAND_IN not in value else None
        if node is None:
            return None
        self._steps = _MOST_STEPS
        value = self._template(node)
        return value if value and UNKNOWN not in value else None

    def _command(self, call: ast.Call, *, is_shell: bool) -> ShellCommand | None:
        node = self._resolved(_argument(call, 0, "args") or _argument(call, 0, "command"))
        shell = _argument(call, 8, "shell")
        is_shell = is_shell or (isinstance(shell, ast.Constant) and bool(shell.value))
        if isinstance(node, ast.List | ast.Tuple):
            words = tuple(self._text(element) for element in node.elts)
            return ShellCommand(words[:1] if is_shell else words, is_shell) if words else None
        if node is None:
            return None
        return ShellCommand((self._text(node),), is_shell) if is_shell else None

    def _text(self, node: ast.expr) -> LocatedText:
        """A string expression, with `UNKNOWN` for what is put into it."""
        self._steps = _MOST_STEPS
        value = self._template(node)
        start, end = self._offsets(node)
        raw = self._source.text[start:end]
        if value == raw[1:-1] and raw[:1] in ("'", '"'):
            runs = [WrittenRun(0, start + 1, end - 1, exact=True)]
        else:
            runs = [WrittenRun(0, start, end, exact=False)]
        return self._source.derived(value, runs if value else [])

    def _template(self, node: ast.expr) -> str:
        node = self._resolved(node) or node
        # Names may stand for sums of names, which can grow exponentially or go round in a circle.
        self._steps -= 1
        if self._steps < 0:
            return UNKNOWN
        match node:
            case ast.Constant(value=str(value)):
                return value.replace(_STAND_IN, UNKNOWN)
            case ast.JoinedStr(values=parts):
                return "".join(
                    str(part.value) if isinstance(part, ast.Constant) else UNKNOWN for part in parts
                ).replace(_STAND_IN, UNKNOWN)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._template(left) + self._template(right)
            case ast.BinOp(op=ast.Div(), left=left, right=right):
                # Of a `pathlib.Path`.
                return f"{self._template(left)}/{self._template(right)}"
            case ast.Subscript(slice=ast.Constant(value=int(index))) if self._full_name(node.value) in _ARGUMENTS:
                return self._arguments[index - 1] if 0 < index <= len(self._arguments) else UNKNOWN
            case ast.Call(args=[ast.expr() as path]) if _dotted(node.func) in _PATH_CLASSES:
                return self._template(path)
            case ast.Call(args=[_, default]) if self._full_name(node.func) in _ENVIRONMENT:
                # An address may come from anywhere, a path hardly ever does.
                value = self._template(default)
                return value if value.startswith("/") else UNKNOWN
            case ast.Call(args=parts) if self._full_name(node.func) in _JOINERS:
                return "/".join(map(self._template, parts))
            case ast.BinOp(op=ast.Mod(), left=left):
                return _PERCENT.sub(UNKNOWN, self._template(left))
            case ast.Call(func=ast.Attribute(attr="format", value=base)):
                return _BRACES.sub(UNKNOWN, self._template(base))
            case _:
                return UNKNOWN

    def _offsets(self, node: ast.expr) -> tuple[int, int]:
        end_line = node.end_lineno or node.lineno
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(end_line, node.end_col_offset or node.col_offset),
        )

    def _offset(self, line: int, column: int) -> int:
        """Line from 1 and column in bytes -> offset in the text."""
        start = self._line_starts[line - 1]
        columns = self._byte_columns.get(line)
        if columns is None:
            end = self._line_starts[line] if line < len(self._line_starts) else len(self._source.text)
            text = self._source.text[start:end].replace(UNKNOWN, _STAND_IN)
            sizes = (len(character.encode("utf-8", "surrogatepass")) for character in text)
            columns = range(len(text) + 1) if text.isascii() else list(accumulate(sizes, initial=0))
            self._byte_columns[line] = columns
        return start + bisect_left(columns, column)


def _dotted(node: ast.AST) -> str:
    """`os.path.join` of the expression that says so; empty for anything but names and attributes."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    # A method of a call's result is `.write`.
    names.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(names))


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    positional = call.args[: position + 1]
    if len(positional) <= position or any(isinstance(argument, ast.Starred) for argument in positional):
        return None
    return positional[position]
