"""`podhosts check` as a user meets it: exit codes, streams, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.manifests import BAD_POD, GOOD_POD, INFO_POD, SERVICE, WARNING_POD
from tests.programs import program
from tests.running import PATIENCE, environment, podhosts, shown_on_terminal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bad.yaml").write_bytes(BAD_POD)
    (tmp_path / "good.yaml").write_bytes(GOOD_POD)
    (tmp_path / "warning.yaml").write_bytes(WARNING_POD)
    (tmp_path / "info.yaml").write_bytes(INFO_POD)
    (tmp_path / "service.yml").write_bytes(SERVICE)
    (tmp_path / "notes.txt").write_bytes(BAD_POD)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.yaml"], 0),
        (["info.yaml"], 0),
        (["warning.yaml"], 1),
        (["bad.yaml"], 1),
        (["info.yaml", "--fail-on", "info"], 1),
        (["warning.yaml", "--fail-on=error"], 0),
        (["bad.yaml", "--fail-on", "never"], 0),
        (["bad.yaml", "missing.yaml", "--fail-on", "never"], 2),
        (["notes.txt"], 1),
        (["."], 1),
        ([], 1),
        (["bad.yaml", "--ignore", "invalid-ip"], 0),
        (["bad.yaml", "--select", "duplicate-ip"], 0),
        (["bad.yaml", "--select", "invalid-ip", "--ignore", "duplicate-ip"], 1),
        (["--list-files"], 0),
        (["bad.yaml", "--kubernetes-version", "v1.32.4-gke.1"], 1),
    ],
)
def test_exit_code(folder: Path, arguments: list[str], code: int) -> None:
    assert podhosts("check", *arguments, cwd=folder).returncode == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fail-on", "bad"], b"choose from error, warning, info, never"),
        (["--select", "invalid-ipp"], b"unknown rule `invalid-ipp` in --select; did you mean `invalid-ip`?"),
        (["--ignore", "nonsense"], b"unknown rule `nonsense` in --ignore"),
        (["--format", "jsn"], b"unknown format `jsn`; did you mean `json`?"),
        (["--color", "maybe"], b"unknown value `maybe` for --color"),
        (["--kubernetes-version", "1.28"], b"podhosts knows 1.29 to 1.37"),
        (["--kubernetes-version", "latest"], b"write it like 1.32"),
        (["--no-such-flag"], b"no such option: --no-such-flag"),
        (["--select"], b"requires an argument"),
    ],
)
def test_wrong_use(folder: Path, arguments: list[str], words: bytes) -> None:
    done = podhosts("check", "bad.yaml", *arguments, cwd=folder)
    assert done.returncode == 2
    assert words in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_unknown_command() -> None:
    done = podhosts("chekc")
    assert done.returncode == 2
    assert b"did you mean `check`?" in done.stderr


def test_version_and_help() -> None:
    assert podhosts("--version").stdout == b"podhosts 0.1.0\n"
    help_text = podhosts("check", "--help").stdout.decode()
    for words in ("--kubernetes-version", "--select", "--fail-on", "Exit codes", "Example"):
        assert words in help_text


def test_newer_version_is_said_once(folder: Path) -> None:
    done = podhosts("check", "--kubernetes-version", "1.99", "bad.yaml", "good.yaml", cwd=folder)
    assert done.stderr.count(b"is newer than 1.37") == 1


def test_versions_decide(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD.replace(b"10.0.0.25", b"010.0.0.25"))
    old = podhosts("check", "--kubernetes-version", "1.35", "pod.yaml", cwd=tmp_path).stdout
    new = podhosts("check", "--kubernetes-version", "1.36", "pod.yaml", cwd=tmp_path).stdout
    assert b"[non-canonical-ip]" in old
    assert b"[invalid-ip]" not in old
    assert b"accepted up to 1.35" in new


def test_reads_stdin() -> None:
    done = podhosts("check", "-", "--stdin-filename", "pod.yaml", stdin=BAD_POD)
    assert done.returncode == 1
    assert done.stdout.startswith(b"pod.yaml:6:9: error: ")


def test_folder_without_manifests(tmp_path: Path) -> None:
    done = podhosts("check", cwd=tmp_path)
    assert done.returncode == 0
    assert b"no manifests" in done.stderr
    assert podhosts("check", "--strict", cwd=tmp_path).returncode == 1


def test_other_files_are_linted_beside_one_that_cannot_be_opened(folder: Path) -> None:
    done = podhosts("check", "missing.yaml", "bad.yaml", cwd=folder)
    assert done.returncode == 2
    assert b"[invalid-ip]" in done.stdout
    assert b"missing.yaml: cannot be opened: No such file or directory" in done.stderr
    assert b"missing.yaml" in podhosts("check", "-q", "missing.yaml", cwd=folder).stderr


def test_unreadable_file(folder: Path) -> None:
    """A process's memory opens but cannot be read, for root neither."""
    done = podhosts("check", "/proc/self/mem", "bad.yaml", cwd=folder)
    assert done.returncode == 2
    assert b"/proc/self/mem: cannot be opened: Input/output error" in done.stderr
    assert b"bad.yaml:6:9" in done.stdout


