"""The lane that most hook runs take: what it may decide, and what it must not load."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import typer.main

from podhosts.__main__ import FLAGS, parse
from podhosts.cli import app
from podhosts.commands.run_settings import Request
from tests.manifests import BAD_POD, SERVICE
from tests.running import environment, podhosts

if TYPE_CHECKING:
    from pathlib import Path

#: Modules that cost too much for a file in which nothing matters.
HEAVY = ("typer", "ruamel.yaml", "_ruamel_yaml", "jsonschema", "dataclasses", "re", "json", "pathlib", "rich", "enum")


def loaded_modules(folder: Path, *arguments: str) -> set[str]:
    """What a run of podhosts has imported beside what Python itself loads."""
    code = (
        "import sys; before = set(sys.modules); sys.argv[0] = 'podhosts'\n"
        "from podhosts.__main__ import main; main()\n"
        "print('\\n'.join(set(sys.modules) - before))"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environment(), check=True)
    return set(done.stdout.decode().split("\n"))


def test_unrelated_file_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_bytes(SERVICE)
    loaded = loaded_modules(tmp_path, "check", "-q", "service.yaml")
    assert "podhosts.triggers" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_relevant_file_needs_neither_typer_nor_rich_nor_jsonschema(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(BAD_POD)
    loaded = loaded_modules(tmp_path, "check", "pod.yaml")
    assert "_ruamel_yaml" in loaded
    assert loaded.isdisjoint({"typer", "rich", "jsonschema", "pygls", "podhosts.lsp", "podhosts.engine.incremental"})
    # The reason for `podhosts.records`.
    assert loaded.isdisjoint({"dataclasses", "inspect"})


def test_help_loads_only_typer(tmp_path: Path) -> None:
    loaded = loaded_modules(tmp_path, "check", "--help")
    assert "typer" in loaded
    assert loaded.isdisjoint({"rich", "pydantic", "ruamel.yaml", "podhosts.engine", "podhosts.rules"})


def test_only_the_language_server_loads_its_libraries(tmp_path: Path) -> None:
    loaded = loaded_modules(tmp_path, "rules")
    assert "typer" in loaded
    assert loaded.isdisjoint({"pygls", "lsprotocol", "asyncio"})


def test_flags_are_those_of_typer() -> None:
    group = typer.main.get_command(app)
    command = getattr(group, "commands")["check"]  # noqa: B009 - typer's own copy of click has no types
    options = {flag: parameter for parameter in command.params for flag in parameter.opts}
    attributes = set(Request.__match_args__)
    for flag, (name, takes_value) in FLAGS.items():
        assert options[flag].name == name
        assert options[flag].is_flag is not takes_value
        assert name in attributes


@pytest.mark.parametrize(
    "arguments",
    [[], ["rules"], ["check", "-"], ["check", "missing.yaml"], ["check", "a.yaml", "--help"],
     ["check", "a.yaml", "--stdin-filename", "x"], ["check", "a.yaml", "--select"], ["check", "a.yaml", "--quiet=yes"],
     ["check", "--", "a.yaml"], ["check", "a.yaml", "-vq"]],
)  # fmt: skip
def test_doubt_goes_to_typer(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_bytes(SERVICE)
    monkeypatch.chdir(tmp_path)
    assert parse(arguments) is None


ENCODED = {
    "escaped": BAD_POD.replace(b"hostAliases", b'"host\\x41liases"'),
    "CR": BAD_POD.replace(b"\n", b"\r"),
    "CRLF": BAD_POD.replace(b"\n", b"\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + BAD_POD,
    "UTF-16": "\ufeff".encode("utf-16-be") + BAD_POD.decode().encode("utf-16-be"),
}


def assert_both_lanes_say_the_same(folder: Path, *flags: str) -> int:
    """The exit code. `--stdin-filename` changes nothing about a file but sends the run through typer."""
    fast = podhosts("check", *flags, "a.yaml", cwd=folder)
    slow = podhosts("check", *flags, "a.yaml", "--stdin-filename", "x", cwd=folder)
    assert (fast.returncode, fast.stdout, fast.stderr) == (slow.returncode, slow.stdout, slow.stderr)
    return fast.returncode


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_encodings_that_kubectl_does_not_read_are_said(encoding: str, tmp_path: Path) -> None:
    """Large files, too; what does not concern hosts is nobody's business in any encoding."""
    name = "UTF-32" if "32" in encoding else "UTF-16 without a byte order mark"
    for padding in ("", "# padding\n" * 40_000):
        (tmp_path / "a.yaml").write_bytes((BAD_POD.decode() + padding).encode(encoding))
        assert assert_both_lanes_say_the_same(tmp_path) == 1
        done = podhosts("check", "a.yaml", cwd=tmp_path)
        assert f"error: this file is {name}; store it as UTF-8 [syntax-error]" in done.stdout.decode()
    (tmp_path / "a.yaml").write_bytes(SERVICE.decode().encode(encoding))
    assert assert_both_lanes_say_the_same(tmp_path, "--strict") == 0


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED)
def test_both_lanes_say_the_same_however_it_is_written(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    assert assert_both_lanes_say_the_same(tmp_path) == 1


@pytest.mark.parametrize("content", [SERVICE, BAD_POD])
@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["-q"],
        ["--strict"],
        ["-v"],
        ["--fail-on", "error"],
        ["--format=json"],
        ["--fail-on", "nonsense"],
        ["--baseline", "none.json"],
    ],
)
def test_both_lanes_say_the_same(content: bytes, flags: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    assert_both_lanes_say_the_same(tmp_path, *flags)
