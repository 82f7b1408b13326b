"""Baselines: what is known stays silent whatever changes around it, what is new is reported, what is fixed is said."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.baseline import BaselineEntry, BaselineError, match, read, record, written
from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source
from tests.manifests import BAD_POD, GOOD_POD, INFO_POD, SERVICE, WARNING_POD
from tests.programs import program
from tests.running import podhosts

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from podhosts.diagnostics import Diagnostic

OPTIONS = Options(selected=default_selection())


def findings_of(files: dict[str, str]) -> list[Diagnostic]:
    return [finding for path, text in files.items() for finding in lint(Source(path, text.encode()), OPTIONS).findings]


def path_of(finding: Diagnostic) -> str:
    return finding.source.path


def moved_anywhere(path: str) -> bool:
    return True


def pod(name: str, entries: list[tuple[str, list[str]]]) -> list[str]:
    lines = ["apiVersion: v1", "kind: Pod", f"metadata: {{name: {name}}}", "spec:", "  hostAliases:"]
    for ip, names in entries:
        lines += [f'  - ip: "{ip}"', f"    hostnames: [{', '.join(names)}]"]
    return [*lines, "  containers: [{name: main, image: main}]"]


IPS = st.sampled_from(["10.0.0.1", "10.0.0.256", "2001:DB8::1", "fe80::1", "010.1.1.1", "x", ""])
NAMES = st.sampled_from(["a", "b", "db.internal", "Wrong_Name", "2025", "localhost", "*.example.com"])
ENTRIES = st.lists(st.tuples(IPS, st.lists(NAMES, max_size=3)), max_size=4)
FILES = st.lists(st.lists(ENTRIES, min_size=1, max_size=3), min_size=1, max_size=3)


def edited(lines: list[str], rng: random.Random) -> list[str]:
    """The lines with comments, empty lines and documents of others added: nothing that a finding is about."""
    result = list(lines)
    for _ in range(rng.randrange(4)):
        result.insert(rng.randrange(len(result) + 1), rng.choice(["# a note", "", "  # 10.0.0.256"]))
    if rng.random() < 0.5:
        result = [*pod("other", [("10.9.9.9", ["fine.internal"])]), "---", *result]
    return result


@given(FILES, st.randoms(use_true_random=False))
def test_known_findings_stay_known(files: list[list[list[tuple[str, list[str]]]]], rng: random.Random) -> None:
    """Edits around them, moved lines, documents in another order, renamed files: no finding is new, none is left."""
    pods = [
        [pod(f"pod-{number}-{index}", each) for index, each in enumerate(file)] for number, file in enumerate(files)
    ]
    before = {
        f"file-{number}.yaml": "\n---\n".join("\n".join(each) for each in file) for number, file in enumerate(pods)
    }
    entries = record(findings_of(before), path_of)
    assert read(written(entries)) == entries
    after = {}
    for number, file in enumerate(pods):
        rng.shuffle(file)
        name = f"file-{number}.yaml" if rng.random() < 0.5 else f"renamed/{number}.yaml"
        after[name] = "\n---\n".join("\n".join(edited(each, rng)) for each in file)
    found = findings_of(after)
    result = match(entries, found, path_of, moved_anywhere)
    assert (result.new, result.left) == ([], [])
    assert result.known == found


@given(FILES, FILES)
def test_findings_and_entries_are_neither_lost_nor_counted_twice(
    before: list[list[list[tuple[str, list[str]]]]], after: list[list[list[tuple[str, list[str]]]]]
) -> None:
    def texts(files: list[list[list[tuple[str, list[str]]]]]) -> dict[str, str]:
        return {
            f"{number}.yaml": "\n---\n".join("\n".join(pod("web", each)) for each in file)
            for number, file in enumerate(files)
        }

    entries = record(findings_of(texts(before)), path_of)
    found = findings_of(texts(after))
    result = match(entries, found, path_of, moved_anywhere)
    assert len(result.new) + len(result.known) == len(found)
    assert sum(entry.count for entry in entries) == len(result.known) + sum(entry.count for entry in result.left)
    assert not {entry.fingerprint for entry in result.left} & {
        entry.fingerprint for entry in record(result.new, path_of)
    }


def test_one_more_of_the_same_is_new() -> None:
    text = "\n".join(pod("web", [("x", ["a"])]))
    entries = record(findings_of({"a.yaml": text}), path_of)
    twice = findings_of({"a.yaml": "\n".join(pod("web", [("x", ["a"]), ("x", ["b"])]))})
    result = match(entries, twice, path_of, moved_anywhere)
    assert [finding.rule for finding in result.known] == ["invalid-ip"]
    assert "invalid-ip" in [finding.rule for finding in result.new]


def test_a_copy_is_new_while_the_file_is_there() -> None:
    text = "\n".join(pod("web", [("x", ["a"])]))
    entries = record(findings_of({"a.yaml": text}), path_of)
    copy = findings_of({"copy.yaml": text})
    assert match(entries, copy, path_of, lambda path: False).new == copy
    both = findings_of({"a.yaml": text, "copy.yaml": text})
    assert {path_of(finding) for finding in match(entries, both, path_of, moved_anywhere).new} == {"copy.yaml"}


def test_text_is_one_sorted_line_an_entry() -> None:
    entries = [
        BaselineEntry("b.yaml", "r", "1" * 32, 1),
        BaselineEntry("ä\udcff.yaml", "r", "0" * 32, 2),
        BaselineEntry("b.yaml", "r", "1" * 32, 2),
    ]
    assert written(entries).decode().split("\n") == [
        "{",
        '  "version": 1,',
        '  "findings": [',
        f'    {{"path": "b.yaml", "rule": "r", "fingerprint": "{"1" * 32}", "count": 3}},',
        f'    {{"path": "\\u00e4\\udcff.yaml", "rule": "r", "fingerprint": "{"0" * 32}", "count": 2}}',
        "  ]",
        "}",
        "",
    ]
    assert written([]) == b'{\n  "version": 1,\n  "findings": []\n}\n'


GOOD = {"path": "a", "rule": "r", "fingerprint": "0" * 32, "count": 1}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "1:1: this is no JSON: Expecting value"),
        (b'{\n  "version": 1,\n<<<<<<< ours\n', "3:1: this is no JSON: "),
        (b"\xff\xfe", "byte 0 is no UTF-8"),
        (b"[" * 100_000, "this is no baseline: "),
        (b"1" * 5000, "this is no baseline: "),
        (b"[]", "1:1: this is no baseline: it has no `version`"),
        (b'{"findings": []}', "1:1: this is no baseline: it has no `version`"),
        (
            b'{"findings": [],\n "version": 2}',
            "2:2: this is a baseline of version 2, and podhosts ",
        ),
        (b'{"version": true}', "1:2: this is a baseline of version True"),
        (b'{"version": 1, "findings": {}}', "1:16: `findings` must be a list"),
        (b'{"version": 1}', "1:1: `findings` must be a list"),
        (b'{"version": 1, "findings": [\n{}]}', "2:1: an entry has the keys path, rule, fingerprint, count"),
        (json.dumps({"version": 1, "findings": [GOOD, GOOD | {"more": 1}]}).encode(), "1:120: an entry has the keys"),
        (b'{"version": 1, "findings": [{"rule": "r", "path": 1, "fingerprint": "", "count": 1}]}', "1:43: `path` must"),
        (json.dumps({"version": 1, "findings": [GOOD | {"fingerprint": "x"}]}).encode(), "1:56: `fingerprint` must be"),
        (json.dumps({"version": 1, "findings": [GOOD | {"count": 0}]}).encode(), "1:107: `count` must be a number"),
        (json.dumps({"version": 1, "findings": [GOOD | {"count": True}]}).encode(), "1:107: `count` must be a number"),
    ],
)
def test_what_is_no_baseline(data: bytes, message: str) -> None:
    with pytest.raises(BaselineError) as error:
        read(data)
    assert str(error.value).startswith(message)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(BaselineError):
        assert read(written(read(data))) == read(data)


# The command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "k8s").mkdir()
    (tmp_path / "k8s" / "bad.yaml").write_bytes(BAD_POD)
    (tmp_path / "k8s" / "warning.yaml").write_bytes(WARNING_POD.replace(b"name: web}", b"name: other}"))
    return tmp_path


def check(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = podhosts("check", *arguments, cwd=folder)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_from_first_to_last(folder: Path) -> None:
    code, out, err = check(folder, "--write-baseline", "known.json", ".")
    assert (code, out) == (0, "")
    assert "podhosts: known.json: 2 findings recorded\n" in err
    assert err.endswith("2 files, 2 documents, 2 pods: no findings (2 in the baseline)\n")
    first = (folder / "known.json").read_bytes()

    # From another folder, with another file, and with the file renamed.
    assert check(folder / "k8s", "--baseline", "../known.json", "bad.yaml")[0] == 0
    (folder / "k8s" / "bad.yaml").rename(folder / "moved.yaml")
    (folder / "moved.yaml").write_bytes(b"# a note\n\n" + BAD_POD)
    (folder / "k8s" / "new.yaml").write_bytes(INFO_POD)
    code, out, err = check(folder, "--baseline", "known.json", "--fail-on", "info", ".")
    assert code == 1
    assert [line.split(":")[0] for line in out.splitlines()] == ["k8s/new.yaml"]
    assert "removes them" not in err

    # Something is fixed.
    (folder / "k8s" / "warning.yaml").write_bytes(GOOD_POD)
    code, out, err = check(folder, "--baseline", "known.json", ".")
    assert code == 0
    assert "podhosts: known.json: 1 recorded finding no longer found; --tighten-baseline removes them" in err
    assert (folder / "known.json").read_bytes() == first
    code, out, err = check(folder, "-v", "--baseline", "known.json", "--tighten-baseline", ".")
    assert "podhosts: known.json: 1 recorded finding removed\n  k8s/warning.yaml: empty-hostnames (1)\n" in err
    [entry] = json.loads((folder / "known.json").read_bytes())["findings"]
    assert (entry["path"], entry["rule"], entry["count"]) == ("moved.yaml", "invalid-ip", 1)
    assert "recorded" not in check(folder, "--baseline", "known.json", ".")[2]

    # Tightening never adds: what was fixed and comes back is new.
    (folder / "k8s" / "warning.yaml").write_bytes(WARNING_POD)
    assert check(folder, "--baseline", "known.json", "--tighten-baseline", ".")[0] == 1


def test_only_what_was_looked_at_can_be_removed(folder: Path) -> None:
    check(folder, "--write-baseline", "known.json", ".")
    (folder / "k8s" / "bad.yaml").write_bytes(GOOD_POD)
    (folder / "k8s" / "warning.yaml").write_bytes(GOOD_POD)
    for arguments in (["k8s/../k8s/other.yaml"], ["--select", "duplicate-ip", "k8s"]):
        (folder / "k8s" / "other.yaml").write_bytes(SERVICE)
        assert "removes them" not in check(folder, "--baseline", "known.json", *arguments)[2]
    assert "1 recorded finding no" in check(folder, "--baseline", "known.json", "k8s/bad.yaml")[2]
    # A file that is no more counts where its folder is looked at.
    (folder / "k8s" / "warning.yaml").unlink()
    (folder / "other").mkdir()
    (folder / "other" / "good.yaml").write_bytes(GOOD_POD)
    assert "removes them" not in check(folder, "--baseline", "known.json", "other")[2]
    assert "1 recorded finding no" in check(folder, "--baseline", "known.json", "other", "k8s/bad.yaml")[2]
    # Also where no word is left that a rule reacts to.
    (folder / "k8s" / "bad.yaml").write_bytes(SERVICE)
    assert "1 recorded finding no" in check(folder, "--baseline", "known.json", "k8s/bad.yaml")[2]
    assert "2 recorded findings no" in check(folder, "--baseline", "known.json", ".")[2]
    assert check(folder, "-q", "--baseline", "known.json", ".")[2] == ""


def test_suppressions_count_as_before(folder: Path) -> None:
    """A baseline takes out what suppressions leave; a suppression that silences something is used."""
    (folder / "k8s" / "bad.yaml").write_bytes(
        BAD_POD.replace(b"256\n", b"256  # podhosts: ignore[invalid-ip] known\n").replace(b"db.internal", b"a, a")
    )
    check(folder, "--write-baseline", "known.json", ".")
    rules = [entry["rule"] for entry in json.loads((folder / "known.json").read_bytes())["findings"]]
    assert rules == ["duplicate-hostname", "empty-hostnames"]
    code, out, err = check(folder, "--baseline", "known.json", ".")
    assert (code, out) == (0, "")
    assert "no findings (1 suppressed, 2 in the baseline)" in err


def test_the_config_names_a_baseline(folder: Path) -> None:
    (folder / ".podhosts.yaml").write_text("baseline: ci/known.json\n")
    (folder / ".git").mkdir()
    (folder / "ci").mkdir()
    assert check(folder / "k8s", "--write-baseline", "../ci/known.json", "..")[0] == 0
    code, out, err = check(folder / "k8s", "bad.yaml")
    assert (code, out) == (0, "")
    assert "1 in the baseline" in err
    assert "baseline            ci/known.json" in podhosts("config", cwd=folder).stdout.decode()
    (folder / "ci" / "known.json").unlink()
    code, _, err = check(folder / "k8s", "bad.yaml")
    assert code == 2
    assert "podhosts: ../ci/known.json: there is no such baseline; `--write-baseline ../ci/known.json` makes it" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--baseline", "missing.json"], "missing.json: there is no such baseline"),
        (["--baseline", "k8s"], "k8s: the baseline cannot be opened: Is a directory"),
        (["--baseline", "broken.json"], "podhosts: broken.json:2:1: this is no JSON: "),
        (["--baseline", "newer.json"], "podhosts: newer.json:1:2: this is a baseline of version 2"),
        (["--tighten-baseline"], "--tighten-baseline needs a baseline; name it with --baseline or in the config"),
        (["--baseline", "a", "--write-baseline", "a"], "so it does not go with --baseline"),
        (["--tighten-baseline", "--write-baseline", "a"], "so it does not go with --tighten-baseline"),
        (["--write-baseline", "-"], "--write-baseline writes a file, and `-` is none"),
        (["--write-baseline", ""], "--write-baseline writes a file, and `` is none"),
        (["--baseline", ""], "--baseline reads a file, and `` is none"),
        (["--write-baseline", "missing/a"], "missing/a: cannot be written: No such file or directory"),
        (["--write-baseline", "a", "--output=json=./a"], "a is written twice"),
        (["--write-baseline", "k8s/bad.yaml"], "k8s/bad.yaml is to be checked, and this run would overwrite it"),
    ],
)
def test_wrong_use(folder: Path, arguments: list[str], words: str) -> None:
    (folder / "broken.json").write_bytes(b'{"version": 1,\n')
    (folder / "newer.json").write_bytes(b'{"version": 2, "findings": []}')
    code, _, err = check(folder, *arguments, "k8s/bad.yaml")
    assert code == 2
    assert words in err
    assert not (folder / "a").exists()
    assert (folder / "k8s" / "bad.yaml").read_bytes() == BAD_POD


def test_a_diff_fixes_nothing(folder: Path) -> None:
    """What a diff only shows is still there: it is recorded, and never taken out of a baseline."""
    twice = GOOD_POD.replace(b"[db.internal]", b"[db.internal, db.internal]")
    (folder / "k8s" / "bad.yaml").write_bytes(twice)
    assert "2 findings recorded" in check(folder, "--diff", "--write-baseline", "known.json", "k8s")[2]
    first = (folder / "known.json").read_bytes()
    code, out, err = check(folder, "--diff", "--baseline", "known.json", "--tighten-baseline", "k8s")
    assert (code, out[:4]) == (1, "--- ")
    assert "removed" not in err
    assert (folder / "known.json").read_bytes() == first
    err = check(folder, "--fix", "--baseline", "known.json", "--tighten-baseline", "k8s")[2]
    assert "1 recorded finding removed" in err
    assert check(folder, "--baseline", "known.json", "k8s")[0] == 0


def test_an_incomplete_run_writes_no_baseline(folder: Path) -> None:
    code, out, err = check(folder, "--write-baseline", "known.json", "k8s", "missing.yaml")
    assert code == 2
    assert "known.json: not written, for not all inputs could be opened" in err
    assert "[invalid-ip]" in out
    assert not (folder / "known.json").exists()


def test_reports_have_only_what_is_new(folder: Path) -> None:
    check(folder, "--write-baseline", "known.json", "k8s/bad.yaml")
    check(folder, "--baseline", "known.json", "--output=sarif=out.sarif", "--output=json=out.json", "k8s")
    report = json.loads((folder / "out.json").read_bytes())
    assert [finding["rule"] for finding in report["findings"]] == ["empty-hostnames"]
    results = json.loads((folder / "out.sarif").read_bytes())["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["empty-hostnames"]


def test_a_file_name_that_is_no_utf_8(folder: Path) -> None:
    os.rename(folder / "k8s" / "bad.yaml", os.fsencode(folder / "k8s") + b"/bad\xff.yaml")
    for _ in range(2):
        check(folder, "--write-baseline", "known.json", ".")
    assert check(folder, "--baseline", "known.json", ".")[0] == 0


def test_git_moves(folder: Path) -> None:
    """A whole folder is renamed with git, as in a real repository."""

    def git(*arguments: str) -> None:
        subprocess.run([program("git"), *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    check(folder, "--write-baseline", "known.json", ".")
    git("mv", "k8s", "deploy")
    code, out, err = check(folder, "--baseline", "known.json", ".")
    assert (code, out) == (0, "")
    assert "2 in the baseline" in err
    assert "removes them" not in err
