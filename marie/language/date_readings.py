"""How each French way of saying a date is read: one reader per way.

A reader gets the match of its pattern (`marie.language.dates` has them) in the folded text and the
day on which it was said, and yields what it read; nothing when the match is no date after all.
Spans count in the folded text here. Pure Python for 3.10 or newer.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from marie.language.calendar_words import MONTHS, RELATIVE_DAYS, SEASONS, SHORT_MONTHS, WEEKDAYS
from marie.language.durations import read_length
from marie.language.numbers import read_number

Grain = Literal["day", "month", "year"]
Problem = Literal["no_such_day", "no_such_month"]


@dataclass(frozen=True, kw_only=True)
class FoundDate:
    """A date in a sentence.

    `value` is the day meant, or the day that stands for a vaguer time: the last day for "fin
    juin", else the first. `first` and `last` bound that time; equal for a day. All three are
    `None` with a `problem`; `longest` then is the number of days of that month, if it is one.
    `other` is the month-first reading of "03/04/2027", when it is possible and different.
    """

    start: int
    end: int
    said: str
    grain: Grain = "day"
    value: date | None = None
    first: date | None = None
    last: date | None = None
    year_given: bool = True
    other: date | None = None
    problem: Problem | None = None
    longest: int | None = None


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, _month_length(year, month + 1)))


def read_numeric(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    """Day first, as in French; month first only when that alone is possible."""
    day, month = int(match["d"]), int(match["m"])
    said_year = _group(match, "y")
    if not said_year:
        yield _next_day(match, month, day, said_on)
        return
    year = int(said_year) + (2000 if len(said_year) == 2 else 0)
    written_year_first = match.start("y") == match.start()
    if month > 12 >= day > 0 and not written_year_first:
        day, month = month, day
    one = _day(match, year, month, day)
    if one.value is not None and day <= 12 and day != month and not written_year_first:
        one = replace(one, other=date(year, day, month))
    yield one


def read_days_of_month(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    """As in "le 30 juin", "1er juillet 2027", "du 1er au 15 août"."""
    month = {**MONTHS, **SHORT_MONTHS}[match["month"]]
    year = int(_group(match, "y")) if _group(match, "y") else None
    if year is not None and year < 100:
        year += 2000
    for name in ("d1", "d2"):
        day = _day_number(match[name])
        if day is None:
            continue
        one = (
            _day(match, year, month, day)
            if year is not None
            else _next_day(match, month, day, said_on)
        )
        if match["d1"]:
            start, end = match.span("d1") if name == "d1" else (match.start("d2"), match.end())
            one = replace(one, start=start, end=end)
        yield one


def read_day_of_this_month(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    day = _day_number(match["d"])
    if day is not None:
        month = add_months(said_on.replace(day=1), 1 if match["next"] else 0)
        yield _day(match, month.year, month.month, day)


def read_month(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    """As in "fin juin", "juin 2027", "juin prochain", "mi-août", "en septembre"."""
    month = MONTHS.get(match["month"]) or SHORT_MONTHS[match["month"]]
    if _group(match, "y"):
        year = int(_group(match, "y"))
    elif _group(match, "which").startswith(("dernier", "passe")) or _is_past(match):
        year = said_on.year - (month >= said_on.month)
    elif _group(match, "which"):
        year = said_on.year + (month <= said_on.month)
    else:
        year = said_on.year + (month < said_on.month)
    first = date(year, month, 1)
    yield _part(
        match,
        first,
        date(year, month, _month_length(year, month)),
        edge=_group(match, "edge"),
        year_given=bool(_group(match, "y") or _group(match, "which")),
    )


def read_season(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    """Seasons of three whole months: summer is June to August, winter December to February.

    "l'été" is the summer under way or the next one, "l'été prochain" one that has not begun.
    """
    month = SEASONS[match["season"]]
    which = _group(match, "which")
    starts = [date(said_on.year + years, month, 1) for years in (-2, -1, 0, 1)]
    if _group(match, "y"):
        first = date(int(_group(match, "y")), month, 1)
    elif which.startswith(("dernier", "passe")):
        first = max(start for start in starts if add_months(start, 3) <= said_on)
    elif which:
        first = min(start for start in starts if start > said_on)
    else:
        first = min(start for start in starts if add_months(start, 3) > said_on)
    yield _part(
        match,
        first,
        add_months(first, 3) - timedelta(days=1),
        edge=_group(match, "edge"),
        year_given=bool(_group(match, "y") or which),
    )


def read_year(match: re.Match[str], _said_on: date) -> Iterator[FoundDate]:
    year = int(_group(match, "y"))
    yield _part(
        match, date(year, 1, 1), date(year, 12, 31), edge=_group(match, "edge"), grain="year"
    )


def read_delay(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    """As in "dans 3 mois", "d'ici deux semaines", "il y a un an"."""
    length = read_length(match)
    if length is None or length[0] > 1200 or length[1] > 36_500:
        return
    sign = -1 if _group(match, "ago") else 1
    value = add_months(said_on, sign * length[0]) + timedelta(days=sign * length[1])
    if match["unit"].startswith("jour"):
        yield _span(match, value, value, value, "day")
    elif match["unit"].startswith("semaine"):
        yield _span(match, value, value - timedelta(days=3), value + timedelta(days=3), "month")
    else:
        around = timedelta(days=15 if match["unit"].startswith("mois") else 60)
        yield _span(match, value, value - around, value + around, "month")


def read_relative_day(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    days = RELATIVE_DAYS[re.sub(r"[\s-]+", " ", match["word"])]
    value = said_on + timedelta(days=days)
    yield _span(match, value, value, value, "day")


def read_weekday(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    ahead = (WEEKDAYS.index(match["weekday"]) - said_on.weekday() - 1) % 7 + 1
    if _group(match, "which").startswith(("dernier", "passe")):
        ahead = ahead - 7 or -7
    value = said_on + timedelta(days=ahead)
    yield _span(match, value, value, value, "day")


def read_period(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    """As in "le mois prochain", "cette semaine", "fin de l'année", "l'an dernier"."""
    which = _group(match, "which")
    step = -1 if which.startswith(("dernier", "passe")) else 1 if which else 0
    unit = match["unit"]
    if unit == "semaine":
        first = said_on - timedelta(days=said_on.weekday()) + timedelta(weeks=step)
        last = first + timedelta(days=6)
    elif unit == "mois":
        first = add_months(said_on.replace(day=1), step)
        last = first.replace(day=_month_length(first.year, first.month))
    else:
        first = date(said_on.year + step, 1, 1)
        last = date(said_on.year + step, 12, 31)
    grain: Grain = "year" if unit in {"an", "annee"} else "month"
    yield _part(match, first, last, edge=_group(match, "edge"), grain=grain)


def read_named_day(match: re.Match[str], said_on: date) -> Iterator[FoundDate]:
    """Christmas and New Year's Day; back-to-school time is the end of August, roughly."""
    if match["name"] == "rentree":
        year = said_on.year + (date(said_on.year, 9, 10) < said_on)
        first = date(year, 8, 25)
        yield _span(match, first, first, date(year, 9, 10), "month", year_given=False)
    else:
        month, day = (12, 25) if match["name"] == "noel" else (1, 1)
        yield _next_day(match, month, day, said_on)


