from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.corefile import CorefileError, HostsBlock, HostsLine, hosts_blocks, looks_like_corefile
from podhosts.diagnostics import Diagnostic, Related, Severity
from podhosts.document import Scalar
from podhosts.kubernetes import field, mapping
from podhosts.rules.base import Rule
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.corefile import HostsOption
    from podhosts.kubernetes import KubernetesObject

#: Zones in which other names than the entries' are asked for all the time.
_SHARED_ZONES = frozenset({"", ".", "cluster.local", "cluster.local."})
_OVERRIDE = ".override"


class _Place(NamedTuple):
    manifest: KubernetesObject
    scalar: Scalar
    path: str


class CorednsHostsBlock(Rule):
    """A `hosts` block in a Corefile that does something else than it seems to.

    Why: without `fallthrough` the plugin answers SERVFAIL for every other name of its zones: in `.:53` that is the DNS
    of the whole cluster (error). Entries after `fallthrough` and a second `hosts` keep CoreDNS from starting (error).
    Misspelt options become host lines, and lines with a bad address or without names are ignored without a log
    (warning). Source: `reference/kubernetes.md` 8 (coredns `plugin/hosts`).

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

    Fix safety: none is offered yet.
    """

    name = "coredns-hosts-block"
    severity = Severity.ERROR

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        data = mapping(manifest.node.get("data")) if manifest.kind == "ConfigMap" else None
        for key, entry in data.fields.items() if data else ():
            scalar = entry.value
            if not isinstance(scalar, Scalar) or not scalar.is_string:
                continue
            is_override = key.endswith(_OVERRIDE) and manifest.name == "coredns-custom"
            if key == "Corefile" or is_override or looks_like_corefile(scalar.text):
                place = _Place(manifest, scalar, field(("data", key)))
                yield from self._check(place, ["."] if is_override else None)

    def _check(self, place: _Place, inside: list[str] | None) -> Iterator[Diagnostic]:
        try:
            blocks = hosts_blocks(place.scalar.text, inside)
        except CorefileError as error:
            if "hosts" in place.scalar.text:
                message = f"CoreDNS cannot read this Corefile: {error}; it does not start with it"
                yield self._at(place, error.span, message)
            return
        for block in blocks:
            yield from self._check_block(place, block)

    def _check_block(self, place: _Place, block: HostsBlock) -> Iterator[Diagnostic]:
        name = block.plugin.name.span
        if block.first is not None:
            message = "a second `hosts` in one server block: CoreDNS does not start; put all entries into one"
            yield self._at(place, name, message, related=((block.first.span, "the first one"),))
        if block.fallthrough is None and block.is_complete and self._hurts(block):
            message = (
                "no `fallthrough`: every other name of the zone gets SERVFAIL, for the whole cluster; "
                "add `fallthrough` as the last line of the block"
            )
            yield self._at(place, name, message)
        for line in block.refused:
            message = (
                f"`{line.ip.text}` stands after `fallthrough`: CoreDNS does not start; move `fallthrough` to the end"
            )
            yield self._at(place, line.span, message)
        for option in block.options:
            if option.error:
                message = f"`{option.name.text}`: {option.error}: CoreDNS does not start; correct the value"
                yield self._at(place, _option_span(option), message)
        for line in block.lines:
            if (oddity := _oddity(line)) is not None:
                yield self._at(place, line.span, oddity, Severity.WARNING)

    @staticmethod
    def _hurts(block: HostsBlock) -> bool:
        """Whether the block serves names that other parts of the cluster ask for, and not its entries' own zones."""
        if not block.zones_known:
            return False
        return any(zone.lower() in _SHARED_ZONES for zone in block.zones)

    def _at(
        self,
        place: _Place,
        span: Span,
        message: str,
        severity: Severity | None = None,
        related: tuple[tuple[Span, str], ...] = (),
    ) -> Diagnostic:
        document = place.manifest.document
        return self.report(
            place.manifest,
            document.locate(place.scalar, *span),
            message,
            field=place.path,
            severity=severity,
            related=[Related(document.locate(place.scalar, *at), text) for at, text in related],
        )


def _option_span(option: HostsOption) -> Span:
    last = option.arguments[-1].span if option.arguments else option.name.span
    return Span(option.name.span.start, max(last.end, option.name.span.end))


def _oddity(line: HostsLine) -> str | None:
    if line.meant:
        return f"`{line.ip.text}` is no option, so CoreDNS takes it for a host line; did you mean `{line.meant}`?"
    if line.ignored:
        return f"CoreDNS ignores this line without a word ({line.ignored}); write an address and its names"
    if line.outside:
        names = ", ".join(f"`{token.text}`" for token in line.outside)
        return f"CoreDNS drops {names}: the block's zones do not hold them; name the zone, or move the entry"
    return None
