"""Every manifest under `tests/cases` and `examples` gives exactly the findings that are written in it.

Comments at the end of a line say what is expected there; they are cut off before the manifest is linted:

- `# expect: rule`: one finding of the rule begins on this line. Several names are separated by blanks. The parts
  around a name are optional: `info:rule()@12` is of severity info (without it: the rule's own), refused by no request
  (`(create)`, `(create,apply)`), and begins in column 12.
- `# expect: rule "part of the message"`: and its message holds this. Several parts may follow. A part is the word that
  carries the fact (a number, `cannot start`), not the sentence, and holds no `"` and no `#`.
- `# related: rule`: a related place of one or more findings of the rule is on this line.

Comments of their own, anywhere: `# kubernetes: 1.35` is the API server's version, `# unread: 2` counts the values that
a placeholder decides. `x.expect` beside `x.yaml` or `x.json` says the same for text that holds no comments: lines like
`3:12 rule`, `3:12 rule "part of the message"`, `related 3:12 rule`, `kubernetes: 1.35`, `unread: 2`; the manifest is
then read as it is.

A chart, or a folder with kustomizations and deliveries, is one file, too: the text of each of its own stands below a
line `# file: NAME`.

`x.fixed.yaml` beside `x.yaml` is what `--fix` makes of it, `x.unsafe-fixed.yaml` what `--unsafe-fixes` does
(`test_fixes.py`); the expectations are cut off there too.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from podhosts.document import Document, Mapping, Sequence, split
from podhosts.engine import Options, default_selection, lint
from podhosts.kubernetes import parse_version
from podhosts.rules import RULES, Settings
from podhosts.source import Source
from podhosts.triggers import mentions
from tests.charts import files_in_one, lint_in_one
from tests.expectations import marks, spoken, unsaid
from tests.paths import CASES, EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
    from podhosts.engine import Result
    from tests.expectations import Mark

SEVERITIES = {rule.name: rule.severity for rule in RULES}

#: How the names of fixed manifests end.
FIXED = (".fixed", ".unsafe-fixed")

_MARK = re.compile(r"[ \t]*# (expect|related): ([^#\r\n]*)")
_MARKS = re.compile(r"(?:[ \t]*# (?:expect|related): [^#\r\n]*)+$", re.MULTILINE)
_SETTING = re.compile(r"^[# \t]*(kubernetes|unread): ([0-9.]+)[ \t]*\r?$", re.MULTILINE)
_STEP = re.compile(r"""\.?([A-Za-z_$][\w$/-]*)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]""")
_PLACE = re.compile(r"^(related )?(\d+):(\d+) (\S+)(.*)", re.MULTILINE)
_NAME = re.compile(r"(?:(?P<severity>[a-z]+):)?(?P<rule>[a-z-]+)(?:\((?P<refused_by>[a-z,]*)\))?(?:@(?P<column>\d+))?")


class Expected(NamedTuple):
    """One finding; what is None is not compared."""

    line: int
    rule: str
    severity: str
    refused_by: str | None
    column: int | None
    #: What the message holds.
    parts: tuple[str, ...] = ()


class Case(NamedTuple):
    """A manifest without its expectations, and these."""

    source: Source
    findings: list[Expected]
    related: set[tuple[int, str]]
    version: str
    unread: int
    #: The folder's rule, which runs even if it does not by default.
    rule: str


def manifests(folder: Path) -> list[Path]:
    """The manifests below a folder, but for what fixes make of others."""
    found = (path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml", ".json"})
    return sorted(path for path in found if not path.stem.endswith(FIXED))


def load(path: Path) -> Case:
    raw = Source(path.name, path.read_bytes())
    sidecar = path.with_suffix(".expect")
    if sidecar.exists():
        text = sidecar.read_text("utf-8")
        places = _PLACE.findall(text)
        findings = [
            expected(int(line), mark)
            for other, line, column, name, parts in places
            if not other
            for mark in marks(f"{name}@{column}{parts}")
        ]
        related = {(int(line), name) for other, line, _, name, _ in places if other}
        source = raw
    else:
        text = raw.text
        findings, related = [], set()
        for found in _MARK.finditer(text):
            line = raw.position(found.start()).line
            if found[1] == "expect":
                findings += [expected(line, mark) for mark in marks(found[2])]
            else:
                related |= {(line, name) for name in found[2].split()}
        bare = _MARKS.sub("", text.replace("\r\n", "\n"))
        data = (bare.replace("\n", "\r\n") if "\r\n" in text else bare).encode(raw.encoding, "replace")
        source = Source(path.name, raw.data[: raw.bom_length] + data)
    settings = dict(_SETTING.findall(text))
    return Case(
        source,
        findings,
        related,
        settings.get("kubernetes", "1.37"),
        int(settings.get("unread", "0")),
        path.parent.name,
    )


def expected(line: int, mark: Mark) -> Expected:
    match = _NAME.fullmatch(mark.name)
    assert match, f"line {line}: {mark.name} is no expectation"
    rule, column = match["rule"], match["column"]
    severity = match["severity"] or str(SEVERITIES[rule])
    return Expected(line, rule, severity, match["refused_by"], int(column) if column else None, mark.parts)


def options(case: Case) -> Options:
    settings = Settings(parse_version(case.version)[0])
    return Options(settings, default_selection() | ({case.rule} & SEVERITIES.keys()))


def run(case: Case) -> Result:
    if files := files_in_one(case.source.text):
        return lint_in_one(files, options(case))
    return lint(case.source, options(case))


def compared(findings: list[Diagnostic], wanted: list[Expected]) -> list[Expected]:
    """The findings in the form of expectations, with the message as the one part of it.

    What no expectation of that line and rule has is left out.
    """
    with_column = {(item.line, item.rule) for item in wanted if item.column is not None}
    with_requests = {(item.line, item.rule) for item in wanted if item.refused_by is not None}
    found = []
    for finding in findings:
        at = finding.source.position(finding.span.start)
        key = (at.line, finding.rule)
        requests = ",".join(finding.refused_by) if key in with_requests else None
        column = at.column if key in with_column else None
        found.append(Expected(at.line, finding.rule, str(finding.severity), requests, column, (spoken(finding),)))
    return found


def check(findings: list[Diagnostic], wanted: list[Expected]) -> None:
    """Assert that exactly these findings are there, and that their messages hold the parts."""
    found = compared(findings, wanted)
    kinds = Counter(item._replace(parts=()) for item in wanted)
    assert Counter(item._replace(parts=()) for item in found) == kinds
    for kind in kinds:
        parts = [item.parts for item in wanted if item._replace(parts=()) == kind]
        messages = [item.parts[0] for item in found if item._replace(parts=()) == kind]
        assert unsaid(parts, messages) == [], messages


def related_places(findings: list[Diagnostic]) -> set[tuple[int, str]]:
    return {
        ((related.source or finding.source).position(related.span.start).line, finding.rule)
        for finding in findings
        for related in finding.related
    }


@pytest.mark.parametrize(
    "path", [*manifests(CASES), *manifests(EXAMPLES)], ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_case(path: Path) -> None:
    case = load(path)
    result = run(case)
    check(result.findings, case.findings)
    assert related_places(result.findings) == case.related
    assert sum(unread.count for unread in result.unread) == case.unread
    if case.findings or case.unread:
        assert mentions(case.source.data), "the fast lane would pass this file by"


@pytest.mark.parametrize("path", manifests(CASES), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_offsets_and_fields_lead_to_the_marked_text(path: Path) -> None:
    case = load(path)
    for finding in run(case).findings:
        source = finding.source
        documents = {piece.number: Document(source, piece) for piece in split(source.text)}
        start, end = (source.position(offset).offset for offset in finding.span)
        if source.is_valid:
            assert source.data[start:end].decode(source.encoding) == source.cut(finding.span)
        if finding.field is not None and finding.document is not None:
            around = ends_of(finding.field, documents[finding.document].root, finding.item)
            assert any(node.start <= finding.span.start and finding.span.end <= node.end for node in around)


def ends_of(field: str, root: Node | None, item: int | None) -> list[Node]:
    """The node at a path and the one above it; where the path ends before, the last two there are."""
    assert root is not None
    trail = [root]
    if item is not None:
        field = f"items[{item}].{field}"
    for name, index, quoted in _STEP.findall(field):
        node = trail[-1]
        if index and isinstance(node, Sequence):
            trail.append(node.items[int(index)])
        elif isinstance(node, Mapping) and (value := node.get(name or quoted.replace('\\"', '"'))) is not None:
            trail.append(value)
    return trail[-2:]


def test_every_rule_has_cases() -> None:
    assert {path.name for path in CASES.iterdir() if path.is_dir()} == {rule.name for rule in RULES} | {"traps"}


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_every_rule_fires_and_is_silent(rule: str) -> None:
    fires = [rule in {item.rule for item in load(path).findings} for path in manifests(CASES / rule)]
    assert any(fires), "no manifest of this rule's folder makes it fire"
    assert not all(fires), "every manifest of this rule's folder makes it fire"


def test_related_places_of_every_rule_that_gives_them() -> None:
    """A rule whose file makes related places has a case where one is written down.

    Those of `build-error` are in other files: `tests/overlays` has them.
    """
    asserted = {rule for path in manifests(CASES) for _, rule in load(path).related}
    giving = {rule.name for rule in RULES if "Related(" in inspect.getsource(inspect.getmodule(rule) or rule)}
    assert giving - asserted == {"build-error"}


def test_every_example_shows_something() -> None:
    silent = [path.name for path in manifests(EXAMPLES) if not load(path).findings]
    assert silent == ["clean.yaml"]
