"""`podhosts explain` and `podhosts rules`: what the rules say, from their own docstrings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from podhosts.commands.terminal import is_terminal, print_lines, print_styled, say
from podhosts.commands.usage import OK, WRONG_USE, UsageError, choose
from podhosts.rules import RULES
from podhosts.rules.documentation import documentation, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType


RULES_FORMATS = ("text", "json", "markdown")
#: A topic that is not a rule: what to do about scanners that report every hostAliases.
SCANNERS = "scanners"
_SCANNERS = """\
## Scanners that condemn hostAliases

Trivy (KSV-0007), kubesec (HostAliases), EmbarkStudios' K8S_15 and konstraint's P1004 report every use of hostAliases.
They are right where a name belongs to many workloads or changes: a CoreDNS record (`podhosts convert --to coredns`) or
a Service is one place to change, and needs no restart. They are wrong where a few pods need a name that the cluster's
DNS must not answer, or do not ask it. Suppress them there with a reason:

| scanner | how |
|---|---|
| Trivy | `KSV-0007` on a line of `.trivyignore`, with a comment above it that says why |
| kubesec | it only lowers the score; accept the lower score where you compare it |
| conftest with K8S_15 or P1004 | an `exception` rule in your policy that names the object |
"""


def explain(name: str) -> int:
    """Print one rule; returns the exit code."""
    if name == SCANNERS:
        _print_page(_SCANNERS.rstrip("\n").split("\n"))
        return OK
    by_name = {rule.name: rule for rule in RULES}
    try:
        rule = by_name[choose("rule", name, (*by_name, SCANNERS))]
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    _print_page(page(rule))
    return OK


def _print_page(lines: Iterable[str]) -> None:
    """A page of Markdown: as it is on a pipe, laid out on a terminal."""
    if not is_terminal():
        print_lines(lines)
        return
    from rich.markdown import Markdown

    print_styled([Markdown("\n".join(lines), hyperlinks=False)], "auto", is_prose=True)


def rules(output: str) -> int:
    """Print all rules; returns the exit code."""
    try:
        choose("format", output, RULES_FORMATS)
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    if output == "json":
        table = [
            {
                "name": rule.name,
                "severity": str(rule.severity),
                "default": rule.is_default,
                "fixable": rule.fixable.value,
                "summary": documentation(rule).summary,
            }
            for rule in RULES
        ]
        print_lines(json.dumps(table, indent=2).split("\n"))
    elif output == "markdown":
        print_lines(markdown())
    elif is_terminal():
        print_styled(_table(), "auto")
    else:
        print_lines(map("\t".join, _rows()))
    return OK


def markdown() -> Iterator[str]:
    """`docs/rules/index.md`, in lines."""
    yield "# Rules"
    yield ""
    yield "Made from the rules' docstrings by `podhosts rules --format markdown`; a test compares."
    yield ""
    yield "| rule | severity | fix | reports |"
    yield "|---|---|---|---|"
    for rule in RULES:
        opt_in = "" if rule.is_default else ", opt-in"
        fix = rule.fixable.value
        yield f"| [`{rule.name}`]({rule.name}.md) | {rule.severity}{opt_in} | {fix} | {documentation(rule).summary} |"
    yield ""
    yield from _SCANNERS.rstrip("\n").split("\n")


def _rows() -> list[tuple[str, ...]]:
    opt_in = {rule: "" if rule.is_default else ", opt-in" for rule in RULES}
    rows = [
        (rule.name, f"{rule.severity}{opt_in[rule]}", rule.fixable.value, documentation(rule).summary) for rule in RULES
    ]
    return [("rule", "severity", "fix", "reports"), *rows]


def _table() -> Iterator[RenderableType]:
    from rich import box
    from rich.table import Table

    headings, *rows = _rows()
    table = Table(box=box.SIMPLE)
    for heading in headings:
        table.add_column(heading, no_wrap=heading == "rule")
    for row in rows:
        table.add_row(*row)
    yield table
