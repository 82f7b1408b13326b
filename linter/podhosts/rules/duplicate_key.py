from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.document import contents
from podhosts.kubernetes import is_misspelt_host_aliases, is_shaped_like_aliases, walk
from podhosts.kubernetes.schemas.field_types import SCALAR_FIELDS
from podhosts.patterns import regex
from podhosts.rules.base import Rule, object_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Document, Entry, Mapping
    from podhosts.kubernetes import HostAlias, KubernetesObject, Pod
    from podhosts.source import Source

#: A value of a chart in a template.
_VALUE = regex(r"\.Values(?:\.\w+)+")

#: An action behind a key.
_ACTION = regex(r":[ \t]*(?:#[^\n]*)?\s*(\{\{[^{}]*\}\})")


class DuplicateKey(Rule):
    """A hosts-related key that is written twice in one mapping.

    Why: kubectl turns YAML into JSON before it sends it and keeps the last of the two; the first is lost without a
    word, also with strict validation (kubernetes #125885, #99286). Source: `vectors/apiserver`, category wire.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]
          hostAliases:  # expect: duplicate-key
          - ip: 10.0.0.26
            hostnames: [cache.internal]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          - ip: 10.0.0.26
            hostnames: [cache.internal]
          containers: [{name: web, image: web}]

    Fix safety: none; which of the two was meant is a guess.
    """

    name = "duplicate-key"
    severity = Severity.ERROR

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        for path, node in walk(manifest.node) if contents(manifest.node).has_duplicates else ():
            for earlier, later in manifest.document.duplicates(node):
                is_list = later.name == "hostAliases" and manifest.kind is not None
                shaped = is_shaped_like_aliases(later.value) or is_shaped_like_aliases(earlier.value)
                if is_list or (shaped and (later.name == "hostAliases" or is_misspelt_host_aliases(later.name))):
                    yield self._report(manifest, manifest.field(*path, later.name), earlier, later)

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        if pod.is_pod_spec:
            yield from self._check(pod, pod.spec, frozenset(SCALAR_FIELDS))

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        yield from self._check(alias, alias.node, frozenset({"ip", "hostnames"}))

    def _check(self, where: Pod | HostAlias, node: Mapping, names: frozenset[str]) -> Iterator[Diagnostic]:
        for earlier, later in object_of(where).document.duplicates(node):
            if later.name in names:
                yield self._report(where, where.field(later.name), earlier, later)

    def _report(self, where: KubernetesObject | Pod | HostAlias, path: str, earlier: Entry, later: Entry) -> Diagnostic:
        document = object_of(where).document
        value = _printed_by_both(document, earlier, later)
        if value is not None:
            message = f"`{later.name}` is written twice, each time with `{value}`"
            why, advice = "Helm and kubectl keep one, Kustomize refuses what the chart prints", "remove one"
        else:
            condition = _condition(document, earlier, later)
            message = f"`{later.name}` is written twice" + (f" where `{condition}` holds" if condition else "")
            why = "kubectl keeps this one and silently drops the first"
            advice = _advice(document.source, earlier, later)
        return self.report(
            where,
            later.key,
            message,
            why=why,
            help=advice,
            field=path,
            related=[Related(earlier.key.span, "dropped silently")],
        )


def _condition(document: Document, earlier: Entry, later: Entry) -> str | None:
    """The outermost condition of a template that only one of two keys is under; None where both have the same."""
    if document.template is None or document.root is None:
        return None
    first, second = (document.branches_between(document.root, entry.key) for entry in (earlier, later))
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) == len(longer) or longer[len(shorter)].branch > 0:
        return None
    return document.text[slice(*longer[len(shorter)].head)].strip("{}-%+~ \t\r\n")


def _printed_by_both(document: Document, earlier: Entry, later: Entry) -> str | None:
    """The value of a chart that both keys print, None where they do not."""
    if document.template is None:
        return None
    first, second = _values_in(document, earlier), _values_in(document, later)
    return first[0] if len(first) == 1 and first == second else None


def _values_in(document: Document, entry: Entry) -> list[str]:
    """The values of a chart that actions behind a key name, or else the block that they stand in."""
    action = _ACTION.match(document.source.text, entry.key.end)
    texts = [action[1]] if action else []
    if document.root is not None:
        heads = [branch.head for branch in document.branches_between(document.root, entry.key)]
        texts += [document.text[slice(*head)] for head in reversed(heads)]
    return next((found for text in texts if (found := _VALUE.findall(text))), [])


def _advice(source: Source, earlier: Entry, later: Entry) -> str:
    written = source.cut(later.value.span)
    if written and written == source.cut(earlier.value.span):
        return "remove either one"
    # An address, a host name or a flag can be given once only.
    return "remove one" if later.name == "ip" or later.name in SCALAR_FIELDS else "merge the two"
