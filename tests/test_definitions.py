"""CRDs of the repository against the API server's own code (`tests/data/crds/definitions.jsonl`).

Measured with k8s.io/apiextensions-apiserver 0.37.0 (`tests/data/crds/oracle.go`), which gives the real server's verdict
in each of 3,672 cases of `vectors/crds`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from podhosts.engine import Options, default_selection, lint
from podhosts.repository import Repository
from podhosts.source import Source
from tests.paths import DATA
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.figures import Figures

DEFINITIONS = [
    json.loads(line) for line in (DATA / "crds" / "definitions.jsonl").read_text("utf-8").split("\n") if line
]
BROKEN = [json.loads(line) for line in (DATA / "crds" / "broken.jsonl").read_text("utf-8").split("\n") if line]
OPTIONS = Options(selected=default_selection())
REQUESTS = ("create", "apply")

#: Cases whose verdict differs, each with the reason.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("extra-field", "comment-number"): "a field that only this CRD has: its type is not judged",
    ("map-values", "at-template"): "a list where the CRD has a map of its own keys: the value is no pod's",
}
#: Broken schemas of which nothing is said, each with the reason.
UNSAID = {
    "pattern-broken": "whether Go reads a regular expression is not certain here",
    "set-of-objects": "what a set of objects needs is not modelled: no list of hosts is one",
}


def differing(case: dict[str, Any], repository: Repository) -> list[str]:
    """The requests whose measured answer is another than ours."""
    found = lint(Source("widget.json", json.dumps(case["object"]).encode()), OPTIONS, repository).findings
    return [request for request in REQUESTS if case[request] == any(request in finding.refused_by for finding in found)]


def test_verdicts_follow_the_repositorys_definition(shown_figures: Figures) -> None:
    wrong: dict[tuple[str, str], list[str]] = {}
    total = 0
    for row in DEFINITIONS:
        repository = Repository([Source("crd.json", json.dumps(row["crd"]).encode())])
        for case in row["cases"]:
            total += len(REQUESTS)
            if requests := differing(case, repository):
                wrong[row["id"], case["variant"]] = requests
    with shown_figures():
        print(f"CRDs of a repository: {total - sum(map(len, wrong.values()))} of {total} verdicts agree")
    assert wrong.keys() == EXCEPTIONS.keys()


def test_a_broken_schema_gives_one_finding() -> None:
    """Where the server refuses the definition, at one place and without a traceback; nowhere else."""
    wrong = []
    for row in BROKEN:
        found = lint(Source("crd.json", json.dumps(row["crd"]).encode()), OPTIONS).findings
        expected = 0 if row["id"] in UNSAID else int(row["message"] != "")
        if [finding.refused_by for finding in found] != [REQUESTS] * expected:
            wrong.append((row["id"], row["message"], [finding.message for finding in found]))
    assert wrong == []


def test_every_silence_is_needed() -> None:
    assert {row["id"] for row in BROKEN if row["id"] in UNSAID and row["message"]} == UNSAID.keys()


WIDGET = """apiVersion: example.com/v1
kind: Widget
metadata: {name: press}
spec:
  worker:
    podTemplate:
      spec:
        hostAliases:
        - {ip: 10.0.0.1, hostnames: [db]}
        - {ip: 10.0.0.1, hostnames: [cache]}
"""


def by_id(name: str) -> str:
    """A measured definition as YAML (JSON is YAML)."""
    return next(json.dumps(row["crd"]) for row in DEFINITIONS if row["id"] == name)


def verdicts(*definitions: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """What is said of the object above, beside these definitions in one repository."""
    repository = Repository([Source(f"crd{number}.yaml", text.encode()) for number, text in enumerate(definitions)])
    found = lint(Source("widget.yaml", WIDGET.encode()), OPTIONS, repository).findings
    return [(finding.rule, str(finding.severity), finding.refused_by) for finding in found]


def test_without_a_definition_nothing_is_certain() -> None:
    assert verdicts() == [("duplicate-ip", "warning", ())]


def test_the_definition_decides() -> None:
    assert verdicts(by_id("map")) == [("duplicate-ip", "error", REQUESTS)]
    assert verdicts(by_id("plain")) == [("duplicate-ip", "info", ())]
    assert verdicts(by_id("schemaless-template")) == [("duplicate-ip", "info", ())]
    assert verdicts(by_id("empty-template")) == [("misplaced-host-aliases", "error", ("create",))]


def test_equal_definitions_are_one_and_different_ones_leave_it_open() -> None:
    assert verdicts(by_id("map"), by_id("map")) == [("duplicate-ip", "error", REQUESTS)]
    assert verdicts(by_id("map"), by_id("plain")) == [("duplicate-ip", "warning", ())]


def test_a_definition_that_is_not_whole_teaches_nothing() -> None:
    broken = by_id("map").replace('"type": "array"', '"type": "list"')
    templated = "{{ if .Values.crds }}\n" + by_id("map") + "\n{{ end }}\n"
    other_group = by_id("map").replace("example.com", "example.org")
    old = by_id("map").replace("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1")
    for text in (broken, templated, other_group, old):
        assert verdicts(text) == [("duplicate-ip", "warning", ())], text[:200]


def test_a_definition_in_the_same_file() -> None:
    text = f"{by_id('map')}\n---\n{WIDGET}"
    found = lint(Source("all.yaml", text.encode()), OPTIONS).findings
    assert [(finding.rule, finding.document, finding.refused_by) for finding in found] == [
        ("duplicate-ip", 2, REQUESTS)
    ]


def test_a_definition_elsewhere_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "widget.yaml").write_text(by_id("map"), "utf-8")
    (tmp_path / "widget.yaml").write_text(WIDGET, "utf-8")
    whole = podhosts("check", ".", "--format", "json", cwd=tmp_path)
    alone = podhosts("check", "widget.yaml", "--format", "json", cwd=tmp_path)
    assert [finding["refused_by"] for finding in json.loads(whole.stdout)["findings"]] == [["create", "apply"]]
    assert [finding["refused_by"] for finding in json.loads(alone.stdout)["findings"]] == [[]]


def test_what_an_anchor_shares_is_told_once() -> None:
    text = "apiVersion: example.com/v1\nkind: Widget\nspec:\n  one: &place {hostAliases: []}\n  two: *place\n"
    repository = Repository([Source("crd.yaml", by_id("plain").encode())])
    [found] = lint(Source("widget.yaml", text.encode()), OPTIONS, repository).findings
    assert (found.rule, found.field, found.refused_by) == ("misplaced-host-aliases", "spec.one.hostAliases", REQUESTS)