def test_links_and_pipes(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "link.yaml").symlink_to("real.txt")
    (tmp_path / "real.txt").write_bytes(BAD_POD)
    named = podhosts("check", "loop.yaml", cwd=tmp_path)
    assert (named.returncode, b"symbolic links" in named.stderr) == (2, True)
    pipe = podhosts("check", "pipe.yaml", cwd=tmp_path)
    assert (pipe.returncode, b"to read from a pipe use `-`" in pipe.stderr) == (2, True)
    whole = podhosts("check", ".", cwd=tmp_path)
    assert whole.returncode == 1
    assert b"link.yaml:6:9" in whole.stdout


def test_binary_files(tmp_path: Path) -> None:
    (tmp_path / "random.yaml").write_bytes(bytes(range(256)) * 400)
    (tmp_path / "mentions.yaml").write_bytes(b"\x00\x01\x02hostAliases\xff\xfe" * 50)
    (tmp_path / "manifest.yaml").write_bytes(b"apiVersion: v1\nkind: Pod\nspec: {hostAliases: [\x00\xff\xfe]}\n")
    for nobodys in ("random.yaml", "mentions.yaml"):
        assert podhosts("check", nobodys, cwd=tmp_path).returncode == 0
    done = podhosts("check", "manifest.yaml", cwd=tmp_path)
    assert (done.returncode, b"control characters are not allowed" in done.stdout) == (1, True)


def test_large_file(tmp_path: Path) -> None:
    """A long stream of other objects around one pod: its line is right, and the run ends."""
    (tmp_path / "stream.yaml").write_bytes((SERVICE + b"---\n") * 50_000 + BAD_POD)
    done = podhosts("check", "stream.yaml", cwd=tmp_path)
    line = (SERVICE.count(b"\n") + 1) * 50_000 + 6
    assert done.stdout.startswith(f"stream.yaml:{line}:9: error".encode())
    assert b"1 file, 1 document, 1 pod" in done.stderr


