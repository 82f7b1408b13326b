"""Work shared among processes: nothing is done twice, nothing is left out, and errors are raised here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from podhosts.commands import check
from podhosts.commands.run_settings import Request
from podhosts.engine import Options, Result, lint
from podhosts.processes import MOST_DEALT, Deal, in_processes
from podhosts.run import loop
from tests.manifests import BAD_POD
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from podhosts.repository import Repository
    from podhosts.source import Source


def test_each_number_is_dealt_once() -> None:
    with Deal(MOST_DEALT) as deal:
        taken = in_processes(lambda _: b" ".join(str(number).encode() for number in deal), 3)
    numbers = sorted(int(number) for part in taken for number in part.split())
    assert numbers == list(range(MOST_DEALT))


def test_what_another_process_has_failed_to_do_is_done_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def lint_here(source: Source, options: Options, repository: Repository | None) -> Result:
        if os.getpid() != here:
            raise RuntimeError
        return lint(source, options, repository)

    here = os.getpid()
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_bytes(BAD_POD)
    monkeypatch.setattr(loop, "lint", lint_here)
    assert check.run(Request(paths=[str(tmp_path)], quiet=True, jobs="4", format="concise")) == 1
    assert capsys.readouterr().out.count("[invalid-ip]") == 20


def test_more_files_than_are_dealt_out_one_by_one(tmp_path: Path) -> None:
    for number in range(MOST_DEALT + 7):
        (tmp_path / f"{number}.yaml").write_bytes(BAD_POD)
    serial, parallel = (podhosts("check", "--jobs", jobs, ".", cwd=tmp_path) for jobs in ("1", "3"))
    assert serial.stdout.count(b"[invalid-ip]") == MOST_DEALT + 7
    assert (parallel.stdout, parallel.stderr) == (serial.stdout, serial.stderr)
