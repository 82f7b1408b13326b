"""What a run repaired, and how that is told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from podhosts.edits import Safety
from podhosts.engine.fixing import explained
from podhosts.reporters.report import Repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Edit
    from podhosts.engine.fixing import Fixed, LeftOut

_FLAGS = {Safety.SAFE: "--fix", Safety.UNSAFE: "--fix --unsafe-fixes"}


class Repairs:
    """The repairs of a run, and the fixes that it left out."""

    def __init__(self) -> None:
        #: In order of files and of rounds.
        self.made: list[Repair] = []
        #: By file and by where in it the section begins, in bytes.
        self._left_out: dict[tuple[str, int], tuple[list[LeftOut], list[tuple[Edit, ...]]]] = {}

    def __bool__(self) -> bool:
        return bool(self.made)

    def add(self, path: str, sections: Iterable[Fixed], *, is_shown: bool) -> None:
        """Note what was done to a file, in order of its sections; `is_shown`: only in a diff."""
        moved_by = 0
        for fixed in sections:
            for finding in fixed.applied:
                if finding.fix is not None:
                    start = finding.source.position(finding.span.start)
                    self.made.append(Repair(path, start, finding.rule, finding.fix.title))
            offset = fixed.source.start.offset
            if fixed.left_out:
                begin = offset if is_shown or not offset else offset + moved_by
                self._left_out[path, begin] = fixed.left_out, fixed.rounds if is_shown else []
            moved_by += fixed.growth

    def explain(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings of a run over the files as they are now; where a fix was left out they say so."""
        if not self._left_out:
            return list(findings)
        by_section: dict[tuple[str, int], list[Diagnostic]] = {}
        for finding in findings:
            by_section.setdefault((finding.source.path, finding.source.start.offset), []).append(finding)
        return [
            finding
            for section, group in by_section.items()
            for finding in explained(group, *self._left_out.get(section, ((), ())))
        ]

    def told(self, *, only_shown: bool, one_by_one: bool) -> Iterator[str]:
        """What was repaired, in lines: how much, and for each file by which rules, or each repair by itself."""
        if not self.made:
            return
        files: dict[str, Counter[str]] = {}
        for item in self.made:
            files.setdefault(item.path, Counter())[item.rule] += 1
        what = "would be fixed" if only_shown else "fixed"
        yield f"{what}: {len(self.made)}, in {len(files)} {'file' if len(files) == 1 else 'files'}"
        if one_by_one:
            yield from (f"  {item.place}: {item.title} [{item.rule}]" for item in self.made)
        elif not only_shown:
            for path, rules in files.items():
                counted = (f"{rule} ({count})" if count > 1 else rule for rule, count in sorted(rules.items()))
                yield f"  {path}: {', '.join(counted)}"


def offers(findings: Iterable[Diagnostic]) -> Iterator[str]:
    """How many findings could be repaired, and by which flags, in one line."""
    counts = Counter(finding.fix.safety for finding in findings if finding.fix is not None)
    offered = [f"{counts[safety]} with {flags}" for safety, flags in _FLAGS.items() if counts[safety]]
    if offered:
        yield f"fixable: {', '.join(offered)}"


def unsafe_titles(findings: Iterable[Diagnostic]) -> Iterator[str]:
    """A line for each unsafe fix that is not made: where, and what it would do."""
    for finding in findings:
        if finding.fix is not None and finding.fix.safety is Safety.UNSAFE:
            yield f"  {_place(finding)}: {finding.fix.title} [{finding.rule}]"


def _place(finding: Diagnostic) -> str:
    at = finding.source.position(finding.span.start)
    return f"{finding.source.path}:{at.line}:{at.column}"
