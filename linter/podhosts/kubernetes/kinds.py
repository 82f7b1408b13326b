"""Kind -> where its pod specs are, and what the API server checks there."""

from __future__ import annotations

from functools import cache

from podhosts.kubernetes.schemas import BUILT_IN, PROFILES, UNKNOWN, ListSchema
from podhosts.records import NamedTuple

CUSTOM_RESOURCE_DEFINITION = "CustomResourceDefinition"
_TEMPLATE = ("spec", "template", "spec")
_APPS = frozenset({"apps", "extensions"})

#: Built-in kinds with a pod spec: the API groups that have them, and the path (`reference/kubernetes.md` 7.1).
BUILT_IN_WORKLOADS: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "Pod": (frozenset({""}), ("spec",)),
    "PodTemplate": (frozenset({""}), ("template", "spec")),
    "ReplicationController": (frozenset({""}), _TEMPLATE),
    "Deployment": (_APPS, _TEMPLATE),
    "StatefulSet": (_APPS, _TEMPLATE),
    "DaemonSet": (_APPS, _TEMPLATE),
    "ReplicaSet": (_APPS, _TEMPLATE),
    "Job": (frozenset({"batch"}), _TEMPLATE),
    "CronJob": (frozenset({"batch"}), ("spec", "jobTemplate", "spec", "template", "spec")),
}

#: Other built-in kinds whose every field is declared, so that a stray `hostAliases` is refused there too.
_STRICT_GROUPS = frozenset({"apps", "batch", "extensions", "networking.k8s.io", "policy", "autoscaling"})
#: The core group's, by name: others write `apiVersion: v1` too (OpenShift's Template, kubectl's own Config).
_STRICT_CORE_KINDS = frozenset({
    "ConfigMap", "Endpoints", "Event", "LimitRange", "List", "Namespace", "Node", "PersistentVolume",
    "PersistentVolumeClaim", "ResourceQuota", "Secret", "Service", "ServiceAccount",
})  # fmt: skip
_RAW_KINDS = frozenset({CUSTOM_RESOURCE_DEFINITION, "ControllerRevision"})

#: Fields that hold free maps: keys below them are the user's own.
FREE_MAPS = frozenset({
    "annotations", "binaryData", "capacity", "data", "fieldsV1", "labels", "limits", "managedFields", "matchLabels",
    "nodeSelector", "options", "overhead", "parameters", "requests", "stringData", "volumeAttributes",
})  # fmt: skip


class PodSpecPath(NamedTuple):
    """A place in an object that holds hostAliases: `[]` in `path` is every list item, `*` every map value.

    `field` is the name of the list there (`host_aliases` in some custom resources). `keeps` says how many steps lead to
    a mapping that keeps keys which its CRD does not declare (`x-kubernetes-preserve-unknown-fields`).
    """

    path: tuple[str, ...]
    field: str
    schema: ListSchema
    keeps: int | None = None


#: Where GitLab Runner's config (TOML) holds the aliases of its pods: docs.gitlab.com/runner, "The Kubernetes executor".
GITLAB_RUNNER_PODS = PodSpecPath(("runners", "[]", "kubernetes"), "host_aliases", ListSchema(typed=True))


def group_of(api_version: str | None) -> str:
    """The API group of an apiVersion; the core group is empty."""
    group, slash, _ = (api_version or "").partition("/")
    return group if slash else ""


def is_built_in_workload(api_version: str | None, kind: str | None) -> bool:
    """Whether a kind is one of Kubernetes' own with a pod spec. A missing apiVersion counts as the right one."""
    if kind not in BUILT_IN_WORKLOADS:
        return False
    return api_version is None or group_of(api_version) in BUILT_IN_WORKLOADS[kind][0]


def is_strict(api_version: str | None, kind: str | None) -> bool:
    """Whether the server declares every field of the kind, so that an unknown one is refused."""
    if is_built_in_workload(api_version, kind):
        return True
    if kind is None or api_version is None or kind in _RAW_KINDS:
        return False
    group = group_of(api_version)
    return kind in _STRICT_CORE_KINDS if not group else group in _STRICT_GROUPS


def pod_spec_paths(api_version: str | None, kind: str | None) -> list[PodSpecPath]:
    """The places that are known to hold hostAliases in objects of a kind; empty for an unknown kind."""
    if kind is None:
        return []
    if is_built_in_workload(api_version, kind):
        return [PodSpecPath(BUILT_IN_WORKLOADS[kind][1], "hostAliases", BUILT_IN)]
    group, _, version = (api_version or "").partition("/")
    return _custom_resources().get((group, kind, version), []) if version else []


def path_steps(path: str) -> tuple[str, ...]:
    """`spec.tasks[].*.template` as steps: names, `[]` for every item of a list, `*` for every value of a mapping."""
    return tuple(path.replace("[]", ".[]").split("."))


@cache
def _custom_resources() -> dict[tuple[str, str, str], list[PodSpecPath]]:
    """The kinds of `vectors/crds/kinds.json` in the default form of their CRDs.

    A row is group, kind, versions, path, profile, and the path of the mapping that keeps unknown keys where one does.
    """
    table: dict[tuple[str, str, str], list[PodSpecPath]] = {}
    # Imported here: most runs meet no custom resource.
    import json
    from pathlib import Path

    text = Path(__file__).with_name("custom_resources.json").read_text("utf-8")
    for group, kind, versions, path, profile, *keeping in json.loads(text):
        *parts, name = path_steps(path)
        keeps = len(path_steps(keeping[0])) if keeping else None
        place = PodSpecPath(tuple(parts), name, PROFILES.get(profile, UNKNOWN), keeps)
        for version in versions.split(","):
            table.setdefault((group, kind, version), []).append(place)
    return table
