"""The Corefiles in manifests: in ConfigMaps, in kOps' clusters, and in the values of CoreDNS' Helm chart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.corefile.recognition import looks_like_corefile
from podhosts.document import Mapping, Scalar, string, written_string
from podhosts.kubernetes import Path, mapping, sequence, walk
from podhosts.kubernetes.kinds import group_of
from podhosts.records import field, record
from podhosts.surgery import replace_in_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Document, Node
    from podhosts.edits import Edit
    from podhosts.kubernetes import KubernetesObject
    from podhosts.source import Span

#: The ConfigMap from which AKS, k3s and others import, its keys into the default server block or beside it.
_CUSTOM = "coredns-custom"
_INSIDE, _BESIDE = ".override", ".server"
#: Large dashboards are common in ConfigMaps, and no Corefile begins like this.
_JSON = re.compile(r"\s*[\[{](?![$%{])")
_HOSTS = re.compile(r"(?:^|\s)hosts(?:\s|$)")


@record(slots=True)
class ManifestCorefile:
    """A Corefile, or with `inside` what stands in a server block of these zones, and the scalars it is made of.

    `is_named`: the place says that it is one, else its content does. `is_partial`: the server block has other plugins,
    which stand elsewhere.
    """

    manifest: KubernetesObject
    inside: tuple[str, ...] | None = None
    is_named: bool = True
    is_partial: bool = False
    text: str = ""
    _parts: list[tuple[int, Scalar, Path]] = field(default_factory=list)

    def add(self, scalar: Scalar, path: Path) -> None:
        """Append the text of a scalar."""
        self._parts.append((len(self.text), scalar, path))
        self.text += scalar.text

    @property
    def document(self) -> Document:
        return self.manifest.document

    def replace(self, span: Span, text: str) -> tuple[Edit, ...] | None:
        """Put `text` in the place of a part of one scalar; None where the part stands in none, or cannot hold it."""
        begin, scalar, _ = next((part for part in reversed(self._parts) if part[0] <= span.start), self._parts[0])
        if span.end > begin + len(scalar.text):
            return None
        return replace_in_scalar(self.document, scalar, span.start - begin, span.end - begin, text)

    def locate(self, span: Span) -> tuple[Span, Path]:
        """The place in the source of a part of the text, and the field it belongs to."""
        begin, scalar, path = next((part for part in reversed(self._parts) if part[0] <= span.start), self._parts[0])
        start, end = (min(max(at - begin, 0), len(scalar.text)) for at in span)
        return self.document.locate(scalar, start, end), path


def corefiles(manifest: KubernetesObject) -> Iterator[ManifestCorefile]:
    """Every Corefile with a `hosts` plugin in an object or in a file of values."""
    if manifest.kind == "ConfigMap":
        yield from _in_config_map(manifest)
    elif manifest.kind == "Cluster" and group_of(manifest.api_version) == "kops.k8s.io":
        dns = mapping(manifest.spec.get("kubeDNS")) if manifest.spec else None
        scalar = _scalar(dns.get("externalCoreFile")) if dns else None
        if scalar is not None and _HOSTS.search(scalar.text):
            found = ManifestCorefile(manifest)
            found.add(scalar, ("spec", "kubeDNS", "externalCoreFile"))
            yield found
    elif manifest.kind in {None, "HelmRelease"}:
        for path, node in walk(manifest.node):
            servers = sequence(node.get("servers"))
            for index, server in enumerate(servers.items if servers else ()):
                if isinstance(server, Mapping) and _has_hosts_plugin(server):
                    yield _of_server(manifest, server, (*path, "servers", index))


def _in_config_map(manifest: KubernetesObject) -> Iterator[ManifestCorefile]:
    data = mapping(manifest.node.get("data"))
    is_custom = manifest.name == _CUSTOM
    for key, entry in data.fields.items() if data else ():
        scalar = entry.value
        if not isinstance(scalar, Scalar) or not scalar.is_string or not _HOSTS.search(scalar.text):
            continue
        is_inside = is_custom and key.endswith(_INSIDE)
        is_named = is_inside or key == "Corefile" or (is_custom and key.endswith(_BESIDE))
        if is_named or (not _JSON.match(scalar.text) and looks_like_corefile(scalar.text)):
            found = ManifestCorefile(manifest, (".",) if is_inside else None, is_named, is_partial=is_inside)
            found.add(scalar, ("data", key))
            yield found


def _has_hosts_plugin(server: Mapping) -> bool:
    return any(string(plugin.get("name")) == "hosts" for _, plugin in _plugins(server))


def _of_server(manifest: KubernetesObject, server: Mapping, path: Path) -> ManifestCorefile:
    """The server block that the chart prints for one of `servers`; plugins other than `hosts` without their blocks."""
    zones = sequence(server.get("zones"))
    names = [
        written_string(zone.get("zone")) or "." for zone in (zones.items if zones else ()) if isinstance(zone, Mapping)
    ]
    found = ManifestCorefile(manifest, tuple(names) or (".",))
    for index, plugin in _plugins(server):
        name, parameters, block = (_scalar(plugin.get(key)) for key in ("name", "parameters", "configBlock"))
        if name is None:
            continue
        place = (*path, "plugins", index)
        found.add(name, (*place, "name"))
        if parameters is not None:
            found.text += " "
            found.add(parameters, (*place, "parameters"))
        if block is not None and block.text and name.text == "hosts":
            found.text += " {\n"
            found.add(block, (*place, "configBlock"))
            found.text += "\n}"
        found.text += "\n"
    return found


def _plugins(server: Mapping) -> list[tuple[int, Mapping]]:
    plugins = sequence(server.get("plugins"))
    items = plugins.items if plugins else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, Mapping)]


def _scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) and node.value is not None else None
