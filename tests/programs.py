"""Real programs that tests start: where one is missing the test is skipped, or fails when PODHOSTS_REQUIRE_TOOLS=1."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

#: Every program that a test starts, and what has it: a Debian package, or with a blank the tool that installs it.
PACKAGES = {
    "bash": "bash", "chromedriver": "chromium-driver", "chromium": "chromium", "emacs": "emacs-nox", "fish": "fish",
    "git": "git", "go": "golang-go", "helm": "go install", "ip": "iproute2", "kustomize": "go install",
    "mount": "mount", "musl-gcc": "musl-tools", "node": "nodejs", "nvim": "neovim", "patch": "patch",
    "setpriv": "util-linux", "unshare": "util-linux", "vim": "vim", "yaml-language-server": "npm install",
    "zsh": "zsh",
}  # fmt: skip


def missing(reason: str) -> NoReturn:
    if os.environ.get("PODHOSTS_REQUIRE_TOOLS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> str:
    """The path of a program that `PACKAGES` knows."""
    assert name in PACKAGES, f"{name}: say in tests/programs.py what installs it, and install it in .ci/run"
    return shutil.which(name) or missing(f"{name} is not installed")


def npm_package(name: str) -> Path:
    """The folder of an npm package, which `.ci/run` installs below a folder of NODE_PATH."""
    for folder in filter(None, os.environ.get("NODE_PATH", "").split(os.pathsep)):
        if (found := Path(folder) / name).is_dir():
            return found
    missing(f"the npm package {name} is in no folder of NODE_PATH")
