"""`refused_by` and `field` against real API servers (`tests/data/apiserver`, five versions)."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.kubernetes import KubernetesVersion
from podhosts.rules import Settings
from podhosts.source import Source
from tests.paths import DATA

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic
    from tests.figures import Figures

CASES = [json.loads(line) for line in (DATA / "apiserver" / "cases.jsonl").read_text("utf-8").split("\n") if line]
VERSIONS = {29: "1.29.6", 32: "1.32.13", 35: "1.35.4", 36: "1.36.3", 37: "1.37.2"}
REQUESTS = ("create", "apply")

_PLACEHOLDER = "a placeholder: its value is not known (contract)"
_OTHER_FIELD = "refused for a field that is not hosts-related (contract)"
_POSTED = "refused only as POSTed YAML: kubectl sends JSON, in which no key is twice (contract)"
_NO_OBJECT = "kubectl finds no object in it to send"
_OLD_KUBECTL = "measured with kubectl 1.32; since 1.33 kubectl reads such JSON as YAML"

#: Cases whose verdict differs, each with the reason.
EXCEPTIONS = {
    **dict.fromkeys((f"d-ip-{n}" for n in (142, 143, 144, 145, 146)), _PLACEHOLDER),
    **dict.fromkeys((f"d-hostname-{n:03}" for n in range(95, 103)), _PLACEHOLDER),
    **dict.fromkeys((f"d-structure-{n:03}" for n in (18, 117, 121, 122, 125)), _OTHER_FIELD),
    **dict.fromkeys((f"d-structure-{n}" for n in (*range(141, 148), 190)), _POSTED),
    **dict.fromkeys(
        (f"d-mounts-{n:03}" for n in (5, 7, 15, 18, 19, 21, 24, 25, 30, 43, 46, 49, 51, 53, 54, 55, 60, 61)),
        _OTHER_FIELD,
    ),
    **dict.fromkeys(("d-wire-009", "d-wire-040", "d-wire-041", "d-wire-047"), _OTHER_FIELD),
    **dict.fromkeys(("d-wire-035", "d-wire-036", "d-wire-037", "d-wire-038", "d-wire-053"), _NO_OBJECT),
    **dict.fromkeys(("d-wire-062", "d-wire-064"), _OLD_KUBECTL),
}


def manifest_of(case: dict[str, Any]) -> bytes:
    return str(case["manifest"]).encode() if "manifest" in case else base64.b64decode(case["manifest_b64"])


def answers(case: dict[str, Any], version: str) -> dict[str, Any]:
    found: dict[str, Any] = case["results"][version]
    return answers(case, found["same_as"]) if "same_as" in found else found


def is_refused(answer: dict[str, Any], request: str) -> bool | None:
    """Whether the request was refused; what kubectl was told counts before what the text as POSTed was told."""
    if (kubectl := answer.get(f"kubectl_{request}")) is not None:
        return bool(kubectl["classes"] != ["accepted"])
    return bool(answer[request]["code"] >= 300) if request in answer else None


def missing_fields(answer: dict[str, Any], findings: list[Diagnostic]) -> set[str]:
    """The hosts-related fields that the server names and no finding has."""
    named = {
        cause["field"]
        for cause in answer.get("create", {}).get("causes", [])
        if any(word in cause["field"].lower() for word in ("hostaliases", "hostname", "subdomain"))
    }
    return named - {finding.field for finding in findings if finding.field}


@pytest.mark.parametrize("minor", VERSIONS)
def test_verdicts(minor: int, shown_figures: Figures) -> None:
    options = Options(Settings(KubernetesVersion(minor)), default_selection())
    figures: Counter[bool] = Counter()
    failed: list[tuple[str, object]] = []
    for case in CASES:
        answer = answers(case, VERSIONS[minor])
        findings = lint(Source("case.yaml", manifest_of(case)), options).findings
        for request in REQUESTS:
            refused = is_refused(answer, request)
            if refused is None:
                continue
            agrees = refused == any(request in finding.refused_by for finding in findings)
            figures[agrees] += 1
            if not agrees and case["id"] not in EXCEPTIONS:
                failed.append((case["id"], request))
        # Up to 1.29 the server wrote these fields without an index.
        if minor >= 30 and case["id"] not in EXCEPTIONS and (missing := missing_fields(answer, findings)):
            failed.append((case["id"], missing))
    with shown_figures():
        print(
            f"\nAPI server {VERSIONS[minor]}: {figures[True]} of {figures.total()} verdicts agree, "
            f"{len(failed)} of the others have no named reason"
        )
    assert failed == []


def test_every_exception_is_needed() -> None:
    """An exception that no version needs any more must go."""
    options = {minor: Options(Settings(KubernetesVersion(minor)), default_selection()) for minor in VERSIONS}
    needless = []
    for case in CASES:
        if case["id"] not in EXCEPTIONS:
            continue
        differs = False
        for minor, version in VERSIONS.items():
            findings = lint(Source("case.yaml", manifest_of(case)), options[minor]).findings
            for request in REQUESTS:
                refused = is_refused(answers(case, version), request)
                ours = any(request in finding.refused_by for finding in findings)
                differs = differs or (refused is not None and refused != ours)
        if not differs:
            needless.append(case["id"])
    assert needless == []
