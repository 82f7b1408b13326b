"""What podhosts makes of a kustomization against what Kustomize builds.

`tests/data/merging/kustomize.jsonl`, and `kustomize_projects.jsonl`: of `vectors/deliveries` the projects of Kustomize,
with kind, name, `hostAliases` and `serviceName` of each object but ConfigMaps and Secrets, or null where it refuses.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from podhosts.kustomize.building import Build, Builder
from podhosts.kustomize.files import Files
from podhosts.kustomize.located import lookup, typed
from podhosts.kustomize.resources import follow_names
from tests.paths import DATA

if TYPE_CHECKING:
    from tests.figures import Figures

PROJECTS = [
    json.loads(line) for line in (DATA / "merging" / "kustomize_projects.jsonl").read_text("utf-8").split("\n") if line
]
#: Projects whose result is not compared, with the reason.
DIFFERENT = {
    "k-0111": "a Pod becomes a ReplicaSet, and the vectors look where that has its pod",
    "k-0612": "a varReference of `configurations`",
}
#: How many of the projects only the program refuses, most of them for their generators.
MISSED = 32
CASES = [json.loads(line) for line in (DATA / "merging" / "kustomize.jsonl").read_text("utf-8").split("\n") if line]


def builder(files: dict[str, str], *, restricts: bool = False) -> Builder:
    return Builder(Files({path: text.encode() for path, text in files.items()}.get, None, lambda: restricts))


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


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ("patchs: []", 2, "a kustomization has no field `patchs`, but `patches`"),
        ("x-common: 1", 2, "a kustomization has no field `x-common`"),
        (
            "replicas:\n- {name: p, count: 2}",
            3,
            "`replicas` sets the count of `p`, and there is no Deployment, ReplicationController, ReplicaSet or "
            "StatefulSet of that name",
        ),
        ("configMapGenerator:\n- {name: c, files: [key=none.txt]}", 3, "the file `none.txt` is not there"),
        ("secretGenerator:\n- {name: c, envs: [none.env]}", 3, "the file `none.env` is not there"),
    ],
)
def test_what_kustomize_refuses(lines: str, line: int, message: str) -> None:
    """As measured: `k-0702`, `k-0626`, `k-0463` of the vectors."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostAliases: []}\n"
    made = builder({"o/kustomization.yaml": f"resources: [pod.yaml]\n{lines}\n", "o/pod.yaml": pod})
    assert (made.build("o"), places(made)) == (None, [(line, message)])


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostAliases: []}\n"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("resources:\n- ../b/pod.yaml", 2),
        ("resources: [../b]\npatches:\n- path: ../pod.yaml", 3),
        ("configMapGenerator:\n- {name: c, files: [key=../pod.yaml]}", 2),
    ],
)
def test_files_outside_of_the_folder(lines: str, line: int) -> None:
    """As measured (`k-0752`); with the restriction lifted they are read."""
    files = {"o/kustomization.yaml": f"{lines}\n", "b/kustomization.yaml": "resources: [pod.yaml]\n"}
    made = builder({**files, "b/pod.yaml": POD, "pod.yaml": POD}, restricts=True)
    assert made.build("o") is None
    ((at, message),) = places(made)
    assert (at, "is outside of this folder" in message) == (line, True)
    assert builder({**files, "b/pod.yaml": POD, "pod.yaml": POD}).build("o") is not None


@pytest.mark.parametrize(
    "lines", ["PATCHES: []", "replicas:\n- {name: d, count: 2}", "configMapGenerator:\n- {name: c}"]
)
def test_what_kustomize_does_not_refuse(lines: str) -> None:
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
    made = builder({"o/kustomization.yaml": f"resources: [d.yaml]\n{lines}\n", "o/d.yaml": deployment})
    assert (made.build("o") is None, places(made)) == (False, [])


def places(made: Builder) -> list[tuple[int, str]]:
    """The line of each refusal, and its message."""
    return [
        (refusal.place.source.position(refusal.place.span.start).line, refusal.message) for refusal in made.refusals
    ]


def objects(build: Build) -> list[str]:
    """Kind, name, list and `serviceName` of each object, as the projects have them."""
    found = []
    for item in build.resources:
        value: Any = typed(item.value)
        pods = [spec for _, spec in _pod_specs(value)] or [{}]
        spec = value.get("spec")
        service = spec.get("serviceName") if isinstance(spec, dict) else None
        entry = [item.kind, item.id.name, pods[0].get("hostAliases", "absent"), service]
        found += [json.dumps(entry, sort_keys=True)] if item.kind not in {"ConfigMap", "Secret"} else []
    return sorted(found)


