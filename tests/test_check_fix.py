"""`podhosts check --fix`, `--unsafe-fixes` and `--diff` as a user meets them: files, streams, exit codes."""

from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from podhosts.run.repairing import RepairError, replace_file
from podhosts.source import Source
from tests.manifests import BAD_POD, GOOD_POD, SERVICE
from tests.programs import program
from tests.running import environment, podhosts

if TYPE_CHECKING:
    from pathlib import Path

TWICE = GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal]")
UPPER = GOOD_POD.replace(b"[db.internal]", b"[DB.internal]")
BOTH = GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal, Cache.internal]")
BOTH_SAFE = GOOD_POD.replace(b"[db.internal]", b"[db.internal, Cache.internal]")
BOTH_FIXED = GOOD_POD.replace(b"[db.internal]", b"[db.internal, cache.internal]")


@pytest.mark.parametrize(
    ("flags", "before", "after", "code"),
    [
        ([], TWICE, TWICE, 1),
        (["--fix"], TWICE, GOOD_POD, 0),
        (["--fix"], GOOD_POD, GOOD_POD, 0),
        (["--fix"], BAD_POD, BAD_POD, 1),
        (["--fix"], UPPER, UPPER, 1),
        (["--fix"], BOTH, BOTH_SAFE, 1),
        (["--fix", "--fail-on", "never"], BOTH, BOTH_SAFE, 0),
        (["--fix", "--unsafe-fixes"], BOTH, BOTH_FIXED, 0),
        (["--unsafe-fixes"], BOTH, BOTH, 1),
        (["--unsafe-fixes", "--fail-on", "never"], BOTH, BOTH, 0),
        (["--fix", "--ignore", "duplicate-hostname"], TWICE, TWICE, 0),
        (["--fix", "--select", "invalid-ip"], TWICE, TWICE, 0),
        (["--diff"], TWICE, TWICE, 1),
        (["--diff"], UPPER, UPPER, 0),
        (["--diff", "--fail-on", "never"], TWICE, TWICE, 1),
        (["--diff", "--unsafe-fixes"], UPPER, UPPER, 1),
        (["--diff", "--fix"], TWICE, TWICE, 1),
        (["--diff"], SERVICE, SERVICE, 0),
    ],
)
def test_files_and_exit_codes(flags: list[str], before: bytes, after: bytes, code: int, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(before)
    for arguments in ([*flags, "pod.yaml"], [*flags, "."]):
        (tmp_path / "pod.yaml").write_bytes(before)
        done = podhosts("check", *arguments, cwd=tmp_path)
        assert (done.returncode, (tmp_path / "pod.yaml").read_bytes()) == (code, after)
    assert os.listdir(tmp_path) == ["pod.yaml"]


def test_what_is_said(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(BOTH)
    done = podhosts("check", "pod.yaml", cwd=tmp_path)
    assert "fixable: 1 with --fix, 1 with --fix --unsafe-fixes" in done.stderr.decode()
    done = podhosts("check", "--diff", "pod.yaml", cwd=tmp_path)
    assert "would be fixed: 1, in 1 file" in done.stderr.decode()
    done = podhosts("check", "--fix", "pod.yaml", cwd=tmp_path)
    assert "fixed: 1, in 1 file" in done.stderr.decode()
    assert done.stdout.decode().startswith("pod.yaml:7:30: error: `Cache.internal`")


def test_diff(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(TWICE)
    done = podhosts("check", "--diff", "pod.yaml", "pod.yaml", "missing.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.decode() == (
        "--- a/pod.yaml\n+++ b/pod.yaml\n@@ -4,5 +4,5 @@\n spec:\n   hostAliases:\n   - ip: 10.0.0.25\n"
        "-    hostnames: [db.internal, db.internal]\n+    hostnames: [db.internal]\n"
        "   containers: [{name: web, image: web}]\n"
    )


@pytest.mark.parametrize(("content", "after", "code"), [(BOTH, BOTH_SAFE, 1), (SERVICE, SERVICE, 0), (b"", b"", 0)])
def test_stdin_goes_to_stdout_and_the_report_to_stderr(content: bytes, after: bytes, code: int) -> None:
    done = podhosts("check", "--fix", "-", "--stdin-filename", "pod.yaml", stdin=content)
    assert (done.returncode, done.stdout) == (code, after)
    assert (b"pod.yaml:7:30: error: `Cache.internal`" in done.stderr) is (code == 1)
    text = podhosts("check", "--fix", "-", "--format", "text", stdin=content)
    assert text.stdout == after


def test_stdin_with_diff() -> None:
    done = podhosts("check", "--diff", "-", "--stdin-filename", "pod.yaml", stdin=TWICE)
    assert done.returncode == 1
    assert done.stdout.startswith(b"--- a/pod.yaml\n+++ b/pod.yaml\n")


def test_excluded_stdin_is_given_back(tmp_path: Path) -> None:
    (tmp_path / ".podhosts.yaml").write_text("exclude: [pod.yaml]\n")
    done = podhosts("check", "--fix", "-", "--stdin-filename", "pod.yaml", stdin=TWICE, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, TWICE)


def test_json_report_tells_what_is_left(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(BOTH)
    report = json.loads(podhosts("check", "--fix", "--format", "json", "pod.yaml", cwd=tmp_path).stdout)
    (finding,) = report["findings"]
    (fix,) = report["fixes"]
    assert (finding["rule"], finding["fix"], fix["safety"], report["summary"]["fixable"]) == (
        "invalid-hostname",
        0,
        "unsafe",
        1,
    )


@pytest.mark.parametrize("source", ["pod.yaml", ".", "-"])
def test_reports_beside_a_diff_are_about_the_files_as_they_are(source: str, tmp_path: Path) -> None:
    # The fix takes a line away, and what stands below cannot be fixed.
    text = GOOD_POD.replace(b" [db.internal]", b"\n    - a\n    - a\n  - ip: 10.0.0.256\n    hostnames: [b]")
    (tmp_path / "pod.yaml").write_bytes(text)
    plain = podhosts("check", "--format", "concise", "pod.yaml", cwd=tmp_path).stdout
    arguments = ["--stdin-filename=pod.yaml", "--output=concise=report.txt", source]
    done = podhosts("check", "--diff", "--unsafe-fixes", *arguments, cwd=tmp_path, stdin=text)
    assert (done.returncode, done.stdout[:14]) == (1, b"--- a/pod.yaml")
    assert (tmp_path / "report.txt").read_bytes() == plain
    assert (tmp_path / "pod.yaml").read_bytes() == text


def test_mode_and_symbolic_link_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "pod.yaml", tmp_path / "link.yaml"
    target.write_bytes(TWICE)
    target.chmod(0o640)
    link.symlink_to("real/pod.yaml")
    podhosts("check", "--fix", "link.yaml", cwd=tmp_path)
    assert link.is_symlink()
    assert target.read_bytes() == GOOD_POD
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert os.listdir(tmp_path / "real") == ["pod.yaml"]


def test_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pod.yaml"
    path.write_bytes(SERVICE)
    with pytest.raises(RepairError, match="changed by somebody else"):
        replace_file(str(path), Source("pod.yaml", TWICE), Source("pod.yaml", GOOD_POD))
    assert path.read_bytes() == SERVICE
    assert os.listdir(tmp_path) == ["pod.yaml"]


def test_pipe_cannot_be_fixed(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(TWICE)
    command = [program("bash"), "-c", f"{shlex.quote(sys.executable)} -m podhosts check --fix <(cat pod.yaml)"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment(), check=False)
    assert done.returncode == 2
    assert b"only regular files can be fixed; the file is left as it is" in done.stderr
    assert b"duplicate-hostname" in done.stdout


def test_broken_fix_is_left_out_and_the_finding_says_so(tmp_path: Path) -> None:
    """A rule made to break its promise, in the real program; the other rules' fixes are made."""
    before = TWICE.replace(b"10.0.0.25", b"2001:DB8::25")
    (tmp_path / "pod.yaml").write_bytes(before)
    code = (
        "import sys; sys.argv = ['podhosts', 'check', '--fix', *sys.argv[1:]]\n"
        "from podhosts.rules.removal import RepetitionRemoval as Removal\n"
        "from podhosts.surgery import repair, replace_scalar\n"
        "Removal.fix = lambda self, group: repair(self._pod.object.document, f'Replace {group[0].text}', "
        "replace_scalar(self._pod.object.document, group[0].node, 'other.internal'))\n"
        "from podhosts.__main__ import main; sys.exit(main())"
    )
    for flags, after in (["--diff"], before), ([], before.replace(b"DB8", b"db8")):
        output = "--output=concise=report.txt"
        command = [sys.executable, "-c", code, *flags, output, "pod.yaml"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, env=environment())
        assert done.returncode == 1, done.stderr
        assert b"internal error" not in done.stderr
        assert (tmp_path / "pod.yaml").read_bytes() == after
        report = (tmp_path / "report.txt").read_text()
        assert "(not repaired: a pod's names and addresses change); remove it [duplicate-hostname]" in report


def test_unsafe_fixes_alone_are_shown(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(BOTH)
    plain = podhosts("check", "pod.yaml", cwd=tmp_path)
    for arguments in (["pod.yaml"], ["."]):
        done = podhosts("check", "--unsafe-fixes", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
        assert "  pod.yaml:7:43: Replace `Cache.internal` with `cache.internal` [invalid-hostname]" in _lines(
            done.stderr
        )
        assert b"Remove the second" not in done.stderr
    text = podhosts("check", "--unsafe-fixes", "--format", "text", "pod.yaml", cwd=tmp_path)
    assert b"Replace `Cache.internal` with `cache.internal` (--fix --unsafe-fixes applies it)" in text.stdout
    assert (tmp_path / "pod.yaml").read_bytes() == BOTH
    done = podhosts("check", "--unsafe-fixes", "-", stdin=BOTH)
    assert (done.returncode, done.stdout[:7]) == (1, b"<stdin>")


def test_what_was_repaired_is_always_said(tmp_path: Path) -> None:
    for flags in ([], ["-q"]):
        (tmp_path / "pod.yaml").write_bytes(BOTH)
        (tmp_path / "more.yaml").write_bytes(TWICE.replace(b"[db", b"[db.internal, db"))
        done = podhosts("check", "--fix", "--unsafe-fixes", *flags, ".", cwd=tmp_path)
        said = _lines(done.stderr)
        assert said[-3:] == [
            "fixed: 3, in 2 files",
            "  more.yaml: duplicate-hostname",
            "  pod.yaml: duplicate-hostname, invalid-hostname",
        ]


def test_each_repair_is_said_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(BOTH)
    expected = [
        "  pod.yaml:7:30: Remove the second `db.internal` [duplicate-hostname]",
        "  pod.yaml:7:30: Replace `Cache.internal` with `cache.internal` [invalid-hostname]",
    ]
    for flags, what in (["--diff"], "would be fixed: 2, in 1 file"), (["--fix"], "fixed: 2, in 1 file"):
        done = podhosts("check", *flags, "--unsafe-fixes", "--show-fixes", "pod.yaml", cwd=tmp_path)
        assert _lines(done.stderr)[1:4] == [what, *expected]


def _lines(text: bytes) -> list[str]:
    return text.decode().splitlines()


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """The report beside a diff is about what came through the pipe."""
    (tmp_path / "pod.yaml").write_bytes(TWICE)
    command = shlex.join([sys.executable, "-m", "podhosts", "check", "--diff", "--output=json=report.json"])
    done = subprocess.run(
        [program("bash"), "-c", f"{command} <(cat pod.yaml)"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 1
    assert b"1 file, 1 document, 1 pod: 1 warning" in done.stderr
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert [finding["rule"] for finding in report["findings"]] == ["duplicate-hostname"]


SHORT = GOOD_POD.replace(b"[db.internal]", b"[db, db]")


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_files_that_look_up_a_fixed_one_are_linted_again(jobs: str, tmp_path: Path) -> None:
    """A fix gives a pod the name that a Service of another file has; nothing else is linted twice."""
    service = SERVICE.replace(b"name: web", b"name: db")
    assert b"name: db" in service
    (tmp_path / "service.yaml").write_bytes(service)
    (tmp_path / "pod.yaml").write_bytes(SHORT)
    for number in range(5):
        (tmp_path / f"other{number}.yaml").write_bytes(GOOD_POD)
    done = podhosts("check", "--fix", "--jobs", jobs, ".", cwd=tmp_path)
    plain = podhosts("check", ".", cwd=tmp_path)
    assert done.stdout == plain.stdout
    assert b"shadowed-service" in done.stdout
    assert b"duplicate-hostname" not in done.stdout


@pytest.mark.parametrize("flags", [("--fix",), ("--fix", "--unsafe-fixes"), ("--diff",), ("--diff", "--unsafe-fixes")])
def test_processes_change_nothing_about_fixes(flags: tuple[str, ...], tmp_path: Path) -> None:
    results = []
    for jobs in ("1", "3"):
        folder = tmp_path / jobs
        folder.mkdir()
        for number, text in enumerate([TWICE, UPPER, BOTH, GOOD_POD, BAD_POD, SHORT, SERVICE] * 3):
            (folder / f"{number}.yaml").write_bytes(text)
        (folder / "link.yaml").symlink_to("0.yaml")
        done = podhosts("check", *flags, "--jobs", jobs, "--show-fixes", ".", cwd=folder)
        texts = {path.name: path.read_bytes() for path in folder.iterdir()}
        results.append((done.returncode, done.stdout, done.stderr, texts))
    assert results[0] == results[1]
    assert results[0][1] != b""


def test_json_and_markdown_say_what_was_repaired(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal]"))
    shown = podhosts("check", "--diff", "--output", "json=shown.json", cwd=tmp_path)
    assert shown.returncode == 1
    assert json.loads((tmp_path / "shown.json").read_bytes())["fixed"] == []
    done = podhosts("check", "--fix", "--format", "json", "--output", "markdown=report.md", cwd=tmp_path)
    start = {"line": 7, "column": 30, "offset": 115}
    title = "Remove the second `db.internal`"
    assert json.loads(done.stdout)["fixed"] == [
        {"rule": "duplicate-hostname", "path": "pod.yaml", "start": start, "title": title}
    ]
    assert f"- `pod.yaml:7:30`: {title} `[duplicate-hostname]`" in (tmp_path / "report.md").read_text()
