"""`--output FORMAT=FILE`: several reports in one run, each written as a whole or not at all."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from podhosts.reporters import FORMATS
from podhosts.run.files import write_file
from tests.manifests import BAD_POD, GOOD_POD, SERVICE
from tests.running import PATIENCE, environment, podhosts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bad.yaml").write_bytes(BAD_POD)
    (tmp_path / "good.yaml").write_bytes(GOOD_POD)
    return tmp_path


def test_all_formats_in_one_run(folder: Path) -> None:
    outputs = [argument for name in FORMATS for argument in ("--output", f"{name}=out.{name}")]
    done = podhosts("check", *outputs, "bad.yaml", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith(b"bad.yaml:6:9: error: ")
    assert sorted(os.listdir(folder)) == sorted(["bad.yaml", "good.yaml", *(f"out.{name}" for name in FORMATS)])
    for name in FORMATS:
        assert b"invalid-ip" in (folder / f"out.{name}").read_bytes()


def test_a_report_is_written_without_findings_too(folder: Path) -> None:
    done = podhosts("check", "--output=sarif=a=b.sarif", "good.yaml", cwd=folder)
    assert done.returncode == 0
    assert json.loads((folder / "a=b.sarif").read_bytes())["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (["sarf=a"], "unknown format `sarf` in `--output sarf=a`; did you mean `sarif`?"),
        (["xml=a"], "unknown format `xml` in `--output xml=a`; choose from text, concise, json, "),
        (["JSON=a"], "unknown format `JSON` in `--output JSON=a`; did you mean `json`?"),
        (["json"], "`--output json` names no file; write FORMAT=FILE, like json=report.json"),
        (["json="], "`--output json=` names no file"),
        (["json=-"], "`--output json=-`: stdout has the report of --format; write `--format json`"),
        (["json=a", "sarif=./a"], "./a is written twice; give each report a file of its own"),
        (["json=a", "sarif=link"], "link is written twice"),
        (["json=bad.yaml"], "bad.yaml is to be checked, and this run would overwrite it"),
    ],
)
def test_wrong_use(folder: Path, outputs: list[str], words: str) -> None:
    (folder / "link").symlink_to("a")
    done = podhosts("check", *(f"--output={output}" for output in outputs), "bad.yaml", cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert words in done.stderr.decode()
    assert (folder / "bad.yaml").read_bytes() == BAD_POD
    assert sorted(os.listdir(folder)) == ["bad.yaml", "good.yaml", "link"]


def test_an_empty_format_is_unknown(folder: Path) -> None:
    """As a variable that is not set gives it."""
    done = podhosts("check", "--format=", "bad.yaml", cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"unknown format ``; choose from text, " in done.stderr


def test_reports_beside_fixes_tell_what_is_left(folder: Path) -> None:
    """Each report is about the files as they are after the run."""
    twice = BAD_POD.replace(b" [db.internal]", b"\n    - a\n    - a\n  - ip: 10.0.0.999\n    hostnames: [b]")
    (folder / "bad.yaml").write_bytes(twice)
    for arguments in (["bad.yaml"], ["."]):
        (folder / "bad.yaml").write_bytes(twice)
        outputs = ["--output=concise=report.txt", "--output=json=report.json"]
        done = podhosts("check", "--fix", *outputs, *arguments, cwd=folder)
        assert done.returncode == 1
        assert [line.split(": ")[0] for line in done.stdout.decode().splitlines()] == ["bad.yaml:6:9", "bad.yaml:9:9"]
        assert (folder / "report.txt").read_bytes() == done.stdout
        places = [item["start"]["line"] for item in json.loads((folder / "report.json").read_bytes())["findings"]]
        assert places == [6, 9]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing/report.json", "No such file or directory"),
        (".", "Is a directory"),
        ("bad.yaml/report.json", "Not a directory"),
        ("/dev/full", "No space left on device"),
        ("n" * 300, "File name too long"),
    ],
)
def test_a_file_that_cannot_be_written(folder: Path, path: str, reason: str) -> None:
    done = podhosts("check", f"--output=json={path}", "--output=gitlab=good.json", "good.yaml", cwd=folder)
    assert done.returncode == 2
    assert f"podhosts: {path}: cannot be written: {reason}\n" in done.stderr.decode()
    assert (folder / "good.json").read_bytes() == b"[]\n"
    assert sorted(os.listdir(folder)) == ["bad.yaml", "good.json", "good.yaml"]


def test_a_wrong_config_is_said_where_only_the_report_asks_for_it(folder: Path) -> None:
    (folder / "service.yaml").write_bytes(SERVICE)
    (folder / ".podhosts.yaml").write_text("nonsense: 1\n")
    for arguments in (["--format=json"], ["--output=sarif=report"]):
        done = podhosts("check", *arguments, "service.yaml", cwd=folder)
        assert done.returncode == 2
        assert b"podhosts: .podhosts.yaml:1:1: unknown key `nonsense`" in done.stderr
        assert not (folder / "report").exists()


def test_an_earlier_report_is_not_checked(folder: Path) -> None:
    for _ in range(2):
        done = podhosts("check", "--output=json=report.json", ".", cwd=folder)
        assert b"2 files" in done.stderr


def test_a_full_disk_leaves_the_old_report(folder: Path) -> None:
    """The limit on a file's size stands for the disk that is full in the middle of a report."""
    (folder / "report.html").write_bytes(b"old")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    command = [sys.executable, "-m", "podhosts", "check", "--output=html=report.html", "bad.yaml"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, preexec_fn=limit, env=environment(), timeout=PATIENCE, check=False
    )
    assert done.returncode == 2
    assert b"report.html: cannot be written: File too large" in done.stderr
    assert (folder / "report.html").read_bytes() == b"old"
    assert sorted(os.listdir(folder)) == ["bad.yaml", "good.yaml", "report.html"]


def test_links_and_modes_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o604)
    link.symlink_to("target")
    write_file(str(link), b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o604
    before = os.umask(0o027)
    try:
        write_file(str(tmp_path / "fresh"), b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o640


def test_a_pipe_gets_the_report(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    command = [sys.executable, "-m", "podhosts", "check", "--output=json=pipe", "good.yaml"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, env=environment()) as process:
        report = json.loads((folder / "pipe").read_bytes())
        assert process.wait(timeout=PATIENCE) == 0
    assert report["summary"]["files"] == 1
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)
