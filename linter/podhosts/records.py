"""Records: classes that are their fields, declared as with `dataclasses`.

`dataclasses` compiles up to eight functions a class one by one and imports `inspect`: together 46 of the 180 ms of a
cold run over one file (2026-11-24, CPython 3.11). attrs compiles too, and importing msgspec alone takes 27 ms. Here
only `__init__` is compiled and all else is shared; that nothing is assigned to a frozen record is left to the type
checker.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")


class _Made(NamedTuple):
    """The default of a field that is made anew for each record."""

    default_factory: Callable[[], object]


def field(*, default_factory: Callable[[], Any]) -> Any:
    """The default of a field that must not be shared between records."""
    return _Made(default_factory)


@dataclass_transform(field_specifiers=(field,))
def record(*, frozen: bool = False, slots: bool = False, eq: bool = True) -> Callable[[type[_T]], type[_T]]:
    """Make the annotated names of a class its fields, after those of a base that is a record.

    Records are equal if their classes and fields are, and hashable if they are frozen; without `eq` each is only equal
    to itself. `slots` saves memory and allows no other attributes, also no `cached_property`.
    """

    def make(cls: type[_T]) -> type[_T]:
        own = list(cls.__annotations__)
        defaults = {name: cls.__dict__[name] for name in own if name in cls.__dict__}
        defaults = {**getattr(cls, "__record_defaults__", {}), **defaults}
        names = (*getattr(cls, "__match_args__", ()), *own)
        members = {
            "__match_args__": names,
            "__record_defaults__": defaults,
            "__init__": _initializer(names, defaults),
            "__repr__": _shown,
        }
        if eq:
            values = attrgetter(*names) if names else _nothing
            members["__eq__"] = lambda self, other: (
                values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented
            )
            members["__hash__"] = (lambda self: hash(values(self))) if frozen else None
        # What the class says itself holds, but for the defaults.
        members |= {name: value for name, value in cls.__dict__.items() if name not in own}
        if slots:
            members["__slots__"] = own
            for name in ("__dict__", "__weakref__"):
                members.pop(name, None)
            return cast("type[_T]", type(cls.__name__, cls.__bases__, members))
        for name, value in members.items():
            if name not in cls.__dict__:
                setattr(cls, name, value)
        return cls

    return make


def replace(record: _T, **changes: Any) -> _T:
    """The same record with some other values."""
    names: tuple[str, ...] = record.__match_args__  # type: ignore[attr-defined]  # every record has them
    return type(record)(**({name: getattr(record, name) for name in names} | changes))


def _initializer(names: tuple[str, ...], defaults: dict[str, object]) -> object:
    """A function that sets all fields, as one would write it."""
    parameters, lines = ["self"], []
    for name in names:
        value = name
        if name not in defaults:
            parameters.append(name)
        elif isinstance(defaults[name], _Made):
            parameters.append(f"{name}=made")
            value = f"defaults[{name!r}].default_factory() if {name} is made else {name}"
        else:
            parameters.append(f"{name}=defaults[{name!r}]")
        lines.append(f"self.{name} = {value}")
    scope: dict[str, Any] = {"defaults": defaults, "made": object()}
    exec(f"def __init__({', '.join(parameters)}): {'; '.join(lines) or 'pass'}", scope)
    return scope["__init__"]


def _shown(record: Any) -> str:
    values = (f"{name}={getattr(record, name)!r}" for name in record.__match_args__)
    return f"{type(record).__qualname__}({', '.join(values)})"


def _nothing(_: object) -> tuple[()]:
    return ()
