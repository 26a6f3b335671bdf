"""A calendar file (RFC 5545) that real calendar programs open.

An event is a whole day (`day`, optionally `until`, the last one) or a time (`start` and `end`, ISO
with an offset, said in Montréal's time). Its UID is its id and the conversation's identity, or its
own `uid`: the same event in a later file, with a higher SEQUENCE, replaces the earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

ZONE = ZoneInfo("America/Toronto")
MORNING = timedelta(hours=9)
"""A reminder of a whole day rings at nine in the morning."""


def make(data: Mapping[str, Any], *, at: datetime, sequence: int, identity: str) -> bytes:
    """The file. `data`: `name`, and `events` with `id`, `title`, a day or a time, and optionally
    `text`, `place`, `url`, `reminders` (days before, each an alarm), `uid`, `sequence`, and
    `cancelled`."""
    calendar = Calendar()
    calendar.add("prodid", "-//Marie//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", data["name"])
    calendar.add("x-wr-calname", data["name"])
    if any(event.get("cancelled") for event in data["events"]):
        calendar.add("method", "CANCEL")
    for event in data["events"]:
        calendar.add_component(_event(event, at, sequence, identity))
    if any("start" in event for event in data["events"]):
        calendar.add_missing_timezones()
    made: bytes = calendar.to_ical()
    return made


def _event(data: Mapping[str, Any], at: datetime, sequence: int, identity: str) -> Event:
    event = Event()
    event.add("uid", data.get("uid") or f"{data['id']}.{identity}@marie")
    event.add("dtstamp", at.astimezone(timezone.utc))
    event.add("sequence", data.get("sequence", sequence))
    event.add("summary", data["title"])
    whole_day = "day" in data
    if whole_day:
        first = date.fromisoformat(data["day"])
        last = date.fromisoformat(data.get("until") or data["day"])
        event.add("dtstart", first)
        event.add("dtend", last + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", datetime.fromisoformat(data["start"]).astimezone(ZONE))
        event.add("dtend", datetime.fromisoformat(data["end"]).astimezone(ZONE))
    if data.get("cancelled"):
        event.add("status", "CANCELLED")
    if data.get("text"):
        event.add("description", data["text"])
    if data.get("place"):
        event.add("location", data["place"])
    if data.get("url"):
        event.add("url", data["url"])
    for days in data.get("reminders") or ():
        event.add_component(_alarm(data["title"], int(days), MORNING if whole_day else timedelta()))
    return event


def _alarm(title: str, days: int, hour: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", hour - timedelta(days=days))
    return alarm
