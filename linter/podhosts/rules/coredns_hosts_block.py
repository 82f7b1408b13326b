from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity, Words
from podhosts.edits import Safety
from podhosts.kubernetes import is_placeholder, is_template
from podhosts.rules.base import Fixable, Rule
from podhosts.source import Span
from podhosts.surgery import repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.corefile import HostsBlock, HostsOption, InlineEntry, Token
    from podhosts.corefile.manifests import ManifestCorefile
    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.kubernetes import KubernetesObject

#: None: a file of values for the CoreDNS chart.
_KINDS_WITH_COREFILES = frozenset({"Cluster", "ConfigMap", "HelmRelease", None})
_CLUSTER_DOMAIN = "cluster.local."
_NO_START = "CoreDNS does not start"
#: Plugins that come after `hosts` in CoreDNS' fixed order and could answer what it passes on.
_ANSWERING = frozenset(
    ("auto", "azure", "clouddns", "etcd", "file", "forward", "grpc", "k8s_external", "kubernetes", "nomad", "proxy",
     "route53", "secondary")
)  # fmt: skip


class CorednsHostsBlock(Rule):
    """A `hosts` block in a Corefile that does something else than it seems to.

    Why: without `fallthrough` the plugin answers SERVFAIL for every other name of its zones, and `kubernetes` and
    `forward` are never asked: in `.:53` that is the DNS of the whole cluster (error). Entries after `fallthrough`, a
    bad `ttl` or `reload` and a second `hosts` keep CoreDNS from starting (error). Misspelt options become host lines,
    and lines with a bad address or without names are ignored without a log (warning). Looked at are ConfigMaps (any key
    that holds a Corefile, `coredns-custom`) and the values of CoreDNS' Helm chart; a comment in the Corefile,
    `# podhosts: ignore[coredns-hosts-block] reason`, suppresses. Source: `reference/kubernetes.md` 8 (coredns
    `plugin/hosts`).

    Bad:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: coredns, namespace: kube-system}
        data:
          Corefile: |
            .:53 {
                hosts {  # expect: coredns-hosts-block
                    10.0.0.25 db.internal
                }
                forward . /etc/resolv.conf
            }

    Good:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: coredns, namespace: kube-system}
        data:
          Corefile: |
            .:53 {
                hosts {
                    10.0.0.25 db.internal
                    fallthrough
                }
                forward . /etc/resolv.conf
            }

    Fix safety: unsafe, as it changes what the cluster's DNS answers; a missing `fallthrough` becomes the block's last
    line, and a misspelt option is corrected. Of an argument that may be a zone or a file nobody can say which was
    meant, so nothing is offered there.
    """

    name = "coredns-hosts-block"
    severity = Severity.ERROR
    fixable = Fixable.SOMETIMES

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        if manifest.kind not in _KINDS_WITH_COREFILES:
            return
        # Imported here: most objects are of another kind, and need no reader of Corefiles.
        from podhosts.corefile import CorefileError, hosts_blocks
        from podhosts.corefile.manifests import corefiles

        for corefile in corefiles(manifest):
            try:
                blocks = hosts_blocks(corefile.text, corefile.inside)
            except CorefileError as error:
                # What a template writes may well have the braces that are missing here.
                if not is_placeholder(corefile.text):
                    words = Words(f"CoreDNS cannot read this Corefile: {error}", "it does not start with it")
                    yield self._at(corefile, error.span, words)
                continue
            for block in blocks:
                # The search for relevant files does not find a bare `hosts` in any text.
                if corefile.is_named or any(token.text == "{" for token in block.plugin.tokens):
                    yield from self._check_block(corefile, block)

    def _check_block(self, corefile: ManifestCorefile, block: HostsBlock) -> Iterator[Diagnostic]:
        name = block.plugin.name.span
        if block.first is not None:
            # Of two branches of a template CoreDNS gets one.
            if not is_template(corefile.text[block.first.span.end : name.start]):
                words = Words("a second `hosts` in one server block", _NO_START, "put all entries into one")
                yield self._at(corefile, name, words, related=((block.first.span, "the first one"),))
        elif block.stray:
            stray = block.stray[0]
            words = Words(
                f"`{stray.text}` stands outside the block of `hosts`",
                _NO_START,
                "open the block on the line of `hosts`, and write nothing behind its end",
            )
            yield self._at(corefile, stray.span, words)
        elif _swallows(block, corefile.is_partial):
            yield self._at(corefile, name, _lost(block), fix=_fall_through(corefile, block))
        has_branches = is_template(corefile.text[slice(*block.plugin.span)])
        for line in () if has_branches else block.refused:
            words = Words(f"`{line.ip.text}` stands after `fallthrough`", _NO_START, "move `fallthrough` to the end")
            yield self._at(corefile, line.span, words)
        for option in block.options:
            if option.error and all(map(_is_certain, option.arguments)):
                yield self._at(corefile, _option_span(option), Words(option.error, _NO_START, "correct the value"))
        for line in block.lines:
            fix = _correct(corefile, block, line) if line.meant and _is_certain(line.ip) else None
            for at, words in _oddities(line, block):
                yield self._at(corefile, at, words, Severity.WARNING, fix=fix if at == line.ip.span else None)

    def _at(
        self,
        corefile: ManifestCorefile,
        span: Span,
        words: Words,
        severity: Severity | None = None,
        related: tuple[tuple[Span, str], ...] = (),
        fix: Fix | None = None,
    ) -> Diagnostic:
        at, path = corefile.locate(span)
        return self.report(
            corefile.manifest,
            at,
            words,
            field=corefile.manifest.field(*path),
            severity=severity,
            related=[Related(corefile.locate(place)[0], text) for place, text in related],
            fix=fix,
        )