def _pod_specs(value: Any) -> list[tuple[int, dict[str, Any]]]:
    """The mappings with hostAliases."""
    if not isinstance(value, dict):
        return []
    own = [(0, value)] if "hostAliases" in value else []
    return own + [found for item in value.values() for found in _pod_specs(item)]


def test_projects(shown_figures: Figures) -> None:
    """No project is refused that Kustomize builds; what is followed to its end has the same objects."""
    refused, wrong, missed, equal = [], [], [], 0
    for project in PROJECTS:
        made = builder(project["files"], restricts=project["class"] != "load restrictor: none")
        build = made.build(project["root"])
        if project["objects"] is None:
            missed += [project["id"]] if build is not None else []
            continue
        if build is None:
            refused.append((project["id"], project["class"], [refusal.message for refusal in made.refusals]))
            continue
        is_known = build.is_complete and all(item.is_certain for item in build.resources)
        follow_names(build.resources)
        expected = sorted(json.dumps(item, sort_keys=True) for item in project["objects"])
        if is_known and objects(build) != expected and project["id"] not in DIFFERENT:
            wrong.append((project["id"], project["class"], objects(build), expected))
        equal += objects(build) == expected
    with shown_figures():
        print(f"kustomize projects: {equal} of {len(PROJECTS)} equal, {len(missed)} refused by the program only")
    assert refused == []
    assert wrong == []
    assert len(missed) <= MISSED


