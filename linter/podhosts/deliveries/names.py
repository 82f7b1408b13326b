"""The words that deliveries are known by before they are read. The fast lane comes here: nothing is imported for it."""

from __future__ import annotations

#: One of these stands in a file with an object that deploys something.
MARKS = ("helm.toolkit.fluxcd.io/", "kustomize.toolkit.fluxcd.io/", "helm.cattle.io/", "argoproj.io/")
#: Stands in a kustomization that prints charts.
CHART_MARK = b"helmChart"
#: States of helmfile that are templates.
STATE_TEMPLATES = ("helmfile.yaml.gotmpl", "helmfile.yml.gotmpl")
_BYTES = tuple(map(str.encode, MARKS))


def may_deliver(data: bytes) -> bool:
    """Whether a file may hold an object that deploys something, by its bytes."""
    return any(mark in data for mark in _BYTES)


def is_helmfile(path: str) -> bool:
    """Whether a file is a state of helmfile, by its path."""
    folder, _, name = path.replace("\\", "/").rpartition("/")
    is_state = name.startswith("helmfile") or folder.rpartition("/")[2] == "helmfile.d"
    return is_state and name.endswith((".yaml", ".yml", ".yaml.gotmpl", ".yml.gotmpl"))


def is_fleet(path: str) -> bool:
    """Whether a file is a bundle of Fleet, by its name."""
    return path.replace("\\", "/").rpartition("/")[2] in ("fleet.yaml", "fleet.yml")