def _swallows(block: HostsBlock, is_partial: bool) -> bool:
    """Whether names that the whole cluster asks for end at the block, though another plugin would answer them."""
    from podhosts.corefile.zones import is_within

    if not (is_partial or any(plugin.name.text in _ANSWERING for plugin in block.server.plugins)):
        return False
    option = block.fallthrough
    words = [line.ip for line in (*block.lines, *block.refused)] + list(option.arguments if option else ())
    has_import = any(
        block.plugin.span.start <= token.span.start < block.plugin.span.end for token in block.server.imports
    )
    if has_import or not block.zones_known or not all(map(_is_certain, words)):
        return False
    domains = _cluster_domains(block)
    serves = not domains.isdisjoint(block.zones) or "." in block.zones
    # A `fallthrough` for the cluster's names is a choice; one for others, often copied from `kubernetes`, is a mistake.
    return serves and not any(is_within(domain, frozenset(block.fallthrough_zones)) for domain in domains)


def _cluster_domains(block: HostsBlock) -> set[str]:
    """The zones of Services: those of `kubernetes` in the same server block, and the usual one."""
    from podhosts.corefile.zones import zones_of

    zones = (
        zone.name
        for plugin in block.server.plugins
        if plugin.name.text == "kubernetes"
        for argument in plugin.arguments
        for zone in zones_of(argument)
    )
    domains = {_CLUSTER_DOMAIN, *(zone for zone in zones if not zone.endswith(".arpa."))}
    return domains | {f"svc.{domain}" for domain in domains}


def _lost(block: HostsBlock) -> Words:
    if block.fallthrough is not None:
        return Words(
            f"`fallthrough` passes on names in {_listed(block.fallthrough.arguments)} only",
            "every other name gets SERVFAIL, for the whole cluster",
            "write `fallthrough` without zones",
        )
    if block.file is not None and not block.zone_arguments and _names_zone(block, block.file):
        return Words(
            "this `hosts` block has no `fallthrough`",
            f"every other name gets SERVFAIL, for the whole cluster, as `{block.file.text}` is taken for the name of a "
            f"hosts file",
            f"write `hosts /etc/hosts {block.file.text}`, or add `fallthrough`",
        )
    has_braces = any(token.text == "{" for token in block.plugin.tokens)
    where = "`fallthrough` as the last line of the block" if has_braces else "a block with `fallthrough`"
    return Words(
        "this `hosts` block has no `fallthrough`",
        "every other name of the zone gets SERVFAIL, for the whole cluster",
        f"add {where}",
    )


