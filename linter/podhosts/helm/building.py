"""Charts evaluated: what each template that can print hostAliases prints with each set of values of the repository."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from podhosts.diagnostics import BuiltBy
from podhosts.helm.builtins import functions
from podhosts.helm.chart_files import ChartFiles
from podhosts.helm.charts import METADATA, is_values_path, join
from podhosts.helm.evaluate import ParsedTemplates, Refused, RenderedFile, evaluate
from podhosts.helm.loading import LoadError, LoadOptions, ValuesText, load
from podhosts.helm.loading.load import DEFAULT_KUBERNETES
from podhosts.helm.lost_entries import lost_entries
from podhosts.helm.model import TooLarge, Unsupported
from podhosts.helm.printed import PrintedText, with_placeholders
from podhosts.helm.refusals import schema_refusals, template_refusal
from podhosts.helm.relevance import can_fill_lists, mentions_lists, relevant_templates
from podhosts.helm.samples import sample_values
from podhosts.patterns import regex
from podhosts.records import NamedTuple, replace
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from podhosts.helm.chart import Chart
    from podhosts.helm.charts import Charts
    from podhosts.helm.delivered import DeliveredChart, LostEntries, RefusedDelivery
    from podhosts.helm.evaluate import Outcome
    from podhosts.helm.loading import Installation
    from podhosts.helm.refusals import Cause
    from podhosts.source import Source

_DEFAULT_VALUES = "values.yaml"
#: With so many values files a chart is evaluated.
_MOST_VALUES = 40
#: How Helm's words begin for what is no template, and what is among them where one includes itself without end.
_NO_TEMPLATE = "parse error at "
_ENDLESS = "nested reference name"
#: What each entry of hostAliases has.
_KEYS = (regex(r"\bip[\"']?\s*:"), regex(r"\bhostnames[\"']?\s*:"))
_FILLED = regex(r"hostAliases:\s*(?!\[\]|null\b|~)\S", re.IGNORECASE)


class Stopped(NamedTuple):
    """Where an evaluation stops, and why in Helm's words; `source` is a file of the chart, or of what installs it.

    `template` is the path of the template that is not printed for it; None where it is the whole chart. `is_broken`: it
    is the template that is wrong, whatever the values. `is_told`: the build has to do with hosts, and what is wrong
    there is a finding (`build-error`); `document` is then the number of the document in the source.
    """

    source: Source
    span: Span
    reason: str
    template: str | None
    is_broken: bool = False
    is_told: bool = False
    document: int | None = None
    help: str = ""
    #: Where the value that it is about is in its file.
    path: tuple[str | int, ...] = ()


class ChartBuild(NamedTuple):
    """A chart evaluated with values on top of its own: what its templates print, and what stopped.

    `chart` is the chart's folder; `built` says which values these are, `delivery` what people call that which installs
    it, or the values that are given; None for the chart as it is. `lost` is what the chart prints by itself and not so.
    """

    chart: str
    built: BuiltBy
    printed: list[PrintedText]
    stopped: list[Stopped]
    delivery: str | None = None
    lost: tuple[LostEntries, ...] = ()


class ChartBuilder:
    """Evaluates one chart. Its files are read once, its templates parsed once."""

    def __init__(self, chart: Chart, charts: Charts) -> None:
        self.folder = chart.folder
        self._chart = chart
        self.files = ChartFiles(chart, charts)
        version = _full(charts.options.kubernetes_version)
        # What a schema refuses is asked for apart: it changes nothing of what is printed.
        self._options = LoadOptions(charts.options.version, kubernetes_version=version, checks_schemas=False)
        self._parsed = ParsedTemplates(functions(charts.options.version), charts.options.version)

    def builds(
        self, given: Iterable[Sequence[Source]] = (), deliveries: Iterable[DeliveredChart] = ()
    ) -> Iterator[ChartBuild]:
        """The templates that can print hostAliases: with the chart's own values, then with each other values file.

        And with each set of files that is given, all on top of each other, and as deliveries install the chart.
        """
        own = self.build(())
        yield own
        for sources in given:
            yield self.build(sources)
        for delivery in deliveries:
            if delivery.refusal is None:
                build = self.build((), delivery)
                yield build._replace(lost=tuple(lost_entries(delivery, self.files, own.printed, build.printed)))
            elif delivery.refusal.is_certain and (
                any(map(_prints_list, own.printed)) or any(map(mentions_lists, delivery.texts))
            ):
                yield self._refused(delivery, delivery.refusal)
        names = self._values_names()
        if not any(map(_prints_list, own.printed)):
            # Nothing to combine with: a file matters that brings entries itself.
            names = [name for name in names if can_fill_lists(self.files.text(name))]
        builds = (self.build((source,)) for name in names if (source := self.files.source(name)) is not None)
        yield from builds

    def in_all_branches(self, printed: Mapping[str, int]) -> Iterator[ChartBuild]:
        """What stands under conditions, too, whether they hold or not: for values files that have entries which are
        printed nowhere.

        `printed` says by the paths of files how many of their entries are.
        """
        for name in (_DEFAULT_VALUES, *self._values_names()):
            source = self.files.source(name)
            if source is not None and _entries(source.text) > printed.get(source.path, 0):
                yield self.build((source,) if name != _DEFAULT_VALUES else (), all_branches=True)

    def with_samples(self) -> ChartBuild | None:
        """What is printed where lists that the chart's own values leave empty have entries; None without such lists."""
        values = sample_values(self._chart)
        return None if values is None else self.build((values,))

    def everything(
        self, given: Sequence[Sequence[Source]] = (), deliveries: Sequence[DeliveredChart] = ()
    ) -> list[ChartBuild]:
        """What all templates print with each set of files on top of the chart's own values, and as each delivery
        installs it; with its own values where there is neither.

        Names that nobody knows are those of `helm template`.
        """
        builds = [
            self.build((), delivery, all_templates=True)
            if delivery.refusal is None
            else self._refused(delivery, delivery.refusal)
            for delivery in deliveries
        ]
        for values in given:
            shown = f"with {', '.join(source.path for source in values)}"
            builds.append(self.build(values, all_templates=True)._replace(delivery=shown))
        return builds or [self.build((), all_templates=True)]

    def build(
        self,
        values: Sequence[Source],
        delivery: DeliveredChart | None = None,
        *,
        all_templates: bool = False,
        all_branches: bool = False,
    ) -> ChartBuild:
        """What the relevant templates print with these files on top of the chart's values, or all templates.

        With a delivery: as that installs the chart. `all_branches`: also what stands under an `if` that does not hold.
        """
        names = [*map(self.files.add_values, values)]
        texts = tuple(ValuesText(name, self.files.text(name)) for name in names)
        if delivery is None:
            paths = (*self._own_values(), *(source.path for source in values))
            built, options = BuiltBy("helm", self.folder, paths), replace(self._options, values=texts)
        else:
            paths = (*self._own_values(), *(path for path in delivery.built.values if path not in self._own_values()))
            built, options = delivery.built._replace(values=paths), self._delivered(delivery)
            self.files.add_documents(delivery.values.documents)
        build = ChartBuild(self.folder, built, [], [], delivery and delivery.shown)
        try:
            installation = load(self.files.contents, options)
            build.stopped.extend(map(_told, schema_refusals(installation, self.files)))
            wanted = None if all_templates else relevant_templates(installation.templates, installation.values)
            outcomes = self._evaluate(installation, wanted, all_branches=all_branches)
        except LoadError as error:
            build.stopped.append(self._stopped(error.file or METADATA, error.span, error.message))
            return build
        except (Unsupported, TooLarge, RecursionError) as error:
            build.stopped.append(self._stopped(METADATA, None, str(error)))
            return build
        paths_in_chart = {template.name: template.path for template in installation.templates}
        for name, outcome in outcomes.items():
            cause = template_refusal(outcome, installation, self.files) if isinstance(outcome, Refused) else None
            if cause is not None:
                build.stopped.append(_told(cause)._replace(template=self._shown(paths_in_chart[name])))
            else:
                self._add(outcome, paths_in_chart[name], build, keeps_names=all_templates)
        return build

    def _refused(self, delivery: DeliveredChart, refusal: RefusedDelivery) -> ChartBuild:
        """Nothing, as what installs the chart stops before."""
        place = refusal.place
        stopped = Stopped(place.source, place.span, refusal.message, None, is_told=True, document=place.document)
        return ChartBuild(self.folder, delivery.built, [], [stopped], delivery.shown)

    def _evaluate(
        self, installation: Installation, wanted: set[str] | None, *, all_branches: bool
    ) -> dict[str, Outcome]:
        if wanted is not None and not wanted:
            return {}
        templates = [one for one in installation.templates if posixpath.basename(one.name) != "NOTES.txt"]
        version = self._options.kubernetes_version
        return evaluate(templates, self._parsed, version, wanted, takes_all_branches=all_branches)

    def _delivered(self, delivery: DeliveredChart) -> LoadOptions:
        values = delivery.values
        return replace(
            self._options,
            given=values.values,
            own=values.own,
            release_name=delivery.release_name,
            namespace=delivery.namespace,
        )

    def _add(self, outcome: Outcome, path: str, build: ChartBuild, *, keeps_names: bool) -> None:
        shown = self._shown(path)
        if isinstance(outcome, RenderedFile):
            text = outcome.text if keeps_names else with_placeholders(outcome.text)
            build.printed.append(PrintedText(text, self.files, shown))
            return
        if isinstance(outcome, Refused):
            reason = outcome.message
            is_endless = _ENDLESS in reason
            place = outcome.places[0 if is_endless else -1] if outcome.places else None
            is_broken = is_endless or reason.startswith(_NO_TEMPLATE)
        else:
            reason, place, is_broken = outcome.reason, outcome.place, False
        stopped = self._stopped(path if place is None else place.path, place and place.span, reason, shown)
        if is_broken and stopped.span.start == stopped.span.end and place is not None:
            action = self.files.action_at(place.path, place.span.start)
            stopped = stopped._replace(span=stopped.span if action is None else action.span)
        build.stopped.append(stopped._replace(is_broken=is_broken))

    def _shown(self, path: str) -> str:
        """A file of the chart as the run names it."""
        source = self.files.source(path)
        return source.path if source is not None else join(self.folder, path)

    def _stopped(self, name: str, span: Span | None, reason: str, template: str | None = None) -> Stopped:
        source = self.files.source(name) or self.files.source(METADATA)
        assert source is not None  # a chart has a Chart.yaml
        # Helm 4 says it in several lines.
        return Stopped(source, span or Span(0, 0), " ".join(reason.split()), template)

    def _own_values(self) -> tuple[str, ...]:
        source = self.files.source(_DEFAULT_VALUES)
        return () if source is None else (source.path,)

    def _values_names(self) -> list[str]:
        """The values files besides the chart's own values, by their paths in the chart."""
        names = (name for name in self.files.contents if name != _DEFAULT_VALUES and is_values_path(name))
        return sorted(names)[:_MOST_VALUES]


def _full(version: str | None) -> str:
    """The version of a cluster, which has three numbers, as Helm says it."""
    if version is None:
        return DEFAULT_KUBERNETES
    number = version.strip().removeprefix("v")
    return f"v{number}.0" if number.count(".") == 1 else f"v{number}"


def _prints_list(printed: PrintedText) -> bool:
    """Whether a template prints hostAliases with something in it."""
    return _FILLED.search(printed.source.text) is not None


def _entries(values: str) -> int:
    """How many entries of hostAliases a text may hold."""
    return min(len(key.findall(values)) for key in _KEYS)


def _told(cause: Cause) -> Stopped:
    """A refusal that is a finding."""
    place = cause.place
    return Stopped(
        place.source,
        place.span,
        cause.message,
        None,
        is_told=True,
        document=place.document,
        help=cause.help,
        path=cause.path,
    )
