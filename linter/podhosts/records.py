"""Records: classes that are their fields, declared as with `dataclasses` or `typing.NamedTuple`.

`dataclasses` compiles up to eight functions a class one by one and imports `inspect`; `typing.NamedTuple` compiles one.
attrs compiles too, and importing msgspec alone takes 27 ms. Most classes are never used in a run, so here the one
function that is compiled, which makes a record of its fields, is compiled for the first record. All else is shared;
that nothing is assigned to a frozen record is left to the type checker.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]  # the fields of `collections.namedtuple`
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NamedTuple as NamedTuple

_T = TypeVar("_T")


class _Made:
    """The default of a field that is made anew for each record."""

    def __init__(self, default_factory: Callable[[], object]) -> None:
        self.default_factory = default_factory


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
    """A copy of a record with some other values."""
    names: tuple[str, ...] = record.__match_args__  # type: ignore[attr-defined]  # every record has them
    return type(record)(**({name: getattr(record, name) for name in names} | changes))


def _initializer(names: tuple[str, ...], defaults: dict[str, object]) -> Callable[..., None]:
    """An `__init__` that sets all fields; the first call compiles it for the class on which it was found."""

    def first(self: Any, *values: object, **named: object) -> None:
        owner = next(cls for cls in type(self).__mro__ if cls.__dict__.get("__init__") is first)
        owner.__init__ = made = _compiled_initializer(names, defaults)  # type: ignore[misc]  # that is the point
        made(self, *values, **named)

    return first


def _compiled_initializer(names: tuple[str, ...], defaults: dict[str, object]) -> Callable[..., None]:
    """A function that sets all fields, as one would write it."""
    sets = [
        f"self.{name} = _defaults[{name!r}].default_factory() if {name} is _made else {name}"
        if isinstance(defaults.get(name), _Made)
        else f"self.{name} = {name}"
        for name in names
    ]
    scope: dict[str, Any] = {"_defaults": defaults, "_made": object()}
    exec(f"def __init__({_parameters('self', names, defaults)}): {'; '.join(sets) or 'pass'}", scope)
    return cast("Callable[..., None]", scope["__init__"])


def _parameters(first: str, names: tuple[str, ...], defaults: dict[str, object]) -> str:
    """The list of parameters of a function that takes all fields; `_defaults` and `_made` are in its scope."""
    written = [first]
    for name in names:
        if name not in defaults:
            written.append(name)
        else:
            written.append(f"{name}=_made" if isinstance(defaults[name], _Made) else f"{name}=_defaults[{name!r}]")
    return ", ".join(written)


def _shown(record: Any) -> str:
    values = (f"{name}={getattr(record, name)!r}" for name in record.__match_args__)
    return f"{type(record).__qualname__}({', '.join(values)})"


def _nothing(_: object) -> tuple[()]:
    return ()


if not TYPE_CHECKING:

    class _TupleClass(type):
        """Makes a class that names `NamedTuple` as its base an ordinary subclass of `tuple`."""

        def __new__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
            names = tuple(members.get("__annotations__", ()))
            defaults = {name: members[name] for name in names if name in members}
            members |= {name: _tuplegetter(number, name) for number, name in enumerate(names)}
            shared = {
                "__slots__": (),
                "__match_args__": names,
                "_fields": names,
                "__new__": _maker(names, defaults),
                "__repr__": _shown,
                "__getnewargs__": lambda self: tuple(self),
                "_make": classmethod(tuple.__new__),
                "_replace": _replaced,
                "_asdict": lambda self: dict(zip(names, self, strict=True)),
            }
            return type(name, (tuple,), shared | members)

    def _maker(names: tuple[str, ...], defaults: dict[str, object]) -> Callable[..., object]:
        """A `__new__` that makes a tuple of the fields; the first call compiles it for the class that has it."""

        def first(cls: type, *values: object, **named: object) -> object:
            scope = {"_defaults": defaults, "_new": tuple.__new__}
            fields = "".join(f"{name}, " for name in names)
            exec(f"def __new__({_parameters('_class', names, defaults)}): return _new(_class, ({fields}))", scope)
            owner = next(base for base in cls.__mro__ if getattr(base.__dict__.get("__new__"), "__func__", 0) is first)
            owner.__new__ = made = staticmethod(scope["__new__"])
            return made(cls, *values, **named)

        return first

    def _replaced(self: Any, **changes: object) -> Any:
        if unknown := changes.keys() - set(self._fields):
            raise ValueError(f"there is no field {', '.join(sorted(unknown))}")
        values = [changes.get(name, value) for name, value in zip(self._fields, self, strict=True)]
        return self._make(values)

    #: What a class names as its base: it becomes a `_TupleClass`, and thereby a subclass of `tuple` alone.
    NamedTuple = type.__new__(_TupleClass, "NamedTuple", (), {})
