"""The HTML report in a real Chromium: filters, tables, hostile text, a phone, dark mode, no errors, no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from podhosts.engine import Result
from podhosts.reporters import lines
from podhosts.reporters.report import Report
from tests.programs import program
from tests.report_samples import HOSTILE_NAME, NAME, SampleSettings, sample_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
#: The smallest contrast of text and paper in the page, as WCAG measures it.
CONTRAST = """
const rgb = (text) => text.match(/[0-9.]+/g).slice(0, 3).map(Number);
const light = (color) => {
  const part = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const [red, green, blue] = rgb(color).map(part);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const paper = (element) => {
  const color = getComputedStyle(element).backgroundColor;
  return /, 0\\)$/.test(color) && element.parentElement ? paper(element.parentElement) : color;
};
return Math.min(...[...document.querySelectorAll("body *")].filter((element) => element.innerText).map((element) => {
  const pair = [light(getComputedStyle(element).color), light(paper(element))];
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = program("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(program("chromedriver")))
    yield driver
    driver.quit()


def opened(browser: Chrome, folder: Path, report: Report, width: int = 1280) -> Chrome:
    page = folder / "report.html"
    page.write_text("\n".join(lines("html", report)), "utf-8")
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())
    return browser


def texts(browser: Chrome, selector: str) -> list[str]:
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, selector) if element.is_displayed()]


def console(browser: Chrome) -> list[Any]:
    entries: list[Any] = browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's own method
    return entries


def test_findings_and_tables(browser: Chrome, tmp_path: Path) -> None:
    opened(browser, tmp_path, sample_report())
    assert texts(browser, "h3") == [HOSTILE_NAME.replace("\n", "\\n"), NAME]
    assert texts(browser, "article .rule") == [
        "invalid-ip", "syntax-error", "invalid-ip", "duplicate-hostname", "non-canonical-ip",
    ]  # fmt: skip
    assert "10.0.0.256" in texts(browser, "mark")
    assert any("Fix (unsafe): Write 2001:db8::25" in text for text in texts(browser, "article"))
    rows = [text.split("\n")[0] for text in texts(browser, "tbody tr")]
    assert "10.0.0.1 z.internal 15" in rows
    assert "10.0.0.256 db.internal db.internal 6 invalid-ip, duplicate-hostname" in rows
    assert texts(browser, "li")[0] == "k8s/web.yaml:7:5: Remove the second a.example.com duplicate-hostname"
    assert texts(browser, "li")[2].startswith("missing, \\x1b[31m.yaml: cannot be opened")


def test_filters(browser: Chrome, tmp_path: Path) -> None:
    opened(browser, tmp_path, sample_report())
    assert texts(browser, "output") == ["5 of 5 shown"]
    browser.find_element(By.CSS_SELECTOR, "input[value=error]").click()
    assert texts(browser, "article .rule") == ["duplicate-hostname", "non-canonical-ip"]
    assert texts(browser, "h3") == [NAME]
    assert texts(browser, "output") == ["2 of 5 shown"]
    browser.find_element(By.CSS_SELECTOR, "input[value=error]").click()
    rule = Select(browser.find_element(By.NAME, "rule"))
    assert rule.options[0].text == "all (5)"
    rule.select_by_value("invalid-ip")
    assert texts(browser, "article .rule") == ["invalid-ip", "invalid-ip"]
    browser.find_element(By.CSS_SELECTOR, "input[value=error]").click()
    assert texts(browser, "article") == texts(browser, "h3") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_readable_everywhere_and_nothing_goes_wrong(browser: Chrome, tmp_path: Path, width: int, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    opened(browser, tmp_path, sample_report(), width)
    # Nothing is wider than the screen.
    assert browser.execute_script("return innerWidth") == width
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    is_dark = browser.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    assert is_dark == (scheme == "dark")
    assert browser.execute_script(CONTRAST) >= 4.5
    # A finger needs some room.
    heights = browser.execute_script("return [...document.querySelectorAll('label, select')].map(e => e.offsetHeight)")
    assert min(heights) >= 32
    # The hostile values are text: they start no script and load no picture, and the page asks for nothing.
    assert browser.execute_script("return [document.images.length, document.scripts.length]") == [0, 1]
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert console(browser) == []


def test_page_without_findings(browser: Chrome, tmp_path: Path) -> None:
    opened(browser, tmp_path, Report(Result(files=1), SampleSettings()))
    assert "No findings." in texts(browser, "p")
    assert console(browser) == []
