"""What a conversation counts for, and what is read from the counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest

from marie.clock import MONTREAL, local_date
from marie.domain.figures import (
    Cell,
    CountedLead,
    Measure,
    Talk,
    bucket,
    cells,
    host,
    open_between,
    quantile,
    total,
    week_of,
    within,
)
from marie.domain.following import Outcome
from marie.domain.opening import OpeningHours

FRIDAY = datetime(2026, 11, 20, 16, 50, tzinfo=MONTREAL)
CLOSED = OpeningHours(week={}, zone=MONTREAL)
OFFICE = OpeningHours(week={day: ((time(9), time(17)),) for day in range(5)}, zone=MONTREAL)


def lead(**fields: object) -> CountedLead:
    known = {"created_at": FRIDAY, "organization": "promis", "region": "Mauricie"}
    return CountedLead(**{**known, **fields})  # type: ignore[arg-type]


def counted(talk: Talk, hours: OpeningHours = CLOSED) -> dict[Cell, int]:
    return dict(cells(talk, day_of=local_date, hours=lambda _: hours, regions={"Mauricie"}))


def test_conversation_counts_on_its_day_in_montreal_and_from_its_site() -> None:
    late = datetime(2026, 11, 21, 3, tzinfo=timezone.utc)
    cell = Cell(day="2026-11-20", measure=Measure.CONVERSATION, source="promis.qc.ca")
    assert counted(Talk(created_at=late, source="promis.qc.ca")) == {cell: 1}


def test_lead_counts_once_as_first_and_an_older_one_is_the_first() -> None:
    again = lead(created_at=FRIDAY + timedelta(days=1), region="")
    found = counted(Talk(created_at=FRIDAY, source="", leads=(again, lead())))
    of = {"measure": Measure.LEAD, "organization": "promis"}
    assert found[Cell(day="2026-11-20", region="Mauricie", detail="first", **of)] == 1  # type: ignore[arg-type]
    assert found[Cell(day="2026-11-21", detail="again", **of)] == 1  # type: ignore[arg-type]
    assert total(found, Measure.LEAD) == 2


def test_answer_after_the_week_end_took_days_by_the_clock_and_minutes_of_opening() -> None:
    monday = FRIDAY + timedelta(days=2, hours=16, minutes=20)  # 9:10
    found = counted(Talk(created_at=FRIDAY, source="", leads=(lead(answered_at=monday),)), OFFICE)
    said = {cell.measure: cell.detail for cell in found}
    assert (said[Measure.ANSWERED], said[Measure.ANSWERED_OPEN]) == ("4320", "20")


def test_unknown_opening_hours_count_no_delay_by_them() -> None:
    found = counted(Talk(created_at=FRIDAY, source="", leads=(lead(answered_at=FRIDAY),)))
    assert {cell.measure for cell in found} == {
        Measure.CONVERSATION,
        Measure.LEAD,
        Measure.ANSWERED,
    }


def test_region_that_is_none_of_quebec_s_is_counted_without_a_name() -> None:
    found = counted(Talk(created_at=FRIDAY, source="", leads=(lead(region="chez Awa Diallo"),)))
    assert {cell.region for cell in found} == {""}


def test_household_counts_once_however_often_its_leads_say_so() -> None:
    settled = {"outcome": Outcome.ESTABLISHED, "settled_at": FRIDAY}
    twice = (lead(**settled), lead(**settled, created_at=FRIDAY + timedelta(hours=1)))
    found = counted(Talk(created_at=FRIDAY, source="", leads=twice))
    assert total(found, Measure.ESTABLISHED) == 1
    assert total(found, Measure.OUTCOME, detail="established") == 2


def test_stay_counts_once_from_a_seat_or_from_an_outcome() -> None:
    stayed = lead(outcome=Outcome.EXPLORATORY_STAY, settled_at=FRIDAY)
    both = Talk(created_at=FRIDAY, source="", leads=(stayed,), stayed_at=FRIDAY - timedelta(days=3))
    found = {cell: n for cell, n in counted(both).items() if cell.measure is Measure.STAY}
    assert [(cell.day, cell.region, n) for cell, n in found.items()] == [
        ("2026-11-17", "Mauricie", 1)
    ]


@pytest.mark.parametrize(
    ("waited", "edge"),
    [
        (timedelta(seconds=-5), "1"),
        (timedelta(minutes=15), "15"),
        (timedelta(minutes=15, milliseconds=1), "20"),
        (timedelta(days=1), "1440"),
        (timedelta(days=30, milliseconds=1), "longer"),
    ],
)
def test_waiting_time_is_in_the_bucket_that_it_fits_in(waited: timedelta, edge: str) -> None:
    assert bucket(waited) == edge


def test_quantiles_are_edges_and_none_when_nobody_or_too_long() -> None:
    buckets = {"15": 5, "60": 4, "longer": 1}
    assert (within(buckets, 15), within(buckets, 60)) == (5, 9)
    assert (quantile(buckets, 0.5), quantile(buckets, 0.9)) == (15, 60)
    assert quantile(buckets, 0.91) is None
    assert quantile({}, 0.5) is None


def test_opening_time_skips_nights_and_week_ends() -> None:
    assert open_between(OFFICE, FRIDAY, FRIDAY) == timedelta()
    assert open_between(OFFICE, FRIDAY, FRIDAY + timedelta(days=3)) == timedelta(hours=8)


def test_week_begins_on_monday() -> None:
    assert (week_of("2026-11-22"), week_of("2026-11-23")) == ("2026-11-16", "2026-11-23")
    assert date.fromisoformat(week_of("2027-01-01")).year == 2026


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Promis.QC.ca", "promis.qc.ca"),
        ("localhost:8080", "localhost:8080"),
        ("=cmd|' /C calc'!A0", ""),
        ("user:secret@promis.qc.ca", ""),
        ("a" * 101, ""),
        ("<img src=x>", ""),
        (None, ""),
    ],
)
def test_only_a_host_name_is_kept_of_a_site(told: str | None, kept: str) -> None:
    assert host(told) == kept
