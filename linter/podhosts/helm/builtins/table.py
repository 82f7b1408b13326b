"""How functions are registered: by the names that templates know, with Go's types of their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from podhosts.helm.model import GoFunction, Unsupported
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.helm.model import Evaluation, GoValue

    Body: TypeAlias = Callable[..., GoValue]
    _AnyBody = TypeVar("_AnyBody", bound=Callable[..., object])

#: Types of parameters that many functions have.
ANY = "interface {}"
ANYS = "...interface {}"
MAP = "map[string]interface {}"
MAPS = "...map[string]interface {}"
STRING = "string"
STRINGS = "...string"
INT = "int"


class Family:
    """The functions of one module by name."""

    def __init__(self) -> None:
        self.functions: dict[str, GoFunction] = {}

    def add(self, names: str, *parameters: str) -> Callable[[_AnyBody], _AnyBody]:
        """Register a function that takes its arguments one by one under one or more names."""

        def register(body: _AnyBody) -> _AnyBody:
            def call(_: Evaluation, arguments: list[GoValue]) -> GoValue:
                return body(*arguments)  # type: ignore[return-value]  # every body gives a value

            self._put(names, call, parameters)
            return body

        return register

    def add_asking(self, names: str, *parameters: str) -> Callable[[_AnyBody], _AnyBody]:
        """Register a function that also gets the evaluation, as its first argument."""

        def register(body: _AnyBody) -> _AnyBody:
            def call(evaluation: Evaluation, arguments: list[GoValue]) -> GoValue:
                return body(evaluation, *arguments)  # type: ignore[return-value]  # every body gives a value

            self._put(names, call, parameters)
            return body

        return register

    def add_unknown(self, name: str, *parameters: str) -> None:
        """Register a function whose text is another one at each call."""

        def call(evaluation: Evaluation, _: list[GoValue]) -> GoValue:
            return Traced.unknown(evaluation.fresh(name))

        self._put(name, call, parameters)

    def add_missing(self, name: str, *parameters: str) -> None:
        """Register a function that is not built: what it gives is unknown."""

        def call(_: Evaluation, __: list[GoValue]) -> GoValue:
            raise Unsupported(f"the function {name}")

        self._put(name, call, parameters)

    def _put(
        self, names: str, call: Callable[[Evaluation, list[GoValue]], GoValue], parameters: tuple[str, ...]
    ) -> None:
        for name in names.split():
            self.functions[name] = GoFunction(name, call, parameters)
