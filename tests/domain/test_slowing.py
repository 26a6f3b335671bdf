"""How guessing is slowed down."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from marie.domain.slowing import ACCOUNT, ADDRESS, DEVICE, WINDOW, Slowing, wait

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=each) for each in seconds]


def test_first_failures_cost_nothing_and_the_next_ones_double() -> None:
    slowing = Slowing(free=2, first=10 * SECOND, most=35 * SECOND)
    assert wait(ago(1), NOW, slowing) == timedelta(0)
    assert wait(ago(2, 1), NOW, slowing) == 9 * SECOND
    assert wait(ago(3, 2, 1), NOW, slowing) == 19 * SECOND
    assert wait(ago(4, 3, 2, 1), NOW, slowing) == 34 * SECOND
    assert wait(ago(*range(1, 500)), NOW, slowing) == 34 * SECOND
    assert wait(ago(11, 10), NOW, slowing) == timedelta(0)


def test_nothing_is_remembered_longer_than_the_window() -> None:
    slowing = Slowing(free=1, first=WINDOW * 3, most=WINDOW * 3)
    assert wait([NOW - WINDOW], NOW, slowing) == timedelta(0)
    assert wait([NOW - WINDOW + SECOND], NOW, slowing) > timedelta(0)
    assert wait([], NOW, Slowing(free=0, first=SECOND, most=SECOND)) == timedelta(0)


def test_clock_that_was_set_back_makes_nobody_wait_longer_than_the_longest_pause() -> None:
    later = [NOW + timedelta(days=300)] * 50
    assert wait(later, NOW, ACCOUNT) == ACCOUNT.most


@pytest.mark.parametrize("slowing", [ACCOUNT, DEVICE, ADDRESS])
def test_somebody_who_never_stops_guesses_less_than_a_hundred_times_an_hour(
    slowing: Slowing,
) -> None:
    failures: list[datetime] = []
    now = NOW
    while now < NOW + 3 * WINDOW:
        if wait(failures, now, slowing) == timedelta(0):
            failures.append(now)
        now += SECOND
    hours = [
        [each for each in failures if NOW + n * WINDOW <= each < NOW + (n + 1) * WINDOW]
        for n in range(3)
    ]
    assert max(map(len, hours)) < 100
    assert min(map(len, hours)) >= 10  # a person who waits is let in
