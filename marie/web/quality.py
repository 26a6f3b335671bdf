"""`/admin/qualite`: topics over time, what Marie understood, what visitors thought of her answers.

The same counts leave as CSV, by day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from marie.clock import local_date
from marie.domain.figures import week_of
from marie.domain.people import Role
from marie.domain.quality import Cell, Counts, Measure, total
from marie.knowledge.library import Library
from marie.knowledge.spreadsheet import to_csv
from marie.services import quality
from marie.services.quality import Shown
from marie.web import column_chart
from marie.web import quality_labels as labels
from marie.web.keys import CLOCK, DATABASE, LIBRARY
from marie.web.pages import page
from marie.web.periods import Period, asked_period
from marie.web.sign_in import signed_in

PAGE = "/admin/qualite"
DAYS_SHOWN = 62
"""Days that are drawn one by one at most; a longer period goes by week."""

SHORT = 14
"""Days of a period that goes by day unless weeks are asked for."""

ROWS = 15
"""Topics and entries that a table names at most."""

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Row:
    """Counts of a step of time, a topic or an entry."""

    key: str
    title: str
    counts: Mapping[Measure, int]
    steps: Sequence[int] = ()
    """Answers in each step of the period."""

    def __getitem__(self, measure: str) -> int:
        return self.counts.get(Measure(measure), 0)

    @property
    def understood(self) -> int:
        """Questions that were understood."""
        return self["answer"] - self["missed"]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What the page says. `by_day`: whether a step is a day, else a week."""

    shown: Shown
    by_day: bool
    whole: Row
    steps: Sequence[Row]
    topics: Sequence[Row]
    more_topics: int
    after: Sequence[Row]
    stale: Sequence[Row]
    disliked: Sequence[Row]


@routes.get(PAGE)
async def show(request: web.Request) -> web.StreamResponse:
    """The quality of a period."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    period = asked_period(request)
    drawn = _draw(
        request.app[LIBRARY].current(), await _shown(request, period), _by_day(request, period)
    )
    steps = [f"{date.fromisoformat(row.key):%d/%m}" for row in drawn.steps]
    return page(
        request,
        "quality.html",
        status=400 if period.problem else 200,
        staff=staff,
        period=period,
        drawn=drawn,
        titles=_Titles(request.app[LIBRARY].current()),
        today=local_date(request.app[CLOCK]()),
        understood_chart=column_chart.draw(
            steps, [row["answer"] for row in drawn.steps], [row["missed"] for row in drawn.steps]
        ),
        asked_chart=column_chart.draw(
            steps,
            [row["conversation"] for row in drawn.steps],
            [row["asked"] for row in drawn.steps],
        ),
        opinion_chart=column_chart.draw(
            steps,
            [row["helpful"] for row in drawn.steps],
            [row["unhelpful"] for row in drawn.steps],
        ),
    )


@routes.get(PAGE + ".csv")
async def as_csv(request: web.Request) -> web.StreamResponse:
    """Every count by day, as a table for spreadsheets."""
    await signed_in(request, Role.ADMINISTRATOR)
    period = asked_period(request)
    shown = await _shown(request, period)
    rows = [
        (cell.day, labels.MEASURES[cell.measure], cell.topic, cell.entry, number)
        for cell, number in sorted(shown.counts.items())
        if number
    ]
    name = f"marie-qualite-{period.first}-{period.last}.csv"
    return web.Response(
        body=to_csv(labels.COLUMNS, rows).encode("utf-8-sig"),
        content_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def review_every(library: Library) -> dict[str, int]:
    """After how many days each entry is due to be looked at again."""
    return {each.id: each.review_every for each in library.entries.values()}


async def _shown(request: web.Request, period: Period) -> Shown:
    app = request.app
    return await quality.of_period(
        app[DATABASE],
        period.first,
        period.last,
        review_every=review_every(app[LIBRARY].current()),
        clock=app[CLOCK],
    )


def _by_day(request: web.Request, period: Period) -> bool:
    days = (period.last - period.first).days + 1
    usual = "jour" if days <= SHORT else "semaine"
    return request.query.get("pas", usual) == "jour" and days <= DAYS_SHOWN


class _Titles:
    """What topics and entries are called; their id when nobody knows them any more."""

    def __init__(self, library: Library) -> None:
        self.entries = library.entries
        self._topics = {each.topic: each.title for each in library.entries.values() if each.default}

    def topic(self, topic: str) -> str:
        """The title of the topic's default entry."""
        return self._topics.get(topic, topic)

    def entry(self, entry: str) -> str:
        """The entry's title."""
        known = self.entries.get(entry)
        return known.title if known else entry

    def of(self, cell: Cell) -> tuple[str, str]:
        """The entry of a cell, or its topic, by id and title."""
        if cell.entry:
            return cell.entry, self.entry(cell.entry)
        return cell.topic, self.topic(cell.topic)


def _draw(library: Library, shown: Shown, by_day: bool) -> Drawn:
    counts = shown.counts
    steps = _steps(shown.first, shown.last, by_day=by_day)
    measured = _by_step(counts, by_day)
    titles = _Titles(library)
    topics = _rows(
        counts,
        {cell: (cell.topic, titles.topic(cell.topic)) for cell in counts if cell.topic},
        steps,
        by_day,
    )
    topics.sort(key=lambda row: (-row["answer"], row.title))
    topics = [row for row in topics if row["answer"]]
    entries = _rows(counts, {cell: titles.of(cell) for cell in counts if cell.topic}, steps, by_day)

    def most(*measures: str) -> Sequence[Row]:
        found = [row for row in entries if row[measures[0]]]
        return sorted(found, key=lambda row: (-row[measures[0]], row.title))[:ROWS]

    return Drawn(
        shown=shown,
        by_day=by_day,
        whole=Row("", "", {measure: total(counts, measure) for measure in Measure}),
        steps=[Row(step, step, measured[step]) for step in steps],
        topics=topics[:ROWS],
        more_topics=max(0, len(topics) - ROWS),
        after=most("after"),
        stale=most("stale"),
        disliked=most("unhelpful"),
    )


def _steps(first: date, last: date, *, by_day: bool) -> list[str]:
    if by_day:
        span = range((last - first).days + 1)
        return [(first + timedelta(days=number)).isoformat() for number in span]
    week = date.fromisoformat(week_of(first.isoformat()))
    return [
        (week + timedelta(days=number)).isoformat()
        for number in range(0, (last - week).days + 1, 7)
    ]


def _step_of(cell: Cell, by_day: bool) -> str:
    return cell.day if by_day else week_of(cell.day)


def _by_step(counts: Counts, by_day: bool) -> Mapping[str, Counter[Measure]]:
    found: defaultdict[str, Counter[Measure]] = defaultdict(Counter)
    for cell, number in counts.items():
        found[_step_of(cell, by_day)][cell.measure] += number
    return found


def _rows(
    counts: Counts, named: Mapping[Cell, tuple[str, str]], steps: Sequence[str], by_day: bool
) -> list[Row]:
    """A row for each name that cells have, with its answers in each step."""
    found: dict[tuple[str, str], Counter[Measure]] = {}
    answers: dict[tuple[str, str], Counter[str]] = {}
    for cell, name in named.items():
        found.setdefault(name, Counter())[cell.measure] += counts[cell]
        if cell.measure is Measure.ANSWER:
            answers.setdefault(name, Counter())[_step_of(cell, by_day)] += counts[cell]
    return [
        Row(*name, measures, [answers.get(name, Counter())[step] for step in steps])
        for name, measures in found.items()
    ]
