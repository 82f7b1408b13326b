"""The search: goes through a parsed script in the order in which a shell would, and collects writes to the hosts file.

It follows what is constant (variables, the working directory), looks through wrappers, and enters the scripts inside
the script. Every branch is taken to happen.
"""

from __future__ import annotations

import re
from itertools import pairwise
from posixpath import normpath
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple, replace
from podhosts.shell.effects import ProgramInput
from podhosts.shell.expansion import Field, Variables, all_fields, as_count, fields, single_value
from podhosts.shell.languages import language_of, unread_options
from podhosts.shell.located import UNKNOWN, LocatedText, WrittenRun
from podhosts.shell.model import HostsWrite, Separator, Statement, User, Way, WriteKind
from podhosts.shell.options import Syntax, parse_arguments
from podhosts.shell.parser import parse
from podhosts.shell.powershell import CMD, POWERSHELLS, powershell_writes
from podhosts.shell.programs import file_writes
from podhosts.shell.purity import only_writes
from podhosts.shell.shells import POSIX_SHELLS, PYTHON, SHELLS, joined, shell_operands
from podhosts.shell.stability import unstable_names
from podhosts.shell.streams import Streams, redirects_output
from podhosts.shell.tree import Compound, Expansion, Simple, Text
from podhosts.shell.words import MAX_DEPTH
from podhosts.shell.wrappers import become, unwrap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from podhosts.shell.languages import Language
    from podhosts.shell.tree import Command, CompoundPart, ListedPipeline, Mark, Redirect, Word
    from podhosts.shell.wrappers import Invocation
    from podhosts.source import Span

