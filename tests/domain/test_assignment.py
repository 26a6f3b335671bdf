"""Leads are shared out fairly: nobody is ever a whole place away from what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marie.domain.assignment import (
    Account,
    AllQuotasZero,
    BadQuota,
    Fit,
    Kind,
    check_quotas,
    decide,
    fold,
)

EQUAL = {"collectif": 1, "inici": 1, "promis": 1}


@dataclass
class Ledger:
    """A period as it is lived."""

    quotas: Mapping[str, int]
    lines: list[tuple[Kind, str, str | None, int]] = field(default_factory=list)

    @property
    def account(self) -> Account:
        return fold(self.quotas, self.lines)

    def lead(self, fits: Mapping[str, Fit] | None = None) -> str:
        decision = decide(self.account, fits or {})
        self.lines += [(Kind.SETTLED, each, None, 1) for each in decision.settled]
        self.lines.append((decision.kind, decision.organization, None, 1))
        return decision.organization

    def withdraw(self, organization: str) -> None:
        self.lines.append((Kind.WITHDRAWN, organization, None, 1))

    def move(self, organization: str, to: str) -> None:
        self.lines.append((Kind.REASSIGNED, to, organization, 1))


def furthest(account: Account) -> Fraction:
    return max(abs(account.deviation(each)) for each in account.quotas)


quotas = st.dictionaries(
    st.sampled_from("abcde"), st.integers(0, 12), min_size=1, max_size=5
).filter(lambda found: any(found.values()))
fit = st.builds(
    Fit, language=st.booleans(), region=st.booleans(), open=st.booleans(), room=st.booleans()
)
happening = st.tuples(
    st.sampled_from(("lead", "lead", "lead", "withdraw", "move")),
    st.dictionaries(st.sampled_from("abcde"), fit),
    st.integers(0, 4),
    st.integers(0, 4),
)


@settings(max_examples=30)
@given(quotas, st.lists(happening, max_size=25))
def test_nobody_is_ever_a_whole_place_away_from_what_is_due(
    shares: dict[str, int], happenings: list[tuple[str, dict[str, Fit], int, int]]
) -> None:
    ledger = Ledger(shares)
    served = sorted(each for each, quota in shares.items() if quota)
    for what, fits, one, other in happenings:
        holder, receiver = served[one % len(served)], served[other % len(served)]
        if what == "lead":
            assert shares[ledger.lead(fits)] > 0
        elif ledger.account.held(holder) > 0 and what == "withdraw":
            ledger.withdraw(holder)
        elif ledger.account.held(holder) > 0 and holder != receiver:
            ledger.move(holder, receiver)
        assert furthest(ledger.account) < 1
        assert min(ledger.account.held(each) for each in served) >= 0


@settings(max_examples=25)
@given(quotas, st.lists(st.dictionaries(st.sampled_from("abcde"), fit), max_size=50))
def test_without_withdrawals_leads_held_are_places(
    shares: dict[str, int], fits: list[dict[str, Fit]]
) -> None:
    ledger = Ledger(shares)
    for each in fits:
        ledger.lead(each)
    account = ledger.account
    assert account.total == len(fits)
    assert all(account.held(each) == account.places.get(each, 0) for each in shares)


@settings(max_examples=30)
@given(quotas, st.lists(happening, max_size=25))
def test_leads_held_come_back_to_places_when_nothing_else_happens(
    shares: dict[str, int], happenings: list[tuple[str, dict[str, Fit], int, int]]
) -> None:
    ledger = Ledger(shares)
    served = sorted(each for each, quota in shares.items() if quota)
    for what, fits, one, other in happenings:
        holder, receiver = served[one % len(served)], served[other % len(served)]
        if what == "lead" or ledger.account.held(holder) <= 0:
            ledger.lead(fits)
        elif what == "withdraw":
            ledger.withdraw(holder)
        elif holder != receiver:
            ledger.move(holder, receiver)
    for _ in range(sum(shares.values()) * 42 * len(served)):
        if not any(ledger.account.ahead.values()):
            break
        ledger.lead()
    account = ledger.account
    assert not any(account.ahead.values())
    assert furthest(account) < 1


def test_same_ledger_gives_the_same_decision() -> None:
    one, other = Ledger({"a": 5, "b": 3, "c": 2}), Ledger({"c": 2, "a": 5, "b": 3})
    assert [one.lead() for _ in range(30)] == [other.lead() for _ in range(30)]


def test_equal_quotas_serve_everybody_once_in_every_round() -> None:
    ledger = Ledger(EQUAL)
    rounds = [sorted(ledger.lead() for _ in range(3)) for _ in range(5)]
    assert rounds == [sorted(EQUAL)] * 5


def test_fit_decides_inside_the_round_and_not_beyond_it() -> None:
    ledger = Ledger(EQUAL)
    wanted = {"promis": Fit(language=True)}
    first = decide(ledger.account, wanted)
    assert (first.organization, first.because) == ("promis", ("language",))
    assert [ledger.lead(wanted) for _ in range(4)] == ["promis", "collectif", "inici", "promis"]


def test_language_comes_before_region_before_hours_before_room() -> None:
    fits = {
        "collectif": Fit(region=True, open=True, room=True),
        "inici": Fit(language=True),
        "promis": Fit(language=True, room=True),
    }
    decision = decide(Account(quotas=EQUAL), fits)
    assert (decision.organization, decision.because) == ("promis", ("language", "room"))


def test_choice_without_a_reason_says_that_it_is_a_matter_of_turn() -> None:
    decision = decide(Account(quotas=EQUAL))
    assert (decision.candidates, decision.because) == (("collectif", "inici", "promis"), ("turn",))


def test_fit_never_lets_a_small_quota_starve() -> None:
    """With 98, 1, 1 the first place may go anywhere; both small ones get theirs in the hundred."""
    ledger = Ledger({"a": 98, "b": 1, "c": 1})
    got = [ledger.lead({"a": Fit(language=True)}) for _ in range(100)]
    assert [got.count(each) for each in "abc"] == [98, 1, 1]


def test_withdrawn_lead_leaves_its_place_to_the_next_one() -> None:
    ledger = Ledger(EQUAL)
    for _ in range(3):
        ledger.lead()
    ledger.withdraw("inici")
    decision = decide(ledger.account)
    assert (decision.kind, decision.organization) == (Kind.REFILLED, "inici")
    assert ledger.lead() == "inici"
    assert decide(ledger.account).kind is Kind.ASSIGNED


def test_moved_lead_is_made_good_to_one_and_counted_for_the_other() -> None:
    ledger = Ledger(EQUAL)
    for _ in range(3):
        ledger.lead()
    ledger.move("collectif", "promis")
    assert [ledger.account.held(each) for each in sorted(EQUAL)] == [0, 1, 2]
    assert [ledger.lead() for _ in range(3)] == ["collectif", "collectif", "inici"]
    assert [ledger.account.held(each) for each in sorted(EQUAL)] == [2, 2, 2]


def test_organizations_with_quota_zero_get_nothing() -> None:
    ledger = Ledger({"a": 0, "b": 0, "c": 7})
    assert {ledger.lead({"a": Fit(language=True)}) for _ in range(20)} == {"c"}


@pytest.mark.parametrize("none", [{}, {"a": 0}, {"a": 0, "b": 0}])
def test_all_quotas_zero_is_a_named_error(none: dict[str, int]) -> None:
    with pytest.raises(AllQuotasZero):
        check_quotas(none)
    with pytest.raises(AllQuotasZero):
        decide(Account(quotas=none))


@pytest.mark.parametrize("bad", [-1, 1001, 1.5, "3", None, True])
def test_quota_that_is_no_whole_number_in_bounds_is_refused(bad: object) -> None:
    with pytest.raises(BadQuota) as refused:
        check_quotas({"a": 1, "b": bad})
    assert refused.value.organization == "b"
    assert check_quotas({"b": 1000, "a": 0}) == {"a": 0, "b": 1000}
