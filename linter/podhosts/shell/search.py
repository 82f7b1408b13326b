"""The three questions of the package, from plain text to sorted answers."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING

from podhosts.records import replace
from podhosts.shell.expansion import Field
from podhosts.shell.languages import language_of
from podhosts.shell.located import UNKNOWN, LocatedText, WrittenRun
from podhosts.shell.model import ArgvWrite, HostsWrite, Separator, Statement
from podhosts.shell.powershell import POWERSHELLS, powershell_writes
from podhosts.shell.shebang import interpreter
from podhosts.shell.shells import POSIX_SHELLS, PYTHON, SHELLS
from podhosts.shell.templates import mask_templates
from podhosts.shell.walk import Search, search_code, search_command, search_python, search_script
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: With these a shell reads a script itself.
_SOURCING = frozenset((".", "source"))


def writes_in_script(script: str, matches: Callable[[str], bool], environment: Mapping[str, str]) -> list[HostsWrite]:
    """See `podhosts.shell.hosts_writes`."""
    program = interpreter(script)
    if program and program not in SHELLS:
        return _in_other_language(script, program, matches)
    source, is_posix = LocatedText.whole(script), program in POSIX_SHELLS
    return _collected(matches, lambda search: search_script(search, source, environment, is_posix=is_posix))


def writes_by_program(script: str, program: str, matches: Callable[[str], bool]) -> list[HostsWrite]:
    """See `podhosts.shell.script_writes`."""
    if not program or program in SHELLS or program in _SOURCING:
        return writes_in_script(script, matches, {})
    return _in_other_language(script, program, matches)


def _in_other_language(script: str, program: str, matches: Callable[[str], bool]) -> list[HostsWrite]:
    source = LocatedText.whole(script)
    if PYTHON.match(program):
        return _collected(matches, lambda search: search_python(search, source, {}))
    if (language := language_of(program)) is not None:
        return _collected(matches, lambda search: search_code(search, source, language))
    return list(powershell_writes(source)) if POWERSHELLS.fullmatch(program) else []


def writes_in_command(
    argv: Sequence[str], matches: Callable[[str], bool], variables: Mapping[str, str | None]
) -> list[ArgvWrite]:
    """See `podhosts.shell.argv_writes`."""
    starts, search = _search_command(argv, matches, variables)
    result = []
    for write in sorted(search.found, key=lambda write: write.target):
        index = bisect_right(starts, write.target.start) - 1
        result.append(ArgvWrite(index, _shifted(write, starts[index])))
    return result


def unread_in_command(argv: Sequence[str]) -> list[tuple[int, Span]]:
    """See `podhosts.shell.unread_code`."""
    starts, search = _search_command(argv, lambda path: False, {})
    found = [(bisect_right(starts, span.start) - 1, span) for span in sorted(search.unread)]
    return [(index, _moved(span, starts[index])) for index, span in found]


def _search_command(
    argv: Sequence[str], matches: Callable[[str], bool], variables: Mapping[str, str | None]
) -> tuple[list[int], Search]:
    """The search of a command, done, with the offsets at which its elements begin there."""
    environment = {name: UNKNOWN if value is None else value for name, value in variables.items()}
    # The elements one after the other are the document; a blank keeps empty ones apart.
    starts = list(accumulate((len(argument) + 1 for argument in argv), initial=0))
    document = LocatedText.whole(" ".join(argv))
    arguments = [
        Field(
            mask_templates(argument),
            (WrittenRun(0, start, start + len(argument), exact=True),),
            start,
            start + len(argument),
            document,
        )
        for argument, start in zip(argv, starts, strict=False)
    ]
    return starts, _searched(matches, lambda search: search_command(search, arguments, document, environment))


def _collected(matches: Callable[[str], bool], collect: Callable[[Search], None]) -> list[HostsWrite]:
    return sorted(_searched(matches, collect).found, key=lambda write: write.target)


def _searched(matches: Callable[[str], bool], collect: Callable[[Search], None]) -> Search:
    search = Search(matches, [], {}, [])
    # The parser bounds its depth; a caller deep in a stack of its own may still leave too little room. What was found
    # before is true.
    with suppress(RecursionError):
        collect(search)
    return search


def _shifted(write: HostsWrite, offset: int) -> HostsWrite:
    statement = write.statement
    return replace(
        write,
        target=_moved(write.target, offset),
        statement=statement and _shifted_statement(statement, offset),
    )


def _shifted_statement(statement: Statement, offset: int) -> Statement:
    return replace(
        statement,
        span=_moved(statement.span, offset),
        before=statement.before and _shifted_separator(statement.before, offset),
        after=statement.after and _shifted_separator(statement.after, offset),
        heredocs=tuple(_moved(span, offset) for span in statement.heredocs),
    )


def _shifted_separator(separator: Separator, offset: int) -> Separator:
    return Separator(separator.text, _moved(separator.span, offset))


def _moved(span: Span, offset: int) -> Span:
    return Span(span.start - offset, span.end - offset)
