"""Tests that start programs: `.ci/run` runs all of them with the programs there, so that none is skipped for ever."""

from __future__ import annotations

import ast
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.paths import ROOT
from tests.programs import PACKAGES, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN = ROOT / ".ci" / "run"
MODULES = sorted((ROOT / "tests").glob("*.py"))
#: What every machine with a test run has.
ALWAYS_THERE = {"sh"}
#: What starts a program.
_STARTS = r"subprocess\.(?:[a-z_]+|Popen)"


def command_words(path: Path) -> Iterator[tuple[int, str]]:
    """The first words of commands that a module hands to `subprocess`, where they are written, with their lines."""
    tree = ast.parse(path.read_text("utf-8"))
    assigned = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        # `CompletedProcess` is made of a command that has run.
        if isinstance(node, ast.Call) and node.args and re.fullmatch(_STARTS, ast.unparse(node.func)):
            command = node.args[0]
            while isinstance(command, ast.Name) and command.id in assigned:
                command = assigned.pop(command.id)
            words = command.elts if isinstance(command, ast.List) else []
            if words and isinstance(words[0], ast.Constant):
                yield node.lineno, str(words[0].value)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_programs_are_asked_for_by_name(path: Path) -> None:
    """Not by a bare word, which fails where the program is missing, nor by a search of the module's own."""
    assert {word for _, word in command_words(path)} <= ALWAYS_THERE
    if path.name != "programs.py":
        # What a test has made itself has a path.
        assert not re.search(r"\bwhich\((?!\"podhosts\", path=)", path.read_text("utf-8").replace(r"\bwhich", ""))


@pytest.mark.skipif(not RUN.is_file(), reason="no checkout")
def test_all_of_these_tests_are_run_with_the_programs() -> None:
    (command,) = re.findall(r"^mapfile -t with_programs < <\((.*)\)$", RUN.read_text("utf-8"), re.MULTILINE)
    found = subprocess.run([program("bash"), "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    users = {f"tests/{path.name}" for path in MODULES if _uses_programs(path)}
    assert set(found.stdout.split()) == {path for path in users if path.startswith("tests/test_")}
    # The users of another helper would not be found.
    assert {path for path in users if not path.startswith("tests/test_")} == {"tests/repositories.py"}


def _uses_programs(path: Path) -> bool:
    imports = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    return any(
        node.module in {"tests.programs", "tests.repositories"}
        or (node.module == "tests" and "programs" in {name.name for name in node.names})
        for node in imports
    )


@pytest.mark.skipif(not RUN.is_file(), reason="no checkout")
@pytest.mark.parametrize(("name", "package"), PACKAGES.items())
def test_the_programs_are_installed_there(name: str, package: str) -> None:
    script = RUN.read_text("utf-8").replace("\\\n", " ")
    if " " in package:
        (line,) = (line for line in script.splitlines() if f"{package} " in line and name in line)
        assert line
    else:
        installed = {
            word for words in re.findall(r"apt-get install -y -qq ([^>\n]*)", script) for word in words.split()
        }
        assert package in installed
