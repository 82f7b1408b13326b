"""GitLab's Code Quality report: what a merge request shows as new or as resolved."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from podhosts.baseline.fingerprints import fingerprint
from podhosts.diagnostics import Severity
from podhosts.reporters.grouping import grouped
from podhosts.reporters.json_text import Streamed, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.reporters.report import Report

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(report: Report) -> Iterator[str]:
    """The report as one indented JSON text, in lines."""
    return lines(Streamed(_issues(report)))


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding, words in grouped(report.result.findings):
        own = fingerprint(finding)
        seen[own] += 1
        start, end = finding.source.position(finding.span.start), finding.source.position(finding.span.end)
        yield {
            "description": f"{words.headline} [{finding.rule}]",
            "check_name": finding.rule,
            "severity": _SEVERITIES[finding.severity],
            "fingerprint": own if seen[own] == 1 else _repeated(own, seen[own]),
            "location": {
                "path": report.relative(finding.source.path),
                "lines": {"begin": start.line, "end": end.line},
            },
        }


def _repeated(fingerprint: str, number: int) -> str:
    """GitLab shows one finding for each fingerprint; this is that of the second, third, ... with the same."""
    return hashlib.sha256(f"{fingerprint}\0{number}".encode()).hexdigest()[:32]
