"""What podhosts makes of a kustomization against what Kustomize builds (`tests/data/merging/kustomize.jsonl`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from podhosts.kustomize.building import Builder
from podhosts.kustomize.files import Files
from podhosts.kustomize.located import typed
from tests.paths import DATA

if TYPE_CHECKING:
    from tests.figures import Figures

CASES = [json.loads(line) for line in (DATA / "merging" / "kustomize.jsonl").read_text("utf-8").split("\n") if line]


def builder(files: dict[str, str]) -> Builder:
    return Builder(Files({path: text.encode() for path, text in files.items()}.get))


def alias_lists(value: Any, path: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, item in value.items() if isinstance(value, dict) else ():
        place = f"{path}.{key}" if path else key
        found += [(place, shown(item))] if key == "hostAliases" else alias_lists(item, place)
    return found


def shown(value: Any) -> Any:
    """As the vectors write it: every scalar a string."""
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return "null" if value is None else value if isinstance(value, str) else json.dumps(value)


def answer(case: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the build succeeds, and its lists."""
    build = builder(case["files"]).build(case["build"])
    if build is None:
        return False, []
    lists = [(item.id.kind, item.id.name, alias_lists(typed(item.value))) for item in build.resources]
    return True, sorted(json.dumps(entry, sort_keys=True) for entry in lists if entry[2])


def expected(case: dict[str, Any]) -> tuple[bool, list[str]]:
    lists = [
        (item["kind"], item["name"], [(entry["path"], entry["value"]) for entry in item["hostAliases"]])
        for item in case["objects"] or ()
    ]
    return case["rc"] == 0, sorted(json.dumps(entry, sort_keys=True) for entry in lists if entry[2])


def test_kustomize_builds(shown_figures: Figures) -> None:
    wrong = [
        (case["id"], case["class"], answer(case), expected(case)) for case in CASES if answer(case) != expected(case)
    ]
    with shown_figures():
        print(f"kustomize builds: {len(CASES) - len(wrong)} of {len(CASES)} equal")
    assert wrong == []


@pytest.mark.parametrize("name", ["[add]", "{add: x}", "null", "1", "&x [a]"])
def test_an_operation_whose_op_is_no_string_is_refused_at_its_place(name: str) -> None:
    made = builder(
        {
            "o/kustomization.yaml": "resources: [pod.yaml]\npatches:\n- path: patch.yaml\n  target: {kind: Pod}\n",
            "o/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {}\n",
            "o/patch.yaml": f"- path: /spec/hostAliases\n  value: []\n  op: {name}\n",
        }
    )
    assert made.build("o") is None
    assert [(refusal.place.source.path, refusal.place.document) for refusal in made.refusals] == [("o/patch.yaml", 1)]
