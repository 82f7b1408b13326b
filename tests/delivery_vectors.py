"""What the real programs made of small repositories (`tests/data/deliveries/dev.jsonl`), and what podhosts makes of
them: equal, unread or different.
"""

from __future__ import annotations

import json
import posixpath
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from podhosts.deliveries.argo import Application, application_of, argo_sources, read_argo_chart, read_argo_folder
from podhosts.deliveries.argo_sets import applications
from podhosts.deliveries.flux_kustomizations import deployed_folder, read_kustomization
from podhosts.deliveries.flux_releases import ReleaseValues
from podhosts.deliveries.helmfile import read_helmfile_release, releases
from podhosts.deliveries.joining import JoinedValues, UnreadableValuesError
from podhosts.deliveries.k3s import add_values
from podhosts.deliveries.kustomize_charts import chart_entries, read_kustomize_chart
from podhosts.deliveries.model import is_true
from podhosts.document import Document, plain, split
from podhosts.document.placeholders import is_placeholder
from podhosts.helm.evaluate import RenderedFile, evaluate
from podhosts.helm.loading import LoadError, LoadOptions, ValuesText, load
from podhosts.helm.loading.load import DEFAULT_KUBERNETES
from podhosts.helm.loading.set_flags import apply_flag
from podhosts.helm.model import Bool, GoList, GoMap, Nil, Number, Unsupported
from podhosts.helm.traced import Traced
from podhosts.kubernetes import objects
from podhosts.kustomize.building import Builder
from podhosts.kustomize.files import Files
from podhosts.kustomize.located import Map, typed
from podhosts.kustomize.model import Kustomization
from podhosts.placed import Placed
from podhosts.source import Source
from tests.helm_templates import parsed_templates
from tests.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podhosts.helm.delivered import DeliveredChart
    from podhosts.helm.model import GoValue
    from podhosts.kubernetes import KubernetesObject
    from podhosts.kustomize.delivered import DeliveredFolder

CASES = DATA / "deliveries" / "dev.jsonl"
#: Helm 3.22 made the answers.
_HELM_VERSION = 3
_FLUX_NAMESPACE = "flux-system"
#: What of a pod the answers are compared by.
_COMPARED = ("hostAliases", "hostname", "subdomain", "nodeSelector")


class Verdict(NamedTuple):
    """How an answer compares with the program's: equal, unread or different, and what there is to see."""

    word: str
    detail: str = ""


class NotRead(Exception):  # noqa: N818  # no error: what is not built, or not known
    """Something that is said to be unread."""


class _Refused(Exception):  # noqa: N818  # an answer
    """The program of the delivery would refuse it."""


class Around:
    """The files of a case."""

    def __init__(self, files: Mapping[str, str]) -> None:
        stored = {path: text.encode("utf-8", "surrogatepass") for path, text in files.items()}
        self.files = Files(stored.get)
        self._paths = list(files)

    def names(self, folder: str) -> list[str]:
        """The names of the files right in a folder."""
        return [posixpath.basename(path) for path in self._paths if posixpath.dirname(path) == folder]

    def below(self, folder: str) -> list[str]:
        """The paths of all files in a folder and the folders inside it."""
        return [path for path in self._paths if path.startswith(f"{folder}/")]

    def paths(self) -> list[str]:
        """The paths of all files."""
        return self._paths

    def kustomizations(self) -> list[Source]:
        """No case has any beside a release."""
        return []

    def shown(self, path: str) -> str:
        """A path as it is."""
        return path

    def find(self, kind: str, name: str, namespace: str | None, near: str) -> KubernetesObject | None:
        """The object of that kind and name in a file of its own."""
        del namespace, near
        source = self.files.get(f"{kind}-{name}.json")
        return None if source is None else only_object(source)


@cache
def cases() -> list[dict[str, Any]]:
    """All cases."""
    return [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]


def only_object(source: Source) -> KubernetesObject:
    """The object that a file of one document holds."""
    (piece,) = split(source.text)
    (found,) = objects(Document(source, piece))
    return found


def written(path: str, value: object) -> Source:
    """A file with a value as JSON."""
    return Source(path, json.dumps(value).encode())


def as_json(value: GoValue) -> object:
    """A value of templates as JSON says it."""
    if isinstance(value, GoMap):
        return {name: as_json(item) for name, item in value.entries.items()}
    if isinstance(value, GoList):
        return [as_json(item) for item in value.items]
    if isinstance(value, Nil):
        return None
    if isinstance(value, (Bool, Number)):
        return value.value
    if not isinstance(value, Traced) or not value.is_known:
        raise NotRead("a value that nobody knows")
    return value.text


