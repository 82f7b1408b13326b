"""`refused_by` of custom resources against a real API server with the operators' own CRDs (`tests/data/crds`).

`cases.jsonl` holds the measured classes of every case of the default form of the CRDs; `kinds.json` says for each kind
and path which profile of answers was measured, also for kinds whose single cases are not in the file.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from podhosts.engine import Options, default_selection, lint
from podhosts.kubernetes import KubernetesVersion
from podhosts.rules import Settings
from podhosts.source import Source
from tests.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from tests.figures import Figures

CASES = [json.loads(line) for line in (DATA / "crds" / "cases.jsonl").read_text("utf-8").split("\n") if line]
KINDS = json.loads((DATA / "crds" / "kinds.json").read_text("utf-8"))
OPTIONS = Options(Settings(KubernetesVersion(36)), default_selection())
REQUESTS = ("create", "apply")

#: Cases whose verdict differs, each with the reason.
EXCEPTIONS: dict[str, str] = {}

GOOD = {"ip": "10.1.2.3", "hostnames": ["a.example.com"]}
#: The value of the list in each variant; `misspelt` has another key.
VARIANTS: dict[str, object] = {
    "good": [GOOD],
    "dup-ip": [GOOD, {"ip": "10.1.2.3", "hostnames": ["b"]}],
    "missing-ip": [{"hostnames": ["a"]}],
    "missing-ip-twice": [{"hostnames": ["a"]}, {"hostnames": ["b"]}],
    "null-ip": [{"ip": None, "hostnames": ["a"]}],
    "empty-ip": [{"ip": "", "hostnames": ["a"]}],
    "missing-hostnames": [{"ip": "10.1.2.3"}],
    "null-hostnames": [{"ip": "10.1.2.3", "hostnames": None}],
    "empty-hostnames": [{"ip": "10.1.2.3", "hostnames": []}],
    "empty-list": [],
    "null-list": None,
    "bad-ip": [{"ip": "nope", "hostnames": ["a"]}],
    "bad-hostname": [{"ip": "10.1.2.3", "hostnames": ["A_b"]}],
    "dup-hostname": [{"ip": "10.1.2.3", "hostnames": ["a", "a"]}],
    "hostnames-string": [{"ip": "10.1.2.3", "hostnames": "a"}],
    "hostname-number": [{"ip": "10.1.2.3", "hostnames": [7]}],
    "ip-number": [{"ip": 7, "hostnames": ["a"]}],
    "unknown-key": [{**GOOD, "comment": "x"}],
    "null-item": [None],
    "string-item": ["10.1.2.3"],
    "map-for-list": {"10.1.2.3": ["a"]},
    "misspelt": [GOOD],
}
#: What users get who install what the project ships; `catalog` where nothing else is known.
FORMS = {"default", "catalog"}


class Profile(NamedTuple):
    """A kind, version and path with the letters of each variant that is not accepted by all three requests."""

    api_version: str
    kind: str
    path: str
    letters: dict[str, str]


def profiles() -> Iterator[Profile]:
    for row in KINDS["kinds"]:
        if row["form"] not in FORMS:
            continue
        letters: dict[str, str] = {}
        for answer, variants in re.findall(r"`([A-Z]{3})`: ([^;]+)", KINDS["profiles"][row["profile"]]["not_AAA"]):
            letters |= dict.fromkeys(map(str.strip, variants.split(",")), answer)
        for version in row["versions"]:
            for path in row["paths"]:
                yield Profile(f"{row['group']}/{version}", row["kind"], path, letters)


def manifest(profile: Profile, variant: str) -> bytes:
    """A minimal object as JSON with the variant's value at the profile's path."""
    *parts, name = profile.path.replace("[]", ".[]").split(".")
    value: Any = {"hostaliases" if variant == "misspelt" else name: VARIANTS[variant]}
    for step in reversed(parts):
        value = [value] if step == "[]" else {"main" if step == "*" else step: value}
    return json.dumps(
        {"apiVersion": profile.api_version, "kind": profile.kind, "metadata": {"name": "x"}, **value}
    ).encode()


def findings(data: bytes) -> list[Diagnostic]:
    return lint(Source("case.yaml", data), OPTIONS).findings


def differing(case: dict[str, Any]) -> list[str]:
    """The requests whose measured answer is another than ours."""
    found = findings(case["manifest"].encode())
    return [
        request
        for request in REQUESTS
        if (case[request] != "accepted") != any(request in finding.refused_by for finding in found)
    ]


def test_verdicts(shown_figures: Figures) -> None:
    wrong = {case["id"]: requests for case in CASES if (requests := differing(case))}
    unexplained = {name: requests for name, requests in wrong.items() if name not in EXCEPTIONS}
    total = len(CASES) * len(REQUESTS)
    with shown_figures():
        print(
            f"\ncustom resources: {total - sum(map(len, wrong.values()))} of {total} verdicts agree, "
            f"{len(unexplained)} of the others have no named reason"
        )
    assert unexplained == {}


def test_every_exception_is_needed() -> None:
    assert [case["id"] for case in CASES if case["id"] in EXCEPTIONS and not differing(case)] == []


def test_profiles(shown_figures: Figures) -> None:
    """Every kind, version and path of the table gives its profile's answers, measured case by case or not."""
    agreed: Counter[bool] = Counter()
    wrong = []
    for profile in profiles():
        for variant in VARIANTS:
            letters = profile.letters.get(variant, "AAA")
            found = findings(manifest(profile, variant))
            for request, letter in (("create", letters[0]), ("apply", letters[2])):
                agrees = (letter != "A") == any(request in finding.refused_by for finding in found)
                agreed[agrees] += 1
                if not agrees:
                    wrong.append((profile.kind, profile.path, variant, request))
    with shown_figures():
        print(f"profiles of custom resources: {agreed[True]} of {agreed.total()} answers agree")
    assert wrong == []
