"""Programs that tests start. A test skips with a reason where one is missing, and fails where they are required."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip the test, or fail it when PODHOSTS_REQUIRE_TOOLS=1."""
    if os.environ.get("PODHOSTS_REQUIRE_TOOLS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> str:
    """The path of a program."""
    return shutil.which(name) or missing(f"{name} is not installed")
