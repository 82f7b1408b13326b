"""Config: the settings of a project, where each stands, and what is wrong with them.

One file a run: from the working directory up to the folder with `.git`, `.podhosts.yaml` or `[tool.podhosts]` in
`pyproject.toml`, the first one found; nothing is merged. `schemas/config.schema.json` describes it.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podhosts import __version__
from podhosts.config_mistakes import mistakes
from podhosts.document import Document, Mapping, Scalar, plain, split
from podhosts.document.places import places as values_of
from podhosts.helm.options import ChartValues
from podhosts.kubernetes import ConfiguredPodSpec
from podhosts.records import field, record
from podhosts.resources import schema
from podhosts.source import Source

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class ConfigError(Exception):
    """A config that cannot be used; each text says one mistake, and begins with path, line and column."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@record(frozen=True, slots=True)
class PathSettings:
    """Settings for the files that match `paths` (patterns as in .gitignore)."""

    paths: tuple[str, ...]
    ignore: frozenset[str] = frozenset()
    severity: dict[str, str] = field(default_factory=dict)


@record(frozen=True)
class Config:
    """The settings as written; None where a key is not there. `places` has `path:line:column` for each key."""

    folder: Path = Path()
    path: str | None = None
    places: dict[str, str] = field(default_factory=dict)
    #: May hold `all`, for every rule.
    select: frozenset[str] | None = None
    extend_select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    severity: dict[str, str] = field(default_factory=dict)
    per_path: tuple[PathSettings, ...] = ()
    exclude: tuple[str, ...] = ()
    kubernetes_version: str | None = None
    fail_on: str | None = None
    resolvers: frozenset[str] | None = None
    allow: dict[str, frozenset[str]] = field(default_factory=dict)
    require_reason: bool = False
    suppressions: bool = True
    pod_specs: tuple[ConfiguredPodSpec, ...] = ()
    environments: tuple[str, ...] = ()
    #: The values files that belong to charts, as whole paths.
    charts: tuple[ChartValues, ...] = ()
    helm_version: int | None = None
    baseline: str | None = None

    def excludes(self, path: str) -> bool:
        """Whether a file is not to be checked."""
        return bool(self.exclude) and self._matches(self.exclude, path)

    def for_path(self, path: str) -> list[PathSettings]:
        """The settings that hold for a file beside the general ones, in order."""
        return [item for item in self.per_path if self._matches(item.paths, path)]

    def environment_of(self, path: str) -> str | None:
        """The environment that a file belongs to, as its folder; None where it lies in none."""
        relative = self._relative(path) if self.environments else None
        if relative is None:
            return None
        folders = [folder.as_posix() for folder in reversed(relative.parents)][1:]
        return next((folder for folder in folders if self._spec(self.environments).match_file(f"{folder}/")), None)

    def _matches(self, patterns: tuple[str, ...], path: str) -> bool:
        relative = self._relative(path)
        return relative is not None and bool(self._spec(patterns).match_file(relative.as_posix()))

    def _relative(self, path: str) -> Path | None:
        try:
            return Path(path).resolve().relative_to(self.folder)
        except ValueError:
            return None

    def _spec(self, patterns: tuple[str, ...]) -> GitIgnoreSpec:
        spec = self._specs.get(patterns)
        if spec is None:
            from pathspec import GitIgnoreSpec

            spec = self._specs[patterns] = GitIgnoreSpec.from_lines(patterns)
        return spec

    @cached_property
    def _specs(self) -> dict[tuple[str, ...], GitIgnoreSpec]:
        return {}


