"""JUnit's XML, for test views of CI servers: a file is a suite, every object that was checked a test case.

What fails the run is a failure; findings below that level are the case's output.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree.ElementTree import SubElement

from podhosts.records import field, record
from podhosts.reporters.concise import line
from podhosts.reporters.grouping import shown
from podhosts.reporters.naming import object_name, place_in_file
from podhosts.reporters.xml_text import document, element, fit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from podhosts.diagnostics import Diagnostic
    from podhosts.reporters.report import Report

#: A document (from 1) and an item of a List in it.
_Place = tuple[int | None, int | None]


@record(slots=True)
class _Suite:
    """The findings, objects and unread places of one file."""

    names: dict[_Place, str] = field(default_factory=dict)
    findings: dict[_Place, list[Diagnostic]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def render(report: Report) -> Iterator[str]:
    """The report as indented XML, in lines."""
    suites = [_suite(report, path, suite) for path, suite in sorted(_suites(report).items())]
    totals = {name: str(sum(int(suite.get(name, "0")) for suite in suites)) for name in ("tests", "failures", "errors")}
    root = element("testsuites", name="podhosts", **totals)
    root.extend(suites)
    yield from document(root)


def _suites(report: Report) -> dict[str, _Suite]:
    suites: dict[str, _Suite] = {}
    for checked in report.result.objects:
        suite = suites.setdefault(checked.source.path, _Suite())
        place = (checked.document, checked.item)
        # A manifest in a string is a part of the object around it.
        suite.names.setdefault(place, object_name(checked.identity) or place_in_file(*place))
    for finding in report.result.findings:
        suite = suites.setdefault(finding.source.path, _Suite())
        suite.findings.setdefault((finding.document, finding.item), []).append(finding)
    for item in report.result.unread:
        suite = suites.setdefault(item.path, _Suite())
        if item.source is None:
            suite.errors.append(item.reason)
        else:
            suite.unread.append(f"not read: {item.full_reason}: {item.count}")
    return suites


def _suite(report: Report, path: str, suite: _Suite) -> Element:
    shown = report.relative(path)
    cases = [*_cases(report, shown, suite)]
    result = element(
        "testsuite",
        name=shown,
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
    )
    result.extend(cases)
    if suite.unread:
        SubElement(result, "system-out").text = fit("\n".join(suite.unread))
    return result


def _cases(report: Report, path: str, suite: _Suite) -> Iterator[Element]:
    for reason in suite.errors:
        case = element("testcase", name="file", classname=path)
        case.append(element("error", type="unread", message=reason))
        yield case
    # A finding may be about no object (a syntax error), or about a whole List.
    names = {place: place_in_file(*place) for place in suite.findings} | suite.names
    uses = Counter(names.values())
    for place in sorted(names, key=lambda place: (place[0] or 0, -1 if place[1] is None else place[1])):
        name = names[place] if uses[names[place]] == 1 else f"{names[place]}, {place_in_file(*place)}"
        case = element("testcase", name=name, classname=path)
        findings = suite.findings.get(place, [])
        failing: list[Diagnostic] = []
        others: list[Diagnostic] = []
        for finding in findings:
            (failing if report.fails(finding) else others).append(finding)
        if failing:
            failure = element("failure", type=failing[0].rule, message=_headline(failing))
            failure.text = _listed(failing)
            case.append(failure)
        if others:
            SubElement(case, "system-out").text = _listed(others)
        yield case


def _headline(findings: list[Diagnostic]) -> str:
    """CI servers show it in one line; most show only one failure of a case."""
    first = shown(findings[0]).headline
    return first if len(findings) == 1 else f"{first} (and {len(findings) - 1} more)"


def _listed(findings: list[Diagnostic]) -> str:
    return fit("\n".join(row for finding in findings for row in _rows(finding)))


def _rows(finding: Diagnostic) -> Iterator[str]:
    words = shown(finding)
    yield line(finding, words)
    if words.why:
        yield f"  {words.why}"
