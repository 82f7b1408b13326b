"""Strategic merge and client-side apply against Kubernetes' own code and real API servers (`tests/data/merging`).

`strategic.jsonl` holds answers of `k8s.io/apimachinery` 0.36.3, `scenarios.jsonl` of API servers 1.32.13, 1.36.3 and
1.37.2 (both from the project's vectors).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from podhosts.merging import MergeError
from tests.apply_models import Applied, stored, strategic_merge, three_way_apply
from tests.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.figures import Figures

#: Scenario steps that differ, each with the reason.
EXCEPTIONS = {
    "d-scenario-23": "pods are immutable: the merge is right, the server's validation refuses its result",
    "d-scenario-24": "so are the templates of jobs",
}


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "merging" / name).read_text("utf-8").split("\n") if line]


def alias_lists(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "hostAliases":
                yield item
            else:
                yield from alias_lists(item)


def alias_list(value: object) -> object:
    """The one hostAliases list of an object; "absent" without one."""
    found = list(alias_lists(value))
    assert len(found) <= 1
    return found[0] if found else "absent"


def same(left: object, right: object) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def patched(case: dict[str, Any]) -> object:
    try:
        return alias_list(strategic_merge(case["base"], case["patch"]))
    except MergeError as error:
        return {"error": str(error)}


def applied(last: Any, live: Any, new: Any) -> tuple[object, Applied | None]:
    try:
        result = three_way_apply(last, live, new)
    except MergeError as error:
        return {"error": str(error)}, None
    return {"patch": result.patch, "hostAliases": alias_list(result.live)}, result


def test_strategic_merge(shown_figures: Figures) -> None:
    cases = [case for case in read("strategic.jsonl") if case["op"] == "merge"]
    wrong = []
    for case in cases:
        expected = case["expected"]
        wanted = {"error": expected["error"]} if "error" in expected else expected.get("hostAliases", "absent")
        if not same(patched(case), wanted):
            wrong.append(case["id"])
    with shown_figures():
        print(f"strategic merge: {len(cases) - len(wrong)} of {len(cases)} cases equal, 0 exceptions")
    assert wrong == []


def test_apply(shown_figures: Figures) -> None:
    """Every step of repeated applies: the patch that kubectl sends, the list it leads to, the list that is stored."""
    cases = [case for case in read("strategic.jsonl") if case["op"] == "apply"]
    steps = 0
    wrong = []
    for case in cases:
        last, live, new = case["original"], case["current"], case["modified"]
        for number, step in enumerate(case["expected"]["applies"]):
            steps += 1
            error = step.get("patch_error", step.get("error"))
            kept = step.get("hostAliases", "absent") if step.get("present") else "absent"
            wanted = {"patch": step.get("patch"), "hostAliases": kept} if error is None else {"error": error}
            got, result = applied(last, live, new)
            if not same(got, wanted):
                wrong.append((case["id"], number))
            if result is None:
                break
            last, live = new, stored(result.live) if result.changed else live
            if not same(alias_list(live), step.get("stored_hostAliases", kept) or "absent") and kept:
                wrong.append((case["id"], number))
    with shown_figures():
        print(f"client-side apply: {steps - len(wrong)} of {steps} steps ({len(cases)} cases) equal, 0 exceptions")
    assert wrong == []


def test_scenarios_on_real_servers(shown_figures: Figures) -> None:
    steps = excepted = 0
    wrong = []
    for scenario in read("scenarios.jsonl"):
        last: dict[str, object] | None = None
        live: dict[str, Any] = {}
        for number, step in enumerate(scenario["steps"]):
            before, live = live, spec_of(step["live"])
            new = spec_of(manifest(step["list"]) if step.get("list") else None)
            if step["do"] == "apply":
                got, result = applied(last, before, new)
                fails = result is None
                after = before if result is None else stored(result.live)
                # Without an annotation kubectl has that to write, so it never says "unchanged".
                told = (
                    result is None or last is None or step["said"] == ("configured" if result.changed else "unchanged")
                )
                good = fails == bool(step["rc"]) and same(after, live) and told
                last = new if not step["rc"] else last
            elif step["do"] == "patch-strategic":
                patch = step["patch"]
                got = alias_list(strategic_merge(spec(before), json.loads(patch) if isinstance(patch, str) else patch))
                good = same(got, step["live"])
            else:
                # The annotation does not survive `kubectl replace`.
                last = None if step["do"] == "replace" else last
                continue
            steps += 1
            if not good and scenario["id"] in EXCEPTIONS:
                excepted += 1
            elif not good:
                wrong.append((scenario["id"], scenario["version"], number, got, step["live"]))
    with shown_figures():
        print(f"real servers: {steps - excepted - len(wrong)} of {steps} steps equal, {excepted} excepted")
    assert wrong == []
    assert excepted == 3 * len(EXCEPTIONS)


def manifest(entries: list[list[Any]]) -> list[dict[str, object]]:
    return [{"ip": ip, "hostnames": names} if ip is not None else {"hostnames": names} for ip, names in entries]


def spec_of(live: object) -> dict[str, Any]:
    """The part of a pod spec that matters; a server that has no object, or none with a list, gives no list."""
    return {"hostAliases": live} if isinstance(live, list) else {}


def spec(value: dict[str, Any]) -> dict[str, object]:
    return {"spec": {"template": {"spec": value}}}
