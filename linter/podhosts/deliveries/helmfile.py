"""helmfile: releases of charts of the repository, as a state file without templates says them.

Source: helmfile v1.8 as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Literal

from podhosts.deliveries.folders import has_chart, is_missing, normal
from podhosts.deliveries.joining import JoinedValues, UnreadableValuesError
from podhosts.deliveries.model import ChartDelivery, OpenPart, items, known
from podhosts.document import Document, Mapping, Scalar, nodes, split
from podhosts.helm.traced import Traced
from podhosts.kubernetes.objects import sequence
from podhosts.patterns import regex
from podhosts.placed import Placed
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.kustomize.files import Files
    from podhosts.placed import Place
    from podhosts.source import Source

_TEMPLATE_FILE = ".gotmpl"
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
    """A release, the document that it is written in and the path to it; `templates` are what it inherits from."""

    fields: Mapping
    placed: Placed
    path: tuple[str | int, ...]
    templates: tuple[Release, ...] = ()

    def get(self, name: str) -> Node | None:
        """A field of its own, or of the first of its templates that has it."""
        own = self.fields.get(name)
        return own if own is not None else next((found for one in self.templates if (found := one.get(name))), None)


def releases(source: Source, files: Files, depth: int = 0) -> Iterator[Release]:
    """The releases of a state file and of its bases. Of several documents the last one with releases counts.

    Raises UnreadableValuesError for a file that is a template, or no YAML.
    """
    documents = [Document(source, piece) for piece in split(source.text)]
    if any(document.problem is not None or document.actions for document in documents):
        raise UnreadableValuesError("a state file that is a template or no YAML")
    own: list[Release] = []
    templates: dict[str, Release] = {}
    for document in documents:
        root, placed = document.root, Placed(document)
        if not isinstance(root, Mapping):
            continue
        yield from _of_bases(root, source, files, depth)
        for name, entry in written.fields.items() if isinstance(written := root.get("templates"), Mapping) else ():
            if isinstance(entry.value, Mapping):
                templates[name] = Release(entry.value, placed, ("templates", name))
        listed = root.get("releases")
        if listed is not None:
            own = [Release(fields, placed, ("releases", index)) for index, fields in items(listed)]
    yield from (release._replace(templates=_inherited(release.fields, templates)) for release in own)


def _of_bases(root: Mapping, source: Source, files: Files, depth: int) -> Iterator[Release]:
    listed = sequence(root.get("bases"))
    for item in listed.items if listed is not None and depth < _MOST_NESTED else ():
        base = files.get(posixpath.join(posixpath.dirname(source.path), known(item) or ""))
        if base is None:
            raise UnreadableValuesError("a base of a state file that is not there")
        yield from releases(base, files, depth + 1)


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
    shown = f"release {name or '?'} of {path}"
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
        if name is None or name.endswith(_TEMPLATE_FILE):
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
        self.joined.add(self.joined.file(source))

    def set(self, release: Release, field: str, flag: Literal["--set", "--set-string"]) -> None:
        """Set the single values of `set` or `setString`."""
        for index, entry in items(release.fields.get(field)):
            name = known(entry.get("name"))
            value, file, listed = entry.get("value"), known(entry.get("file")), sequence(entry.get("values"))
            path = (*release.path, field, index)
            if name is None:
                continue
            if isinstance(value, Scalar):
                text = self.joined.string(value, release.placed, (*path, "value"))
                self.joined.set(flag, Traced.own(f"{name}=") + text.replace(",", Traced.own("\\,")))
            elif listed is not None:
                texts = [
                    self.joined.string(item, release.placed, (*path, "values", number))
                    for number, item in enumerate(listed.items)
                    if isinstance(item, Scalar)
                ]
                whole = Traced.join((Traced.own(f"{name}={{"), Traced.join(texts, Traced.own(",")), Traced.own("}")))
                self.joined.set(flag, whole)
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


def _refuse_words(values: Mapping) -> None:
    """Raise UnreadableValuesError for words that helmfile reads otherwise than Kubernetes, and what it fetches."""
    for node in nodes(values):
        if isinstance(node, Scalar) and not node.style and node.text.lower() in _WORDS:
            raise UnreadableValuesError(f"`{node.text}` is a text for helmfile and a boolean for Kubernetes")
        if isinstance(node, Scalar) and node.text.startswith(_FETCHED):
            raise UnreadableValuesError(f"`{node.text}` is fetched from elsewhere")


def _is_false(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.written is False
