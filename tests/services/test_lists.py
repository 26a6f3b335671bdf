"""The counsellors' lists: one reading for all who look, and what is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from marie.domain.access import Standing
from marie.domain.conversation import ConversationId, StaffId, State
from marie.domain.people import Role, Staff
from marie.services import lists
from marie.services.lists import Lists
from marie.store.engine import Database
from marie.store.lists import Line

NADIA = Staff(
    id=StaffId("nadia"),
    username="nadia",
    name="Nadia",
    role=Role.COUNSELLOR,
    organization="promis",
    email=None,
    password_hash="",
    must_change_password=False,
)


def line(owner: str | None, *, holder: str = "promis", unread: int = 0) -> Line:
    state = State.WAITING if owner is None else State.COUNSELLOR
    standing = Standing(
        state=state, owner=None if owner is None else StaffId(owner), has_lead=True, holder=holder
    )
    return Line(
        id=ConversationId("c"), standing=standing, last_seq=9, unread=unread, labels=frozenset()
    )


def same(before: Sequence[Line], after: Sequence[Line]) -> tuple[bool, bool, bool]:
    """Whether nothing is told at once, in a moment, later."""
    return (
        lists.soon(before, NADIA) == lists.soon(after, NADIA),
        lists.unread(before, NADIA) == lists.unread(after, NADIA),
        lists.later(before, NADIA) == lists.later(after, NADIA),
    )


def test_who_waits_and_what_becomes_mine_is_told_at_once() -> None:
    assert same([], [line(None)]) == (False, True, False)
    assert same([line(None)], [line("nadia")]) == (False, False, False)


def test_who_is_promised_a_time_or_waits_again_is_told_at_once() -> None:
    promised = line(None)._replace(due="appointment")
    assert same([line(None)], [promised])[0] is False
    assert same([promised], [line(None)._replace(due="answer")])[0] is False


def test_what_is_mine_to_read_is_told_unless_it_is_read_in_a_moment() -> None:
    assert same([line("nadia")], [line("nadia", unread=1)]) == (True, False, False)


def test_what_a_colleague_s_visitor_says_is_told_later() -> None:
    said = line("samuel")._replace(last_seq=10, unread=1)
    assert same([line("samuel")], [said]) == (True, True, False)


def test_another_organisation_s_are_never_told() -> None:
    theirs = line(None, holder="inici")
    assert same([], [theirs]) == (True, True, True)
    assert same([theirs], [theirs._replace(last_seq=10)]) == (True, True, True)


async def test_all_who_look_at_the_same_time_share_a_reading(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    go = asyncio.Event()

    async def read(_connection: Any) -> list[Line]:
        begun.append(1)
        await go.wait()
        return [line(None, unread=len(begun))]

    monkeypatch.setattr("marie.store.lists.lines", read)
    shared = Lists(database)
    first = [asyncio.create_task(shared.now()) for _ in range(20)]
    while not begun:
        await asyncio.sleep(0.01)
    # Something may have changed since that reading began: who asks now waits for the next.
    second = [asyncio.create_task(shared.now()) for _ in range(20)]
    await asyncio.sleep(0.05)
    go.set()
    assert {(await each)[0].unread for each in first} == {1}
    assert {(await each)[0].unread for each in second} == {2}
    assert len(begun) == 2


async def test_writers_on_sqlite_have_their_turn_in_the_order_in_which_they_came(
    database: Database,
) -> None:
    done: list[int] = []

    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql("UPDATE staff SET name = name")
            done.append(number)

    await asyncio.gather(*(write(number) for number in range(40)))
    assert done == list(range(40))
