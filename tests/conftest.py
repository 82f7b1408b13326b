"""Settings for all tests, and the figures that they measure."""

from __future__ import annotations

import io
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from tests import effort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.figures import Figures

_MEASURED = "measured"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for long runs."""
    parser.addoption("--thorough", action="store_true", help="property tests with many random examples")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples property tests try, in every process."""
    effort.choose(thorough=config.getoption("--thorough"))


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