_PAST = re.compile(r"\b(?:depuis|recue?s?|signee?s?)\b[^.!?;]{0,25}$")


def _group(match: re.Match[str], name: str) -> str:
    """What a group matched; empty when this way of saying it has no such group."""
    return match.groupdict().get(name) or ""


def _is_past(match: re.Match[str]) -> bool:
    return match[0].startswith("depuis") or bool(_PAST.search(match.string[: match.start()]))


def _day_number(text: str | None) -> int | None:
    if not text:
        return None
    if text == "premier":
        return 1
    number = read_number(text.removesuffix("er"))
    return int(number) if number is not None and number == int(number) else None


def _month_length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _day(match: re.Match[str], year: int, month: int, day: int) -> FoundDate:
    start, end = match.span()
    if not 1 <= month <= 12:
        return FoundDate(start=start, end=end, said="", problem="no_such_month")
    longest = _month_length(year, month)
    if not 1 <= day <= longest:
        return FoundDate(start=start, end=end, said="", problem="no_such_day", longest=longest)
    value = date(year, month, day)
    return FoundDate(start=start, end=end, said="", value=value, first=value, last=value)


def _next_day(match: re.Match[str], month: int, day: int, said_on: date) -> FoundDate:
    """That day and month in the next year that has it, or the latest one when it is past."""
    start, end = match.span()
    if not 1 <= month <= 12:
        return FoundDate(start=start, end=end, said="", problem="no_such_month")
    longest = 29 if month == 2 else _month_length(2001, month)
    if not 1 <= day <= longest:
        return FoundDate(start=start, end=end, said="", problem="no_such_day", longest=longest)
    past = _is_past(match)
    years = (
        range(said_on.year, said_on.year - 9, -1) if past else range(said_on.year, said_on.year + 9)
    )
    value = next(
        date(year, month, day)
        for year in years
        if day <= _month_length(year, month)
        and (date(year, month, day) <= said_on if past else date(year, month, day) >= said_on)
    )
    return FoundDate(
        start=start, end=end, said="", value=value, first=value, last=value, year_given=False
    )


def _part(
    match: re.Match[str],
    first: date,
    last: date,
    *,
    edge: str,
    grain: Grain = "month",
    year_given: bool = True,
) -> FoundDate:
    """A month, season or year, or its beginning, middle or end."""
    length = (last - first).days + 1
    if edge == "fin":
        first, value = last - timedelta(days=length // 3), last
    elif edge == "debut":
        last, value = first + timedelta(days=length // 3), first
    elif edge in {"mi", "milieu"}:
        value = first + timedelta(days=length // 2 - 1)
        first, last = value - timedelta(days=length // 6), value + timedelta(days=length // 6)
    else:
        value = first
    if edge and edge != "courant":
        grain = "month"
    return _span(match, value, first, last, grain, year_given=year_given)


def _span(
    match: re.Match[str],
    value: date,
    first: date,
    last: date,
    grain: Grain,
    *,
    year_given: bool = True,
) -> FoundDate:
    start, end = match.span()
    return FoundDate(
        start=start,
        end=end,
        said="",
        grain=grain,
        value=value,
        first=first,
        last=last,
        year_given=year_given,
    )
