"""Argo CD's Application: charts and folders of the repository, with values, parameters and patches.

Source: `reposerver/repository/repository.go`, `util/helm`, `util/kustomize` of Argo CD as described in
`vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.deliveries.argo_text import expanded, unescaped_commas_escaped
from podhosts.deliveries.flux_kustomizations import changes_of
from podhosts.deliveries.folders import from_root, is_missing
from podhosts.deliveries.joining import JoinedValues, UnreadableValuesError
from podhosts.deliveries.model import ChartDelivery, OpenPart, at, path_to
from podhosts.document import Document, Mapping, Sequence, split
from podhosts.helm.decoding import FileOrigins, value_of
from podhosts.helm.model import NIL, Bool, GoList, GoMap, Nil
from podhosts.helm.traced import Traced
from podhosts.kustomize.delivered import DeliveredFolder
from podhosts.kustomize.names import KUSTOMIZATION_NAMES
from podhosts.patterns import regex
from podhosts.placed import Placed
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Dictionary

    from podhosts.deliveries.model import DeliveryContext
    from podhosts.helm.model import GoValue
    from podhosts.kubernetes import KubernetesObject
    from podhosts.kustomize.files import Files
    from podhosts.placed import Place

KIND = "Application"
_METADATA = "Chart.yaml"
_HELM, _KUSTOMIZE, _DIRECTORY, _PLUGIN = "Helm", "Kustomize", "Directory", "Plugin"
#: The fields with the options of each kind of source.
_KINDS = (("helm", _HELM), ("kustomize", _KUSTOMIZE), ("directory", _DIRECTORY), ("plugin", _PLUGIN))
#: What Argo CD writes into the kustomization of the folder; the names are the same there.
_KUSTOMIZE_FIELDS = {
    name: name
    for name in (
        "patches",
        "components",
        "namePrefix",
        "nameSuffix",
        "namespace",
        "replicas",
    )
}
_SCHEME = regex(r"[A-Za-z][A-Za-z0-9+.-]*://")
_GLOB = regex(r"[*?\[]")
#: Fields of a source that a file in its folder cannot change.
_FIXED = frozenset({"repoURL", "targetRevision", "path", "chart"})
#: What Argo CD knows only once it has the source.
_OF_REVISION = ("ARGOCD_APP_REVISION", "ARGOCD_APP_REVISION_SHORT", "ARGOCD_APP_REVISION_SHORT_8")
_UNORDERED = "parameters that touch the same value have no fixed order"


class Application(NamedTuple):
    """An Application, or one that an ApplicationSet makes: its name, its spec, where it is written.

    `joined` knows the documents that the values of the spec are written in.
    """

    name: str | None
    spec: GoMap
    path: str
    place: Place
    joined: JoinedValues


class ArgoSource(NamedTuple):
    """One source of an Application: the folder in the repository, and what kind of source it is.

    `number` is its index in `sources`; 0 for `source`.
    """

    application: Application
    fields: GoMap
    folder: str
    kind: str
    number: int


def application_of(manifest: KubernetesObject) -> Application | None:
    """An Application as it is written; None for one without a spec."""
    placed = Placed(manifest.document)
    place = placed.place(manifest.node.span)
    if manifest.spec is None or place is None:
        return None
    joined = JoinedValues()
    spec = value_of(manifest.spec, FileOrigins(joined.name(placed)), path_to(manifest, "spec"))
    path = manifest.document.source.path
    return Application(manifest.name, spec, path, place, joined) if isinstance(spec, GoMap) else None


def is_chart(source: ArgoSource) -> bool:
    """Whether Argo CD takes a source for a chart."""
    return source.kind == _HELM


def read_argo_folder(manifest: KubernetesObject, source: ArgoSource) -> DeliveredFolder | None:
    """The folder that a source of kind Kustomize builds, with its changes; None for no changes."""
    listed = at(manifest.spec, "sources")
    fields = listed.items[source.number] if isinstance(listed, Sequence) else at(manifest.spec, "source")
    options = fields.get("kustomize") if isinstance(fields, Mapping) else None
    if source.kind != _KUSTOMIZE or not isinstance(options, Mapping):
        return None
    changes = changes_of(options, _KUSTOMIZE_FIELDS, Placed(manifest.document))
    path = source.application.path
    shown = f"{KIND} {source.application.name or '?'} of {path}"
    return DeliveredFolder(source.folder or ".", path, shown, changes) if changes else None


def argo_sources(application: Application, around: DeliveryContext) -> Iterator[ArgoSource]:
    """The sources of an Application that lie in the repository.

    Raises UnreadableValuesError where Argo CD refuses one.
    """
    files = around.files
    spec = application.spec
    listed = spec.entries.get("sources")
    alone = spec.entries.get("source")
    sources = listed.items if isinstance(listed, GoList) else [alone] if alone is not None else []
    for number, fields in enumerate(sources):
        path = text_at(fields, "path")
        if not isinstance(fields, GoMap) or path is None or text_at(fields, "chart"):
            continue
        for folder in from_root(path, application.path, files):
            merged = _with_overrides(application, fields, folder, files)
            kind = _kind(merged, folder, around)
            if kind is not None:
                yield ArgoSource(application, merged, folder, kind, number)
                break


def read_argo_chart(source: ArgoSource, files: Files) -> ChartDelivery:
    """The chart that a source of kind Helm deploys, with its values.

    Raises UnreadableValuesError where Argo CD or Helm refuses them, or their order is not fixed.
    """
    application = source.application
    reader = _HelmOptions(source, files)
    shown = f"{KIND} {application.name or '?'}"
    try:
        reader.read()
    except UnreadableValuesError as error:
        return ChartDelivery(reader.joined.refused(source.folder, application.path, shown, error))
    names = (reader.release_name, reader.namespace)
    delivered = reader.joined.chart(source.folder, application.path, shown, *names)
    return ChartDelivery(delivered, tuple(reader.open_parts))


class _HelmOptions:
    """The values of one source of kind Helm."""

    def __init__(self, source: ArgoSource, files: Files) -> None:
        application = source.application
        self.open_parts: list[OpenPart] = []
        self.joined = application.joined.fresh()
        self._application = application
        self._source = source
        self._files = files
        helm = source.fields.entries.get("helm")
        self._helm = helm if isinstance(helm, GoMap) else GoMap()
        self.namespace = text_at(self._helm, "namespace") or text_at(application.spec, "destination", "namespace")
        self.release_name = text_at(self._helm, "releaseName") or application.name
        self._variables: Dictionary[str, str | None] = {
            "ARGOCD_APP_NAME": application.name,
            "ARGOCD_APP_NAMESPACE": text_at(application.spec, "destination", "namespace"),
            "ARGOCD_APP_PROJECT_NAME": text_at(application.spec, "project"),
            "ARGOCD_APP_SOURCE_PATH": text_at(source.fields, "path"),
            "ARGOCD_APP_SOURCE_REPO_URL": text_at(source.fields, "repoURL"),
            "ARGOCD_APP_SOURCE_TARGET_REVISION": text_at(source.fields, "targetRevision"),
            **dict.fromkeys(_OF_REVISION),
        }

    def read(self) -> None:
        """Join files, `values` or `valuesObject`, and parameters, in Argo CD's order."""
        listed = self._helm.entries.get("valueFiles")
        names = [name for name in listed.items if isinstance(name, Traced)] if isinstance(listed, GoList) else []
        for name in _last_of_each(names):
            self._add_file(name)
        whole, text = self._helm.entries.get("valuesObject"), self._helm.entries.get("values")
        if isinstance(whole, GoMap) and whole.entries:
            self.joined.add(whole)
        elif isinstance(text, Traced) and text.text:
            self.joined.add(self.joined.read(text, "`helm.values`"))
        self._set_parameters()

    def _add_file(self, name: Traced) -> None:
        path = expanded(name, self._variables)
        if not path.is_known or _SCHEME.match(path.text) or _GLOB.search(path.text):
            self._leave_open(f"the values file `{name.text}` of an Application is not followed")
            return
        found = next(
            (source for one in self._paths(name, path.text) if (source := self._files.get(one)) is not None), None
        )
        if found is not None:
            self.joined.add(self.joined.file(found))
        elif self._is_of_other_source(name.text):
            self._leave_open(f"the values file `{name.text}` lies in another repository")
        elif not is_true_value(self._helm.entries.get("ignoreMissingValueFiles")):
            is_certain = all(is_missing(one, self._files) for one in self._paths(name, path.text))
            place = self.joined.place(name) if is_certain else None
            raise UnreadableValuesError(f"the values file `{path.text}` is not there", place)

    def _paths(self, name: Traced, path: str) -> Iterator[str]:
        """The paths that a values file may have here."""
        reference, slash, rest = name.text.partition("/")
        if slash and self._is_of_other_source(name.text):
            del reference
            yield from from_root(rest, self._application.path, self._files)
        elif path.startswith("/"):
            yield from from_root(path, self._application.path, self._files)
        else:
            yield posixpath.normpath(posixpath.join(self._source.folder, path))

    def _is_of_other_source(self, name: str) -> bool:
        """Whether a path begins with the `ref` of a source of the Application."""
        listed = self._application.spec.entries.get("sources")
        references = {text_at(item, "ref") for item in listed.items} if isinstance(listed, GoList) else set()
        return name.startswith("$") and name[1:].partition("/")[0] in references

    def _set_parameters(self) -> None:
        listed = self._helm.entries.get("parameters")
        plain: dict[str, Traced] = {}
        strings: dict[str, Traced] = {}
        places: dict[str, Place | None] = {}
        for item in listed.items if isinstance(listed, GoList) else ():
            name = text_at(item, "name")
            value = item.entries.get("value") if isinstance(item, GoMap) else None
            if name is None or not isinstance(value, Traced) or not isinstance(item, GoMap):
                continue
            into = strings if is_true_value(item.entries.get("forceString")) else plain
            written = item.entries.get("name")
            places[name] = self.joined.place(written) if isinstance(written, Traced) else None
            into[name] = unescaped_commas_escaped(expanded(value, self._variables))
        for values in (plain, strings):
            if any(_is_above(one, other) for one in values for other in values):
                raise UnreadableValuesError(_UNORDERED)
        for name, value in plain.items():
            self.joined.set("--set", Traced.own(f"{name}=") + value, places[name])
        for name, value in strings.items():
            self.joined.set("--set-string", Traced.own(f"{name}=") + value, places[name])
        self._set_files()

    def _set_files(self) -> None:
        listed = self._helm.entries.get("fileParameters")
        for item in listed.items if isinstance(listed, GoList) else ():
            name = text_at(item, "name")
            path = item.entries.get("path") if isinstance(item, GoMap) else None
            if name is None or not isinstance(path, Traced):
                continue
            paths = self._paths(path, expanded(path, self._variables).text)
            source = next((found for one in paths if (found := self._files.get(one)) is not None), None)
            if source is None:
                raise UnreadableValuesError(f"the file `{path.text}` of a parameter is not there")
            self.joined.set_text(name, Traced.own(source.text))

    def _leave_open(self, reason: str) -> None:
        self.open_parts.append(OpenPart(self._application.place, reason))


