"""From a source to its hostAliases lists, those of manifests inside strings included; and from what overlays build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import File, Scalar, Sequence, is_unknown, nodes, whole
from podhosts.helm import NOTHING
from podhosts.hosts.addresses import canonical
from podhosts.interpret import interpret, results_of_parts
from podhosts.kubernetes import concerns_hosts, is_broken_by_template
from podhosts.records import NamedTuple, field, record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import ObjectIdentity
    from podhosts.document import Node
    from podhosts.helm import FileFacts
    from podhosts.helm.printed import PrintedText
    from podhosts.interpret import Interpreted
    from podhosts.kubernetes import HostAlias, KnownKinds, Pod
    from podhosts.kustomize.overlays import Built, Overlays
    from podhosts.placed import Place, Placed
    from podhosts.source import Source, Span


_BY_TEMPLATE = "lists of which a template decides entries"
_TEMPLATE = "documents of a template that are not YAML by themselves"


class InventoryName(NamedTuple):
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

    source: Source
    object: ObjectIdentity
    document: int
    item: int | None
    field: str
    names: list[InventoryName]
    overlay: str | None = None

    @property
    def is_decided(self) -> bool:
        return all(listed.is_decided and listed.address is not None for listed in self.names)


@record(slots=True)
class Reading:
    """The content of a file: its lists in order, and by reason the places at which something could not be read."""

    lists: list[AliasList] = field(default_factory=list)
    unread: dict[str, list[Place]] = field(default_factory=dict)

    def add_unread(self, reason: str, span: Span, placed: Placed) -> None:
        """Note a place in a document at which something could not be read."""
        if (place := placed.place(span)) is not None:
            self.unread.setdefault(reason, []).append(place)


def read(given: Source | File, kinds: KnownKinds, facts: FileFacts = NOTHING) -> Reading:
    """The lists of a source or file, of which `facts` is what the charts of the run know.

    Nothing is left out without a word: what cannot be read is in `unread`. A large file is read in parts, unless charts
    know something of it. Raises OSError or ValueError for a file that cannot be opened.
    """
    reading = Reading()

    def read_one(placed: Placed) -> None:
        for interpreted in interpret(placed, kinds, facts):
            _read(interpreted, kinds, reading)

    parts = ([whole(given.read())] if facts else given) if isinstance(given, File) else [whole(given)]
    for _ in results_of_parts(parts, facts, read_one):
        pass
    return reading


def _read(interpreted: Interpreted, kinds: KnownKinds, reading: Reading) -> None:
    """Add the lists of a document, and why it could not be read, at their places in the file."""
    document, placed = interpreted.document, interpreted.placed
    problem = document.problem if document.root is None else None
    # Charts and kustomizations are not asked here: what does not say what it is may belong to one.
    if problem is not None and concerns_hosts(document, kinds, is_listed=True):
        reason = _TEMPLATE if is_broken_by_template(document) else problem.message
        reading.add_unread(reason, problem.span, placed)
    for pod in interpreted.pods:
        node = pod.list_node
        if node is None:
            continue
        if _is_open(pod, node):
            reading.add_unread(_BY_TEMPLATE, node.span, placed)
        names = [
            listed._replace(span=place.span)
            for listed in _listed(pod)
            if (place := placed.place(listed.span)) is not None
        ]
        if names and (place := placed.place(node.span, pod.object.item)) is not None:
            identity, path = placed.field(pod.object.identity, pod.field(pod.list_field))
            found = AliasList(place.source, identity, place.document, place.item, path, names)
            reading.lists.append(found)


def read_overlays(overlays: Overlays, kinds: KnownKinds, paths: list[str]) -> Iterator[Reading]:
    """The lists that kustomizations build of the files at `paths` and that none of these has as such, each name at its
    place in the files.

    And the places in these at which it is not known what is built.
    """
    for built in overlays.built(paths):
        yield from _read_built(built, kinds)
    for place, reason in overlays.open_places(paths):
        yield Reading(unread={reason: [place]})


def _read_built(built: Built, kinds: KnownKinds) -> Iterator[Reading]:
    """The lists of one built object, by the documents in which their names are written."""
    for found in _built_lists(built.printed, kinds, built.written):
        names = [name if built.is_certain else name._replace(is_decided=False) for name in found.names]
        yield Reading([replace(found, names=names, overlay=built.folder)])


def read_charts(texts: Iterable[PrintedText], kinds: KnownKinds) -> Reading:
    """The lists that charts print, each once, each name at its place in values files and templates."""
    told: set[tuple[Source, ObjectIdentity, str, tuple[InventoryName, ...]]] = set()
    reading = Reading()
    for placed in (placed for text in texts for placed in text.documents()):
        for found in _built_lists(placed, kinds, None):
            key = (found.source, found.object, found.field, tuple(found.names))
            if key not in told:
                told.add(key)
                reading.lists.append(found)
    return reading


def _built_lists(placed: Placed, kinds: KnownKinds, otherwise: Place | None) -> Iterator[AliasList]:
    """The lists of a built document, by the documents in which their names are written.

    Names that nobody wrote stand at `otherwise`; without it they are left out.
    """
    for interpreted in interpret(placed, kinds, levels=0):
        for pod in interpreted.pods:
            written: dict[tuple[Source, int], list[InventoryName]] = {}
            for listed in _listed(pod):
                place = placed.place(listed.span) or otherwise
                if place is not None:
                    written.setdefault((place.source, place.document), []).append(listed._replace(span=place.span))
            path = pod.field(pod.list_field)
            for (source, document), names in written.items():
                yield AliasList(source, pod.object.identity, document, None, path, names)


def _listed(pod: Pod) -> list[InventoryName]:
    """The names of all entries, at their places in the document."""
    return [listed for alias in pod.aliases for listed in _names(alias)]


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


def _names(alias: HostAlias) -> Iterator[InventoryName]:
    ip = alias.ip_node.text if isinstance(alias.ip_node, Scalar) else ""
    address = canonical(ip)
    has_open_ip = is_unknown(alias.ip_node)
    if "hostnames" not in alias.node.fields and is_unknown(alias.hostnames_node) and isinstance(alias.ip_node, Scalar):
        yield InventoryName("", ip, address, False, alias.index, alias.ip_node.span)
    for node in _scalars(alias.hostnames_node):
        is_decided = not node.is_unknown and not has_open_ip
        yield InventoryName(node.text, ip, address, is_decided, alias.index, node.span)


def _scalars(node: Node | None) -> list[Scalar]:
    """The names of an entry; a text in place of the list counts as one."""
    items = node.items if isinstance(node, Sequence) else [node]
    return [item for item in items if isinstance(item, Scalar) and item.text]
