"""Semantic versions and constraints on them, as Helm reads them (github.com/Masterminds/semver 3.5.0)."""

from __future__ import annotations

from functools import lru_cache

from podhosts.helm.language.quoting import quoted
from podhosts.patterns import regex
from podhosts.records import NamedTuple

_MOST_CHARACTERS = 256
_MOST_CONSTRAINT_CHARACTERS = 512
_MOST_GROUPS = 32
_MOST_NUMBER = 2**64 - 1
_BLANK = r"[\t\n\f\r ]"
_SUFFIX = r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
_VERSION = regex(rf"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?{_SUFFIX}")
_CONSTRAINED = rf"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?{_SUFFIX}"
#: In this order, with the empty operator second: the first one that leads to a match counts.
_OPERATORS = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_ONE = regex(rf"{_BLANK}*({_OPERATORS}){_BLANK}*({_CONSTRAINED}){_BLANK}*")
_FIND = regex(rf"({_OPERATORS}){_BLANK}*({_CONSTRAINED})")
_RANGE = regex(rf"{_BLANK}*({_CONSTRAINED}){_BLANK}+-{_BLANK}+({_CONSTRAINED}){_BLANK}*")
_ALL = regex(
    rf"({_BLANK}*({_OPERATORS}){_BLANK}*({_CONSTRAINED}){_BLANK}*)"
    rf"((?:{_BLANK}+|,{_BLANK}*)({_OPERATORS}){_BLANK}*({_CONSTRAINED}){_BLANK}*)*"
)
_WILDCARDS = frozenset(("x", "X", "*"))


class SemverError(ValueError):
    """A version or constraint that Helm refuses, in its words."""


class Version(NamedTuple):
    """A version: its numbers, what follows the `-`, what follows the `+`, and how it was written."""

    major: int
    minor: int
    patch: int
    prerelease: str
    metadata: str
    original: str

    @property
    def numbers(self) -> tuple[int, int, int]:
        return self.major, self.minor, self.patch

    def __str__(self) -> str:
        """Without a leading `v`, with all three numbers."""
        text = f"{self.major}.{self.minor}.{self.patch}"
        text += f"-{self.prerelease}" if self.prerelease else ""
        return text + (f"+{self.metadata}" if self.metadata else "")


def parse_version(text: str) -> Version:
    """A version that may lack its minor or patch number or begin with `v`. Raises SemverError."""
    if len(text) > _MOST_CHARACTERS:
        raise SemverError(f"version string is too long (max {_MOST_CHARACTERS} bytes)")
    found = _VERSION.fullmatch(text)
    if found is None:
        raise SemverError("invalid semantic version")
    numbers = [(found[1] or "0"), (found[2] or ".0")[1:], (found[3] or ".0")[1:]]
    for number in numbers:
        if int(number) > _MOST_NUMBER:
            raise SemverError(
                f'error parsing version segment: strconv.ParseUint: parsing "{number}": value out of range'
            )
    prerelease = found[5] or ""
    for part in prerelease.split("."):
        if part.isdigit() and len(part) > 1 and part[0] == "0":
            raise SemverError("version segment starts with 0")
    return Version(int(numbers[0]), int(numbers[1]), int(numbers[2]), prerelease, found[8] or "", text)


def compare(one: Version, other: Version) -> int:
    """Below 0, 0 or above 0 as the first version is lower, equal or higher; metadata does not count."""
    if one.numbers != other.numbers:
        return -1 if one.numbers < other.numbers else 1
    if one.prerelease == other.prerelease:
        return 0
    if not one.prerelease or not other.prerelease:
        return 1 if not one.prerelease else -1
    return _compare_prereleases(one.prerelease, other.prerelease)


def _compare_prereleases(one: str, other: str) -> int:
    first, second = one.split("."), other.split(".")
    for index in range(max(len(first), len(second))):
        mine = first[index] if index < len(first) else ""
        yours = second[index] if index < len(second) else ""
        if mine == yours:
            continue
        # A missing part comes first, numbers come before words.
        keys = [
            (bool(part), not _is_number(part), int(part) if _is_number(part) else 0, part) for part in (mine, yours)
        ]
        return -1 if keys[0] < keys[1] else 1
    return 0


def _is_number(part: str) -> bool:
    return part.isdigit() and int(part) <= _MOST_NUMBER


class _Limit(NamedTuple):
    """One comparison: `has_wild_minor` as in `1.x`, `has_wild_patch` as in `1.2`, `is_wild` if any number is open."""

    operator: str
    version: Version
    is_wild: bool
    has_wild_minor: bool
    has_wild_patch: bool


