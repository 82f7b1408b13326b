"""Checkstyle's XML: files with their findings, for Jenkins and other programs that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.reporters.grouping import grouped
from podhosts.reporters.xml_text import document, element

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from podhosts.reporters.report import Report


def render(report: Report) -> Iterator[str]:
    """The report as indented XML, in lines."""
    root = element("checkstyle", version="4.3")
    files: dict[str, Element] = {}
    for finding, words in grouped(report.result.findings):
        path = report.relative(finding.source.path)
        if path not in files:
            files[path] = element("file", name=path)
            root.append(files[path])
        at = finding.source.position(finding.span.start)
        files[path].append(
            element(
                "error",
                line=str(at.line),
                column=str(at.column),
                severity=str(finding.severity),
                message=words.headline,
                source=f"podhosts.{finding.rule}",
            )
        )
    yield from document(root)
