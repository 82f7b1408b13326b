"""Go's values as templates see them, the functions that take them, and what can go wrong.

A value is a `Traced` (a string) or one of the classes here. Lists and maps are shared as in Go: `set` changes a map for
all who hold it. Everything else is never changed. Each value knows where it comes from, None if from nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from podhosts.helm.traced import Derived, TooLarge, Traced, flattened
from podhosts.records import NamedTuple, field, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from podhosts.helm.traced import Origin

__all__ = [
    "ANY",
    "ANY_LIST",
    "ANY_MAP",
    "FALSE",
    "MOST_DEEP",
    "NIL",
    "TRUE",
    "Bool",
    "Evaluation",
    "FunctionError",
    "GoFunction",
    "GoList",
    "GoMap",
    "GoObject",
    "GoUnknown",
    "GoValue",
    "Nil",
    "Number",
    "TooLarge",
    "Unsupported",
    "derived",
    "derived_origin",
    "is_true",
    "origins_of",
    "type_of",
]

#: Go's names of the types that values mostly have.
ANY = "interface {}"
ANY_LIST = "[]interface {}"
ANY_MAP = "map[string]interface {}"
#: Lists and maps in each other, deeper than anybody writes them; who goes down recursively stops here.
MOST_DEEP = 200


@record(frozen=True, slots=True)
class Nil:
    """Go's nil; with an origin, a null of a values file."""

    origin: Origin | None = None


@record(frozen=True, slots=True)
class Bool:
    """true or false."""

    value: bool
    origin: Origin | None = None


@record(frozen=True, slots=True)
class Number:
    """A number; `kind` is Go's type: int, int64, float64, uint64, complex128, time.Duration, ..."""

    kind: str
    value: int | float | complex
    origin: Origin | None = None


@record(slots=True, eq=False)
class GoList:
    """A slice; `kind` is Go's type, `methods` are those of a named one, as `.Capabilities.APIVersions` has them."""

    items: list[GoValue]
    kind: str = ANY_LIST
    origin: Origin | None = None
    methods: dict[str, GoFunction] = field(default_factory=dict)


@record(slots=True, eq=False)
class GoMap:
    """A map with strings as keys; `kind` is Go's type.

    `keys` has the keys as they are written, for those that are written somewhere. `methods` are those of a named type,
    as `.Values` has them; like all methods they know whose they are.
    """

    entries: dict[str, GoValue] = field(default_factory=dict)
    keys: dict[str, Traced] = field(default_factory=dict)
    kind: str = ANY_MAP
    origin: Origin | None = None
    methods: dict[str, GoFunction] = field(default_factory=dict)

    def key(self, name: str) -> Traced:
        """A key as a string that knows where it is written."""
        return self.keys.get(name) or Traced.own(name)

    def put(self, key: Traced, value: GoValue) -> None:
        """Set the value of a key; what is known of an earlier key of this name is forgotten."""
        self.entries[key.text] = value
        self.keys[key.text] = key


@record(slots=True, eq=False)
class GoObject:
    """A struct with fields and methods; `kind` is Go's type, with the star of a pointer.

    `printed` is what `%v` says of it, if it is no plain struct.
    """

    kind: str
    fields: dict[str, GoValue] = field(default_factory=dict)
    methods: dict[str, GoFunction] = field(default_factory=dict)
    printed: Traced | None = None
    origin: Origin | None = None


@record(frozen=True, slots=True)
class GoUnknown:
    """A value that nobody knows and that is no string; an equal identity is an equal value."""

    identity: str
    origin: Origin | None = None


GoValue: TypeAlias = Traced | Nil | Bool | Number | GoList | GoMap | GoObject | GoUnknown

NIL = Nil()
TRUE = Bool(True)
FALSE = Bool(False)


class GoFunction(NamedTuple):
    """A function of templates, or a method of an object.

    `parameters` are Go's types ("string", "int", "interface {}", "map[string]interface {}", "[]string", ...); the last
    one may begin with "..." for any number of arguments. The evaluator checks and gives Go's errors, so `call` gets
    arguments of the right types; nil as `NIL`, also for a map or a list (and `NIL` where the type is
    "reflect.Value"). `call` raises `FunctionError` where Go's function returns an error or panics.
    """

    name: str
    call: Callable[[Evaluation, list[GoValue]], GoValue]
    parameters: tuple[str, ...] = ()


class Evaluation(Protocol):
    """What functions may ask of the evaluator that runs them."""

    @property
    def helm_version(self) -> int:
        """3 or 4."""
        ...

    @property
    def kubernetes_version(self) -> str:
        """As `.Capabilities.KubeVersion.Version` says it: v1.37.0."""
        ...

    def include(self, name: Traced, data: GoValue) -> Traced:
        """The text that a named template prints with this data."""
        ...

    def tpl(self, text: Traced, data: GoValue) -> Traced:
        """The text that a text, read as a template, prints with this data."""
        ...

    def step(self, count: int = 1) -> None:
        """Count work that is done, about one for each value or 100 characters; raises `TooLarge`."""
        ...

    def fresh(self, name: str) -> str:
        """An identity for something unknown that differs at each call, as random text does."""
        ...


class FunctionError(Exception):
    """What Go's function returns as its error; the evaluator adds the place and `error calling NAME`."""


class Unsupported(Exception):  # noqa: N818  # no error of the chart: the evaluator does not know
    """Something that is not built, or that depends on something unknown; the outcome is unknown, never a wrong text."""


def type_of(value: GoValue) -> str:
    """Go's name of a value's type, as `%T` prints it."""
    if isinstance(value, Traced):
        return "string"
    if isinstance(value, Nil):
        return "<nil>"
    if isinstance(value, Bool):
        return "bool"
    if isinstance(value, GoUnknown):
        raise Unsupported(f"the type of {value.identity}")
    return value.kind


def is_true(value: GoValue) -> bool:
    """Whether `if` takes a value as true: it is not the zero of its type."""
    if isinstance(value, Traced):
        return bool(value.text)
    if isinstance(value, (Bool, Number)):
        return bool(value.value)
    if isinstance(value, GoList):
        return bool(value.items)
    if isinstance(value, GoMap):
        return bool(value.entries)
    if isinstance(value, GoUnknown):
        raise Unsupported(f"whether {value.identity} is empty")
    return isinstance(value, GoObject)


def origins_of(value: GoValue) -> Iterator[Origin]:
    """Where a value and everything in it comes from."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Traced):
            yield from one.inputs()
            continue
        if one.origin is not None:
            yield one.origin
        if isinstance(one, (GoList, GoMap)) and id(one) not in seen:
            seen.add(id(one))
            waiting += reversed(one.items if isinstance(one, GoList) else list(one.entries.values()))
            if isinstance(one, GoMap):
                waiting += one.keys.values()


def derived_origin(inputs: Sequence[GoValue]) -> Origin:
    """The origin of something that a function made of all these values."""
    return Derived(flattened(origin for value in inputs for origin in origins_of(value)))


def derived(text: str, *inputs: GoValue) -> Traced:
    """A text that a function made of all these values, not character for character."""
    return Traced.of(text, derived_origin(inputs))
