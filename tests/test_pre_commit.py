"""The hooks, through the real `pre-commit try-repo` on this repository."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.manifests import BAD_POD, GOOD_POD, SERVICE
from tests.paths import ROOT
from tests.running import environment

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def scratch_repository(folder: Path, files: dict[str, bytes]) -> None:
    git(folder, "init", "-q")
    git(folder, "config", "user.email", "someone@example.com")
    git(folder, "config", "user.name", "Someone")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    git(folder, "add", "-A")


def try_hook(folder: Path, cache: Path, hook: str = "podhosts") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), hook, "--all-files", "--color=never"]
    env = environment(PRE_COMMIT_HOME=str(cache))
    return subprocess.run(command, cwd=folder, capture_output=True, env=env, timeout=300, check=False)


def test_hook(tmp_path: Path) -> None:
    cache, clean, broken = tmp_path / "cache", tmp_path / "clean", tmp_path / "broken"
    for folder in (cache, clean, broken):
        folder.mkdir()
    scratch_repository(clean, {"service.yaml": SERVICE, "readme.txt": BAD_POD})
    done = try_hook(clean, cache)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert b"Passed" in done.stdout
    scratch_repository(broken, {"service.yaml": SERVICE, "pod.yaml": BAD_POD, "pod.json": b'{"spec": {}}'})
    done = try_hook(broken, cache)
    assert done.returncode == 1
    assert b"pod.yaml:6:9: error: `10.0.0.256` is not an IP address" in done.stdout
    assert b"Failed" in done.stdout


def test_hook_that_fixes(tmp_path: Path) -> None:
    cache, folder = tmp_path / "cache", tmp_path / "repository"
    cache.mkdir()
    folder.mkdir()
    twice = GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal]")
    scratch_repository(folder, {"service.yaml": SERVICE, "pod.yaml": twice})
    done = try_hook(folder, cache, "podhosts-fix")
    # pre-commit fails the commit because a file changed; the second run has nothing left to do.
    assert done.returncode == 1, done.stdout.decode() + done.stderr.decode()
    assert b"files were modified by this hook" in done.stdout
    assert (folder / "pod.yaml").read_bytes() == GOOD_POD
    assert (folder / "service.yaml").read_bytes() == SERVICE
    git(folder, "add", "-A")
    done = try_hook(folder, cache, "podhosts-fix")
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert b"Passed" in done.stdout
