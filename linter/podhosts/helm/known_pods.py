"""The pod specs and lists of a document, with what the charts of the run know of its file.

Light: every run loads this, a run without charts no reader of Helm.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Document, Piece
from podhosts.kubernetes import every_pod
from podhosts.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podhosts.helm.facts import FileFacts
    from podhosts.kubernetes import KnownKinds, KubernetesObject, Pod
    from podhosts.source import Source

_NONE: Mapping[Pod, Placed] = MappingProxyType({})


class TemplateFragment(Placed):
    """The body of a named template that is a part of a list: what a fix makes of it cannot be checked."""

    is_editable = False


class KnownPods(NamedTuple):
    """All pods of a document; how those are placed that stand in the values of a chart and that templates print.

    These come first, in `pods` too.
    """

    pods: list[Pod]
    printed: Mapping[Pod, Placed]


def known_pods(document: Document, manifests: list[KubernetesObject], kinds: KnownKinds, facts: FileFacts) -> KnownPods:
    """The pods of a document (`manifests` are its objects), or of a part of a list in a file of named templates."""
    if document.span in facts.fragments:
        from podhosts.helm.following import fragment_pods

        return KnownPods(list(fragment_pods(document, facts.fragments[document.span], kinds)), _NONE)
    by_shape = [pod for manifest in manifests for pod in every_pod(manifest, kinds)]
    if facts.never_print:
        # What no template prints is refused by nobody.
        by_shape = [pod for pod in by_shape if not facts.prints_nothing_of((*pod.path, pod.list_field))]
    if not facts.lists:
        return KnownPods(by_shape, _NONE)
    # Imported for the first values file of a chart: most runs have none.
    from podhosts.helm.printed_lists import pods_of_lists

    printed: dict[Pod, Placed] = {
        pod: place for manifest in manifests for pod, place in pods_of_lists(manifest, facts.lists, kinds)
    }
    known = {pod.list_start for pod in printed}
    return KnownPods([*printed, *(pod for pod in by_shape if pod.list_start not in known)], printed)


def fragments(source: Source, facts: FileFacts) -> Iterator[TemplateFragment]:
    """The named templates in a file that are parts of lists, in order; none in a file that Helm refuses."""
    for number, span in enumerate(sorted(facts.fragments) if not facts.problems else (), 1):
        yield TemplateFragment(Document(source, Piece(number, span, "yaml")))
