"""The built-in objects of templates that are no plain maps: `.Files`, `.Capabilities`, `.Chart`, named types of values.

Sources: Helm's `pkg/engine/files.go`, `pkg/chartutil/capabilities.go`, `pkg/chart/metadata.go` of 3.22 and 4.3.
"""

from __future__ import annotations

import base64
import posixpath
from typing import TYPE_CHECKING

from podhosts.helm.model import ANY_MAP, FALSE, TRUE, FunctionError, GoList, GoMap, GoObject, Nil, Number, derived
from podhosts.helm.traced import EMPTY, Traced
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from podhosts.helm.model import Evaluation, GoFunction, GoValue

BYTES = "[]uint8"
FILES = "engine.files"


class GoBytes(GoList):
    """A slice of bytes that is a file's content: numbers only for those who look at them."""

    __slots__ = ("_numbers", "content")

    def __init__(self, content: Traced) -> None:
        self.content = content
        self.kind = BYTES
        self.origin = None
        self.methods = {}
        self._numbers: list[GoValue] | None = None

    @property
    def items(self) -> list[GoValue]:  # type: ignore[override]  # the same list, made when it is asked for
        """The bytes as numbers."""
        if self._numbers is None:
            self._numbers = [Number("uint8", byte) for byte in go_bytes(self.content.text)]
        return self._numbers


class NilMap(GoMap):
    """A map that was never made: it reads like an empty one, and is null in JSON."""


class NilList(GoList):
    """A slice that was never made: it reads like an empty one, and is null in JSON."""


def go_bytes(text: str) -> bytes:
    """A text as Go has it; what is no valid UTF-8 comes out as it came in."""
    return text.encode("utf-8", "surrogateescape")


def go_text(data: bytes) -> str:
    """Bytes as a text, those that are no valid UTF-8 included."""
    return data.decode("utf-8", "surrogateescape")


class StructField(NamedTuple):
    """A field of one of Go's structs: its name in JSON, and whether an empty one is left out there."""

    name: str
    json: str
    omits_empty: bool = True


_METADATA = (
    StructField("Name", "name"),
    StructField("Home", "home"),
    StructField("Sources", "sources"),
    StructField("Version", "version"),
    StructField("Description", "description"),
    StructField("Keywords", "keywords"),
    StructField("Maintainers", "maintainers"),
    StructField("Icon", "icon"),
    StructField("APIVersion", "apiVersion"),
    StructField("Condition", "condition"),
    StructField("Tags", "tags"),
    StructField("AppVersion", "appVersion"),
    StructField("Deprecated", "deprecated"),
    StructField("Annotations", "annotations"),
    StructField("KubeVersion", "kubeVersion"),
    StructField("Dependencies", "dependencies"),
    StructField("Type", "type"),
)
CHART_STRUCT = "struct { chart.Metadata; IsRoot bool }"
#: The fields in their order, by Go's type without a star.
STRUCTS: Mapping[str, tuple[StructField, ...]] = {
    CHART_STRUCT: (*_METADATA, StructField("IsRoot", "IsRoot", omits_empty=False)),
    "chart.Maintainer": (StructField("Name", "name"), StructField("Email", "email"), StructField("URL", "url")),
    "chart.Dependency": (
        StructField("Name", "name", omits_empty=False),
        StructField("Version", "version"),
        StructField("Repository", "repository", omits_empty=False),
        StructField("Condition", "condition"),
        StructField("Tags", "tags"),
        StructField("Enabled", "enabled"),
        StructField("ImportValues", "import-values"),
        StructField("Alias", "alias"),
    ),
    **dict.fromkeys(
        ("chartutil.KubeVersion", "common.KubeVersion"),
        tuple(StructField(name, name, omits_empty=False) for name in ("Version", "Major", "Minor")),
    ),
    **dict.fromkeys(
        ("chartutil.Capabilities", "common.Capabilities"),
        tuple(StructField(name, name, omits_empty=False) for name in ("KubeVersion", "APIVersions", "HelmVersion")),
    ),
    "version.BuildInfo": (
        StructField("Version", "version"),
        StructField("GitCommit", "git_commit"),
        StructField("GitTreeState", "git_tree_state"),
        StructField("GoVersion", "go_version"),
        StructField("KubeClientVersion", "kube_client_version", omits_empty=False),
    ),
}