def load_config(path: Path) -> Config:
    """Read and check a config file. Raises ConfigError with the places of all mistakes."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    shown = _shown(path)
    values, places = (_from_toml if path.suffix == ".toml" else _from_yaml)(shown, data)
    required = values.get("required-version")
    if isinstance(required, str) and _numbers(required) > _numbers(__version__):
        place = places.get(("required-version",), shown)
        raise ConfigError(f"{place}: podhosts {required} or newer is required, this is {__version__}")
    return Config(
        folder=path.resolve().parent,
        path=shown,
        places={str(key[0]): place for key, place in places.items() if len(key) == 1},
        select=frozenset(values["select"]) if "select" in values else None,
        extend_select=frozenset(values.get("extend-select", ())),
        ignore=frozenset(values.get("ignore", ())),
        severity=dict(values.get("severity", {})),
        per_path=tuple(
            PathSettings(tuple(item["paths"]), frozenset(item.get("ignore", ())), dict(item.get("severity", {})))
            for item in values.get("per-path", ())
        ),
        exclude=tuple(values.get("exclude", ())),
        kubernetes_version=values.get("kubernetes-version"),
        fail_on=values.get("fail-on"),
        resolvers=frozenset(values["resolvers"]) if "resolvers" in values else None,
        allow={rule: frozenset(names) for rule, names in values.get("allow", {}).items()},
        require_reason=values.get("require-reason", False),
        suppressions=values.get("suppressions", True),
        pod_specs=tuple(
            ConfiguredPodSpec(item["kind"], item.get("group"), item["path"]) for item in values.get("pod-specs", ())
        ),
        environments=tuple(values.get("environments", ())),
        charts=tuple(_chart_values(path.resolve().parent, item) for item in values.get("charts", ())),
        helm_version=None if "helm-version" not in values else int(values["helm-version"]),
        baseline=values.get("baseline"),
    )


def _chart_values(folder: Path, item: dict[str, Any]) -> ChartValues:
    """A chart's values files as whole paths; they are written from the config's folder."""
    chart, *files = (os.path.normpath(folder / path) for path in (item["path"], *item["values"]))
    return ChartValues(chart, tuple(files))


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))


_Places = dict[tuple[str | int, ...], str]


def _from_yaml(shown: str, data: bytes) -> tuple[dict[str, Any], _Places]:
    source = Source(shown, data)
    documents = [Document(source, piece) for piece in split(source.text)]
    for document in documents:
        if document.problem is not None:
            raise ConfigError(f"{_place(source, document.problem.span.start)}: {document.problem.message}")
    roots = [document.root for document in documents if document.root is not None and plain(document.root) is not None]
    if len(roots) > 1:
        raise ConfigError(f"{_place(source, roots[1].start)}: more than one document; a config is one")
    if not roots:
        return {}, {}
    found = list(values_of(roots[0]))
    places = {path: _place(source, start) for path, start, _ in found}
    # As it is written: `1.30` is 1.3 as a number.
    written = {path: node.text for path, _, node in found if isinstance(node, Scalar)}
    values = plain(roots[0])
    if isinstance(roots[0], Mapping):
        for _, later in roots[0].duplicates:
            raise ConfigError(f"{_place(source, later.key.start)}: `{later.name}` is written twice")
    _validate(shown, values, places, written)
    return (values if isinstance(values, dict) else {}), places


def _place(source: Source, offset: int) -> str:
    at = source.position(offset)
    return f"{source.path}:{at.line}:{at.column}"


def _from_toml(shown: str, data: bytes) -> tuple[dict[str, Any], _Places]:
    text = data.decode("utf-8", "replace")
    try:
        values = tomllib.loads(text).get("tool", {}).get("podhosts", {})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{shown}: {error}") from None
    places: _Places = {}
    table: tuple[str, ...] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(r"\s*\[+\s*tool\.podhosts((?:\.[\w-]+)*)\s*\]", line):
            table = tuple(filter(None, header.group(1).split(".")))
            places.setdefault(table, f"{shown}:{number}:{line.index('[') + 1}")
        elif re.match(r"\s*\[", line):
            table = None
        elif table is not None and (entry := re.match(r"\s*(\"?)([\w-]+)\1\s*=", line)):
            places.setdefault((*table, entry.group(2)), f"{shown}:{number}:{entry.start(2) + 1}")
    _validate(shown, values, places, {})
    return values, places


def _validate(shown: str, values: object, places: _Places, written: dict[tuple[str | int, ...], str]) -> None:
    found = mistakes(values, schema("config"), written)
    if found:
        raise ConfigError(*(f"{_nearest(shown, item.path, places)}: {item.message}" for item in found))


def _nearest(shown: str, path: tuple[str | int, ...], places: _Places) -> str:
    """The place of a value, or of the nearest thing around it whose place is known."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, shown)
