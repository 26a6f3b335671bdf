"""Which moments are free: by the wall clock of Montréal, never past, never twice."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marie.domain.appointments import Agenda, BadAgenda, check_agenda, free_slots, offers
from marie.domain.conversation import StaffId
from marie.domain.opening import OpeningHours
from marie.domain.waiting import usual_wait

ZONE = ZoneInfo("America/Toronto")
HOURS = OpeningHours(week={}, zone=ZONE, is_closed=lambda day: day == date(2026, 12, 25))
NINE_TO_TEN = ((time(9), time(10)),)
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=ZONE)


def agenda(**changes: object) -> Agenda:
    values: dict[str, object] = {
        "staff_id": StaffId("awa"),
        "weekly": dict.fromkeys(range(5), NINE_TO_TEN),
        "exceptions": {},
        "notice_hours": 4,
        "ahead_days": 40,
    }
    return Agenda(**{**values, **changes})  # type: ignore[arg-type]


def starts(known: Agenda, now: datetime = SUNDAY, taken: object = ()) -> list[str]:
    found = free_slots(known, HOURS, taken, now=now)  # type: ignore[arg-type]
    return [f"{each.starts_at.astimezone(ZONE):%m-%d %H:%M}" for each in found]


def test_slots_fill_the_hours_of_each_day() -> None:
    assert starts(agenda(ahead_days=1)) == ["11-23 09:00", "11-23 09:30"]


def test_appointment_takes_its_time_and_touches_nothing_beside_it() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=ZONE)
    assert starts(agenda(ahead_days=1), taken=[(at, at + timedelta(minutes=30))]) == ["11-23 09:30"]
    quarter = (at + timedelta(minutes=15), at + timedelta(minutes=45))
    assert starts(agenda(ahead_days=1), taken=[quarter]) == []


def test_notice_is_kept_to_the_minute() -> None:
    at_five = datetime(2026, 11, 23, 5, tzinfo=ZONE)
    assert starts(agenda(ahead_days=1), now=at_five) == ["11-23 09:00", "11-23 09:30"]
    later = at_five + timedelta(minutes=1)
    assert starts(agenda(ahead_days=1), now=later) == ["11-23 09:30"]


def test_holidays_are_free_unless_an_exception_says_otherwise() -> None:
    assert "12-25 09:00" not in starts(agenda())
    assert "12-24 09:00" in starts(agenda())
    here = {date(2026, 12, 25): NINE_TO_TEN, date(2026, 12, 24): ()}
    assert "12-25 09:00" in starts(agenda(exceptions=here))
    assert "12-24 09:00" not in starts(agenda(exceptions=here))


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 10, 31), "13:00"),
        (date(2026, 11, 1), "14:00"),
        (date(2027, 3, 13), "14:00"),
        (date(2027, 3, 14), "13:00"),
    ],
)
def test_nine_is_nine_on_the_wall_also_when_clocks_change(day: date, utc: str) -> None:
    known = agenda(weekly={}, exceptions={day: NINE_TO_TEN}, ahead_days=90)
    now = datetime.combine(day - timedelta(days=2), time(8), ZONE)
    first = next(iter(free_slots(known, HOURS, (), now=now)))
    assert f"{first.starts_at.astimezone(timezone.utc):%H:%M}" == utc


@given(minutes=st.integers(-60 * 24 * 400, 60 * 24 * 400))
def test_no_slot_is_ever_past_wherever_the_clock_jumps(minutes: int) -> None:
    now = SUNDAY + timedelta(minutes=minutes)
    for slot in free_slots(agenda(notice_hours=0), HOURS, (), now=now):
        assert slot.starts_at > now


def test_offers_are_spread_over_half_days_and_every_slot_is_on_some_page() -> None:
    both = {day: (*NINE_TO_TEN, (time(13), time(14))) for day in range(5)}
    slots = list(free_slots(agenda(weekly=both), HOURS, (), now=SUNDAY))
    first = offers(slots, HOURS, page=0, count=3)
    said = [f"{each.starts_at.astimezone(ZONE):%m-%d %H:%M}" for each in first]
    assert said == ["11-23 09:00", "11-23 13:00", "11-24 09:00"]
    seen = [
        each.starts_at
        for page in range(len(slots))
        for each in offers(slots, HOURS, page=page, count=3)
    ]
    assert sorted(seen) == [each.starts_at for each in slots]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"minutes": 9}, "minutes"),
        ({"minutes": 181}, "minutes"),
        ({"means": ()}, "means"),
        ({"means": ("in_person",), "place": " "}, "place"),
        ({"means": ("video",), "video_url": "http://example.org"}, "video_url"),
        ({"notice_hours": 337}, "notice_hours"),
        ({"ahead_days": 91}, "ahead_days"),
        ({"weekly": {0: ((time(10), time(9)),)}}, "weekly"),
        ({"weekly": {0: ((time(9), time(11)), (time(10), time(12)))}}, "weekly"),
    ],
)
def test_hours_that_cannot_be_are_named(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(BadAgenda) as found:
        check_agenda(agenda(**changes))
    assert list(found.value.problems) == [problem]


def test_bounds_of_an_agenda_are_allowed() -> None:
    check_agenda(agenda(minutes=10, notice_hours=0, ahead_days=1))
    check_agenda(agenda(minutes=180, notice_hours=336, ahead_days=90))


def test_opening_time_is_counted_over_nights_and_holidays() -> None:
    weekdays = OpeningHours(
        week={day: ((time(9), time(17)),) for day in range(5)},
        zone=ZONE,
        is_closed=HOURS.is_closed,
    )
    thursday = datetime(2026, 12, 24, 16, tzinfo=ZONE)
    # One hour on Thursday, Christmas, the weekend, then three on Monday.
    assert weekdays.after(thursday, timedelta(hours=4)) == datetime(2026, 12, 28, 12, tzinfo=ZONE)
    assert weekdays.next_opening(datetime(2026, 12, 24, 17, tzinfo=ZONE)) == datetime(
        2026, 12, 28, 9, tzinfo=ZONE
    )
    assert weekdays.is_open(datetime(2026, 12, 24, 16, 59, tzinfo=ZONE))
    assert not weekdays.is_open(datetime(2026, 12, 24, 17, tzinfo=ZONE))


def test_hours_that_never_open_still_give_a_deadline() -> None:
    never = OpeningHours(week={}, zone=ZONE)
    assert never.after(SUNDAY, timedelta(hours=4)) == SUNDAY + timedelta(hours=4)
    assert never.next_opening(SUNDAY) is None


def asked(hour: int, *waits: int) -> list[tuple[datetime, datetime]]:
    at = datetime(2026, 11, 16, hour, tzinfo=ZONE)
    return [(at, at + timedelta(minutes=each)) for each in waits]


def usual(answers: list[tuple[datetime, datetime]], now: datetime) -> tuple[int, int] | None:
    found = usual_wait(answers, now=now, zone=ZONE, at_least=8, around_hours=2)
    minute = timedelta(minutes=1)
    return None if found is None else (found.half // minute, found.most // minute)


def test_usual_wait_is_said_from_eight_answers_on() -> None:
    ten = datetime(2026, 11, 23, 10, tzinfo=ZONE)
    waits = (5, 10, 15, 20, 25, 30, 35, 40)
    assert usual(asked(10, *waits[:7]), ten) is None
    assert usual(asked(10, *waits), ten) == (20, 35)


def test_answers_at_the_same_hour_outweigh_the_others() -> None:
    ten = datetime(2026, 11, 23, 10, tzinfo=ZONE)
    answers = asked(10, *[10] * 8) + asked(20, *[600] * 8)
    assert usual(answers, ten) == (10, 10)
    assert usual(answers, ten.replace(hour=15)) == (10, 600)


def test_clock_set_back_gives_no_wait_below_nothing() -> None:
    ten = datetime(2026, 11, 23, 10, tzinfo=ZONE)
    assert usual(asked(10, *[-30] * 8), ten) == (0, 0)