def package(helm_version: int) -> str:
    """The name of the Go package that has Helm's types: part of their names."""
    return "chartutil" if helm_version < 4 else "common"


def method(name: str, call: object, *parameters: str) -> GoFunction:
    """A method of an object; `call` gets the arguments only."""
    from podhosts.helm.model import GoFunction

    def run(_: Evaluation, arguments: list[GoValue]) -> GoValue:
        return call(*arguments)  # type: ignore[operator, no-any-return]  # the evaluator checked the arguments

    return GoFunction(name, run, parameters)


def values_map(values: GoMap, helm_version: int) -> GoMap:
    """The same map as the named type that `.Values` and `.` have."""
    kind = f"{package(helm_version)}.Values"
    made = GoMap(values.entries, values.keys, kind, values.origin)

    def as_map() -> GoValue:
        return GoMap(made.entries, made.keys, ANY_MAP) if made.entries else GoMap()

    def table(name: Traced) -> GoValue:
        found: GoValue = made
        for step in name.text.split("."):
            entry = found.entries.get(step) if isinstance(found, GoMap) else None
            if not isinstance(entry, GoMap):
                raise FunctionError(f'"{step}" is not a table')
            found = entry
        assert isinstance(found, GoMap)  # each step gave one
        return GoMap(found.entries, found.keys, kind)

    def path_value(path: Traced) -> GoValue:
        *outer, last = path.text.split(".")
        found: GoValue | None = made
        for step in outer:
            found = found.entries.get(step) if isinstance(found, GoMap) else None
        value = found.entries.get(last) if isinstance(found, GoMap) else None
        if value is None or isinstance(value, GoMap):
            raise FunctionError(f'"{last}" is not a value' if path.text else "YAML path cannot be empty")
        return value

    def as_yaml() -> GoValue:
        from podhosts.helm.builtins.yaml_writing import to_yaml

        return to_yaml(made) + Traced.own("\n")

    made.methods = {
        "AsMap": method("AsMap", as_map),
        "Table": method("Table", table, "string"),
        "PathValue": method("PathValue", path_value, "string"),
        "YAML": method("YAML", as_yaml),
    }
    return made


def files_object(contents: Mapping[str, Traced]) -> GoMap:
    """`.Files`, or what its `Glob` leaves of it: a map from paths in the chart to contents."""
    made = GoMap(dict.fromkeys(contents, Nil()), {}, FILES)
    made.entries.update({name: GoBytes(content) for name, content in contents.items()})

    def content_of(name: Traced) -> Traced:
        entry = made.entries.get(name.text)
        return entry.content if isinstance(entry, GoBytes) else EMPTY

    def glob(pattern: Traced) -> GoValue:
        from podhosts.helm.loading.globs import file_glob

        wanted = file_glob(pattern.text)
        return files_object({name: content for name, content in contents.items() if wanted.fullmatch(name)})

    def lines(name: Traced) -> GoValue:
        content = content_of(name)
        if not content.text:
            return GoList([], "[]string")
        shown = content.slice(0, len(content) - 1) if content.text.endswith("\n") else content
        return GoList(list(shown.split("\n")), "[]string")

    made.methods = {
        "Get": method("Get", content_of, "string"),
        "GetBytes": method("GetBytes", lambda name: GoBytes(content_of(name)), "string"),
        "Glob": method("Glob", glob, "string"),
        "Lines": method("Lines", lines, "string"),
        "AsConfig": method("AsConfig", lambda: _as_yaml(contents.items())),
        "AsSecrets": method("AsSecrets", lambda: _as_yaml((name, _secret(text)) for name, text in contents.items())),
    }
    return made


