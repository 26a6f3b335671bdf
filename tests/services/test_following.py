"""A lead has an owner and a next date until it is settled, whatever people do and in what order."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from marie.domain.appointments import Agenda, AppointmentRequest
from marie.domain.conversation import (
    AlreadyClaimed,
    ConversationId,
    NotOwner,
    NotWaiting,
    State,
)
from marie.domain.following import AlreadySettled, BadDate, Followed, Next, Outcome
from marie.domain.leads import HandoverRequest
from marie.domain.messages import Content
from marie.domain.people import Role, Staff
from marie.domain.replies import Reply
from marie.knowledge.waiting import load_terms
from marie.rasa.client import TurnRequest
from marie.services import (
    appointments,
    assignment,
    counsellor,
    following,
    lateness,
    visitor,
)
from marie.services.answers import Answers
from marie.services.live import Hub
from marie.services.turns import Turns
from marie.settings import ROOT
from marie.store import appointments as agendas
from marie.store import conversations
from marie.store import following as stored
from marie.store.conversations import UnknownConversation
from marie.store.engine import Database, create_engine
from tests.staff import add_account

TERMS = load_terms(ROOT / "knowledge")
SUNDAY = datetime(2026, 11, 22, 15, 0, tzinfo=timezone.utc)
EVER = datetime(1971, 1, 1, tzinfo=timezone.utc)
LEFT = Content(text="…")
T = TypeVar("T")


class Scripted:
    """A Rasa that answers what the visitor's text asks for: a person, no person, nothing."""

    async def ask(self, turn: TurnRequest) -> Reply:
        """The reply to « person », « never mind » and anything else."""
        said = Content(text=turn.text)
        if turn.text == "person":
            request = HandoverRequest(
                name=None, email=None, phone=None, need="…", regions=(), profile={}, consent="oui"
            )
            return Reply(messages=(said,), handover=request)
        return Reply(messages=(said,), withdraw=turn.text == "never mind")


class World:
    """Visitors and counsellors on one database, at a time that the test sets."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = SUNDAY
        self.hub = Hub()
        self.turns = Turns(
            database,
            Scripted(),  # type: ignore[arg-type]
            self.hub,
            Answers(
                marie="Marie",
                notice=lambda text: LEFT,
                handed_over=lambda: LEFT,
                clock=self.clock,
                terms=TERMS,
            ),
            marie="Marie",
            mask=lambda text: text,
            clock=self.clock,
        )
        self.tokens: dict[ConversationId, str] = {}

    def clock(self) -> datetime:
        """What time it is here."""
        return self.now

    async def arrive(self) -> ConversationId:
        """A new visitor."""
        started = await visitor.start_conversation(
            self.database, greeting=LEFT, marie="Marie", clock=self.clock
        )
        self.tokens[started.conversation_id] = started.token
        return started.conversation_id

    async def write(self, conversation_id: ConversationId, text: str) -> None:
        """A visitor writes; Marie answers if it is hers."""
        received = await visitor.receive_message(
            self.database,
            self.hub,
            conversation_id,
            client_id=str(uuid.uuid4()),
            text=text,
            payload=None,
            clock=self.clock,
        )
        if received.owed:
            self.turns.wake(conversation_id)
            await self.turns.wait_answered(conversation_id, received, 5)

    async def claim(self, conversation_id: ConversationId, by: Staff) -> None:
        """« Prendre »."""
        await counsellor.claim(
            self.database, self.hub, conversation_id, by=by, joined=LEFT, clock=self.clock
        )

    async def say(self, conversation_id: ConversationId, by: Staff) -> None:
        """A counsellor's message."""
        await counsellor.say(
            self.database,
            self.hub,
            conversation_id,
            by=by,
            text="Bonjour",
            client_id=str(uuid.uuid4()),
            clock=self.clock,
            terms=TERMS,
        )

    async def lead(self, conversation_id: ConversationId) -> Followed | None:
        """Where the newest lead stands."""
        async with self.database.read() as connection:
            return await stored.newest(connection, conversation_id)


