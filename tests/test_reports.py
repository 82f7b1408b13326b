"""The output formats: the same few findings in each, one golden file a format (`pytest --update` writes them)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from podhosts.reporters import FORMATS, lines
from podhosts.resources import schema
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
    golden(GOLDEN / f"{name}.txt", rendered(name))


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