def compared(case: dict[str, Any]) -> Verdict:
    """The verdict about one case."""
    answer = _ANSWERS.get(case["group"])
    if answer is None:
        return Verdict("unread", "a group that is not read")
    try:
        found, wanted = answer(case)
    except NotRead as error:
        return Verdict("unread", str(error))
    except Unsupported as error:
        return Verdict("unread", str(error))
    except (UnreadableValuesError, LoadError, _Refused) as error:
        is_equal = case["error"] is not None
        return Verdict("equal" if is_equal else "different", f"refused: {error}")
    if case["error"] is not None:
        return Verdict("different", f"not refused: {case['error']}")
    return Verdict("equal" if found == wanted else "different", f"{found} != {wanted}")


def config_files(case: dict[str, Any]) -> dict[str, str]:
    """The ConfigMaps and Secrets of a case, each in a file."""
    kinds = (("ConfigMap", "configMaps", "data"), ("Secret", "secrets", "stringData"))
    return {
        f"{kind}-{name}.json": json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, field: data})
        for kind, key, field in kinds
        for name, data in (case.get(key) or {}).items()
    }


def _release_values(case: dict[str, Any]) -> tuple[object, object]:
    spec: dict[str, object] = {"valuesFrom": case["refs"]}
    if "values" in case:
        spec["values"] = case["values"]
    release = {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "spec": spec}
    release["metadata"] = {"name": "app", "namespace": _FLUX_NAMESPACE}
    reader = ReleaseValues(only_object(written("release.json", release)), Around(config_files(case)))
    reader.read()
    if reader.open_parts:
        raise _Refused(reader.open_parts[0].reason)
    return as_json(reader.joined.values), case["result"]


def _set(case: dict[str, Any]) -> tuple[object, object]:
    joined = JoinedValues()
    if "base" in case:
        joined.add(joined.file(Source("base.yaml", case["base"].encode())))
    values = joined.values
    for text in case["args"]:
        values = apply_flag(f"--{case['mode']}", Traced.own(text), values, _HELM_VERSION)  # type: ignore[arg-type]  # modes are named like flags
    return as_json(values), case["result"]


def _chart(files: Mapping[str, str], folder: str, options: LoadOptions) -> dict[str, object]:
    """What the templates of a chart in a folder print, by their names."""
    inside = {
        posixpath.relpath(path, folder or "."): text.encode()
        for path, text in files.items()
        if not folder or path.startswith(f"{folder}/")
    }
    installation = load(inside, options)
    templates = [one for one in installation.templates if posixpath.basename(one.name) != "NOTES.txt"]
    found: dict[str, object] = {}
    for name, outcome in evaluate(templates, parsed_templates(_HELM_VERSION), DEFAULT_KUBERNETES).items():
        if not isinstance(outcome, RenderedFile):
            raise NotRead(str(outcome))
        source = Source(name, outcome.text.text.encode())
        roots = (Document(source, piece).root for piece in split(source.text))
        found[name] = [plain(root) for root in roots if root is not None]
    return found


def _flags(case: dict[str, Any]) -> tuple[tuple[Any, str], ...]:
    names = {"setJson": "--set-json", "set": "--set", "setString": "--set-string", "setLiteral": "--set-literal"}
    return tuple((flag, text) for key, flag in names.items() for text in case.get(key) or ())


def _merge(case: dict[str, Any]) -> tuple[object, object]:
    if "setFile" in case:
        raise NotRead("--set-file")
    files = {"Chart.yaml": b"apiVersion: v2\nname: c\nversion: 0.1.0\n"}
    texts = tuple(ValuesText(name, case["files"][name]) for name in case.get("valueFiles") or ())
    found = load(files, LoadOptions(_HELM_VERSION, values=texts, flags=_flags(case)))
    return as_json(found.values), case["result"]


def _coalesce(case: dict[str, Any]) -> tuple[object, object]:
    files = {path.removeprefix("chart/"): text.encode() for path, text in case["files"].items() if "chart/" in path}
    options = _install_options(case)
    found = load(files, options)
    return as_json(found.values), case["result"]


def _install_options(case: dict[str, Any]) -> LoadOptions:
    texts = tuple(ValuesText(name, case["files"][name]) for name in case.get("valueFiles") or ())
    flags = _flags(case)
    name = case.get("name", "rel")
    return LoadOptions(_HELM_VERSION, values=texts, flags=flags, release_name=name, namespace=case.get("namespace"))


