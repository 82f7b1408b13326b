"""The direction of imports: a module may import only modules above it in the house plan's list."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

from tests.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "linter" / "podhosts"
ORDER = [
    "summary", "triggers", "processes", "records", "patterns", "source", "edits", "diagnostics", "document",
    "placed", "surgery", "hosts", "merging", "resources", "kubernetes", "shell", "corefile", "helm", "suppressions",
    "kustomize", "deliveries", "embedded", "interpret", "inventory", "git", "discovery", "contents", "builds",
    "surroundings", "repository", "moves", "pages", "config_mistakes", "config", "rules", "engine", "baseline",
    "reporters", "relevance", "run", "commands", "lsp", "cli",
]  # fmt: skip
#: Libraries that only one room knows.
SEAMS = {
    "pygls": "lsp",
    "lsprotocol": "lsp",
    "ruamel": "document",
    "_ruamel_yaml": "document",
    "yaml": "document",
    "markdown_it": "pages",
    "typer": "cli",
    "rich": ("reporters", "commands"),
}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_direction() -> None:
    wrong = []
    for room, path in modules():
        if room in {"__init__", "__main__"}:
            continue
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "podhosts" and len(parts) > 1 and ORDER.index(parts[1]) > ORDER.index(room):
                wrong.append((str(path.relative_to(PACKAGE)), name))
    assert wrong == []


def test_a_class_name_exists_once() -> None:
    """In a traceback and in a search a name says which class is meant; private ones, too."""
    names = Counter(
        node.name
        for _, path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in names.items() if count > 1} == set()


#: Rooms in which a docstring may still begin with a question; the list only shrinks.
ASKING_ROOMS = {"commands", "engine", "helm", "kustomize"}


def test_docstrings_say_what_is_returned() -> None:
    """ "What Helm refuses" leaves open what a caller gets: messages, spans, a boolean."""
    asking = []
    for room, path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                if text.startswith(("What ", "Those ", "Which ", "The same ")) and room not in ASKING_ROOMS:
                    asking.append((str(path.relative_to(PACKAGE)), text.split("\n")[0]))
    assert asking == []


def test_entry_point_imports_the_fast_lane_first() -> None:
    names = {name for name in imported(PACKAGE / "__main__.py") if name.startswith("podhosts")}
    late = {"commands", "commands.run_settings", "commands.terminal", "cli", "cli.pages"}
    assert names == {f"podhosts.{name}" for name in ("summary", "relevance", "discovery", *late)}


def test_seams() -> None:
    wrong = []
    for room, path in modules():
        for name in imported(path):
            allowed = SEAMS.get(name.split(".")[0])
            if allowed and room not in (allowed if isinstance(allowed, tuple) else (allowed,)):
                wrong.append((str(path.relative_to(PACKAGE)), name))
    assert wrong == []
