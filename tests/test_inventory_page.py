"""The inventory's HTML page in a real Chromium: search, sorting, hostile text, a phone, dark mode, no errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from tests.inventory_samples import HOSTILE, write
from tests.programs import program
from tests.running import podhosts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


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


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "repository").mkdir()
    done = podhosts("inventory", "--format", "html", cwd=write(folder / "repository"))
    (folder / "page.html").write_bytes(done.stdout)
    return folder / "page.html"


def opened(browser: Chrome, page: Path, width: int = 1280) -> Chrome:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())
    return browser


def texts(browser: Chrome, selector: str) -> list[str]:
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, selector) if element.is_displayed()]


def shown_names(browser: Chrome) -> list[str]:
    return texts(browser, "tbody td:first-child")


def search(browser: Chrome, text: str) -> None:
    field = browser.find_element(By.ID, "search")
    field.clear()
    field.send_keys(text)


def console(browser: Chrome) -> list[Any]:
    entries: list[Any] = browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's own method
    return entries


def test_the_page_needs_nothing_else(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"(?:src|href)=", text.replace("img src=x", "")) == []
    assert "http:" not in text
    assert "https:" not in text
    assert HOSTILE not in text
    assert text.count("</script>") == text.count("<script")


def test_search(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    assert len(shown_names(browser)) == 16
    assert texts(browser, "output") == ["16 of 16"]
    search(browser, "10.1.2.3 db.")
    # The address in any spelling, and the words anywhere in the row.
    assert shown_names(browser) == ["db.internal"] * 3 + ["mail.internal"]
    search(browser, "DEPLOYMENT prod")
    assert texts(browser, "output") == ["3 of 16"]
    search(browser, "nowhere")
    assert (shown_names(browser), texts(browser, "output")) == ([], ["0 of 16"])
    search(browser, "")
    browser.find_element(By.ID, "undecided").click()
    assert shown_names(browser) == [HOSTILE, "legacy.internal", "template.internal"]


def test_sorting(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    address = browser.find_element(By.CSS_SELECTOR, "[data-column='1']")
    address.click()
    addresses = texts(browser, "tbody td:nth-child(2)")
    assert [text for text in addresses if text.startswith("10.")] == [
        "10.1.2.3", "10.1.2.3", "10.1.2.4", "10.1.2.30", "10.7.7.7", "10.9.2.3",
    ]  # fmt: skip
    address.click()
    assert texts(browser, "tbody td:nth-child(2)") != addresses
    assert browser.find_element(By.CSS_SELECTOR, "th:nth-child(2)").get_attribute("aria-sort") == "descending"


def test_hostile_text_is_text(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    assert HOSTILE in shown_names(browser)
    assert browser.find_elements(By.TAG_NAME, "img") == []
    assert console(browser) == []


def test_shared_lists_and_what_was_not_read(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    assert texts(browser, "summary") == ["3 names in 3 workloads"]
    browser.find_element(By.TAG_NAME, "summary").click()
    assert "Deployment/worker base/worker.yaml:9" in texts(browser, "details li")
    assert any(text.startswith("broken.yaml:4:1 ") for text in texts(browser, "section > ul > li"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_cut_off(browser: Chrome, page: Path, width: int, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    opened(browser, page, width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert len(texts(browser, "tbody td")) == 16 * 4
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(20, 24, 29)" if scheme == "dark" else "rgb(255, 255, 255)")
    assert console(browser) == []
