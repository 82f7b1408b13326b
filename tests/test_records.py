"""Records against `dataclasses`: the same declarations must give classes that do the same."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import typing
from functools import cached_property
from typing import Any

import pytest

from podhosts.records import NamedTuple, field, record, replace


@record(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0


@record(slots=True)
class Bag:
    name: str
    items: list[int] = field(default_factory=list)


@record(frozen=True, eq=False)
class Base:
    name: str
    others: list[int] = field(default_factory=list)

    @cached_property
    def shouted(self) -> str:
        return self.name.upper()


@record(frozen=True, eq=False)
class Derived(Base):
    place: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return "<derived>"


@record(frozen=True)
class Empty:
    pass


def twin(kind: type[Any], **options: bool) -> type[Any]:
    """The same class made by `dataclasses`."""
    body = {name: value for name, value in vars(kind).items() if name in {"__annotations__", "__qualname__"}}
    for name, value in kind.__record_defaults__.items():
        made = hasattr(value, "default_factory")
        body[name] = dataclasses.field(default_factory=value.default_factory) if made else value
    return dataclasses.dataclass(**options)(type(kind.__name__, (), body))


@pytest.mark.parametrize(
    ("kind", "options", "arguments"),
    [
        (Point, {"frozen": True, "slots": True}, [((1,), {}), ((1, 2), {}), ((), {"y": 3, "x": 1})]),
        (Bag, {"slots": True}, [(("a",), {}), (("a", [1]), {}), ((), {"name": "b"})]),
        (Empty, {"frozen": True}, [((), {})]),
    ],
)
def test_records_do_as_dataclasses(
    kind: type[Any], options: dict[str, bool], arguments: list[tuple[tuple[Any, ...], dict[str, Any]]]
) -> None:
    other = twin(kind, **options)
    mine, theirs = ([made(*given, **named) for given, named in arguments] for made in (kind, other))
    assert [repr(item) for item in mine] == [repr(item) for item in theirs]
    assert [[a == b for b in mine] for a in mine] == [[a == b for b in theirs] for a in theirs]
    assert mine[0] != theirs[0]
    assert (kind.__hash__ is None) == (other.__hash__ is None)
    if kind.__hash__ is not None:
        assert [hash(item) for item in mine] == [hash(kind(*given, **named)) for given, named in arguments]
    for item in mine:
        assert copy.deepcopy(item) == pickle.loads(pickle.dumps(item)) == item
    assert hasattr(mine[0], "__dict__") == hasattr(theirs[0], "__dict__")


@pytest.mark.parametrize(("given", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"z": 1}), ((1,), {"x": 1})])
def test_what_no_field_takes_is_refused(given: tuple[int, ...], named: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        Point(*given, **named)


def test_defaults_are_made_anew() -> None:
    first, second = Bag("a"), Bag("a")
    first.items.append(1)
    assert second.items == Bag("a").items == []


def test_fields_of_the_base_stand_first() -> None:
    one = Derived("a", [1], (2,))
    assert (one.name, one.others, one.place, one.shouted) == ("a", [1], (2,), "A")
    assert Derived("a").others == []
    assert repr(one) == "<derived>"
    assert one != Derived("a", [1], (2,))
    assert one == one


def test_replace() -> None:
    assert replace(Point(1, 2), y=3) == Point(1, 3)
    bag = Bag("a", [1])
    assert replace(bag, name="b").items is bag.items
    with pytest.raises(TypeError):
        replace(Point(1), z=1)


class Pair(NamedTuple):
    """Two things."""

    first: int
    second: str = "b"

    @property
    def both(self) -> str:
        return f"{self.first}{self.second}"


class Named(Pair):
    """A class below one."""

    def __new__(cls, first: int) -> Named:
        return super().__new__(cls, first, "named")


#: The same as `Pair`, made by Python's own.
class Twin(typing.NamedTuple):
    first: int
    second: str


Twin.__new__.__defaults__ = ("b",)


@pytest.mark.parametrize(("values", "named"), [((1,), {}), ((1, "c"), {}), ((1,), {"second": "c"}), ((), {"first": 2})])
def test_named_tuples_are_as_python_makes_them(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    pair: Pair = Pair(*values, **named)
    twin: Any = Twin(*values, **named)
    assert tuple(pair) == tuple(twin)
    assert (pair.first, pair.second, pair._asdict()) == (twin.first, twin.second, twin._asdict())
    assert repr(pair) == repr(twin).replace("Twin", "Pair")
    assert pair._replace(second="z") == twin._replace(second="z")
    assert type(pair._replace(second="z")) is Pair
    assert Pair._make(iter(pair)) == pair
    assert type(Pair._make(iter(pair))) is Pair
    assert pickle.loads(pickle.dumps(pair)) == copy.copy(pair) == pair
    match pair:
        case Pair(first, second):
            assert (first, second) == tuple(twin)
    assert Pair.__mro__ == (Pair, tuple, object)
    assert not hasattr(pair, "__dict__")
    assert pair.both == f"{twin.first}{twin.second}"


def test_a_class_below_a_named_tuple() -> None:
    assert Named(1) == (1, "named")
    assert Named(1).both == "1named"


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"first": 2}), ((1,), {"third": 2})])
def test_wrong_fields_of_a_named_tuple_are_refused(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Twin(*values, **named)
    with pytest.raises(TypeError):
        Pair(*values, **named)
    with pytest.raises(ValueError, match="third"):
        Pair(1)._replace(third=3)  # type: ignore[call-arg]  # that is what is refused
