"""The Corefiles in manifests: in ConfigMaps, in kOps' clusters, and in the values of CoreDNS' Helm chart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.corefile.blocks import Parser, ServerBlock
from podhosts.corefile.hosts_plugin import HostsBlock, InlineEntry, file_lines, hosts_block, hosts_plugins
from podhosts.corefile.mounted import CUSTOM_FOLDER, MAIN_FOLDER, MAIN_PATH, imported, named_file
from podhosts.corefile.recognition import looks_like_corefile
from podhosts.corefile.starting import is_certain
from podhosts.corefile.tokens import CorefileError, Token, tokens_of
from podhosts.corefile.zones import qualified
from podhosts.document import Document, Mapping, Piece, Scalar, string, written_string
from podhosts.edits import Edit
from podhosts.kubernetes import KubernetesObject, Path, mapping, sequence, walk
from podhosts.kubernetes.generated_files import taken_files, taken_literals, whole_file
from podhosts.kubernetes.kinds import group_of
from podhosts.patterns import regex
from podhosts.records import NamedTuple, field, record, replace
from podhosts.source import Source, Span
from podhosts.surgery import replace_in_scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podhosts.document import Node

#: The ConfigMap from which AKS, k3s and others import, its keys into the default server block or beside it.
CUSTOM = "coredns-custom"
#: The HelmChart with which RKE2 installs CoreDNS.
PACKAGED_CHART = "rke2-coredns"
_INSIDE, _BESIDE = ".override", ".server"
#: Large dashboards are common in ConfigMaps, and no Corefile begins like this.
_JSON = regex(r"\s*[\[{](?![$%{])")
_HOST_LINE = regex(r"^[ \t]*[0-9]+(?:\.[0-9]+){3}[ \t]+[^\s{]", re.MULTILINE)
_HOSTS = regex(r"(?:^|\s)hosts:?(?:\s|$)", re.IGNORECASE)


class KeyText(NamedTuple):
    """A text that CoreDNS reads at `path`, as far as that is known; `field` and `scalar` say where it is written.

    Without a scalar it is the whole file, else the scalar's text from `begin` on.
    """

    path: str
    text: str
    manifest: KubernetesObject
    field: Path
    scalar: Scalar | None
    begin: int = 0

    def locate(self, start: int, end: int) -> Span:
        """The place in the source of a part of the text."""
        if self.scalar is None:
            return Span(start, end)
        return self.manifest.document.locate(self.scalar, self.begin + start, self.begin + end)


class CorefilePlace(NamedTuple):
    """Where a part of a Corefile is written."""

    manifest: KubernetesObject
    span: Span
    field: Path


class CorefileReading(NamedTuple):
    """A Corefile as CoreDNS reads it: the `hosts` plugins, and those in snippets that nothing imports.

    `is_complete`: no file was imported that is not known. `names`: those that are listed, by server block.
    """

    servers: tuple[ServerBlock, ...]
    blocks: tuple[HostsBlock, ...]
    unused: tuple[HostsBlock, ...]
    is_complete: bool
    names: dict[int, frozenset[str]]

    def lists(self, server: ServerBlock, full: str) -> bool:
        """Whether a `hosts` block of a server block has a name, given in lower case with a final dot."""
        return full in self.names.get(id(server), ())


@record(slots=True)
class ManifestCorefile:
    """A Corefile, or with `inside` what stands in a server block of these zones, and the texts it is made of.

    `is_named`: the place says that it is one, else its content does. `is_partial`: the server block has other plugins,
    which stand elsewhere. `path` is where CoreDNS finds it; `around` the texts that it may import or name.
    """

    manifest: KubernetesObject
    inside: tuple[str, ...] | None = None
    is_named: bool = True
    is_partial: bool = False
    path: str = MAIN_PATH
    around: tuple[KeyText, ...] = ()
    text: str = ""
    _parts: list[tuple[int, KeyText]] = field(default_factory=list)
    _used: dict[str, int] = field(default_factory=dict)

    def add(self, scalar: Scalar, path: Path) -> None:
        """Append the text of a scalar."""
        self._append(KeyText(self.path, scalar.text, self.manifest, path, scalar))

    def add_file(self) -> None:
        """Append the text of the file that is a Corefile itself."""
        self.start_with(KeyText(self.path, self.manifest.document.text, self.manifest, (), None))

    def start_with(self, text: KeyText) -> None:
        """Append a text that is a Corefile itself."""
        self._append(text)

    @property
    def document(self) -> Document:
        return self.manifest.document

    @property
    def used(self) -> frozenset[str]:
        """The paths of the texts around that were read so far."""
        return frozenset(self._used)

    def read(self) -> CorefileReading:
        """Raises `CorefileError` where CoreDNS cannot read it."""
        tokens = tokens_of(self.text)
        parser = Parser(tokens, self._import)
        if self.inside is None:
            servers = tuple(parser.server_blocks())
        else:
            keys = tuple(Token(zone, Span(0, 0), 0) for zone in self.inside)
            servers = (parser.fragment(keys, Span(0, len(self.text))),)
        nowhere = ServerBlock((), (), (), Span(0, 0))
        unused = tuple(
            hosts_block(plugin, nowhere, (".",), None)
            for plugin in parser.unused_plugins()
            if plugin.name.text == "hosts"
        )
        blocks = tuple(replace(block, file_lines=self._file_lines(block)) for block in hosts_plugins(servers))
        names = {
            id(block.server): frozenset(
                qualified(name.text) for line in (*block.lines, *block.file_lines) for name in line.names
            )
            for block in blocks
        }
        return CorefileReading(servers, blocks, unused, not parser.unread, names)

    def _file_lines(self, block: HostsBlock) -> tuple[InlineEntry, ...]:
        """The lines of the file that a `hosts` block names, where its text is known."""
        text = None
        if block.file is not None and is_certain(block.file):
            roots = (plugin.arguments for plugin in block.server.plugins if plugin.name.text == "root")
            root = next((words[0].text for words in roots if words), "/")
            text = named_file(block.file.text, root, self.around)
        if text is None:
            return ()
        start = self._begin(text)
        return tuple(file_lines(text.text, start, block))

    def add_text(self, text: KeyText, span: Span) -> Span:
        """A span of a text around as one of this Corefile, which may not read the text itself."""
        begin = self._append(text)
        return Span(begin + span.start, begin + span.end)

    def replace(self, span: Span, text: str) -> tuple[Edit, ...] | None:
        """Put `text` in the place of a part of one scalar; None where the part stands in none, or cannot hold it."""
        begin, part = self._part(span)
        if span.end > begin + len(part.text) or part.manifest is not self.manifest:
            return None
        if part.scalar is None:
            return (Edit(Span(span.start - begin, span.end - begin), text),)
        start = part.begin - begin
        return replace_in_scalar(self.document, part.scalar, span.start + start, span.end + start, text)

    def locate(self, span: Span) -> CorefilePlace:
        """The place in the source of a part of the text, and the field it belongs to."""
        begin, part = self._part(span)
        start, end = (min(max(at - begin, 0), len(part.text)) for at in span)
        return CorefilePlace(part.manifest, part.locate(start, end), part.field)

    def _part(self, span: Span) -> tuple[int, KeyText]:
        return next((part for part in reversed(self._parts) if part[0] <= span.start), self._parts[0])

    def _append(self, part: KeyText) -> int:
        self._parts.append((len(self.text), part))
        self.text += part.text
        return self._parts[-1][0]

    def _begin(self, part: KeyText) -> int:
        """Where a text around begins in this one; it is appended when first asked for."""
        if part.path not in self._used:
            self.text += "\n"
            self._used[part.path] = self._append(part)
        return self._used[part.path]

    def _import(self, argument: Token) -> list[list[Token]] | None:
        """The files that `import` brings; None where it is not known what is there."""
        if not is_certain(argument):
            return None
        found = imported(argument, self._part(argument.span)[1].path, self.around)
        return None if found is None else [self._tokens(text) for text in found]

    def _tokens(self, part: KeyText) -> list[Token]:
        begin = self._begin(part)
        try:
            tokens = tokens_of(part.text)
        except CorefileError as error:
            raise CorefileError(str(error), Span(error.span.start + begin, error.span.end + begin)) from None
        return [
            token._replace(span=Span(token.span.start + begin, token.span.end + begin), file=begin) for token in tokens
        ]


def corefiles(manifest: KubernetesObject, custom: KubernetesObject | None = None) -> Iterator[ManifestCorefile]:
    """Every Corefile with a `hosts` plugin in an object or in a file of values.

    `custom` is the ConfigMap from which those of this object import.
    """
    if manifest.kind == "ConfigMap":
        yield from _in_config_map(manifest, custom)
    elif manifest.kind == "Cluster" and group_of(manifest.api_version) == "kops.k8s.io":
        yield from _of_cluster(manifest)
    elif manifest.kind in {None, "HelmRelease"}:
        for path, node in walk(manifest.node):
            servers = sequence(node.get("servers"))
            for index, server in enumerate(servers.items if servers else ()):
                if isinstance(server, Mapping) and has_hosts_plugin(server):
                    yield _of_server(manifest, server, (*path, "servers", index))
            yield from _in_values(manifest, node, path)


def servers_without_port(manifest: KubernetesObject) -> Iterator[tuple[Span, Path]]:
    """The key `plugins` of `servers` with `hosts` of the chart's values whose port is missing, and the field.

    The chart prints `.{` for them, and a key that a template adds is none that is missing.
    """
    for path, node in walk(manifest.node):
        servers = sequence(node.get("servers"))
        for index, server in enumerate(servers.items if servers else ()):
            if not isinstance(server, Mapping) or server.is_open or not has_hosts_plugin(server):
                continue
            if _scalar(server.get("port")) is None:
                yield server.fields["plugins"].key.span, (*path, "servers", index)


def servers_without_services(config: KubernetesObject) -> tuple[Span, Path] | None:
    """The key `servers` in the values for RKE2's own CoreDNS and its field, if `hosts` but not `kubernetes` is in it.

    Helm puts such a list in the place of the chart's, so that nothing answers for Services. None, too, where a server
    lacks its port, as CoreDNS does not start then.
    """
    text = config.spec.get("valuesContent") if config.spec else None
    if config.name != PACKAGED_CHART or not isinstance(text, Scalar) or not text.is_string:
        return None
    values = Document(Source("", text.text.encode("utf-8", "surrogatepass")), Piece(1, Span(0, len(text.text)), "yaml"))
    entry = values.root.fields.get("servers") if isinstance(values.root, Mapping) else None
    servers = sequence(entry.value) if entry is not None else None
    if entry is None or servers is None or servers.is_open:
        return None
    items = [item for item in servers.items if isinstance(item, Mapping)]
    names = {string(plugin.get("name")) for server in items for _, plugin in _plugins(server)}
    if "hosts" not in names or not names.isdisjoint({None, "kubernetes", "kubernetai", "import"}):
        return None
    if len(items) < len(servers.items) or any(item.is_open or _scalar(item.get("port")) is None for item in items):
        return None
    return config.document.locate(text, *entry.key.span), ("spec", "valuesContent")


def file_corefile(document: Document) -> ManifestCorefile | None:
    """The Corefile that a file of such a name is; None where it says nothing of hosts."""
    if not _HOSTS.search(document.text):
        return None
    found = ManifestCorefile(whole_file(document))
    found.add_file()
    return found


class TakenIn(NamedTuple):
    """A Corefile that a generator of ConfigMaps takes in, and the entries that take in files, by file."""

    corefile: ManifestCorefile
    entries: dict[str, tuple[Scalar, Path]]


def taken_in(kustomization: KubernetesObject, read: Callable[[str], Source | None]) -> Iterator[TakenIn]:
    """The texts with the key `Corefile` of a kustomization's generators, with those beside them.

    `read` gives the file at a path.
    """
    taken = [*taken_files(kustomization, read)]
    literals = [*taken_literals(kustomization)]
    for generator in sorted({item.generator for item in taken} | {item.generator for item in literals}):
        files = [file for file in taken if file.generator == generator]
        texts = [_whole_file(file.manifest, f"{MAIN_FOLDER}/{file.key}") for file in files]
        texts += [
            KeyText(f"{MAIN_FOLDER}/{item.key}", item.text, kustomization, item.path, item.entry, item.begin)
            for item in literals
            if item.generator == generator
        ]
        for text in texts:
            if text.path == MAIN_PATH and any(map(_concerns_hosts, texts)):
                around = tuple(other for other in texts if other is not text)
                found = ManifestCorefile(text.manifest, around=around)
                found.start_with(text)
                yield TakenIn(found, {file.source.path: (file.entry, file.path) for file in files})


def _whole_file(manifest: KubernetesObject, path: str) -> KeyText:
    return KeyText(path, manifest.document.text, manifest, (), None)


def key_texts(manifest: KubernetesObject, folder: str) -> Iterator[KeyText]:
    """The keys of a ConfigMap that is mounted on a folder, as files."""
    data = mapping(manifest.node.get("data"))
    for key, entry in data.fields.items() if data else ():
        scalar = entry.value
        if isinstance(scalar, Scalar) and scalar.is_string:
            yield KeyText(f"{folder}/{key}", scalar.text, manifest, ("data", key), scalar)


def _in_config_map(manifest: KubernetesObject, custom: KubernetesObject | None) -> Iterator[ManifestCorefile]:
    is_custom = manifest.name == CUSTOM
    folder = CUSTOM_FOLDER if is_custom else MAIN_FOLDER
    own = tuple(key_texts(manifest, folder))
    others = tuple(key_texts(custom, CUSTOM_FOLDER)) if custom is not None else ()
    for key in own:
        name = str(key.field[-1])
        is_inside = is_custom and name.endswith(_INSIDE)
        is_named = is_inside or name == "Corefile" or (is_custom and name.endswith(_BESIDE))
        if not any(map(_concerns_hosts, (key, *others) if is_named else (key,))):
            continue
        if is_named or _is_by_content(key.text):
            zones = (".",) if is_inside else None
            around = tuple(text for text in (*own, *others) if text is not key)
            found = ManifestCorefile(manifest, zones, is_named, is_inside, key.path, around)
            assert key.scalar is not None  # it is a key
            found.add(key.scalar, key.field)
            yield found


def _in_values(manifest: KubernetesObject, node: Mapping, path: Path) -> Iterator[ManifestCorefile]:
    """The texts in a mapping of values that are Corefiles by their content: charts have keys of any name for them."""
    for key, entry in node.fields.items():
        scalar = entry.value
        if isinstance(scalar, Scalar) and scalar.is_string and "\n" in scalar.text and _is_by_content(scalar.text):
            found = ManifestCorefile(manifest, is_named=False)
            found.add(scalar, (*path, key))
            yield found


def _is_by_content(text: str) -> bool:
    return bool(_HOSTS.search(text)) and not _JSON.match(text) and looks_like_corefile(text)


def _concerns_hosts(text: KeyText) -> bool:
    return bool(_HOSTS.search(text.text) or _HOST_LINE.search(text.text))


def _of_cluster(manifest: KubernetesObject) -> Iterator[ManifestCorefile]:
    """The Corefile in a kOps cluster's settings."""
    settings = mapping(manifest.spec.get("kubeDNS")) if manifest.spec else None
    text = settings.get("externalCoreFile") if settings else None
    if isinstance(text, Scalar) and text.is_string and _HOSTS.search(text.text):
        found = ManifestCorefile(manifest)
        found.add(text, ("spec", "kubeDNS", "externalCoreFile"))
        yield found


def has_hosts_plugin(server: Mapping) -> bool:
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
