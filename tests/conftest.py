"""Settings for all tests, golden files, and the figures that tests measure.

`pytest --update` writes all golden files anew, by way of the fixture `golden`: the reports of `tests/data/reports`, the
output on pages of `docs` and the README, `docs/rules`, the fixed files beside the cases. Read the
difference before you commit it.
"""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from tests import effort

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.figures import Figures
    from tests.goldens import Golden

_MEASURED = "measured"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for long runs and for golden files."""
    parser.addoption("--thorough", action="store_true", help="property tests with many random examples")
    parser.addoption("--update", action="store_true", help="write golden files anew instead of comparing with them")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples property tests try, and keep byte code, in every process."""
    # Many tests start podhosts itself: it would compile all of its modules anew each time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    effort.choose(thorough=config.getoption("--thorough"))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(path, content)`: the file holds this text or these bytes, None: there is none; `--update` makes it so."""

    def compare(path: Path, content: str | bytes | None) -> None:
        wanted = content.encode() if isinstance(content, str) else content
        if request.config.getoption("--update"):
            path.unlink(missing_ok=True)
            if wanted is not None:
                path.write_bytes(wanted)
        found = path.read_bytes() if path.exists() else None
        if isinstance(content, str) and found is not None:
            assert found.decode() == content, "`pytest --update` writes the file anew"
        assert found == wanted, "`pytest --update` writes the file anew"

    return compare


@pytest.fixture
def shown_figures(request: pytest.FixtureRequest) -> Figures:
    """What is printed inside `with shown_figures():` stands at the end of the run, whichever process measured it."""

    @contextmanager
    def measured() -> Iterator[None]:
        with redirect_stdout(io.StringIO()) as printed:
            yield
        request.node.user_properties.append((_MEASURED, printed.getvalue().strip()))

    return measured


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of all tests."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    measured = [text for report in reports for name, text in report.user_properties if name == _MEASURED]
    if measured:
        terminalreporter.section("measured", "-")
        for text in sorted(dict.fromkeys(measured)):
            terminalreporter.line(text)
