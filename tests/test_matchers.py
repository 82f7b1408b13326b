"""`podhosts matcher`: each text in the real program that it is for, on the real `concise` output.

GitLab's job is run by `test_ci_snippets.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from podhosts.commands.matcher import MATCHERS
from tests.manifests import BAD_POD, GOOD_POD, INFO_POD, WARNING_POD
from tests.paths import DATA
from tests.programs import program
from tests.running import PATIENCE, environment, podhosts

if TYPE_CHECKING:
    from collections.abc import Iterable

PROGRAMS = DATA / "matchers"
#: Three severities, in paths with blanks, colons, brackets and a drive; one finding stands behind wide characters.
FILES = {
    "a b/bad.yaml": BAD_POD,
    "C:\\a b\\x.yaml": WARNING_POD,
    "c:3/ünï [x] 100%.yaml": INFO_POD,
    "wide.yaml": GOOD_POD.replace(b"[db.internal]", '["日本", "é.internal"]'.encode()),
}


class Found(NamedTuple):
    """What a finding comes to in every program: columns count characters from 1."""

    path: str
    line: int
    column: int
    severity: str
    message: str
    rule: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def expected(folder: Path) -> list[Found]:
    """The findings as the JSON report has them."""
    report = json.loads(podhosts("check", "--format", "json", *FILES, cwd=folder).stdout)
    found = [
        Found(
            item["path"],
            item["start"]["line"],
            item["start"]["column"],
            item["severity"],
            "; ".join(filter(None, (item["message"], item["help"]))),
            item["rule"],
        )
        for item in report["findings"]
    ]
    assert {item.severity for item in found} == {"error", "warning", "info"}
    assert {item.path for item in found} == set(FILES)
    return found


def concise(folder: Path) -> bytes:
    return podhosts("check", "--quiet", "--format", "concise", *FILES, cwd=folder).stdout


def written(name: str, folder: Path, file: str) -> Path:
    """The text of a matcher in a file."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(podhosts("matcher", name).stdout)
    return path


def scripts_first() -> dict[str, str]:
    """An environment in which `podhosts` is the one under test."""
    return environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}", HOME="/nonexistent")


def run(command: Iterable[str | Path], folder: Path, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        input=stdin,
        capture_output=True,
        env=scripts_first(),
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout


def in_bytes(item: Found) -> Found:
    """The finding with its column in bytes, as Neovim's diagnostics count."""
    line = FILES[item.path].decode().split("\n")[item.line - 1]
    return item._replace(column=len(line[: item.column - 1].encode()) + 1)


def test_list_and_wrong_name() -> None:
    listed = podhosts("matcher").stdout.decode().splitlines()
    assert [line.split()[0] for line in listed] == list(MATCHERS)
    wrong = podhosts("matcher", "vscod")
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert b"unknown matcher `vscod`; did you mean `vscode`?" in wrong.stderr


def matched(matchers: list[dict[str, Any]], folder: Path) -> list[Found]:
    """What Node makes of the output: each line has to match exactly one of the matchers."""
    (folder / "matchers.json").write_text(json.dumps(matchers))
    output = run([program("node"), PROGRAMS / "apply.mjs", "matchers.json"], folder, concise(folder))
    lines = json.loads(output)
    assert [len(matches) for matches in lines] == [1] * len(lines)
    return [
        Found(one["file"], one["line"], one["column"], one["severity"], one["message"], one["code"]) for (one,) in lines
    ]


def test_github(folder: Path) -> None:
    content = json.loads(podhosts("matcher", "github").stdout)
    matchers = [{**matcher, "pattern": matcher["pattern"][0]} for matcher in content["problemMatcher"]]
    assert len({matcher["owner"] for matcher in matchers}) == len(matchers)
    # GitHub skips a line whose severity it does not know; `info` is none of its words.
    wanted = [item._replace(severity=item.severity.replace("info", "notice")) for item in expected(folder)]
    assert matched(matchers, folder) == wanted


def test_vscode(folder: Path) -> None:
    (task,) = json.loads(podhosts("matcher", "vscode").stdout)["tasks"]
    assert matched([task["problemMatcher"]], folder) == expected(folder)
    done = podhosts(*task["args"], cwd=folder)
    assert sorted(done.stdout.splitlines()) == sorted(concise(folder).splitlines())


def quickfix(editor: str, arguments: list[str], folder: Path) -> list[Found]:
    """The quickfix list after `:make` with the real podhosts."""
    written("vim", folder, "runtime/compiler/podhosts.vim")
    listed = (
        "map(getqflist(), {_, item -> [bufname(item.bufnr), item.lnum, item.col, item.type, item.text, item.valid]})"
    )
    files = " ".join(f"'{name}'" for name in FILES).replace("%", "\\%")
    commands = [
        "set runtimepath^=runtime",
        "compiler podhosts",
        f"silent make! {files}",
        f"call writefile([json_encode({listed})], 'quickfix.json')",
        "qall!",
    ]
    run([program(editor), *arguments, *(part for command in commands for part in ("-c", command))], folder)
    severities = {"E": "error", "W": "warning", "I": "info"}
    found = []
    for path, line, column, kind, text, valid in json.loads((folder / "quickfix.json").read_text("utf-8")):
        assert valid, text
        message, _, rule = text.removesuffix("]").rpartition(" [")
        found.append(Found(path, line, column, severities[kind], message, rule))
    return found


def test_vim(folder: Path) -> None:
    assert quickfix("vim", ["-u", "NONE", "-i", "NONE", "-N", "-n", "-es"], folder) == expected(folder)


def test_errorformat_in_neovim(folder: Path) -> None:
    assert quickfix("nvim", ["--headless", "--clean", "-n"], folder) == expected(folder)


def test_neovim(folder: Path) -> None:
    script = written("neovim", folder, "podhosts.lua")
    shown = (
        "map(luaeval('vim.diagnostic.get(0)'), "
        "{_, item -> [item.lnum + 1, item.col + 1, item.severity, item.message, item.source]})"
    )
    found = []
    for name in FILES:
        commands = [
            f"luafile {script}",
            f"execute 'edit' fnameescape('{name}')",
            "Podhosts",
            f"call writefile([json_encode({shown})], 'found.json')",
            "qall!",
        ]
        parts = [part for command in commands for part in ("-c", command)]
        run([program("nvim"), "--headless", "--clean", "-n", *parts], folder)
        for line, column, level, text, source in json.loads((folder / "found.json").read_text("utf-8")):
            assert source == "podhosts"
            message, _, rule = text.removesuffix("]").rpartition(" [")
            severity = ("error", "warning", "info")[level - 1]
            found.append(Found(name, line, column, severity, message, rule))
    assert sorted(found) == sorted(map(in_bytes, expected(folder)))


def test_emacs(folder: Path) -> None:
    matcher = written("emacs", folder, "podhosts.el")
    (folder / "output").write_bytes(concise(folder))
    loaded: list[str | Path] = ["-l", matcher, "-l", PROGRAMS / "read.el"]
    run([program("emacs"), "--batch", "-Q", *loaded, "--eval", '(read-output "output" "found.json")'], folder)
    levels = {"error": 2, "warning": 1, "info": 0}
    found = json.loads((folder / "found.json").read_text("utf-8"))
    assert found == [[item.path, item.line, item.column, levels[item.severity]] for item in expected(folder)]