def _secret(content: Traced) -> Traced:
    return derived(base64.b64encode(go_bytes(content.text)).decode("ascii"), content)


def _as_yaml(contents: Iterable[tuple[str, Traced]]) -> Traced:
    from podhosts.helm.builtins.yaml_writing import to_yaml

    return to_yaml(GoMap({posixpath.basename(name): content for name, content in contents}))


#: The groups and versions that a Helm without a cluster knows: those of its Kubernetes client (0.36), and CRDs.
API_VERSIONS = (
    *("v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1"),
    *("admissionregistration.k8s.io/v1beta1", "internal.apiserver.k8s.io/v1alpha1"),
    *("apps/v1", "apps/v1beta1", "apps/v1beta2"),
    *("authentication.k8s.io/v1", "authentication.k8s.io/v1alpha1", "authentication.k8s.io/v1beta1"),
    *("authorization.k8s.io/v1", "authorization.k8s.io/v1beta1", "autoscaling/v1", "autoscaling/v2"),
    *("batch/v1", "batch/v1beta1", "certificates.k8s.io/v1", "certificates.k8s.io/v1alpha1"),
    *("certificates.k8s.io/v1beta1", "coordination.k8s.io/v1", "coordination.k8s.io/v1alpha2"),
    *("coordination.k8s.io/v1beta1", "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"),
    *("events.k8s.io/v1", "events.k8s.io/v1beta1", "extensions/v1beta1"),
    *("flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta1"),
    *("flowcontrol.apiserver.k8s.io/v1beta2", "flowcontrol.apiserver.k8s.io/v1beta3"),
    *("networking.k8s.io/v1", "networking.k8s.io/v1beta1"),
    *("node.k8s.io/v1", "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1", "policy/v1", "policy/v1beta1"),
    *("rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1alpha1", "rbac.authorization.k8s.io/v1beta1"),
    *("resource.k8s.io/v1", "resource.k8s.io/v1alpha3", "resource.k8s.io/v1beta1", "resource.k8s.io/v1beta2"),
    *("scheduling.k8s.io/v1", "scheduling.k8s.io/v1alpha2", "scheduling.k8s.io/v1beta1"),
    *("storage.k8s.io/v1", "storage.k8s.io/v1alpha1", "storage.k8s.io/v1beta1", "storagemigration.k8s.io/v1beta1"),
    *("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"),
)
_HELM_VERSIONS = {3: "v3.22.0", 4: "v4.3.2"}


class KubeVersion(NamedTuple):
    """The Kubernetes version of an installation, as Helm shows it (`full`) and as it compares it (`normal`)."""

    full: str
    normal: str
    major: str
    minor: str


def capabilities_object(version: KubeVersion, api_versions: Iterable[str], helm_version: int) -> GoObject:
    """`.Capabilities`."""
    name = package(helm_version)
    full = Traced.own(version.full)
    shown = Traced.own(version.normal)
    kubernetes = GoObject(
        f"{name}.KubeVersion",
        {"Version": full, "Major": Traced.own(version.major), "Minor": Traced.own(version.minor)},
        {"String": method("String", lambda: shown), "GitVersion": method("GitVersion", lambda: full)},
        printed=shown,
    )
    known = [*API_VERSIONS, *api_versions]
    versions = GoList([Traced.own(one) for one in known], f"{name}.VersionSet")
    versions.methods = {"Has": method("Has", lambda wanted: TRUE if wanted.text in known else FALSE, "string")}
    build = GoObject("version.BuildInfo", {"Version": Traced.own(_HELM_VERSIONS[min(max(helm_version, 3), 4)])})
    fields: dict[str, GoValue] = {"KubeVersion": kubernetes, "APIVersions": versions, "HelmVersion": build}
    return GoObject(f"*{name}.Capabilities", fields)
