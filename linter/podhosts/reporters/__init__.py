"""Output formats: one file each, imported only when it is asked for. Each gives lines; writing is the commands' job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.reporters.report import Report


class Format(NamedTuple):
    """Where a format's `render` is, and whether it shows the objects that were checked, not only the findings."""

    module: str
    shows_objects: bool = False


#: Names for `--format` and `--output`.
FORMATS = {
    "text": Format("text"),
    "concise": Format("concise"),
    "json": Format("json_report"),
    "github": Format("github"),
    "sarif": Format("sarif"),
    "gitlab": Format("gitlab"),
    "junit": Format("junit", shows_objects=True),
    "checkstyle": Format("checkstyle"),
    "rdjson": Format("rdjson"),
    "markdown": Format("markdown"),
    "html": Format("html_report", shows_objects=True),
}


def lines(name: str, report: Report) -> Iterator[str]:
    """The report in a format, in lines without line breaks and without styles."""
    from importlib import import_module

    return map(str, import_module(f"podhosts.reporters.{FORMATS[name].module}").render(report))
