"""What `podhosts check` is asked for: the flags as typed, and what they and the config come to."""

from __future__ import annotations

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING

from podhosts.commands.terminal import say
from podhosts.commands.usage import UsageError, choose
from podhosts.diagnostics import Severity
from podhosts.discovery import CHART, CONFIG_NAME, STDIN, find_config, misnamed_config
from podhosts.engine import Options, default_selection
from podhosts.helm import HelmOptions
from podhosts.helm.options import HELM_VERSIONS, NEWEST_HELM
from podhosts.kubernetes.versions import NEWEST_MINOR, KubernetesVersion, VersionError, parse_version
from podhosts.records import field, record, replace
from podhosts.rules import RULES, Settings
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.config import Config
    from podhosts.surroundings import FilesAround

#: The name of stdin where none is given.
STDIN_NAME = "<stdin>"
#: The word for every rule in a selection.
ALL = "all"
FAIL_ON = ("error", "warning", "info", "never")


@record(slots=True)
class Request:
    """The flags of `podhosts check`, as typed."""

    paths: list[str] = field(default_factory=list)
    stdin_filename: str = STDIN_NAME
    kubernetes_version: str | None = None
    select: str | None = None
    extend_select: str | None = None
    ignore: str | None = None
    fail_on: str | None = None
    format: str | None = None
    output: list[str] = field(default_factory=list)
    statistics: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    tighten_baseline: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    show_fixes: bool = False
    hosts_file: str | None = None
    #: Values files on top of charts' own.
    values: list[str] = field(default_factory=list)
    helm_version: str | None = None
    no_suppressions: bool = False
    strict: bool = False
    list_files: bool = False
    config: str | None = None
    markdown: bool = False
    no_exclude: bool = False
    isolated: bool = False
    require_reason: bool = False
    jobs: str | None = None
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False

    @property
    def fixes(self) -> bool:
        """Whether files shall be repaired, or a diff show how: `--unsafe-fixes` alone asks for neither."""
        return self.fix and not self.diff

    @property
    def fixes_stdin(self) -> bool:
        """Whether stdout is to have the fixed stdin; the report then goes to stderr."""
        return self.fixes and STDIN in self.paths


class RunSettings:
    """The flags and the config together; the command line beats the file.

    The config is read when the first file holds a word that a rule reacts to, and not at all where none does. It is
    the nearest one from `folder` upwards, by default from the working directory.
    """

    def __init__(self, request: Request, folder: str | None = None, *, lists_objects: bool = False) -> None:
        self.request = request
        self._folder = folder
        self._lists_objects = lists_objects
        self._selected = None if request.select is None else _with_all(_rule_names("--select", request.select, ALL))
        if self._selected is not None and not self._selected:
            raise UsageError("`--select` names no rule; nothing would be checked")
        self._added = frozenset(_rule_names("--extend-select", request.extend_select or ""))
        self._ignored = frozenset(_rule_names("--ignore", request.ignore or ""))
        self._version = requested_version(request.kubernetes_version)
        if request.fail_on is not None:
            choose("level", request.fail_on, FAIL_ON, " for --fail-on")
        self._helm_version = _helm_version(request.helm_version)
        self.jobs = None if request.jobs is None else _jobs(request.jobs)
        #: What lies around the inputs, set when that is known; None for nothing.
        self.surroundings: FilesAround | None = None

    @cached_property
    def config(self) -> Config | None:
        """The config, None where there is none. Raises UsageError for one that cannot be used."""
        return project_config(self.request.config, self._folder)

    @property
    def version(self) -> KubernetesVersion:
        if self._version is not None:
            return self._version
        written = self.config.kubernetes_version if self.config else None
        return requested_version(written) or KubernetesVersion()

    @property
    def fail_on(self) -> str:
        return self.request.fail_on or (self.config.fail_on if self.config else None) or "warning"

    @property
    def baseline(self) -> str | None:
        """The path of the config's baseline."""
        config = self.config
        if config is None or config.baseline is None:
            return None
        return os.path.relpath(config.folder / config.baseline)

    def runs(self, rule: str, path: str, *, sees_others: bool) -> bool:
        """Whether this run finds all that a rule can find in a file. A rule that is no more has nothing to find."""
        known = next((each for each in RULES if each.name == rule), None)
        if known is None:
            return True
        options = self.options(path)
        sees_all = (sees_others and rule not in options.near) or not known.looks_elsewhere
        return rule in options.selected and sees_all

    @cached_property
    def _near(self) -> frozenset[str]:
        """The rules that look only at files that belong with the inputs: those below `fail_on` spare a search in all.

        All of them where it is not known what an input belongs to.
        """
        if self.surroundings is None:
            return frozenset()
        looking = [rule for rule in RULES if rule.looks_elsewhere]
        if self.surroundings.is_known and self.fail_on != "never":
            levels = self._base.severities
            threshold = Severity(self.fail_on)
            looking = [rule for rule in looking if not levels.get(rule.name, rule.severity).at_least(threshold)]
        return frozenset(rule.name for rule in looking)

    def excludes(self, path: str) -> bool:
        return self.config is not None and not self.request.no_exclude and self.config.excludes(path)

    @cached_property
    def _base(self) -> Options:
        config = self.config
        if config is None:
            return Options(
                self._settings(None),
                self._rules(None),
                use_suppressions=not self.request.no_suppressions,
                require_reason=self.request.require_reason,
                markdown=self.request.markdown,
                lists_objects=self._lists_objects,
            )
        return Options(
            self._settings(config),
            self._rules(config),
            {rule: Severity(level) for rule, level in config.severity.items()},
            use_suppressions=config.suppressions and not self.request.no_suppressions,
            require_reason=config.require_reason or self.request.require_reason,
            allowed=config.allow,
            markdown=self.request.markdown,
            lists_objects=self._lists_objects,
        )

    def _rules(self, config: Config | None) -> frozenset[str]:
        """The rules that run: `--select` replaces what the config selects, the other flags add and take away."""
        selected = self._selected
        if selected is None and config is not None:
            selected = _with_all(config.select or default_selection()) | config.extend_select
        ignored = frozenset() if config is None else config.ignore
        base = default_selection() if selected is None else selected
        return (base - ignored | self._added) - self._ignored

    def _settings(self, config: Config | None) -> Settings:
        settings = Settings(self.version, node_hosts=self._node_hosts)
        if config is None:
            return settings
        return replace(
            settings,
            resolvers=settings.resolvers if config.resolvers is None else config.resolvers,
            configured_pod_specs=config.pod_specs,
            environment_of=config.environment_of if config.environments else None,
        )

    @property
    def _node_hosts(self) -> str | None:
        """The text of `--hosts-file`. Raises UsageError where it cannot be opened."""
        path = self.request.hosts_file
        if path is None:
            return None
        try:
            with open(path, "rb") as file:
                return Source(path, file.read()).text
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise UsageError(f"--hosts-file {path}: {reason}") from None

    def charts_with_values(self, paths: Iterable[str]) -> list[str]:
        """The folders of the charts that the config gives one of some files to, as whole paths."""
        config = self.config
        if config is None or not config.charts:
            return []
        known = {os.path.abspath(path) for path in paths}
        return [chart.folder for chart in config.charts if not known.isdisjoint(chart.files)]

    @property
    def helm(self) -> HelmOptions:
        """How charts are evaluated. Raises UsageError for a values file that cannot be opened, and for no chart."""
        for path in self.request.values:
            _open(path, f"--values {path}")
        config = self.config
        charts = () if config is None else config.charts
        for folder, files in charts:
            place = "" if config is None else config.places["charts"]
            if not os.path.isfile(os.path.join(folder, CHART)):
                raise UsageError(f"{place}: there is no chart in `{os.path.relpath(folder)}`")
            for path in files:
                _open(path, f"{place}: `{os.path.relpath(path)}`")
        configured = None if config is None else config.helm_version
        return HelmOptions(
            self._helm_version or configured or NEWEST_HELM,
            self.request.kubernetes_version or (None if config is None else config.kubernetes_version),
            tuple(self.request.values),
            charts,
        )

    def options(self, path: str) -> Options:
        """What holds for one file."""
        options = replace(self._base, near=self._near)
        for special in self.config.for_path(path) if self.config else ():
            severities = {rule: Severity(level) for rule, level in special.severity.items()}
            options = replace(
                options,
                selected=options.selected - special.ignore,
                severities={**options.severities, **severities},
            )
        return options


