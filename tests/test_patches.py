"""`--diff` is a patch: `git apply` and GNU `patch` make of a file what `--fix` writes, byte for byte."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.edits import Edit, splice
from podhosts.engine.fixing import fix
from podhosts.reporters.differences import unified_diff
from podhosts.reporters.quoting import git_quoted
from podhosts.source import Source, Span
from tests.effort import examples
from tests.manifests import GOOD_POD
from tests.programs import program
from tests.running import podhosts
from tests.test_fixing_properties import OPTIONS, Manifest, manifests

TWICE = GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal]")
PROGRAMS = {"git": ["apply", "--whitespace=nowarn"], "patch": ["-p1", "--silent"]}
NAMES = [
    "pod.yaml",
    "k8s/base/pod.yaml",
    "my pod.yaml",
    " pod .yaml",
    'a"b.yaml',
    "a\\b.yaml",
    "a\nb.yaml",
    "a\tb.yaml",
    "a\x07\x01b.yaml",
    "größe 1.yaml",
    "日本.yaml",
    "a\udcff.yaml",
    "-p1.yaml",
    "'a'.yaml",
]


def patched(diff: bytes, content: bytes, name: str, tool: str) -> bytes:
    """What a program makes of a file, called as people call it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        done = subprocess.run(
            [program(tool), *PROGRAMS[tool]], cwd=folder, input=diff, capture_output=True, check=False
        )
        assert done.returncode == 0, (done.stderr, done.stdout, diff)
        assert [item.name for item in path.parent.iterdir()] == [path.name]
        return path.read_bytes()


def diff_of(before: Source, after: Source, rounds: list[tuple[Edit, ...]], name: str = "pod.yaml") -> bytes:
    return b"".join(line + b"\n" for line in unified_diff(name, before, after, rounds))


# Each example starts a program.
@pytest.mark.parametrize("tool", PROGRAMS)
@examples(50)
@given(
    given_manifest=manifests(),
    mark=st.sampled_from(["", "", "\ufeff"]),
    end=st.sampled_from(["", "\n", "\n\n", "\r", "\n# end"]),
    name=st.sampled_from(NAMES),
    unsafe=st.booleans(),
)
def test_patch_gives_what_fixing_gives(
    tool: str, given_manifest: tuple[Manifest, str], mark: str, end: str, name: str, unsafe: bool
) -> None:
    manifest, line_break = given_manifest
    source = Source(name, (mark + line_break.join(manifest.lines) + end.replace("\n", line_break)).encode())
    done = fix(source, OPTIONS, unsafe=unsafe)
    diff = diff_of(source, done.source, done.rounds, name)
    assert bool(diff) is (source.data != done.source.data)
    if diff:
        assert patched(diff, source.data, name, tool) == done.source.data


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d\re\n", "f"]), max_size=14).map("".join)


@pytest.mark.parametrize("tool", PROGRAMS)
@examples(80)
@given(st.data())
def test_patch_of_any_rounds_of_edits(tool: str, data: st.DataObject) -> None:
    """Also of those that cancel each other out: no hunk is empty, and none stands for nothing."""
    text = data.draw(LINES)
    before = Source("x", text.encode())
    rounds: list[tuple[Edit, ...]] = []
    for _ in range(data.draw(st.integers(1, 3))):
        cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
        spans = [Span(*pair) for pair in zip(cuts[::2], cuts[1::2], strict=False)]
        edits = tuple(Edit(span, data.draw(LINES | st.just(text[span.start : span.end]))) for span in spans)
        rounds.append(edits)
        text = splice(text, edits)
    after = Source("x", text.encode())
    diff = diff_of(before, after, rounds)
    assert bool(diff) is (before.data != after.data)
    for hunk in diff.split(b"\n@@ ")[1:]:
        assert any(line[:1] in {b"-", b"+"} for line in hunk.split(b"\n")[1:])
    # An empty file is removed by a patch.
    if diff and before.data and after.data:
        assert patched(diff, before.data, "pod.yaml", tool) == after.data


def test_edits_that_cancel_out_are_no_change() -> None:
    text = "".join(f"{number}\n" for number in range(40))
    there = [Edit(Span(0, 2), "x\n"), Edit(Span(40, 43), "y\n")]
    changed = splice(text, there)
    back = (Edit(Span(0, 2), "0\n"), Edit(Span(changed.index("y"), changed.index("y") + 2), text[40:43]))
    source = Source("x", text.encode())
    assert splice(changed, back) == text
    assert diff_of(source, source, [tuple(there), back]) == b""


