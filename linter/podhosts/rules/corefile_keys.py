"""The ConfigMaps of one CoreDNS: which belong together, and keys of them that nothing reads."""

from __future__ import annotations

import re
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from podhosts.corefile import CorefileError
from podhosts.corefile.manifests import CUSTOM, KeyText, key_texts
from podhosts.corefile.mounted import CUSTOM_FOLDER, MAIN_FOLDER, MAIN_PATH
from podhosts.corefile.starting import bound_to, is_certain
from podhosts.diagnostics import Related, Severity, Words
from podhosts.document import string
from podhosts.hosts.addresses import inet_pton4, inet_pton6
from podhosts.kubernetes import is_placeholder, mapping, sequence
from podhosts.kubernetes.mounts import config_maps
from podhosts.patterns import regex
from podhosts.rules.corefile_oddities import NO_START, Oddity
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from podhosts.corefile import HostsBlock
    from podhosts.corefile.manifests import ManifestCorefile
    from podhosts.kubernetes import KubernetesObject, Pod
    from podhosts.repository import Repository

#: Which keys the Corefiles of AKS, k3s and others import.
_IMPORTED = (".override", ".server")
#: What the server block of those Corefiles serves: scheme, zone and port.
_DEFAULT_SERVER = ("dns", ".", "53")
_HOSTS = regex(r"(?m)^[ \t]*hosts[ \t]*(?:[^\n{]*)\{")
_LINE = regex(r"[^\r\n]+")
#: Text that says that a repository is for k3s or RKE2.
_K3S_PATH = regex(r"(?:^|/)(?:k3s|rke2|rancher)(?:[/.-]|$)")
_K3S_API = "helm.cattle.io"


def custom_of(manifest: KubernetesObject, repository: Repository) -> KubernetesObject | None:
    """The ConfigMap that the Corefile of this one imports from, if there is a single one in the same place."""
    if manifest.kind != "ConfigMap" or "import" not in manifest.document.text.lower():
        return None
    return _single(manifest, repository.named("ConfigMap", CUSTOM))


def main_of(manifest: KubernetesObject, repository: Repository) -> KubernetesObject | None:
    """The ConfigMap whose Corefile imports from this one, if there is a single one in the same place."""
    found = (
        other
        for other in repository.mentioning("ConfigMap", "Corefile")
        if other.kind == "ConfigMap" and _imports(other)
    )
    return _single(manifest, found)


def _imports(manifest: KubernetesObject) -> bool:
    texts = key_texts(manifest, MAIN_FOLDER)
    return any(text.path == MAIN_PATH and "import" in text.text.lower() for text in texts)


def _single(manifest: KubernetesObject, others: Iterable[KubernetesObject]) -> KubernetesObject | None:
    near = [other for other in others if _belong_together(manifest, other)]
    return near[0] if len(near) == 1 else None


def _belong_together(one: KubernetesObject, other: KubernetesObject) -> bool:
    """Whether two objects are probably for one cluster: one folder lies in the other, and the namespaces agree."""
    if one.namespace is not None and other.namespace is not None and one.namespace != other.namespace:
        return False
    folders = sorted((dirname(item.document.source.path) for item in (one, other)), key=len)
    return folders[0] in {"", ".", folders[1]} or folders[1].startswith(f"{folders[0]}/")


def overrides(corefiles: Sequence[ManifestCorefile], has_own_block: bool) -> Iterator[tuple[ManifestCorefile, Oddity]]:
    """The `.override` keys of one object that bring a `hosts` after another, each with what is odd.

    `has_own_block`: the server block that imports them has a `hosts` already.
    """
    found = [
        (corefile, block.plugin.name.span)
        for corefile in sorted(corefiles, key=lambda corefile: corefile.path)
        if corefile.is_partial and (block := _first_block(corefile)) is not None
    ]
    for corefile, name in found[:1] if has_own_block else ():
        words = Words(
            "on k3s this is a second `hosts` block",
            f"its Corefile has one in the block that imports `*.override`, and {NO_START}",
            "use a key that ends in `.server`",
        )
        yield corefile, Oddity(name, words)
    for corefile, name in found[1:]:
        words = Words(
            "a second `hosts` among the `.override` keys",
            f"where `*.override` is imported, both end up in one server block, and {NO_START}",
            "put all entries in one key",
        )
        first, first_name = found[0]
        text = next(text for text in corefile.around if text.path == first.path)
        other = corefile.add_text(text, first_name)
        yield corefile, Oddity(name, words, Severity.ERROR, (Related(other, "the first one"),))


def _first_block(corefile: ManifestCorefile) -> HostsBlock | None:
    try:
        blocks = corefile.read().blocks
    except CorefileError:
        return None
    return blocks[0] if blocks else None


def default_servers(corefiles: Iterable[ManifestCorefile]) -> Iterator[tuple[ManifestCorefile, Oddity]]:
    """The `.server` keys that serve `.` themselves, where the Corefile that imports them is not at hand."""
    for corefile in corefiles:
        try:
            servers = corefile.read().servers if corefile.inside is None else ()
        except CorefileError:
            continue
        for zone in (zone for server in servers if not bound_to(server) for zone in server.zones):
            if is_certain(zone.token) and (zone.scheme, zone.name, zone.port) == _DEFAULT_SERVER:
                words = Words(
                    f"AKS and k3s already serve `{zone.token.text}`",
                    f"their Corefile has a `.:53` block next to the imported `*.server`, and {NO_START}",
                    "write the zone of the names instead",
                )
                yield corefile, Oddity(zone.token.span, words)


