"""Documents that no parser can read: whether hosts of pods are their business, and whether a template broke them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.document.outline import bare, outline, without_block_scalars
from podhosts.document.placeholders import is_placeholder, marks_that_break, names_that_break
from podhosts.kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION, group_of, is_built_in_workload
from podhosts.patterns import regex
from podhosts.triggers import text_names_hosts

if TYPE_CHECKING:
    from podhosts.document import Document
    from podhosts.kubernetes.known_kinds import KnownKinds

_NAMES = frozenset({"apiVersion", "kind"})
#: How much further in than the outermost text one of the two keys may stand: what is wrong may be its indentation.
_SLIP = 4
#: The list, or the file, by name. Keys like `hostname` mean something else nearly everywhere but in a pod.
_LISTS = regex(r"host[-_ ]?alias|etc/hosts", re.IGNORECASE)
#: The key with what begins a list, or a mark of a template in its place. Schemas have a mapping there.
_LIST = regex(r"host[-_ ]?aliases[\"']?\s*:\s*(?:-\s|\[|\{\{|\{%|<|@|%)", re.IGNORECASE)
#: The key alone with a list below or behind it.
_PIECE = regex(
    r"""(?:^|[{,])[ \t]*(?:-[ \t]+)*["']?hostAliases["']?[ \t]*:(?:\s|#[^\n]*\n)*+(?:-\s|\[(?![ \t]*\]))""",
    re.MULTILINE,
)
_SCHEMA = regex(r"^[ \t{]*[\"']?(?:properties|\$schema|openapi|swagger)[\"']?\s*:", re.MULTILINE)
_COREDNS = regex(r"corefile|coredns", re.IGNORECASE)
#: Groups that use the word for something else.
_OTHER_MEANING = frozenset({"k3d.io", "apiextensions.k8s.io"})
#: Kinds of Kubernetes' own groups that hold neither pods nor patches of them, whatever is written in them.
_OWN_GROUPS = frozenset({
    "", "apps", "autoscaling", "batch", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io",
    "events.k8s.io", "extensions", "gateway.networking.k8s.io", "networking.k8s.io", "node.k8s.io", "policy",
    "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
})  # fmt: skip
_TEMPLATE = "Template"


def concerns_hosts(document: Document, kinds: KnownKinds, *, is_listed: bool) -> bool:
    """Whether a document that cannot be parsed is a manifest that mentions hosts, by its text.

    It is one if it says `apiVersion` and `kind` of what holds pods, CoreDNS' configuration or patches of them. One that
    does not say what it is counts only if it `is_listed`: belongs to a chart, a kustomization or a delivery.
    """
    text = document.text if document.source.foreign_encoding is None else document.text.replace("\0", "")
    if _concerns_hosts(text, kinds, is_listed=is_listed):
        return True
    # At a bad separator, and at directives, kubectl loses what comes after them, too.
    return loses_others(document) and _concerns_hosts(_following(document), kinds, is_listed=is_listed)


def _following(document: Document) -> str:
    """The text of the next chunk. Further ones are not looked at: each of many documents may ask."""
    text = document.source.text
    start = text.find("\n", document.span.end)
    start = len(text) if start < 0 else start
    end = text.find("\n---", start)
    return text[start : end if end >= 0 else len(text)]


def loses_others(document: Document) -> bool:
    """Whether kubectl stops at a document for a reason that has nothing to do with what is written in it."""
    return document.piece.problem is not None or document.text.startswith("%")


def _concerns_hosts(text: str, kinds: KnownKinds, *, is_listed: bool) -> bool:
    found = outline(text, _NAMES)
    version, kind = found.first("apiVersion"), found.first("kind")
    if (
        version is None
        or kind is None
        or is_placeholder(kind.value)
        or min(version.level, kind.level) != found.outermost
        or max(version.level, kind.level) > found.outermost + _SLIP
    ):
        return is_listed and _LISTS.search(text) is not None
    api_version = None if is_placeholder(version.value) else version.value
    if kind.value.endswith("List"):
        held = {key.value for key in found.keys if key.name == "kind" and key is not kind}
        held.add(kind.value.removesuffix("List"))
        return any(_holds_hosts(text, None, item, kinds) for item in held if item)
    return _holds_hosts(text, api_version, kind.value, kinds)


def _holds_hosts(text: str, api_version: str | None, kind: str, kinds: KnownKinds) -> bool:
    if is_built_in_workload(api_version, kind):
        return text_names_hosts(text)
    group = group_of(api_version)
    if kind == "ConfigMap" and not group:
        return _COREDNS.search(text) is not None and text_names_hosts(text)
    if group in _OTHER_MEANING or kind == CUSTOM_RESOURCE_DEFINITION or _LISTS.search(text) is None:
        return False
    return kind == _TEMPLATE or group not in _OWN_GROUPS or bool(kinds.pod_spec_paths(api_version, kind))


def holds_list(text: str) -> bool:
    """Whether a text holds what looks like hostAliases, whatever it belongs to."""
    return _LIST.search(text) is not None and _SCHEMA.search(text) is None


def is_broken_piece(document: Document) -> bool:
    """Whether a document that cannot be parsed and does not say what it is holds a list under `hostAliases`.

    Such a piece is often put into manifests; what other programs call `hostAliases` says a `kind` of theirs.
    """
    if document.problem is None or document.root is not None:
        return False
    text = without_block_scalars(document.text)
    if _PIECE.search(text) is None or _SCHEMA.search(text) is not None:
        return False
    found = outline(document.text, frozenset({"kind"}))
    kind = found.first("kind")
    return kind is None or kind.level > found.outermost


def is_broken_by_template(document: Document) -> bool:
    """Whether a mark of a template is the likely reason why a document cannot be parsed.

    Marks that can stand in plain text (`${VAR}`, `$(VAR)`) never are.
    """
    problem = document.problem
    if problem is None or document.root is not None:
        return False
    start, text = document.span.start, bare(document.text)
    if marks_that_break(text):
        return True
    at = min(max(problem.span.start - start, 0), len(text))
    end = text.find("\n", at)
    lines = text[: end if end >= 0 else len(text)].rsplit("\n", 1)
    before = lines[0].rstrip().rpartition("\n")[2] if len(lines) > 1 else ""
    return names_that_break(f"{before}\n{lines[-1]}")
