"""Dates and durations. The present time is unknown; times are those of UTC, as on most machines that run Helm."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from podhosts.helm.builtins.table import ANY, STRING, Family
from podhosts.helm.model import GoObject, Number, Unsupported, derived
from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from podhosts.helm.model import Evaluation, GoValue

FAMILY = Family()
_TIME = "time.Time"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONES = frozenset(("", "UTC", "Local"))
#: The parts of a layout, longer ones first, and how Python writes what they stand for.
_LAYOUT = regex(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|-07:00:00|-07:00|-0700|-07|Z07:00|Z0700|2006|002|_2006|__2|_2"
    r"|01|02|03|04|05|06|15|PM|pm|[.,]0+(?![0-9])|[.,]9+(?![0-9])|1|2|3|4|5"
)
_SECOND = 1_000_000_000
_UNITS = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "μs": 1000,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_DURATION_PART = regex(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]+)")
_DAY = 24 * 3600 * _SECOND
_ROUNDS = (
    (365 * _DAY, "y"),
    (30 * _DAY, "mo"),
    (_DAY, "d"),
    (3600 * _SECOND, "h"),
    (60 * _SECOND, "m"),
    (_SECOND, "s"),
)
_INT64 = range(-(2**63), 2**63)


@FAMILY.add_asking("now")
def _now(evaluation: Evaluation) -> GoObject:
    return GoObject(_TIME, printed=Traced.unknown(evaluation.fresh("now")))


def _in_zone(evaluation: Evaluation, layout: Traced, date: GoValue, zone: str) -> Traced:
    if not isinstance(date, Number) or date.kind not in ("int", "int64", "int32"):
        return Traced.unknown(evaluation.fresh("date"))
    if zone not in _ZONES:
        raise Unsupported(f"the time in {zone}")
    try:
        moment = _EPOCH + timedelta(seconds=int(date.value.real))
    except OverflowError:
        raise Unsupported("a date that is so far away") from None
    return derived(_LAYOUT.sub(lambda part: _written(part[0], moment), layout.text), layout, date)


def _written(part: str, moment: datetime) -> str:
    """What a part of Go's layout stands for."""
    hour = (moment.hour - 1) % 12 + 1
    plain = {"1": moment.month, "2": moment.day, "3": hour, "4": moment.minute, "5": moment.second}
    padded = {"01": moment.month, "02": moment.day, "03": hour, "04": moment.minute, "05": moment.second}
    if part in plain:
        return str(plain[part])
    if part in padded:
        return f"{padded[part]:02}"
    if part[0] in ".,":
        # Whole seconds only: zeros are written, nines are not.
        return part if part[1] == "0" else ""
    day = moment.timetuple().tm_yday
    words = {
        "2006": f"{moment.year:04}", "06": f"{moment.year % 100:02}", "_2006": f"_{moment.year:04}",
        "January": _MONTHS[moment.month - 1], "Jan": _MONTHS[moment.month - 1][:3],
        "Monday": _WEEKDAYS[moment.weekday()], "Mon": _WEEKDAYS[moment.weekday()][:3],
        "_2": f"{moment.day:2}", "__2": f"{day:3}", "002": f"{day:03}", "15": f"{moment.hour:02}",
        "PM": "AM" if moment.hour < 12 else "PM", "pm": "am" if moment.hour < 12 else "pm",
        "MST": "UTC", "Z07:00": "Z", "Z0700": "Z",
        "-07": "+00", "-0700": "+0000", "-07:00": "+00:00", "-07:00:00": "+00:00:00",
    }  # fmt: skip
    return words[part]


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@FAMILY.add_asking("date", STRING, ANY)
def _date(evaluation: Evaluation, layout: Traced, date: GoValue) -> Traced:
    return _in_zone(evaluation, layout, date, "Local")


