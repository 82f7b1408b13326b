"""Every command once with a wrong option, and `check` with right ones: run with the lowest versions of all libraries.

`python -m tests.smoke` in the checkout, with the Python that has podhosts installed; exits 1 with what went wrong. It
needs nothing but the standard library, as `.ci/run` runs it where no test tool is installed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (
    "check", "render", "resolve", "convert", "inventory", "explain", "rules", "config", "schema",
    "matcher", "lsp", "help",
)  # fmt: skip


class Run(NamedTuple):
    """Arguments, the exit code that they must give, and a text that stdout or stderr must hold."""

    arguments: tuple[str, ...]
    code: int
    text: str


RUNS = [
    *(Run((command, "--no-such-option"), 2, "--no-such-option") for command in COMMANDS),
    *(Run((command, "--help"), 0, "Usage") for command in COMMANDS),
    Run(("--version",), 0, "podhosts "),
    Run(("no-such-command",), 2, "no-such-command"),
    Run(("check", "examples/addresses.yaml"), 1, "[invalid-ip]"),
    Run(("check", "--format", "json", "examples/addresses.yaml"), 1, '"rule": "invalid-ip"'),
    Run(("check", "--format", "text", "--color", "always", "examples/addresses.yaml"), 1, "invalid-ip"),
    Run(("check", "--format", "html", "examples/addresses.yaml"), 1, "</html>"),
    Run(("check", "--markdown", "README.md"), 0, ""),
    Run(("check", "--fail-on", "sometimes", "examples/addresses.yaml"), 2, "sometimes"),
    Run(("check", "--config", "no-such-file", "examples"), 2, "no-such-file"),
    Run(("check", "no-such-file.yaml"), 2, "no-such-file.yaml"),
    Run(("render", "examples/addresses.yaml", "--no-such-option"), 2, "--no-such-option"),
    Run(("explain", "invalid-ip"), 0, "invalid-ip"),
    Run(("inventory", "examples"), 0, "name"),
]


def problem(run: Run) -> str | None:
    """What is wrong with a run; None if nothing is."""
    command = [sys.executable, "-m", "podhosts", *run.arguments]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=900, check=False)
    output = (done.stdout + done.stderr).decode("utf-8", "replace")
    if "Traceback" in output:
        return f"a traceback: {output.strip().splitlines()[-1]}"
    if done.returncode != run.code:
        return f"exit code {done.returncode} instead of {run.code}"
    return None if run.text in output else f"no `{run.text}` in the output"


def main() -> int:
    failed = 0
    for run in RUNS:
        if (wrong := problem(run)) is not None:
            failed += 1
            print(f"podhosts {' '.join(run.arguments)}: {wrong}")
    print(f"smoke: {len(RUNS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
