"""A chart of one template, evaluated: what the tests of functions and of loading ask for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from podhosts.helm.builtins import functions
from podhosts.helm.evaluate import ParsedTemplates, RenderedFile, evaluate
from podhosts.helm.loading import Installation, LoadOptions, load
from podhosts.helm.loading.load import DEFAULT_KUBERNETES
from podhosts.helm.traced import ValueText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podhosts.helm.evaluate import Outcome
    from podhosts.helm.traced import Traced

METADATA = "apiVersion: v2\nname: c\nversion: 0.1.0\n"
TEMPLATE = "templates/t.yaml"


@cache
def parsed_templates(helm_version: int) -> ParsedTemplates:
    """The parser of a version of Helm, which remembers what it read."""
    return ParsedTemplates(functions(helm_version), helm_version)


def installed(files: Mapping[str, str | bytes], options: LoadOptions | None = None) -> Installation:
    """A chart of these files, with a Chart.yaml of its own where they have none."""
    texts = {"Chart.yaml": METADATA, **files}
    data = {path: content.encode() if isinstance(content, str) else content for path, content in texts.items()}
    return load(data, options or LoadOptions())


def outcomes(files: Mapping[str, str | bytes], options: LoadOptions | None = None) -> dict[str, Outcome]:
    """What each file of a chart prints, by Helm's name for it."""
    asked = options or LoadOptions()
    found = installed(files, asked).templates
    return evaluate(found, parsed_templates(asked.helm_version), DEFAULT_KUBERNETES)


def outcome(template: str, values: str = "", options: LoadOptions | None = None) -> Outcome:
    """What becomes of a chart's only template."""
    return outcomes({"values.yaml": values, TEMPLATE: template}, options)[f"c/{TEMPLATE}"]


def printed(template: str, values: str = "", options: LoadOptions | None = None) -> Traced:
    """The text that a chart's only template prints."""
    found = outcome(template, values, options)
    assert isinstance(found, RenderedFile), found
    return found.text


def value_runs(text: Traced) -> Iterator[tuple[str, ValueText]]:
    """The runs that come character for character from a values file, with where they do."""
    at = 0
    for run in text.runs:
        if isinstance(run.origin, ValueText):
            yield text.text[at : at + run.length], run.origin
        at += run.length
