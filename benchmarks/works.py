"""What the tools are run on: generated files and folders, and public trees where they are."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = ("unrelated", "relevant")
GENERATED = ("stream", "every", "list-json", "list-yaml")
TREES = ("kyverno-policies", "hypershift", "bitnami-charts")


class Work(NamedTuple):
    """An input, and what stands for it when it holds a seeded mistake (a tree gets one more file)."""

    name: str
    path: Path
    seeded: list[Path]


def works(folder: Path, wanted: set[str]) -> Iterator[Work]:
    """The inputs that are wanted, each generated into the folder or found when its turn comes."""
    mistake = _write(folder / "mistake.yaml", inputs.SEEDED)
    for name in SMALL:
        if name in wanted:
            text = inputs.TINY + (inputs.ALIASES if name == "relevant" else "")
            yield Work(name, _write(folder / f"{name}.yaml", text), [mistake])
    for name in GENERATED:
        if name in wanted:
            yield _generated(name, folder)
    if "tree" in wanted:
        inputs.write_tree(folder / "tree", 50_000)
        yield Work("tree", folder / "tree", [folder / "tree", mistake])
    yield from (Work(path.name, path, [path, mistake]) for path in _trees() if path.name in wanted)


def commits() -> Iterator[str]:
    """The public trees with the commits that are measured."""
    for path in _trees():
        command = ["git", "-C", str(path), "rev-parse", "--short", "HEAD"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        yield f"{path.name} {done.stdout.strip() or '(commit unknown)'}"


def _trees() -> Iterator[Path]:
    trees = os.environ.get("PODHOSTS_TREES")
    if trees:
        yield from (path for path in (Path(trees, name) for name in TREES) if path.is_dir())


def _generated(name: str, folder: Path) -> Work:
    ending = ".json" if name.endswith("json") else ".yaml"
    text = "".join(inputs.STREAMS[name]())
    path = _write(folder / f"{name}{ending}", text)
    if name.startswith("list"):
        # The mistake is a last item.
        mark, item = (
            ("\n    ],", inputs.BROKEN_POD_JSON) if ending == ".json" else ("kind: List\n", inputs.BROKEN_POD_YAML)
        )
        before, _, after = text.rpartition(mark)
        text = before + item + mark + after
    else:
        text += "---\n" + inputs.SEEDED
    return Work(name, path, [_write(folder / f"{name}-seeded{ending}", text)])


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path
