"""Figures for supervisors: what is stored now, and the daily counts of what left.

A conversation counts while it is there. When it is erased or purged, what it counted for is added
to the daily counts in the transaction that deletes it (`leave_counted`), so the sum never changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from sqlalchemy.ext.asyncio import AsyncConnection

from marie import strict_yaml
from marie.clock import MONTREAL, Clock, local_date
from marie.domain.conversation import ConversationId
from marie.domain.figures import Cell, Counts, Measure, added, cells
from marie.domain.opening import OpeningHours
from marie.settings import ROOT
from marie.store import figures, staff
from marie.store.engine import Database


@cache
def known_regions() -> frozenset[str]:
    """The names of Québec's regions: a count names one of them, never what else a lead may say."""
    places = strict_yaml.read(ROOT / "knowledge/places/regions.yml")
    return frozenset(each["name"] for each in places["regions"])


MAX_SOURCES = 200
"""Host names that a day's visits may name; the others are counted together."""

OTHERS = "…"

Hours = Callable[[str], OpeningHours]
"""An organisation's opening hours, by which its delays count."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Who waits for a person now. `since`: the longest wait's beginning."""

    count: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The figures of a period, both days included. `organizations`: names by id, of those shown;
    `every`: of all."""

    first: date
    last: date
    counts: Counts
    waiting: Waiting
    organizations: Mapping[str, str]
    every: Mapping[str, str]


async def of_period(
    database: Database,
    first: date,
    last: date,
    *,
    organization: str | None,
    hours: Hours,
    clock: Clock,
) -> Shown:
    """The figures from a day to another. `organization`: of its leads alone, None: of all.

    Visits, conversations and plans belong to no organisation: they are always all of them.
    """
    now = clock()
    async with database.read() as connection:
        names = await staff.organizations(connection)
        shown = names if organization is None else {organization: names.get(organization, "")}
        left = await figures.kept(connection, first=first.isoformat(), last=last.isoformat())
        since = datetime.combine(first, time(), MONTREAL)
        there = [
            cells(talk, day_of=local_date, hours=hours, regions=known_regions())
            for talk in await figures.talks(connection, since=since, now=now)
        ]
        waits = await figures.waiting(connection, None if organization is None else list(shown))
    counts = {
        cell: count
        for cell, count in added((left, *there)).items()
        if first.isoformat() <= cell.day <= last.isoformat()
        and (organization is None or cell.organization == organization or _of_all(cell))
    }
    return Shown(
        first=first,
        last=last,
        counts=counts,
        waiting=Waiting(count=len(waits), since=min((since for _, since in waits), default=None)),
        organizations=shown,
        every=names,
    )


def _of_all(cell: Cell) -> bool:
    return cell.measure in (Measure.VISIT, Measure.CONVERSATION, Measure.PLAN)


async def leave_counted(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    *,
    hours: Hours,
    now: datetime,
) -> None:
    """Keep what a conversation counted for, in the transaction that is about to delete it."""
    talk = await figures.of_conversation(connection, conversation_id, now=now)
    if talk is not None:
        await figures.add(
            connection, cells(talk, day_of=local_date, hours=hours, regions=known_regions())
        )


class Visits:
    """Loads of the widget, counted in memory and added to the day's counts now and then.

    Nothing is kept of a request but the host name of the page that it came from: no address, no
    cookie, no order. What a process counted in its last minute is lost when it is killed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counted: Counter[tuple[str, str]] = Counter()

    def count(self, source: str) -> None:
        """One more, from a page of `source` ("" when the browser does not say)."""
        day = local_date(self._clock()).isoformat()
        known = (day, source) in self._counted or len(self._counted) < MAX_SOURCES
        self._counted[day, source if known else OTHERS] += 1

    async def store(self, database: Database) -> None:
        """Add what was counted since the last time; counted again later if that fails."""
        counted, self._counted = self._counted, Counter()
        if not counted:
            return
        try:
            async with database.write() as connection:
                found: Counter[Cell] = Counter()
                for day in {day for day, _ in counted}:
                    known = await figures.sources_of(connection, day, Measure.VISIT)
                    for (there, source), count in sorted(counted.items()):
                        if there != day:
                            continue
                        if source not in known and len(known) >= MAX_SOURCES:
                            source = OTHERS  # noqa: PLW2901 - a flood of made-up names ends here
                        known.add(source)
                        found[Cell(day=day, measure=Measure.VISIT, source=source)] += count
                await figures.add(connection, found)
        except BaseException:
            self._counted.update(counted)
            raise


def last_days(today: date, days: int) -> tuple[date, date]:
    """The period of the last so many days, today included."""
    return today - timedelta(days=days - 1), today


def periods(today: date) -> Sequence[tuple[str, tuple[date, date]]]:
    """The periods offered, by name."""
    return (
        ("7", last_days(today, 7)),
        ("30", last_days(today, 30)),
        ("90", last_days(today, 90)),
        ("annee", (date(today.year, 1, 1), today)),
        ("douze-mois", last_days(today, 365)),
    )