@lru_cache(maxsize=256)
def parse_constraint(text: str) -> tuple[tuple[_Limit, ...], ...]:
    """A constraint (`>=1.19-0 <2 || 3.x`) as alternatives, each of them comparisons that must all hold.

    Raises SemverError.
    """
    if len(text) > _MOST_CONSTRAINT_CHARACTERS:
        raise SemverError(f"constraint string is too long (max {_MOST_CONSTRAINT_CHARACTERS} bytes)")
    groups = _without_ranges(text).split("||")
    if len(groups) > _MOST_GROUPS:
        raise SemverError(f"too many constraint groups (max {_MOST_GROUPS})")
    alternatives = []
    for group in groups:
        if not _ALL.fullmatch(group):
            raise SemverError(f"improper constraint: {quoted(group)}")
        alternatives.append(tuple(_limit(found[0]) for found in _FIND.finditer(group)))
    return tuple(alternatives)


def _without_ranges(text: str) -> str:
    """`1.2 - 1.4` as the two comparisons that it means."""
    for found in list(_RANGE.finditer(text)):
        text = text.replace(found[0], f">= {found[1]}, <= {found[11]} ", 1)
    return text


def _limit(text: str) -> _Limit:
    found = _ONE.fullmatch(text)
    if found is None:
        raise SemverError(f"improper constraint: {quoted(text)}")
    operator, written, major, minor, patch, suffix = (found[index] or "" for index in (1, 2, 3, 4, 5, 6))
    try:
        if major in _WILDCARDS:
            return _Limit(operator, parse_version(f"0.0.0{suffix}"), True, False, False)
        if not minor or minor[1:] in _WILDCARDS:
            return _Limit(operator, parse_version(f"{major}.0.0{suffix}"), True, True, False)
        if not patch or patch[1:] in _WILDCARDS:
            return _Limit(operator, parse_version(f"{major}{minor}.0{suffix}"), True, False, True)
        return _Limit(operator, parse_version(written), False, False, False)
    except SemverError:
        raise SemverError("constraint parser error") from None


def satisfies(constraint: tuple[tuple[_Limit, ...], ...], version: Version) -> bool:
    """Whether a version fits a constraint; one with a `-` only fits if some comparison of the alternative has one."""
    for group in constraint:
        admits_prereleases = any(limit.version.prerelease for limit in group)
        if version.prerelease and not admits_prereleases:
            continue
        if all(_fits(limit, version) for limit in group):
            return True
    return False


def _fits(limit: _Limit, version: Version) -> bool:
    operator = limit.operator
    if operator == "!=":
        return _differs(limit, version)
    order = compare(version, limit.version)
    if operator == ">":
        return _exceeds(limit, version)
    if operator in (">=", "=>"):
        return order >= 0
    if operator == "<":
        return order < 0
    if operator in ("<=", "=<"):
        return _is_at_most(limit, version)
    if operator == "^":
        return order >= 0 and _is_compatible(limit, version)
    if operator in ("~", "~>") or limit.is_wild:
        return order >= 0 and _is_close(limit, version)
    return order == 0


def _differs(limit: _Limit, version: Version) -> bool:
    if not limit.is_wild:
        return compare(version, limit.version) != 0
    if limit.version.major != version.major:
        return True
    if limit.version.minor != version.minor and not limit.has_wild_minor:
        return True
    if limit.has_wild_minor:
        return False
    if limit.has_wild_patch:
        return version.prerelease != limit.version.prerelease
    return limit.version.patch != version.patch or compare(version, limit.version) != 0


def _exceeds(limit: _Limit, version: Version) -> bool:
    if not limit.is_wild:
        return compare(version, limit.version) > 0
    if version.major != limit.version.major:
        return version.major > limit.version.major
    if limit.has_wild_minor:
        return False
    if limit.has_wild_patch:
        return version.minor > limit.version.minor
    return compare(version, limit.version) > 0


def _is_at_most(limit: _Limit, version: Version) -> bool:
    if not limit.is_wild:
        return compare(version, limit.version) <= 0
    if version.major != limit.version.major:
        return version.major < limit.version.major
    return version.minor <= limit.version.minor or limit.has_wild_minor


def _is_close(limit: _Limit, version: Version) -> bool:
    """Whether a version that is high enough is one of `~`."""
    if limit.version.numbers == (0, 0, 0) and not limit.has_wild_minor and not limit.has_wild_patch:
        return True
    return version.major == limit.version.major and (version.minor == limit.version.minor or limit.has_wild_minor)


def _is_compatible(limit: _Limit, version: Version) -> bool:
    """Whether a version that is high enough is one of `^`."""
    wanted = limit.version
    if wanted.major > 0 or limit.has_wild_minor:
        return version.major == wanted.major
    if version.major > 0:
        return False
    if wanted.minor > 0 or limit.has_wild_patch:
        return version.minor == wanted.minor
    return version.minor == 0 and version.patch == wanted.patch
