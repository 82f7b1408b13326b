from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity, Words
from podhosts.kubernetes import pods
from podhosts.kubernetes.generated_files import is_corefile
from podhosts.kustomize.names import is_kustomization
from podhosts.records import replace
from podhosts.rules.base import Fixable, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.corefile.manifests import ManifestCorefile
    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Document
    from podhosts.kubernetes import KubernetesObject, Pod
    from podhosts.rules.corefile_oddities import Oddity

#: None: a file of values for the CoreDNS chart.
_KINDS_WITH_COREFILES = frozenset({"Cluster", "ConfigMap", "HelmRelease", None})


class CorednsHostsBlock(Rule):
    """A `hosts` block in a Corefile that does something else than it seems to.

    Why: without `fallthrough` the plugin answers SERVFAIL for every other name of its zones, and `kubernetes` and
    `forward` are never asked: in `.:53` that is the DNS of the whole cluster (error). Entries after `fallthrough`, a
    bad `ttl` or `reload`, a second `hosts` (also one that `import` brings), a zone in two server blocks, and host lines
    outside a block keep CoreDNS from starting (error). Misspelt options become host lines, and lines with a bad address
    or without names are ignored without a log, also in the hosts file that a block names (warning). So are names
    that no query bears, that another server block, `rewrite` or `template` takes, and keys that nothing reads.
    Wildcards need CoreDNS 1.14.5, and a block without file and entries serves the `/etc/hosts` of CoreDNS' container
    (info). It looks at ConfigMaps (any key that holds a Corefile, `coredns-custom`, the keys that it imports or
    names), the values of CoreDNS' Helm chart, kOps clusters, and files called `Corefile`; a comment in the Corefile,
    `# podhosts: ignore[coredns-hosts-block] reason`, suppresses. Source: `reference/kubernetes.md` 8 (coredns
    `plugin/hosts`), and measurements with CoreDNS 1.11.3, 1.12.4 and 1.15.0.

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

    def check_document(self, document: Document) -> Iterator[Diagnostic]:
        if not is_corefile(document.source.path):
            return
        # Imported here: most documents are no Corefiles.
        from podhosts.corefile.manifests import file_corefile

        corefile = file_corefile(document)
        if corefile is not None:
            yield from self._check(corefile, corefile.manifest)

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        if is_kustomization(manifest.document.source.path):
            yield from self._check_generators(manifest)
            return
        if manifest.kind == "HelmChartConfig":
            yield from self._check_packaged(manifest)
        if manifest.kind not in _KINDS_WITH_COREFILES:
            return
        # Imported here: most objects are of another kind, and need no reader of Corefiles.
        from podhosts.corefile.manifests import CUSTOM, corefiles, servers_without_port
        from podhosts.rules.corefile_keys import custom_of, main_of, unmounted_keys, unread_keys

        if manifest.kind == "ConfigMap" and manifest.name == CUSTOM:
            yield from self._check_custom(manifest, main_of(manifest, self.repository))
            return
        custom = custom_of(manifest, self.repository)
        for corefile in corefiles(manifest, custom):
            yield from self._check(corefile, manifest)
            mounting = self._mounting(manifest) if corefile.around else ()
            for oddity in (*unread_keys(corefile, manifest), *unmounted_keys(corefile, manifest, mounting)):
                yield from self._odd(corefile, manifest, oddity)
        for plugins, path in servers_without_port(manifest) if manifest.kind != "ConfigMap" else ():
            words = Words(
                "this server has no `port`", "the chart prints `.{`, and CoreDNS does not start", "add `port: 53`"
            )
            yield self.report(manifest, plugins, words, field=manifest.field(*path))

    def _check_packaged(self, config: KubernetesObject) -> Iterator[Diagnostic]:
        """Check whether a list of `servers` leaves out what the list of the chart has that it replaces."""
        from podhosts.corefile.manifests import servers_without_services

        if (found := servers_without_services(config)) is not None:
            span, path = found
            words = Words(
                "these `servers` replace the chart's own",
                "Helm joins no lists: without `kubernetes` nothing answers for Services, for the whole cluster",
                "repeat the chart's server of `.` with all its plugins",
            )
            yield self.report(config, span, words, field=config.field(*path))

    def _mounting(self, config_map: KubernetesObject) -> Iterator[Pod]:
        """The pods that mount a ConfigMap, as far as they are in the input."""
        for manifest in self.repository.mentioning("configMap", config_map.name) if config_map.name else ():
            if config_map.namespace in {None, manifest.namespace or config_map.namespace}:
                yield from pods(manifest, self.kinds)

    def _check_custom(self, manifest: KubernetesObject, main: KubernetesObject | None) -> Iterator[Diagnostic]:
        """Check the ConfigMap that others import from; without theirs, key by key."""
        from podhosts.corefile.manifests import ManifestCorefile, corefiles
        from podhosts.rules.corefile_keys import (
            default_servers,
            is_for_k3s,
            never_imported,
            overrides,
            unread_custom_keys,
        )

        if main is not None:
            for corefile in corefiles(main, manifest):
                yield from self._check(corefile, manifest)
                for oddity in unread_custom_keys(corefile, manifest):
                    yield from self._odd(corefile, manifest, oddity)
            return
        own = list(corefiles(manifest))
        for corefile in own:
            yield from self._check(corefile, manifest)
        alone = (*overrides(own, is_for_k3s(manifest, self.repository)), *default_servers(own))
        for corefile, oddity in alone:
            yield from self._odd(corefile, manifest, oddity)
        whole = ManifestCorefile(manifest)
        for oddity in never_imported(whole, manifest):
            yield from self._odd(whole, manifest, oddity)

    def _check_generators(self, kustomization: KubernetesObject) -> Iterator[Diagnostic]:
        """Check the Corefiles that a kustomization takes into ConfigMaps, each finding at the entry that does."""
        overlays = self.repository.overlays_of(kustomization.document.source.path)
        if overlays is None or kustomization.node.get("configMapGenerator") is None:
            return
        from podhosts.corefile.manifests import taken_in
        from podhosts.rules.corefile_oddities import oddities

        for corefile, entries in taken_in(kustomization, overlays.file):
            for oddity in oddities(corefile):
                place = corefile.locate(oddity.span)
                if place.manifest is kustomization:
                    yield from self._odd(corefile, kustomization, oddity)
                    continue
                source = place.manifest.document.source
                entry, path = entries[source.path]
                words = oddity.words
                by = Related(entry.span, "taken in here", kustomization.document.source)
                inside = self.report(
                    place.manifest, place.span, words, field="", severity=oddity.severity, related=[by]
                )
                outside = self.report(
                    kustomization,
                    entry,
                    f"a Corefile taken in here: {words.message}",
                    why=words.why,
                    help=words.help,
                    field=kustomization.field(*path),
                    severity=oddity.severity,
                    related=[Related(place.span, "the place", source)],
                )
                yield replace(outside, taken_in=inside)

    def _check(self, corefile: ManifestCorefile, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        """Check a Corefile with all that it imports, and report what stands in the object."""
        from podhosts.rules.corefile_oddities import oddities

        for oddity in oddities(corefile):
            yield from self._odd(corefile, manifest, oddity)

    def _odd(self, corefile: ManifestCorefile, manifest: KubernetesObject, oddity: Oddity) -> Iterator[Diagnostic]:
        """The finding for an oddity, if that stands in the object."""
        place = corefile.locate(oddity.span)
        if place.manifest is not manifest:
            return
        yield self.report(
            manifest,
            place.span,
            oddity.words,
            field=manifest.field(*place.field),
            severity=oddity.severity,
            related=[_located(other, corefile, manifest) for other in oddity.others],
            fix=oddity.fix,
        )


def _located(other: Related, corefile: ManifestCorefile, manifest: KubernetesObject) -> Related:
    """A place in a Corefile's text as one in a file."""
    place = corefile.locate(other.span)
    source = place.manifest.document.source
    # Another part of a large file is another source of the same path, with offsets of its own.
    return Related(place.span, other.message, None if source is manifest.document.source else source)