_AWKS = frozenset(("awk", "gawk", "mawk", "nawk"))
_READ_STDIN = frozenset(("ed", "ex", "vi", "vim", "vim.tiny", "vim.basic", "nvim", "cpio"))
_COPY_STDIN = frozenset(("tee", "sponge"))
_DECLARATION = regex(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_DECLARERS = frozenset(("export", "readonly", "declare", "typeset", "local"))
_WRITES = frozenset((">", ">|", ">>", "&>", "&>>", ">&"))
_POWERSHELL_OPTIONS = regex(r"[-/]c(?:o(?:m(?:m(?:a(?:n(?:d)?)?)?)?)?)?", re.IGNORECASE)
_CMD_OPTIONS = regex(r"/[ck]", re.IGNORECASE)
_FIND_RUNS = frozenset(("-exec", "-execdir", "-ok", "-okdir"))
_BOXES = frozenset(("busybox", "toybox"))
#: Programs that give the value of an option to a shell.
_RUNNERS = {"script": ("c", "command"), "split": ("", "filter")}
#: With these a shell reads a script itself.
_SOURCING = frozenset((".", "source"))
#: The path in code of any language.
_PATH = regex(r"(?<![\w./-])/etc/hosts(?![\w./-])")
_MOST_NESTED = 6
#: Calls of functions of a script that are followed, and how deep in each other.
_MOST_CALLS = 30
_DEEPEST_CALL = 4
_LONGEST_PATH = 4096


class _StatementPlace:
    """Where a pipeline stands: made for each, turned into a `Statement` only when a write is found."""

    __slots__ = ("_statement", "depth", "is_alone", "item", "source", "within")

    def __init__(
        self, source: LocatedText, item: ListedPipeline, within: tuple[str, ...], is_alone: bool, depth: int
    ) -> None:
        self.source = source
        self.item = item
        self.within = within
        self.is_alone = is_alone
        self.depth = depth
        self._statement: Statement | None = None

    def statement(self) -> Statement:
        if self._statement is None:
            pipeline = self.item.pipeline
            heredocs = [
                self.source.span(redirect.heredoc.start, redirect.heredoc.end)
                for command in pipeline.commands
                for redirect in command.redirects
                if redirect.heredoc and redirect.heredoc.body
            ]
            self._statement = Statement(
                self.source.span(pipeline.start, pipeline.end),
                self._separator(self.item.before),
                self._separator(self.item.after),
                tuple(heredocs),
                self.within,
                self.is_alone,
                only_writes(pipeline),
            )
        return self._statement

    def _separator(self, mark: Mark | None) -> Separator | None:
        return Separator(mark.text, self.source.span(mark.start, mark.end)) if mark else None


class Search(NamedTuple):
    """The paths that are looked for, and the writes found so far; `targets`: the numbers of these, by their places.

    `unread`: where code that is not read speaks of the hosts file.
    """

    matches: Callable[[str], bool]
    found: list[HostsWrite]
    targets: dict[Span, int]
    unread: list[Span]


class _Function(NamedTuple):
    """A function of a script: its body, and where that stands."""

    source: LocatedText
    branch: CompoundPart
    within: tuple[str, ...]
    depth: int


def search_script(search: Search, source: LocatedText, environment: Mapping[str, str], *, is_posix: bool) -> None:
    """Collect the writes of a shell script. `environment`: the variables that are known when it starts."""
    _ScriptSearch(search, source, environment, is_posix=is_posix).run((), 0)


def search_command(
    search: Search, arguments: Sequence[Field], source: LocatedText, environment: Mapping[str, str]
) -> None:
    """Collect the writes of a command that is run without a shell; its arguments stand in `source`."""
    script = _ScriptSearch(search, source, environment)
    script.effects(unwrap(arguments), None, None)


def search_code(search: Search, source: LocatedText, language: Language) -> None:
    """Collect the writes of a piece of code in another language than shell and Python."""
    _ScriptSearch(search, source, {}).code(source, language, (), 0)


def search_python(search: Search, source: LocatedText, environment: Mapping[str, str]) -> None:
    """Collect the writes of a piece of Python."""
    _ScriptSearch(search, source, environment).python(source, (), 0)


def _never_returns(item: ListedPipeline) -> bool:
    """Whether a command list surely ends here: `exec PROGRAM`, on which nothing depends."""
    if len(item.pipeline.commands) > 1 or (item.before and item.before.text in ("&&", "||")):
        return False
    if item.after and item.after.text == "&":
        return False
    command = item.pipeline.commands[0]
    if not isinstance(command, Simple) or command.is_broken or len(command.words) < 2:
        return False
    first = command.words[0].parts
    return len(first) == 1 and isinstance(first[0], Text) and first[0].value == "exec"


def _changed(user: User, to: User) -> User:
    """Who runs what `user` starts as `to`."""
    if to is User.SAME or (to is not User.OTHER and user in {User.SUDO, User.SU, User.ROOT}):
        return user
    return User.UNKNOWN if user in {User.OTHER, User.UNKNOWN} and to is not User.OTHER else to


class _ScriptSearch:
    """One script, with its own variables and working directory."""

    def __init__(
        self,
        search: Search,
        source: LocatedText,
        environment: Mapping[str, str],
        *,
        exported: frozenset[str] | None = None,
        directory: str | None = None,
        nesting: int = 0,
        user: User = User.SAME,
        is_posix: bool = False,
        arguments: tuple[str, ...] | None = None,
    ) -> None:
        self._search = search
        self._source = source
        self._environment = environment
        # What comes with the environment is passed on; `eval` also finds what is not.
        self._exported = frozenset(environment) if exported is None else exported
        self._arguments = arguments
        self._variables = Variables(environment, self._exported, frozenset(), 0)
        self._directory = directory
        self._nesting = nesting
        self._user = user
        self._is_posix = is_posix
        self._overwrites = True
        self._functions: list[_Function] = []
        self._by_name: dict[str, _Function] = {}
        #: The texts that are written to files, by their paths.
        self._written: dict[str, Field] = {}
        self._calls = 0
        self._call_depth = 0

    def run(self, within: tuple[str, ...], depth: int) -> None:
        items = parse(self._source.text, depth, is_posix=self._is_posix)
        budget = 4 * len(self._source.text) + 4096
        self._variables = Variables(self._environment, self._exported, unstable_names(items), budget, self._arguments)
        self._items(items, within, depth)
        # Function bodies run when they are called; by then the constants below them are set.
        for function in self._functions:
            self._directory = self._variables.arguments = None
            self._run(function)

    def _run(self, function: _Function) -> None:
        self._source = function.source
        self._items(function.branch.items, function.within, function.depth)

    def _call(self, function: _Function, arguments: Sequence[Field]) -> None:
        """Follow a call with its arguments; what is written whatever these are is found without any call."""
        if self._calls >= _MOST_CALLS or self._call_depth >= _DEEPEST_CALL:
            return
        self._calls += 1
        self._call_depth += 1
        source, directory, mark, known = (
            self._source,
            self._directory,
            self._variables.mark(),
            self._variables.arguments,
        )
        self._variables.arguments = tuple(UNKNOWN if item.is_pattern else item.value for item in arguments)
        self._run(function)
        self._source, self._directory, self._variables.arguments = source, directory, known
        self._variables.rollback(mark)
        self._call_depth -= 1

    # --- lists and commands ------------------------------------------------------------------------------------

    def _items(self, items: Sequence[ListedPipeline], within: tuple[str, ...], depth: int) -> None:
        for item in items:
            place = _StatementPlace(self._source, item, within, len(items) == 1, depth)
            commands = item.pipeline.commands
            for index, command in enumerate(commands):
                mark, directory, arguments = self._variables.mark(), self._directory, self._variables.arguments
                if isinstance(command, Simple):
                    self._simple(commands, index, command, place)
                else:
                    self._compound(commands, index, command, place)
                if len(commands) > 1:
                    # Each command of a pipeline has its own subshell.
                    self._variables.rollback(mark)
                    self._directory, self._variables.arguments = directory, arguments
                elif item.before and item.before.text == "||" and self._directory != directory:
                    self._directory = None
            if _never_returns(item):
                return

    def _compound(self, commands: Sequence[Command], index: int, command: Compound, place: _StatementPlace) -> None:
        for word in command.words:
            self._substitutions(word, place)
        for redirect in command.redirects:
            self._redirect_substitutions(redirect, place)
        mark, directory, arguments = self._variables.mark(), self._directory, self._variables.arguments
        if command.variable and command.words:
            # Of the turns of a loop that counts in which the variable is the file, if there is one.
            values = [item.value for item in all_fields(command.words, self._variables, self._source)]
            self._variables.assign(command.variable, next(filter(self._matches, values), None))
        for branch in command.branches:
            within = (*place.within, branch.role)
            if command.kind == "function":
                function = _Function(self._source, branch, within, place.depth + 1)
                self._functions.append(function)
                for word in command.words:
                    self._by_name[single_value(word, self._variables)] = function
            else:
                self._items(branch.items, within, place.depth + 1)
        if command.variable:
            self._variables.assign(command.variable, None)
        if command.kind == "subshell":
            self._variables.rollback(mark)
            self._directory, self._variables.arguments = directory, arguments
        elif command.kind != "group":
            if self._directory != directory:
                self._directory = None
            if self._variables.arguments != arguments:
                self._variables.arguments = None
        self._redirections(command.redirects, "", place, lambda: self._streams().output(commands, index))

    def _simple(self, commands: Sequence[Command], index: int, command: Simple, place: _StatementPlace) -> None:
        if command.is_broken:
            return
        for word in command.words:
            self._substitutions(word, place)
        for redirect in command.redirects:
            self._redirect_substitutions(redirect, place)
        prefix: list[tuple[str, str]] = []
        for assignment in command.assignments:
            self._substitutions(assignment.value, place)
            value = single_value(assignment.value, self._variables) if assignment.is_plain else UNKNOWN
            if command.words:
                prefix.append((assignment.name, value))
            else:
                self._variables.assign(assignment.name, value)
        arguments = all_fields(command.words, self._variables, self._source)
        invocation = unwrap(arguments)
        if "xargs" in invocation.wrappers:
            invocation = unwrap(arguments, self._input_of_xargs(commands, index))
        name = invocation.name
        self._note_script(command, arguments)
        # Without a command nothing is appended.
        self._redirections(
            command.redirects if command.words else [item for item in command.redirects if item.operator != ">>"],
            name,
            place,
            lambda: self._streams().output(commands, index) if command.words else "",
        )
        if name in _DECLARERS:
            self._declare(name, invocation.arguments)
        elif name == "set":
            self._set(invocation.arguments)
        elif name == "shift":
            self._shift(invocation.arguments)
        elif name in self._by_name and not invocation.wrappers:
            self._call(self._by_name[name], invocation.arguments)
        elif name in ("cd", "pushd", "popd"):
            self._change_directory(name, invocation.arguments)
        elif len(invocation.wrappers) == 0 and arguments and self._written.get(self._full(arguments[0].value)):
            written = self._written[self._full(arguments[0].value)]
            given = _constants(invocation.arguments)
            self._nested(written, place, self._started(invocation), arguments=tuple(given))
        elif name:
            if prefix:
                invocation = invocation._replace(environment=(*prefix, *invocation.environment))
            self.effects(invocation, place, (commands, index))

    def _input_of_xargs(self, commands: Sequence[Command], index: int) -> str | None:
        """The text that xargs reads, as far as it is known: what is printed before the pipe, or found by `find`."""
        before = commands[index - 1] if index else None
        if isinstance(before, Simple) and before.words:
            words = all_fields(before.words, self._variables, self._source)
            if words[:1] and words[0].value == "find":
                found = self._found_file(words[1:])
                return found.value if found is not None else None
        return self._streams().input(commands, index)

    def _note_script(self, command: Simple, arguments: Sequence[Field]) -> None:
        """Note a text that is written to a file from here on; it may be a script that is run later."""
        last = next((redirect for redirect in reversed(command.redirects) if redirects_output(redirect)), None)
        if last is None or last.target is None:
            return
        targets = fields(last.target, self._variables, self._source, braces=False)
        if len(targets) != 1 or not targets[0].is_constant:
            return
        path = self._full(targets[0].value)
        self._written.pop(path, None)
        if last.operator in (">", ">|") and arguments:
            text = self._streams().printed_script(command)
            if text is not None:
                self._written[path] = text

    def _full(self, path: str) -> str:
        """A path as files are known by it."""
        return normpath(path if path.startswith("/") or self._directory is None else f"{self._directory}/{path}")

    def _streams(self) -> Streams:
        return Streams(self._source, self._variables)

    def _declare(self, name: str, arguments: Sequence[Field]) -> None:
        for argument in arguments:
            declaration = _DECLARATION.fullmatch(argument.value)
            if declaration:
                self._variables.assign(declaration[1], declaration[2])
            if name == "export":
                self._variables.export(declaration[1] if declaration else argument.value)

    def _set(self, arguments: Sequence[Field]) -> None:
        """`set -C`: `>` does not overwrite a file that is there."""
        for option, word in pairwise([*(argument.value for argument in arguments), ""]):
            letters = option[1:] if option[:1] in ("-", "+") else ""
            if "C" in letters or (letters.endswith("o") and word == "noclobber"):
                self._overwrites = option[0] == "+"
        values = [UNKNOWN if argument.is_pattern else argument.value for argument in arguments]
        if "--" in values:
            self._variables.arguments = tuple(values[values.index("--") + 1 :])
        elif values and values[0][:1] not in {"-", "+"}:
            self._variables.arguments = tuple(values)

    def _shift(self, arguments: Sequence[Field]) -> None:
        """`shift`: the first arguments go, or nobody knows how many."""
        known = self._variables.arguments
        count = as_count(arguments[0].value) if arguments else 1
        self._variables.arguments = known[count:] if known is not None and count is not None else None

    def _change_directory(self, name: str, arguments: Sequence[Field]) -> None:
        operands = parse_arguments(arguments, Syntax()).operands
        directory = operands[0].value if name == "cd" and len(operands) == 1 and operands[0].is_constant else "-"
        if directory.startswith("/"):
            self._directory = directory
        elif directory.startswith(("-", "~")) or self._directory is None:
            self._directory = None
        else:
            path = f"{self._directory}/{directory}"
            self._directory = path if len(path) < _LONGEST_PATH else None

    # --- commands inside words ---------------------------------------------------------------------------------

    def _substitutions(self, word: Word | None, place: _StatementPlace) -> None:
        for part in word.parts if word else ():
            if not isinstance(part, Expansion):
                continue
            for body in part.bodies:
                mark, directory, source = self._variables.mark(), self._directory, self._source
                arguments = self._variables.arguments
                if body.text is not None:
                    self._source = source.derived(body.text, body.runs)
                self._items(body.items, (*place.within, "substitution"), place.depth + 1)
                self._source, self._directory, self._variables.arguments = source, directory, arguments
                self._variables.rollback(mark)

    def _redirect_substitutions(self, redirect: Redirect, place: _StatementPlace) -> None:
        self._substitutions(redirect.target, place)
        if redirect.heredoc:
            self._substitutions(redirect.heredoc.body, place)

    # --- redirections ------------------------------------------------------------------------------------------

    def _redirections(
        self, redirects: Sequence[Redirect], name: str, place: _StatementPlace, output: Callable[[], str | None]
    ) -> None:
        last = None
        for redirect in redirects:
            if redirects_output(redirect):
                last = redirect
        for redirect in redirects:
            target = self._written_file(redirect)
            if target is None:
                continue
            if redirect.operator in (">", "&>", ">&") and not self._overwrites:
                continue
            if redirect.operator in (">>", "&>>"):
                kind = WriteKind.APPEND
            else:
                kind = WriteKind.UPDATE if redirect.operator == "<>" else WriteKind.TRUNCATE
            text = output() if redirect is last else None
            self._found(HostsWrite(target.span, kind, name, text, place.statement()))

    def _written_file(self, redirect: Redirect) -> Field | None:
        """The target of a redirection that opens the hosts file for writing."""
        if redirect.target is None:
            return None
        # As standard input, `<>` is used to read.
        if redirect.operator not in _WRITES and (redirect.operator != "<>" or redirect.descriptor in ("", "0")):
            return None
        targets = fields(redirect.target, self._variables, self._source, braces=False)
        return targets[0] if len(targets) == 1 and targets[0].is_constant and self._matches(targets[0].value) else None

    def _matches(self, path: str) -> bool:
        if path.startswith("/"):
            return self._search.matches(path)
        return self._directory is not None and self._search.matches(f"{self._directory}/{path}")

    def _found(self, write: HostsWrite) -> None:
        write = write if self._user is User.SAME else replace(write, user=self._user)
        # A function may run more than once, with other arguments.
        at = self._search.targets.setdefault(write.target, len(self._search.found))
        if at == len(self._search.found):
            self._search.found.append(write)
        elif self._search.found[at].text != write.text:
            self._search.found[at] = replace(self._search.found[at], text=None)

    # --- programs ----------------------------------------------------------------------------------------------

    def effects(
        self, invocation: Invocation, place: _StatementPlace | None, pipeline: tuple[Sequence[Command], int] | None
    ) -> None:
        """Collect what the command does to files, and the writes of the scripts it is given."""
        user = self._user
        self._user = _changed(user, invocation.user)
        self._effects(invocation, place, pipeline)
        self._user = user

    def _effects(
        self, invocation: Invocation, place: _StatementPlace | None, pipeline: tuple[Sequence[Command], int] | None
    ) -> None:
        name, arguments = invocation.name, invocation.arguments
        if name in SHELLS:
            self._shell(invocation, place, pipeline)
        elif name in ("su", "runuser"):
            syntax = Syntax("cgGsuwT", "", frozenset(("command", "session-command", "shell", "user", "group")))
            parsed = parse_arguments(arguments, syntax)
            named = [operand.value for operand in parsed.operands if operand.value != "-"]
            self._user = _changed(self._user, become(named[0] if named else "root", User.SU))
            for command in parsed.values("c", "command", "session-command"):
                self._nested(command.field, place, self._started(invocation))
        elif name in _RUNNERS:
            letter, long = _RUNNERS[name]
            for command in parse_arguments(arguments, Syntax(letter, "", frozenset((long,)))).values(letter, long):
                script = command.field.located()
                text = script.text[command.at :]
                inner = script.derived(text, [WrittenRun(0, command.at, len(script.text), exact=True)])
                self._nested(Field(text, (WrittenRun(0, 0, len(text), exact=True),), 0, len(text), inner), place, {})
            self._files(invocation, place, pipeline)
        elif name in _SOURCING:
            self._source_file(arguments, place, pipeline)
        elif name in ("eval", "watch"):
            syntax = Syntax("n" if name == "watch" else "", "", frozenset(("interval",)), is_ordered=True)
            operands = [operand.field for operand in parse_arguments(arguments, syntax).operands]
            if operands:
                self._evaluated(joined(operands), place)
        elif name == "trap":
            operands = [operand.field for operand in parse_arguments(arguments, Syntax(is_ordered=True)).operands]
            if len(operands) > 1:
                self._evaluated(operands[0], place)
        elif POWERSHELLS.fullmatch(name) or CMD.fullmatch(name):
            self._powershell(name, arguments)
        elif name == "find":
            self._find(arguments, place)
        elif PYTHON.match(name):
            self._python_command(arguments, place, pipeline)
        elif options := unread_options(name):
            for option, code in pairwise(arguments):
                if option.value in options:
                    self._unread(code.located())
        elif name in _AWKS:
            self._awk(arguments, place)
        else:
            self._files(invocation, place, pipeline)
            if (language := language_of(name)) is not None:
                self._code_command(arguments, language, place, pipeline)

    def _source_file(
        self,
        arguments: Sequence[Field],
        place: _StatementPlace | None,
        pipeline: tuple[Sequence[Command], int] | None,
    ) -> None:
        """A script that this shell reads itself: one that was written before, or a here-document."""
        path = arguments[0].value if arguments else ""
        script = self._written.get(self._full(path))
        if path == "/dev/stdin" and pipeline:
            commands, index = pipeline
            script = self._streams().script(commands, index)
        if script is not None:
            self._evaluated(script, place)

    def _unread(self, code: LocatedText) -> None:
        """Note where code that is not read speaks of the hosts file."""
        self._search.unread.extend(code.span(*path.span()) for path in _PATH.finditer(code.text))

    def _powershell(self, name: str, arguments: Sequence[Field]) -> None:
        """The script that PowerShell or cmd is given: behind `-Command` or `/c`, or all of its arguments."""
        options = _CMD_OPTIONS if CMD.fullmatch(name) else _POWERSHELL_OPTIONS
        named = next((at for at, field in enumerate(arguments) if options.fullmatch(field.value)), None)
        if named is None and CMD.fullmatch(name):
            return
        scripts = list(arguments if named is None else arguments[named + 1 :])
        if scripts:
            for write in powershell_writes(joined(scripts).located()):
                self._found(write)

    def _find(self, arguments: Sequence[Field], place: _StatementPlace | None) -> None:
        """The commands that `find` runs, with the file in place of `{}` where the starting point is the file."""
        start = self._found_file(arguments)
        at = 0
        while at < len(arguments):
            if arguments[at].value not in _FIND_RUNS:
                at += 1
                continue
            end = next((i for i in range(at, len(arguments)) if arguments[i].value in (";", "+")), len(arguments))
            command = [
                (start or field._replace(value=UNKNOWN, runs=())) if field.value == "{}" else field
                for field in arguments[at + 1 : end]
            ]
            self.effects(unwrap(command), place, None)
            at = end + 1

    def _found_file(self, arguments: Sequence[Field]) -> Field | None:
        """The starting point of `find` through which it comes to the hosts file: the file, or its folder by name."""
        names = [name.value for option, name in pairwise(arguments) if option.value == "-name" and name.is_constant]
        for field in arguments:
            if field.value.startswith("-"):
                break
            if field.is_constant and self._matches(field.value):
                return field
            if field.is_constant and any(self._matches(f"{field.value}/{name}") for name in names):
                return field._replace(value=f"{field.value}/{names[-1]}", runs=())
        return None

    def _files(
        self, invocation: Invocation, place: _StatementPlace | None, pipeline: tuple[Sequence[Command], int] | None
    ) -> None:
        name = invocation.name
        stdin = self._streams().input(*pipeline) if pipeline and name in _READ_STDIN else None
        box = next((wrapper for wrapper in invocation.wrappers if wrapper in _BOXES), "")
        for operand, kind, way in file_writes(name, invocation.arguments, ProgramInput(self._matches, stdin, box)):
            text = self._streams().input(*pipeline) if pipeline and name in _COPY_STDIN else None
            self._found(HostsWrite(operand.span, kind, name, text, place.statement() if place else None, way))

    def _started(self, invocation: Invocation) -> dict[str, str]:
        """The environment of a program that the script starts."""
        environment = self._variables.exported()
        for name, value in invocation.environment:
            if UNKNOWN in value:
                environment.pop(name, None)
            else:
                environment[name] = value
        return environment

    def _shell(
        self, invocation: Invocation, place: _StatementPlace | None, pipeline: tuple[Sequence[Command], int] | None
    ) -> None:
        is_command, operands = shell_operands(invocation.arguments)
        environment = self._started(invocation)
        if is_command and operands:
            given = _constants(operands[1:])
            environment.update({"0": given[0]} if given else {})
            is_posix = invocation.name in POSIX_SHELLS
            self._nested(operands[0], place, environment, is_posix=is_posix, arguments=tuple(given[1:]))
        elif not is_command and operands and (written := self._written.get(self._full(operands[0].value))):
            given = _constants(operands[1:])
            is_posix = invocation.name in POSIX_SHELLS
            self._nested(written, place, environment, is_posix=is_posix, arguments=tuple(given))
        elif not is_command and pipeline and (not operands or operands[0].value == "/dev/stdin"):
            script = self._streams().script(*pipeline)
            if script:
                self._nested(script, place, environment, is_posix=invocation.name in POSIX_SHELLS)

    def _evaluated(self, script: Field, place: _StatementPlace | None) -> None:
        """Read a script that runs in this shell: `eval`, `trap`."""
        known, exported = self._variables.all_known(), self._variables.exported_names
        self._nested(script, place, known, exported, is_posix=self._is_posix, arguments=self._variables.arguments)

    def _nested(
        self,
        script: Field,
        place: _StatementPlace | None,
        environment: Mapping[str, str],
        exported: frozenset[str] | None = None,
        *,
        is_posix: bool = False,
        arguments: tuple[str, ...] | None = None,
    ) -> None:
        depth = place.depth + 1 if place else 0
        if self._nesting >= _MOST_NESTED or depth >= MAX_DEPTH:
            return
        within = (*place.within, "script") if place else ()
        inner = _ScriptSearch(
            self._search,
            script.located(),
            environment,
            exported=exported,
            directory=self._directory,
            nesting=self._nesting + 1,
            user=self._user,
            is_posix=is_posix,
            arguments=arguments,
        )
        inner.run(within, depth)

    def _awk(self, arguments: Sequence[Field], place: _StatementPlace | None) -> None:
        from podhosts.shell.awk import AwkCommand, awk_effects

        syntax = Syntax("fvFeEimW", "", frozenset(("file", "assign", "field-separator", "source", "include")))
        parsed = parse_arguments(arguments, Syntax(syntax.valued, "", syntax.long_valued, is_ordered=True))
        programs = [value.field for value in parsed.values("e", "source")]
        operands = list(parsed.operands)
        if not programs and not parsed.has("f", "file", "E") and operands:
            programs = [operands.pop(0).field]
        if any(value.value == "inplace" for value in parsed.values("i", "include")):
            for operand in operands:
                if operand.is_constant and self._matches(operand.value):
                    statement = place.statement() if place else None
                    self._found(HostsWrite(operand.span, WriteKind.EDIT, "awk", None, statement, Way.REPLACED))
        variables = {
            value.value.partition("=")[0]: value.value.partition("=")[2]
            for value in parsed.values("v", "assign")
            if value.is_constant
        }
        for program in programs:
            text = program.located()
            for effect in awk_effects(program.value, variables):
                if isinstance(effect, AwkCommand):
                    inner = Field(
                        program.value[effect.start : effect.end],
                        (WrittenRun(0, effect.start, effect.end, exact=True),),
                        effect.start,
                        effect.end,
                        text,
                    )
                    self._nested(inner, place, self._variables.exported(), is_posix=True)
                elif self._matches(effect.path):
                    span = text.span(effect.start, effect.end)
                    statement = place.statement() if place else None
                    self._found(HostsWrite(span, effect.kind, "awk", None, statement))

    def _code_command(
        self,
        arguments: Sequence[Field],
        language: Language,
        place: _StatementPlace | None,
        pipeline: tuple[Sequence[Command], int] | None,
    ) -> None:
        """Code that a program of another language is given, as the value of an option or on standard input."""
        scripts: list[LocatedText] = []
        options = 0
        for index, argument in enumerate(arguments):
            if not argument.value.startswith("-"):
                break
            options = index + 1
            if option := language.option.fullmatch(argument.value):
                text = argument.located()
                if attached := option[1]:
                    start = len(text.text) - len(attached)
                    scripts.append(text.derived(attached, [WrittenRun(0, start, len(text.text), exact=True)]))
                else:
                    scripts += [following.located() for following in arguments[index + 1 : index + 2]]
                break
        is_stdin = options == len(arguments) or arguments[options - 1].value == "-"
        if not scripts and is_stdin and pipeline:
            commands, index = pipeline
            script = self._streams().input_field(commands[index])
            scripts += [script.located()] if script else []
        within = (*place.within, "script") if place else ()
        for text in scripts:
            self.code(text, language, within, place.depth + 1 if place else 0)

    def code(self, source: LocatedText, language: Language, within: tuple[str, ...], depth: int) -> None:
        """Collect what a piece of code in another language does."""
        from podhosts.shell.code import CodeCommand, code_effects

        for effect in code_effects(source, language, self._search.matches):
            if not isinstance(effect, CodeCommand):
                self._found(effect)
            elif self._nesting < _MOST_NESTED and depth < MAX_DEPTH:
                nesting = self._nesting + 1
                inner = _ScriptSearch(self._search, effect.text, {}, nesting=nesting, user=self._user, is_posix=True)
                inner.run((*within, "script"), depth + 1)

    def _python_command(
        self,
        arguments: Sequence[Field],
        place: _StatementPlace | None,
        pipeline: tuple[Sequence[Command], int] | None,
    ) -> None:
        parsed = parse_arguments(arguments, Syntax("cWXm", "", is_ordered=True))
        scripts = [value.field for value in parsed.values("c")]
        given = [operand.value if operand.is_constant else UNKNOWN for operand in parsed.operands]
        if not scripts and given and (written := self._written.get(self._full(given[0]))) is not None:
            scripts = [written]
            del given[0]
        is_stdin = not parsed.operands or parsed.operands[0].value == "-"
        if not scripts and not parsed.has("m") and is_stdin and pipeline:
            commands, index = pipeline
            script = self._streams().input_field(commands[index])
            scripts = [script] if script else []
        within = (*place.within, "script") if place else ()
        for script in scripts:
            self.python(script.located(), within, place.depth + 1 if place else 0, given)

    def python(self, source: LocatedText, within: tuple[str, ...], depth: int, arguments: Sequence[str] = ()) -> None:
        """Collect what a piece of Python does that gets some arguments."""
        from podhosts.shell.python_code import ShellCommand, can_parse, python_effects

        if not can_parse(source.text):
            self._unread(source)
        for effect in python_effects(source, self._search.matches, arguments):
            if not isinstance(effect, ShellCommand):
                self._found(effect)
                continue
            words = [
                Field(word.text, (WrittenRun(0, 0, len(word.text), exact=True),), 0, len(word.text), word)
                for word in effect.words
            ]
            if self._nesting >= _MOST_NESTED or depth >= MAX_DEPTH:
                continue
            if effect.is_script:
                nesting = self._nesting + 1
                inner = _ScriptSearch(
                    self._search, effect.words[0], {}, nesting=nesting, user=self._user, is_posix=True
                )
                inner.run((*within, "script"), depth + 1)
            else:
                inner = _ScriptSearch(self._search, source, {}, nesting=self._nesting + 1, user=self._user)
                inner.effects(unwrap(words), None, None)


def _constants(arguments: Sequence[Field]) -> list[str]:
    """The values of arguments, each as far as it is known."""
    return [argument.value if argument.is_constant else UNKNOWN for argument in arguments]