def project_config(path: str | None = None, folder: str | None = None) -> Config | None:
    """The config at a path, or the one for a folder, by default the working directory; None where there is none.

    Raises UsageError for one that cannot be used.
    """
    folder = folder or os.getcwd()
    found = path or find_config(folder)
    if found is None:
        if (other := misnamed_config(folder)) is not None:
            _note_misnamed(other)
        return None
    from pathlib import Path

    from podhosts.config import ConfigError, load_config

    try:
        return load_config(Path(found))
    except ConfigError as error:
        *others, last = error.mistakes
        for mistake in others:
            say(f"podhosts: {mistake}")
        raise UsageError(last) from None


@cache
def _note_misnamed(path: str) -> None:
    """Say, once, that a file looks like a config and is none."""
    say(f"podhosts: {path} is not read: the config is called {CONFIG_NAME}")


def requested_version(text: str | None) -> KubernetesVersion | None:
    """The version of a flag or config, None where it names none. Raises UsageError for one that is not covered."""
    if text is None:
        return None
    try:
        version, is_newer = parse_version(text)
    except VersionError as error:
        raise UsageError(str(error)) from None
    if is_newer:
        _note_newer(text)
    return version


@cache
def _note_newer(text: str) -> None:
    """Say, once, that a version is newer than those that are known."""
    say(f"podhosts: {text} is newer than 1.{NEWEST_MINOR}, whose rules are used")


def _open(path: str, shown: str) -> None:
    """Raise UsageError where a file cannot be opened."""
    try:
        with open(path, "rb"):
            pass
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{shown}: {reason}") from None


def _helm_version(text: str | None) -> int | None:
    """The version of the flag, None without it. Raises UsageError for one that is not known."""
    if text is None:
        return None
    return int(choose("version", text.removeprefix("v"), list(map(str, HELM_VERSIONS)), " for --helm-version"))


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise UsageError(f"`{text}` is not a number of processes for --jobs; write 1 or more")
    return int(text)


def _with_all(names: Iterable[str]) -> frozenset[str]:
    """The rules that are selected, where `all` stands for every rule."""
    selected = frozenset(names)
    return frozenset(rule.name for rule in RULES) if ALL in selected else selected


def _rule_names(flag: str, text: str, *more: str) -> Iterator[str]:
    """The names in a list with commas: of rules, or those in `more`."""
    known = [*(rule.name for rule in RULES), *more]
    for name in filter(None, (part.strip() for part in text.split(","))):
        yield choose("rule", name, known, f" in {flag}")
