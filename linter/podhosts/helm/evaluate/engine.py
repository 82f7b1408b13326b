"""Helm's engine: all files of a chart are parsed, then executed, in Helm's order.

Source: `pkg/engine/engine.go` of Helm 3.22 and 4.3.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from podhosts.helm.evaluate.errors import TemplateError, parse_message
from podhosts.helm.evaluate.evaluator import Evaluator
from podhosts.helm.evaluate.go_functions import GO_FUNCTIONS
from podhosts.helm.evaluate.helm_functions import HELM_FUNCTIONS
from podhosts.helm.evaluate.namespaces import ChartNamespace, called_names, defined_names, may_change_values
from podhosts.helm.language import ParseError, TemplateSource, parse
from podhosts.helm.model import GoMap, TooLarge, Unsupported
from podhosts.helm.objects import package
from podhosts.helm.traced import TemplateText, Traced
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from podhosts.helm.language import Definition
    from podhosts.helm.loading import ChartTemplate
    from podhosts.helm.model import GoFunction, GoValue

#: Frames of Python's stack: templates that call each other take about twelve a call.
_MOST_FRAMES = 60_000


class TemplatePlace(NamedTuple):
    """A place in a template file: its path in the chart, and the stretch of text, which may be empty."""

    path: str
    span: Span


class RenderedFile(NamedTuple):
    """What a file prints."""

    text: Traced


class Refused(NamedTuple):
    """Helm stops here: its words, and the places on the way, from the file that is printed to where it arose.

    `reason` is the last of the words, without places, `is_meant` that the chart stops itself (`fail`, `required`);
    `value` and `dots` are those of the error (`TemplateError`).
    """

    message: str
    places: tuple[TemplatePlace, ...]
    reason: str = ""
    is_meant: bool = False
    value: GoValue | None = None
    dots: tuple[GoValue, ...] = ()


class NotKnown(NamedTuple):
    """The evaluator can't say what the file prints: it depends on something unknown, or on something not built."""

    reason: str
    place: TemplatePlace | None


class NotEvaluated(NamedTuple):
    """The file, or what it prints, is too large to evaluate."""

    reason: str
    place: TemplatePlace | None


Outcome: TypeAlias = RenderedFile | Refused | NotKnown | NotEvaluated


class _Stopped(Exception):  # noqa: N818  # carries an outcome
    """A file that is needed can't be parsed."""

    def __init__(self, outcome: Refused | NotEvaluated) -> None:
        super().__init__(outcome.__class__.__name__)
        self.outcome = outcome


class ParsedTemplates:
    """The templates of charts, each parsed once, for evaluations with several sets of values."""

    def __init__(self, functions: Mapping[str, GoFunction], helm_version: int) -> None:
        self.functions = {**functions, **GO_FUNCTIONS, **HELM_FUNCTIONS}
        self.helm_version = helm_version
        self._parsed: dict[tuple[str, str], Mapping[str, Definition] | Refused | NotEvaluated] = {}

    def definitions(self, template: ChartTemplate) -> Mapping[str, Definition]:
        """What a file defines, itself among it; raises `_Stopped` if it can't be parsed."""
        key = (template.name, template.text)
        parsed = self._parsed.get(key)
        if parsed is None:
            parsed = self._parsed[key] = self._parse(template)
        if isinstance(parsed, (Refused, NotEvaluated)):
            raise _Stopped(parsed)
        return parsed

    def _parse(self, template: ChartTemplate) -> Mapping[str, Definition] | Refused | NotEvaluated:
        text = Traced.of(template.text, TemplateText(template.path, 0))
        try:
            return parse(TemplateSource(template.name, text, template.path), self.functions)
        except ParseError as error:
            return Refused(parse_message(error), (TemplatePlace(template.path, error.span),))
        except (TooLarge, RecursionError) as error:
            return NotEvaluated(str(error), TemplatePlace(template.path, Span(0, 0)))


