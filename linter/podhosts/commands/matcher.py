"""`podhosts matcher`: texts that teach other programs to read the `concise` format, or to start podhosts."""

from __future__ import annotations

from pathlib import Path

from podhosts.commands.terminal import print_bytes, print_lines, say
from podhosts.commands.usage import OK, WRONG_USE, UsageError, choose

_FOLDER = Path(__file__).with_name("matchers")
#: The file that holds each text, and what it is for.
MATCHERS = {
    "github": ("github.json", "problem matcher for GitHub Actions (`echo ::add-matcher::FILE`)"),
    "vscode": ("vscode.json", "task with a problem matcher for VS Code (.vscode/tasks.json)"),
    "vim": ("vim.vim", "compiler file with an errorformat for Vim"),
    "neovim": ("neovim.lua", "command for Neovim that shows diagnostics"),
    "emacs": ("emacs.el", "pattern for Emacs' compilation mode"),
    "gitlab": ("gitlab.yml", "job for GitLab CI with a Code Quality report"),
}


def run(name: str | None) -> int:
    """Print one text, or the list of names; returns the exit code."""
    if name is None:
        print_lines(f"{known:<8}{purpose}" for known, (_, purpose) in MATCHERS.items())
        return OK
    try:
        file, _ = MATCHERS[choose("matcher", name, MATCHERS)]
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    print_bytes((_FOLDER / file).read_bytes())
    return OK
