"""A chart read from its files, with the charts below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.decoding import DecodeError, FileOrigins, decode_yaml
from podhosts.helm.loading.archives import ArchiveError, unpack
from podhosts.helm.loading.errors import LoadError
from podhosts.helm.loading.globs import BadPatternError
from podhosts.helm.loading.ignoring import IGNORE_FILE, DoubleStarError, IgnoreRules
from podhosts.helm.loading.merging import over
from podhosts.helm.loading.metadata import METADATA, REQUIREMENTS, Metadata, check_metadata, read_metadata
from podhosts.helm.model import Bool, GoList, GoMap, Nil, Number
from podhosts.helm.objects import go_text
from podhosts.helm.traced import Traced
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.helm.loading.errors import Stage
    from podhosts.helm.model import GoValue

VALUES = "values.yaml"
SCHEMA = "values.schema.json"
_TEMPLATES = "templates/"
_CHARTS = "charts/"
_LOCKS = frozenset(("Chart.lock", "requirements.lock"))
_BOM = b"\xef\xbb\xbf"
_WRONG_KIND = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal"
#: So deep may charts lie in charts; each is a call of the reader by itself.
_MOST_NESTED = 20


class ChartFile(NamedTuple):
    """A file of a chart: its name in the chart, its path from the folder of the outermost one, its text."""

    name: str
    path: str
    text: str


class LoadedChart:
    """A chart with its own values and the charts in it, which may be renamed or removed."""

    def __init__(self, metadata: Metadata, folder: str) -> None:
        self.metadata = metadata
        #: The path to its files, "" for the outermost chart.
        self.folder = folder
        self.values = GoMap()
        self.templates: list[ChartFile] = []
        self.files: list[ChartFile] = []
        self.schema: ChartFile | None = None
        self.dependencies: list[LoadedChart] = []
        self.parent: LoadedChart | None = None

    @property
    def name(self) -> str:
        """Its name, or the alias that it was given."""
        return self.metadata.name.text

    @property
    def full_path(self) -> str:
        """How Helm calls the chart among others: `c/charts/s`."""
        return f"{self.parent.full_path}/charts/{self.name}" if self.parent else self.name

    def set_dependencies(self, charts: list[LoadedChart]) -> None:
        """Make these the charts in it."""
        self.dependencies = charts
        for chart in charts:
            chart.parent = self

    def renamed(self, name: Traced | None) -> LoadedChart:
        """A copy under another name, or under its own."""
        made = LoadedChart(self.metadata.copied(), self.folder)
        made.values, made.templates, made.files, made.schema = self.values, self.templates, self.files, self.schema
        made.set_dependencies([inner.renamed(None) for inner in self.dependencies])
        if name is not None:
            made.metadata.name = name
        return made


def load_folder(files: Mapping[str, bytes], helm_version: int) -> LoadedChart:
    """The chart of a folder: its files by their path in it. What `.helmignore` names is not read.

    Raises LoadError.
    """
    if METADATA not in files and helm_version >= 4:
        raise LoadError("load", f"unable to detect chart at {METADATA}: open {METADATA}: no such file or directory")
    try:
        rules = IgnoreRules(go_text(files.get(IGNORE_FILE, b"")))
    except (BadPatternError, DoubleStarError) as error:
        raise LoadError("load", str(error), IGNORE_FILE) from None
    # As Helm walks a folder: by path, so that the last of several files of one name is the same.
    kept = {path: files[path].removeprefix(_BOM) for path in rules.kept(sorted(files))}
    return load_files(kept, helm_version)


def load_files(files: Mapping[str, bytes], helm_version: int, folder: str = "", depth: int = 0) -> LoadedChart:
    """The chart of these files. Raises LoadError."""
    if METADATA not in files and REQUIREMENTS not in files:
        raise LoadError("load", "Chart.yaml file is missing")
    metadata = Metadata()
    if METADATA in files:
        read_metadata(folder + METADATA, go_text(files[METADATA]), metadata)
        if not metadata.api_version.text:
            metadata.api_version = Traced.own("v1")
    chart = LoadedChart(metadata, folder)
    inner: dict[str, dict[str, bytes]] = {}
    for name, data in files.items():
        first, _, rest = name.partition("/")
        if first == _CHARTS[:-1] and rest and not name.endswith(".prov"):
            inner.setdefault(rest.partition("/")[0], {})[rest] = data
        else:
            _take_file(chart, ChartFile(name, folder + name, go_text(data)), helm_version)
    check_metadata(metadata, folder + METADATA)
    chart.set_dependencies(
        [found for name, below in inner.items() if (found := _load_inner(chart, name, below, helm_version, depth))]
    )
    return chart


def _take_file(chart: LoadedChart, file: ChartFile, helm_version: int) -> None:
    name = file.name
    if name == METADATA:
        return
    if name == VALUES:
        chart.values = read_values(file.path, file.text, helm_version, f"cannot load {VALUES}: ", "load")
    elif name == SCHEMA:
        chart.schema = file
    elif name == REQUIREMENTS or name in _LOCKS:
        if name == REQUIREMENTS:
            read_metadata(file.path, file.text, chart.metadata)
        if chart.metadata.api_version.text == "v1" and name != "Chart.lock":
            chart.files.append(file)
    elif name.startswith(_TEMPLATES):
        chart.templates.append(file)
    else:
        chart.files.append(file)


def _load_inner(
    chart: LoadedChart, name: str, files: dict[str, bytes], helm_version: int, depth: int
) -> LoadedChart | None:
    """A chart that lies in `charts/`; None for what Helm passes over."""
    if name[0] in "_.":
        return None
    try:
        if depth >= _MOST_NESTED:
            raise LoadError("load", "charts that are nested too deeply to read")
        if name.endswith(".tgz"):
            if name not in files:
                raise LoadError("load", f"error unpacking subchart tar in {chart.name}: expected {name}")
            folder = f"{chart.folder}{_CHARTS}{name}:"
            return load_files(unpack(files[name]), helm_version, folder, depth + 1)
        below = {path.partition("/")[2]: data for path, data in files.items() if "/" in path}
        return load_files(below, helm_version, f"{chart.folder}{_CHARTS}{name}/", depth + 1)
    except ArchiveError as error:
        path = f"{chart.folder}{_CHARTS}{name}"
        raise LoadError("load", f"error unpacking subchart {name} in {chart.name}: {error}", path) from None
    except LoadError as error:
        message = f"error unpacking subchart {name} in {chart.name}: {error.message}"
        raise LoadError(error.stage, message, error.file, error.span) from None


def read_values(file: str, text: str, helm_version: int, prefix: str, stage: Stage) -> GoMap:
    """The values of a file: those of its first document in Helm 3, of all in Helm 4.

    `prefix` begins the message of a LoadError.
    """
    words = prefix + ("cannot unmarshal yaml document: " if helm_version >= 4 else "")
    values = GoMap()
    for span in _documents(file, text, prefix, stage) if helm_version >= 4 else [Span(0, len(text))]:
        try:
            found = decode_yaml(text, FileOrigins(file), *span)
        except DecodeError as error:
            raise LoadError(stage, words + error.message, file, error.span) from None
        if isinstance(found, Nil):
            continue
        if not isinstance(found, GoMap):
            message = f"{_WRONG_KIND} {_json_kind(found)} into Go value of type map[string]interface {{}}"
            raise LoadError(stage, words + message, file, span)
        values = over(values, found)
    return values


def _json_kind(value: GoValue) -> str:
    """JSON's word for what is no map."""
    if isinstance(value, GoList):
        return "array"
    return "bool" if isinstance(value, Bool) else "number" if isinstance(value, Number) else "string"


def _documents(file: str, text: str, prefix: str, stage: Stage) -> list[Span]:
    """The documents of a values file as Helm 4 splits them: at lines that begin with `---`."""
    spans: list[Span] = []
    start = at = 0
    for line in text.split("\n"):
        end = min(at + len(line) + 1, len(text))
        if line.startswith("---"):
            rest = line[3:].strip()
            if rest and not rest.startswith("#"):
                message = f"error reading yaml document: invalid Yaml document separator: {rest}"
                raise LoadError(stage, prefix + message, file, Span(at, end))
            if at > start:
                spans.append(Span(start, at))
                start = end
        at = end
    return [*spans, Span(start, len(text))] if start < len(text) else spans