BASE = {
    "base/kustomization.yaml": "resources: [all.yaml]\n",
    "base/all.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      hostAliases: [{ip: 10.0.0.1, hostnames: [db.example]}]
      containers: [{name: shop, image: shop}]
""",
}
TEMPLATE = "/spec/template/metadata"


def built(overlay: str, *, base: str = "") -> tuple[Build | None, list[str]]:
    """The build of an overlay of BASE, and the messages of what Kustomize refuses of it."""
    files = {**BASE, "over/kustomization.yaml": f"resources: [../base]\n{overlay}"}
    files["base/kustomization.yaml"] += base
    made = builder(files)
    return made.build("over"), [refusal.message for refusal in made.refusals]


def operation(op: str, path: str, field: str = "patches") -> str:
    value = "" if op == "remove" else ', value: "v"'
    target = "{kind: Deployment, name: shop, version: v1, group: apps}"
    return f"{field}:\n- target: {target}\n  patch: |\n    - {{op: {op}, path: {path}{value}}}\n"


@pytest.mark.parametrize(
    ("path", "op", "field", "more", "builds"),
    [
        ("/metadata/annotations/x", "add", "patches", "", True),
        ("/metadata/annotations/x", "replace", "patches", "", True),
        ("/metadata/annotations/x", "remove", "patches", "", False),
        ("/metadata/annotations", "remove", "patches", "", True),
        ("/metadata/annotations", "test", "patches", "", False),
        ("/metadata/labels/x", "add", "patches", "", False),
        (f"{TEMPLATE}/annotations/x", "add", "patches", "", False),
        ("/metadata/annotations/x", "add", "patchesJson6902", "", False),
        ("/metadata/annotations/x", "add", "patchesJson6902", "namePrefix: p-\n", True),
        ("/metadata/annotations/x", "add", "patchesJson6902", "namespace: shop\n", True),
        ("/metadata/annotations/x", "add", "patchesJson6902", "commonAnnotations: {a: b}\n", True),
        ("/metadata/annotations/x", "add", "patchesJson6902", "buildMetadata: [originAnnotations]\n", True),
        ("/metadata/annotations/x", "add", "patchesJson6902", "commonLabels: {a: b}\n", False),
        (f"{TEMPLATE}/annotations/x", "add", "patchesJson6902", "commonAnnotations: {a: b}\n", True),
        (f"{TEMPLATE}/labels/x", "add", "patchesJson6902", "commonLabels: {a: b}\n", True),
        (f"{TEMPLATE}/labels/x", "add", "patchesJson6902", "labels: [{pairs: {a: b}}]\n", False),
        (
            f"{TEMPLATE}/labels/x",
            "add",
            "patchesJson6902",
            "labels: [{pairs: {a: b}, includeTemplates: true}]\n",
            True,
        ),
        ("/spec/selector/matchLabels/x", "add", "patchesJson6902", "commonLabels: {a: b}\n", True),
        ("/spec/replicas", "remove", "patches", "", False),
        ("spec/replicas", "add", "patches", "", True),
        ("x", "add", "patches", "", False),
    ],
)
def test_what_is_there_for_an_operation(path: str, op: str, field: str, more: str, builds: bool) -> None:
    """Each measured with kustomize 5.8.2."""
    assert (built(operation(op, path, field) + more)[0] is not None) is builds


@pytest.mark.parametrize("base", ["commonAnnotations: {a: b}\n", "namePrefix: p-\n"])
def test_what_a_base_leaves_is_there_for_a_later_operation(base: str) -> None:
    overlay = operation("add", "/metadata/annotations/x", "patchesJson6902").replace("name: shop", "name: .*shop")
    assert built(overlay, base=base)[0] is not None
    assert built(operation("remove", "/spec/replicas"), base="replicas: [{name: shop, count: 2}]\n")[0] is not None


def test_no_annotations_are_left_that_nobody_wrote() -> None:
    build, _ = built(operation("replace", "/spec/paused"))
    assert build is not None
    metadata = {item.kind: lookup(item.value, "metadata") for item in build.resources}
    assert metadata == {"Service": {"name": "front"}, "Deployment": {"name": "shop"}}


@pytest.mark.parametrize("field", ["patches", "patchesJson6902"])
@pytest.mark.parametrize(
    ("text", "builds"),
    [
        ("[{op: add, path: /spec/paused, value: true}]", False),
        ('[{"op": "add", "path": "/spec/paused", "value": true}]', True),
        ("- {op: add, path: /spec/paused, value: true}", True),
        ("# flow style\n[{op: add, path: /spec/paused, value: true}]", True),
        ("- {op: add, path: /spec/paused, value: true}\n---\n- {op: test, path: /spec/a, value: 1}", True),
    ],
)
def test_text_that_begins_with_a_bracket_is_json(field: str, text: str, builds: bool) -> None:
    overlay = f"{field}:\n- target: {{kind: Deployment, name: shop}}\n  patch: {json.dumps(text)}\n"
    build, messages = built(overlay)
    assert (build is not None) is builds
    assert builds or "read as JSON" in messages[0]


def test_replace_at_the_top_of_a_patch_keeps_the_object() -> None:
    patch = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop"}, "spec": {}}
    build, _ = built(f"patches:\n- patch: {json.dumps(json.dumps({**patch, '$patch': 'replace'}))}\n")
    assert build is not None
    assert [entry["ip"] for item in build.resources for _, found in alias_lists(item.value) for entry in found] == [
        "10.0.0.1"
    ]


def test_field_names_of_a_kustomization_ignore_case() -> None:
    build, _ = built("NamePrefix: p-\n")
    assert build is not None
    assert [item.id.name for item in build.resources] == ["p-front", "p-shop"]


@pytest.mark.parametrize(
    ("pattern", "is_selected"),
    [
        ("(?i)SHOP", True),
        (r"\Qshop\E", True),
        (r"sho\z", False),
        (r"shop\z", True),
        ("[[:alpha:]]+", None),
        (r"\pL+", None),
        (r"\x{73}hop", None),
        ("s(?i)HOP", None),
        ("(?U)shop", None),
    ],
)
def test_patterns_are_those_of_go(pattern: str, is_selected: bool | None) -> None:
    """Kustomize takes all of them; what is not followed (None) leaves open what is built."""
    target = f"{{kind: Deployment, name: {json.dumps(pattern)}}}"
    build, messages = built(
        f"patches:\n- target: {target}\n  patch: '- {{op: add, path: /spec/paused, value: true}}'\n"
    )
    assert build is not None, messages
    if is_selected is None:
        assert not build.is_complete
        assert not any(item.is_certain for item in build.resources)
    else:
        assert build.is_complete
        paused = [lookup(item.value, "spec", "paused") for item in build.resources]
        assert paused == [None, "true" if is_selected else None]


@pytest.mark.parametrize("pattern", ["*", "(shop", "shop)", "[a"])
def test_patterns_that_go_refuses(pattern: str) -> None:
    target = f"{{kind: Deployment, name: {json.dumps(pattern)}}}"
    build, messages = built(
        f"patches:\n- target: {target}\n  patch: '- {{op: add, path: /spec/paused, value: true}}'\n"
    )
    assert build is None
    assert "is not a regular expression" in messages[0]


PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {paused: true}\n"


@pytest.mark.parametrize(
    ("field", "text", "builds"),
    [
        ("patches", "# nothing\n", True),
        ("patches", "", True),
        ("patchesStrategicMerge", "# nothing\n", False),
        ("patches", "apiVersion: v1\nkind: List\nitems:\n- " + PATCH.replace("\n", "\n  "), True),
    ],
)
def test_patches_that_say_nothing_or_hold_a_list(field: str, text: str, builds: bool) -> None:
    entry = "p.yaml" if field == "patchesStrategicMerge" else "path: p.yaml"
    overlay = f"resources: [../base]\n{field}:\n- {entry}\n"
    build = builder({**BASE, "over/kustomization.yaml": overlay, "over/p.yaml": text}).build("over")
    assert (build is not None) is builds
    if build is not None:
        paused = [lookup(item.value, "spec", "paused") for item in build.resources]
        assert paused == [None, "true" if "List" in text else None]