def _last_of_each(names: list[Traced]) -> list[Traced]:
    """The names, each once: where it stands for the last time."""
    found: dict[str, Traced] = {}
    for name in names:
        found.pop(name.text, None)
        found[name.text] = name
    return list(found.values())


def _is_above(one: str, other: str) -> bool:
    """Whether the name of a parameter leads to something around another one."""
    return other.startswith((f"{one}.", f"{one}["))


def _kind(fields: GoMap, folder: str, around: DeliveryContext) -> str | None:
    """The kind of source that Argo CD sees: Helm, Kustomize or Directory; None for a plugin and for no folder.

    Raises UnreadableValuesError for several at once, and for a kind that the folder is not of.
    """
    names = set(around.names(folder))
    if not names:
        return None
    # Of several files the last one counts, in the order of their names.
    marks = sorted(name for name in names if name in KUSTOMIZATION_NAMES or name.endswith(_METADATA))
    is_kustomization = bool(marks) and marks[-1] in KUSTOMIZATION_NAMES
    written = [kind for name, kind in _KINDS if not isinstance(fields.entries.get(name) or NIL, Nil)]
    if len(written) > 1:
        raise UnreadableValuesError("a source has options of several kinds")
    kind = written[0] if written else _KUSTOMIZE if is_kustomization else _HELM if marks else _DIRECTORY
    if kind == _HELM and _METADATA not in names:
        raise UnreadableValuesError(f"there is no {_METADATA} in `{folder}`")
    if kind == _KUSTOMIZE and names.isdisjoint(KUSTOMIZATION_NAMES):
        raise UnreadableValuesError(f"there is no kustomization in `{folder}`")
    return None if kind == _PLUGIN else kind


