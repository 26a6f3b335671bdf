"""`/console/chiffres`: leads, how soon they are answered, how they end, and the funnel.

A supervisor sees her organisation's, an administrator everybody's or one organisation's. The same
figures leave as CSV and XLSX.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web

from marie.clock import local_date
from marie.domain.figures import (
    Cell,
    Counts,
    Measure,
    quantile,
    summed,
    total,
    week_of,
    within,
)
from marie.domain.people import Role, Staff
from marie.knowledge.model import DatedValue
from marie.knowledge.spreadsheet import to_csv
from marie.services import figures
from marie.services.figures import Shown
from marie.web import column_chart
from marie.web import figure_labels as labels
from marie.web.column_chart import Chart
from marie.web.keys import CLOCK, DATABASE, LIBRARY, TERMS
from marie.web.pages import page
from marie.web.periods import asked_period
from marie.web.sheets import TYPE, to_xlsx
from marie.web.sign_in import signed_in

PAGE = "/console/chiffres"
TARGET = "eer_yearly_target"
ROWS = 15
"""Regions and sites that are named at most; the others are one row."""

SPANS = (15, 60, 240, 1440, 4320, 10080)
"""Where the chart of waiting times cuts, in minutes: edges of `marie.domain.figures`."""

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the form says. `problem`: why it could not be obeyed."""

    period: str
    first: date
    last: date
    organization: str | None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Delays:
    """How soon leads were answered. Minutes are upper ends; None: none, or longer."""

    answered: int
    in_15: int
    in_60: int
    in_day: int
    median: int | None
    p90: int | None
    spans: Sequence[int]


@dataclass(frozen=True)
class Row:
    """A line of a table by organisation, region, site or week."""

    name: str
    leads: int
    answered: int
    in_15: int
    in_60: int
    in_day: int
    settled: int
    established: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """As the files write it."""
        return (
            *(self.leads, self.answered, self.in_15, self.in_60, self.in_day),
            *(self.settled, self.established),
        )


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of the funnel's. `count` None: nothing counts it yet."""

    id: str
    count: int | None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Everything that the page and the files say."""

    shown: Shown
    delays: Delays
    open_delays: Delays
    leads: int
    outcomes: Sequence[tuple[str, int]]
    weeks: Sequence[Row]
    groups: Mapping[str, Sequence[Row]]
    funnel: Sequence[Step]
    target: DatedValue | None

    @property
    def expected(self) -> int | None:
        """The yearly target's share of the period."""
        if self.target is None or self.target.number is None:
            return None
        days = (self.shown.last - self.shown.first).days + 1
        return round(self.target.number * days / 365)


@routes.get(PAGE)
async def show(request: web.Request) -> web.StreamResponse:
    """The figures of a period."""
    staff = await signed_in(request, Role.SUPERVISOR)
    asked = _asked(request, staff)
    drawn = await _draw(request, asked)
    return page(
        request,
        "figures.html",
        status=400 if asked.problem else 200,
        staff=staff,
        asked=asked,
        drawn=drawn,
        chooses=staff.role is Role.ADMINISTRATOR,
        every=drawn.shown.every,
        today=local_date(request.app[CLOCK]()),
        now=request.app[CLOCK](),
        labels=labels,
        week_chart=_week_chart(drawn),
        delay_chart=column_chart.draw(
            [*(f"≤ {labels.said_minutes(each)}" for each in SPANS), "plus"],
            drawn.delays.spans,
            drawn.open_delays.spans,
        ),
        spans=SPANS,
        query=_query(asked),
    )


@routes.get(PAGE + ".csv")
async def as_csv(request: web.Request) -> web.StreamResponse:
    """Every count by day, as a table for spreadsheets."""
    staff = await signed_in(request, Role.SUPERVISOR)
    asked = _asked(request, staff)
    drawn = await _draw(request, asked)
    text = to_csv(labels.COLUMNS, _details(drawn))
    return _file(text.encode("utf-8-sig"), "text/csv", asked, "csv")


