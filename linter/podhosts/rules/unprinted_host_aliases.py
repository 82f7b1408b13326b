from __future__ import annotations

from posixpath import basename, dirname
from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Mapping, Sequence
from podhosts.kubernetes import is_misspelt_host_aliases, walk
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Entry, Node
    from podhosts.kubernetes import KubernetesObject, Path

_OWN_VALUES = "values.yaml"
_MERGE = "<<"
_ENTRY_FIELDS = frozenset({"ip", "hostnames"})


class UnprintedHostAliases(Rule):
    """A list of entries in a chart's values that no template of the chart prints.

    Why: Helm takes any key in the values and says nothing of those that no template reads, so no pod gets the names.
    Read from the texts alone, of the chart, of charts inside it and of those around it: no template names the way to
    the list or passes on a map above it. Silent where all values or a map around the list are passed on, where a
    dependency is not there or values are imported, and where a condition merely keeps the list from being printed.
    Source: Helm, "Values Files"; `text/template`.

    Bad:
        # file: Chart.yaml
        apiVersion: v2
        name: web
        version: 0.1.0
        # file: templates/pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          {{- with .Values.hostAliases }}
          hostAliases: {{- toYaml . | nindent 4 }}
          {{- end }}
          containers: [{name: web, image: web}]
        # file: values.yaml
        hostAlias:  # expect: unprinted-host-aliases
        - ip: 10.0.0.25
          hostnames: [db.internal]

    Good:
        # file: Chart.yaml
        apiVersion: v2
        name: web
        version: 0.1.0
        # file: templates/pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          {{- with .Values.hostAliases }}
          hostAliases: {{- toYaml . | nindent 4 }}
          {{- end }}
          containers: [{name: web, image: web}]
        # file: values.yaml
        hostAliases:
        - ip: 10.0.0.25
          hostnames: [db.internal]

    Fix safety: none; whether the key or the template is wrong is a guess.
    """

    name = "unprinted-host-aliases"
    severity = Severity.WARNING
    looks_elsewhere = True

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        source = manifest.document.source
        facts = self.repository.facts(source.path)
        # What `<<` merges stands in several places.
        if not facts.never_print or manifest.document.is_embedded or _MERGE in manifest.document.text:
            return
        for path, entry in _lists(manifest.node):
            if facts.prints_nothing_of(path) and self._is_of_the_chart(manifest, path):
                yield self.report(
                    manifest,
                    entry.key,
                    f"no template prints `{'.'.join(('.Values', *map(str, path)))}`",
                    why="Helm does not report unused values, and no pod gets the names",
                    help=self._advice(source.path, path),
                    field=manifest.field(*path),
                )

    def _is_of_the_chart(self, manifest: KubernetesObject, path: Path) -> bool:
        """Whether a file is meant for the chart beside it, and all of that is here.

        It is the chart's own, or all else in it is read there; where there is nothing else, what stands around the
        list, or a key that is spelt nearly the same.
        """
        source = manifest.document.source
        if any(chart.lacks_templates() for chart in self.repository.charts.of_values(source.path)):
            return False
        if basename(source.path) == _OWN_VALUES and self.repository.charts.at(dirname(source.path)) is not None:
            return True
        facts = self.repository.facts(source.path)
        others = [name for name in manifest.node.fields if name != path[0]]
        if others:
            return not any(facts.prints_nothing_of((name,)) for name in others)
        if len(path) > 1:
            return not facts.prints_nothing_of(path[:-1])
        return bool(self._beside(source.path, path))

    def _read(self, path_of_file: str) -> set[tuple[str, ...]]:
        """The paths of values that the charts of a values file read."""
        return {one for chart in self.repository.charts.of_values(path_of_file) for one in chart.read_paths()}

    def _beside(self, path_of_file: str, path: Path) -> list[str]:
        """The keys beside one that are read and spelt like it."""
        read = self._read(path_of_file)
        return sorted(one[-1] for one in read if one[:-1] == path[:-1] and one and _is_like_the_key(one[-1]))

    def _advice(self, path_of_file: str, path: Path) -> str:
        read = self._read(path_of_file)
        if beside := self._beside(path_of_file, path):
            return f"did you mean `{beside[0]}`?"
        elsewhere = sorted(one for one in read if one and one[-1] == "hostAliases")
        if len(elsewhere) == 1:
            return f"move it to `{'.'.join(elsewhere[0])}`, which templates read"
        return "print it in a template, or remove it"


def _is_like_the_key(name: str) -> bool:
    return name == "hostAliases" or is_misspelt_host_aliases(name)


def _lists(root: Mapping) -> Iterator[tuple[Path, Entry]]:
    """The non-empty lists of entries in values, under the usual key or one like it, that stand nowhere else, too."""
    for path, node in walk(root):
        for name, entry in node.fields.items():
            items = entry.value
            if _is_like_the_key(name) and isinstance(items, Sequence) and any(map(_is_entry, items.items)):
                way = (*path, name)
                if not any(part.shared or part.anchor for part in _nodes_on(root, way)):
                    yield way, entry


def _is_entry(node: Node) -> bool:
    return isinstance(node, Mapping) and not _ENTRY_FIELDS.isdisjoint(node.fields)


def _nodes_on(root: Node, path: Path) -> Iterable[Node]:
    """The values on the way to a path, that at its end among them."""
    node = root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            node = node.fields[step].value
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
        yield node
