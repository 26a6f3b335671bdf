"""The dates of the lease, to the day, by the rules that ship (`knowledge/lease/`)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from marie.guidance.lease import (
    EndBeforeStart,
    LengthUnknown,
    NoWindow,
    Standing,
    Window,
    after_refusal,
    answer_by,
    length_in_months,
    nonrenewal_window,
    renewed_until,
    shift_months,
    special_end,
)
from marie.guidance.lease_days import quiet
from marie.guidance.lease_facts import Contradiction, doubt, reconcile
from marie.guidance.lease_rules import (
    Lodging,
    NoRule,
    RefusalRule,
    RenewalRule,
    ReplyRule,
    SpecialRule,
    Term,
    WindowRule,
    in_force,
)
from marie.guidance.lease_ways import Situation, Way, ways_out
from marie.knowledge.files import read
from marie.knowledge.rules import load_lease_rules
from marie.settings import ROOT

LAW = ROOT / "knowledge" / "lease"
TABLES = yaml.safe_load((Path(__file__).parent / "lease.yml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 22)
LAW_31 = date(2024, 2, 21)

T = TypeVar("T")


def rules(name: str, kind: type[T]) -> tuple[T, ...]:
    return read(LAW / f"{name}.yml", tuple[kind, ...])  # type: ignore[valid-type]


NOTICE = in_force(rules("nonrenewal", WindowRule), TODAY)
INCREASE = in_force(rules("increase_reply", ReplyRule), TODAY)
ASSIGNMENT = in_force(rules("assignment_reply", ReplyRule), TODAY)
REFUSALS = rules("assignment_refusal", RefusalRule)
RENEWAL = in_force(rules("renewal", RenewalRule), TODAY)

decade = st.dates(min_value=date(2026, 1, 1), max_value=date(2036, 12, 31))
lengths = st.integers(min_value=1, max_value=120)


def case(row: dict[str, Any]) -> str:
    return " ".join(str(value) for value in row.values())


def window(end: date, **known: Any) -> Window:
    known.setdefault("length_months", 12)
    known.setdefault("lodging", Lodging.DWELLING)
    found = nonrenewal_window(end=end, rule=NOTICE, **known)
    assert isinstance(found, Window)
    return found


def special(ground: str) -> SpecialRule:
    return next(rule for rule in rules("special", SpecialRule) if ground in rule.ground)


@pytest.mark.parametrize("row", TABLES["windows"], ids=case)
def test_notice_counts_from_the_first_to_the_last_day_of_the_table(row: dict[str, Any]) -> None:
    found = window(
        row["end"],
        length_months=row["months"],
        lodging=Lodging(row["lodging"]),
        term=Term(row.get("term", "fixed")),
    )

    assert (found.first, found.last) == (row["first"], row["last"])
    assert found.end == row["end"]
    assert "1946" in found.article


@pytest.mark.parametrize("row", TABLES["standings"], ids=case)
def test_day_before_the_window_is_too_early_and_day_after_too_late(row: dict[str, Any]) -> None:
    found = window(date(2027, 6, 30))

    assert found.standing(row["today"]) is Standing(row["standing"])
    assert found.days_left(row["today"]) == row["left"]


@pytest.mark.parametrize("lodging", [Lodging.LOW_RENT, Lodging.STUDENT, Lodging.SUBLET])
def test_lodging_with_rules_of_its_own_gets_a_reason_and_a_next_step_not_a_date(
    lodging: Lodging,
) -> None:
    found = nonrenewal_window(end=date(2027, 6, 30), length_months=12, lodging=lodging, rule=NOTICE)

    assert isinstance(found, NoWindow)
    assert found.because
    assert found.next_step
    assert found.source.url.startswith("https://")


def test_unknown_length_is_an_error_because_a_guess_would_move_the_date() -> None:
    with pytest.raises(LengthUnknown):
        nonrenewal_window(
            end=date(2027, 6, 30), length_months=None, lodging=Lodging.DWELLING, rule=NOTICE
        )


def test_rule_of_the_landlord_has_the_same_windows_as_the_tenant_s() -> None:
    landlord = in_force(rules("landlord_notice", WindowRule), TODAY)

    for months in (6, 11, 12, 24):
        theirs = nonrenewal_window(
            end=date(2027, 6, 30),
            length_months=months,
            lodging=Lodging.DWELLING,
            rule=landlord,
        )
        assert isinstance(theirs, Window)
        ours = window(date(2027, 6, 30), length_months=months)
        assert (theirs.first, theirs.last) == (ours.first, ours.last)


@given(end=decade, months=lengths)
def test_window_of_a_dwelling_is_open_some_days_and_closes_before_the_lease_ends(
    end: date, months: int
) -> None:
    found = window(end, length_months=months)

    assert found.first <= found.last < end
    assert 20 <= (found.last - found.first).days + 1 <= 93


@given(end=decade, term=st.sampled_from(Term))
def test_window_of_a_room_is_ten_days_long_and_closes_ten_days_before_the_end(
    end: date, term: Term
) -> None:
    found = window(end, length_months=None, lodging=Lodging.ROOM, term=term)

    assert (found.last - found.first).days + 1 == 10
    assert (end - found.last).days == 10


@given(end=decade, months=lengths)
def test_later_end_never_has_an_earlier_window(end: date, months: int) -> None:
    today = window(end, length_months=months)
    tomorrow = window(end + timedelta(days=1), length_months=months)

    assert today.first <= tomorrow.first
    assert today.last <= tomorrow.last


@given(end=decade)
def test_lease_that_ends_with_a_month_has_whole_months_for_its_window(end: date) -> None:
    last_of_month = shift_months(end.replace(day=1), 1) - timedelta(days=1)

    found = window(last_of_month)

    assert found.first.day == 1
    assert (found.last + timedelta(days=1)).day == 1
    assert length_in_months(start=found.first, end=found.last) == 3
    assert length_in_months(start=found.first, end=last_of_month) == 6


@given(end=decade, months=lengths, today=decade)
def test_days_left_and_standing_never_disagree(end: date, months: int, today: date) -> None:
    found = window(end, length_months=months)

    assert (found.days_left(today) < 0) is (found.standing(today) is Standing.PASSED)


@pytest.mark.parametrize("row", TABLES["increase_replies"], ids=case)
def test_increase_is_answered_within_a_calendar_month_of_its_reception(
    row: dict[str, Any],
) -> None:
    assert answer_by(received=row["received"], rule=INCREASE) == row["last"]


@pytest.mark.parametrize("row", TABLES["assignment_replies"], ids=case)
def test_landlord_answers_an_assignment_within_fifteen_days(row: dict[str, Any]) -> None:
    assert answer_by(received=row["received"], rule=ASSIGNMENT) == row["last"]


@pytest.mark.parametrize("row", TABLES["special_ends"], ids=case)
def test_protected_departure_ends_the_lease_one_or_two_months_after_sending(
    row: dict[str, Any],
) -> None:
    end = special_end(
        sent=row["sent"],
        length_months=row["months"],
        term=Term(row.get("term", "fixed")),
        rule=special(row["ground"]),
    )

    assert end == row["end"]


def test_protected_departure_needs_the_length_of_the_lease() -> None:
    with pytest.raises(LengthUnknown):
        special_end(sent=TODAY, length_months=None, rule=special("violence"))


def test_refusal_without_serious_reason_ends_the_lease_since_law_31() -> None:
    rule = in_force(REFUSALS, LAW_31)

    refused = after_refusal(serious_reason=False, assignment_on=date(2027, 3, 1), rule=rule)

    assert refused.ends_on == date(2027, 3, 1)
    assert "1978.2" in refused.article


def test_refusal_without_serious_reason_did_not_end_the_lease_the_day_before_law_31() -> None:
    rule = in_force(REFUSALS, LAW_31 - timedelta(days=1))

    refused = after_refusal(serious_reason=False, assignment_on=date(2024, 3, 1), rule=rule)

    assert refused.ends_on is None


def test_refusal_for_a_serious_reason_leaves_the_lease_running() -> None:
    rule = in_force(REFUSALS, TODAY)

    refused = after_refusal(serious_reason=True, assignment_on=date(2027, 3, 1), rule=rule)

    assert refused.ends_on is None


@pytest.mark.parametrize("row", TABLES["renewals"], ids=case)
def test_lease_that_nobody_ended_goes_on_for_twelve_months_at_most(row: dict[str, Any]) -> None:
    until = renewed_until(end=row["end"], length_months=row["months"], rule=RENEWAL)

    assert until == row["until"]


@pytest.mark.parametrize("row", TABLES["lengths"], ids=case)
def test_length_is_in_whole_months_with_both_days_included(row: dict[str, Any]) -> None:
    assert length_in_months(start=row["start"], end=row["end"]) == row["months"]


def test_end_before_the_start_is_an_error() -> None:
    with pytest.raises(EndBeforeStart):
        length_in_months(start=date(2027, 7, 1), end=date(2027, 6, 30))


@given(day=decade, months=st.integers(min_value=-60, max_value=60))
def test_shift_lands_in_the_month_asked_for(day: date, months: int) -> None:
    shifted = shift_months(day, months)

    assert (shifted.year * 12 + shifted.month) - (day.year * 12 + day.month) == months
    assert shifted.day == day.day or (shifted + timedelta(days=1)).day == 1


def test_no_rule_holds_before_its_first_version() -> None:
    dated = REFUSALS[1:]

    with pytest.raises(NoRule):
        in_force(dated, LAW_31 - timedelta(days=1))


def test_texts_say_the_same_delays_as_the_rules() -> None:
    said = {
        parameter["id"]: parameter["values"][-1]["value"].replace("\u00a0", " ")
        for parameter in yaml.safe_load(
            (ROOT / "knowledge" / "parameters" / "lease.yml").read_text(encoding="utf-8")
        )
    }
    unit = {"months": "mois", "days": "jours"}
    by_case = {
        each.id: f"de {each.at_least} à {each.at_most} {unit[each.unit]}" for each in NOTICE.cases
    }

    assert said["lease_notice_long"] == by_case["dwelling-12-months"]
    assert said["lease_notice_short"] == by_case["dwelling-short"]
    assert said["lease_notice_short"] == by_case["dwelling-indeterminate"]
    assert said["lease_notice_room"] == by_case["room"]
    assert said["lease_assignment_reply"] == f"{ASSIGNMENT.delay} jours"
    assert said["lease_renewal_longest"] == f"{RENEWAL.longest_months} mois"


LEASE = load_lease_rules(LAW)
WRONG = {"EndBeforeStart": EndBeforeStart, "Contradiction": Contradiction}


@pytest.mark.parametrize("row", TABLES["reconciled"], ids=case)
def test_start_end_and_length_agree_or_are_said_to_contradict(row: dict[str, Any]) -> None:
    told = {"start": row["start"], "end": row["end"], "length_months": row["months"]}
    if "wrong" in row:
        with pytest.raises(WRONG[row["wrong"]]):
            reconcile(**told, today=TODAY)
        return

    found = reconcile(**told, today=TODAY)

    assert found.end == row["becomes"]
    assert found.end_counted is (row["end"] is None)
    if "length" in row:
        assert found.length_months == row["length"]


@pytest.mark.parametrize("row", TABLES["doubts"], ids=case)
def test_end_that_cannot_be_is_doubted_and_the_day_beside_it_is_not(row: dict[str, Any]) -> None:
    assert doubt(row["end"], TODAY) == row["doubt"]


@pytest.mark.parametrize("row", TABLES["quiet_days"], ids=case)
def test_holiday_and_weekend_are_known_and_a_holiday_is_named(row: dict[str, Any]) -> None:
    found = quiet(row["day"])

    assert (found.kind if found else None) == row["kind"]
    if found is not None and found.kind == "holiday":
        assert found.name
        assert "'" not in found.name


def ways(told: dict[str, Any]) -> dict[str, Way]:
    told = dict(told)
    if "lodging" in told:
        told["lodging"] = Lodging(told["lodging"])
    if "term" in told:
        told["term"] = Term(told["term"])
    found = ways_out(Situation(today=TODAY, **told), LEASE.on(TODAY))
    return {way.id: way for way in found}


@pytest.mark.parametrize("row", TABLES["ways"], ids=lambda row: row["name"])
def test_ways_out_stand_in_order_with_the_closed_ones_last(row: dict[str, Any]) -> None:
    found = ways(row["told"])
    by_status = {
        name: [way.id for way in found.values() if way.status in statuses]
        for name, statuses in {
            "open": ("open", "not_yet"),
            "to_check": ("to_check",),
            "closed": ("closed",),
        }.items()
    }

    assert by_status == {name: row[name] for name in by_status}
    assert list(found) == [*row["open"], *row["to_check"], *row["closed"]]
    for way, days in row.get("days", {}).items():
        assert {name: found[way].days[name] for name in days} == days


@pytest.mark.parametrize("row", TABLES["ways"], ids=lambda row: row["name"])
def test_every_way_has_a_source_and_every_closed_one_a_reason(row: dict[str, Any]) -> None:
    for way in ways(row["told"]).values():
        assert way.source.url.startswith("http")
        assert way.says or way.because
        if way.status == "closed":
            assert way.because


@given(end=decade, months=lengths, received=decade, lodging=st.sampled_from(Lodging))
def test_no_situation_leaves_a_person_without_an_open_way(
    end: date, months: int, received: date, lodging: Lodging
) -> None:
    told = {"end": end, "length_months": months, "received": received, "lodging": lodging.value}

    assert any(way.status == "open" for way in ways(told).values())


@given(received=decade)
def test_answer_to_an_increase_is_due_a_calendar_month_later_cut_to_its_last_day(
    received: date,
) -> None:
    last = answer_by(received=received, rule=INCREASE)

    assert (last.year * 12 + last.month) - (received.year * 12 + received.month) == 1
    assert last.day == received.day or (last + timedelta(days=1)).day == 1


def test_window_follows_the_day_after_the_end_for_every_end_of_a_decade() -> None:
    """FAITS A12, written another way than the formula: by the calendar, day by day."""
    for ordinal in range(date(2026, 1, 1).toordinal(), date(2036, 1, 1).toordinal()):
        end = date.fromordinal(ordinal)
        after = end + timedelta(days=1)
        found = window(end)
        assert found.first == months_earlier(after, 6)
        assert found.last + timedelta(days=1) == months_earlier(after, 3)
        short = window(end, length_months=6)
        assert short.first == months_earlier(after, 2)
        assert short.last + timedelta(days=1) == months_earlier(after, 1)


def months_earlier(day: date, months: int) -> date:
    """Back to the first of the month, month by month, then on to the day or the month's last."""
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    found = first
    while found.day < day.day and (found + timedelta(days=1)).month == first.month:
        found += timedelta(days=1)
    return found
