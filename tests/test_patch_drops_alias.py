"""Whole overlays: `tests/overlays/*.txt`, in which `==> path <==` begins a file.

Comments at the end of a line say what is expected there, as in `tests/cases` (`rule`, `rule@12`, `rule "part of the
message"`); they are cut off before the files are linted together. Every finding of every rule has to be written down,
for `patch-drops-alias` and `build-error` every related line too.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.engine import Options, default_selection, lint
from podhosts.kustomize.files import Files
from podhosts.kustomize.overlays import Overlays
from podhosts.repository import Repository
from podhosts.source import Source
from tests.expectations import marks, spoken, unsaid
from tests.paths import OVERLAYS

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.engine import Result

PROJECTS = sorted(OVERLAYS.glob("*.txt"))
RULES = {"patch-drops-alias", "build-error"}

_FILE = re.compile(r"^==> (\S+) <==\n", re.MULTILINE)
_MARK = re.compile(r'[ ]+# (expect|related): ([a-z@0-9-]+(?: (?:[a-z@0-9-]+|"[^"\n]*"))*)')


def files_of(text: str) -> dict[str, str]:
    """The files of a project, by path; what stands before the first is a comment."""
    _, *parts = _FILE.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def lint_files(files: dict[str, str]) -> dict[str, Result]:
    """The result for each file of a run over all of them."""
    given = {path: text.encode() for path, text in files.items()}
    sources = [Source(path, data) for path, data in given.items()]
    repository = Repository(sources, overlays=Overlays(list(given), Files(given.get)))
    options = Options(selected=default_selection())
    return {path: lint(Source(path, data), options, repository) for path, data in given.items()}


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.stem)
def test_project(project: Path) -> None:
    marked = files_of(project.read_text("utf-8"))
    expected, related = set(), set()
    parts: dict[tuple[str, int, str], list[tuple[str, ...]]] = {}
    for path, text in marked.items():
        for number, line in enumerate(text.split("\n"), 1):
            for what, names in _MARK.findall(line):
                for name, holds in marks(names):
                    if what == "expect":
                        expected.add((path, number, name))
                        parts.setdefault((path, number, name), []).append(holds)
                    elif name in RULES:
                        related.add((path, number))
    results = lint_files({path: _MARK.sub("", text) for path, text in marked.items()})
    findings = [finding for result in results.values() for finding in result.findings]
    found, found_related = set(), set()
    messages: dict[tuple[str, int, str], list[str]] = {}
    for finding in findings:
        at = finding.source.position(finding.span.start)
        name = f"{finding.rule}@{at.column}"
        place = (finding.source.path, at.line)
        key = (*place, name if (*place, name) in expected else finding.rule)
        found.add(key)
        messages.setdefault(key, []).append(spoken(finding))
        if finding.rule in RULES:
            for item in finding.related:
                source = item.source or finding.source
                found_related.add((source.path, source.position(item.span.start).line))
    assert found == expected
    assert found_related == related
    assert len(findings) == len(expected), "a finding stands there twice"
    assert [(key, messages[key]) for key, holds in parts.items() if unsaid(holds, messages[key])] == []


BITS = (
    "null",
    "[]",
    "{}",
    "[a]",
    "{a: b}",
    "1",
    '"x"',
    "&x 1",
    "*x",
    "$patch",
    "- null",
    "{{ x }}",
    "${X}",
    "\t",
    "---",
)


@given(st.sampled_from(PROJECTS), st.integers(0, 2**32))
def test_broken_projects_never_raise(project: Path, seed: int) -> None:
    """Whatever stands in the files of an overlay, each finding has a place in the file that it is about."""
    files = files_of(_MARK.sub("", project.read_text("utf-8")))
    random = Random(seed)
    for _ in range(random.randint(1, 4)):
        path = random.choice(list(files))
        lines = files[path].split("\n")
        number = random.randrange(len(lines))
        head, colon, value = lines[number].partition(": ")
        lines[number : number + 1] = random.choice(
            [
                [],
                [random.choice(lines), lines[number]],
                [f"{head}{colon}{random.choice(BITS)}"],
                [lines[number][: random.randint(0, len(lines[number]))] + random.choice(BITS) + value],
            ]
        )
        files[path] = "\n".join(lines)
    for path, result in lint_files(files).items():
        for finding in result.findings:
            assert finding.source.path == path
            assert 0 <= finding.span.start <= finding.span.end <= len(finding.source.text)


@pytest.mark.parametrize("value", ["[a]", "{a: b}", "null", "1", "[{ip: 10.0.0.1}]"])
def test_values_that_are_no_strings_are_refused_or_passed_over(value: str) -> None:
    """Where only a few words mean something, a list or mapping means nothing."""
    entry = "- {ip: 10.0.0.1, hostnames: [a]}"
    pod = f"apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: web}}\nspec:\n  hostAliases:\n  {entry}\n"
    kustomization = (
        "resources: [web.yaml]\npatches: [{path: patch.yaml}]\n"
        f"configMapGenerator: [{{name: hosts, behavior: {value}, literals: [a=b]}}]\n"
    )
    patch = pod.replace(entry, f"- $patch: {value}")
    results = lint_files({"o/kustomization.yaml": kustomization, "o/web.yaml": pod, "o/patch.yaml": patch})
    assert not results["o/web.yaml"].findings


@pytest.mark.parametrize(
    ("replacement", "message"),
    [
        ("{select: {kind: 'a{99999999999}'}, fieldPaths: [spec.hostAliases.0.ip]}", "`a{99999999999}` is no"),
        (
            "{select: {kind: Pod}, fieldPaths: ['spec.hostAliases.[ip=a{99999999999}].ip']}",
            "`a{99999999999}` is no",
        ),
        (
            f"{{select: {{kind: Pod}}, fieldPaths: [spec.hostAliases.{'9' * 5000}.ip]}}",
            f"`{'9' * 5000}` is not an index",
        ),
    ],
)
def test_numbers_that_are_too_large_are_refused(replacement: str, message: str) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostAliases: [{ip: 10.0.0.1, hostnames: [a]}]}\n"
    kustomization = f"resources: [web.yaml]\nreplacements: [{{sourceValue: 10.0.0.2, targets: [{replacement}]}}]\n"
    results = lint_files({"o/kustomization.yaml": kustomization, "o/web.yaml": pod})
    (finding,) = results["o/kustomization.yaml"].findings
    assert finding.message.startswith(message)


def test_what_an_overlay_makes_is_checked_as_the_definitions_of_the_run_say() -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "w"},
        "spec": {"group": "example.com", "names": {"kind": "Widget"}, "versions": [{"name": "v1", "schema": {
            "openAPIV3Schema": {"type": "object", "properties": {"hostAliases": {
                "type": "array", "items": {"type": "object", "properties": {
                    "ip": {"type": "string"},
                    "hostnames": {"type": "array", "items": {"type": "string"}, "maxItems": 1}}}}}}}}]},
    }  # fmt: skip
    widget = (
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: web}\n"
        "hostAliases: [{ip: 10.0.0.1, hostnames: [a.internal]}]\n"
    )
    kustomization = (
        "resources: [../base]\npatches:\n- target: {kind: Widget}\n  patch: |\n"
        "    - {op: add, path: /hostAliases/0/hostnames/-, value: b.internal}\n"
    )
    files = {
        "base/crd.json": json.dumps(definition), "base/widget.yaml": widget,
        "base/kustomization.yaml": "resources: [widget.yaml]\n", "prod/kustomization.yaml": kustomization,
    }  # fmt: skip
    assert [(path, item.rule) for path, result in lint_files(files).items() for item in result.findings] == [
        ("base/widget.yaml", "wrong-type")
    ]