def aware(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(timezone.utc)


async def waiting(database: Database) -> tuple[World, ConversationId]:
    world = World(database)
    conversation_id = await world.arrive()
    await world.write(conversation_id, "person")
    return world, conversation_id


async def test_new_lead_is_due_after_the_allowed_opening_hours(database: Database) -> None:
    world, conversation_id = await waiting(database)
    lead = await world.lead(conversation_id)
    assert lead is not None
    # Asked on a Sunday: four hours after nine on Monday.
    assert (lead.due_what, lead.due_at) == (Next.ANSWER, aware("2026-11-23T13:00-05:00"))
    assert lead.owner is None
    assert lead.organization is not None


async def test_claim_makes_an_owner_and_first_words_are_counted_once(database: Database) -> None:
    world, conversation_id = await waiting(database)
    awa = await add_account(database, "awa", organization="collectif")
    await world.claim(conversation_id, awa)
    taken = await world.lead(conversation_id)
    assert taken is not None
    assert (taken.owner, taken.due_what, taken.answered_at) == (awa.id, Next.ANSWER, None)
    world.now += timedelta(minutes=5)
    await world.say(conversation_id, awa)
    answered = await world.lead(conversation_id)
    assert answered is not None
    assert answered.answered_at == world.now
    # Forty opening hours after a Sunday: the end of Friday.
    assert (answered.due_what, answered.due_at) == (
        Next.FOLLOW_UP,
        aware("2026-11-27T17:00-05:00"),
    )
    world.now += timedelta(days=1)
    await world.say(conversation_id, awa)
    assert await world.lead(conversation_id) == answered


async def test_hand_back_leaves_the_lead_with_whoever_had_it_and_close_ends_it(
    database: Database,
) -> None:
    world, conversation_id = await waiting(database)
    awa = await add_account(database, "awa", organization="collectif")
    await world.claim(conversation_id, awa)
    await counsellor.hand_back(
        database, world.hub, conversation_id, by=awa, left=LEFT, clock=world.clock, terms=TERMS
    )
    lead = await world.lead(conversation_id)
    assert lead is not None
    assert (lead.owner, lead.due_what) == (awa.id, Next.FOLLOW_UP)
    await world.write(conversation_id, "person")
    await world.claim(conversation_id, awa)
    await counsellor.close(
        database,
        world.hub,
        conversation_id,
        by=awa,
        left=LEFT,
        clock=world.clock,
        outcome=Outcome.ESTABLISHED,
    )
    ended = await world.lead(conversation_id)
    assert ended is not None
    assert (ended.outcome, ended.settled_at) == (Outcome.ESTABLISHED, world.now)
    assert (ended.due_at, ended.due_what) == (None, None)


async def test_withdrawn_lead_is_settled(database: Database) -> None:
    world, conversation_id = await waiting(database)
    await world.write(conversation_id, "never mind")
    lead = await world.lead(conversation_id)
    assert lead is not None
    assert lead.outcome is Outcome.WITHDREW
    with pytest.raises(AlreadySettled):
        async with database.write() as connection:
            await following.set_next(
                connection, conversation_id, what=Next.FOLLOW_UP, at=world.now, owner=None
            )


async def test_clock_set_back_never_gives_a_wait_below_nothing(database: Database) -> None:
    world, conversation_id = await waiting(database)
    awa = await add_account(database, "awa", organization="collectif")
    world.now -= timedelta(hours=3)
    await world.claim(conversation_id, awa)
    await world.say(conversation_id, awa)
    lead = await world.lead(conversation_id)
    assert lead is not None
    assert lead.answered_at == lead.created_at


@pytest.mark.parametrize("hours", [0, -3])
async def test_a_new_request_is_the_newest_whatever_the_clock_says(
    database: Database, hours: int
) -> None:
    world, conversation_id = await waiting(database)
    for _ in range(5):
        await world.write(conversation_id, "never mind")
        world.now += timedelta(hours=hours)
        await world.write(conversation_id, "person")
        lead = await world.lead(conversation_id)
        assert lead is not None
        assert (lead.outcome, lead.due_what) == (None, Next.ANSWER)


class Leads(RuleBasedStateMachine):
    """Everything that people may do with leads, in any order, at a clock that jumps."""

    prepared: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "leads.sqlite3"
        shutil.copy(self.prepared, path)
        self.world = World(Database(create_engine(f"sqlite+aiosqlite:///{path}")))
        self.visitors: list[ConversationId] = []
        self.staff: list[Staff] = []

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def teardown(self) -> None:
        self.run(self.world.turns.close())
        self.run(self.world.database.close())
        self.runner.close()
        self.folder.cleanup()

    @initialize()
    def people(self) -> None:
        for name, organization in (("awa", "promis"), ("luc", "collectif"), ("mei", "inici")):
            person = self.run(add_account(self.world.database, name, organization=organization))
            self.staff.append(person)
            self.run(self._receives(person))
        chief = self.run(
            add_account(self.world.database, "chief", role=Role.ADMINISTRATOR, organization=None)
        )
        self.chief = chief
        for _ in range(2):
            self.visitors.append(self.run(self.world.arrive()))

    async def _receives(self, person: Staff) -> None:
        agenda = Agenda(
            staff_id=person.id,
            weekly=dict.fromkeys(range(7), ((time(9), time(11)),)),
            exceptions={},
            notice_hours=0,
            ahead_days=2,
        )
        async with self.world.database.write() as connection:
            await agendas.save_agenda(connection, agenda, at=self.world.now)

    def somebody(self, number: int) -> Staff:
        return self.staff[number % len(self.staff)]

    def one(self, number: int) -> ConversationId | None:
        return self.visitors[number % len(self.visitors)] if self.visitors else None

    def act(self, coroutine: Coroutine[Any, Any, object]) -> None:
        try:
            self.run(coroutine)
        except (AlreadyClaimed, AlreadySettled, BadDate, NotOwner, NotWaiting):
            pass
        except (UnknownConversation, assignment.NoSuchLead):
            pass

    @rule(minutes=st.integers(-2_000, 20_000))
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @rule(number=st.integers(0, 3), text=st.sampled_from(["person", "never mind", "hello"]))
    def visitor_writes(self, number: int, text: str) -> None:
        if (who := self.one(number)) is not None:
            self.act(self.world.write(who, text))

    @rule(number=st.integers(0, 3), who=st.integers(0, 2))
    def claim(self, number: int, who: int) -> None:
        if (talk := self.one(number)) is not None:
            self.act(self.world.claim(talk, self.somebody(who)))

    @rule(number=st.integers(0, 3), who=st.integers(0, 2))
    def say(self, number: int, who: int) -> None:
        if (talk := self.one(number)) is not None:
            self.act(self.world.say(talk, self.somebody(who)))

    @rule(number=st.integers(0, 3), who=st.integers(0, 2))
    def hand_back(self, number: int, who: int) -> None:
        if (talk := self.one(number)) is not None:
            world = self.world
            self.act(
                counsellor.hand_back(
                    world.database,
                    world.hub,
                    talk,
                    by=self.somebody(who),
                    left=LEFT,
                    clock=world.clock,
                    terms=TERMS,
                )
            )

    @rule(number=st.integers(0, 3), who=st.integers(0, 2), outcome=st.sampled_from(list(Outcome)))
    def close(self, number: int, who: int, outcome: Outcome) -> None:
        if (talk := self.one(number)) is not None:
            world = self.world
            self.act(
                counsellor.close(
                    world.database,
                    world.hub,
                    talk,
                    by=self.somebody(who),
                    left=LEFT,
                    clock=world.clock,
                    outcome=outcome,
                )
            )

    @rule(number=st.integers(0, 3), to=st.sampled_from(["promis", "inici", "collectif"]))
    def reassign(self, number: int, to: str) -> None:
        if (talk := self.one(number)) is not None:
            world = self.world
            self.act(
                assignment.reassign(
                    world.database,
                    world.hub,
                    talk,
                    to,
                    by=self.chief,
                    clock=world.clock,
                    terms=TERMS,
                )
            )

    @rule(number=st.integers(0, 3), days=st.integers(-1, 400), what=st.sampled_from(list(Next)))
    def plan(self, number: int, days: int, what: Next) -> None:
        if (talk := self.one(number)) is not None:
            self.act(self._plan(talk, self.world.now + timedelta(days=days), what))

    async def _plan(self, talk: ConversationId, at: datetime, what: Next) -> None:
        async with self.world.database.write() as connection:
            await following.set_next(
                connection, talk, what=what, at=at, owner=None, now=self.world.now
            )

    @rule(number=st.integers(0, 3), page=st.integers(0, 2))
    def book(self, number: int, page: int) -> None:
        if (talk := self.one(number)) is not None:
            self.act(self._book(talk, page))

    async def _book(self, talk: ConversationId, page: int) -> None:
        world = self.world
        async with world.database.write() as connection:
            conversation = await conversations.load(connection, talk, lock=True)
            wanted = AppointmentRequest(action="offer", page=page)
            offered = await appointments.decide(
                connection, conversation, wanted, now=world.now, terms=TERMS
            )
            for slot in offered.slots[:1]:
                assert slot.starts_at > world.now
                at = round(slot.starts_at.timestamp() * 1000)
                wanted = AppointmentRequest(action="book", at=at, means="phone")
                await appointments.decide(
                    connection, conversation, wanted, now=world.now, terms=TERMS
                )

    @rule(number=st.integers(0, 3), action=st.sampled_from(["cancel", "call_back", "wait"]))
    def ask_about_waiting(
        self, number: int, action: Literal["cancel", "call_back", "wait"]
    ) -> None:
        if (talk := self.one(number)) is not None:
            self.act(self._ask(talk, AppointmentRequest(action=action)))

    async def _ask(self, talk: ConversationId, request: AppointmentRequest) -> None:
        async with self.world.database.write() as connection:
            conversation = await conversations.load(connection, talk, lock=True)
            await appointments.decide(
                connection, conversation, request, now=self.world.now, terms=TERMS
            )

    @rule()
    def look_after_the_late(self) -> None:
        world = self.world
        self.run(lateness.look_after(world.database, world.hub, terms=TERMS, clock=world.clock))

    @rule(number=st.integers(0, 3))
    def erase(self, number: int) -> None:
        if (talk := self.one(number)) is not None:
            world = self.world
            self.visitors.remove(talk)
            token = world.tokens[talk]
            self.act(visitor.erase(world.database, world.hub, talk, token=token, clock=world.clock))

    @invariant()
    def every_lead_is_somebodys_and_has_a_next_date(self) -> None:
        self.run(self._check())

    async def _check(self) -> None:
        async with self.world.database.read() as connection:
            open_leads = await stored.unsettled(connection)
            people = {each.id for each in self.staff}
            for lead in open_leads:
                assert lead.due_at is not None
                assert lead.due_what is not None
                assert lead.owner is None or lead.owner in people
                assert lead.organization is not None
            held = {lead.conversation_id: lead for lead in open_leads}
            assert len(held) == len(open_leads), "two open leads of one visitor"
            times = [
                (each.staff_id, each.starts_at)
                for each in await agendas.coming(connection, since=EVER)
            ]
            assert len(times) == len(set(times)), "two visitors at one time"
            for talk in self.visitors:
                conversation = await conversations.load(connection, talk)
                if conversation.state is State.WAITING:
                    assert talk in held
                if conversation.state is State.COUNSELLOR:
                    assert held[talk].owner == conversation.owner


def test_no_open_lead_is_ever_without_owner_and_next_date(prepared_database: Path) -> None:
    Leads.prepared = prepared_database
    machine = Leads.TestCase
    machine.settings = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    machine().runTest()


def test_lead_is_late_only_after_its_date() -> None:
    lead = Followed(
        lead_id="a", conversation_id=ConversationId("b"), created_at=SUNDAY, organization=None
    )
    assert not lead.is_overdue(SUNDAY)
    assert not replace(lead, due_at=SUNDAY).is_overdue(SUNDAY)
    assert replace(lead, due_at=SUNDAY).is_overdue(SUNDAY + timedelta(milliseconds=1))