@pytest.mark.parametrize("output", ["text", "concise", "json", "github"])
def test_reader_that_goes_away(folder: Path, output: str) -> None:
    """`podhosts check | head -1`: quiet, and the exit code as computed."""
    (folder / "many.yaml").write_bytes(b"---\n".join([BAD_POD] * 800))
    command = [sys.executable, "-m", "podhosts", "check", "--format", output, "many.yaml"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(60) == 1
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams(folder: Path, closed: str) -> None:
    script = f"'{sys.executable}' -m podhosts check bad.yaml {closed}"
    done = subprocess.run(
        [program("bash"), "-c", script], cwd=folder, capture_output=True, env=environment(), check=False
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr + done.stdout


def test_interrupt(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "podhosts", "check", "-"]
    pipe = subprocess.PIPE
    # A job in the background of a shell ignores Ctrl-C, and so would what it starts.
    listen = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(), preexec_fn=listen
    ) as process:
        assert process.stdin
        # More than a pipe holds: once all is written the program reads it.
        process.stdin.write(b"# nothing\n" * 50_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_terminal_escapes_never_get_out(tmp_path: Path) -> None:
    name = "evil\x1b[31m\n::error::x.yaml"
    (tmp_path / name).write_bytes(BAD_POD.replace(b"10.0.0.256", b'"\\e]0;owned\\a\\u202e"'))
    for output in ("text", "concise", "github"):
        done = podhosts("check", "--format", output, name, cwd=tmp_path)
        assert done.returncode == 1
        for raw in (b"\x1b", b"\x07", "\u202e".encode(), b"\n::error::x"):
            assert raw not in done.stdout + done.stderr, output


def test_colours(folder: Path) -> None:
    plain = podhosts("check", "--format", "text", "bad.yaml", cwd=folder)
    assert b"\x1b" not in plain.stdout
    for extra, flags in (({"FORCE_COLOR": "1"}, []), ({"CLICOLOR_FORCE": "1"}, []), ({}, ["--color", "always"])):
        done = podhosts("check", "--format", "text", *flags, "bad.yaml", cwd=folder, extra={"TERM": "xterm", **extra})
        assert b"\x1b[1;31m" in done.stdout
    for extra, flags in (({"FORCE_COLOR": "1", "NO_COLOR": "1"}, []), ({"FORCE_COLOR": "1"}, ["--color", "never"])):
        done = podhosts("check", "--format", "text", *flags, "bad.yaml", cwd=folder, extra=extra)
        assert b"\x1b" not in done.stdout


def test_format_inside_github_actions(folder: Path) -> None:
    done = podhosts("check", "bad.yaml", cwd=folder, extra={"GITHUB_ACTIONS": "true"})
    assert done.stdout.startswith(b"::error file=bad.yaml,line=6,col=9,endLine=6,endColumn=19,")


def test_git_decides_what_is_read(tmp_path: Path) -> None:
    for command in (["init", "-q"], ["config", "user.email", "a@example.com"], ["config", "user.name", "a"]):
        subprocess.run([program("git"), *command], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("ignored/\n")
    for name in ("ignored/a.yaml", ".github/b.yaml", "c.json", "deleted.yaml", "d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(SERVICE)
    subprocess.run([program("git"), "add", "-A"], cwd=tmp_path, check=True)
    (tmp_path / "deleted.yaml").unlink()
    listed = podhosts("check", "--list-files", cwd=tmp_path).stdout.decode().split()
    assert listed == [".github/b.yaml", "c.json"]
    assert podhosts("check", "--list-files", "ignored/a.yaml", cwd=tmp_path).stdout == b"ignored/a.yaml\n"


def test_summary_says_what_was_not_read(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_bytes(b"{{ if .Values.x }}\nhostAliases: [\n{{ end }}\n")
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD.replace(b"10.0.0.25", b'"${DB_IP}"'))
    done = podhosts("check", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == b""
    assert b"not read: documents of a template that are not YAML by themselves: 1, in 1 file" in done.stderr
    assert b"not read: values that a template or placeholder decides: 1, in 1 file (-v lists them)" in done.stderr
    assert b"pod.yaml:6:9" in podhosts("check", "-v", cwd=tmp_path).stderr
    assert podhosts("check", "--strict", cwd=tmp_path).returncode == 1
    report = json.loads(podhosts("check", "--format", "json", cwd=tmp_path).stdout)
    assert [(item["path"], item["count"]) for item in report["unread"]] == [("pod.yaml", 1), ("template.yaml", 1)]


def test_order_is_by_path_and_position(folder: Path) -> None:
    lines = podhosts("check", "warning.yaml", "bad.yaml", "info.yaml", cwd=folder).stdout.decode().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["bad.yaml", "info.yaml", "warning.yaml"]


def with_clock(seconds: str) -> list[str]:
    """podhosts with a clock that says something else; the iterator `seconds` gives what."""
    program = (
        f"import threading, time, itertools; seconds = iter({seconds}); time.monotonic = lambda: next(seconds); "
        "from podhosts.__main__ import main; raise SystemExit(main())"
    )
    return [sys.executable, "-c", program, "check", "--jobs", "1", "--format", "concise", "."]


@pytest.mark.parametrize(("seconds", "is_shown"), [("itertools.count(0, 2)", True), ("itertools.repeat(0)", False)])
def test_progress_is_shown_on_a_terminal_only(tmp_path: Path, seconds: str, is_shown: bool) -> None:
    """Work of more than a second on a terminal gets a bar on stderr; elsewhere there is none."""
    for number in range(4):
        (tmp_path / f"{number}.yaml").write_bytes(BAD_POD)
    command = with_clock(seconds)
    code, shown = shown_on_terminal(command, cwd=tmp_path, stream="stderr")
    assert code == 1
    assert (b"Checking" in shown) == is_shown
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment(), timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert b"Checking" not in done.stderr
