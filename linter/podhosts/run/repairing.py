"""Fixing files for `podhosts check`: what is written, and how."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from podhosts.discovery import STDIN, with_slashes
from podhosts.document import Part, Section
from podhosts.edits import Safety, splice
from podhosts.engine import Result
from podhosts.engine.fixing import Fixed, fix
from podhosts.records import NamedTuple
from podhosts.reporters.differences import unified_diff
from podhosts.repository import Repository
from podhosts.run.files import CannotKeepError, FileChangedError, replace_content
from podhosts.source import Source, Span
from podhosts.suppressions import FILE_SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.diagnostics import Diagnostic
    from podhosts.discovery import Input
    from podhosts.document import File
    from podhosts.edits import Edit
    from podhosts.engine import Options
    from podhosts.run.settings import InputRequest


class RepairError(Exception):
    """A file could not be fixed, and is as it was; the text says why."""


class Repaired(NamedTuple):
    """The result of fixing an input that is shown as `path`: its text `before` and `after`, the lines of its diff.

    `fixed` is what fixing gave, for the file or each section of a large one. `error` says why it could not be repaired;
    it is then as it was. Nothing is written before `is_written`.
    """

    item: Input
    path: str
    before: Source
    after: Source
    fixed: tuple[Fixed, ...] = ()
    diff: tuple[bytes, ...] = ()
    error: str | None = None
    is_written: bool = False


def fixable(findings: list[Diagnostic], request: InputRequest) -> list[Diagnostic]:
    """The findings with a fix of the kind that is asked for."""
    wanted = (Safety.SAFE, Safety.UNSAFE) if request.unsafe_fixes else (Safety.SAFE,)
    return [finding for finding in findings if finding.fix is not None and finding.fix.safety in wanted]


def repaired(
    item: Input,
    text: Part,
    findings: list[Diagnostic],
    options: Options,
    repository: Repository | None,
    request: InputRequest,
) -> Repaired:
    """Fix the whole text of an input. `findings` are all that linting found in it."""
    fixed = fix(text, options, repository, unsafe=request.unsafe_fixes, findings=findings)
    return _repaired(item, text.source, (fixed,), request)


def repaired_in_sections(
    item: Input,
    file: File,
    findings: list[Diagnostic],
    options: Options,
    repository: Repository | None,
    request: InputRequest,
) -> Repaired:
    """Fix an input that was linted in parts. `findings` are all that linting found in it."""
    before = Source(file.name, b"")
    try:
        before = file.read()
        return _repaired(item, before, _fix_sections(file, before, findings, options, repository, request), request)
    except OSError as error:
        return Repaired(item, before.path, before, before, error=f"cannot be opened: {error.strerror}")


def _repaired(item: Input, before: Source, fixed: tuple[Fixed, ...], request: InputRequest) -> Repaired:
    after, rounds = _joined(before, fixed)
    if not request.diff:
        return Repaired(item, before.path, before, after, fixed)
    for each in fixed:
        # The report is about the files as they are.
        each.result = Result()
    name = _name_in_patch(before.path, is_file=item.path != STDIN)
    return Repaired(item, before.path, before, after, fixed, tuple(unified_diff(name, before, after, rounds)))


def written(each: Repaired, file: File) -> Repaired:
    """Write what fixing made of an input; `error` says why it could not be.

    What came through stdin is written where it is kept.
    """
    if each.error is not None or not any(fixed.rounds for fixed in each.fixed):
        return each
    try:
        if each.item.path == STDIN:
            with open(file.path, "wb") as kept:
                kept.write(each.after.data)
        else:
            replace_file(each.item.path, each.before, each.after)
    except RepairError as error:
        return Repaired(each.item, each.path, each.before, each.before, error=str(error))
    except OSError as error:
        return Repaired(each.item, each.path, each.before, each.before, error=f"cannot be opened: {error.strerror}")
    return each._replace(is_written=True)


def _fix_sections(
    file: File,
    source: Source,
    findings: list[Diagnostic],
    options: Options,
    repository: Repository | None,
    request: InputRequest,
) -> tuple[Fixed, ...]:
    """The results of fixing the parts of a file that have fixes, in order; for the file where it must be read whole."""
    to_fix = fixable(findings, request)
    wanted = {_section(finding) for finding in to_fix}
    wanted |= {section._replace(item=None) for section in wanted}
    parts: list[Source | Part] = []
    is_whole = any(len(finding.source.data) == len(source.data) for finding in to_fix)
    # A comment for the whole file holds in all its parts, and is read with them.
    if source.is_valid and not is_whole and not file.holds(FILE_SCOPE):
        parts = list(file.sections(wanted))
        found = {(part.source.start, len(part.source.data)) for part in parts if isinstance(part, Part)}
        if not all((finding.source.start, len(finding.source.data)) in found for finding in to_fix):
            parts = []
    if parts and repository is None:
        repository = Repository([file], is_whole=False)
    by_section: dict[tuple[int, int], list[Diagnostic]] = {}
    for finding in findings:
        by_section.setdefault(_section(finding)[:2], []).append(finding)
    done: list[Fixed] = []
    for part in parts or [source]:
        fixed = fix(part, options, repository, unsafe=request.unsafe_fixes, findings=_found_in(part, by_section))
        # What is left to find is found out again, in the file as a whole.
        fixed.result = Result()
        done.append(fixed)
    return tuple(done)


def _section(finding: Diagnostic) -> Section:
    return Section.of(finding.source, finding.item)


def _found_in(part: Source | Part, by_section: dict[tuple[int, int], list[Diagnostic]]) -> list[Diagnostic] | None:
    """The findings in a text, of those by where their text begins and how long it is; None where the text is
    another one now.
    """
    source = part.source if isinstance(part, Part) else part
    findings = by_section.get((source.start.offset, len(source.data)), [])
    if not findings or any(finding.source.data != source.data for finding in findings):
        return None
    item = part.pieces[0].item if isinstance(part, Part) else None
    return findings if item is None else [finding for finding in findings if finding.item == item.index]


def _joined(before: Source, fixed: Iterable[Fixed]) -> tuple[Source, list[tuple[Edit, ...]]]:
    """A file after fixes of its sections, which are given in order, and the edits of each round in its text."""
    rounds: list[list[Edit]] = []
    #: By how much each round makes the text longer up to the section.
    moved_by: list[int] = []
    begin, offset = 0, before.bom_length
    for each in fixed:
        start = max(each.source.start.offset, before.bom_length)
        begin += len(before.data[offset:start].decode(before.encoding, "surrogateescape"))
        offset = start
        rounds += [[] for _ in each.rounds[len(rounds) :]]
        moved_by += [0] * (len(rounds) - len(moved_by))
        for number, edits in enumerate(each.rounds):
            base = begin + sum(moved_by[:number])
            rounds[number] += [edit._replace(span=Span(edit.span.start + base, edit.span.end + base)) for edit in edits]
        for number, edits in enumerate(each.rounds):
            moved_by[number] += sum(len(edit.text) - (edit.span.end - edit.span.start) for edit in edits)
    after, made = before, [tuple(edits) for edits in rounds]
    for edits in made:
        after = after.with_text(splice(after.text, edits))
    return after, made


def _name_in_patch(path: str, *, is_file: bool) -> str:
    """The name of a source in a patch, from the working directory on: patches are refused for links and for `..`.

    What lies outside of the working directory has its full path without the first slash: its patch fits there.
    """
    if is_file:
        path = os.path.realpath(path)
        relative = os.path.relpath(path)
        path = path if relative.split(os.sep)[0] == os.pardir else relative
    return with_slashes(os.path.normpath(path)).lstrip("/")


def replace_file(path: str, before: Source, after: Source) -> None:
    """Put `after` in the place of `before` in one step: no reader ever sees half a file.

    All that belongs to the file stays (`replace_content`), and a symbolic link still leads to it. Raises RepairError
    where that cannot be, where the file is no longer what was read, or where it cannot be written.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise RepairError("only regular files can be fixed")
        replace_content(path, after.data, before.data)
    except FileChangedError:
        raise RepairError("it was changed by somebody else meanwhile; run podhosts again") from None
    except CannotKeepError as error:
        raise RepairError(str(error)) from None
    except OSError as error:
        raise RepairError(f"cannot be written: {error.strerror}") from None