def evaluate(
    templates: Iterable[ChartTemplate],
    parsed: ParsedTemplates,
    kubernetes_version: str,
    wanted: Collection[str] | None = None,
    *,
    takes_all_branches: bool = False,
) -> dict[str, Outcome]:
    """What each wanted file prints, by Helm's name for it and in Helm's order.

    Without `wanted`, all files but partials are printed, and if one of the chart's files can't be parsed, the outcome
    is that of this file alone: Helm prints nothing at all. With it, only what is needed is parsed; files that may
    change values which a wanted one sees are executed, too.
    `takes_all_branches`: what stands under an `if` that does not hold is printed, too.
    The templates' data is changed as templates change it, so each evaluation needs its own.
    """
    ordered = in_order(templates)
    printed = [template for template in ordered if not template.name.rpartition("/")[2].startswith("_")]
    with _room():
        if wanted is None:
            try:
                for template in ordered:
                    parsed.definitions(template)
            except _Stopped as stopped:
                return {template.name: stopped.outcome}
        else:
            printed = _needed(ordered, printed, wanted)
        namespace = ChartNamespace(ordered, parsed.definitions)
        evaluator = Evaluator(
            namespace,
            parsed.functions,
            parsed.helm_version,
            kubernetes_version,
            takes_all_branches=takes_all_branches,
        )
        outcomes = {template.name: _outcome(evaluator, namespace, template) for template in printed}
    return outcomes if wanted is None else {name: outcomes[name] for name in outcomes if name in wanted}


def _needed(
    ordered: Sequence[ChartTemplate], printed: Sequence[ChartTemplate], wanted: Collection[str]
) -> list[ChartTemplate]:
    """The wanted files, and those before the last of them that may change values."""
    changing: set[str] = set()
    texts = [(template.text, defined_names(template.text), called_names(template.text)) for template in ordered]
    size = -1
    while size != len(changing):
        size = len(changing)
        for text, defined, called in texts:
            if not defined <= changing and (not called.isdisjoint(changing) or may_change_values(text)):
                changing |= defined
    last = max((index for index, template in enumerate(printed) if template.name in wanted), default=-1)
    return [
        template
        for template in printed[: last + 1]
        if template.name in wanted
        or may_change_values(template.text)
        or not called_names(template.text).isdisjoint(changing)
    ]


def in_order(templates: Iterable[ChartTemplate]) -> list[ChartTemplate]:
    """Helm's order: the deepest first, and from the last name to the first."""
    return sorted(
        templates,
        key=lambda template: (template.name.count("/"), template.name.encode("utf-8", "surrogateescape")),
        reverse=True,
    )


def _outcome(evaluator: Evaluator, namespace: ChartNamespace, template: ChartTemplate) -> Outcome:
    data = template.data
    name, base = Traced.own(template.name), Traced.own(template.base_path)
    data.entries["Template"] = GoMap({"Name": name, "BasePath": base}, kind=f"{package(evaluator.helm_version)}.Values")
    try:
        definition = namespace.find(template.name)
        assert definition is not None  # each file is a template of its name
        return RenderedFile(evaluator.print_file(definition, data))
    except _Stopped as stopped:
        return stopped.outcome
    except TemplateError as error:
        places = (
            TemplatePlace(level.source.path, Span(level.at, level.at))
            for level in reversed(error.levels)
            if level.source is not None and level.source.path is not None
        )
        message, words = error.message(evaluator.helm_version), error.reason
        return Refused(message, tuple(places), words, error.is_meant, error.value, tuple(error.dots))
    except Unsupported as error:
        return NotKnown(str(error), _place(evaluator))
    except (TooLarge, RecursionError, MemoryError) as error:
        return NotEvaluated(str(error), _place(evaluator))


def _place(evaluator: Evaluator) -> TemplatePlace | None:
    place = evaluator.place
    if place is None or place[0].source.path is None:
        return None
    return TemplatePlace(place[0].source.path, Span(place[1].at, place[1].at))


@contextmanager
def _room() -> Iterator[None]:
    """Room on Python's stack for templates that call each other; the calls are Python's, not C's."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _MOST_FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
