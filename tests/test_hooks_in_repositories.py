"""The hooks through the real pre-commit and git, on commits of one file of an overlay or chart, as people make them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.manifests import SERVICE
from tests.paths import ROOT
from tests.programs import program
from tests.repositories import git, scratch_repository
from tests.running import PATIENCE, environment
from tests.test_named_files import CHART, DEPLOYMENT, KEPT, OVERLAY, PRINTED

if TYPE_CHECKING:
    from pathlib import Path

#: A change of each file that mends nothing.
NOTE = b"# changed\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a program `podhosts`, as an installation puts it on the path."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "podhosts"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m podhosts "$@"\n')
    script.chmod(0o755)
    return folder


@pytest.fixture
def extra(installed: Path, tmp_path: Path) -> dict[str, str]:
    path = f"{installed}:{environment()['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(ROOT / "linter"), "PRE_COMMIT_HOME": str(tmp_path / "cache")}


def repository(folder: Path, extra: dict[str, str], hook: str = "podhosts") -> Path:
    """A committed repository with an overlay, a chart and unrelated files, whose commits run a hook of ours."""
    scratch_repository(folder, {**OVERLAY, **CHART, "service.yaml": SERVICE, "readme.txt": b"hostAliases\n"})
    # The hooks as they are published, but for the environment that pre-commit would install.
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8").replace("language: python", "language: system")
    blocks = [block for block in hooks.split("- id: ")[1:] if block.partition("\n")[0] == hook]
    text = blocks[0].replace("*files", hooks.partition("&files ")[2].partition("\n")[0]).replace("&files ", "")
    config = f"repos:\n- repo: local\n  hooks:\n  - id: {text}"
    lines = [line if number < 4 else f"  {line}" for number, line in enumerate(config.splitlines())]
    (folder / ".pre-commit-config.yaml").write_text("\n".join(lines) + "\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    command = [sys.executable, "-m", "pre_commit", "install"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment(**extra))
    return folder


def commit(folder: Path, extra: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The exit code of `git commit`, and what the hook said."""
    command = [program("git"), "-c", "user.email=a@example.com", "-c", "user.name=A", "commit", "-m", "x", *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, env=environment(**extra), timeout=PATIENCE, check=False
    )
    return done.returncode, (done.stdout + done.stderr).decode()


def change(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + NOTE)


def said(place: str) -> tuple[str, str]:
    """The beginning and the end of the line of a finding."""
    where, _, rule = place.rpartition(": ")
    return f"{where}:", f"[{rule}]"


def test_a_commit_of_one_file_fails_with_the_finding_of_its_build(tmp_path: Path, extra: dict[str, str]) -> None:
    folder = repository(tmp_path / "repository", extra)
    expected = {**dict.fromkeys(OVERLAY, KEPT), **dict.fromkeys(CHART, PRINTED)}
    del expected["chart/templates/service.yaml"]
    for name, place in expected.items():
        change(folder, name)
        git(folder, "add", name)
        code, out = commit(folder, extra)
        start, end = said(place)
        assert code == 1, (name, out)
        assert [line for line in out.splitlines() if line.startswith(start) and line.endswith(end)], (name, out)
        git(folder, "reset", "-q", "--hard")


def test_unrelated_files_pass(tmp_path: Path, extra: dict[str, str]) -> None:
    folder = repository(tmp_path / "repository", extra)
    for name in ("service.yaml", "readme.txt", "chart/templates/service.yaml"):
        change(folder, name)
    git(folder, "add", "-A")
    code, out = commit(folder, extra)
    assert code == 0, out


@pytest.mark.parametrize("arguments", [("-a",), ("overlays/prod/db.yaml",)])
def test_ways_to_commit_and_linked_work_trees(
    arguments: tuple[str, ...], tmp_path: Path, extra: dict[str, str]
) -> None:
    """git gives such hooks an index of their own, and in a linked work tree the folder of the repository."""
    folder = repository(tmp_path / "repository", extra)
    git(folder, "worktree", "add", "-q", str(tmp_path / "linked"))
    for place in (folder, tmp_path / "linked"):
        change(place, "overlays/prod/db.yaml")
        code, out = commit(place, extra, *arguments)
        assert (code, said(KEPT)[0] in out) == (1, True), out


def test_the_hook_that_fixes_writes_nothing_that_is_not_committed(tmp_path: Path, extra: dict[str, str]) -> None:
    folder = repository(tmp_path / "repository", extra, "podhosts-fix")
    twice = DEPLOYMENT.replace(b"[db.internal]", b"[db.internal, db.internal]")
    (folder / "base/web.yaml").write_bytes(twice)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "twice", "--no-verify")
    change(folder, "overlays/prod/kustomization.yaml")
    git(folder, "add", "-A")
    code, out = commit(folder, extra)
    assert code == 1, out
    assert "files were modified" not in out
    assert (folder / "base/web.yaml").read_bytes() == twice


def test_the_hook_for_the_repository_looks_at_all_of_it(tmp_path: Path, extra: dict[str, str]) -> None:
    folder = repository(tmp_path / "repository", extra, "podhosts-repository")
    change(folder, "service.yaml")
    git(folder, "add", "-A")
    code, out = commit(folder, extra)
    assert code == 1, out
    assert said(KEPT)[0] in out
    assert said(PRINTED)[0] in out
    shutil.rmtree(folder / "overlays")
    shutil.rmtree(folder / "chart")
    git(folder, "add", "-A")
    code, out = commit(folder, extra)
    assert code == 0, out
