"""From a source to its hostAliases lists, those of manifests inside strings included; and from what overlays build."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Document, Scalar, Sequence, is_unknown, nodes, split
from podhosts.embedded import MOST_LEVELS, embedded_documents
from podhosts.helm import NOTHING
from podhosts.helm.known_pods import fragments, known_pods
from podhosts.hosts.addresses import canonical
from podhosts.kubernetes import concerns_hosts, every_object, is_broken_by_template
from podhosts.records import field, record
from podhosts.triggers import mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import ObjectIdentity
    from podhosts.document import Node
    from podhosts.embedded import Embedded
    from podhosts.helm import FileFacts
    from podhosts.kubernetes import HostAlias, KnownKinds, Pod
    from podhosts.kustomize.overlays import Built, Overlays
    from podhosts.source import Source, Span

_BY_TEMPLATE = "lists of which a template decides entries"
_TEMPLATE = "documents of a template that are not YAML by themselves"


class ListedName(NamedTuple):
    """One name in one entry, both as written; no name (empty) where only the address is written, as in a JSON patch.

    `address` is the canonical form of `ip`, None for what is no address. `is_decided` is false where something that is
    not known here decides the name or the address. `span` is the name's, or the address's, in the file.
    """

    name: str
    ip: str
    address: str | None
    is_decided: bool
    entry: int
    span: Span


@record(frozen=True, slots=True)
class AliasList:
    """A hostAliases list that says something: the object it belongs to, and the path of the list in it.

    `overlay` is the folder of the kustomization that builds the object so; None for a list as it is written. Of a built
    list, `names` are those that stand in one document.
    """

    object: ObjectIdentity
    document: int
    item: int | None
    field: str
    names: list[ListedName]
    overlay: str | None = None

    @property
    def is_decided(self) -> bool:
        return all(listed.is_decided and listed.address is not None for listed in self.names)


@record(slots=True)
class Reading:
    """What one source holds: its lists in order, and by reason the places at which something could not be read."""

    lists: list[AliasList] = field(default_factory=list)
    unread: dict[str, list[Span]] = field(default_factory=dict)


def read(source: Source, kinds: KnownKinds, facts: FileFacts = NOTHING) -> Reading:
    """The lists of a source, of which `facts` is what the charts of the run know.

    Nothing is left out without a word: what cannot be read is in `unread`.
    """
    reading = Reading()
    documents = fragments(source, facts) if facts.fragments else _relevant(source, facts)
    for document in documents:
        _read(document, kinds, reading, facts)
    return reading


def _relevant(source: Source, facts: FileFacts) -> Iterator[Document]:
    """The documents that mention hosts; of a values file, whose lists can have any name, all."""
    for piece in split(source.text):
        if facts.lists or mentions(source.cut(piece.span).encode("utf-8", "surrogatepass")):
            yield Document(source, piece)


def _read(
    document: Document,
    kinds: KnownKinds,
    reading: Reading,
    facts: FileFacts = NOTHING,
    level: int = 0,
    *,
    is_checked: bool = True,
) -> None:
    """Add what a document holds, and what the documents in its strings do, down to a few levels."""
    problem = document.problem if document.root is None else None
    # Charts and kustomizations are not asked here: what does not say what it is may belong to one.
    if problem is not None and concerns_hosts(document, kinds, is_listed=True):
        reason = _TEMPLATE if is_broken_by_template(document) else problem.message
        reading.unread.setdefault(reason, []).append(problem.span)
    manifests = every_object(document)
    if is_checked:
        known = known_pods(document, manifests, kinds, facts)
        for pod in (*(found.pod for found in known.followed), *known.others):
            _read_pod(pod, reading)
    for inner in embedded_documents(document, manifests) if level < MOST_LEVELS else ():
        found = Reading()
        _read(inner.document, kinds, found, level=level + 1, is_checked=inner.is_checked)
        reading.lists += (_outer_list(item, inner) for item in found.lists)
        for reason, spans in found.unread.items():
            reading.unread.setdefault(reason, []).extend(map(inner.outer_span, spans))


def read_overlays(overlays: Overlays, kinds: KnownKinds) -> Iterator[tuple[Source, Reading]]:
    """The lists that kustomizations build and that no file of the run has as such, each name at its place in the files.

    And the places at which it is not known what is built.
    """
    for built in overlays.built():
        yield from _read_built(built, kinds)
    for place, reason in overlays.open_places():
        yield place.source, Reading(unread={reason: [place.span]})


def _read_built(built: Built, kinds: KnownKinds) -> Iterator[tuple[Source, Reading]]:
    """The lists of one built object, by the documents in which their names are written."""
    found = Reading()
    _read(built.printed.document, kinds, found, level=MOST_LEVELS)
    for item in found.lists:
        written: dict[tuple[Source, int], list[ListedName]] = {}
        for listed in item.names:
            place = built.printed.place(listed.span) or built.written
            moved = listed._replace(span=place.span, is_decided=listed.is_decided and built.is_certain)
            written.setdefault((place.source, place.document), []).append(moved)
        for (source, document), names in written.items():
            yield source, Reading([AliasList(item.object, document, None, item.field, names, built.folder)])


def _outer_list(found: AliasList, inner: Embedded) -> AliasList:
    """A list of a document in a string, at its place in the outer one."""
    identity, path = inner.outer_field(found.object, found.field)
    names = [listed._replace(span=inner.outer_span(listed.span)) for listed in found.names]
    return AliasList(identity, inner.outer.number, inner.holder.item if inner.holder else None, path, names)


def _read_pod(pod: Pod, reading: Reading) -> None:
    node = pod.list_node
    if node is None:
        return
    if _is_open(pod, node):
        reading.unread.setdefault(_BY_TEMPLATE, []).append(node.span)
    if names := [listed for alias in pod.aliases for listed in _names(alias)]:
        manifest = pod.object
        place = manifest.document.number, manifest.item, pod.field(pod.list_field)
        reading.lists.append(AliasList(manifest.identity, *place, names))


def _is_open(pod: Pod, node: Node) -> bool:
    """Whether a template may put further entries into a list, or decides it as a whole."""
    document = pod.object.document
    if isinstance(node, Scalar):
        return node.is_unknown
    if document.template is None:
        return False
    values = [value for value in nodes(node) if isinstance(value, Scalar)]
    actions = [document.span.start + at for at in document.template.actions]
    # What an action prints into a value adds no entry.
    adding = (at for at in actions if node.start <= at < node.end and not any(v.start <= at < v.end for v in values))
    return document.is_continued(node) or next(adding, None) is not None


def _names(alias: HostAlias) -> Iterator[ListedName]:
    ip = alias.ip_node.text if isinstance(alias.ip_node, Scalar) else ""
    address = canonical(ip)
    has_open_ip = is_unknown(alias.ip_node)
    if "hostnames" not in alias.node.fields and is_unknown(alias.hostnames_node) and isinstance(alias.ip_node, Scalar):
        yield ListedName("", ip, address, False, alias.index, alias.ip_node.span)
    for node in _scalars(alias.hostnames_node):
        is_decided = not node.is_unknown and not has_open_ip
        yield ListedName(node.text, ip, address, is_decided, alias.index, node.span)


def _scalars(node: Node | None) -> list[Scalar]:
    """The names of an entry; a text in place of the list counts as one."""
    items = node.items if isinstance(node, Sequence) else [node]
    return [item for item in items if isinstance(item, Scalar) and item.text]