@routes.get(PAGE + ".xlsx")
async def as_xlsx(request: web.Request) -> web.StreamResponse:
    """The page's tables and every count by day, a sheet each."""
    staff = await signed_in(request, Role.SUPERVISOR)
    asked = _asked(request, staff)
    drawn = await _draw(request, asked)
    sheets: dict[str, Sequence[Sequence[object]]] = {
        labels.SHEETS["summary"]: [labels.SUMMARY, *_summary(drawn)],
        labels.SHEETS["week"]: [
            (labels.WEEK, *labels.BY_GROUP),
            *((row.name, *row.numbers) for row in drawn.weeks),
        ],
    }
    for group, rows in drawn.groups.items():
        head = (labels.GROUPS[group], *labels.BY_GROUP)
        sheets[labels.SHEETS[group]] = [head, *((row.name, *row.numbers) for row in rows)]
    sheets[labels.SHEETS["detail"]] = [labels.COLUMNS, *_details(drawn)]
    return _file(to_xlsx(sheets), TYPE, asked, "xlsx")


def _file(body: bytes, kind: str, asked: Asked, ending: str) -> web.Response:
    name = f"marie-chiffres-{asked.first}-{asked.last}.{ending}"
    disposition = f'attachment; filename="{name}"'
    return web.Response(body=body, content_type=kind, headers={"Content-Disposition": disposition})


def _asked(request: web.Request, staff: Staff) -> Asked:
    """The period and the organisation."""
    # Counts name nobody: every administrator sees all of them.
    everything = staff.role is Role.ADMINISTRATOR
    chosen = request.query.get("organisme") or None if everything else (staff.organization or "")
    found = asked_period(request)
    return Asked(
        period=found.name,
        first=found.first,
        last=found.last,
        organization=chosen,
        problem=found.problem,
    )


def _query(asked: Asked) -> str:
    days = {"du": asked.first.isoformat(), "au": asked.last.isoformat()}
    fields = {"periode": asked.period} if asked.period else days
    return urlencode(fields | ({"organisme": asked.organization} if asked.organization else {}))


async def _draw(request: web.Request, asked: Asked) -> Drawn:
    app = request.app
    shown = await figures.of_period(
        app[DATABASE],
        asked.first,
        asked.last,
        organization=asked.organization,
        hours=app[TERMS].hours,
        clock=app[CLOCK],
    )
    counts = shown.counts
    target = app[LIBRARY].current().parameters.get(TARGET)
    return Drawn(
        shown=shown,
        delays=_delays(counts, Measure.ANSWERED),
        open_delays=_delays(counts, Measure.ANSWERED_OPEN),
        leads=total(counts, Measure.LEAD),
        outcomes=_outcomes(counts),
        weeks=_weeks(counts, asked),
        groups={
            "organization": _rows(
                counts,
                lambda cell: shown.organizations.get(cell.organization, ""),
                labels.UNKNOWN["organization"],
            ),
            "region": _rows(counts, lambda cell: cell.region, labels.UNKNOWN["region"]),
            "source": _rows(counts, lambda cell: cell.source, labels.UNKNOWN["source"]),
        },
        funnel=_funnel(counts),
        target=None if target is None else target.at(asked.last),
    )


def _outcomes(counts: Counts) -> Sequence[tuple[str, int]]:
    found = summed(counts, lambda cell: cell.detail, Measure.OUTCOME)
    return [(each, found[each]) for each in labels.OUTCOMES if found[each]]


def _delays(counts: Counts, measure: Measure) -> Delays:
    buckets = summed(counts, lambda cell: cell.detail, measure)
    below = [within(buckets, edge) for edge in SPANS]
    whole = sum(buckets.values())
    return Delays(
        answered=whole,
        in_15=within(buckets, 15),
        in_60=within(buckets, 60),
        in_day=within(buckets, 1440),
        median=quantile(buckets, 0.5),
        p90=quantile(buckets, 0.9),
        spans=[upto - before for before, upto in zip([0, *below], [*below, whole], strict=True)],
    )


def _funnel(counts: Counts) -> Sequence[Step]:
    visits = total(counts, Measure.VISIT)
    return (
        # Before the first day that visits were counted, nothing is known of them.
        Step(id="visit", count=visits or None),
        Step(id="conversation", count=total(counts, Measure.CONVERSATION)),
        Step(id="lead", count=total(counts, Measure.LEAD, detail="first")),
        Step(id="plan", count=total(counts, Measure.PLAN)),
        Step(id="stay", count=total(counts, Measure.STAY)),
        Step(id="established", count=total(counts, Measure.ESTABLISHED)),
    )