def _helm(case: dict[str, Any]) -> tuple[object, object]:
    if case["op"] == "coalesce":
        return _coalesce(case)
    return _chart(case["files"], "chart", _install_options(case)), case["result"]


def _k3s(case: dict[str, Any]) -> tuple[object, object]:
    given = case["spec"]
    spec = {"valuesContent": given["valuesContent"] or "", "set": given["set"] or {}}
    config = {"valuesContent": given["configValuesContent"] or ""}
    for target, text in ((spec, given["values"]), (config, given["configValues"])):
        if text:
            source = Source("values.yaml", text.encode())
            root = Document(source, split(source.text)[0]).root
            assert root is not None
            target["values"] = plain(root)
    names = {"metadata": {"name": "app", "namespace": "kube-system"}, "apiVersion": "helm.cattle.io/v1"}
    chart = only_object(written("chart.json", {**names, "kind": "HelmChart", "spec": spec}))
    files = {"HelmChartConfig-app.json": json.dumps({**names, "kind": "HelmChartConfig", "spec": config})}
    joined = JoinedValues()
    add_values(chart, Around(files), joined)
    return as_json(joined.values), case["result"]


def read_application(source: Source) -> Application:
    """The Application in a file."""
    found = application_of(only_object(source))
    assert found is not None
    return found


def _pods(chart: DeliveredChart, files: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """The pods that a chart prints with what is given."""
    if chart.refusal is not None:
        raise _Refused(chart.refusal.message)
    given = chart.values
    options = LoadOptions(
        _HELM_VERSION,
        given=given.values,
        own=given.own,
        release_name=chart.release_name or "release-name",
        namespace=chart.namespace or "default",
    )
    for printed in _chart(files, chart.chart, options).values():
        assert isinstance(printed, list)
        yield from printed


def _argo(case: dict[str, Any]) -> tuple[object, object]:
    refs = case.get("refs") or {}
    folder = case.get("path") or "app"
    files = {path if case.get("path") else f"app/{path}": text for path, text in case["files"].items()}
    used = {name: texts for name, texts in refs.items() if f"${name}/" in json.dumps(case["source"])}
    files |= {path: text for texts in used.values() for path, text in texts.items()}
    source = {**(case["source"] or {}), "path": folder, "repoURL": "https://git.example/x"}
    spec: dict[str, object] = {"destination": {"namespace": case["namespace"]}, "project": "default"}
    if refs:
        spec["sources"] = [source, *({"repoURL": "https://git.example/y", "ref": name} for name in refs)]
    else:
        spec["source"] = source
    manifest = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": case["appName"]}}
    application = read_application(written("application.json", {**manifest, "spec": spec}))
    around = Around(files)
    (found,) = list(argo_sources(application, around))
    if case["error"] is None and found.kind != case["type"]:
        return found.kind, case["type"]
    if found.kind != "Helm":
        raise NotRead("a source of another kind")
    chart = read_argo_chart(found, around.files)
    if chart.open_parts:
        raise NotRead(chart.open_parts[0].reason)
    return _by_name(_pods(chart.chart, files)), _by_name(case.get("objects") or ())


def _kind(case: dict[str, Any]) -> tuple[object, object]:
    files = {f"app/{path}": text for path, text in case["files"].items()}
    spec = {"source": {**(case["source"] or {}), "path": "app"}}
    manifest = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "a"}, "spec": spec}
    found = list(argo_sources(read_application(written("application.json", manifest)), Around(files)))
    return found[0].kind, case["type"]


def _kustomize_chart(case: dict[str, Any]) -> tuple[object, object]:
    around = Around(case["files"])
    source = around.files.get("kustomization.yaml")
    kustomization = Kustomization.of(source) if source is not None else None
    assert kustomization is not None
    if any(kustomization.field(name) is not None for name in ("namePrefix", "patches", "namespace")):
        raise NotRead("what the layer makes of it")
    found: list[dict[str, object]] = []
    for entry in chart_entries(kustomization):
        chart = read_kustomize_chart(kustomization, entry, around.files)
        if chart is None:
            raise _Refused("a chart that is not there")
        pods = _pods(chart.chart, case["files"])
        skips_hooks = is_true(entry.node("skipHooks"))
        found += (pod for pod in pods if not skips_hooks or "annotations" not in str(pod["metadata"]))
    return _by_name(found), _by_name(case["objects"] or ())


def _application_set(case: dict[str, Any]) -> tuple[object, object]:
    manifest = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", **case["appset"]}
    around = Around(case.get("files") or {})
    found = applications(read_application(written("set.json", manifest)), around)
    wanted = [(one["name"], one["spec"]) for one in case.get("applications") or ()]
    return [(one.name, as_json(one.spec)) for one in found], wanted


