"""`podhosts.hosts.names` against what real API servers answered, and against the server's own regular expression."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.hosts import names

if TYPE_CHECKING:
    from tests.figures import Figures

CASES = Path(__file__).parent / "data" / "hosts" / "apiserver.jsonl"

SERVER_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
SERVER_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")

some_names = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="ab0-.", max_size=12),
    st.text(alphabet="ab0-._A\n é", max_size=12),
    st.lists(st.text(alphabet="a0-", max_size=80), max_size=5).map(".".join),
)


def test_agrees_with_the_api_servers(shown_figures: Figures) -> None:
    checked = 0
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for version, answer in case["answers"].items():
            minor = int(version.split(".")[1])
            # Up to 1.33 nobody looks into a StatefulSet's template.
            if case["kind"] == "StatefulSet" and minor < 34:
                continue
            expected = [
                (".hostnames" if minor < 30 else f"[{i}].hostnames[{j}]", message)
                for i, entry in enumerate(case["entries"])
                for j, name in enumerate(entry["hostnames"])
                for message in names.subdomain_refusals(name)
            ]
            said = [(field, text) for field, text in answer["causes"] if "hostnames" in field]
            assert [field for field, _ in said] == [field for field, _ in expected], (case["id"], version)
            for (_, text), (_, message) in zip(said, expected, strict=True):
                # Long values are recorded with their ends cut off.
                assert text.endswith((message, " characters]")), (case["id"], version, text)
            checked += 1
    with shown_figures():
        print(f"hostnames against real API servers: {checked} of {checked} answers agree")


@given(some_names)
def test_subdomain_is_the_server_s_expression(name: str) -> None:
    accepted = SERVER_SUBDOMAIN.fullmatch(name) is not None
    assert (names.NOT_A_SUBDOMAIN not in names.subdomain_refusals(name)) == accepted
    too_long = len(name.encode("utf-8", "surrogatepass")) > 253
    assert ("must be no more than 253 characters" in names.subdomain_refusals(name)) == too_long


@given(some_names)
def test_label_is_the_server_s_expression(name: str) -> None:
    refusals = names.label_refusals(name)
    accepted = SERVER_LABEL.fullmatch(name) is not None
    assert (names.NOT_A_LABEL not in refusals and names.HAS_DOTS not in refusals) == accepted
    too_long = len(name.encode("utf-8", "surrogatepass")) > 63
    assert ("must be no more than 63 characters" in refusals) == too_long


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024", True),
        ("1.2", True),
        ("0x7f.1", True),
        ("192.0.2.7", True),
        ("08", True),
        ("256.1", True),
        ("1.2.3.4.5", True),
        ("4294967296", True),
        ("1.2.", False),
        ("0x", False),
        ("0xg", False),
        ("1a", False),
        ("10.0.0.1a", False),
        ("db3", False),
        ("a.1", False),
        ("", False),
        (".", False),
        ("²", False),
    ],
)
def test_numeric_names(name: str, expected: bool) -> None:
    assert names.is_numeric_for_resolvers(name) is expected


def test_longest_label_counts_bytes() -> None:
    assert names.longest_label("a.bcd.ef") == 3
    assert names.longest_label("é.a") == 2
    assert names.longest_label("") == 0


@pytest.mark.parametrize("name", [text * 10**5 for text in ("a", "a.", "-", "a-", "1.")])
def test_huge_names_take_no_time(name: str) -> None:
    names.subdomain_refusals(name)
    names.label_refusals(name)
    names.is_numeric_for_resolvers(name)