def _row(name: str, counts: Counts) -> Row:
    buckets = summed(counts, lambda cell: cell.detail, Measure.ANSWERED)
    return Row(
        name=name,
        leads=total(counts, Measure.LEAD),
        answered=sum(buckets.values()),
        in_15=within(buckets, 15),
        in_60=within(buckets, 60),
        in_day=within(buckets, 1440),
        settled=total(counts, Measure.OUTCOME),
        established=total(counts, Measure.ESTABLISHED),
    )


_OF_LEADS = (Measure.LEAD, Measure.ANSWERED, Measure.OUTCOME, Measure.ESTABLISHED)


def _rows(counts: Counts, key: Callable[[Cell], str], unknown: str) -> Sequence[Row]:
    """A row by what `key` says, most leads first; those beyond the last are summed."""
    groups: dict[str, Counter[Cell]] = {}
    for cell, count in counts.items():
        if cell.measure in _OF_LEADS:
            groups.setdefault(key(cell), Counter())[cell] += count
    rows = [_row(name or unknown, each) for name, each in groups.items()]
    rows.sort(key=lambda row: (-row.leads, row.name))
    if len(rows) <= ROWS:
        return rows
    sums = [sum(column) for column in zip(*(row.numbers for row in rows[ROWS - 1 :]), strict=True)]
    others = Row(labels.OTHERS, *sums)
    return [*rows[: ROWS - 1], others]


def _weeks(counts: Counts, asked: Asked) -> Sequence[Row]:
    """A row for each week of the period, also where nothing happened."""
    groups: dict[str, Counter[Cell]] = {}
    for cell, count in counts.items():
        groups.setdefault(week_of(cell.day), Counter())[cell] += count
    week = date.fromisoformat(week_of(asked.first.isoformat()))
    rows = []
    while week <= asked.last:
        rows.append(_row(week.isoformat(), groups.get(week.isoformat(), Counter())))
        week += timedelta(days=7)
    return rows


def _week_chart(drawn: Drawn) -> Chart:
    names = [f"{date.fromisoformat(row.name):%d/%m}" for row in drawn.weeks]
    return column_chart.draw(
        names, [row.leads for row in drawn.weeks], [row.settled for row in drawn.weeks]
    )


def _summary(drawn: Drawn) -> Sequence[tuple[str, object]]:
    shown, delays, opened = drawn.shown, drawn.delays, drawn.open_delays
    funnel = {step.id: step.count for step in drawn.funnel}
    titles = {
        "visit": Measure.VISIT,
        "conversation": Measure.CONVERSATION,
        "plan": Measure.PLAN,
        "stay": Measure.STAY,
        "established": Measure.ESTABLISHED,
    }
    return (
        (labels.PERIOD, f"{shown.first} – {shown.last}"),
        (labels.MEASURES[Measure.LEAD], drawn.leads),
        (labels.ANSWERED, delays.answered),
        *(
            (f"{labels.ANSWERED} en {labels.said_minutes(edge)}", count)
            for edge, count in ((15, delays.in_15), (60, delays.in_60), (1440, delays.in_day))
        ),
        *(
            (f"{words} (min)", minutes or labels.NO_DATA)
            for words, minutes in zip(
                labels.DELAYS,
                (delays.median, delays.p90, opened.median, opened.p90),
                strict=True,
            )
        ),
        (labels.WAITING, shown.waiting.count),
        *((labels.OUTCOMES[each], count) for each, count in drawn.outcomes),
        *(
            (labels.MEASURES[measure], labels.NO_DATA if funnel[each] is None else funnel[each])
            for each, measure in titles.items()
        ),
    )


def _details(drawn: Drawn) -> Sequence[Sequence[object]]:
    names = drawn.shown.organizations
    return [
        (
            cell.day,
            labels.MEASURES[cell.measure],
            names.get(cell.organization, cell.organization),
            cell.region,
            cell.source,
            labels.said_detail(cell.measure, cell.detail),
            count,
        )
        for cell, count in sorted(drawn.shown.counts.items())
    ]