def _helmfile(case: dict[str, Any]) -> tuple[object, object]:
    text = case["files"][case["root"]]
    beyond = [word for word in ("jsonPatches", "transformers", "helmfiles", "ref+") if f"{word}" in text]
    if case["args"] or beyond:
        raise NotRead(f"{case['args'] or beyond}")
    around = Around(case["files"])
    source = around.files.get(case["root"])
    assert source is not None
    found: list[dict[str, object]] = []
    names: set[str] = set()
    listed = list(releases(source, around.files))
    if not listed:
        raise _Refused("no releases")
    for release in listed:
        chart = read_helmfile_release(release, around.files)
        if chart is None or chart.open_parts:
            raise NotRead("a chart or values that are not followed")
        if str(chart.chart.release_name) in names:
            raise _Refused("two releases of one name")
        names.add(str(chart.chart.release_name))
        found += _pods(chart.chart, case["files"])
    return _by_name(found), _by_name(case.get("objects") or ())


def _built_pods(delivered: DeliveredFolder | None, around: Around, folder: str) -> dict[str, object]:
    """The pods that a folder builds as it is delivered."""
    builder = Builder(around.files)
    build = builder.build(folder) if delivered is None else builder.build_delivered(delivered)
    if builder.unfollowed:
        raise NotRead(next(iter(builder.unfollowed.values())).reason)
    if build is None:
        raise _Refused(str([refusal.message for refusal in builder.refusals]))
    return _by_name(typed(resource.value) for resource in build.resources)


def _flux_folder(case: dict[str, Any]) -> tuple[object, object]:
    folder = case.get("path") or "app"
    files = {path if case.get("path") else f"app/{path}": text for path, text in case["files"].items()}
    if case["group"].startswith("flux-substitute"):
        files.setdefault("app/kustomization.yaml", f"resources: {json.dumps(list(case['files']))}\n")
    around = Around(files | config_files(case))
    manifest = case["kustomization"]
    manifest = {**manifest, "spec": {**manifest["spec"], "path": folder}}
    if any(name.startswith("patches") and name != "patches" for name in manifest["spec"]):
        raise NotRead("patches in an old form")
    flux = only_object(written("flux.json", manifest))
    delivered = read_kustomization(flux, around)
    if delivered is None and not around.files.kustomizations(folder):
        delivered = deployed_folder(flux, Map(flux.node, Placed(flux.document)), None, around)
        if delivered is None:
            raise NotRead("a folder without hostAliases")
    return _built_pods(delivered, around, folder), _by_name(case.get("objects") or ())


def _argo_folder(case: dict[str, Any]) -> tuple[object, object]:
    around = Around({f"app/{path}": text for path, text in case["files"].items()})
    spec = {"source": {**(case["source"] or {}), "path": "app"}}
    manifest = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": case["appName"]}}
    source = written("application.json", {**manifest, "spec": spec})
    (found,) = list(argo_sources(read_application(source), around))
    return (
        _built_pods(read_argo_folder(only_object(source), found), around, "app"),
        _by_name(case.get("objects") or ()),
    )


def _by_name(manifests: object) -> dict[str, object]:
    """What of the pods among some objects is compared."""
    found: dict[str, object] = {}
    for manifest in manifests:  # type: ignore[attr-defined]  # a list or an iterator
        if manifest["kind"] != "Pod":
            continue
        metadata = manifest["metadata"]
        spec = manifest.get("spec") or {}
        if any(is_placeholder(str(value)) for value in spec.values()):
            raise NotRead("a value that nobody knows")
        key = f"{metadata.get('namespace')}/{metadata['name']}"
        found[key] = {field: spec.get(field) for field in _COMPARED}
    return found


_ANSWERS = {
    "flux-helm-values": _release_values,
    "helm-set": _set,
    "helm-merge": _merge,
    "helm-coalesce": _helm,
    "k3s-values": _k3s,
    "argo-helm": _argo,
    "argo-type": _kind,
    "kustomize-helm": _kustomize_chart,
    **dict.fromkeys(("helmfile-values", "helmfile-set", "helmfile-environment", "helmfile-layer"), _helmfile),
    **dict.fromkeys(("helmfile-patch", "helmfile-function"), _helmfile),
    "argo-appset": _application_set,
    "flux-substitute": _flux_folder,
    "flux-substitute-from": _flux_folder,
    "flux-spec": _flux_folder,
    "flux-generate": _flux_folder,
    "argo-kustomize": _argo_folder,
}