@pytest.mark.parametrize("tool", PROGRAMS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_patch_of_another_encoding(encoding: str, tool: str) -> None:
    mark = "" if encoding == "utf-8-sig" else "\ufeff"
    source = Source("pod.yaml", (mark + TWICE.decode() + "# ਊ").encode(encoding))
    done = fix(source, OPTIONS)
    assert done.rounds
    diff = diff_of(source, done.source, done.rounds)
    assert patched(diff, source.data, "pod.yaml", tool) == done.source.data


@pytest.mark.parametrize("tool", PROGRAMS)
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("-")])
def test_names_of_files(name: str, tool: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(TWICE)
    done = podhosts("check", "--diff", f"./{name}", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert patched(done.stdout, TWICE, name, tool) == GOOD_POD


@pytest.mark.parametrize(
    ("folder", "arguments", "name"),
    [
        (".", ["k8s/pod.yaml"], "k8s/pod.yaml"),
        (".", ["."], "k8s/pod.yaml"),
        (".", ["{full}"], "k8s/pod.yaml"),
        ("k8s", ["../k8s/pod.yaml"], "pod.yaml"),
        ("other", ["../k8s/pod.yaml"], "{full}"),
        ("other", ["{full}"], "{full}"),
        (".", ["-", "--stdin-filename", "k8s/pod.yaml"], "k8s/pod.yaml"),
        (".", ["-", "--stdin-filename", "./k8s/pod.yaml"], "k8s/pod.yaml"),
        (".", ["-", "--stdin-filename", "{full}"], "{full}"),
    ],
)
def test_names_are_written_as_git_does(folder: str, arguments: list[str], name: str, tmp_path: Path) -> None:
    """Below `a/` and `b/`, seen from the working directory; outside of it the full path without its first slash."""
    (tmp_path / "k8s").mkdir()
    (tmp_path / "other").mkdir()
    path = tmp_path / "k8s" / "pod.yaml"
    path.write_bytes(TWICE)
    full = str(path)
    arguments = [argument.replace("{full}", full) for argument in arguments]
    done = podhosts("check", "--diff", *arguments, cwd=tmp_path / folder, stdin=TWICE)
    written = name.replace("{full}", full.removeprefix("/"))
    assert done.stdout.decode().splitlines()[:2] == [f"--- a/{written}", f"+++ b/{written}"]
    for tool in PROGRAMS:
        assert patched(done.stdout, TWICE, written, tool) == GOOD_POD


@pytest.mark.parametrize("tool", PROGRAMS)
@pytest.mark.parametrize("folder", [".", "k8s"])
def test_patch_in_a_folder_of_a_repository(folder: str, tool: str, tmp_path: Path) -> None:
    """`podhosts check --diff | git apply`, in the folder that the diff was made in."""
    subprocess.run([program("git"), "init", "--quiet"], cwd=tmp_path, check=True)
    path = tmp_path / "k8s" / "base" / "pod.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(TWICE)
    diff = podhosts("check", "--diff", cwd=tmp_path / folder).stdout
    subprocess.run([program(tool), *PROGRAMS[tool]], cwd=tmp_path / folder, input=diff, check=True)
    assert path.read_bytes() == GOOD_POD


def test_names_are_quoted_as_git_does(tmp_path: Path) -> None:
    git = program("git")
    subprocess.run([git, "init", "--quiet"], cwd=tmp_path, check=True)
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    command = [git, "-c", "core.quotePath=true", "ls-files", "--others"]
    listed = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert sorted(listed.stdout.decode().splitlines()) == sorted(map(git_quoted, NAMES))


def test_a_link_and_its_target_are_one_file(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(TWICE)
    (tmp_path / "link.yaml").symlink_to("pod.yaml")
    for arguments in (["."], ["link.yaml"], ["link.yaml", "pod.yaml"]):
        diff = podhosts("check", "--diff", *arguments, cwd=tmp_path).stdout
        assert diff.count(b"--- a/pod.yaml\n") == 1
        assert patched(diff, TWICE, "pod.yaml", "patch") == GOOD_POD
