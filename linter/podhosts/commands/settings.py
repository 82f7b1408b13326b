"""`podhosts config`: the effective settings, and where each comes from."""

from __future__ import annotations

import json
import os

from podhosts.commands.run_settings import project_config
from podhosts.commands.terminal import print_lines, say
from podhosts.commands.usage import OK, WRONG_USE, UsageError, choose
from podhosts.config import Config
from podhosts.helm.options import NEWEST_HELM
from podhosts.kubernetes import KubernetesVersion
from podhosts.rules import RULES, Settings

FORMATS = ("text", "json")
_DEFAULT = "default"


def run(path: str | None, output: str) -> int:
    """Print one line a setting: key, value, place; or the same as JSON. Returns the exit code."""
    try:
        choose("format", output, FORMATS)
        config = project_config(path) or Config()
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    settings = _values(config)
    if output == "json":
        written = {key: {"value": value, "place": config.places.get(key)} for key, value in settings.items()}
        print_lines(json.dumps({"version": 1, "path": config.path, "settings": written}, indent=2).split("\n"))
        return OK
    rows = [(key, _shown(value), config.places.get(key, _DEFAULT)) for key, value in settings.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    print_lines(f"{key:<{widths[0]}}  {value:<{widths[1]}}  {place}".rstrip() for key, value, place in rows)
    return OK


def _values(config: Config) -> dict[str, object]:
    """The settings that hold, by key, each as JSON has it."""
    resolvers = config.resolvers if config.resolvers is not None else Settings().resolvers
    return {
        "select": sorted(config.select or (rule.name for rule in RULES if rule.is_default)),
        "extend-select": sorted(config.extend_select),
        "ignore": sorted(config.ignore),
        "severity": dict(sorted(config.severity.items())),
        "per-path": [
            {"paths": [*item.paths], "ignore": sorted(item.ignore), "severity": item.severity}
            for item in config.per_path
        ],
        "exclude": [*config.exclude],
        "kubernetes-version": config.kubernetes_version or str(KubernetesVersion()),
        "fail-on": config.fail_on or "warning",
        "resolvers": sorted(resolvers),
        "allow": {rule: sorted(names) for rule, names in sorted(config.allow.items())},
        "pod-specs": [{"kind": place.kind, "group": place.group, "path": place.path} for place in config.pod_specs],
        "environments": [*config.environments],
        "charts": [
            {"path": os.path.relpath(chart.folder), "values": [*map(os.path.relpath, chart.files)]}
            for chart in config.charts
        ],
        "helm-version": config.helm_version or NEWEST_HELM,
        "require-reason": config.require_reason,
        "suppressions": config.suppressions,
        "baseline": config.baseline,
    }


def _shown(value: object) -> str:
    """A setting on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value in ([], {}):
        return "none"
    if value == sorted(rule.name for rule in RULES if rule.is_default):
        return "all but the opt-in rules"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_item(item)}" for key, item in value.items())
    return "; ".join(map(_item, value)) if isinstance(value, list) else str(value)


def _item(value: object) -> str:
    if isinstance(value, dict):
        # Of the settings of some files, and of pod specs, the first value says which are meant.
        if "values" in value:
            return f"{value['path']}: {_item(value['values'])}"
        return _item(value.get("paths") or f"{value['kind']}: {value['path']}")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
