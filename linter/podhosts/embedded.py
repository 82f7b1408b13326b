"""Documents inside strings: ConfigMap data, files of machine configs, inline patches, Helm values given as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from podhosts.document import Document, Mapping, Piece, Scalar, Sequence, contents, split, string
from podhosts.document.heredocs import manifests_of_script
from podhosts.kubernetes import field, is_patch, normalized
from podhosts.kubernetes.fields import join
from podhosts.kubernetes.walking import walk
from podhosts.patterns import regex
from podhosts.placed import InString, Placed
from podhosts.source import Source, Span
from podhosts.triggers import text_mentions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import ObjectIdentity
    from podhosts.document import Node
    from podhosts.kubernetes import KubernetesObject, Path

#: The CEL expressions of MutatingAdmissionPolicies and of Kyverno's MutatingPolicies.
_MUTATIONS = frozenset({("applyConfiguration", "expression"), ("jsonPatch", "expression")})
#: Annotations hold, among others, the object as it was last applied.
_KEPT = frozenset({"annotations", "managedFields"})
#: Without one of these words a string holds neither a manifest nor a patch, at whatever depth.
_WORDS = regex(r"\bkind\W{0,16}:|hostAliases|host_aliases")
#: A config of GitLab Runner, which is TOML.
_RUNNER_CONFIG = regex(r"^[ \t]*\[\[?[ \t]*runners\b[^\n]*\]", re.MULTILINE)
#: A piece of a pod on one line: `spec: {hostAliases: [{ip: ...`.
_ONE_LINE = regex(r"hostAliases[\"']?\s*:\s*\[\s*\{")
#: A text that says by its first line that it is a manifest.
_MANIFEST = regex(r"(?:[ \t]*(?:#.*|---.*)?\r?\n)*apiVersion:[ \t]")
#: A list under its key, in a text that cannot be read.
_LIST = regex(r"\bhostAliases\b(?=\\?[\"']?\s*:\s*(?:-\s|\[(?!\s*\])))")
#: Keys whose texts are for people.
_PROSE = frozenset({"description", "message", "summary", "help", "doc", "notes"})
#: The key of a ConfigMap or Secret from which Flux and others take Helm values.
_VALUES_KEY = regex(r"(?:.*[-_.])?values(?:[-_.].*)?\.ya?ml")
_JSON_OPENINGS = ("{", "[")
#: Fields whose text is YAML where what is around them says so, too.
_KEYED_TEXTS = frozenset({"values", "patch"})
_KEYED_PATCHES = frozenset({"patches", "patchesJson6902"})
#: Endings of names under which no program looks for YAML.
_TEXTS_FOR_PEOPLE = (".adoc", ".html", ".md", ".rst", ".txt")
#: Fields whose text is YAML for certain: k3s and RKE2, Kyverno, Kustomize's transformers, Argo CD's ApplicationSet.
_TEXT_FIELDS = frozenset({"valuesContent", "patchesJson6902", "jsonOp", "templatePatch"})


class Embedded(InString):
    """A document inside a string, `scalar`.

    `path` leads to the scalar from the root of `holder`, the object that the string is a field of (None: from the
    outer document's root). What is not `is_checked` is only looked into, for documents in its own strings. `is_list`:
    the text is a list of entries, without the key `hostAliases`. `mention` is where a text
    of no known form mentions hosts.
    """

    def __init__(
        self,
        document: Document,
        outer: Placed,
        scalar: Scalar,
        holder: KubernetesObject | None,
        path: Path,
        *,
        is_checked: bool,
        is_list: bool = False,
        mention: Span | None = None,
    ) -> None:
        super().__init__(document, outer, scalar, holder.item if holder else None)
        self.holder = holder
        self.path = path
        self.is_checked = is_checked
        self.is_list = is_list
        self.mention = mention

    @property
    def target_kind(self) -> str | None:
        """The kind in the `target` beside the string, which says what objects a patch is for; None without one."""
        node = self.holder.node if self.holder else self.outer.document.root
        for step in self.path[:-1]:
            if isinstance(step, int):
                node = node.items[step] if isinstance(node, Sequence) else None
            else:
                node = node.get(step) if isinstance(node, Mapping) else None
        target = node.get("target") if isinstance(node, Mapping) else None
        return string(target.get("kind")) if isinstance(target, Mapping) else None

    def step_field(self, identity: ObjectIdentity, path: str) -> tuple[ObjectIdentity, str]:
        """Values and patches, which are no objects of their own, belong to the object whose field the string is."""
        if identity.kind is not None:
            return identity, path
        if self.holder is None:
            return identity, join(field(self.path), path)
        return self.holder.identity, join(self.holder.field(*self.path), path)


def embedded_documents(outer: Placed, holders: Iterable[KubernetesObject]) -> Iterator[Embedded]:
    """The documents in the strings of a document that mention hosts; `holders` are its objects.

    Checked are Kubernetes objects, JSON patches, pieces of pods with a list, and what stands where values or a patch
    belong. Other strings that are no YAML (scripts, prose) are passed over.
    """
    places: list[tuple[KubernetesObject | None, Node | None]] = [(holder, holder.node) for holder in holders]
    for holder, root in places or [(None, outer.document.root)]:
        for path, scalar in _texts(root, outer.document.source.text):
            source = Source(outer.document.source.path, scalar.text.encode("utf-8", "surrogatepass"))
            if source.text != scalar.text:
                continue
            found = [
                Embedded(document, outer, scalar, holder, path, is_checked=is_checked, is_list=_is_list(document, path))
                for document, is_checked in _documents(source, path)
            ]
            yield from found
            unchecked = [_list_in(item.document, path) for item in found if not item.is_checked]
            mention = next(filter(None, unchecked), None) if found else _mention(source.text, path)
            if mention is not None:
                document = Document(source, Piece(1, Span(0, len(source.text)), "yaml"), is_embedded=True)
                yield Embedded(document, outer, scalar, holder, path, is_checked=False, mention=mention)


def _documents(source: Source, path: Path) -> Iterator[tuple[Document, bool]]:
    """The documents in the text of the string at a path that can be read, each with whether it is to be checked."""
    text, is_known = source.text, _is_known_place(path)
    may_matter = is_known or _WORDS.search(text) or _is_key_of_list(path)
    if not may_matter or not text_mentions(text):
        return
    if "<<" in text and (given := [*_given_manifests(source)]):
        yield from ((document, True) for document in given)
        return
    if text.startswith("#!"):
        return
    is_mutation = path[-2:] in _MUTATIONS
    if is_mutation or _RUNNER_CONFIG.search(text):
        document = Document(source, Piece(1, Span(0, len(text)), "cel" if is_mutation else "toml"), is_embedded=True)
        if document.root is not None:
            yield document, True
        return
    is_known = is_known or _MANIFEST.match(text) is not None
    for piece in split(text):
        if not text_mentions(source.cut(piece.span)):
            continue
        document = Document(source, piece, is_embedded=True)
        root = document.root
        is_checked = is_known or _is_object(root) or is_patch(root) or _is_list(document, path)
        is_checked = is_checked or (_may_hold_piece(path) and _holds_list(root))
        if is_checked or not isinstance(root, Scalar | None):
            yield document, is_checked


def _given_manifests(script: Source) -> Iterator[Document]:
    """The objects in here-documents that a script gives to kubectl; all around them is blank, at the same length."""
    lines = script.text.split("\n")
    for start, end in manifests_of_script(lines):
        text = "\n".join(line if start <= number < end else " " * len(line) for number, line in enumerate(lines))
        source = Source(script.path, text.encode("utf-8", "surrogatepass"))
        documents = (Document(source, piece, is_embedded=True) for piece in split(text))
        yield from (document for document in documents if text_mentions(document.text) and _is_object(document.root))


def _list_in(document: Document, path: Path) -> Span | None:
    """Where a document that no rule speaks of holds a list of entries: its key. `path` is that of its string."""
    root = document.root
    for inner, node in walk(root) if isinstance(root, Mapping) and not _is_for_people(path) else ():
        entry = node.fields.get("hostAliases")
        items = entry.value.items if entry and isinstance(entry.value, Sequence) else []
        if entry and any(map(_is_alias, items)) and not any(map(_is_sentence, inner)):
            return entry.key.span
    return None


def _is_for_people(path: Path) -> bool:
    last = path[-1] if path else ""
    return isinstance(last, str) and (last in _PROSE or last.endswith(_TEXTS_FOR_PEOPLE))


def _mention(text: str, path: Path) -> Span | None:
    """Where a text that is no document holds a list of hostAliases."""
    for match in () if _is_for_people(path) else _LIST.finditer(text):
        if not text[text.rfind("\n", 0, match.start()) + 1 :].lstrip().startswith("#"):
            return Span(*match.span())
    return None


def _is_object(root: Node | None) -> bool:
    return isinstance(root, Mapping) and {"apiVersion", "kind"} <= root.fields.keys()


def _may_hold_piece(path: Path) -> bool:
    """Whether a text may be a piece of a pod by its place: not what a container is given, nor a text for people."""
    last = path[-1] if path else ""
    if isinstance(last, int):
        return path[-2:-1] != ("args",) and path[-2:-1] != ("command",)
    return not last.endswith(_TEXTS_FOR_PEOPLE)


def _holds_list(root: Node | None) -> bool:
    """Whether a text that does not say what it is holds a list of `hostAliases`, by its shape.

    It is a piece of a pod that some program puts into pods: Argo's `podSpecPatch` and `workflowDefaults`, Tekton's
    `default-pod-template`, the pod templates of Jenkins, Spark and Airflow.
    """
    if not isinstance(root, Mapping) or "kind" in root.fields:
        return False
    # Prose with an example in it parses, too: its sentences are keys.
    lists = (node.get("hostAliases") for path, node in walk(root) if not any(map(_is_sentence, path)))
    return any(isinstance(node, Sequence) and any(map(_is_alias, node.items)) for node in lists)


def _is_list(document: Document, path: Path) -> bool:
    """Whether a text is a list of entries, by the name of its key and by its shape."""
    root = document.root
    if not _is_key_of_list(path) or not isinstance(root, Sequence):
        return False
    keys = [item.fields.keys() for item in root.items if isinstance(item, Mapping) and "hostnames" in item.fields]
    # Other programs have aliases, too.
    return any("hostaliases" in normalized(str(path[-1])) or names == {"ip", "hostnames"} for names in keys)


def _is_key_of_list(path: Path) -> bool:
    """Whether the text at a path may be a list of entries by the name of its key: `hostAliases`, `aliases.yaml`."""
    last = path[-1] if path else ""
    return isinstance(last, str) and "aliases" in normalized(last)


def _is_sentence(step: str | int) -> bool:
    return isinstance(step, str) and " " in step


def _is_alias(node: Node) -> bool:
    return isinstance(node, Mapping) and not node.fields.keys().isdisjoint({"ip", "hostnames"})


def _is_known_place(path: Path) -> bool:
    """Whether the text at a path is YAML for certain: Helm values, or a patch."""
    if not path:
        return False
    *above, last = path
    if isinstance(last, int):
        return above[-1:] == ["patchesStrategicMerge"]
    if last == "values":
        return above[-1:] == ["helm"]
    if last == "patch":
        return not above or (len(above) > 1 and above[-2] in _KEYED_PATCHES)
    if len(above) == 1 and above[0] in {"data", "stringData"}:
        return _VALUES_KEY.fullmatch(last) is not None
    return last in _TEXT_FIELDS


_Trail: TypeAlias = "tuple[_Trail, str | int] | None"


def _texts(root: Node | None, text: str) -> Iterator[tuple[Path, Scalar]]:
    """The strings below a node of a text that may be documents, but for what kubectl and the server keep."""
    if isinstance(root, Scalar | None):
        return
    may_hold = contents(root).has_texts or contents(root).keys["expression"] or _ONE_LINE.search(text, *root.span)
    if not may_hold:
        return
    stack: list[tuple[_Trail, Mapping | Sequence]] = [(None, root)]
    seen: set[int] = set()
    while stack:
        trail, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        children: Iterable[tuple[str | int, Node]] = (
            enumerate(node.items)
            if isinstance(node, Sequence)
            else [(entry.name, entry.value) for entry in node.entries if entry.name not in _KEPT]
        )
        for step, child in children:
            if not isinstance(child, Scalar):
                stack.append(((trail, step), child))
            elif _may_be_document(child, step):
                yield _path((trail, step)), child


def _may_be_document(scalar: Scalar, step: str | int) -> bool:
    """Whether a scalar has several lines or the form of JSON, and a word that matters or a place that may be known."""
    text = scalar.text
    has_form = "\n" in text or text[:1] in _JSON_OPENINGS or step == "expression"
    if not (has_form or _ONE_LINE.search(text)) or not scalar.is_string:
        return False
    if isinstance(step, int) or step in _TEXT_FIELDS or step in _KEYED_TEXTS or step.endswith(("yaml", "yml")):
        return True
    return _is_key_of_list((step,)) or _WORDS.search(text) is not None


def _path(trail: _Trail) -> Path:
    steps: list[str | int] = []
    while trail is not None:
        trail, step = trail
        steps.append(step)
    return tuple(reversed(steps))
