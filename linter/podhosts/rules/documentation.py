"""A rule's docstring taken apart: what, why, bad, good, fix safety."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.rules.base import Rule

_SECTION = regex(r"^(Why|Bad|Good|Fix safety):[ ]?(.*)$")
_MARK = regex(r"\s*# expect:.*$", re.MULTILINE)


class Documentation(NamedTuple):
    """The parts as text; the examples without the marks that the tests read."""

    summary: str
    why: str
    bad: str
    good: str
    fix_safety: str


def documentation(rule: type[Rule]) -> Documentation:
    """Read a rule's docstring. Raises KeyError where a section is missing (a test looks at every rule)."""
    lines = inspect.cleandoc(rule.__doc__ or "").split("\n")
    sections: dict[str, list[str]] = {"summary": []}
    current = "summary"
    for line in lines:
        if match := _SECTION.match(line):
            current = match.group(1)
            sections[current] = [match.group(2)] if match.group(2) else []
        else:
            sections[current].append(line)
    prose = {name: " ".join(" ".join(text).split()) for name, text in sections.items()}
    examples = {name: _MARK.sub("", inspect.cleandoc("\n".join(sections[name]))) for name in ("Bad", "Good")}
    return Documentation(prose["summary"], prose["Why"], examples["Bad"], examples["Good"], prose["Fix safety"])


def page(rule: type[Rule]) -> Iterator[str]:
    """All about a rule as Markdown, in lines: `docs/rules/<rule>.md`, and what `podhosts explain` prints."""
    text = documentation(rule)
    opt_in = "" if rule.is_default else ", runs only when selected"
    yield f"# {rule.name}"
    yield ""
    yield f"{text.summary} ({rule.severity}{opt_in})"
    yield ""
    yield "## Why"
    yield ""
    yield text.why
    for title, example in (("Bad", text.bad), ("Good", text.good)):
        yield ""
        yield f"## {title}"
        yield ""
        yield "```yaml"
        yield from example.split("\n")
        yield "```"
    yield ""
    yield "## Fix"
    yield ""
    yield f"Fixable: {rule.fixable.value}. Safety: {text.fix_safety}"
    yield ""
    yield "## Suppress"
    yield ""
    yield f"In one place: `# podhosts: ignore[{rule.name}] reason`; everywhere: `ignore: [{rule.name}]` in the config."
