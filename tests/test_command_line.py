"""The command line itself: pages of help, what is said of wrong use, flags that count or select rules."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from podhosts.rules import RULES
from tests.manifests import BAD_POD, GOOD_POD
from tests.paths import ROOT
from tests.running import environment, podhosts

if TYPE_CHECKING:
    from pathlib import Path


def said(*arguments: str, cwd: Path | None = None) -> tuple[int, list[str]]:
    """The exit code, and the lines on stderr; nothing may be on stdout."""
    done = podhosts(*arguments, cwd=cwd)
    assert done.stdout == b""
    return done.returncode, done.stderr.decode().splitlines()


def test_options_of_check_are_in_groups() -> None:
    lines = podhosts("check", "--help", extra={"COLUMNS": "200"}).stdout.decode().splitlines()
    assert [line for line in lines if line.endswith(":") and not line.startswith(" ")] == [
        "Arguments:",
        "Select:",
        "Output:",
        "Repair:",
        "Baseline:",
        "Run:",
    ]
    assert "[PATHS...]" in lines[0]
    # A wide terminal is used, but lines stay readable.
    assert 100 < max(map(len, lines)) <= 120


@pytest.mark.parametrize("command", ["check", "render", "schema"])
def test_help_as_a_command(command: str) -> None:
    assert podhosts("help", command).stdout == podhosts(command, "--help").stdout
    assert podhosts("help").stdout == podhosts("--help").stdout


def test_no_command_has_a_description_that_is_cut() -> None:
    assert "..." not in podhosts("help").stdout.decode().split("Commands:")[1]


def test_version_in_short() -> None:
    assert podhosts("-V").stdout == podhosts("--version").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "--formt"], "no such option: --formt; did you mean --format? ("),
        (["chek"], "no such command `chek`; did you mean `check`, `schema`? (`"),
        (["explain"], "missing argument `RULE` ("),
        (["render", "--index", "x"], "invalid value for `--index`: `x` is not a whole number in its range ("),
        (["help", "chek"], "unknown command `chek`; did you mean `check`?"),
        (["schema", "conf"], "unknown schema `conf`; did you mean `config`?"),
        (["check", "--select", "invalid-pi"], "unknown rule `invalid-pi` in --select; did you mean `invalid-ip`?"),
    ],
)
def test_wrong_use_is_said_in_one_line(arguments: list[str], words: str) -> None:
    """Whether typer notices it or podhosts."""
    code, lines = said(*arguments)
    assert code == 2
    assert len(lines) == 1
    assert lines[0].startswith(f"podhosts: {words}")


def test_without_a_command() -> None:
    code, lines = said()
    assert code == 2
    assert lines[0].startswith("Usage: ")


def test_nothing_was_found_is_not_said_where_something_could_not_be_opened(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD)
    code, lines = said("check", "pod.yaml", "missing.yaml", cwd=tmp_path)
    assert code == 2
    assert lines[0] == "1 file, 1 document, 1 pod: incomplete"
    (tmp_path / "pod.yaml").write_bytes(BAD_POD)
    done = podhosts("check", "pod.yaml", "missing.yaml", cwd=tmp_path)
    assert b"1 pod: 1 error, incomplete\n" in done.stderr
    done = podhosts("check", "pod.yaml", "--output", "json=no/such/folder", cwd=tmp_path)
    assert (done.returncode, b"incomplete\n" in done.stderr) == (2, True)


def test_statistics(tmp_path: Path) -> None:
    done = podhosts("check", "--statistics", "-q", "examples/duplicates.yaml", cwd=ROOT)
    assert done.stderr.decode().splitlines() == [
        "     1  warning  conflicting-hostname",
        "     1  warning  duplicate-hostname (1 fixable)",
        "     1  error    duplicate-ip",
    ]


NAMES = b"[a.example.com, b.example.com, c.example.com, d.example.com, e.example.com]"


@pytest.mark.parametrize(
    ("flags", "config"),
    [
        (["--select", "all"], ""),
        (["--extend-select", "too-many-names"], ""),
        ([], "select: [all]\n"),
        ([], "extend-select: [too-many-names]\n"),
    ],
)
def test_opt_in_rules_run_when_they_are_selected(flags: list[str], config: str, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(BAD_POD.replace(b"[db.internal]", NAMES))
    assert b"[too-many-names]" not in podhosts("check", cwd=tmp_path).stdout
    (tmp_path / ".podhosts.yaml").write_text(config)
    found = podhosts("check", *flags, cwd=tmp_path).stdout
    assert b"[too-many-names]" in found
    # The others go on running.
    assert b"[invalid-ip]" in found
    assert b"[too-many-names]" not in podhosts("check", *flags, "--ignore", "too-many-names", cwd=tmp_path).stdout


@pytest.mark.parametrize("name", ["config", "report", "inventory", "hostaliases"])
def test_schema(name: str) -> None:
    listed = podhosts("schema").stdout.decode()
    assert f"{name} " in listed
    assert json.loads(podhosts("schema", name).stdout)["$schema"].startswith("https://json-schema.org/")


def test_config_as_json(tmp_path: Path) -> None:
    (tmp_path / ".podhosts.yaml").write_text("ignore: [etc-mount]\nallow: {duplicate-ip: [a.example.com]}\n")
    report = json.loads(podhosts("config", "--format", "json", cwd=tmp_path).stdout)
    assert (report["version"], report["path"]) == (1, ".podhosts.yaml")
    settings = report["settings"]
    assert settings["ignore"] == {"value": ["etc-mount"], "place": ".podhosts.yaml:1:1"}
    assert settings["allow"] == {"value": {"duplicate-ip": ["a.example.com"]}, "place": ".podhosts.yaml:2:1"}
    assert settings["fail-on"] == {"value": "warning", "place": None}
    assert settings["select"]["value"] == sorted(rule.name for rule in RULES if rule.is_default)


def test_rules_on_a_pipe_are_lines_with_tabs() -> None:
    lines = podhosts("rules", extra={"COLUMNS": "40"}).stdout.decode().splitlines()
    assert len(lines) == len(RULES) + 1
    assert all(line.count("\t") == 3 and line == line.rstrip() for line in lines)


@pytest.mark.parametrize("command", [["check", "-"], ["convert"], ["render", "-"], ["inventory", "-"]])
def test_a_terminal_is_told_that_input_is_waited_for(command: list[str], tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    os.write(master, b"\x04")
    done = subprocess.run(
        [sys.executable, "-m", "podhosts", *command],
        stdin=terminal,
        cwd=tmp_path,
        capture_output=True,
        env=environment(),
        check=False,
    )
    os.close(terminal)
    os.close(master)
    assert b"; end it with Ctrl-D on a line of its own\n" in done.stderr
    assert b"Ctrl-D" not in podhosts(*command, cwd=tmp_path).stderr
