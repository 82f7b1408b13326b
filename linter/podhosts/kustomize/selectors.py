"""Which objects a patch or replacement is for: Kustomize's ids, targets and label selectors.

Source: `kyaml/resid` and `api/types/selector.go` of kustomize 5.8.2, `labels.Parse` of apimachinery.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT = "default"
_NO_NAMESPACE = "_non_namespaceable_"
#: Kinds without a namespace, with their groups (`kyaml/openapi`, `precomputedIsNamespaceScoped`).
_CLUSTER_SCOPED = frozenset({
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("certificates.k8s.io", "CertificateSigningRequest"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("networking.k8s.io", "IngressClass"),
    ("node.k8s.io", "RuntimeClass"),
    ("policy", "PodSecurityPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "CSIDriver"), ("storage.k8s.io", "CSINode"), ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "VolumeAttachment"),
    ("", "ComponentStatus"), ("", "Namespace"), ("", "Node"), ("", "PersistentVolume"),
})  # fmt: skip

_REQUIREMENT = regex(
    r"\s*(?P<absent>!)?\s*(?P<key>[\w./-]+)\s*"
    r"(?:(?P<operator>==|=|!=|>|<)\s*(?P<value>[\w.-]*)|(?P<set>in|notin)\s*\((?P<values>[^()]*)\))?\s*"
)


class SelectorError(ValueError):
    """A selector that Kustomize refuses. The text says why."""


class UnknownSelectorError(SelectorError):
    """A selector that Kustomize may take and that is not followed."""


class Id(NamedTuple):
    """What Kustomize knows an object by; `namespace` is as written, empty where none is."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str

    @property
    def api_version(self) -> str:
        """Group and version as a manifest writes them."""
        return "/".join(filter(None, (self.group, self.version)))

    @property
    def is_cluster_scoped(self) -> bool:
        """Whether objects of the kind have no namespace."""
        return (self.group, self.kind) in _CLUSTER_SCOPED

    @property
    def effective_namespace(self) -> str:
        if self.is_cluster_scoped:
            return _NO_NAMESPACE
        return self.namespace or _DEFAULT

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for ids that mean one object: an unnamed namespace is `default`."""
        return (*self[:4], self.effective_namespace)

    def is_selected_by(self, wanted: Id) -> bool:
        """Whether every field that `wanted` gives is this one's, as the source of a replacement is found."""
        if wanted.namespace and wanted.effective_namespace != self.effective_namespace:
            return False
        return all(not asked or asked == have for asked, have in zip(wanted[:4], self[:4], strict=True))

    def __str__(self) -> str:
        return f"{self.kind} `{self.name}`" + (f" in namespace `{self.namespace}`" if self.namespace else "")


class Selector(NamedTuple):
    """The `target` of a patch, or `select` of a replacement: regular expressions that match whole values."""

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    label_selector: str = ""
    annotation_selector: str = ""

    def matches_kind(self, candidate: Id) -> bool:
        pairs = ((self.group, candidate.group), (self.version, candidate.version), (self.kind, candidate.kind))
        return all(_is_match(pattern, value) for pattern, value in pairs)

    def matches_name(self, name: str) -> bool:
        return _is_match(self.name, name)

    def matches_namespace(self, namespace: str) -> bool:
        return _is_match(self.namespace, namespace)

    def matches_marks(self, labels: Mapping[str, str], annotations: Mapping[str, str]) -> bool:
        """Whether the labels and annotations are as asked. Raises SelectorError for a selector that is none."""
        return _fits(self.label_selector, labels) and _fits(self.annotation_selector, annotations)


def _is_match(pattern: str, value: str) -> bool:
    return not pattern or compiled(pattern).fullmatch(value) is not None


#: What Python says of patterns that are wrong in Go, too. Other complaints are about syntax that may be Go's alone.
_WRONG = ("nothing to repeat", "multiple repeat", "missing )", "unbalanced parenthesis", "unterminated character set",
          "bad character range")  # fmt: skip
_FLAGS = regex(r"\(\?([ims]+)\)")
_QUOTED = regex(r"\\Q(.*?)(?:\\E|\Z)", re.DOTALL)
#: Flags further in, classes of POSIX and Unicode, and what makes repetition lazy.
_OF_GO = regex(r"\(\?[a-zA-Z-]+[:)]|\[:|\\[pPCx]")


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression of a selector, which is Go's.

    Raises SelectorError for what is none, UnknownSelectorError for one that Python does not have.
    """
    begins = _FLAGS.match(pattern)
    text = pattern[begins.end() :] if begins else pattern
    flags = begins[1] if begins else ""
    text = _QUOTED.sub(lambda match: re.escape(match[1]), text).replace(r"\z", r"\Z")
    if _OF_GO.search(text):
        raise UnknownSelectorError(f"`{pattern}` is a regular expression of Go's that is not followed")
    try:
        return re.compile(f"(?{flags}:{text})" if flags else f"(?:{text})")
    except OverflowError as error:
        raise SelectorError(f"`{pattern}` is not a regular expression: {error}") from None
    except re.error as error:
        if error.msg.startswith(_WRONG):
            raise SelectorError(f"`{pattern}` is not a regular expression: {error.msg}") from None
        raise UnknownSelectorError(f"`{pattern}` is a regular expression that is not followed") from None


def _fits(selector: str, values: Mapping[str, str]) -> bool:
    return all(_meets(requirement, values) for requirement in _requirements(selector))


@lru_cache(maxsize=256)
def _requirements(selector: str) -> tuple[re.Match[str], ...]:
    found: list[re.Match[str]] = []
    at = 0
    while selector.strip() and at <= len(selector):
        match = _REQUIREMENT.match(selector, at)
        if match is None or selector[match.end() : match.end() + 1] not in {"", ","}:
            raise SelectorError(f"`{selector}` is no selector")
        found.append(match)
        at = match.end() + 1
    return tuple(found)


def _meets(requirement: re.Match[str], values: Mapping[str, str]) -> bool:
    have = values.get(requirement["key"])
    operator = requirement["operator"] or requirement["set"]
    if operator is None:
        return (have is None) == bool(requirement["absent"])
    if operator in {"in", "notin"}:
        listed = {value.strip() for value in requirement["values"].split(",")}
        return (have in listed) if operator == "in" else have not in listed
    if operator in {"<", ">"}:
        try:
            number, limit = int(have or ""), int(requirement["value"])
        except ValueError:
            return False
        return number < limit if operator == "<" else number > limit
    return (have == requirement["value"]) == (operator != "!=")
