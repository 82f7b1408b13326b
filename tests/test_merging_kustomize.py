"""Kustomize's strategic patches against Kustomize itself (`tests/data/merging/kustomize.jsonl`, 5.8.2 and 5.5.0).

Each case is a project of a few files. The small builder below reads what matters to strategic patches (resources,
components, patches and their targets, names); all merging is `podhosts.merging`'s.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode

from podhosts.merging import MergeError, kustomize_patch
from tests.paths import DATA

if TYPE_CHECKING:
    from tests.figures import Figures

CASES = [json.loads(line) for line in (DATA / "merging" / "kustomize.jsonl").read_text("utf-8").split("\n") if line]

#: Cases that this test does not ask, by what their name begins with, each with the reason.
EXCEPTIONS = {
    "j6902-": "JSON 6902: no strategic patch",
    "patchesJson6902": "JSON 6902: no strategic patch",
    "dup, json6902 on the second": "JSON 6902: no strategic patch",
    "replacement": "replacements: no strategic patch",
    "dup, replacement": "replacements: no strategic patch",
    "plain-yaml-kinds": "how Kustomize reads numbers, not how it merges",
    "yaml 1.1 words": "how Kustomize reads numbers, not how it merges",
    "same words": "how Kustomize reads numbers, not how it merges",
    "duplicate mapping key": "an error of reading",
    "separator with content": "an error of reading",
    "text after ...": "a matter of reading",
    "object without a kind": "an error of loading",
    "two equal objects": "an error of loading",
}

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
GROUPS = {"v1", "apps/v1", "batch/v1", "batch/v1beta1"}
KINDS = {
    "Pod", "PodTemplate", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "CronJob",
    "ReplicationController",
}  # fmt: skip


class BuildError(Exception):
    pass


def plain(node: Any) -> Any:
    """A node as data in which every scalar but null is the text as written."""
    if isinstance(node, ScalarNode):
        return None if node.style is None and node.value in {"", "~", "null", "Null", "NULL"} else str(node.value)
    if isinstance(node, MappingNode):
        fields: dict[str, Any] = {}
        for key, value in node.value:
            fields = {**plain(value), **fields} if key.value == "<<" else {**fields, key.value: plain(value)}
        return fields
    return [plain(item) for item in node.value]


def documents(text: str) -> list[Any]:
    yaml = YAML(typ="rt", pure=True)
    yaml.allow_duplicate_keys = True
    return [plain(node) for node in yaml.compose_all(text) if node is not None]


class Project:
    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def settings(self, folder: str) -> dict[str, Any]:
        name = next(posixpath.join(folder, name) for name in NAMES if posixpath.join(folder, name) in self.files)
        return dict(documents(self.files[name])[0])

    def build(self, folder: str, objects: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """The objects of a folder, each with its earlier names; a component is handed those that it changes."""
        settings = self.settings(folder)
        found = list(objects or ())
        for entry in settings.get("resources") or ():
            path = posixpath.normpath(posixpath.join(folder, entry))
            if path in self.files:
                found += [{"object": item, "names": [item["metadata"]["name"]]} for item in self.load(path)]
            else:
                found += self.build(path)
        for entry in settings.get("components") or ():
            found = self.build(posixpath.normpath(posixpath.join(folder, entry)), found)
        entries = [{"psm": entry} for entry in settings.get("patchesStrategicMerge") or ()]
        for entry in entries + (settings.get("patches") or []):
            found = self.patch(folder, entry, found)
        for item in found:
            metadata = item["object"]["metadata"]
            if item["object"].get("kind") != "Namespace":
                metadata["name"] = (
                    f"{settings.get('namePrefix') or ''}{metadata['name']}{settings.get('nameSuffix') or ''}"
                )
                item["names"].append(metadata["name"])
        return found

    def load(self, path: str) -> list[dict[str, Any]]:
        loaded: list[dict[str, Any]] = []
        for document in documents(self.files[path]):
            if isinstance(document, dict):
                loaded += document["items"] if document.get("kind") == "List" else [document]
        return loaded

    def patch(self, folder: str, entry: dict[str, Any], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        text = entry.get("psm", entry.get("patch"))
        if text is None or ("psm" in entry and posixpath.normpath(posixpath.join(folder, text)) in self.files):
            text = self.files[posixpath.normpath(posixpath.join(folder, entry.get("path") or str(text)))]
        for patch in documents(text):
            if isinstance(patch, list):
                continue  # JSON 6902: the cases that need it are excepted
            target = entry.get("target")
            hits = [item for item in found if (matches(item, target) if target else is_named(item, patch))]
            if not hits and not target:
                raise BuildError("no matches for Id")
            options = entry.get("options") or {}
            for item in hits:
                known = item["object"].get("apiVersion") in GROUPS and item["object"]["kind"] in KINDS
                name, kind = item["object"]["metadata"]["name"], item["object"]["kind"]
                item["object"] = kustomize_patch(item["object"], patch, keyed=known)
                if item["object"] is not None:
                    if options.get("allowNameChange") != "true":
                        item["object"]["metadata"]["name"] = name
                    if options.get("allowKindChange") != "true":
                        item["object"]["kind"] = kind
            found = [item for item in found if item["object"] is not None]
        return found


def matches(item: dict[str, Any], target: dict[str, Any]) -> bool:
    group, _, version = item["object"].get("apiVersion", "").rpartition("/")
    asked = {
        "kind": item["object"]["kind"],
        "group": group,
        "version": version,
        "namespace": item["object"]["metadata"].get("namespace") or "default",
    }
    if any(target.get(key) and not re.fullmatch(target[key], value) for key, value in asked.items()):
        return False
    if target.get("name") and not any(re.fullmatch(target["name"], name) for name in item["names"]):
        return False
    for field in ("labels", "annotations"):
        wanted = [part.split("=") for part in (target.get(f"{field[:-1]}Selector") or "").split(",") if part]
        have = item["object"]["metadata"].get(field) or {}
        if any(have.get(part[0].strip()) != part[-1].strip() for part in wanted):
            return False
    return True


def is_named(item: dict[str, Any], patch: dict[str, Any]) -> bool:
    return (
        item["object"]["kind"] == patch["kind"]
        and item["object"].get("apiVersion") == patch.get("apiVersion")
        and patch["metadata"]["name"] in item["names"]
    )


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
    return "null" if value is None else value


def answer(case: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the build succeeds, and its lists."""
    try:
        built = Project(case["files"]).build(case["build"])
    except (MergeError, BuildError):
        return False, []
    lists = [
        (item["object"]["kind"], item["object"]["metadata"]["name"], alias_lists(item["object"])) for item in built
    ]
    return True, sorted(json.dumps(entry, sort_keys=True) for entry in lists if entry[2])


def expected(case: dict[str, Any]) -> tuple[bool, list[str]]:
    lists = [
        (item["kind"], item["name"], [(entry["path"], entry["value"]) for entry in item["hostAliases"]])
        for item in case["objects"] or ()
    ]
    return case["rc"] == 0, sorted(json.dumps(entry, sort_keys=True) for entry in lists if entry[2])


def test_kustomize(shown_figures: Figures) -> None:
    excepted: Counter[str] = Counter()
    wrong = []
    for case in CASES:
        reason = next((text for start, text in EXCEPTIONS.items() if case["class"].startswith(start)), None)
        if reason:
            excepted[reason] += 1
        elif answer(case) != expected(case):
            wrong.append((case["id"], case["class"], answer(case), expected(case)))
    asked = len(CASES) - excepted.total()
    with shown_figures():
        print(
            f"\nkustomize: {asked - len(wrong)} of {asked} cases equal, {excepted.total()} excepted: {dict(excepted)}"
        )
    assert wrong == []
