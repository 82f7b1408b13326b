"""The functions of Helm's engine that need the evaluator, or that nobody but Helm stops with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.evaluate.errors import warning
from podhosts.helm.model import ANY, FunctionError, GoFunction, GoMap, Nil
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from podhosts.helm.model import Evaluation, GoValue


def _text(value: GoValue) -> Traced:
    assert isinstance(value, Traced)  # the parameter is a string
    return value


def _include(evaluation: Evaluation, values: list[GoValue]) -> GoValue:
    return evaluation.include(_text(values[0]), values[1])


def _tpl(evaluation: Evaluation, values: list[GoValue]) -> GoValue:
    return evaluation.tpl(_text(values[0]), values[1])


def _required(_: Evaluation, values: list[GoValue]) -> GoValue:
    message, value = _text(values[0]), values[1]
    if isinstance(value, Nil) or (isinstance(value, Traced) and not value.text):
        raise FunctionError(warning(message.text))
    return value


def _fail(_: Evaluation, values: list[GoValue]) -> GoValue:
    raise FunctionError(warning(_text(values[0]).text))


def _lookup(_: Evaluation, values: list[GoValue]) -> GoValue:
    """Without a cluster there is nothing, as `helm template` says."""
    del values
    return GoMap()


#: By name.
HELM_FUNCTIONS = {
    function.name: function
    for function in (
        GoFunction("include", _include, ("string", ANY)),
        GoFunction("tpl", _tpl, ("string", ANY)),
        GoFunction("required", _required, ("string", ANY)),
        GoFunction("fail", _fail, ("string",)),
        GoFunction("lookup", _lookup, ("string", "string", "string", "string")),
    )
}
