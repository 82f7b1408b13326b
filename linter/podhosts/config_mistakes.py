"""Mistakes in the values of a config: each with its key, the text as written, and what to write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jsonschema import ValidationError

#: The keys and indices that lead from the root to a value; a key's own path ends in its name.
Path = tuple[str | int, ...]

_TYPES: dict[str, type] = {"array": list, "object": dict, "string": str, "boolean": bool}
_KINDS = {"array": "a list", "object": "a mapping", "string": "text", "boolean": "`true` or `false`"}


class ConfigMistake(NamedTuple):
    """A mistake at the value or key that `path` leads to."""

    path: Path
    message: str


def fits(value: object, schema: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    """Whether a value is plainly what the schema asks for; False also where in doubt.

    It knows the keywords that `config.schema.json` uses, and spares importing jsonschema where nothing is wrong.
    """
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "anyOf" in schema:
        return any(fits(value, each, root) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return type(value) in (str, int) and value in schema.get("enum", (schema.get("const"),))
    if not isinstance(value, _TYPES[schema["type"]]):
        return False
    if isinstance(value, str):
        return bool(re.search(schema.get("pattern", ""), value)) and len(value) >= schema.get("minLength", 0)
    if isinstance(value, list):
        unique = not schema.get("uniqueItems") or len(set(map(repr, value))) == len(value)
        enough = len(value) >= schema.get("minItems", 0)
        return unique and enough and all(fits(item, schema.get("items", {}), root) for item in value)
    if isinstance(value, dict):
        known, rest, names = (schema.get(key, {}) for key in ("properties", "additionalProperties", "propertyNames"))
        return set(schema.get("required", ())) <= value.keys() and all(
            (not names or fits(name, names, root))
            and (fits(item, known[name], root) if name in known else bool(rest) and fits(item, rest, root))
            for name, item in value.items()
        )
    return True


def mistakes(values: object, schema: dict[str, Any], written: Mapping[Path, str]) -> list[ConfigMistake]:
    """All mistakes in order of their paths; `written` has the text of each scalar as it stands in the file."""
    if fits(values, schema, schema):
        return []
    # Only a config with a mistake pays for importing jsonschema.
    from jsonschema import Draft202012Validator

    errors = sorted(
        Draft202012Validator(schema).iter_errors(values), key=lambda error: list(map(str, error.absolute_path))
    )
    return list(dict.fromkeys(mistake for error in errors for mistake in _mistakes(error, written)))


def _mistakes(error: ValidationError, written: Mapping[Path, str]) -> Iterator[ConfigMistake]:
    path: Path = tuple(error.absolute_path)
    value: Any = error.instance
    wanted: Any = error.validator_value
    text = written.get(path, str(value))
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    if error.validator == "anyOf":
        # A list of rules that also takes a word of its own.
        known = [name for each in error.context or () for name in _allowed(each)]
        yield ConfigMistake(path, f"`{key}` does not take `{text}`{did_you_mean(str(value), known)}")
    elif error.validator == "additionalProperties":
        known = list(error.schema["properties"])  # type: ignore[index]  # a schema that forbids further keys has some
        for name in value:
            if name not in known:
                yield ConfigMistake((*path, name), f"unknown key `{name}`{did_you_mean(str(name), known)}")
    elif error.validator == "enum":
        # For a wrong key of a mapping (`propertyNames`) the instance is the key, and the path that of the mapping.
        place = (*path, value) if (*path, value) in written or text != str(value) else path
        yield ConfigMistake(place, f"`{key}` does not take `{value}`{did_you_mean(str(value), wanted)}")
    elif error.validator == "type":
        yield ConfigMistake(path, _wrong_type(key, value, wanted, text))
    elif error.validator == "required":
        for name in wanted:
            if name not in value:
                yield ConfigMistake(
                    path, f"`{name}` is missing{f' in `{key}`' if key else ''}; write `{name}: ...` here"
                )
    elif error.validator == "uniqueItems":
        for number, item in enumerate(value):
            if item in value[:number]:
                yield ConfigMistake((*path, number), f"`{item}` is listed twice in `{key}`; remove it")
    else:
        hint = error.schema.get("description", "")  # type: ignore[union-attr]  # no schema here is a boolean
        yield ConfigMistake(path, f"`{key}` does not take `{text}`. {hint}".rstrip())


def _allowed(error: ValidationError) -> list[str]:
    wanted: Any = error.validator_value
    return [wanted] if error.validator == "const" else wanted


def _wrong_type(key: str, value: object, wanted: str, text: str) -> str:
    if not key:
        return "a config is a mapping of keys; write it like `ignore: [etc-mount]`"
    if wanted == "string" and isinstance(value, int | float):
        return f'`{key}` needs text, and `{text}` is a number; quote it: `{key}: "{text}"`'
    if wanted == "array" and isinstance(value, str):
        return f"`{key}` needs a list; write `{key}: [{text}]`"
    given = "nothing" if value is None else f"`{text}`" if not isinstance(value, list | dict) else _given(value)
    return f"`{key}` needs {_KINDS[wanted]}, and {given} stands there"


def _given(value: object) -> str:
    return "a list" if isinstance(value, list) else "a mapping"


def did_you_mean(word: str, known: Iterable[object]) -> str:
    """The nearest known word, or all of a few, behind a semicolon; nothing where neither helps."""
    import difflib

    names = [str(name) for name in known]
    near = difflib.get_close_matches(word, names, n=1)
    if near:
        return f"; did you mean `{near[0]}`?"
    return f"; write one of {', '.join(names)}" if len(names) < 15 else "; `podhosts rules` lists the rules"