@FAMILY.add_asking("dateInZone date_in_zone", STRING, ANY, STRING)
def _date_in_zone(evaluation: Evaluation, layout: Traced, date: GoValue, zone: Traced) -> Traced:
    return _in_zone(evaluation, layout, date, zone.text)


@FAMILY.add_asking("htmlDate", ANY)
def _html_date(evaluation: Evaluation, date: GoValue) -> Traced:
    return _in_zone(evaluation, Traced.own("2006-01-02"), date, "Local")


@FAMILY.add_asking("htmlDateInZone", ANY, STRING)
def _html_date_in_zone(evaluation: Evaluation, date: GoValue, zone: Traced) -> Traced:
    return _in_zone(evaluation, Traced.own("2006-01-02"), date, zone.text)


@FAMILY.add_asking("ago", ANY)
def _ago(evaluation: Evaluation, _: GoValue) -> Traced:
    return Traced.unknown(evaluation.fresh("ago"))


@FAMILY.add_asking("unixEpoch", _TIME)
def _unix_epoch(evaluation: Evaluation, _: GoValue) -> Traced:
    return Traced.unknown(evaluation.fresh("unixEpoch"))


for _name in ("dateModify", "date_modify", "mustDateModify", "must_date_modify"):
    FAMILY.add_missing(_name, STRING, _TIME)
for _name in ("toDate", "mustToDate"):
    FAMILY.add_missing(_name, STRING, STRING)


@FAMILY.add("duration", ANY)
def _duration(value: GoValue) -> Traced:
    seconds = 0
    if isinstance(value, Traced) and re.fullmatch(r"[-+]?[0-9]{1,30}", value.text):
        # What is too large becomes the largest.
        seconds = max(min(int(value.text), _INT64[-1]), _INT64[0])
    elif isinstance(value, Number) and value.kind == "int64":
        seconds = int(value.value.real)
    nanoseconds = (seconds * _SECOND + 2**63) % 2**64 - 2**63
    return derived(duration_text(nanoseconds), value)


@FAMILY.add_asking("durationRound", ANY)
def _duration_round(evaluation: Evaluation, value: GoValue) -> Traced:
    if isinstance(value, GoObject):
        return Traced.unknown(evaluation.fresh("durationRound"))
    nanoseconds = 0
    if isinstance(value, Traced):
        nanoseconds = _parsed(value.text)
    elif isinstance(value, Number) and value.kind == "int64":
        nanoseconds = int(value.value.real)
    size = abs(nanoseconds)
    found = next((f"{size // unit}{name}" for unit, name in _ROUNDS if size > unit), "0s")
    return derived(found, value)


def _parsed(text: str) -> int:
    """Nanoseconds of a duration (`1h2.5s`); 0 for what is none."""
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0" or not rest:
        return 0
    total, at = Fraction(0), 0
    while at < len(rest):
        part = _DURATION_PART.match(rest, at)
        if part is None or part[3] not in _UNITS or not (part[1] or part[2]):
            return 0
        digits = part[2] or ""
        total += (int(part[1] or 0) + Fraction(int(digits or 0), 10 ** len(digits))) * _UNITS[part[3]]
        at = part.end()
    found = int(total) * (-1 if text[0] == "-" else 1)
    return found if found in _INT64 else 0


def duration_text(nanoseconds: int) -> str:
    """A duration as Go's `String` writes it: 1h2m3.5s, 1.5ms, 0s."""
    if nanoseconds == 0:
        return "0s"
    sign, size = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    for unit, name in ((1000, "ns"), (10**6, "µs"), (10**9, "ms")):
        if size < unit:
            return f"{sign}{_decimal(size, unit // 1000)}{name}"
    minutes, rest = divmod(size, 60 * _SECOND)
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(rest, _SECOND)}s"
    text = f"{minutes}m{text}" if minutes or hours else text
    return sign + (f"{hours}h{text}" if hours else text)


def _decimal(number: int, unit: int) -> str:
    whole, rest = divmod(number, unit)
    digits = str(rest).zfill(len(str(unit)) - 1).rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
