"""Findings about Corefiles follow from what CoreDNS was measured to do with them, case by case."""

from __future__ import annotations

import ipaddress
import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from podhosts.diagnostics import Severity
from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source
from tests.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from tests.figures import Figures

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (DATA / "coredns" / "dev.jsonl").read_text("utf-8").split("\n") if line
]

#: Cases that are judged differently from what was measured, and why.
EXCEPTIONS = {
    "fall-007": "only names were asked that `fallthrough` passes on; others get SERVFAIL",
    "query-015": "only names were asked that need no `fallthrough`; others get SERVFAIL",
    "option-056": "an environment variable decides the value",
    **dict.fromkeys(
        ("name-030", "name-032", "name-034", "name-040", "name-064"),
        "the queries were made by hand; no resolver asks for a name with a comma, a colon or a slash",
    ),
    "name-086": "the name is a placeholder for whoever fills in the manifest",
    "syntax-089": "there is no Corefile to speak of",
    "twice-040": "the names are asked on another port, and nobody knows which one clients ask",
    "import-040": "the names are asked on another port, and nobody knows which one clients ask",
    "import-048": "here the folder is no ConfigMap's; in a manifest it is",
    "import-052": "a file in a folder of which nothing is known may come from another volume",
    "import-062": "neither the Corefile nor anything beside it mentions hosts",
    "order-025": "which clients `acl` refuses is decided by their addresses",
    "order-059": "the environment of the container decides",
    "file-009": "the rights of a mounted file are not in the Corefile",
}

_NO_START = re.compile("does not start")
_ENTRY = re.compile(r"\s*(\S*[.:]\S*)\s+(\S.*)")
#: What a block scalar cannot hold as it is.
_UNPRINTABLE = re.compile("[\r\ufeff\x00-\x08\x85\u2028\u2029]")


class Line(NamedTuple):
    """A line of a file as the manifest holds it; `number` counts from 1, 0 for a whole file on one line."""

    file: str
    number: int
    text: str


def manifests(files: dict[str, str]) -> tuple[str, dict[int, Line]]:
    """The ConfigMaps that hold the files, and what stands on their lines."""
    maps: dict[str, dict[str, str]] = defaultdict(dict)
    for path, text in files.items():
        folder, _, key = path.rpartition("/")
        if text != "<absent>" and key and folder.startswith(("/etc/coredns", "/custom")):
            maps["coredns-custom" if "/custom" in folder else "coredns"][key] = text
    written = ""
    lines: dict[int, Line] = {}
    for name, keys in maps.items():
        written += f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: kube-system}}\ndata:\n"
        for key, text in keys.items():
            start = written.count("\n") + 1
            if _UNPRINTABLE.search(text):
                written += f"  {json.dumps(key)}: {json.dumps(text)}\n"
                lines[start] = Line(key, 0, text)
                continue
            body = text.removesuffix("\n")
            written += f"  {json.dumps(key)}: |2{'' if text.endswith(chr(10)) else '-'}\n"
            for number, line in enumerate(body.split("\n"), 1):
                written += f"    {line}\n" if line else "\n"
                lines[start + number] = Line(key, number, line)
    return written, lines


def disagreements(case: dict[str, Any]) -> Iterator[str]:
    """The ways in which what podhosts says does not follow from what CoreDNS did."""
    text, lines = manifests(case["files"])
    source = Source("coredns.yaml", text.encode())
    found = lint(source, Options(selected=default_selection())).findings
    refused = [finding for finding in found if _NO_START.search(f"{finding.message} {finding.why}")]
    if case["starts"] == [False] and not refused:
        yield "CoreDNS does not start, and nothing says so"
    if case["starts"] == [True] and refused:
        yield f"CoreDNS starts: {refused[0].message}"
    if True not in case["starts"]:
        return
    by_line: dict[int, list[Diagnostic]] = defaultdict(list)
    for finding in found:
        by_line[source.position(finding.span.start).line].append(finding)
    for number, line in lines.items():
        yield from of_entry(case, line, by_line[number])
    answers = [answer for known in case["answers"].values() for answer in known]
    errors = [finding for finding in found if finding.severity is Severity.ERROR and finding not in refused]
    if errors and all(answer["rcode"] == "NOERROR" for answer in answers):
        yield f"every name is answered: {errors[0].message}"


def of_entry(case: dict[str, Any], line: Line, found: list[Diagnostic]) -> Iterator[str]:
    """The same for one line: a name that gets its address, and one that does not."""
    entry = _ENTRY.match(line.text.partition("#")[0].replace('"', "").replace("\\\\", "\\"))
    if entry is None or not re.search("[0-9]", entry[1]):
        return
    address = plain(entry[1])
    warned = {finding.source.cut(finding.span) for finding in found if finding.severity is not Severity.INFO}
    for name in entry[2].split():
        for family in ("A", "AAAA"):
            if address is not None and (family == "A") != (address.version == 4):
                continue
            known = case["answers"].get(f"{name} {family}") or case["answers"].get(f"{name.lower()} {family}") or []
            served = [address is not None and str(address) in answer["addresses"] for answer in known]
            if known and not any(served) and not found:
                yield f"{line.file}:{line.number}: `{name}` does not get {entry[1]}, and nothing says so"
            if known and all(served) and {name, entry[1]} & warned:
                yield f"{line.file}:{line.number}: `{name}` gets {entry[1]}: {found[0].message}"


def plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that CoreDNS takes a word for: without its zone, and IPv4 where it stands for that."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (read.ipv4_mapped or read) if isinstance(read, ipaddress.IPv6Address) else read


def test_findings_follow_from_what_was_measured(shown_figures: Figures) -> None:
    wrong = {case["id"]: found for case in CASES if (found := list(disagreements(case)))}
    with shown_figures():
        print(f"coredns: {len(CASES) - len(wrong)} of {len(CASES)} measured Corefiles are judged as CoreDNS acts")
    assert {name: found for name, found in wrong.items() if name not in EXCEPTIONS} == {}
    assert EXCEPTIONS.keys() - wrong.keys() == set()


@pytest.mark.parametrize("name", sorted(EXCEPTIONS))
def test_an_exception_is_a_case(name: str) -> None:
    assert any(case["id"] == name for case in CASES)
