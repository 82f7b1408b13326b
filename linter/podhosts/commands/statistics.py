"""The findings of a run, counted by rule."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from podhosts.edits import Safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic


def statistics(findings: Iterable[Diagnostic]) -> Iterator[str]:
    """A line for each rule and severity, the commonest first: how many findings, and how many of them have a fix."""
    counts: Counter[tuple[str, str]] = Counter()
    fixable: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        key = finding.rule, str(finding.severity)
        counts[key] += 1
        fixable[key] += finding.fix is not None and finding.fix.safety is not Safety.DISPLAY_ONLY
    order = sorted(counts, key=lambda key: (-counts[key], key))
    for rule, severity in order:
        repairs = fixable[rule, severity]
        yield f"{counts[rule, severity]:>6}  {severity:<7}  {rule}" + (f" ({repairs} fixable)" if repairs else "")
