"""The output formats: the same few findings in each, one golden file a format (`pytest --update` writes them)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from podhosts.reporters import FORMATS, lines
from podhosts.resources import schema
from podhosts.rules import RULES
from podhosts.rules.documentation import documentation, page
from tests.paths import DATA
from tests.report_samples import MANIFEST, NAME, sample_report
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.goldens import Golden

GOLDEN = DATA / "reports"


def rendered(name: str) -> str:
    return "".join(f"{line}\n" for line in lines(name, sample_report()))


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str, golden: Golden) -> None:
    golden(GOLDEN / f"{name}.txt", without_rules(rendered(name)) if name == "sarif" else rendered(name))


def without_rules(sarif: str) -> str:
    """A SARIF report without the documentation of all rules, which is no business of the samples."""
    report = json.loads(sarif)
    [run] = report["runs"]
    run["tool"]["driver"]["rules"] = []
    for result in run["results"]:
        result.pop("ruleIndex", None)
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def test_sarif_holds_all_rules_and_results_refer_to_them() -> None:
    [run] = json.loads(rendered("sarif"))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [item["id"] for item in rules] == [rule.name for rule in RULES]
    for item, rule in zip(rules, RULES, strict=True):
        text = documentation(rule)
        assert item["shortDescription"]["text"] == text.summary
        assert item["fullDescription"]["text"] == text.why
        assert item["help"]["markdown"] == "\n".join(page(rule))
        assert item["defaultConfiguration"]["enabled"] is rule.is_default
    assert run["results"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


@pytest.mark.parametrize("name", FORMATS)
def test_stdout_and_file_get_the_same(name: str, tmp_path: Path) -> None:
    (tmp_path / "k8s").mkdir()
    (tmp_path / NAME).write_text(MANIFEST, "utf-8")
    done = podhosts("check", "--format", name, "--output", f"{name}=report", NAME, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == (tmp_path / "report").read_bytes()


def test_json_keeps_to_its_schema(tmp_path: Path) -> None:
    validator = Draft202012Validator(schema("report"), format_checker=Draft202012Validator.FORMAT_CHECKER)
    suppressed = "# podhosts: ignore-file[invalid-ip] until=2999-01-01 known\n" + MANIFEST
    unread = MANIFEST.replace("10.0.0.256", "${IP}")
    (tmp_path / "k8s").mkdir()
    for content in (MANIFEST, suppressed, unread, "a: [\nhostAliases: 1\n", ""):
        (tmp_path / NAME).write_text(content, "utf-8")
        report = json.loads(podhosts("check", "--format", "json", NAME, "missing.yaml", cwd=tmp_path).stdout)
        validator.validate(report)
        assert report["unread"][-1]["path"] in {NAME, "missing.yaml"}


def test_json_offsets_are_bytes(tmp_path: Path) -> None:
    (tmp_path / "k8s").mkdir()
    (tmp_path / NAME).write_text(MANIFEST, "utf-8")
    data = (tmp_path / NAME).read_bytes()
    report = json.loads(podhosts("check", "--format", "json", NAME, cwd=tmp_path).stdout)
    for finding in report["findings"]:
        marked = data[finding["start"]["offset"] : finding["end"]["offset"]].decode()
        assert marked in {"10.0.0.256", "db.internal", '"2001:DB8::25"'}


def test_findings_behind_an_anchor_are_one_text_and_several_objects(tmp_path: Path) -> None:
    item = "- apiVersion: v1\n  kind: Pod\n  metadata: {name: %s}\n  spec: {hostAliases: %s, containers: []}\n"
    first = item % ("one", "&list [{ip: nope, hostnames: [a]}]")
    content = "kind: List\napiVersion: v1\nitems:\n" + first + item % ("two", "*list") + item % ("three", "*list")
    (tmp_path / "list.yaml").write_text(content)
    lines = podhosts("check", "list.yaml", cwd=tmp_path).stdout.decode().splitlines()
    assert len(lines) == 1
    assert "(in 3 objects)" in lines[0]
    report = json.loads(podhosts("check", "--format", "json", "list.yaml", cwd=tmp_path).stdout)
    assert [finding["object"]["name"] for finding in report["findings"]] == ["one", "two", "three"]
    assert len({finding["fingerprint"] for finding in report["findings"]}) == 3
