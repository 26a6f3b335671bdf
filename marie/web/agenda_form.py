"""A counsellor's hours as a form: read, and written back.

Hours of a day are one line, as people write them: « 9 h à 12 h, 13 h 30 à 16 h ».
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from itertools import pairwise

from marie.domain.appointments import MEANS, Agenda, BadAgenda, Means
from marie.domain.conversation import StaffId
from marie.domain.opening import Span

WEEK = tuple(range(7))
BLANKS = 2
"""Empty lines for exceptions under those that are there."""

MAX_ROWS = 80
_HOUR = re.compile(r"(\d{1,2})\s*(?:(?:h|:|heures?)\s*(\d{2})?)?")
_NOTHING_ELSE = re.compile(r"[\s,;/&–—-]|à|a|et|de")


def empty() -> dict[str, str]:
    """The fields of somebody who never said when."""
    hours = {f"day-{day}": "" for day in WEEK}
    return {
        "minutes": "30",
        "means-phone": "on",
        "place": "",
        "video_url": "",
        "notice_hours": "4",
        "ahead_days": "21",
        **hours,
        **_exception_rows({}),
    }


def fields(agenda: Agenda) -> dict[str, str]:
    """The form's fields as they stand."""
    return {
        "minutes": str(agenda.minutes),
        **{f"means-{each}": "on" for each in agenda.means},
        "place": agenda.place,
        "video_url": agenda.video_url,
        "notice_hours": str(agenda.notice_hours),
        "ahead_days": str(agenda.ahead_days),
        **{f"day-{day}": said(agenda.weekly.get(day, ())) for day in WEEK},
        **_exception_rows(agenda.exceptions),
    }


def _exception_rows(exceptions: Mapping[date, tuple[Span, ...]]) -> dict[str, str]:
    rows: dict[str, str] = {}
    known = sorted(exceptions.items())
    for number in range(len(known) + BLANKS):
        day, spans = known[number] if number < len(known) else (None, ())
        rows[f"except-day-{number}"] = day.isoformat() if day else ""
        rows[f"except-hours-{number}"] = said(spans)
    return rows


def rows(form: Mapping[str, str]) -> list[int]:
    """The numbers of the exception lines of a form."""
    return [number for number in range(MAX_ROWS) if f"except-day-{number}" in form]


def said(spans: Sequence[Span]) -> str:
    """« 9 h à 12 h, 13 h 30 à 16 h »."""
    return ", ".join(f"{_hour(first)} à {_hour(last)}" for first, last in spans)


def _hour(value: time) -> str:
    return f"{value.hour} h {value.minute:02}" if value.minute else f"{value.hour} h"


def read_agenda(form: Mapping[str, str], staff_id: StaffId) -> Agenda:
    """The hours that a form describes; `BadAgenda` names the fields that cannot be read."""
    problems: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for name in ("minutes", "notice_hours", "ahead_days"):
        digits = form.get(name, "").strip()
        if digits.isdecimal() and len(digits) <= 4:
            numbers[name] = int(digits)
        else:
            problems[name] = name
    weekly: dict[int, tuple[Span, ...]] = {}
    for day in WEEK:
        spans = read_spans(form.get(f"day-{day}", ""))
        if spans is None:
            problems[f"day-{day}"] = "spans"
        elif spans:
            weekly[day] = spans
    exceptions: dict[date, tuple[Span, ...]] = {}
    for number in rows(form):
        if not form[f"except-day-{number}"].strip():
            continue
        spans = read_spans(form.get(f"except-hours-{number}", ""))
        try:
            day_named = date.fromisoformat(form[f"except-day-{number}"].strip())
        except ValueError:
            problems[f"except-day-{number}"] = "date"
            continue
        if spans is None:
            problems[f"except-hours-{number}"] = "spans"
        else:
            exceptions[day_named] = spans
    if problems:
        raise BadAgenda(problems)
    means: tuple[Means, ...] = tuple(each for each in MEANS if form.get(f"means-{each}"))
    return Agenda(
        staff_id=staff_id,
        means=means,
        place=form.get("place", "").strip(),
        video_url=form.get("video_url", "").strip(),
        weekly=weekly,
        exceptions=exceptions,
        **numbers,
    )


def read_spans(text: str) -> tuple[Span, ...] | None:
    """« 9 h à 12 h, 13:30-16:00 », « 9-12 »; empty for no hours, None when it is something else
    or not in order."""
    hours: list[time] = []
    for found in _HOUR.finditer(text):
        hour, minute = int(found[1]), int(found[2] or 0)
        if hour > 23 or minute > 59:
            return None
        hours.append(time(hour, minute))
    if len(hours) % 2 or _NOTHING_ELSE.sub("", _HOUR.sub("", text)):
        return None
    if any(later <= earlier for earlier, later in pairwise(hours)):
        return None
    return tuple((hours[at], hours[at + 1]) for at in range(0, len(hours), 2))
