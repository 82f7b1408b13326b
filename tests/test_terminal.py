"""What reaches a terminal: nothing that it would obey but line breaks and tabs, whatever a file or its name holds."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from podhosts.reporters.visible import visible_lines
from tests.manifests import BAD_POD, GOOD_POD
from tests.running import podhosts, shown_on_terminal

if TYPE_CHECKING:
    from pathlib import Path

PODHOSTS = [sys.executable, "-m", "podhosts"]
#: As bytes of a file name; the last is no UTF-8.
NAME = "a\x1b[31m\x07\nb\u202e\udcffc.yaml"
TWICE = GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal]")
#: What a terminal obeys: control characters but tab, LF and the CR before it, C1 included, and changes of direction.
OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")

COMMANDS = [
    ["check", "--list-files"],
    ["check"],
    ["check", "-v"],
    *(["check", "--format", name] for name in ("text", "concise", "json", "github", "sarif", "gitlab", "junit")),
    *(["check", "--format", name] for name in ("checkstyle", "rdjson", "markdown", "html")),
    ["check", "--diff", "--unsafe-fixes"],
    ["check", NAME],
    ["check", "--statistics"],
    ["check", "--write-baseline", "known\x1b.json"],
    ["check", "missing\x1b[31m.yaml"],
    ["check", "--select", "missing\x1b[31m"],
    ["check", "--config", "missing\x1b[31m.yaml"],
    ["check", "--missing\x1b[31m"],
    ["missing\x1b[31m"],
    ["render", NAME],
    ["render", "."],
    ["render", "--trace", "."],
    ["render", "--format", "json", "."],
    ["render", "--object", "x\x1b[31m", "."],
    ["resolve", "db.internal", "."],
    ["resolve", "db\x1b[31m", "."],
    ["resolve", "db.internal", "--format", "json", "."],
    *(["inventory", "--format", name, "."] for name in ("text", "json", "csv", "html")),
    ["inventory", "--shared", "."],
    ["convert", NAME],
    ["convert", NAME, "--to", "hosts"],
    ["convert", "hosts", "--into", NAME],
    ["convert", "hosts"],
    ["config"],
    ["explain", "missing\x1b[31m"],
    ["matcher", "missing\x1b[31m"],
    ["schema", "missing\x1b[31m"],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / NAME).write_bytes(BAD_POD.replace(b"name: ", b'name: "\\e[31m\\u202e" #', 1))
    (tmp_path / f"2{NAME}").write_bytes(TWICE + b"# \x1b[31m\xe2\x80\xae\n")
    (tmp_path / f"3{NAME}").write_bytes(TWICE + b"# d\x9b31m\xe2\x80\xae\xc2\x9b31m\n")
    (tmp_path / f"4{NAME}").write_bytes(GOOD_POD.replace(b"[db.internal]", b'["a\\e[31m", "db.internal"]'))
    (tmp_path / "hosts").write_bytes(b"10.0.0.1 a\x1b[31m b\n10.0.0.256 \xe2\x80\xae\n")
    (tmp_path / ".podhosts.yaml").write_text('exclude: ["\\e[31m"]\n')
    return tmp_path


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("arguments", COMMANDS, ids=ascii)
def test_nothing_is_obeyed(arguments: list[str], stream: str, folder: Path) -> None:
    code, shown = shown_on_terminal([*PODHOSTS, *arguments], cwd=folder, stream=stream, extra={"NO_COLOR": "1"})
    assert code in {0, 1, 2}
    found = OBEYED.search(shown.decode())
    assert found is None, shown[: found.end()]


def test_names_are_quoted_on_a_terminal_and_as_they_are_in_a_pipe(tmp_path: Path) -> None:
    names = ["a\tb.yaml", "a\x1bb.yaml", "a\udcffb.yaml", "plain name.yaml"]
    for name in names:
        (tmp_path / name).write_bytes(GOOD_POD)
    shown = shown_on_terminal([*PODHOSTS, "check", "--list-files"], cwd=tmp_path)
    expected = b'"a\\tb.yaml"\n"a\\033b.yaml"\n"a\\377b.yaml"\nplain name.yaml\n'
    assert shown == (0, expected)
    piped = podhosts("check", "--list-files", cwd=tmp_path).stdout
    assert piped == b"a\tb.yaml\na\x1bb.yaml\na\xffb.yaml\nplain name.yaml\n"


def test_a_lone_carriage_return_of_a_diff_is_shown(tmp_path: Path) -> None:
    """In a pipe it is a byte of the patch."""
    (tmp_path / "pod.yaml").write_bytes(
        TWICE.replace(b"\n", b"\r\n").replace(b"image: web}]", b"image: web}] # a\rb: c")
    )
    piped = podhosts("check", "--diff", cwd=tmp_path).stdout
    _, shown = shown_on_terminal([*PODHOSTS, "check", "--diff"], cwd=tmp_path)
    (tmp_path / "pod.yaml").write_bytes(TWICE.replace(b"\n", b"\r"))
    whole = podhosts("check", "--diff", cwd=tmp_path).stdout
    _, shown_whole = shown_on_terminal([*PODHOSTS, "check", "--diff"], cwd=tmp_path)
    assert b"# a\rb" in piped
    assert shown == piped.replace(b"# a\rb", b"# a\\rb")
    assert whole.count(b"\r") > 10
    assert shown_whole == whole.replace(b"\r", b"\\r")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"plain\n\ttext\n", b"plain\n\ttext\n"),
        ("größe\r\n".encode(), "größe\r\n".encode()),
        (b"a\rb\r\r\nc\r", b"a\\rb\\r\r\nc\\r"),
        (b"\x1b[0m\x00\xff\xc2\x9b\n", b"\\x1b[0m\\x00\\xff\\x9b\n"),
        ("\u2028\u202e\x85".encode(), b"\\u2028\\u202e\\x85"),
    ],
)
def test_visible_lines(data: bytes, expected: bytes) -> None:
    assert visible_lines(data) == expected
