"""Random kustomizations: bases, nested overlays and components with everything that can touch hostAliases."""

from __future__ import annotations

import json
import random
from typing import Any

KINDS = {
    "Pod": ("v1", ("spec",)),
    "PodTemplate": ("v1", ("template", "spec")),
    "Deployment": ("apps/v1", ("spec", "template", "spec")),
    "StatefulSet": ("apps/v1", ("spec", "template", "spec")),
    "DaemonSet": ("apps/v1", ("spec", "template", "spec")),
    "CronJob": ("batch/v1", ("spec", "jobTemplate", "spec", "template", "spec")),
    "Rollout": ("argoproj.io/v1alpha1", ("spec", "template", "spec")),
}
IPS = ["10.0.0.1", "10.0.0.2", "10.0.0.10", "::1", "fd00::1", "10.0.0.01"]
NAMES = ["a", "b", "db", "cache.corp", "y", "on"]
LABELS = [{"app": "web"}, {"app": "db", "tier": "back"}, {}]


class Project:
    """The files of one project, by path; `overlay` is the folder to build."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.files: dict[str, str] = {}
        self.known: list[tuple[str, str]] = []
        self._base()
        below = "base"
        for level in range(self.random.choice([1, 1, 2])):
            folder = f"level{level}"
            self._overlay(folder, [below], "Kustomization")
            below = folder
        self.build = below

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def entries(self, most: int = 4) -> list[dict[str, Any]]:
        return [self.entry() for _ in range(self.random.randint(0, most))]

    def entry(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"ip": self.random.choice(IPS)}
        if self.chance(0.9):
            entry["hostnames"] = self.random.sample(NAMES, self.random.randint(0, 3))
        if self.chance(0.04):
            del entry["ip"]
        return entry

    def workload(self, kind: str, name: str) -> dict[str, Any]:
        version, path = KINDS[kind]
        spec: dict[str, Any] = {
            "containers": [
                {"name": "main", "image": "main:1", "volumeMounts": [{"name": "v", "mountPath": "/data"}]},
                {"name": "side", "image": "side:1"},
            ],
            "volumes": [{"name": "v", "emptyDir": {}}],
        }
        if self.chance(0.85):
            spec["hostAliases"] = self.entries()
        metadata: dict[str, Any] = {"name": name}
        if labels := self.random.choice(LABELS):
            metadata["labels"] = labels
        if self.chance(0.2):
            metadata["namespace"] = self.random.choice(["blue", "default"])
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **nested(path, spec)}

    def _base(self) -> None:
        workloads = []
        for number in range(self.random.randint(1, 3)):
            kind, name = self.random.choice(list(KINDS)), f"w{number}"
            self.known.append((kind, name))
            workloads.append(self.workload(kind, name))
        data = {"ip": "10.3.3.3", "name": "cm.corp", "pair": "10.4.4.4,z"}
        workloads.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hosts"}, "data": data})
        if self.chance(0.2):
            workloads = [{"apiVersion": "v1", "kind": "List", "items": workloads}]
        self.files["base/all.yaml"] = "\n---\n".join(map(json.dumps, workloads))
        kustomization: dict[str, Any] = {"resources": ["all.yaml"]}
        if self.chance(0.2):
            kustomization["commonLabels"] = {"team": "shop"}
        self.files["base/kustomization.yaml"] = json.dumps(kustomization)

    def _overlay(self, folder: str, below: list[str], kind: str) -> None:
        kustomization: dict[str, Any] = {"kind": kind}
        if kind == "Component":
            kustomization["apiVersion"] = "kustomize.config.k8s.io/v1alpha1"
        else:
            kustomization["resources"] = [f"../{name}" for name in below]
            if self.chance(0.3):
                self._overlay(f"{folder}-component", [], "Component")
                kustomization["components"] = [f"../{folder}-component"]
        for _ in range(self.random.randint(1, 3)):
            self._add_patch(folder, kustomization)
        if self.chance(0.3):
            kustomization["namePrefix"] = f"{folder}-"
        if self.chance(0.15):
            kustomization["nameSuffix"] = "-x"
        if self.chance(0.2):
            kustomization["namespace"] = "shop"
        if self.chance(0.2):
            kustomization["labels"] = [{"pairs": {"env": folder}}]
        if self.chance(0.1):
            kustomization["commonAnnotations"] = {"note": folder}
        if self.chance(0.1):
            kustomization["commonLabels"] = {"tier": folder}
        if self.chance(0.1):
            kustomization["labels"] = [{"pairs": {"unit": folder}, "includeTemplates": True}]
        if self.chance(0.2):
            kustomization["replacements"] = [self._replacement()]
        name = self.random.choice(["kustomization.yaml", "kustomization.yml", "Kustomization"])
        self.files[f"{folder}/{name}"] = json.dumps(kustomization)

    def _add_patch(self, folder: str, kustomization: dict[str, Any]) -> None:
        kind, name = self.random.choice(self.known)
        is_json = self.chance(0.3)
        patch = self._text(self._operations(kind) if is_json else self._strategic(kind, name))
        field = self.random.choice(["patches", "patches", "patches", "old"])
        if field == "old" and is_json:
            version = KINDS[kind][0]
            group = version.rpartition("/")[0]
            target = {"kind": kind, "name": name, "version": version.rpartition("/")[2]}
            entry: Any = {"patch": patch, "target": {**target, **({"group": group} if group else {})}}
            kustomization.setdefault("patchesJson6902", []).append(entry)
            return
        in_file = self.chance(0.5)
        path = f"p{len(self.files)}.yaml"
        if in_file:
            self.files[f"{folder}/{path}"] = patch
        if field == "old":
            kustomization.setdefault("patchesStrategicMerge", []).append(path if in_file else patch)
            return
        entry = {"path": path} if in_file else {"patch": patch}
        if is_json or self.chance(0.5):
            entry["target"] = self._target(kind, name)
            if self.chance(0.1) and not is_json:
                entry["options"] = {"allowNameChange": True}
        if self.chance(0.1):
            head = {
                "apiVersion": "builtin",
                "kind": "PatchTransformer",
                "metadata": {"name": f"patch{self.random.random()}"},
            }
            kustomization.setdefault("transformers", []).append(json.dumps({**head, **entry}))
        else:
            kustomization.setdefault("patches", []).append(entry)

    def _text(self, patch: Any) -> str:
        """The patch as JSON, as items of a YAML list, or, rarely, with a list that begins with `[` and is no JSON."""
        if not isinstance(patch, list) or self.chance(0.5):
            return json.dumps(patch)
        items = [json.dumps(item) for item in patch]
        return f"[{', '.join(items)},]" if self.chance(0.1) else "\n".join(f"- {item}" for item in items)

    def _target(self, kind: str, name: str) -> dict[str, Any]:
        choices: list[dict[str, Any]] = [
            {"kind": kind},
            {"name": name},
            {"kind": kind, "name": name},
            {"name": "w.*", "kind": f"{kind}|Nothing"},
            {"kind": kind, "labelSelector": self.random.choice(["app=web", "app!=web", "app in (web, x)", "!tier"])},
            {"kind": kind, "namespace": self.random.choice(["blue", "default", "shop"])},
            {"group": "apps", "version": "v1", "kind": kind},
        ]
        return self.random.choice(choices)

    def _strategic(self, kind: str, name: str) -> dict[str, Any]:
        version, path = KINDS[kind]
        spec: dict[str, Any] = {}
        if self.chance(0.2):
            spec["dnsPolicy"] = "Default"
        if self.chance(0.2):
            spec["containers"] = [{"name": self.random.choice(["main", "new"]), "image": "main:2"}]
        if self.chance(0.8):
            entries: Any = self.entries(3)
            for entry in entries:
                if self.chance(0.15):
                    entry["$patch"] = self.random.choice(["delete", "replace", "merge"])
                elif self.chance(0.05):
                    entry["hostnames"] = None
            if self.chance(0.15):
                directive = {"$patch": self.random.choice(["replace", "delete"])}
                entries.insert(self.random.randint(0, len(entries)), directive)
            spec["hostAliases"] = None if self.chance(0.05) else entries
        metadata: dict[str, Any] = {"name": name}
        if self.chance(0.2):
            metadata["annotations"] = {"patched": "yes"}
        patch = {"apiVersion": version, "kind": kind, "metadata": metadata, **nested(path, spec)}
        if self.chance(0.03):
            patch["$patch"] = "delete"
        return patch

    def _operations(self, kind: str) -> list[dict[str, Any]]:
        spec = "/" + "/".join(KINDS[kind][1])
        root, template = f"{spec}/hostAliases", spec.rpartition("/")[0]
        choices: list[dict[str, Any]] = [
            {"op": "add", "path": f"{root}/-", "value": self.entry()},
            {"op": "add", "path": f"{root}/0", "value": self.entry()},
            {"op": "add", "path": root, "value": self.entries()},
            {"op": "replace", "path": root, "value": self.entries()},
            {"op": "replace", "path": f"{root}/0/ip", "value": self.random.choice(IPS)},
            {"op": "replace", "path": f"{root}/-1/ip", "value": self.random.choice(IPS)},
            {"op": "add", "path": f"{root}/0/hostnames/-", "value": "added"},
            {"op": "remove", "path": f"{root}/1"},
            {"op": "remove", "path": root},
            {"op": "test", "path": f"{root}/0/ip", "value": self.random.choice(IPS)},
            {"op": "copy", "from": f"{root}/0", "path": f"{root}/-"},
            {"op": "move", "from": f"{root}/0", "path": f"{root}/-"},
            {"op": "add", "path": "/metadata/annotations", "value": {"json": "yes"}},
            *self._operations_on_marks(template),
        ]
        return self.random.sample(choices, self.random.choice([1, 1, 2]))

    def _operations_on_marks(self, template: str) -> list[dict[str, Any]]:
        """Operations on labels, annotations and counts, of which Kustomize makes some by itself."""
        paths = [
            "/metadata/annotations/json",
            "/metadata/annotations/json",
            "/metadata/annotations/x.corp~1json",
            "/metadata/annotations",
            "/metadata/labels/json",
            f"{template}/metadata/annotations/json",
            f"{template}/metadata/labels/json",
            "/spec/selector/matchLabels/json",
            "/spec/replicas",
            "spec/json",
            "json",
        ]
        found: list[dict[str, Any]] = []
        for path in self.random.sample(paths, 5):
            operation = self.random.choice(["add", "add", "add", "replace", "remove", "test"])
            value = {"json": "yes"} if path.endswith("annotations") else "yes"
            found.append({"op": operation, "path": path, "value": value})
        return found

    def _replacement(self) -> dict[str, Any]:
        kind, _ = self.random.choice(self.known)
        field = ".".join((*KINDS[kind][1], "hostAliases"))
        paths = ["0.ip", "*.ip", "[ip=10.0.0.1].ip", "[ip=10.0.0.2].hostnames.0", "0.hostnames", "1.hostnames.0"]
        target: dict[str, Any] = {
            "select": {"kind": kind},
            "fieldPaths": [f"{field}.{self.random.choice(paths)}"],
        }
        if self.chance(0.2):
            target["options"] = {"create": True}
        if self.chance(0.2):
            target["reject"] = [{"name": "w0"}]
        if self.chance(0.2):
            return {"sourceValue": "10.5.5.5", "targets": [target]}
        source: dict[str, Any] = {
            "kind": "ConfigMap",
            "name": "hosts",
            "fieldPath": self.random.choice(["data.ip", "data.name"]),
        }
        if self.chance(0.2):
            source.update(fieldPath="data.pair", options={"delimiter": ",", "index": self.random.choice([0, 1])})
        return {"source": source, "targets": [target]}


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The value below some keys."""
    for step in reversed(path):
        value = {step: value}
    return dict(value)
