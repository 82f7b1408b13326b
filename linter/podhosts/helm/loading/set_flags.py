"""`--set` and its sisters: how Helm reads `name=value,other[0].key=value` (`pkg/strvals`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from podhosts.helm.loading.errors import LoadError
from podhosts.helm.model import NIL, Bool, GoList, GoMap, Nil, Number, derived, type_of
from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from podhosts.helm.model import GoValue

Flag = Literal["--set", "--set-string", "--set-json", "--set-literal"]

_MOST_INDEX = 65536
_MOST_NESTED = 30
_INTEGER = regex(r"[+-]?[0-9]+")
_INDEXED = regex(r"([^\[]*)\[([0-9]+)\]")
_INT64 = range(-(2**63), 2**63)


class _SyntaxError(ValueError):
    """What the parser of Helm says."""


class _End(Exception):  # noqa: N818  # the text ends here, which is no error
    """The text is read to its end."""


class _NotList(Exception):  # noqa: N818  # a value in no braces, which is no error
    """What follows is a value and no list in braces."""


def apply_flag(flag: Flag, text: str | Traced, values: GoMap, helm_version: int) -> GoMap:
    """The values with those that one flag sets; those given are changed, and lists in them as far as they are long
    enough, as Go does.

    Raises LoadError with Helm's words.
    """
    traced = Traced.own(text) if isinstance(text, str) else text
    if flag == "--set-json":
        return _apply_json(traced, values, helm_version)
    try:
        if flag == "--set-literal":
            _Literals(traced).into(values)
        else:
            _SetParser(traced, is_string=flag == "--set-string").run(values)
    except _SyntaxError as error:
        raise LoadError("values", f"failed parsing {flag} data: {error}") from None
    return values


def _apply_json(text: Traced, values: GoMap, helm_version: int) -> GoMap:
    from podhosts.helm.builtins.json_reading import JsonError, decode_json
    from podhosts.helm.loading.merging import over

    if helm_version >= 4 and text.text.strip().startswith("{"):
        start = len(text.text) - len(text.text.lstrip())
        try:
            whole = decode_json(text.slice(start, start + len(text.text.strip())))
        except JsonError:
            raise LoadError("values", f"failed parsing --set-json data JSON: {text.text}") from None
        return over(values, whole) if isinstance(whole, GoMap) else values
    try:
        _SetParser(text, is_string=False, is_json=True).run(values)
    except (_SyntaxError, JsonError):
        raise LoadError("values", f"failed parsing --set-json data {text.text}") from None
    return values


class _SetParser:
    """Reads one flag's text."""

    def __init__(self, text: Traced, *, is_string: bool, is_json: bool = False) -> None:
        self._traced = text
        self._text = text.text
        self._at = 0
        self._is_string = is_string
        self._is_json = is_json

    def run(self, values: GoMap) -> None:
        """Set all that the text says. Raises _SyntaxError."""
        try:
            while True:
                self._key(values, 0)
        except _End:
            return

    def _until(self, stops: str) -> tuple[str, str]:
        """The characters up to one of the stops, and that; "" for the end of the text. A backslash makes plain."""
        found: list[str] = []
        while self._at < len(self._text):
            character = self._text[self._at]
            self._at += 1
            if character in stops:
                return "".join(found), character
            if character == "\\":
                if self._at >= len(self._text):
                    break
                character = self._text[self._at]
                self._at += 1
            found.append(character)
        return "".join(found), ""

    def _traced_until(self, stops: str) -> tuple[Traced, str]:
        """The same as a text that knows where it is written."""
        start = self._at
        text, stop = self._until(stops)
        piece = self._traced.slice(start, self._at - len(stop))
        return (piece.derive(text) if text else Traced.own("")), stop

    def _key(self, data: GoMap, depth: int) -> None:
        name, stop = self._until("=[,.")
        if not stop:
            if not name:
                raise _End
            raise _SyntaxError(f'key "{name}" has no value')
        if stop == "[":
            present = data.entries.get(name)
            if present is not None and not isinstance(present, GoList):
                raise _conversion(present, "[]interface {}")
            index = self._index()
            # A longer list is a new one, as with Go.
            known = (
                present if present and index < len(present.items) else GoList(list(present.items) if present else [])
            )
            try:
                self._item(known.items, index, depth)
            finally:
                _set(data, name, known)
        elif stop == "=":
            self._value(data, name)
        elif stop == ",":
            _set(data, name, Traced.own(""))
            raise _SyntaxError(f'key "{name}" has no value (cannot end with ,)')
        else:
            self._inner(data, name, depth + 1)

    def _inner(self, data: GoMap, name: str, depth: int) -> None:
        if depth > _MOST_NESTED:
            raise _SyntaxError(
                f"value name nested level is greater than maximum supported nested level of {_MOST_NESTED}"
            )
        present = data.entries.get(name)
        if present is not None and not isinstance(present, GoMap):
            raise _conversion(present, "map[string]interface {}")
        inner = present or GoMap()
        try:
            self._key(inner, depth)
        finally:
            if inner.entries:
                _set(data, name, inner)
        if not inner.entries:
            raise _SyntaxError(f'key map "{name}" has no value')

    def _value(self, data: GoMap, name: str) -> None:
        """The value after a key's `=`."""
        if self._is_json:
            _set(data, name, self._json())
            return
        try:
            _set(data, name, self._listed())
        except _End:
            _set(data, name, Traced.own(""))
            raise
        except _NotList:
            text, stop = self._traced_until(",")
            _set(data, name, self._typed(text))
            if not stop:
                raise _End from None

    def _json(self) -> GoValue:
        from podhosts.helm.builtins.json_reading import decode_json_prefix

        if self._skip_blanks():
            return NIL
        value, length = decode_json_prefix(self._traced.slice(self._at))
        self._at += length
        self._skip_blanks()
        return value

    def _skip_blanks(self) -> bool:
        """Skip blanks and one comma; whether there was one, or nothing more."""
        while self._at < len(self._text):
            character = self._text[self._at]
            if character != "," and not character.isspace():
                return False
            self._at += 1
            if character == ",":
                return True
        return True

    def _index(self) -> int:
        text, stop = self._until("]")
        if not stop:
            raise _SyntaxError("error parsing index: EOF")
        if not _INTEGER.fullmatch(text):
            raise _SyntaxError(f'error parsing index: strconv.Atoi: parsing "{text}": invalid syntax')
        return int(text)

    def _item(self, items: list[GoValue], index: int, depth: int) -> None:
        """The value of an item, after its `[n]`."""
        if index < 0:
            raise _SyntaxError(f"negative {index} index not allowed")
        text, stop = self._until("[.=")
        if text:
            raise _SyntaxError(f'unexpected data at end of array index: "{text}"')
        if not stop:
            raise _End
        if stop == "=":
            holder = GoMap()
            try:
                self._value(holder, "value")
            finally:
                if "value" in holder.entries:
                    _set_index(items, index, holder.entries["value"])
        elif stop == "[":
            present = items[index] if index < len(items) else NIL
            inner = list(present.items) if isinstance(present, GoList) else []
            try:
                self._item(inner, self._index(), depth)
            finally:
                _set_index(items, index, GoList(inner))
        else:
            present = items[index] if index < len(items) else NIL
            below = present if isinstance(present, GoMap) else GoMap()
            try:
                self._key(below, depth)
            finally:
                if below.entries:
                    _set_index(items, index, below)

    def _listed(self) -> GoList:
        """A list in braces."""
        if self._at >= len(self._text):
            raise _End
        if self._text[self._at] != "{":
            raise _NotList
        self._at += 1
        items: list[GoValue] = []
        while True:
            text, stop = self._traced_until(",}")
            if not stop:
                raise _SyntaxError("list must terminate with '}'")
            items.append(self._typed(text))
            if stop == "}":
                if self._text[self._at : self._at + 1] == ",":
                    self._at += 1
                return GoList(items)

    def _typed(self, traced: Traced) -> GoValue:
        text, lowered = traced.text, traced.text.lower()
        if self._is_string:
            return traced
        origin = traced.runs[0].origin if traced.runs else None
        if lowered in ("true", "false"):
            return Bool(lowered == "true", origin)
        if lowered == "null":
            return Nil(origin)
        is_integer = text == "0" or (_INTEGER.fullmatch(text) and text[0] != "0")
        if is_integer and int(text) in _INT64:
            return Number("int64", int(text), origin)
        return traced


