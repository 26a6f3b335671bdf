"""Seats and the waiting list, on both engines: nobody overbooked, nobody forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from marie import clock
from marie.domain.conversation import Conversation, ConversationId
from marie.domain.events import Draft, EventRequest, Outcome
from marie.domain.messages import Content
from marie.domain.people import Role, Staff
from marie.knowledge.event_checks import BadEvent, check_draft
from marie.knowledge.privacy import load_privacy
from marie.services import accounts, events, visitor
from marie.services.live import Hub
from marie.services.visitor import Started
from marie.settings import ROOT
from marie.store import conversations, staff
from marie.store import events as event_store
from marie.store.engine import Database

NOW = datetime(2026, 11, 22, 15, tzinfo=timezone.utc)
REGIONS = frozenset({"01", "09"})
HUB = Hub()
DRAFT = Draft(
    kind="trip",
    title="Deux jours à Rimouski",
    region="01",
    place="Rimouski",
    starts_at=NOW + timedelta(days=20),
    ends_at=NOW + timedelta(days=21),
    capacity=2,
    organizer="PROMIS",
)

PRIVACY = load_privacy(ROOT / "knowledge")


def now() -> datetime:
    return NOW


async def planner(store: Database) -> Staff:
    return await accounts.create(
        store,
        username="chef",
        name="Chef",
        role=Role.ADMINISTRATOR,
        organization="promis",
        password="un mot de passe long",
        must_change_password=False,
        clock=clock.now,
    )


async def planned(store: Database, **changes: Any) -> str:
    draft = replace(DRAFT, **changes)
    return await events.plan(store, draft, regions=REGIONS, by=await planner(store), clock=now)


async def begin(store: Database) -> Started:
    return await visitor.start_conversation(
        store, greeting=Content(text="Bonjour"), marie="Marie", clock=clock.now
    )


async def ask(
    store: Database, who: Started, event_id: str, action: Any = "join", *, at: datetime = NOW
) -> tuple[Outcome, int]:
    request = EventRequest(
        event_id=event_id, action=action, name="Awa", email="awa@example.org", outcomes={}
    )
    async with store.write() as connection:
        await conversations.load(connection, who.conversation_id, lock=True)
        return await events.decide(connection, who.conversation_id, request, now=at)


async def seats(store: Database, event_id: str) -> list[tuple[str, str]]:
    _, registered = await events.one(store, event_id)
    return [(each.seat, each.conversation_id) for each in registered]


async def tell(store: Database) -> list[str]:
    said: list[str] = []

    def say(notice: str, event: Any) -> Content:
        said.append(notice)
        return Content(text=f"{notice} {event.title}")

    await events.tell(store, HUB, marie="Marie", say=say, clock=now)
    return said


async def test_twenty_at_once_never_take_more_than_the_seats(store: Database) -> None:
    event_id = await planned(store, capacity=7)
    people = [await begin(store) for _ in range(20)]
    found = await asyncio.gather(*(ask(store, each, event_id) for each in people))
    assert sorted(each for each in found if each[0] == "seat") == [
        ("seat", rank) for rank in range(1, 8)
    ]
    assert sorted(each for each in found if each[0] == "waiting") == [
        ("waiting", rank) for rank in range(1, 14)
    ]
    assert len(await seats(store, event_id)) == 20


async def test_leaving_and_joining_at_once_never_overbooks_nor_leaves_a_seat_empty(
    store: Database,
) -> None:
    event_id = await planned(store, capacity=5)
    first = [await begin(store) for _ in range(10)]
    for each in first:
        await ask(store, each, event_id)
    late = [await begin(store) for _ in range(10)]
    await asyncio.gather(
        *(ask(store, each, event_id, "leave") for each in first[:5]),
        *(ask(store, each, event_id) for each in late),
    )
    taken = [seat for seat, _ in await seats(store, event_id)]
    assert (taken.count("seat"), len(taken)) == (5, 15)


async def test_last_seat_is_a_seat_and_the_next_one_waits(store: Database) -> None:
    event_id = await planned(store)
    found = [(await ask(store, await begin(store), event_id)) for _ in range(4)]
    assert found == [("seat", 1), ("seat", 2), ("waiting", 1), ("waiting", 2)]


async def test_asking_twice_registers_once(store: Database) -> None:
    event_id = await planned(store)
    who = await begin(store)
    assert await ask(store, who, event_id) == ("seat", 1)
    assert await ask(store, who, event_id) == ("already", 1)
    assert len(await seats(store, event_id)) == 1


async def test_who_leaves_makes_room_for_the_first_who_waits_and_she_is_told(
    store: Database,
) -> None:
    event_id = await planned(store, capacity=1)
    one, two, three = [await begin(store) for _ in range(3)]
    for each in (one, two, three):
        await ask(store, each, event_id)
    assert await ask(store, one, event_id, "leave") == ("left", 0)
    assert await seats(store, event_id) == [
        ("seat", two.conversation_id),
        ("waiting", three.conversation_id),
    ]
    assert await tell(store) == ["seated"]
    assert await tell(store) == []
    async with store.read() as connection:
        (*_, news) = await conversations.messages_after(connection, two.conversation_id)
    assert (news.seq, news.content.text) == (2, "seated Deux jours à Rimouski")


async def test_leaving_without_being_registered_changes_nothing(store: Database) -> None:
    event_id = await planned(store)
    assert await ask(store, await begin(store), event_id, "leave") == ("absent", 0)


async def test_erasing_frees_the_seat_and_leaves_nothing(store: Database) -> None:
    event_id = await planned(store, capacity=1)
    one, two = await begin(store), await begin(store)
    await ask(store, one, event_id)
    await ask(store, two, event_id)
    await visitor.erase(store, HUB, one.conversation_id, token=one.token, clock=now)
    assert await seats(store, event_id) == [("seat", two.conversation_id)]


async def test_export_has_what_the_visitor_registered_for(store: Database) -> None:
    event_id = await planned(store)
    who = await begin(store)
    await ask(store, who, event_id)
    exported = await visitor.export(
        store, who.conversation_id, show=lambda message: {}, privacy=PRIVACY
    )
    (mine,) = exported["registrations"]
    assert (mine["event"], mine["name"], mine["email"], mine["seat"]) == (
        "Deux jours à Rimouski",
        "Awa",
        "awa@example.org",
        "seat",
    )


@pytest.mark.parametrize(("late", "outcome"), [(-1, "seat"), (0, "closed")])
async def test_registration_closes_when_it_begins(store: Database, late: int, outcome: str) -> None:
    event_id = await planned(store)
    at = DRAFT.starts_at + timedelta(milliseconds=late)
    assert (await ask(store, await begin(store), event_id, at=at))[0] == outcome


async def test_cancelled_event_takes_nobody_and_tells_everybody(store: Database) -> None:
    event_id = await planned(store, capacity=1)
    one, two = await begin(store), await begin(store)
    await ask(store, one, event_id)
    await ask(store, two, event_id)
    chief = await store_staff(store)
    await events.cancel(store, event_id, by=chief, clock=now)
    await events.cancel(store, event_id, by=chief, clock=now)
    assert (await ask(store, await begin(store), event_id))[0] == "closed"
    assert await tell(store) == ["cancelled", "cancelled"]


async def store_staff(store: Database) -> Staff:
    async with store.read() as connection:
        found = await staff.by_username(connection, "chef")
    assert found is not None
    return found


async def test_more_seats_go_to_who_waits_and_fewer_than_taken_are_refused(
    store: Database,
) -> None:
    event_id = await planned(store)
    people = [await begin(store) for _ in range(4)]
    for each in people:
        await ask(store, each, event_id)
    chief = await store_staff(store)

    async def resize(capacity: int) -> None:
        draft = replace(DRAFT, capacity=capacity)
        await events.change(store, event_id, draft, regions=REGIONS, by=chief, clock=now)

    await resize(3)
    assert [seat for seat, _ in await seats(store, event_id)] == ["seat"] * 3 + ["waiting"]
    with pytest.raises(BadEvent) as error:
        await resize(2)
    assert error.value.problems == {"capacity": "below_taken"}


@pytest.mark.parametrize(
    ("change", "told"),
    [({"starts_at": NOW + timedelta(days=19)}, ["changed"]), ({"description": "Repas"}, [])],
)
async def test_only_another_time_or_place_is_told(
    store: Database, change: dict[str, Any], told: list[str]
) -> None:
    event_id = await planned(store)
    await ask(store, await begin(store), event_id)
    chief = await store_staff(store)
    draft = replace(DRAFT, **change)
    await events.change(store, event_id, draft, regions=REGIONS, by=chief, clock=now)
    assert await tell(store) == told


async def test_marie_is_silent_while_a_counsellor_has_the_conversation(store: Database) -> None:
    event_id = await planned(store, capacity=1)
    one, two = await begin(store), await begin(store)
    await ask(store, one, event_id)
    await ask(store, two, event_id)
    chief = await store_staff(store)
    await _change(store, two, lambda each: each.ask_for_person(NOW).claim(chief.id))
    await ask(store, one, event_id, "leave")
    assert await tell(store) == []
    await _change(store, two, lambda each: each.hand_back(chief.id))
    assert await tell(store) == ["seated"]


async def _change(store: Database, who: Started, how: Any) -> None:
    async with store.write() as connection:
        known: Conversation = await conversations.load(
            connection, ConversationId(who.conversation_id), lock=True
        )
        await conversations.save(connection, how(known))


async def test_unknown_event_is_closed(store: Database) -> None:
    assert (await ask(store, await begin(store), "0" * 32))[0] == "closed"
    with pytest.raises(event_store.UnknownEvent):
        await events.one(store, "0" * 32)


async def test_event_in_the_past_cannot_be_planned(store: Database) -> None:
    with pytest.raises(BadEvent):
        await planned(store, starts_at=NOW)


async def open_ones(store: Database, at: datetime) -> list[str]:
    return [each.event.id for each in await events.planned(store) if each.event.is_open(at)]


async def test_nobody_hears_of_an_event_before_its_announcement(store: Database) -> None:
    chief = await planner(store)
    tomorrow = NOW + timedelta(days=1)
    for step, at in (("draft", None), ("review", None), ("schedule", tomorrow)):
        step_: Any = step
        event_id = await events.plan(
            store, DRAFT, regions=REGIONS, by=chief, clock=now, step=step_, announce_at=at
        )
        assert event_id not in await open_ones(store, NOW)
        assert (await ask(store, await begin(store), event_id))[0] == "closed"
    just_before = tomorrow - timedelta(milliseconds=1)
    assert await open_ones(store, just_before) == []
    assert await open_ones(store, tomorrow) == [event_id]
    assert (await ask(store, await begin(store), event_id, at=tomorrow))[0] == "seat"


async def test_announced_event_stays_so_once_somebody_is_registered(store: Database) -> None:
    event_id = await planned(store)
    chief = await store_staff(store)

    async def back() -> None:
        await events.change(
            store, event_id, DRAFT, regions=REGIONS, by=chief, clock=now, step="draft"
        )

    await back()
    assert await open_ones(store, NOW) == []
    await events.change(store, event_id, DRAFT, regions=REGIONS, by=chief, clock=now)
    assert await open_ones(store, NOW) == [event_id]
    await ask(store, await begin(store), event_id)
    with pytest.raises(BadEvent) as error:
        await back()
    assert error.value.problems == {"": "registered"}


@pytest.mark.parametrize(
    ("at", "problem"),
    [(None, "date"), (NOW, "past"), (DRAFT.starts_at, "too_late")],
)
async def test_announcement_comes_between_now_and_the_event(
    store: Database, at: datetime | None, problem: str
) -> None:
    with pytest.raises(BadEvent) as error:
        await events.plan(
            store,
            DRAFT,
            regions=REGIONS,
            by=await planner(store),
            clock=now,
            step="schedule",
            announce_at=at,
        )
    assert error.value.problems == {"publish_on": problem}


async def test_draft_that_nobody_heard_of_is_dropped(store: Database) -> None:
    chief = await planner(store)
    event_id = await events.plan(store, DRAFT, regions=REGIONS, by=chief, clock=now, step="review")
    await events.cancel(store, event_id, by=chief, clock=now)
    with pytest.raises(event_store.UnknownEvent):
        await events.one(store, event_id)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"title": "  "}, {"title": "empty"}),
        ({"title": "a" * 201}, {"title": "too_long"}),
        ({"region": "06"}, {"region": "region"}),
        ({"ends_at": DRAFT.starts_at}, {"ends_at": "ends_before"}),
        ({"capacity": 0}, {"capacity": "capacity"}),
        ({"capacity": 1001}, {"capacity": "capacity"}),
        ({"url": "javascript:alert(1)"}, {"url": "url"}),
    ],
)
def test_mistake_in_an_event_is_named(change: dict[str, Any], problem: dict[str, str]) -> None:
    with pytest.raises(BadEvent) as error:
        check_draft(replace(DRAFT, **change), regions=REGIONS)
    assert error.value.problems == problem
