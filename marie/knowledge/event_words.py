"""How a stay or a session is said, and its calendar file: the same in answers, in news and where
administrators look before they announce it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marie.clock import MONTREAL
from marie.knowledge.events import PlannedEvent
from marie.knowledge.library import Library
from marie.language.typography import french_day, french_weekday

REMINDERS = (7, 1)
"""Days before an event on which a calendar reminds of it."""


def event_when(event: PlannedEvent) -> str:
    """« samedi 12 décembre 2026, de 9 h à 16 h 30 », in Montréal's time."""
    first, last = event.starts_at.astimezone(MONTREAL), event.ends_at.astimezone(MONTREAL)
    if first.date() == last.date():
        return f"{_day(first)}, de {french_hour(first)} à {french_hour(last)}"
    return f"du {_day(first)}, {french_hour(first)}, au {_day(last)}, {french_hour(last)}"


def event_moment(moment: datetime) -> str:
    """« samedi 12 décembre 2026, 9 h », in Montréal's time."""
    there = moment.astimezone(MONTREAL)
    return f"{_day(there)}, {french_hour(there)}"


def event_line(event: PlannedEvent, library: Library) -> str:
    """An event in a list: its title, when, where, by whom, and whether there is room."""
    if event.left:
        room = library.phrase("trip_left", count=str(event.left))
    else:
        room = library.phrase("trip_full")
    parts = (event_when(event), event.place, event.organizer, room)
    return f"• {event.title}\u00a0: {', '.join(parts)}"


def _day(moment: datetime) -> str:
    return f"{french_weekday(moment.date())} {french_day(moment.date())}"


def french_hour(moment: datetime) -> str:
    """« 9 h », « 16 h 30 »; the spaces do not break."""
    minutes = f"\u00a0{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour}\u00a0h{minutes}"


def event_paper(event: PlannedEvent, title: str) -> dict[str, Any]:
    """The event as a calendar file, as the log keeps it."""
    return {
        "title": title,
        "paper": "calendar",
        "format": "ics",
        "data": {
            "name": event.title,
            "file": f"sejour-{event.place}" if event.kind == "trip" else f"session-{event.place}",
            "events": [
                {
                    "id": event.id,
                    "title": event.title,
                    "start": event.starts_at.isoformat(),
                    "end": event.ends_at.isoformat(),
                    "place": event.place,
                    "text": "\n".join(filter(None, (event.organizer, event.description))),
                    "url": event.url or None,
                    "reminders": list(REMINDERS),
                }
            ],
        },
    }
