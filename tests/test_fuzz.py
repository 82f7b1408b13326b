"""Inputs on which the fuzzer once failed, and a few fresh ones."""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.fuzz import KEPT, inputs, run_commands, run_everything

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.yaml")), ids=lambda path: path.stem)
def test_kept_inputs(path: Path) -> None:
    run_everything(path.read_bytes(), 37)
    run_commands(str(path))


def test_fresh_inputs(tmp_path: Path) -> None:
    for data in islice(inputs(random.Random(1)), 60):
        run_everything(data, 37)
        (tmp_path / "input.yaml").write_bytes(data)
        run_commands(str(tmp_path / "input.yaml"))