def _with_overrides(application: Application, fields: GoMap, folder: str, files: Files) -> GoMap:
    """A source as the files `.argocd-source.yaml` and `.argocd-source-NAME.yaml` in its folder change it."""
    names = [".argocd-source.yaml"]
    if application.name:
        names.append(f".argocd-source-{application.name}.yaml")
    for name in names:
        source = files.get(posixpath.join(folder, name))
        piece = next(iter(split(source.text)), None) if source is not None else None
        if source is None or piece is None:
            continue
        placed = Placed(Document(source, piece))
        if isinstance(root := placed.document.root, Mapping):
            patch = value_of(root, FileOrigins(application.joined.name(placed)))
            if isinstance(patch, GoMap):
                kept = {key: value for key, value in patch.entries.items() if key not in _FIXED}
                fields = _merged(fields, GoMap(kept, dict(patch.keys)))
    return fields


def _merged(value: GoMap, patch: GoMap) -> GoMap:
    """A map after a JSON merge patch."""
    made = GoMap(dict(value.entries), dict(value.keys))
    for name, item in patch.entries.items():
        mine = made.entries.get(name)
        if isinstance(item, Nil):
            made.entries.pop(name, None)
        elif isinstance(item, GoMap):
            made.entries[name] = _merged(mine if isinstance(mine, GoMap) else GoMap(), item)
        else:
            made.entries[name] = item
    return made


def text_at(value: GoValue | None, *path: str) -> str | None:
    """The text below some keys; None where there is none that is known."""
    for step in path:
        value = value.entries.get(step) if isinstance(value, GoMap) else None
    return value.text if isinstance(value, Traced) and value.is_known else None


def is_true_value(value: GoValue | None) -> bool:
    return isinstance(value, Bool) and value.value
