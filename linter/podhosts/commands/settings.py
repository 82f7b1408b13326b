"""`podhosts config`: the effective settings, and where each comes from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from podhosts.commands.terminal import print_lines, say
from podhosts.commands.usage import OK, WRONG_USE
from podhosts.config import Config, ConfigError, load_config
from podhosts.discovery import find_config
from podhosts.kubernetes import KubernetesVersion
from podhosts.rules import RULES, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

_DEFAULT = "default"


def run(path: str | None) -> int:
    """Print one line a setting: key, value, place; returns the exit code."""
    try:
        found = path if path is not None else find_config(os.getcwd())
        config = load_config(Path(found)) if found is not None else Config()
    except ConfigError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    rows = [(key, value, config.places.get(key, _DEFAULT)) for key, value in _values(config)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    print_lines(f"{key:<{widths[0]}}  {value:<{widths[1]}}  {place}".rstrip() for key, value, place in rows)
    return OK


def _values(config: Config) -> list[tuple[str, str]]:
    default = sorted(rule.name for rule in RULES if rule.is_default)
    selected = sorted(config.select) if config.select is not None else default
    shown = "all but the opt-in rules" if selected == default else _listed(selected)
    return [
        ("select", shown),
        ("ignore", _listed(sorted(config.ignore))),
        ("severity", _listed(f"{rule}: {level}" for rule, level in sorted(config.severity.items()))),
        ("per-path", _listed(", ".join(item.paths) for item in config.per_path)),
        ("exclude", _listed(config.exclude)),
        ("kubernetes-version", config.kubernetes_version or str(KubernetesVersion())),
        ("fail-on", config.fail_on or "warning"),
        ("resolvers", _listed(sorted(config.resolvers if config.resolvers is not None else Settings().resolvers))),
        ("allow", _listed(f"{rule}: {', '.join(sorted(names))}" for rule, names in sorted(config.allow.items()))),
        ("pod-specs", _listed(f"{place.kind}: {place.path}" for place in config.pod_specs)),
        ("environments", _listed(config.environments)),
        ("require-reason", str(config.require_reason).lower()),
        ("suppressions", str(config.suppressions).lower()),
        ("baseline", config.baseline or "none"),
    ]


def _listed(items: Iterable[str]) -> str:
    return "; ".join(items) or "none"
