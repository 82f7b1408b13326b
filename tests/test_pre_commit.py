"""The hooks, through the real pre-commit: `try-repo` on this repository, and `run` as a user has it configured.

Both on one copy of it, which pre-commit installs once.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.manifests import BAD_POD, GOOD_POD, INFO_POD, SERVICE, WARNING_POD
from tests.paths import ROOT
from tests.repositories import git, scratch_repository
from tests.running import PATIENCE, environment

if TYPE_CHECKING:
    from pathlib import Path

#: Enough names that pre-commit splits them on every machine, each process getting some of them.
MANY = 1400


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def pre_commit(folder: Path, cache: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and the output; pre-commit itself puts what hooks print on stdout."""
    command = [sys.executable, "-m", "pre_commit", *arguments]
    env = environment(PRE_COMMIT_HOME=str(cache))
    done = subprocess.run(command, cwd=folder, capture_output=True, env=env, timeout=PATIENCE, check=False)
    assert not done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as it is now, committed: what `repo:` names in a user's config."""
    folder = tmp_path_factory.mktemp("published")
    for name in filter(None, git(ROOT, "ls-files", "-co", "--exclude-standard", "-z").split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    return folder


def configure(folder: Path, published: Path, arguments: str = "", hook: str = "podhosts") -> None:
    rev = git(published, "rev-parse", "HEAD").strip()
    hooks = f"  - id: {hook}\n    args: [{arguments}]\n"
    config = f"repos:\n- repo: {published}\n  rev: {rev}\n  hooks:\n{hooks}"
    (folder / ".pre-commit-config.yaml").write_text(config)
    git(folder, "add", "-A")


def test_try_repo(tmp_path: Path, cache: Path, published: Path) -> None:
    """`try-repo` installs anew each time: where nothing is wrong, the hook is configured."""
    run = ("--all-files", "--color=never")
    scratch_repository(tmp_path / "clean", {"service.yaml": SERVICE, "readme.txt": BAD_POD})
    configure(tmp_path / "clean", published)
    code, out = pre_commit(tmp_path / "clean", cache, "run", *run)
    assert code == 0, out
    assert "Passed" in out
    files = {"service.yaml": SERVICE, "pod.yaml": BAD_POD, "pod.json": b'{"spec": {}}'}
    scratch_repository(tmp_path / "broken", files)
    code, out = pre_commit(tmp_path / "broken", cache, "try-repo", str(published), "podhosts", *run)
    assert code == 1
    assert "pod.yaml:6:9: error: `10.0.0.256` is not an IP address" in out
    assert "Failed" in out


def test_hook_that_fixes(tmp_path: Path, cache: Path, published: Path) -> None:
    folder = tmp_path / "repository"
    twice = GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal]")
    scratch_repository(folder, {"service.yaml": SERVICE, "pod.yaml": twice})
    configure(folder, published, hook="podhosts-fix")
    run = ("run", "--all-files", "--color=never")
    code, out = pre_commit(folder, cache, *run)
    # pre-commit fails the commit because a file changed; the second run has nothing left to do.
    assert code == 1, out
    assert "files were modified by this hook" in out
    assert (folder / "pod.yaml").read_bytes() == GOOD_POD
    assert (folder / "service.yaml").read_bytes() == SERVICE
    git(folder, "add", "-A")
    code, out = pre_commit(folder, cache, *run)
    assert code == 0, out
    assert "Passed" in out


def test_arguments_pass(tmp_path: Path, cache: Path, published: Path) -> None:
    folder = tmp_path / "repository"
    scratch_repository(folder, {"warning.yaml": WARNING_POD, "info.yaml": INFO_POD})
    run = ("run", "--all-files", "--color=never")
    for arguments, code, found in (
        ("", 1, ["empty-hostnames", "non-canonical-ip"]),
        ("--fail-on=error", 0, []),
        ("--select, 'non-canonical-ip', --fail-on, info", 1, ["non-canonical-ip"]),
        ("--nonsense", 1, []),
    ):
        configure(folder, published, arguments)
        ended, out = pre_commit(folder, cache, *run)
        assert (ended, sorted(re.findall(r"\[([a-z-]+)\]$", out, re.MULTILINE))) == (code, found), out


def test_a_baseline_in_the_hook(tmp_path: Path, cache: Path, published: Path) -> None:
    """Adopted late: what was there passes, what comes is reported."""
    folder = tmp_path / "repository"
    scratch_repository(folder, {"old.yaml": BAD_POD})
    command = [sys.executable, "-m", "podhosts", "check", "--write-baseline", ".podhosts-baseline.json", "."]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    configure(folder, published, "--baseline=.podhosts-baseline.json")
    run = ("run", "--all-files", "--color=never")
    code, out = pre_commit(folder, cache, *run)
    assert code == 0, out
    (folder / "new.yaml").write_bytes(WARNING_POD)
    git(folder, "add", "-A")
    code, out = pre_commit(folder, cache, *run)
    assert code == 1
    assert re.findall(r"^(\S+?):.*\[([a-z-]+)\]$", out, re.MULTILINE) == [("new.yaml", "empty-hostnames")]


def test_thousands_of_names_in_batches(tmp_path: Path, cache: Path, published: Path) -> None:
    """Each batch is a process of its own, several run at a time; every file is looked at once."""
    folder = tmp_path / "repository"
    names = [f"{'deeply/nested/' * 14}service-{number:04}.yaml" for number in range(MANY)]
    scratch_repository(folder, dict.fromkeys(names, SERVICE))
    for name in (names[0], names[MANY // 2], names[-1]):
        (folder / name).write_bytes(BAD_POD)
    configure(folder, published)
    code, out = pre_commit(folder, cache, "run", "--all-files", "--color=never")
    assert code == 1
    assert sorted(re.findall(r"^(\S+?):6:9: error", out, re.MULTILINE)) == [names[0], names[MANY // 2], names[-1]]
    batches = [int(count) for count in re.findall(r"^(\d+) files?, ", out, re.MULTILINE)]
    assert len(batches) > 1
    assert sum(batches) == MANY + 1


def test_manifest_is_valid(tmp_path: Path, cache: Path) -> None:
    assert pre_commit(tmp_path, cache, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")) == (0, "")


def test_config_in_the_readme_is_valid(tmp_path: Path, cache: Path) -> None:
    blocks = re.findall(r"```yaml\n(repos:\n.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        (tmp_path / "config.yaml").write_text(block)
        assert pre_commit(tmp_path, cache, "validate-config", "config.yaml") == (0, "")
