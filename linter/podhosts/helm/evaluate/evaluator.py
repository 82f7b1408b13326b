"""The evaluator of a chart's templates: what is defined, which functions there are, and how much may be done.

Templates call each other by `template`, `include` and `tpl`; all share one evaluator.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from podhosts.helm.evaluate.errors import Level, TemplateError
from podhosts.helm.evaluate.execution import NO_VALUE, State
from podhosts.helm.evaluate.namespaces import InnerNamespace
from podhosts.helm.language import ParseError, TemplateSource, parse
from podhosts.helm.language.quoting import quoted
from podhosts.helm.model import FunctionError, TooLarge, Unsupported
from podhosts.helm.traced import EMPTY, Traced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from podhosts.helm.evaluate.namespaces import Namespace
    from podhosts.helm.language import Definition
    from podhosts.helm.language.tree import Node
    from podhosts.helm.model import GoFunction, GoValue

#: Nodes and values that one file may take, and all files of an evaluation: less than a second, and some seconds. No
#: file of the real charts that were evaluated takes more than 4,000.
MOST_STEPS = 100_000
MOST_STEPS_IN_ALL = 1_000_000
#: Templates in each other, with `template`, `include` and `tpl`.
MOST_CALLS = 2500
#: A call makes more work than most nodes.
_STEPS_OF_A_CALL = 5
#: Helm allows an `include` of one name within itself so often.
_MOST_INCLUDES_OF_A_NAME = 1000
#: A template that is the text of `tpl`; Helm gives it the name of its engine's outermost template.
_TPL_NAME = "gotpl"


class Evaluator:
    """Executes templates; it is the `Evaluation` that functions get."""

    def __init__(
        self,
        namespace: Namespace,
        functions: Mapping[str, GoFunction],
        helm_version: int,
        kubernetes_version: str,
        *,
        takes_all_branches: bool = False,
    ) -> None:
        self._files = namespace
        self.namespace: Namespace = namespace
        self.functions = functions
        self.helm_version = helm_version
        self.kubernetes_version = kubernetes_version
        #: Whether what stands under an `if` that does not hold is printed, too.
        self.takes_all_branches = takes_all_branches
        #: The execution that is going on; after an exception, the one that raised it.
        self.state: State | None = None
        self._steps_left = MOST_STEPS
        self._steps_in_all = MOST_STEPS_IN_ALL
        self._depth = 0
        self._included: Counter[str] = Counter()
        self._fresh: Counter[str] = Counter()
        self._file = ""

    def print_file(self, definition: Definition, data: GoValue) -> Traced:
        """The text of a file, without what Go prints for missing values."""
        self._steps_in_all -= MOST_STEPS - self._steps_left
        self._steps_left = min(MOST_STEPS, self._steps_in_all)
        self.namespace = self._files
        self.state = None
        self._depth = 0
        self._file = definition.name
        self._included.clear()
        out: list[Traced] = []
        self.execute(definition, data, out)
        return Traced.join(out).replace(NO_VALUE.text, EMPTY)

    def execute(self, definition: Definition, data: GoValue, out: list[Traced]) -> None:
        """Add to `out` what a template prints."""
        if self._depth >= MOST_CALLS:
            raise TooLarge(f"templates that call each other, more than {MOST_CALLS} deep")
        self.step(_STEPS_OF_A_CALL)
        outer = self.state
        self._depth += 1
        self.state = State(self, definition, data, out)
        self.state.run()
        self.state = outer
        self._depth -= 1

    def attempt(self, work: Callable[[], object]) -> None:
        """Do what is not done in Helm, so that an error in it stops nothing else."""
        state, depth, namespace = self.state, self._depth, self.namespace
        with suppress(TemplateError, Unsupported):
            work()
        self.state, self._depth, self.namespace = state, depth, namespace

    # What functions ask

    def include(self, name: Traced, data: GoValue) -> Traced:
        """The text that a named template prints with this data."""
        if self._included[name.text] > _MOST_INCLUDES_OF_A_NAME:
            reason = "unable to execute template"
            raise FunctionError(f"rendering template has a nested reference name: {name.text}: {reason}")
        definition = self.namespace.find(name.text)
        if definition is None:
            message = f"no template {quoted(name.text)} associated with template {quoted(_TPL_NAME)}"
            raise FunctionError(f"template: {message}")
        self._included[name.text] += 1
        out: list[Traced] = []
        self.execute(definition, data, out)
        self._included[name.text] -= 1
        return Traced.join(out)

    def tpl(self, text: Traced, data: GoValue) -> Traced:
        """The text that a text, read as a template, prints with this data."""
        self.count_text(text)
        if "{{" not in text.text:
            return text.replace(NO_VALUE.text, EMPTY)
        try:
            definitions = parse(TemplateSource(_TPL_NAME, text), self.functions)
        except ParseError as error:
            raise FunctionError(f"cannot parse template {quoted(text.text)}: {error}") from None
        outer = self.namespace
        self.namespace = InnerNamespace(definitions, outer)
        out: list[Traced] = []
        try:
            self.execute(definitions[_TPL_NAME], data, out)
        except TemplateError as error:
            raise error.within(Level(f"error during tpl function execution for {quoted(text.text)}: ")) from None
        self.namespace = outer
        return Traced.join(out).replace(NO_VALUE.text, EMPTY)

    def step(self, count: int = 1) -> None:
        """Count work that is done."""
        self._steps_left -= count
        if self._steps_left < 0:
            raise TooLarge(f"more than {MOST_STEPS} steps")

    def count_text(self, text: Traced) -> None:
        """Count the work that a text makes."""
        size = len(text.runs) + len(text.text) // 100
        if size > 20:
            self.step(size // 10)

    def fresh(self, name: str) -> str:
        """An identity for something unknown that differs at each call, but not because other files are printed."""
        state = self.state
        if state is not None:
            name = f"{name}-{self._file}-{state.definition.source.location(state.node.at)}"
        self._fresh[name] += 1
        return f"{name}-{self._fresh[name]}"

    @property
    def place(self) -> tuple[Definition, Node] | None:
        """The template and the node that are executed, or were when an exception came."""
        return (self.state.definition, self.state.node) if self.state else None
