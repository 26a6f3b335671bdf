"""How values are written in a page: links inside a text, moments, telephone numbers, distances."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from marie.clock import MONTREAL
from marie.language.typography import french_day

# Addresses, phone numbers, 911 and 9-8-8: what the widget links too.
_LINKS = re.compile(
    r"(?P<url>https?://[^\s<>\"«»]*[^\s<>\"«».,;:!?'’)\]])"
    r"|(?P<phone>(?:\b1[\s-])?(?:\b\d{3}|\(\d{3}\))[\s-]\d{3}-\d{4}\b|\b9-?(?:1-?1|8-?8)\b)"
)
_NORTH_AMERICAN = re.compile(r"^1?(\d{10}).*")


def linked(text: str) -> Markup:
    """The text, escaped, in which addresses and phone numbers can be followed."""
    parts: list[Markup] = []
    done = 0
    for found in _LINKS.finditer(text):
        parts.append(escape(text[done : found.start()]))
        parts.append(_url(found[0]) if found["url"] else _phone(found[0]))
        done = found.end()
    return Markup("").join([*parts, escape(text[done:])])


def _url(url: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(url)


def _phone(phone: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(tel(phone), phone)


def tel(phone: str) -> str:
    """« 418 723-1880, poste 2 » as `tel:+14187231880`; « 9-8-8 » as `tel:988`."""
    return "tel:" + _NORTH_AMERICAN.sub(r"+1\1", re.sub(r"\D", "", phone))


def followed(url: str | None) -> str | None:
    """The address if a link may have it: the web, or a page of ours."""
    if url is None or not re.match(r"https?://|/(?!/)", url):
        return None
    return url


def moment(value: datetime | str) -> datetime:
    """A moment, or its ISO form in a message, in Montréal's time."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(MONTREAL)


def said(value: datetime | str, today: date) -> str:
    """« 9 h 05 » today, « 22 novembre 2026, 9 h 05 » on another day; spaces do not break."""
    local = moment(value)
    hour = f"{local.hour}\u00a0h\u00a0{local.minute:02}"
    return hour if local.date() == today else f"{french_day(local.date())}, {hour}"


def moment_day(value: datetime | str) -> str:
    """The day of a moment, in Montréal."""
    return french_day(moment(value).date())


def stated_day(value: object) -> str:
    """The day that an ISO date says; anything else as it is."""
    try:
        return french_day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def number(value: float) -> str:
    """« 1 234,5 », « 3 »."""
    text = f"{value:,.0f}" if value == int(value) else f"{value:,}"
    return text.replace(",", "\u00a0").replace(".", ",")


def minutes(since: datetime, now: datetime) -> int:
    """Whole minutes from one moment to another, never below 0."""
    return max(0, int((now - since).total_seconds() // 60))


FILTERS: dict[str, Callable[..., Any]] = {
    "linked": linked,
    "tel": tel,
    "followed": followed,
    "moment": moment,
    "said": said,
    "moment_day": moment_day,
    "stated_day": stated_day,
    "number": number,
    "minutes": minutes,
}
"""What templates may apply to a value."""
