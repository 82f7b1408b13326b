"""What a shell, a full disk or a file system can do to a run: closed streams, folders that cannot be read, links."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from podhosts.discovery import with_slashes
from podhosts.kustomize.names import is_kustomization
from tests.manifests import BAD_POD, GOOD_POD
from tests.programs import program
from tests.running import PATIENCE, environment, podhosts

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = [
    ["check", "bad.yaml"],
    ["check", "--format", "text", "bad.yaml"],
    ["check", "--format", "json", "bad.yaml"],
    ["check", "--diff", "--unsafe-fixes", "bad.yaml"],
    ["check", "--list-files", "."],
    ["check", "--fix", "-"],
    ["render", "bad.yaml"],
    ["resolve", "db.example.com", "bad.yaml"],
    ["inventory", "."],
    ["convert", "good.yaml", "--to", "hosts"],
    ["rules"],
    ["explain", "invalid-ip"],
    ["config"],
    ["matcher", "vim"],
    ["--help"],
    ["--version"],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bad.yaml").write_bytes(BAD_POD)
    (tmp_path / "good.yaml").write_bytes(GOOD_POD)
    return tmp_path


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_full_disk_is_said_in_one_line(folder: Path, arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "podhosts", *arguments],
            cwd=folder,
            input=BAD_POD,
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count(b"No space left on device") == 1
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("arguments", [["check", "--format", "text", "bad.yaml"], ["rules"]], ids=" ".join)
def test_a_terminal_without_a_width_gets_the_usual_one(folder: Path, arguments: list[str]) -> None:
    narrow, usual = (podhosts(*arguments, cwd=folder, extra={"COLUMNS": width}).stdout for width in ("0", "80"))
    assert b"invalid-ip" in narrow
    assert narrow == usual


@pytest.mark.parametrize(
    "arguments", [["check", "-"], ["check", "--fix", "-"], ["render", "-"], ["resolve", "db", "-"], ["convert"]]
)
def test_closed_stdin_is_said(folder: Path, arguments: list[str]) -> None:
    command = f'"{sys.executable}" -m podhosts {" ".join(arguments)} <&-'
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, env=environment(), check=False)
    assert done.returncode == 2
    assert b"standard input is closed" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["-"], ["--fix", "-"], ["--diff", "-"]])
def test_empty_stdin_is_said_and_fails_where_asked(arguments: list[str]) -> None:
    done = podhosts("check", *arguments)
    assert (done.returncode, b"<stdin>: nothing came" in done.stderr) == (0, True)
    assert podhosts("check", "--strict", *arguments).returncode == 1


def test_an_empty_pipe_is_said(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m podhosts check --strict <(false)'
    done = subprocess.run([program("bash"), "-c", command], capture_output=True, env=environment(), check=False)
    assert (done.returncode, b"nothing came" in done.stderr) == (1, True)


def without_privileges(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run podhosts so that the modes of files count, for root too."""
    command = [sys.executable, "-m", "podhosts", *arguments]
    if os.geteuid() == 0:
        dropped = "-dac_override,-dac_read_search"
        command = [program("setpriv"), f"--bounding-set={dropped}", f"--inh-caps={dropped}", *command]
    return subprocess.run(command, cwd=cwd, capture_output=True, env=environment(), timeout=PATIENCE, check=False)


@pytest.mark.parametrize("kind", ["no repository", "untracked", "tracked"])
def test_a_folder_that_cannot_be_read_is_said_and_the_rest_is_checked(folder: Path, kind: str) -> None:
    secret = folder / "secret"
    secret.mkdir()
    (secret / "pod.yaml").write_bytes(BAD_POD)
    if kind != "no repository":
        subprocess.run([program("git"), "init", "-q"], cwd=folder, check=True)
    if kind == "tracked":
        subprocess.run([program("git"), "add", "."], cwd=folder, check=True)
    secret.chmod(0)
    try:
        done = without_privileges("check", ".", cwd=folder)
        below = without_privileges("check", str(folder), cwd=folder.parent)
    finally:
        secret.chmod(0o755)
    assert done.returncode == 2
    assert b"not read: secret: cannot be opened: Permission denied" in done.stderr
    assert b"bad.yaml:6:9" in done.stdout
    assert below.returncode == 2
    assert f"not read: {secret}: cannot be opened".encode() in below.stderr


@pytest.mark.parametrize("is_repository", [False, True])
def test_links_that_lead_nowhere_are_passed_over(folder: Path, is_repository: bool) -> None:
    (folder / "gone.yaml").symlink_to("nowhere")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    if is_repository:
        subprocess.run([program("git"), "init", "-q"], cwd=folder, check=True)
        subprocess.run([program("git"), "add", "."], cwd=folder, check=True)
    done = podhosts("check", ".", cwd=folder)
    assert (done.returncode, b"gone" in done.stderr, b"loop" in done.stderr) == (1, False, False)
    assert podhosts("check", "gone.yaml", cwd=folder).returncode == 2


@pytest.mark.parametrize(
    ("path", "separator", "expected"),
    [
        (r"k8s\overlays\prod\kustomization.yaml", "\\", "k8s/overlays/prod/kustomization.yaml"),
        (r"C:\k8s\pod.yaml", "\\", "C:/k8s/pod.yaml"),
        (r"a\b.yaml", "/", r"a\b.yaml"),
        ("-", "\\", "-"),
    ],
)
def test_paths_have_slashes_everywhere(path: str, separator: str, expected: str) -> None:
    """On Windows a kustomization outside git was missed, as its path was cut at slashes only."""
    written = with_slashes(path, separator)
    assert written == expected
    assert is_kustomization(written) is path.endswith("kustomization.yaml")
