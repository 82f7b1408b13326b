"""Chart.yaml and requirements.yaml: what they say, read and judged as Helm does (`pkg/chart/v2/metadata.go`)."""

from __future__ import annotations

import posixpath
import unicodedata
from typing import TYPE_CHECKING

from podhosts.helm.decoding import DecodeError, FileOrigins, decode_yaml
from podhosts.helm.gonumbers import single_text
from podhosts.helm.loading.errors import LoadError
from podhosts.helm.model import Bool, GoList, GoMap, Nil, Number, derived
from podhosts.helm.semver import SemverError, parse_version
from podhosts.helm.traced import EMPTY, Traced
from podhosts.patterns import regex
from podhosts.records import field, record

if TYPE_CHECKING:
    from podhosts.helm.model import GoValue

METADATA = "Chart.yaml"
REQUIREMENTS = "requirements.yaml"
_ALIAS = regex(r"[a-zA-Z0-9_-]+")
_UNMARSHALING = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal"
_KINDS: dict[type, str] = {Bool: "bool", Number: "number", GoList: "array", GoMap: "object"}


@record(slots=True)
class ChartDependency:
    """An entry of `dependencies`."""

    name: Traced = EMPTY
    version: Traced = EMPTY
    repository: Traced = EMPTY
    condition: Traced = EMPTY
    tags: list[Traced] = field(default_factory=list)
    enabled: bool = False
    import_values: list[GoValue] = field(default_factory=list)
    alias: Traced = EMPTY


@record(slots=True)
class Maintainer:
    """An entry of `maintainers`."""

    name: Traced = EMPTY
    email: Traced = EMPTY
    url: Traced = EMPTY


@record(slots=True)
class Metadata:
    """What Chart.yaml says. A text that is not there is empty; `dependencies` is None where there is no list."""

    name: Traced = EMPTY
    home: Traced = EMPTY
    sources: list[Traced] = field(default_factory=list)
    version: Traced = EMPTY
    description: Traced = EMPTY
    keywords: list[Traced] = field(default_factory=list)
    maintainers: list[Maintainer | None] = field(default_factory=list)
    icon: Traced = EMPTY
    api_version: Traced = EMPTY
    condition: Traced = EMPTY
    tags: Traced = EMPTY
    app_version: Traced = EMPTY
    deprecated: bool = False
    annotations: dict[str, Traced] | None = None
    kube_version: Traced = EMPTY
    dependencies: list[ChartDependency | None] | None = None
    type: Traced = EMPTY

    @property
    def is_library(self) -> bool:
        """Whether the chart only defines templates for others."""
        return self.type.text.lower() == "library"

    def copied(self) -> Metadata:
        """A copy whose name and dependencies can be changed."""
        made = Metadata(**{name: getattr(self, name) for name in self.__slots__})
        if self.dependencies is not None:
            made.dependencies = [
                one and ChartDependency(**{name: getattr(one, name) for name in one.__slots__})
                for one in self.dependencies
            ]
        return made


#: The fields of Chart.yaml that are strings, by their names there.
_STRINGS = {
    "name": "name",
    "home": "home",
    "version": "version",
    "description": "description",
    "icon": "icon",
    "apiVersion": "api_version",
    "condition": "condition",
    "tags": "tags",
    "appVersion": "app_version",
    "kubeVersion": "kube_version",
    "type": "type",
}
_DEPENDENCY_STRINGS = {name: name for name in ("name", "version", "repository", "condition", "alias")}


