"""The proof that a round of fixes did what it may do (`design.md`, "Fixing")."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Mapping, Scalar, Sequence, document_of
from podhosts.engine.linting import default_selection, lint
from podhosts.engine.removals import Removals
from podhosts.hosts.addresses import reading
from podhosts.hosts.kubelet import Alias, pod_network_lines
from podhosts.interpret import own_pods
from podhosts.kubernetes import KnownKinds, every_object
from podhosts.kubernetes.pod_hosts import Surroundings, pod_hosts
from podhosts.kubernetes.schemas.field_types import SCALAR_FIELDS, type_errors
from podhosts.patterns import regex
from podhosts.records import replace
from podhosts.suppressions import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Document, Node, Part, Piece
    from podhosts.edits import Fix
    from podhosts.engine.results import Options, Result
    from podhosts.kubernetes import Pod
    from podhosts.repository import Repository, Words

_POD_IP = "10.244.1.5"
#: Bytes of a line that every resolver reads: musl cuts the first, at 511.
_NEVER_CUT = 255

#: An anchor, alias or tag, or a block scalar that keeps the lines behind it; or what looks like one of these.
_WRITTEN_OUTSIDE = regex(r"(?<![^\s\[{,:?-])(?:[&*](?=[^\s&*,\]}])|!|[|>]\d?\+)")


class VerificationError(Exception):
    """A fix did what it may not do; the text says what."""


class Verifier:
    """Compares a text before and after fixes. What is known of both is kept for the next round.

    `given` is the first of these texts; in the repository of each later one it stands for its file.
    """

    def __init__(self, given: Part, options: Options, repository: Repository) -> None:
        self._given = given
        self._asked = options
        self._options = replace(options, selected=default_selection(), use_suppressions=False, severities={})
        #: Whether what is asked for holds all errors, but for suppressed ones.
        self._is_enough = default_selection() <= options.selected and not options.severities and not options.allowed
        self._repository = repository
        self._kinds = KnownKinds(self._options.settings.configured_pod_specs, repository.definitions)
        self._results: list[tuple[Part, Result]] = []
        #: What was looked up when a text was linted last that stands for its file; not for a section.
        self.lookups: frozenset[Words] = frozenset()
        self._known: list[tuple[Part, Counter[str]]] = []

    def know(self, text: Part, result: Result) -> None:
        """Note what `lint` finds in a text."""
        self._results.append((text, result))

    def lint(self, text: Part) -> Result:
        """What rules find in a text that stands for its file."""
        known = next((result for linted, result in self._results if linted is text), None)
        if known is None:
            repository = self._around(text)
            known = lint(text, self._asked, repository)
            # A view has look-ups of its own, the files as they are those of everybody.
            self.lookups = frozenset(repository.lookups) if repository is not self._repository else frozenset()
            self._results = [*self._results[-1:], (text, known)]
        return known

    def _around(self, text: Part) -> Repository:
        # What a section looks up in its own file, it finds as it was.
        if text is self._given or text.is_section:
            return self._repository
        return self._repository.with_source(text.source)

    def unsaid(self, text: Part, fixes: list[Fix]) -> dict[int, str]:
        """The fixes, by index, that remove something that neither their title nor their result says, and what."""
        removals = Removals(text, self._kinds, fixes)
        found = {number: removals.unsaid(fix) for number, fix in enumerate(fixes)}
        return {number: text for number, text in found.items() if text is not None}

    def check(self, before: Part, after: Part, *, safe: bool) -> None:
        """Raise VerificationError unless the documents and objects are the same ones and no error is new.

        `safe` asks for more: no pod's names and addresses change, no resolver loses a name, no other data changes.
        """
        for old, new in _changed_documents(before, after):
            _check_readable(old, new)
            if safe:
                _check_safe(old, new, self._kinds)
        if safe:
            self._check_printed(before, after)
        errors = self._errors(before)
        more = self._errors(after) - errors
        if more:
            raise VerificationError(f"the result has an error that was not there before: {next(iter(more))}")

    def _check_printed(self, before: Part, after: Part) -> None:
        """The same promise for the pods that charts print: they are evaluated with each of the texts."""
        old, new = self._printed_pods(before), self._printed_pods(after)
        if [place for place, _ in old] != [place for place, _ in new]:
            raise VerificationError("the pods that a chart prints change")
        for (_, old_pod), (_, new_pod) in zip(old, new, strict=True):
            _check_pod(old_pod, new_pod)

    def _printed_pods(self, text: Part) -> list[tuple[tuple[str, int, str], Pod]]:
        """The pods that charts print with a text and each set of values: template, document, path; and the pod."""
        builds = self._around(text).charts.builds_for(text.source.path)
        documents = (one.document for build in builds for printed in build.printed for one in printed.documents())
        return [
            ((document.source.path, document.number, pod.field()), pod)
            for document in documents
            for pod in own_pods(document, self._kinds)
        ]

    def _errors(self, text: Part) -> Counter[str]:
        """How many errors of each rule a text has."""
        known = next((errors for counted, errors in self._known if counted is text), None)
        if known is None:
            if self._is_enough and MARK not in text.source.text:
                result = self.lint(text)
            else:
                result = lint(text, self._options, self._around(text))
            errors = (finding for finding in result.findings if finding.severity is Severity.ERROR)
            known = Counter(finding.rule for finding in errors if finding.rule in self._options.selected)
            self._known = [*self._known[-1:], (text, known)]
        return known


def _changed_documents(before: Part, after: Part) -> Iterator[tuple[Document, Document]]:
    """The documents whose text differs, one pair after the other: what is read of them takes more memory than text."""
    old, new = before.pieces, after.pieces
    if len(old) != len(new):
        old, new = _without_empty_end(before), _without_empty_end(after)
    if len(old) != len(new):
        raise VerificationError("the number of documents changes")
    for first, second in zip(old, new, strict=True):
        if before.source.cut(first.span) != after.source.cut(second.span):
            yield document_of(before, first), document_of(after, second)


def _without_empty_end(text: Part) -> list[Piece]:
    """The documents of a text; at its end one of comments alone is as good as none."""
    pieces = [*text.pieces]
    while pieces and _is_empty(document_of(text, pieces[-1])):
        pieces.pop()
    return pieces


def _is_empty(document: Document) -> bool:
    return document.root is None and document.problem is None


def _check_readable(old: Document, new: Document) -> None:
    if new.problem is not None and old.problem is None:
        raise VerificationError(f"the result cannot be read: {new.problem.message}")
    if [item.identity for item in every_object(old)] != [item.identity for item in every_object(new)]:
        raise VerificationError("the objects change")


def _check_safe(old: Document, new: Document, kinds: KnownKinds) -> None:
    old_pods, new_pods = own_pods(old, kinds), own_pods(new, kinds)
    if [(pod.object.item, pod.path) for pod in old_pods] != [(pod.object.item, pod.path) for pod in new_pods]:
        raise VerificationError("the pods change")
    for old_pod, new_pod in zip(old_pods, new_pods, strict=True):
        _check_pod(old_pod, new_pod)
    if old.root is None or new.root is None:
        if old.root is not new.root:
            raise VerificationError("the data changes")
    elif not _SameData(old, new).compare(_exempt(old_pods), _exempt(new_pods), old.root, new.root):
        raise VerificationError("data beside the aliases changes")


def _check_pod(old: Pod, new: Pod) -> None:
    before, after = _aliases(old), _aliases(new)
    if before == after:
        return
    old_table, new_table = _table(before), _table(after)
    wrong = type_errors(old.spec, old.list_field, list_only=not old.schema.is_of_pod_spec)
    if next(wrong, None) is not None:
        # Refused by every client, so there is no file yet: what could be read of it must stay, and more may come.
        kept = {
            name: [address for address in new_table.get(name, ()) if address in addresses]
            for name, addresses in old_table.items()
        }
        if kept != old_table:
            raise VerificationError("names or addresses get lost")
    elif old_table != new_table:
        raise VerificationError("a pod's names and addresses change")
    else:
        _check_resolvers(before, after)


def _aliases(pod: Pod) -> tuple[Alias, ...]:
    return pod_hosts(pod, Surroundings((_POD_IP,))).aliases


def _table(aliases: tuple[Alias, ...]) -> dict[str, list[str]]:
    """Each name with its addresses, in order; an address that is given twice counts once."""
    table: dict[str, dict[str, None]] = {}
    for alias in aliases:
        address = reading(alias.ip)
        for name in alias.hostnames:
            table.setdefault(name, {})[address] = None
    return {name: list(addresses) for name, addresses in table.items()}


def _check_resolvers(before: tuple[Alias, ...], after: tuple[Alias, ...]) -> None:
    """Ask every model about each name on a line that changes: a name that it found before, it must find after.

    It may find more: with fewer names on a line, uClibc comes to see those that stood too far to the right.
    """
    if only_repeats_go(before, after):
        return
    from podhosts.hosts.resolvers import RESOLVERS, Network, families, open_hosts

    lines = Counter(before)
    lines.subtract(Counter(after))
    names = sorted({name for alias, count in lines.items() if count > 0 for name in alias.hostnames})
    network = Network((_POD_IP,))
    old_file, new_file = _file(before), _file(after)
    for resolver in RESOLVERS:
        # Its widest question: what it finds of one family alone is among those answers.
        family = families(resolver)[0]
        new = open_hosts(resolver, new_file)
        if missing := [name for name in names if not new.lookup(name, family, network).addresses]:
            old = open_hosts(resolver, old_file)
            for name in missing:
                if old.lookup(name, family, network).addresses:
                    raise VerificationError(f"{resolver} no longer finds `{name}`")


def only_repeats_go(before: tuple[Alias, ...], after: tuple[Alias, ...]) -> bool:
    """Whether lines differ only in names that stand further left in the same line, of which no model cuts anything.

    A test shows of all models that none loses a name then; to ask each of them takes longest of all.
    """
    return len(before) == len(after) and all(
        old == new or (old.ip == new.ip and new.hostnames == tuple(dict.fromkeys(old.hostnames)) and _is_never_cut(old))
        for old, new in zip(before, after, strict=True)
    )


def _is_never_cut(alias: Alias) -> bool:
    return len(" ".join((alias.ip, *alias.hostnames)).encode("utf-8", "surrogatepass")) <= _NEVER_CUT


def _file(aliases: tuple[Alias, ...]) -> bytes:
    return b"".join(line.text for line in pod_network_lines((_POD_IP,), "pod", "", aliases))


def _exempt(pods: list[Pod]) -> dict[int, bool]:
    """Nodes of pods that are compared in another way: lists of aliases (true), and fields of the wrong type (false)."""
    exempt: dict[int, bool] = {}
    for pod in pods:
        fields = SCALAR_FIELDS if pod.schema.is_of_pod_spec else ()
        exempt |= {id(pod.spec.fields[name].value): False for name in fields if name in pod.spec.fields}
        if pod.list_node is not None:
            exempt[id(pod.list_node)] = True
    return exempt


class _SameData:
    """Compares two documents' trees. Text that is the same in both is not looked into, where it means the same.

    An anchor or tag stands outside of the node that it belongs to, and an alias for a text elsewhere.
    """

    def __init__(self, old: Document, new: Document) -> None:
        self._old = old.source.text
        self._new = new.source.text
        self._trusts_text = not (_WRITTEN_OUTSIDE.search(old.text) or _WRITTEN_OUTSIDE.search(new.text))

    def compare(self, exempt_old: dict[int, bool], exempt_new: dict[int, bool], old: Node, new: Node) -> bool:
        """Whether two trees hold the same data, but for what is exempt in both; a stack, as nodes may be deep."""
        stack = [(old, new)]
        while stack:
            old, new = stack.pop()
            kinds = exempt_old.get(id(old)), exempt_new.get(id(new))
            if kinds == (True, True) or (self._trusts_text and self._is_same_text(old, new)):
                continue
            if isinstance(old, Scalar) and isinstance(new, Scalar):
                if kinds == (False, False) and old.text == new.text:
                    continue
                if old.written != new.written or type(old.written) is not type(new.written):
                    return False
            elif isinstance(old, Sequence) and isinstance(new, Sequence):
                if len(old.items) != len(new.items):
                    return False
                stack += zip(old.items, new.items, strict=True)
            elif isinstance(old, Mapping) and isinstance(new, Mapping):
                if list(old.fields) != list(new.fields):
                    return False
                stack += [(entry.value, new.fields[name].value) for name, entry in old.fields.items()]
            else:
                return False
        return True

    def _is_same_text(self, old: Node, new: Node) -> bool:
        """Whether two nodes are written in the same way, in the same column."""
        if type(old) is not type(new) or old.end - old.start != new.end - new.start:
            return False
        # With the line break behind it, which may be the last of a block scalar.
        old_text, new_text = self._old[old.start : old.end + 1], self._new[new.start : new.end + 1]
        columns = old.start - self._old.rfind("\n", 0, old.start), new.start - self._new.rfind("\n", 0, new.start)
        return columns[0] == columns[1] and old_text == new_text
