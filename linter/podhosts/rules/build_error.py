from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import MOST_RELATED, Diagnostic, Related, Severity
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.helm.building import Stopped
    from podhosts.source import Source


class BuildError(Rule):
    """A build that Kustomize or Helm refuses, where it has to do with hosts.

    Why: nothing of a refused build reaches the cluster, so its entries never do. These are builds of kustomizations
    that lead to `hostAliases`: a field that Kustomize does not know (a patch below `patchs:` would be lost, so it
    stops), a patch for an object that is not there or that it cannot read, a file, folder or object that is missing
    or comes twice, a file outside of the folder (unless something in the repository lifts that). And charts as
    Flux, Argo CD, helmfile, k3s, Fleet or `helmCharts` install them: a values file that is not there, a value that
    Helm cannot set. And charts of the repository whose templates or `values.schema.json` refuse what a values file
    has as hosts: a text or `null` where the template goes through a list, a key that the schema does not allow.
    Nothing is said where a reference leads out of the repository, and where a chart has no entries. Source:
    Kustomize 5.8.2, Helm 3.22, Argo CD 2.14, helmfile 1.8 (`vectors/overlays`, `vectors/deliveries`).

    Bad:
        # file: kustomization.yaml
        resources: [pod.yaml]
        patchs:  # expect: build-error
        - path: names.yaml
        # file: pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Good:
        # file: kustomization.yaml
        resources: [pod.yaml]
        # file: pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: none; what the build should say is a guess.
    """

    name = "build-error"
    severity = Severity.ERROR
    looks_elsewhere = True

    def check_source(self, source: Source) -> Iterator[Diagnostic]:
        report = self.repository.overlay_report(source.path)
        for refusal in report.refusals if report is not None else ():
            place = refusal.place
            yield Diagnostic(
                self.name,
                self.severity,
                refusal.message,
                source,
                place.span,
                place.document,
                related=tuple(
                    Related(at.span, text, None if at.source.path == source.path else at.source)
                    for at, text in refusal.related[:MOST_RELATED]
                ),
                more_related=max(len(refusal.related) - MOST_RELATED, 0),
                why="Kustomize refuses to build this",
            )


def refused_chart(stopped: Stopped) -> Diagnostic:
    """The finding for a chart that Helm, or what installs it, refuses."""
    return Diagnostic(
        BuildError.name,
        BuildError.severity,
        stopped.reason,
        stopped.source,
        stopped.span,
        stopped.document,
        why="nothing of the chart is installed",
        help=stopped.help,
    )
