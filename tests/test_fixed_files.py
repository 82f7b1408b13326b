"""What belongs to a file stays when it is repaired; where it cannot, the file stays as it is and that is said."""

from __future__ import annotations

import os
import stat
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from podhosts.run.files import CannotKeepError, replace_content, write_file
from tests.manifests import GOOD_POD
from tests.running import environment, podhosts

if TYPE_CHECKING:
    from pathlib import Path

TWICE = GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal]")
ALONE = 0xFFFFFFFF
#: Access control entries: tag, permissions, user or group.
ENTRIES = [(0x01, 6, ALONE), (0x02, 4, 1234), (0x04, 4, ALONE), (0x10, 4, ALONE), (0x20, 0, ALONE)]
ACCESS_LIST = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in ENTRIES)

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may give files away")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that `--fix` repairs."""
    path = tmp_path / "pod.yaml"
    path.write_bytes(TWICE)
    return path


def fixed(path: Path) -> None:
    done = podhosts("check", "--fix", path.name, cwd=path.parent)
    assert (done.returncode, path.read_bytes()) == (0, GOOD_POD), done.stderr
    assert os.listdir(path.parent) == [path.name]


def left_alone(path: Path, why: bytes) -> None:
    done = podhosts("check", "--fix", path.name, cwd=path.parent)
    assert (done.returncode, path.read_bytes()) == (2, TWICE)
    assert why in done.stderr
    assert b"the file is left as it is" in done.stderr
    # What was found is reported all the same.
    assert b"[duplicate-hostname]" in done.stdout
    assert [name for name in os.listdir(path.parent) if name.endswith(".tmp")] == []


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755, 0o2664])
def test_mode_stays(mode: int, path: Path) -> None:
    path.chmod(mode)
    fixed(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@as_root
@pytest.mark.parametrize("mode", [0o644, 0o4755, 0o6755])
def test_owner_group_and_mode_stay(mode: int, path: Path) -> None:
    os.chown(path, 1234, 4321)
    path.chmod(mode)
    fixed(path)
    status = path.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 4321, mode)


@as_root
def test_a_file_of_root_is_never_set_user_id(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even for a moment: the new file has its owner before it has its mode, and nobody else can open it."""
    os.chown(path, 1234, 4321)
    path.chmod(0o4755)
    seen: list[tuple[int, int]] = []

    def watched(name: str) -> None:
        real = getattr(os, name)

        def call(descriptor: int, *arguments: object) -> object:
            done = real(descriptor, *arguments)
            status = os.fstat(descriptor)
            seen.append((status.st_uid, stat.S_IMODE(status.st_mode)))
            return done

        monkeypatch.setattr(os, name, call)

    watched("fchown")
    watched("fchmod")
    replace_content(str(path), GOOD_POD, TWICE)
    assert seen == [(1234, 0o600), (1234, 0o4755)]


@as_root
def test_owner_that_cannot_be_kept(path: Path) -> None:
    """A user may write a file of another one, but cannot make one that belongs to him."""
    path.chmod(0o666)
    path.parent.chmod(0o777)
    code = (
        "import os, sys\n"
        "from podhosts.run.files import CannotKeepError, replace_content\n"
        "os.setgroups([]); os.setgid(4321); os.setuid(1234)\n"
        "path = sys.argv[1]\n"
        "try:\n    replace_content(path, b'new', open(path, 'rb').read())\n"
        "except CannotKeepError as error:\n    print(error)"
    )
    command = [sys.executable, "-c", code, path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, env=environment(), check=False)
    assert b"its owner, mode or attributes cannot be kept" in done.stdout, done.stderr
    assert path.read_bytes() == TWICE
    assert os.listdir(path.parent) == [path.name]


def test_extended_attributes_stay(path: Path) -> None:
    _set_attribute(path, "user.origin", b"catalogue")
    fixed(path)
    assert os.getxattr(path, "user.origin") == b"catalogue"


def test_access_control_list_stays(path: Path) -> None:
    _set_attribute(path, "system.posix_acl_access", ACCESS_LIST)
    mode = path.stat().st_mode
    fixed(path)
    assert os.getxattr(path, "system.posix_acl_access") == ACCESS_LIST
    assert path.stat().st_mode == mode


def test_access_control_list_of_the_folder_is_not_taken_over(path: Path) -> None:
    _set_attribute(path.parent, "system.posix_acl_default", ACCESS_LIST)
    fixed(path)
    assert os.listxattr(path) == []


def _set_attribute(path: Path, name: str, value: bytes) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("Python sets extended attributes on Linux only")
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"the file system takes no {name}: {error.strerror}")


def test_attribute_that_cannot_be_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_attribute(path, "user.origin", b"catalogue")

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "setxattr", refuse)
    with pytest.raises(CannotKeepError, match="attributes cannot be kept: Operation not permitted"):
        replace_content(str(path), GOOD_POD, TWICE)
    assert path.read_bytes() == TWICE
    assert os.listdir(path.parent) == [path.name]


def test_file_with_hard_links_is_left_alone(path: Path) -> None:
    os.link(path, path.with_name("other.txt"))
    left_alone(path, b"podhosts: pod.yaml: it has 2 hard links, and a new file would be none of them")
    assert path.samefile(path.with_name("other.txt"))


@pytest.mark.parametrize("mode", [0o444, 0o400, 0o555])
def test_write_protected_file_is_left_alone(mode: int, path: Path) -> None:
    """For root too, whom nothing would stop."""
    path.chmod(mode)
    left_alone(path, b"podhosts: pod.yaml: it is write-protected")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_convert_leaves_such_a_file_alone_too(path: Path) -> None:
    path.chmod(0o444)
    done = podhosts("convert", "--into", path.name, "-", cwd=path.parent, stdin=b"10.0.0.9 cache\n")
    assert (done.returncode, path.read_bytes()) == (2, TWICE)
    assert b"it is write-protected" in done.stderr


def test_report_goes_into_a_file_with_hard_links(path: Path) -> None:
    """A report is written anew anyway: in place, where a new file would not be the same one."""
    os.link(path, path.with_name("other.txt"))
    write_file(str(path), b"report")
    assert path.with_name("other.txt").read_bytes() == b"report"
    path.with_name("other.txt").unlink()
    path.chmod(0o604)
    write_file(str(path), b"another")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"another", 0o604)
    assert os.listdir(path.parent) == [path.name]
