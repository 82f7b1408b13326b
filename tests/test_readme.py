"""README and docs show real output: each `console` block is run, the picture is drawn, and both are compared.

`pytest --update` writes them anew.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

import pytest
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
_LINK = re.compile(r"\]\(([^)#][^)]*)\)")
_BLOCK = re.compile(r"```console\n\$ podhosts (?P<command>[^\n]*)\n(?P<output>.*?)```\n", re.DOTALL)


def with_real_output(text: str) -> str:
    def run(block: re.Match[str]) -> str:
        done = podhosts(*shlex.split(block["command"]), cwd=ROOT, extra={"COLUMNS": "110"})
        # The examples are cases of the tests, too; readers of a page need not see their marks.
        shown = re.sub(r"[ \t]*# (?:expect|related):.*", "", done.stdout.decode())
        output = "\n".join(line.rstrip() for line in shown.split("\n"))
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


#: The snippets of docs/ci.md are run by its own test: some of them write files.
PAGES = [README, *sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "ci.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_output_on_pages_is_real(page: Path, golden: Golden) -> None:
    golden(page, with_real_output(page.read_text("utf-8")))


def test_pages_show_output_without_marks_of_the_tests() -> None:
    texts = {page: page.read_text("utf-8") for page in PAGES}
    assert sum(len(_BLOCK.findall(text)) for text in texts.values()) >= 8
    assert [page.name for page, text in texts.items() if "# expect:" in text] == []
    assert len(texts[README].splitlines()) <= 250


def test_links_lead_to_files() -> None:
    pages = [*PAGES, *ROOT.glob("[A-Z]*.md"), *(ROOT / "docs" / "rules").glob("*.md")]
    broken = [
        (page.name, link)
        for page in pages
        for link in _LINK.findall(page.read_text("utf-8"))
        if "://" not in link and not (page.parent / link.partition("#")[0]).exists()
    ]
    assert broken == []


def test_picture_is_real(golden: Golden) -> None:
    golden(PICTURE, picture(ROOT / PICTURED))


def test_commands_in_the_readme_are_one_line_each() -> None:
    commands = [
        line.strip() for line in README.read_text("utf-8").split("\n") if line.startswith("    python3 -m venv")
    ]
    assert len(commands) == 2
    first_command_of_ci = (ROOT / ".ci" / "run").read_text("utf-8").split('cd "$(dirname "$0")/.."')[1].strip()
    assert first_command_of_ci.startswith(commands[1])
