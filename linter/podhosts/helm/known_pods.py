"""The pod specs and lists of a document, with what the charts of the run know of its file.

Light: every run loads this, a run without charts no reader of Helm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Document, Piece
from podhosts.kubernetes import every_pod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.helm.facts import FileFacts
    from podhosts.helm.following import FollowedPod
    from podhosts.kubernetes import KnownKinds, KubernetesObject, Pod
    from podhosts.source import Source


class KnownPods(NamedTuple):
    """The lists that templates print of a values file (`followed`), and what is a list or pod spec by itself.

    One list can be both.
    """

    followed: list[FollowedPod]
    by_shape: list[Pod]

    @property
    def others(self) -> list[Pod]:
        """Those of `by_shape` that no template prints."""
        if not self.followed:
            return self.by_shape
        known = {found.pod.list_start for found in self.followed}
        return [pod for pod in self.by_shape if pod.list_start not in known]


def known_pods(document: Document, manifests: list[KubernetesObject], kinds: KnownKinds, facts: FileFacts) -> KnownPods:
    """The pods of a document (`manifests` are its objects), or of a part of a list in a file of named templates."""
    if document.span in facts.fragments:
        from podhosts.helm.following import fragment_pods

        return KnownPods([], list(fragment_pods(document, facts.fragments[document.span], kinds)))
    by_shape = [pod for manifest in manifests for pod in every_pod(manifest, kinds)]
    if facts.never_print:
        # What no template prints is refused by nobody.
        by_shape = [pod for pod in by_shape if not facts.prints_nothing_of((*pod.path, pod.list_field))]
    if not facts.lists:
        return KnownPods([], by_shape)
    # Imported for the first values file of a chart: most runs have none.
    from podhosts.helm.following import followed_pods

    followed = [found for manifest in manifests for found in followed_pods(manifest, facts.lists, kinds)]
    return KnownPods(followed, by_shape)


def fragments(source: Source, facts: FileFacts) -> Iterator[Document]:
    """The named templates in a file that are parts of lists, in order; none in a file that Helm refuses."""
    for number, span in enumerate(sorted(facts.fragments) if not facts.problems else (), 1):
        yield Document(source, Piece(number, span, "yaml"))
