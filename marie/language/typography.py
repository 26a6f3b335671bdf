"""French dates and lists as Québec writes them. Pure Python for 3.10 or newer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def french_weekday(day: date) -> str:
    """« samedi »."""
    return WEEKDAYS[day.weekday()]


def french_day(day: date) -> str:
    """« 22 novembre 2026 », « 1er juillet 2027 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def french_month(day: date) -> str:
    """« juillet 2027 »."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def french_list(items: Sequence[str], last: str = "et") -> str:
    """« a, b et c »."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