class _Literals:
    """`--set-literal`: one key, and all after its `=` as it stands."""

    def __init__(self, text: Traced) -> None:
        name, self._equals, value = text.text.partition("=")
        self._name = name
        self._value = text.slice(len(text) - len(value)) if value else Traced.own("")

    def into(self, values: GoMap) -> None:
        """Set the value. Raises _SyntaxError."""
        if not self._equals:
            raise _SyntaxError(f'key "{self._name}" has no value')
        data = values
        *outer, last = self._name.split(".")
        for step in outer:
            present = self._present(data, step)
            if present is not None and not isinstance(present, GoMap):
                raise _conversion(present, "map[string]interface {}")
            inner = present or GoMap()
            self._put(data, step, inner)
            data = inner
        self._put(data, last, self._value)

    def _present(self, data: GoMap, step: str) -> GoValue | None:
        """What stands at a key, or at an item of the list at a key (`name[0]`)."""
        name, index = _index_of(step)
        found = data.entries.get(name)
        if index is None:
            return found
        if found is not None and not isinstance(found, GoList):
            raise _conversion(found, "[]interface {}")
        item = found.items[index] if found is not None and index < len(found.items) else None
        return None if isinstance(item, Nil) else item

    def _put(self, data: GoMap, step: str, value: GoValue) -> None:
        name, index = _index_of(step)
        if index is None:
            _set(data, name, value)
            return
        found = data.entries.get(name)
        items = list(found.items) if isinstance(found, GoList) else []
        _set_index(items, index, value)
        _set(data, name, GoList(items))


def _index_of(step: str) -> tuple[str, int | None]:
    """The name and the index of a step such as `hosts[0]`. Raises _SyntaxError."""
    found = _INDEXED.fullmatch(step)
    if found is None and "[" in step:
        raise _SyntaxError(f"the key `{step}` is not read here")
    return (found[1], int(found[2])) if found else (step, None)


def _conversion(value: GoValue, wanted: str) -> _SyntaxError:
    return _SyntaxError(
        f"unable to parse key: interface conversion: interface {{}} is {type_of(value).strip('<>')}, not {wanted}"
    )


def _set(data: GoMap, name: str, value: GoValue) -> None:
    """Set the value of a key, which is then written where the value is; one that was changed in place is there."""
    if name and data.entries.get(name) is not value:
        data.put(derived(name, value), value)


def _set_index(items: list[GoValue], index: int, value: GoValue) -> None:
    if index > _MOST_INDEX:
        raise _SyntaxError(f"index of {index} is greater than maximum supported index of {_MOST_INDEX}")
    items.extend([NIL] * (index + 1 - len(items)))
    items[index] = value
