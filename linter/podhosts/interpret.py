"""Interpret: the only way from a text to the objects and pods in it.

Every command asks here, so that all give one answer to the question which pods a text holds. What Kustomize builds is
a text like any other (`kustomize.printing`), and what charts know of a file comes as its `facts`.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, TypeVar

from podhosts.document import Document, Part, document_of
from podhosts.embedded import Embedded, embedded_documents
from podhosts.helm import NOTHING
from podhosts.helm.partials import named_templates
from podhosts.kubernetes import every_object, every_pod, is_patch
from podhosts.kubernetes.placed import PlacedPod, pod_of_list
from podhosts.kubernetes.undecided import undecided
from podhosts.kustomize.names import is_kustomization
from podhosts.placed import Placed
from podhosts.records import record, replace
from podhosts.suppressions import MARK
from podhosts.triggers import mentions, text_mentions

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from podhosts.document.large_lists import LargeList
    from podhosts.helm import FileFacts
    from podhosts.kubernetes import KnownKinds, KubernetesObject, Pod
    from podhosts.source import Span

_Gain = TypeVar("_Gain")

#: How deep documents in strings of documents in strings are looked for; Terraform and GitOps nest three.
MOST_LEVELS = 5
#: Characters that are searched at once.
_BLOCK = 1 << 16


@record(frozen=True, slots=True, eq=False)
class Interpreted:
    """A document with its objects and pods, and where it is written.

    `outer` is the document in whose strings it stands, if it stands in one. `printed` says how those pods are placed
    that are lists in a chart's values. A document that `is_checked` is a manifest, a patch or values; another one is
    only looked into, for documents in its strings, and has neither objects nor pods.
    """

    placed: Placed
    objects: list[KubernetesObject]
    pods: list[Pod]
    printed: Mapping[Pod, Placed]
    outer: Interpreted | None
    is_checked: bool

    @property
    def document(self) -> Document:
        return self.placed.document

    def rendered_pods(self) -> list[Pod]:
        """The pods that a hosts file can be shown of: not what a patch sets."""
        placed: Placed | None = self.placed
        while placed is not None:
            if is_patch(placed.document.root) or placed.document.piece.language == "cel":
                return []
            if isinstance(placed, Embedded) and placed.holder and _is_kustomization(placed.holder):
                return []
            placed = placed.outer
        return [pod for pod in self.pods if not isinstance(pod, PlacedPod)]

    def unknown_values(self) -> list[Span]:
        """The places that rules would look at and a template or placeholder decides."""
        return undecided(self.document, (pod for pod in self.pods if pod not in self.printed))


def interpret(
    placed: Placed, kinds: KnownKinds, facts: FileFacts = NOTHING, *, levels: int = MOST_LEVELS
) -> Iterator[Interpreted]:
    """A document, and after it the documents in its strings, down to some levels of strings in strings.

    `facts` are what the charts of the run know of the document's file.
    """
    return _interpret(placed, None, kinds, facts, levels)


def own_pods(document: Document, kinds: KnownKinds) -> list[Pod]:
    """The pods of a document without those in its strings."""
    return next(interpret(Placed(document), kinds, levels=0)).pods


def _interpret(
    placed: Placed, outer: Interpreted | None, kinds: KnownKinds, facts: FileFacts, levels: int
) -> Iterator[Interpreted]:
    document = placed.document
    manifests = every_object(document)
    if isinstance(placed, Embedded) and not placed.is_checked:
        found = Interpreted(placed, [], [], {}, outer, False)
    elif isinstance(placed, Embedded) and placed.is_list:
        found = Interpreted(placed, [], [pod_of_list(document)], {}, outer, True)
    else:
        printed = _printed(manifests, kinds, facts)
        pods = [*printed, *_by_shape(manifests, kinds, facts, {pod.list_start for pod in printed})]
        found = Interpreted(placed, manifests, _with_target(pods, placed), printed, outer, True)
    yield found
    if levels:
        for inner in embedded_documents(placed, manifests):
            yield from _interpret(inner, found, kinds, NOTHING, levels - 1)


def _printed(manifests: list[KubernetesObject], kinds: KnownKinds, facts: FileFacts) -> dict[Pod, Placed]:
    """The lists in the values of a chart that templates print, and how each is placed."""
    if not facts.lists:
        return {}
    # Imported for the first values file of a chart: most runs have none.
    from podhosts.helm.printed_lists import pods_of_lists

    return {pod: place for manifest in manifests for pod, place in pods_of_lists(manifest, facts.lists, kinds)}


def _by_shape(
    manifests: list[KubernetesObject], kinds: KnownKinds, facts: FileFacts, known: Container[int | None]
) -> Iterator[Pod]:
    """The pods that are seen without a chart; not the lists that begin where known ones do."""
    for pod in (pod for manifest in manifests for pod in every_pod(manifest, kinds)):
        # What no template prints is refused by nobody.
        is_printed = not facts.prints_nothing_of((*pod.path, pod.list_field))
        if is_printed and (not known or pod.list_start not in known):
            yield pod


def _with_target(found: list[Pod], placed: Placed) -> list[Pod]:
    """The pods, those that a patch in a string sets values of with the kind of the objects that it is for."""
    kind = placed.target_kind if isinstance(placed, Embedded) else None
    if kind is None:
        return found
    return [replace(pod, target_kind=kind) if isinstance(pod, PlacedPod) else pod for pod in found]


def documents(part: Part, facts: FileFacts) -> Iterator[Placed]:
    """All documents of a file or a part of it; of a file of named templates those of them that are parts of lists."""
    if facts.is_partial and not facts.problems:
        return named_templates(part.source)
    return (_placed(document_of(part, piece)) for piece in part.pieces)


def relevant_documents(part: Part, facts: FileFacts) -> Iterator[Placed]:
    """The documents that mention hosts, and those at which kubectl would stop and lose the others.

    Where charts know more of the file: all of a values file, and of one of named templates.

    Neighbours are searched together first: in a long stream hardly one of them matters.
    """
    source, pieces = part.source, part.pieces
    if facts.is_partial or facts.lists or facts.problems:
        yield from documents(part, facts)
        return
    has_suppressions = MARK in source.text
    begin = 0
    while begin < len(pieces):
        end = begin + 1
        while end < len(pieces) and pieces[end].span.end - pieces[begin].span.start < _BLOCK:
            end += 1
        block = pieces[begin:end]
        may_mention = end - begin == 1 or text_mentions(source.text[block[0].span.start : block[-1].span.end])
        for piece in block:
            stops = piece.problem is not None or source.text.startswith("%", piece.span.start)
            stops = stops or (has_suppressions and source.text.find(MARK, *piece.span) >= 0)
            if stops or (may_mention and text_mentions(source.cut(piece.span))):
                yield _placed(document_of(part, piece))
        begin = end


class _TomlFile(Placed):
    """A file in TOML: fixes write YAML and JSON only, and no API server gets it."""

    is_editable = False
    is_sent = False


def _placed(document: Document) -> Placed:
    return _TomlFile(document) if document.piece.language == "toml" else Placed(document)


def results_of_parts(
    parts: Iterable[Part | LargeList], facts: FileFacts, work: Callable[[Placed], _Gain]
) -> Iterator[list[_Gain]]:
    """The results of `work` for the relevant documents of a file, part by part, in order; for a large List of one
    part those for its items.

    A List of which one relevant item cannot be read alone is one document.
    """
    for part in parts:
        if isinstance(part, Part):
            yield [work(placed) for placed in relevant_documents(part, facts)]
        else:
            yield _results_of_list(part, work)
        # A pod and the views of what is in it refer to each other; a long stream would pile up megabytes of them.
        gc.collect(0)


def _results_of_list(large: LargeList, work: Callable[[Placed], _Gain]) -> list[_Gain]:
    results: list[_Gain] = []
    if not _is_wanted(large.frame()):
        for source, piece in large.items(_is_wanted):
            placed = Placed(Document(source, piece))
            if placed.document.problem is not None or placed.document.template is not None:
                break
            results.append(work(placed))
        else:
            return results
    return [work(Placed(Document(*large.whole())))]


def _is_wanted(data: bytes) -> bool:
    """Whether a part of a List mentions hosts or suppresses findings."""
    return mentions(data) or MARK.encode() in data


def _is_kustomization(manifest: KubernetesObject) -> bool:
    if (manifest.api_version or "").startswith("kustomize.config.k8s.io/"):
        return True
    return manifest.api_version is None and is_kustomization(manifest.document.source.path)
