"""`podhosts explain`, `podhosts rules`, the rules page made from the same docstrings, and shell completion."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from podhosts.rules import RULES
from tests.paths import ROOT
from tests.programs import program
from tests.running import PATIENCE, environment, podhosts, shown_on_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.goldens import Golden


def test_pages_of_rules_are_made_from_the_docstrings(golden: Golden) -> None:
    folder = ROOT / "docs" / "rules"
    golden(folder / "index.md", podhosts("rules", "--format", "markdown").stdout.decode())
    for rule in RULES:
        golden(folder / f"{rule.name}.md", podhosts("explain", rule.name).stdout.decode())
    assert {path.stem for path in folder.iterdir()} == {"index", *(rule.name for rule in RULES)}


def test_explain() -> None:
    text = podhosts("explain", "duplicate-ip").stdout.decode()
    for part in ("# duplicate-ip", "## Why\n", "duplicate entries for key", "## Bad\n", "## Good\n", "Safety: "):
        assert part in text
    wrong = podhosts("explain", "duplicate-ipp")
    assert (wrong.returncode, b"did you mean `duplicate-ip`?" in wrong.stderr) == (2, True)


def test_explain_on_a_terminal_is_laid_out() -> None:
    command = [sys.executable, "-m", "podhosts", "explain", "duplicate-ip"]
    code, shown = shown_on_terminal(command, extra={"COLUMNS": "60", "NO_COLOR": "1"})
    text = shown.decode()
    assert code == 0
    assert "```" not in text
    assert "duplicate-ip" in text
    assert max(map(len, re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines())) <= 60


def test_scanners_that_condemn_host_aliases() -> None:
    text = podhosts("explain", "scanners").stdout.decode()
    for scanner in ("Trivy", "KSV-0007", "kubesec", "K8S_15", "P1004", "CoreDNS"):
        assert scanner in text


def test_rules_as_json() -> None:
    table = json.loads(podhosts("rules", "--format", "json").stdout)
    assert [row["name"] for row in table] == [rule.name for rule in RULES]
    assert all(row["summary"].endswith(".") for row in table)
    assert podhosts("rules", "--format", "xml").returncode == 2


_READY = b"completion is loaded"
_SCRIPTS = {
    "bash": 'eval "$(podhosts --show-completion)"; COMP_WORDS=({line}); COMP_CWORD={last}; '
    '_podhosts_completion podhosts; printf "%s\\n" "${{COMPREPLY[@]}}"',
    "fish": "podhosts --show-completion | source; complete -C '{line}'",
}


def completed(shell: str, program: str, words: list[str], env: dict[str, str], candidate: str) -> str:
    """What the shell itself makes of the words when asked to complete the last one."""
    line = " ".join(words)
    if shell == "zsh":
        return typed_into_zsh(program, line, env, candidate)
    script = _SCRIPTS[shell].format(line=line, last=len(words) - 1)
    done = subprocess.run([program, "-c", script], capture_output=True, env=env, timeout=PATIENCE, check=False)
    return done.stdout.decode()


def typed_into_zsh(program: str, line: str, env: dict[str, str], candidate: str) -> str:
    """zsh completes only at a prompt: start one on a terminal, type the line and TAB, and read what it shows."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(program, [program, "-f", "-i"], env)
    setup = "autoload -U compinit; compinit -u -D; podhosts --show-completion > ~/c; source ~/c; "
    # The words of the sign are apart in what is typed, as the terminal echoes it.
    os.write(terminal, f"{setup} print completion 'is' loaded\n".encode())
    read_until(terminal, _READY)
    os.write(terminal, f"{line}\t".encode())
    shown = read_until(terminal, candidate.encode())
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(terminal)
    return shown.decode("utf-8", "replace")


def read_until(terminal: int, sign: bytes) -> bytes:
    """What a terminal shows up to a sign, or until nothing comes any more."""
    shown = b""
    while sign not in shown and select.select([terminal], [], [], PATIENCE)[0]:
        shown += os.read(terminal, 65536)
    return shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("words", "candidate"),
    [
        (["podhosts", "exp"], "explain"),
        (["podhosts", "explain", "duplicate-i"], "duplicate-ip"),
        (["podhosts", "check", "--format", "co"], "concise"),
        (["podhosts", "check", "--select", "invalid-ip,missing"], "invalid-ip,missing-ip"),
        (["podhosts", "check", "--fail-on", "n"], "never"),
    ],
)
def test_completion_in_a_real_shell(shell: str, words: list[str], candidate: str, tmp_path: Path) -> None:
    path = program(shell)
    scripts = os.path.dirname(sys.executable)
    env = environment(PATH=f"{scripts}:{os.environ['PATH']}", HOME=str(tmp_path), SHELL=path, TERM="dumb")
    assert candidate in completed(shell, path, words, env, candidate)
