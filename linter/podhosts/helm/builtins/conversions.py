"""Values to text and back: YAML, JSON, TOML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.builtins.json_reading import JsonError, decode_json
from podhosts.helm.builtins.json_writing import json_text
from podhosts.helm.builtins.table import ANY, STRING, Family
from podhosts.helm.builtins.yaml_writing import must_to_yaml, to_yaml
from podhosts.helm.decoding import DecodeError, TextOrigins, decode_yaml
from podhosts.helm.model import Bool, FunctionError, GoList, GoMap, Nil, Number, derived
from podhosts.helm.objects import NilList, NilMap
from podhosts.helm.traced import EMPTY, Traced

if TYPE_CHECKING:
    from podhosts.helm.model import Evaluation, GoValue

FAMILY = Family()
#: The functions that only Helm 4 has.
HELM_4_FAMILY = Family()
_MAP = "map[string]interface {}"
_LIST = "[]interface {}"
_DECODING = "error unmarshaling JSON: while decoding JSON: "


def _count(evaluation: Evaluation, text: Traced) -> Traced:
    evaluation.step(1 + len(text) // 100)
    return text


@FAMILY.add_asking("toYaml", ANY)
def _to_yaml(evaluation: Evaluation, value: GoValue) -> Traced:
    return _count(evaluation, to_yaml(value))


@HELM_4_FAMILY.add_asking("mustToYaml", ANY)
def _must_to_yaml(evaluation: Evaluation, value: GoValue) -> Traced:
    try:
        return _count(evaluation, must_to_yaml(value))
    except FunctionError as error:
        raise FunctionError(f"error marshaling into JSON: {error}") from None


@FAMILY.add_asking("toJson", ANY)
def _to_json(evaluation: Evaluation, value: GoValue) -> Traced:
    try:
        return _count(evaluation, json_text(value))
    except FunctionError:
        return EMPTY


@FAMILY.add("mustToJson", ANY)
def _must_to_json(value: GoValue) -> Traced:
    return json_text(value)


@FAMILY.add("toPrettyJson", ANY)
def _to_pretty_json(value: GoValue) -> Traced:
    try:
        return json_text(value, is_pretty=True)
    except FunctionError:
        return EMPTY


@FAMILY.add("mustToPrettyJson", ANY)
def _must_to_pretty_json(value: GoValue) -> Traced:
    return json_text(value, is_pretty=True)


@FAMILY.add("toRawJson mustToRawJson", ANY)
def _to_raw_json(value: GoValue) -> Traced:
    return json_text(value, escapes_html=False)


def _json_kind(value: GoValue) -> str:
    if isinstance(value, GoList):
        return "array"
    if isinstance(value, GoMap):
        return "object"
    return "bool" if isinstance(value, Bool) else "number" if isinstance(value, Number) else "string"


def _refusal(value: GoValue, wanted: str) -> str:
    return f"json: cannot unmarshal {_json_kind(value)} into Go value of type {wanted}"


def _error_map(message: str, text: Traced) -> GoMap:
    return GoMap({"Error": derived(message, text)})


@FAMILY.add_asking("fromYaml", STRING)
def _from_yaml(evaluation: Evaluation, text: Traced) -> GoMap:
    _count(evaluation, text)
    try:
        value = decode_yaml(text.text, TextOrigins(text))
    except DecodeError as error:
        return _error_map(error.message, text)
    if isinstance(value, Nil):
        return GoMap()
    return value if isinstance(value, GoMap) else _error_map(_DECODING + _refusal(value, _MAP), text)


@FAMILY.add_asking("fromYamlArray", STRING)
def _from_yaml_array(evaluation: Evaluation, text: Traced) -> GoList:
    _count(evaluation, text)
    try:
        value = decode_yaml(text.text, TextOrigins(text))
    except DecodeError as error:
        return GoList([derived(error.message, text)])
    if isinstance(value, Nil):
        return GoList([])
    return value if isinstance(value, GoList) else GoList([derived(_DECODING + _refusal(value, _LIST), text)])


@FAMILY.add_asking("fromJson", STRING)
def _from_json(evaluation: Evaluation, text: Traced) -> GoMap:
    _count(evaluation, text)
    try:
        value = decode_json(text)
    except JsonError as error:
        return _error_map(str(error), text)
    if isinstance(value, Nil):
        return NilMap()
    return value if isinstance(value, GoMap) else _error_map(_refusal(value, _MAP), text)


@FAMILY.add_asking("fromJsonArray", STRING)
def _from_json_array(evaluation: Evaluation, text: Traced) -> GoList:
    _count(evaluation, text)
    try:
        value = decode_json(text)
    except JsonError as error:
        return GoList([derived(str(error), text)])
    if isinstance(value, Nil):
        return NilList([])
    return value if isinstance(value, GoList) else GoList([derived(_refusal(value, _LIST), text)])


@FAMILY.add("mustFromJson", STRING)
def _must_from_json(text: Traced) -> GoValue:
    try:
        return decode_json(text)
    except JsonError as error:
        raise FunctionError(str(error)) from None


for _name in ("toYamlPretty", "toToml"):
    FAMILY.add_missing(_name, ANY)
FAMILY.add_missing("fromToml", STRING)
HELM_4_FAMILY.add_missing("mustToToml", ANY)
for _name in (
    *("mustToDuration", "durationSeconds", "durationMilliseconds", "durationMicroseconds", "durationNanoseconds"),
    *("durationMinutes", "durationHours", "durationDays", "durationWeeks"),
):
    HELM_4_FAMILY.add_missing(_name, ANY)
for _name in ("durationRoundTo", "durationTruncateTo"):
    HELM_4_FAMILY.add_missing(_name, ANY, ANY)