def is_for_k3s(manifest: KubernetesObject, repository: Repository) -> bool:
    """Whether the repository shows that the object is for k3s or RKE2, whose own Corefile has a `hosts` block."""
    if _K3S_PATH.search(manifest.document.source.path):
        return True
    kinds = ("HelmChart", "HelmChartConfig")
    return any(next(iter(repository.places(kind, _K3S_API)), None) is not None for kind in kinds)


def unread_keys(corefile: ManifestCorefile, manifest: KubernetesObject) -> Iterator[Oddity]:
    """The keys beside a Corefile that it names in a place where CoreDNS sees no file: at their first host line."""
    try:
        reading = corefile.read()
    except CorefileError:
        return
    words = {
        basename(word.text): word
        for block in reading.blocks
        for word in (*block.zone_arguments, *([block.file] if block.file is not None else ()))
    }
    for text in corefile.around:
        word = words.get(basename(text.path))
        if text.manifest is not manifest or text.path in corefile.used or word is None:
            continue
        if (span := _first_host_line(text)) is not None:
            message = f"CoreDNS does not read `{basename(text.path)}`"
            yield Oddity(
                corefile.add_text(text, span),
                Words(message, f"`{word.text}` does not lead to it", "write `hosts FILE` with its whole path"),
                others=(Related(word.span, "the word that names it"),),
            )


def unmounted_keys(corefile: ManifestCorefile, manifest: KubernetesObject, pods: Iterable[Pod]) -> Iterator[Oddity]:
    """The keys that a Corefile reads as files and the `items` of a volume leave out: at their first host line."""
    try:
        corefile.read()
    except CorefileError:
        return
    used = [text for text in corefile.around if text.manifest is manifest and text.path in corefile.used]
    listed = [keys for pod in (pods if used else ()) for keys in _mounted_keys(pod, manifest.name)]
    for text in used:
        name = basename(text.path)
        if any(name not in keys for keys in listed) and (span := _first_host_line(text)) is not None:
            words = Words(
                f"CoreDNS has no file `{name}`",
                "the volume holds only the keys that its `items` list",
                "add the key to the `items` of the volume",
            )
            yield Oddity(corefile.add_text(text, span), words)


def _mounted_keys(pod: Pod, name: str | None) -> Iterator[set[str | None]]:
    """The keys that the volumes of a pod take of a ConfigMap, of those that name some and take the Corefile."""
    for config in (config for volume in pod.volumes for config in config_maps(volume)):
        items = sequence(config.get("items"))
        if items is None or pod.is_partial(items) or string(config.get("name")) != name:
            continue
        keys = {string(entry.get("key")) for item in items.items if (entry := mapping(item)) is not None}
        if "Corefile" in keys and None not in keys:
            yield keys


def unread_custom_keys(corefile: ManifestCorefile, manifest: KubernetesObject) -> Iterator[Oddity]:
    """The keys of the ConfigMap that others import from which hold `hosts` blocks or lines and are not read."""
    try:
        corefile.read()
    except CorefileError:
        return
    for text in corefile.around:
        if text.manifest is manifest and text.path not in corefile.used:
            yield from _unread(corefile, text)


def _unread(corefile: ManifestCorefile, text: KeyText) -> Iterator[Oddity]:
    span = _first_host_line(text) or _first_entry(text)
    if span is not None and not is_placeholder(text.text):
        key = basename(text.path)
        advice = (
            "import it in the Corefile" if key.endswith(_IMPORTED) else "rename it to end in `.server` or `.override`"
        )
        words = Words(f"no Corefile reads the key `{key}`", "the names in it get no address", advice)
        yield Oddity(corefile.add_text(text, span), words)


def never_imported(corefile: ManifestCorefile, manifest: KubernetesObject) -> Iterator[Oddity]:
    """The keys of `coredns-custom` that end in no way that Corefiles import, where theirs is not at hand."""
    everything = [text.text for text in key_texts(manifest, CUSTOM_FOLDER)]
    for text in key_texts(manifest, CUSTOM_FOLDER):
        name = basename(text.path)
        named = re.compile(rf"(?:/|\b(?:import|hosts)[ \t]+){re.escape(name)}(?![\w.-])")
        if not name.endswith(_IMPORTED) and not any(map(named.search, everything)):
            yield from _unread(corefile, text)


def _first_host_line(text: KeyText) -> Span | None:
    """The address of the first line of a text that holds nothing but host lines."""
    first: Span | None = None
    for line in _LINE.finditer(text.text):
        words = line[0].partition("#")[0].split()
        if not words:
            continue
        if len(words) < 2 or not (inet_pton4(words[0]) or inet_pton6(words[0].partition("%")[0])):
            return None
        start = line.start() + line[0].index(words[0])
        first = first or Span(start, start + len(words[0]))
    return first


def _first_entry(text: KeyText) -> Span | None:
    """The address of the first entry of the first `hosts` block of a text, or the block's name."""
    block = _HOSTS.search(text.text)
    if block is None:
        return None
    for line in _LINE.finditer(text.text, block.end()):
        words = line[0].split()
        if words and (inet_pton4(words[0]) or inet_pton6(words[0].partition("%")[0])):
            start = line.start() + line[0].index(words[0])
            return Span(start, start + len(words[0]))
    start = block.start() + block[0].index("hosts")
    return Span(start, start + len("hosts"))
