"""The deliveries among the files of a repository: found by their bytes, then read by what they are."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from podhosts.deliveries.argo import KIND as APPLICATION
from podhosts.deliveries.argo import application_of, argo_sources, is_chart, read_argo_chart, read_argo_folder
from podhosts.deliveries.argo_sets import KIND as APPLICATION_SET
from podhosts.deliveries.argo_sets import applications
from podhosts.deliveries.fleet import read_fleet
from podhosts.deliveries.flux_kustomizations import KIND as KUSTOMIZATION
from podhosts.deliveries.flux_kustomizations import read_kustomization
from podhosts.deliveries.flux_releases import KIND as RELEASE
from podhosts.deliveries.flux_releases import read_release
from podhosts.deliveries.helmfile import environments, read_helmfile_release, releases
from podhosts.deliveries.joining import UnreadableValuesError
from podhosts.deliveries.k3s import KIND as HELM_CHART
from podhosts.deliveries.k3s import read_helm_chart
from podhosts.deliveries.kustomize_charts import chart_entries, read_kustomize_chart
from podhosts.deliveries.names import CHART_MARK, is_fleet, is_helmfile, may_deliver
from podhosts.document import Document, Problem, split
from podhosts.helm.facts import UnreadFile
from podhosts.helm.model import TooLarge, Unsupported
from podhosts.kubernetes import objects
from podhosts.kustomize.model import Kustomization
from podhosts.kustomize.names import is_kustomization

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.deliveries.kustomize_charts import ChartEntry
    from podhosts.deliveries.model import ChartDelivery, DeliveryContext
    from podhosts.helm.delivered import DeliveredChart
    from podhosts.kubernetes import KubernetesObject
    from podhosts.kustomize.delivered import DeliveredFolder
    from podhosts.source import Source

_FOLDER_KINDS = (KUSTOMIZATION, APPLICATION)
_KINDS = (RELEASE, HELM_CHART, APPLICATION)
_FLUX, _K3S, _ARGO = "helm.toolkit.fluxcd.io", "helm.cattle.io", "argoproj.io"
_FLUX_FOLDERS = "kustomize.toolkit.fluxcd.io"


def chart_deliveries(
    paths: Iterable[str], open_file: Callable[[str], Source | None], around: DeliveryContext
) -> Iterator[DeliveredChart]:
    """The charts of a repository that the files at some paths install; those whose values cannot be read are left out.

    `open_file` gives a file, None for one that cannot be opened.
    """
    for path in paths:
        source = open_file(path)
        for found in _of_file(source, around) if source is not None else ():
            parts = [(part.place, part.reason) for part in found.open_parts]
            refusal = found.chart.refusal
            if refusal is not None and not refusal.is_certain:
                parts.append((refusal.place, f"the values of {found.chart.shown}: {refusal.message}"))
            unread = (UnreadFile(place.source, Problem(reason, place.span), reason) for place, reason in parts)
            yield found.chart._replace(unread=tuple(unread))


def _of_file(source: Source, around: DeliveryContext) -> Iterator[ChartDelivery]:
    """The charts that a file installs, whatever it is."""
    path = source.path
    if is_kustomization(path) and CHART_MARK in source.data:
        yield from _of_kustomization(source, around)
    elif is_helmfile(path):
        yield from _readable(_of_helmfile(source, around))
    elif is_fleet(path):
        yield from _readable(_of_fleet(source, around))
    elif may_deliver(source.data):
        yield from _of_objects(source, around)


def folder_deliveries(
    paths: Iterable[str], open_file: Callable[[str], Source | None], around: DeliveryContext
) -> Iterator[DeliveredFolder]:
    """The folders of a repository that the objects in files deploy with changes of their own."""
    for path in paths:
        source = open_file(path)
        if source is None or not may_deliver(source.data):
            continue
        for manifest in _objects(source, _FOLDER_KINDS):
            group = (manifest.api_version or "").partition("/")[0]
            with suppress(UnreadableValuesError, Unsupported, TooLarge, RecursionError):
                if manifest.kind == KUSTOMIZATION and group == _FLUX_FOLDERS:
                    yield from filter(None, [read_kustomization(manifest, around)])
                elif manifest.kind == APPLICATION and group == _ARGO:
                    yield from _folders_of(manifest, around)


def _folders_of(manifest: KubernetesObject, around: DeliveryContext) -> Iterator[DeliveredFolder]:
    """The folders that an Application deploys with changes of its own."""
    application = application_of(manifest)
    for source in argo_sources(application, around) if application is not None else ():
        if (found := read_argo_folder(manifest, source)) is not None:
            yield found


def _objects(source: Source, kinds: tuple[str, ...]) -> Iterator[KubernetesObject]:
    """The objects of the documents in a file that hold one of some words."""
    for piece in split(source.text):
        text = source.cut(piece.span)
        if any(kind in text for kind in kinds):
            yield from objects(Document(source, piece))


def _of_objects(source: Source, around: DeliveryContext) -> Iterator[ChartDelivery]:
    """The charts that the objects in a file install."""
    for manifest in _objects(source, _KINDS):
        yield from _readable(_of_object(manifest, around))


def _of_object(manifest: KubernetesObject, around: DeliveryContext) -> Iterator[ChartDelivery | None]:
    """The charts that an object installs; None for one that is not in the repository."""
    group = (manifest.api_version or "").partition("/")[0]
    if manifest.kind == RELEASE and group == _FLUX:
        yield read_release(manifest, around)
    elif manifest.kind == HELM_CHART and group == _K3S:
        yield read_helm_chart(manifest, around)
    elif manifest.kind in {APPLICATION, APPLICATION_SET} and group == _ARGO:
        written = application_of(manifest)
        made = applications(written, around) if written and manifest.kind == APPLICATION_SET else [written]
        for application in made:
            with suppress(UnreadableValuesError):
                for source in argo_sources(application, around) if application is not None else ():
                    if is_chart(source):
                        yield read_argo_chart(source, around.files)


def _of_helmfile(source: Source, around: DeliveryContext) -> Iterator[ChartDelivery | None]:
    """The charts that the releases of a state of helmfile install."""
    for environment in environments(source):
        with suppress(UnreadableValuesError, Unsupported):
            for release in releases(source, around.files, environment):
                with suppress(UnreadableValuesError):
                    yield read_helmfile_release(release, around.files)


def _of_fleet(source: Source, around: DeliveryContext) -> Iterator[ChartDelivery | None]:
    yield read_fleet(source, around.files)


def _of_kustomization(source: Source, around: DeliveryContext) -> Iterator[ChartDelivery]:
    """The charts that `helmCharts` of a kustomization prints."""
    kustomization = Kustomization.of(source)
    if kustomization is not None:
        for entry in chart_entries(kustomization):
            yield from _readable(_of_entry(kustomization, entry, around))


def _of_entry(
    kustomization: Kustomization, entry: ChartEntry, around: DeliveryContext
) -> Iterator[ChartDelivery | None]:
    yield read_kustomize_chart(kustomization, entry, around.files)


def _readable(read: Iterator[ChartDelivery | None]) -> Iterator[ChartDelivery]:
    """The charts that a reader gives, up to where the program of the delivery refuses something, or nobody knows it."""
    with suppress(UnreadableValuesError, Unsupported, TooLarge, RecursionError):
        yield from (found for found in read if found is not None)
