"""helmfile: releases of charts of the repository, as a state file says them for each of its environments.

Source: helmfile v1.8 as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Literal

from podhosts.deliveries.folders import has_chart, is_missing, normal
from podhosts.deliveries.helmfile_texts import StateValues
from podhosts.deliveries.joining import JoinedValues, UnreadableValuesError
from podhosts.deliveries.model import ChartDelivery, OpenPart, at, items, known
from podhosts.document import Document, Mapping, Piece, Scalar, nodes, split
from podhosts.helm.chart_files import FILLED_IN
from podhosts.helm.loading.merging import over
from podhosts.helm.model import Bool, GoMap, Unsupported
from podhosts.helm.traced import TemplateText, Traced
from podhosts.kubernetes.objects import sequence
from podhosts.patterns import regex
from podhosts.placed import Placed
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.helm.model import GoValue
    from podhosts.kustomize.files import Files
    from podhosts.placed import Place
    from podhosts.source import Source

_TEMPLATE_FILE = ".gotmpl"
_DEFAULT = "default"
_ENVIRONMENTS = "environments"
#: What depends on the environment in a state file that is no template.
_BY_ENVIRONMENT = (_TEMPLATE_FILE, "condition", "bases")
#: Where helmfile cuts a state file into parts.
_SEPARATOR = "\n---\n"
_PART = regex(re.escape(_SEPARATOR))
#: What helmfile reads as texts, and Kubernetes as booleans.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})
#: Begins a value that helmfile fetches when it runs.
_FETCHED = "ref+"
#: Says that files may be missing.
_HANDLER = "missingFileHandler"
_GLOB = regex(r"[*?\[]")
#: Bases of bases further down are not looked at.
_MOST_NESTED = 8


class Release(NamedTuple):
    """A release, the document that it is written in and the path to it; `templates` are what it inherits from.

    `state` are the values that templates of the release see.
    """

    fields: Mapping
    placed: Placed
    path: tuple[str | int, ...]
    state: StateValues
    templates: tuple[Release, ...] = ()

    def get(self, name: str) -> Node | None:
        """A field of its own, or of the first of its templates that has it."""
        own = self.fields.get(name)
        return own if own is not None else next((found for one in self.templates if (found := one.get(name))), None)


def environments(source: Source) -> list[str]:
    """The environments that a state file names, the default one first; only that where they make no difference."""
    names: dict[str, None] = {_DEFAULT: None}
    if not source.path.endswith(_TEMPLATE_FILE) and not any(word in source.text for word in _BY_ENVIRONMENT):
        return [_DEFAULT]
    pieces = split(source.text)
    for document in (Document(source, piece) for piece in pieces if _ENVIRONMENTS in source.cut(piece.span)):
        written = at(document.root if isinstance(document.root, Mapping) else None, "environments")
        names.update(dict.fromkeys(written.fields) if isinstance(written, Mapping) else {})
    return list(names)


def releases(source: Source, files: Files, environment: str = _DEFAULT) -> Iterator[Release]:
    """The releases of a state file and of its bases. Of several documents the last one with releases counts.

    Raises UnreadableValuesError for a file that is no YAML, or that nobody can fill in.
    """
    yield from _StateReader(files, environment).releases(source)


class _StateReader:
    """Reads a state file and its bases, part by part: each part sees the values of those before it."""

    def __init__(self, files: Files, environment: str) -> None:
        self._files = files
        self._state = StateValues(environment)

    def releases(self, source: Source, depth: int = 0) -> Iterator[Release]:
        own: list[Release] = []
        templates: dict[str, Release] = {}
        for placed in self._documents(source):
            root = placed.document.root
            if placed.document.problem is not None or placed.document.actions:
                raise UnreadableValuesError("a state file that is a template or no YAML")
            if not isinstance(root, Mapping):
                continue
            if source.path.endswith(_TEMPLATE_FILE) and {"environments", "releases"} <= root.fields.keys():
                raise UnreadableValuesError("`environments` and `releases` cannot be in one part")
            yield from self._of_bases(root, source, depth)
            self._add_values(root, placed)
            written = root.get("templates")
            for name, entry in written.fields.items() if isinstance(written, Mapping) else ():
                if isinstance(entry.value, Mapping):
                    templates[name] = Release(entry.value, placed, ("templates", name), self._state)
            listed = root.get("releases")
            if listed is not None:
                own = [Release(one, placed, ("releases", index), self._state) for index, one in items(listed)]
        for release in own:
            if self._is_wanted(release):
                yield release._replace(templates=_inherited(release.fields, templates))

    def _documents(self, source: Source) -> Iterator[Placed]:
        """The documents of a state file, those of a template filled in, one part after the other."""
        if not source.path.endswith(_TEMPLATE_FILE):
            yield from (Placed(Document(source, piece)) for piece in split(source.text))
            return
        start = number = 0
        for end in (*(found.start() for found in _PART.finditer(source.text)), len(source.text)):
            found = [*self._state.documents_of(source, Span(start, end), number)]
            yield from found
            number += len(found)
            start = min(end + len(_SEPARATOR), len(source.text))

    def _of_bases(self, root: Mapping, source: Source, depth: int) -> Iterator[Release]:
        listed = sequence(root.get("bases"))
        for item in listed.items if listed is not None and depth < _MOST_NESTED else ():
            base = self._files.get(posixpath.join(posixpath.dirname(source.path), known(item) or ""))
            if base is None:
                raise UnreadableValuesError("a base of a state file that is not there")
            yield from self.releases(base, depth + 1)

    def _add_values(self, root: Mapping, placed: Placed) -> None:
        """Join the values of the state, and of its environment."""
        joined = JoinedValues()
        given = [(root, ("values",)), (at(root, "environments", self._state.environment), ("environments", "x"))]
        for holder, path in given:
            listed = sequence(holder.get("values")) if isinstance(holder, Mapping) else None
            for index, item in enumerate(listed.items if listed is not None else ()):
                if isinstance(item, Mapping):
                    _leave_words(item)
                    own = path if len(path) == 1 else ("environments", self._state.environment, "values")
                    joined.add(joined.mapping(item, placed, (*own, index)))
                else:
                    self._add_file(item, placed, joined)
        self._state.values = over(self._state.values, joined.values)
        self._state.documents |= joined.documents

    def _add_file(self, item: Node, placed: Placed, joined: JoinedValues) -> None:
        name = known(item) or ""
        source = self._files.get(posixpath.join(posixpath.dirname(placed.document.source.path), name))
        if source is None and _HANDLER in placed.document.source.text:
            return
        if source is None or name.endswith(_TEMPLATE_FILE):
            raise UnreadableValuesError(f"the values `{name}` of an environment are not known")
        for piece in split(source.text):
            root = Document(source, piece).root
            if root is not None:
                _leave_words(root)
        joined.add(joined.file(source))

    def _is_wanted(self, release: Release) -> bool:
        """Whether the condition of a release holds. Raises UnreadableValuesError for one that nobody knows."""
        condition = release.get("condition")
        if condition is None:
            return True
        found: GoValue = self._state.values
        for step in (known(condition) or "").split("."):
            if not isinstance(found, GoMap) or step not in found.entries:
                raise UnreadableValuesError("there is no value for the condition of a release")
            found = found.entries[step]
        if not isinstance(found, Bool):
            raise UnreadableValuesError("the condition of a release is no boolean")
        return found.value


def _inherited(fields: Mapping, templates: dict[str, Release]) -> tuple[Release, ...]:
    names = (known(entry.get("template")) for _, entry in items(fields.get("inherit")))
    return tuple(templates[name] for name in names if name in templates)


def read_helmfile_release(release: Release, files: Files) -> ChartDelivery | None:
    """The chart that a release installs; None for one that is not in the repository or not installed.

    Raises UnreadableValuesError where helmfile or Helm refuses the values.
    """
    path = release.placed.document.source.path
    named = known(release.get("chart"))
    if named is None or _is_false(release.get("installed")):
        return None
    folder = normal(posixpath.join(posixpath.dirname(path), named))
    if not has_chart(folder, files):
        return None
    reader = _ReleaseReader(files)
    name, namespace = known(release.get("name")), known(release.get("namespace"))
    environment = release.state.environment
    shown = f"release {name or '?'} of {path}" + (f" in {environment}" if environment != _DEFAULT else "")
    try:
        reader.read(release)
    except UnreadableValuesError as error:
        return ChartDelivery(reader.joined.refused(folder, path, shown, error))
    delivered = reader.joined.chart(folder, path, shown, name, namespace)
    return ChartDelivery(delivered, tuple(reader.open_parts))


class _ReleaseReader:
    """The values of one release."""

    def __init__(self, files: Files) -> None:
        self.joined = JoinedValues()
        self.open_parts: list[OpenPart] = []
        self._files = files

    def read(self, release: Release) -> None:
        """Join the values of a release and of what it inherits from. Raises UnreadableValuesError."""
        for one in (*release.templates, release):
            self.add_values(one)
        for one in (*release.templates, release):
            self.set(one, "set", "--set")
            self.set(one, "setString", "--set-string")

    def add_values(self, release: Release) -> None:
        """Join the files and mappings of `values`."""
        listed = sequence(release.fields.get("values"))
        for index, item in enumerate(listed.items if listed is not None else ()):
            if isinstance(item, Mapping):
                _refuse_words(item)
                self.joined.add(self.joined.mapping(item, release.placed, (*release.path, "values", index)))
            elif isinstance(item, Scalar):
                self._add_file(release, item)

    def _add_file(self, release: Release, item: Scalar) -> None:
        name = known(item)
        if name is None:
            self._leave_open(release, item, "a values file of a release that is a template is not followed")
            return
        if _GLOB.search(name):
            raise UnreadableValuesError(f"`{name}`: helmfile takes no patterns for values files")
        source = self._files.get(posixpath.join(posixpath.dirname(release.placed.document.source.path), name))
        if source is None:
            raise UnreadableValuesError(f"the values file `{name}` is not there", self._missing(release, item, name))
        if _FETCHED in source.text:
            self._leave_open(release, item, "values that are fetched from elsewhere")
            return
        if name.endswith(_TEMPLATE_FILE):
            self._add_template(release, item, source)
            return
        self.joined.add(self.joined.file(source))

    def _add_template(self, release: Release, item: Scalar, source: Source) -> None:
        """Join the values of a file that is a template, with those of the state and of the release."""
        document = Document(source, Piece(1, Span(0, len(source.text)), "yaml"))
        name = f"{source.path}{FILLED_IN}"
        text = Traced.of(source.text, TemplateText(name, 0))
        names = {"Name": known(release.get("name")), "Namespace": known(release.get("namespace"))}
        try:
            filled = release.state.fill(text, names)
        except Unsupported as error:
            self._leave_open(release, item, f"a values file of a release that nobody can fill in: {error}")
            return
        self.joined.add(self.joined.read(filled, f"`{source.path}`"))
        self.joined.know({**release.state.documents, name: Placed(document)})

    def set(self, release: Release, field: str, flag: Literal["--set", "--set-string"]) -> None:
        """Set the single values of `set` or `setString`."""
        for index, entry in items(release.fields.get(field)):
            name = known(entry.get("name"))
            value, file, listed = entry.get("value"), known(entry.get("file")), sequence(entry.get("values"))
            path = (*release.path, field, index)
            named = entry.get("name")
            if name is None or named is None:
                continue
            at_name = release.placed.place(named.span)
            if isinstance(value, Scalar):
                text = self.joined.string(value, release.placed, (*path, "value"))
                self.joined.set(flag, Traced.own(f"{name}=") + text.replace(",", Traced.own("\\,")), at_name)
            elif listed is not None:
                texts = [
                    self.joined.string(item, release.placed, (*path, "values", number))
                    for number, item in enumerate(listed.items)
                    if isinstance(item, Scalar)
                ]
                whole = Traced.join((Traced.own(f"{name}={{"), Traced.join(texts, Traced.own(",")), Traced.own("}")))
                self.joined.set(flag, whole, at_name)
            elif file is not None:
                folder = posixpath.dirname(release.placed.document.source.path)
                source = self._files.get(posixpath.join(folder, file))
                if source is None:
                    raise UnreadableValuesError(f"the file `{file}` is not there", self._missing(release, entry, file))
                self.joined.set_text(name, Traced.own(source.text))

    def _missing(self, release: Release, node: Node, name: str) -> Place | None:
        """Where a file is named that is certainly not there; None too where the state says what becomes of such."""
        source = release.placed.document.source
        is_certain = is_missing(posixpath.join(posixpath.dirname(source.path), name), self._files)
        return release.placed.place(node.span) if is_certain and _HANDLER not in source.text else None

    def _leave_open(self, release: Release, node: Node, reason: str) -> None:
        place = release.placed.place(node.span)
        if place is not None:
            self.open_parts.append(OpenPart(place, reason))


def _refuse_words(values: Node) -> None:
    """Raise UnreadableValuesError for words that helmfile reads otherwise than Kubernetes, and what it fetches."""
    for node in nodes(values):
        if isinstance(node, Scalar) and not node.style and node.text.lower() in _WORDS:
            raise UnreadableValuesError(f"`{node.text}` is a text for helmfile and a boolean for Kubernetes")
        if isinstance(node, Scalar) and node.text.startswith(_FETCHED):
            raise UnreadableValuesError(f"`{node.text}` is fetched from elsewhere")


def _leave_words(values: Node) -> None:
    """Raise Unsupported for such values of an environment: what templates make of them is not known."""
    try:
        _refuse_words(values)
    except UnreadableValuesError as error:
        raise Unsupported(str(error)) from None


def _is_false(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.written is False
