"""What is counted of conversations, day by day, so that the count outlives the conversation.

A conversation is told once as a `Talk`; `cells` says in which cells it counts. The same function
counts what is stored now and, when a conversation is erased or purged, what it leaves behind: so
nothing is counted twice or lost, and a cell holds a day and names of things, never of a person.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from marie.domain.following import Outcome
from marie.domain.opening import OpeningHours

MAX_SOURCE = 100

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


class Measure(str, Enum):
    """What a cell counts."""

    VISIT = "visit"
    """A load of the widget, or of the page without JavaScript by somebody without conversation."""
    CONVERSATION = "conversation"
    LEAD = "lead"
    """`detail`: "first" of its conversation, or "again"."""
    ANSWERED = "answered"
    """A lead that a person answered. `detail`: the bucket of minutes until then (`bucket`)."""
    ANSWERED_OPEN = "answered_open"
    """The same, in minutes during which its organisation was open."""
    OUTCOME = "outcome"
    """A lead that ended, on the day of it. `detail`: how (`Outcome`)."""
    PLAN = "plan"
    """A conversation to which Marie made a moving plan."""
    STAY = "stay"
    """A conversation that led to an exploratory stay."""
    ESTABLISHED = "established"
    """A household that lives in the region now."""


@dataclass(frozen=True, kw_only=True, order=True)
class Cell:
    """One count's address. `day`: ISO, in Montréal. "" where a field has no sense or no answer."""

    day: str
    measure: Measure
    organization: str = ""
    region: str = ""
    source: str = ""
    detail: str = ""


Counts = Mapping[Cell, int]


@dataclass(frozen=True, kw_only=True)
class CountedLead:
    """What is counted of a lead. `region`: the region's name, "" when she aims at none."""

    created_at: datetime
    organization: str
    region: str
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Talk:
    """What is counted of a conversation. `stayed_at`: when a stay that she had a seat for took
    place."""

    created_at: datetime
    source: str
    leads: tuple[CountedLead, ...] = ()
    planned_at: datetime | None = None
    stayed_at: datetime | None = None


EDGES = (
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 45),
    *(60, 90, 120, 180, 240, 360, 480, 720),
    *(1440 * days for days in (1, 2, 3, 5, 7, 14, 30)),
)
"""Upper ends of the buckets of waiting times, in minutes; what is longer is in one more."""

LONGER = "longer"


def bucket(waited: timedelta) -> str:
    """The smallest edge that is not below the time waited, as text."""
    at = bisect_left(EDGES, max(timedelta(), waited) / timedelta(minutes=1))
    return str(EDGES[at]) if at < len(EDGES) else LONGER


def within(buckets: Mapping[str, int], minutes: int) -> int:
    """How many waited at most so many minutes (an edge)."""
    return sum(count for each, count in buckets.items() if each != LONGER and int(each) <= minutes)


def quantile(buckets: Mapping[str, int], share: float) -> int | None:
    """The edge within which that share of all waited; None: of none, or longer than every edge."""
    whole = sum(buckets.values())
    if not whole:
        return None
    for edge in EDGES:
        if within(buckets, edge) >= share * whole:
            return edge
    return None


def cells(
    talk: Talk,
    *,
    day_of: Callable[[datetime], date],
    hours: Callable[[str], OpeningHours],
    regions: Collection[str],
) -> Counter[Cell]:
    """Where a conversation counts. `hours`: an organisation's opening hours, empty when unknown.

    `regions`: the names that may be counted by; what else a lead names is nobody's to keep.
    """
    found: Counter[Cell] = Counter()

    def count(at: datetime, measure: Measure, **fields: str) -> None:
        day = day_of(at).isoformat()
        found[Cell(day=day, measure=measure, source=talk.source, **fields)] += 1

    count(talk.created_at, Measure.CONVERSATION)
    if talk.planned_at is not None:
        count(talk.planned_at, Measure.PLAN)
    ordered = sorted(talk.leads, key=lambda each: each.created_at)
    for number, lead in enumerate(ordered):
        who = _of(lead, regions)
        count(lead.created_at, Measure.LEAD, detail="again" if number else "first", **who)
        if lead.answered_at is not None:
            waited = bucket(lead.answered_at - lead.created_at)
            count(lead.created_at, Measure.ANSWERED, detail=waited, **who)
            opening = hours(lead.organization)
            if opening.week:
                opened = open_between(opening, lead.created_at, lead.answered_at)
                count(lead.created_at, Measure.ANSWERED_OPEN, detail=bucket(opened), **who)
        if lead.outcome is not None and lead.settled_at is not None:
            count(lead.settled_at, Measure.OUTCOME, detail=lead.outcome.value, **who)
    for outcome, measure, other in (
        (Outcome.EXPLORATORY_STAY, Measure.STAY, talk.stayed_at),
        (Outcome.ESTABLISHED, Measure.ESTABLISHED, None),
    ):
        so = [each for each in ordered if each.outcome is outcome and each.settled_at is not None]
        moments = [each.settled_at for each in so if each.settled_at is not None]
        if other is not None:
            moments.append(other)
        if moments:
            # Once a household, however often it is told; where its lead says.
            told = so[0] if so else ordered[0] if ordered else None
            who = _of(told, regions) if told else {}
            count(min(moments), measure, **who)
    return found


def _of(lead: CountedLead, regions: Collection[str]) -> dict[str, str]:
    region = lead.region if lead.region in regions else ""
    return {"organization": lead.organization, "region": region}


def open_between(hours: OpeningHours, first: datetime, last: datetime) -> timedelta:
    """How much of the time from one moment to another it was open."""
    open_time = timedelta()
    day = first.astimezone(hours.zone).date()
    while day <= last.astimezone(hours.zone).date():
        for begins, ends in hours.spans(day):
            open_time += max(timedelta(), min(ends, last) - max(begins, first))
        day += timedelta(days=1)
    return open_time


def summed(counts: Counts, key: Callable[[Cell], str], measure: Measure) -> Counter[str]:
    """How much of a measure by what `key` says of a cell."""
    found: Counter[str] = Counter()
    for cell, count in counts.items():
        if cell.measure is measure:
            found[key(cell)] += count
    return found


def total(counts: Counts, measure: Measure, *, detail: str | None = None) -> int:
    """How much of a measure in all."""
    return sum(
        count
        for cell, count in counts.items()
        if cell.measure is measure and detail in (None, cell.detail)
    )


def added(parts: Iterable[Counts]) -> Counter[Cell]:
    """The sum of counts."""
    whole: Counter[Cell] = Counter()
    for part in parts:
        whole.update(part)
    return whole


def week_of(day: str) -> str:
    """The Monday of a day's week, ISO."""
    there = date.fromisoformat(day)
    return (there - timedelta(days=there.weekday())).isoformat()


def host(told: str | None) -> str:
    """A host name as it may be stored, from what a browser says of where it is; else ""."""
    name = (told or "").lower().rstrip(".")
    fits = len(name) <= MAX_SOURCE and _HOST.fullmatch(name) is not None
    return name if fits else ""
