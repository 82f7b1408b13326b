"""From files and flags to what templates see: the steps of `helm template` up to the engine, in its order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.helm.loading.chart import LoadedChart, load_folder, read_values
from podhosts.helm.loading.chart_object import chart_object
from podhosts.helm.loading.dependencies import missing_dependencies, process_dependencies
from podhosts.helm.loading.errors import LoadError
from podhosts.helm.loading.merging import Merger, copied_map, over
from podhosts.helm.loading.schema import check_schemas
from podhosts.helm.loading.set_flags import apply_flag
from podhosts.helm.model import FALSE, TRUE, GoMap, Number, Unsupported
from podhosts.helm.objects import KubeVersion, capabilities_object, files_object, values_map
from podhosts.helm.semver import SemverError, parse_constraint, parse_version, satisfies
from podhosts.helm.traced import TemplateText, Traced
from podhosts.patterns import regex
from podhosts.records import NamedTuple, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.helm.loading.set_flags import Flag
    from podhosts.helm.model import GoObject, GoValue

#: What Helm 3.22 and 4.3 take without a cluster.
DEFAULT_KUBERNETES = "v1.37.0"
#: How `helm template` calls a release that nobody named, and the namespace that nobody chose.
_RELEASE_NAME = "release-name"
_NAMESPACE = "default"
_KUBE_VERSION = regex(r"v?([0-9]+(?:\.[0-9]+)*)(.*)", re.DOTALL)
_FLAG_ORDER: tuple[Flag, ...] = ("--set-json", "--set", "--set-string", "--set-literal")


class ValuesText(NamedTuple):
    """A values file that is given: its name and its text, None where there is no such file."""

    name: str
    text: str | None


@record(frozen=True, slots=True)
class LoadOptions:
    """What is asked of Helm. A release without a name, and one without a namespace, are not known.

    `given` are values that were joined before; those of files and flags come on top of them. `own` are values that
    stand for those of the chart's `values.yaml`.
    """

    helm_version: int = 4
    given: GoMap | None = None
    own: GoMap | None = None
    values: tuple[ValuesText, ...] = ()
    flags: tuple[tuple[Flag, str], ...] = ()
    release_name: str | None = None
    namespace: str | None = None
    kubernetes_version: str = DEFAULT_KUBERNETES
    api_versions: tuple[str, ...] = ()
    checks_schemas: bool = True


class ChartTemplate(NamedTuple):
    """A template as the engine gets it.

    `name` is what Helm calls it, `path` where it lies in the folder of the outermost chart; `data` is its dot, which
    all templates of a chart share.
    """

    name: str
    text: str
    path: str
    base_path: str
    data: GoMap


class Installation(NamedTuple):
    """A chart with its values merged: the chart, the values of the outermost one, and all templates, unsorted."""

    chart: LoadedChart
    values: GoMap
    templates: list[ChartTemplate]


def load(files: Mapping[str, bytes], options: LoadOptions) -> Installation:
    """Load the chart in a folder, given by the paths and contents of its files, with these options.

    Raises LoadError where Helm would stop, Unsupported and TooLarge where nobody knows.
    """
    given = _given_values(options)
    chart = load_folder(files, options.helm_version)
    if options.own is not None:
        chart.values = copied_map(options.own)
    if chart.metadata.type.text not in ("", "application"):
        raise LoadError("load", f"{chart.metadata.type.text} charts are not installable", "Chart.yaml")
    if missing := missing_dependencies(chart):
        raise LoadError("load", _missing(missing, options.helm_version), "Chart.yaml")
    merger = Merger(options.helm_version)
    process_dependencies(chart, given, merger)
    _refuse_namesakes(chart)
    values = merger.coalesced(chart, given)
    if options.checks_schemas:
        check_schemas(chart, values)
    version = kube_version(options.kubernetes_version, options.helm_version)
    wanted = chart.metadata.kube_version.text
    if wanted and not _is_satisfied(wanted, version):
        message = f"chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {version.full}"
        raise LoadError("load", message, "Chart.yaml")
    builder = _DataBuilder(options, version)
    builder.build(chart, values_map(values, options.helm_version))
    return Installation(chart, values, builder.templates)


def _refuse_namesakes(chart: LoadedChart) -> None:
    """Of two charts of one name in a chart (a folder and an archive) Helm prints either."""
    names = [inner.name for inner in chart.dependencies]
    if len(set(names)) < len(names):
        raise Unsupported("two sub-charts of one name")
    for inner in chart.dependencies:
        _refuse_namesakes(inner)


def _missing(names: list[str], helm_version: int) -> str:
    first, quote = ("An", "`") if helm_version < 4 else ("an", "'")
    return (
        f"{first} error occurred while checking for chart dependencies. You may need to run "
        f"{quote}helm dependency build{quote} to fetch missing dependencies: "
        f"found in Chart.yaml, but missing in charts/ directory: {', '.join(names)}"
    )


def _given_values(options: LoadOptions) -> GoMap:
    """The values of files and flags."""
    values = GoMap() if options.given is None else copied_map(options.given)
    for file in options.values:
        if file.text is None:
            raise LoadError("values", f"open {file.name}: no such file or directory", file.name)
        prefix = f"failed to parse {file.name}: "
        values = over(values, read_values(file.name, file.text, options.helm_version, prefix, "values"))
    for kind in _FLAG_ORDER:
        for flag, text in options.flags:
            if flag == kind:
                values = apply_flag(flag, text, values, options.helm_version)
    return values


def kube_version(text: str, helm_version: int) -> KubeVersion:
    """What Helm makes of a `--kube-version`. Raises LoadError."""
    found = _KUBE_VERSION.fullmatch(text.strip())
    if found is None or "." not in found[1]:
        raise LoadError("flags", f"invalid kube version '{text}': could not parse \"{text}\" as version")
    numbers = [str(int(number)) for number in found[1].split(".")]
    normal = "v" + ".".join(numbers)
    full = normal if helm_version < 4 else text if text.startswith("v") else f"v{text}"
    return KubeVersion(full, normal, numbers[0], numbers[1])


def _is_satisfied(wanted: str, version: KubeVersion) -> bool:
    try:
        return satisfies(parse_constraint(wanted), parse_version(version.normal))
    except SemverError:
        return False


class _DataBuilder:
    """Makes the dot of each chart's templates."""

    def __init__(self, options: LoadOptions, version: KubeVersion) -> None:
        self._helm_version = options.helm_version
        self._capabilities: GoObject = capabilities_object(version, options.api_versions, options.helm_version)
        self._release = _release(options)
        self.templates: list[ChartTemplate] = []

    def build(self, chart: LoadedChart, values: GoMap) -> GoMap:
        """The dot of a chart with these values; those of the charts in it are below its `Subcharts`."""
        inner: dict[str, GoValue] = {}
        data = GoMap(
            {
                "Chart": chart_object(chart, self._helm_version),
                "Files": files_object(
                    {file.name: Traced.of(file.text, TemplateText(file.path, 0)) for file in chart.files}
                ),
                "Release": self._release,
                "Capabilities": self._capabilities,
                "Values": values,
                "Subcharts": GoMap(inner),
            }
        )
        for below in chart.dependencies:
            own = values.entries.get(below.name)
            table = own if isinstance(own, GoMap) else GoMap()
            inner[below.name] = self.build(below, values_map(table, self._helm_version))
        dot = values_map(data, self._helm_version)
        base = f"{chart.full_path}/templates"
        for file in chart.templates:
            if not chart.metadata.is_library or file.name.rpartition("/")[2].startswith("_"):
                name = f"{chart.full_path}/{file.name}"
                self.templates.append(ChartTemplate(name, file.text, file.path, base, dot))
        return data


def _release(options: LoadOptions) -> GoMap:
    name, namespace = options.release_name, options.namespace
    return GoMap(
        {
            "Name": Traced.unknown("Release.Name", _RELEASE_NAME) if name is None else Traced.own(name),
            "Namespace": Traced.unknown("Release.Namespace", _NAMESPACE)
            if namespace is None
            else Traced.own(namespace),
            "IsInstall": TRUE,
            "IsUpgrade": FALSE,
            "Revision": Number("int", 1),
            "Service": Traced.own("Helm"),
        }
    )
