"""The README shows real output: each `console` block is run, the picture is drawn, and both are compared.

`pytest --update` writes them anew.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from podhosts.commands.run_settings import Request, RunSettings
from podhosts.engine import Options, default_selection, lint
from podhosts.reporters.report import Report
from podhosts.reporters.text import render
from podhosts.source import Source
from tests.paths import ROOT
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.goldens import Golden

README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "check.svg"
PICTURED = "examples/addresses.yaml"
_BLOCK = re.compile(r"```console\n\$ podhosts (?P<command>[^\n]*)\n(?P<output>.*?)```\n", re.DOTALL)


def with_real_output(text: str) -> str:
    def run(block: re.Match[str]) -> str:
        done = podhosts(*shlex.split(block["command"]), cwd=ROOT, extra={"COLUMNS": "110"})
        output = "\n".join(line.rstrip() for line in done.stdout.decode().split("\n"))
        return f"```console\n$ podhosts {block['command']}\n{output}```\n"

    return _BLOCK.sub(run, text)


def picture(path: Path) -> str:
    console = Console(record=True, width=120, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115 - recorded only
    console.print(Text(f"$ podhosts check {PICTURED}", "bold"))
    source = Source(PICTURED, path.read_bytes())
    result = lint(source, Options(selected=default_selection()))
    for line in render(Report(result, RunSettings(Request()))):
        console.print(line, highlight=False)
    # rich's own frame would fetch its fonts from elsewhere.
    frame = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title="podhosts", unique_id="podhosts", code_format=frame)


def test_output_in_the_readme_is_real(golden: Golden) -> None:
    text = README.read_text("utf-8")
    assert len(_BLOCK.findall(text)) >= 4
    golden(README, with_real_output(text))


def test_picture_is_real(golden: Golden) -> None:
    golden(PICTURE, picture(ROOT / PICTURED))


def test_commands_in_the_readme_are_one_line_each() -> None:
    commands = [
        line.strip() for line in README.read_text("utf-8").split("\n") if line.startswith("    python3 -m venv")
    ]
    assert len(commands) == 2
    first_command_of_ci = (ROOT / ".ci" / "run").read_text("utf-8").split('cd "$(dirname "$0")/.."')[1].strip()
    assert first_command_of_ci.startswith(commands[1])
