"""`values.schema.json`: what it refuses in the values of a chart and of the charts in it.

The findings are jsonschema's, said as Helm says them (github.com/santhosh-tekuri/jsonschema 6).
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from podhosts.helm.loading.errors import LoadError, SchemaFinding
from podhosts.helm.model import Bool, GoList, GoMap, Number, Unsupported
from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

    from podhosts.helm.loading.chart import LoadedChart
    from podhosts.helm.model import GoValue

_REFERENCE = regex(r'"\$ref"\s*:\s*"([^"]*)"')
_BEGINNING = "values don't meet the specifications of the schema(s) in the following chart(s):\n"


def schema_findings(chart: LoadedChart, values: GoMap) -> list[SchemaFinding]:
    """What schemas refuse in the merged values; with Unsupported, nobody knows that."""
    findings: list[SchemaFinding] = []
    _check(chart, values, [], findings)
    return findings


def check_schemas(chart: LoadedChart, values: GoMap) -> None:
    """Raise LoadError where a schema refuses the merged values; with Unsupported, nobody knows whether it does."""
    messages: list[str] = []
    findings: list[SchemaFinding] = []
    _check(chart, values, messages, findings)
    if messages:
        file = chart.schema.path if chart.schema else None
        raise LoadError("values", _BEGINNING + "".join(messages), file, findings=tuple(findings))


def _check(chart: LoadedChart, values: GoMap, messages: list[str], findings: list[SchemaFinding]) -> None:
    if chart.schema is not None:
        problem, found = _problems(chart.schema.text, values)
        if problem:
            messages.append(f"{chart.name}:\n{problem}")
            findings += [one._replace(chart=chart.full_path) for one in found]
    for inner in chart.dependencies:
        own = values.entries.get(inner.name)
        if isinstance(own, GoMap):
            _check(inner, own, messages, findings)


def _problems(text: str, values: GoMap) -> tuple[str, list[SchemaFinding]]:
    """What a schema says of values, as Helm prints it, and one by one."""
    try:
        validator = _validator(text)
    except ValueError:
        return _broken_schema(text), []
    errors = sorted(validator.iter_errors(_plain(values)), key=lambda error: list(map(str, error.path)))
    found = [
        SchemaFinding("", tuple(error.absolute_path), words, tuple(_extra(error)), tuple(_known(error)))
        for error in errors
        for words in _words(error)
    ]
    # Several findings at one place are one line of Helm's for each keyword, in an order that differs from run to run.
    lines = [f"- at '{''.join(f'/{step}' for step in one.path)}': {one.message}\n" for one in found]
    return "".join(lines), found


@lru_cache(maxsize=64)
def _validator(text: str) -> Validator:
    """What checks values against a schema. Raises ValueError where it is no JSON."""
    # Imported here: few charts have a schema, and the library takes long to import.
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for

    schema = json.loads(text)
    if any(not reference.startswith("#") for reference in _REFERENCE.findall(text)):
        # Nothing is fetched: such a schema is taken to have no complaint.
        schema = {}
    validator_class = validator_for(schema, default=Draft202012Validator)
    try:
        validator_class.check_schema(schema)
    except SchemaError:
        raise Unsupported("a values.schema.json that is no schema") from None
    return validator_class(schema)


def _broken_schema(text: str) -> str:
    if not text.strip():
        return "EOF"
    try:
        json.loads(text)
    except ValueError as error:
        if getattr(error, "pos", 0) >= len(text.rstrip()):
            return "unexpected EOF"
    raise Unsupported("a values.schema.json that is no JSON")


def _plain(value: GoValue) -> Any:
    """The value as Python data; whole floats are integers to a schema."""
    if isinstance(value, GoMap):
        return {name: _plain(item) for name, item in value.entries.items()}
    if isinstance(value, GoList):
        return [_plain(item) for item in value.items]
    if isinstance(value, Traced):
        return value.text
    if isinstance(value, Number) and isinstance(value.value, float) and value.value.is_integer():
        return int(value.value)
    return value.value if isinstance(value, (Bool, Number)) else None


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _extra(error: ValidationError) -> list[str]:
    """The keys that a schema does not allow."""
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return []
    known = _known(error)
    return [name for name in error.instance if name not in known]


def _known(error: ValidationError) -> dict[str, Any]:
    """The keys that a schema names where an error is."""
    return error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}


def _words(error: ValidationError) -> list[str]:
    """What Helm says of one error."""
    keyword = str(error.validator)
    wanted: Any = error.validator_value
    value: Any = error.instance
    if keyword == "type":
        kinds = [wanted] if isinstance(wanted, str) else list(wanted)
        return [f"got {_kind(value)}, want {' or '.join(kinds)}"]
    if keyword == "required":
        missing = [name for name in wanted if name not in value]
        name = next(one for one in missing if error.message.startswith(repr(one)))
        if name != missing[0]:
            return []
        return [f"missing propert{'y' if len(missing) == 1 else 'ies'} {', '.join(map(_shown, missing))}"]
    if keyword == "additionalProperties":
        return [f"additional properties {', '.join(map(_shown, _extra(error)))} not allowed"]
    if keyword == "enum":
        return [f"value must be one of {', '.join(map(_shown, wanted))}"]
    if keyword == "const":
        return [f"value must be {_shown(wanted)}"]
    if keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        return [f"{keyword}: got {_shown(value)}, want {_shown(wanted)}"]
    if keyword in ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"):
        return [f"{keyword}: got {len(value)}, want {wanted}"]
    if keyword == "pattern":
        return [f"{_shown(value)} does not match pattern {_shown(wanted)}"]
    return [error.message]