class _MetadataReader:
    """Takes what a file says into the fields of a struct, with Go's complaints about the wrong types."""

    def __init__(self, file: str, struct: str) -> None:
        self._file = file
        self._struct = struct

    def _refuse(self, value: GoValue, name: str, wanted: str) -> LoadError:
        kind = "string" if isinstance(value, Traced) else _KINDS.get(type(value), "value")
        message = f"{_UNMARSHALING} {kind} into Go struct field {self._struct}.{name} of type {wanted}"
        return LoadError("load", f"cannot load {posixpath.basename(self._file)}: {message}", self._file)

    def string(self, value: GoValue, name: str) -> Traced:
        """Numbers and booleans become strings, null is the empty one."""
        if isinstance(value, Traced):
            return value
        if isinstance(value, Nil):
            return EMPTY
        if isinstance(value, Bool):
            return derived("true" if value.value else "false", value)
        if isinstance(value, Number) and isinstance(value.value, float):
            return derived(_number_text(value.value), value)
        raise self._refuse(value, name, "string")

    def strings(self, value: GoValue, name: str) -> list[Traced]:
        if isinstance(value, Nil):
            return []
        if not isinstance(value, GoList):
            raise self._refuse(value, name, "[]string")
        return [self.string(item, name) for item in value.items]

    def boolean(self, value: GoValue, name: str) -> bool:
        if isinstance(value, Nil):
            return False
        if not isinstance(value, Bool):
            raise self._refuse(value, name, "bool")
        return value.value

    def fields(self, value: GoValue, name: str, wanted: str) -> dict[str, GoValue] | None:
        """The entries of a mapping; None for null."""
        if isinstance(value, Nil):
            return None
        if not isinstance(value, GoMap):
            raise self._refuse(value, name, wanted)
        return value.entries

    def list_of(self, value: GoValue, name: str, wanted: str) -> list[GoValue]:
        if isinstance(value, Nil):
            return []
        if not isinstance(value, GoList):
            raise self._refuse(value, name, wanted)
        return value.items


def _number_text(value: float) -> str:
    """A number as a string field takes it: whole ones as they are, others through 32 bits."""
    return str(int(value)) if value.is_integer() and abs(value) < 2**63 else single_text(value)


def read_metadata(file: str, text: str, into: Metadata) -> None:
    """Take what Chart.yaml or requirements.yaml says into a chart's metadata.

    Raises LoadError.
    """
    short = posixpath.basename(file)
    try:
        value = decode_yaml(text, FileOrigins(file))
    except DecodeError as error:
        raise LoadError("load", f"cannot load {short}: {error.message}", file, error.span) from None
    if isinstance(value, Nil):
        return
    if not isinstance(value, GoMap):
        kind = "string" if isinstance(value, Traced) else _KINDS.get(type(value), "value")
        raise LoadError(
            "load", f"cannot load {short}: {_UNMARSHALING} {kind} into Go value of type chart.Metadata", file
        )
    reader = _MetadataReader(file, "Metadata")
    folded = _by_field(value.entries, (*_STRINGS, *_OTHERS))
    for name, attribute in _STRINGS.items():
        if name in folded and not isinstance(folded[name], Nil):
            setattr(into, attribute, reader.string(folded[name], name))
    for name, take in _OTHERS.items():
        if name in folded:
            take(reader, folded[name], into)


def _by_field(entries: dict[str, GoValue], names: tuple[str, ...]) -> dict[str, GoValue]:
    """The entries that Go's JSON reader takes for fields of these names: case does not matter."""
    known = {name.lower(): name for name in names}
    return {known[name.lower()]: value for name, value in entries.items() if name.lower() in known}


def _take_sources(reader: _MetadataReader, value: GoValue, into: Metadata) -> None:
    into.sources = reader.strings(value, "sources")


def _take_keywords(reader: _MetadataReader, value: GoValue, into: Metadata) -> None:
    into.keywords = reader.strings(value, "keywords")


def _take_deprecated(reader: _MetadataReader, value: GoValue, into: Metadata) -> None:
    into.deprecated = reader.boolean(value, "deprecated")


def _take_annotations(reader: _MetadataReader, value: GoValue, into: Metadata) -> None:
    fields = reader.fields(value, "annotations", "map[string]string")
    into.annotations = None
    if fields is not None:
        into.annotations = {name: reader.string(item, "annotations") for name, item in fields.items()}