def _fall_through(corefile: ManifestCorefile, block: HostsBlock) -> Fix | None:
    """Add `fallthrough` as the last line of the block, or a block that holds it."""
    if block.fallthrough is not None or (block.file is not None and not block.file.text.startswith("/")):
        return None
    misspelt = next((line for line in block.lines if line.meant == "fallthrough"), None)
    if misspelt is not None:
        return _correct(corefile, block, misspelt)
    text, plugin = corefile.text, block.plugin
    outside = _indentation(text, plugin.name.span.start)
    last = plugin.tokens[-1] if plugin.tokens else plugin.name
    if last.text != "}":
        at = last.span.end
        added = f" {{\n{outside}    fallthrough\n{outside}}}"
    else:
        at = last.span.start - len(_indentation(text, last.span.start))
        if text[at - 1] != "\n":
            return None
        inside = _indentation(text, plugin.lines[0][0].span.start) if plugin.lines else f"{outside}    "
        added = f"{inside}fallthrough\n"
    return repair(corefile.document, "Add `fallthrough`", corefile.replace(Span(at, at), added), Safety.UNSAFE)


def _correct(corefile: ManifestCorefile, block: HostsBlock, line: InlineEntry) -> Fix | None:
    """Write the option that a misspelt word stands for; behind `fallthrough` no entry may follow."""
    if line.meant == "fallthrough" and line is not block.lines[-1]:
        return None
    edits = corefile.replace(line.ip.span, line.meant or "")
    return repair(corefile.document, f"Replace `{line.ip.text}` with `{line.meant}`", edits, Safety.UNSAFE)


def _indentation(text: str, at: int) -> str:
    """The blanks before a place on its line."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


def _names_zone(block: HostsBlock, file: Token) -> bool:
    """Whether the first argument looks like the zone of the entries."""
    zone = file.text.lower().strip(".")
    names = [name.text.lower().rstrip(".") for line in block.lines for name in line.names]
    return "/" not in zone and any(f".{name}".endswith(f".{zone}") for name in names)


def _listed(tokens: tuple[Token, ...]) -> str:
    return ", ".join(f"`{token.text}`" for token in tokens)


def _option_span(option: HostsOption) -> Span:
    last = option.arguments[-1].span if option.arguments else option.name.span
    return Span(option.name.span.start, max(last.end, option.name.span.end))


def _is_certain(token: Token) -> bool:
    """Whether neither CoreDNS' environment nor a template of any kind decides the word; installers write `__NAME__`."""
    return token.is_known and not is_placeholder(token.text) and not token.text.startswith("__")


def _oddities(line: InlineEntry, block: HostsBlock) -> Iterator[tuple[Span, Words]]:
    """The parts of a line that CoreDNS does not use, each with the words about it."""
    if not _is_certain(line.ip):
        return
    if line.meant:
        yield (
            line.ip.span,
            Words(
                f"`{line.ip.text}` is no option", "CoreDNS takes it for a host line", f"did you mean `{line.meant}`?"
            ),
        )
    elif line.ignored:
        message = f"CoreDNS ignores this line without a word ({line.ignored})"
        yield line.ip.span, Words(message, help="write an address and its names")
    zones_are_certain = all(map(_is_certain, block.zone_arguments or block.server.keys))
    for name in filter(_is_certain, line.outside if zones_are_certain else ()):
        message = f"CoreDNS drops `{name.text}`"
        yield name.span, Words(message, "no zone of the block holds it", "name the zone, or move the entry")