def _take_maintainers(reader: _MetadataReader, value: GoValue, into: Metadata) -> None:
    into.maintainers = []
    for item in reader.list_of(value, "maintainers", "[]*chart.Maintainer"):
        fields = reader.fields(item, "maintainers", "chart.Maintainer")
        into.maintainers.append(
            None
            if fields is None
            else Maintainer(**{name: reader.string(fields.get(name, Nil()), name) for name in ("name", "email", "url")})
        )


def _take_dependencies(reader: _MetadataReader, value: GoValue, into: Metadata) -> None:
    if isinstance(value, Nil):
        return
    into.dependencies = []
    for item in reader.list_of(value, "dependencies", "[]*chart.Dependency"):
        fields = reader.fields(item, "dependencies", "chart.Dependency")
        if fields is None:
            into.dependencies.append(None)
            continue
        found = _by_field(fields, (*_DEPENDENCY_STRINGS, "tags", "enabled", "import-values"))
        dependency = ChartDependency()
        for name in _DEPENDENCY_STRINGS:
            if name in found:
                setattr(dependency, name, reader.string(found[name], f"dependencies.{name}"))
        dependency.tags = reader.strings(found.get("tags", Nil()), "dependencies.tags")
        dependency.enabled = reader.boolean(found.get("enabled", Nil()), "dependencies.enabled")
        dependency.import_values = list(
            reader.list_of(found.get("import-values", Nil()), "dependencies.import-values", "[]interface {}")
        )
        into.dependencies.append(dependency)


_OTHERS = {
    "sources": _take_sources,
    "keywords": _take_keywords,
    "deprecated": _take_deprecated,
    "annotations": _take_annotations,
    "maintainers": _take_maintainers,
    "dependencies": _take_dependencies,
}


def check_metadata(metadata: Metadata, file: str) -> None:
    """Raise LoadError where Helm refuses what Chart.yaml says; odd characters in it become blanks or vanish."""
    for attribute in ("name", "description", "home", "icon", "condition", "tags", "app_version", "kube_version"):
        setattr(metadata, attribute, _sanitized(getattr(metadata, attribute)))
    problem = _problem(metadata) or _dependency_problem(metadata)
    if problem:
        raise LoadError("load", f"validation: {problem}", file)


def _problem(metadata: Metadata) -> str | None:
    name, version = metadata.name.text, metadata.version.text
    if not metadata.api_version.text:
        return "chart.metadata.apiVersion is required"
    if not name:
        return "chart.metadata.name is required"
    if name in (".", ".."):
        return f'chart.metadata.name "{name}" is not allowed'
    if name != (posixpath.basename(name.rstrip("/")) or "/"):
        return f'chart.metadata.name "{name}" is invalid'
    if not version:
        return "chart.metadata.version is required"
    try:
        parse_version(version)
    except SemverError:
        return f'chart.metadata.version "{version}" is invalid'
    if metadata.type.text not in ("", "application", "library"):
        return "chart.metadata.type must be application or library"
    return "maintainers must not contain empty or null nodes" if None in metadata.maintainers else None


def _dependency_problem(metadata: Metadata) -> str | None:
    seen: set[str] = set()
    for dependency in metadata.dependencies or []:
        if dependency is None:
            return "dependencies must not contain empty or null nodes"
        dependency.name = _sanitized(dependency.name)
        dependency.version = _sanitized(dependency.version)
        dependency.condition = _sanitized(dependency.condition)
        dependency.tags = [_sanitized(tag) for tag in dependency.tags]
        alias = dependency.alias.text
        if alias and not _ALIAS.fullmatch(alias):
            return f'dependency "{dependency.name.text}" has disallowed characters in the alias'
        key = alias or dependency.name.text
        if key in seen:
            return f'more than one dependency with name or alias "{key}"'
        seen.add(key)
    return None


def _sanitized(text: Traced) -> Traced:
    """Every kind of space as a blank, and nothing that cannot be printed."""
    if text.text.isascii() and text.text.isprintable():
        return text
    return text.derive("".join(map(_sanitized_character, text.text)))


def _sanitized_character(character: str) -> str:
    if character.isspace():
        return " "
    return character if unicodedata.category(character)[0] in "LMNPS" else ""
