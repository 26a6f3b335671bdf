"""What is sent and who is referred, in the store: the same on both engines."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta, timezone

from marie.domain.conversation import Conversation, ConversationId, StaffId
from marie.domain.notices import Attachment
from marie.domain.people import Role, Staff
from marie.domain.referral import Agent, Kind, Referral, State, Target
from marie.services.notifications import notify_address, notify_organization
from marie.store import conversations, notifications, referrals, tables, webhooks
from marie.store import staff as accounts
from marie.store.engine import Database

START = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)


async def member(store: Database) -> Staff:
    staff = Staff(
        id=StaffId(secrets.token_hex(16)),
        username="awa",
        name="Awa",
        role=Role.COUNSELLOR,
        organization="promis",
        password_hash="-",
        must_change_password=False,
        email="awa@promis.example",
    )
    async with store.write() as connection:
        await accounts.add_organization(connection, "promis", "PROMIS")
        await accounts.add(connection, staff, at=START)
    return staff


async def talk(store: Database) -> ConversationId:
    conversation_id = ConversationId(secrets.token_hex(16))
    async with store.write() as connection:
        await conversations.add(
            connection,
            Conversation(id=conversation_id, created_at=START, last_seq=0),
            token_hash="h",
        )
    return conversation_id


async def test_e_mail_goes_through_its_states(store: Database) -> None:
    staff = await member(store)
    async with store.write() as connection:
        for key in ("1", "2", "2"):
            await notify_organization(
                connection, "promis", "new_lead", path="/console/", key=key, now=START
            )
        first, second = await notifications.due(connection, now=START, most=9)
        assert (first.to, first.staff_name, first.organization) == (
            "awa@promis.example",
            "Awa",
            "PROMIS",
        )
        await notifications.failed(
            connection, first.id, problem="timeout", again_at=START + MINUTE, now=START
        )
        assert await notifications.due(connection, now=START, most=9) == [second]
        await notifications.sent(connection, second.id, now=START)
        await notifications.merge(
            connection, staff.id, "new_lead", into=second.id, known_at=START, now=START
        )
        assert await notifications.counts(connection) == {"sent": 1, "merged": 1}
        assert await notifications.last_sent(connection, staff.id, "new_lead") == START
        assert await notifications.forget(connection, before=START + MINUTE) == 2


async def test_erasing_takes_e_mails_deliveries_and_referrals_along(store: Database) -> None:
    staff = await member(store)
    conversation_id = await talk(store)
    async with store.write() as connection:
        await webhooks.add(
            connection,
            webhook_id="w" * 32,
            url="https://hooks.example",
            kinds=["new_lead"],
            by=staff.id,
            now=START,
        )
        await notify_organization(
            connection,
            "promis",
            "new_lead",
            path="/console/",
            key="1",
            now=START,
            conversation_id=conversation_id,
        )
        await notify_address(
            connection,
            "awa@visitor.example",
            "appointment_booked",
            path="/x",
            key="2",
            now=START,
            conversation_id=conversation_id,
            attachment=Attachment(name="a.ics", kind="text/calendar", content=b"\x00\xff"),
        )
        await referrals.add(connection, referral(conversation_id, staff.id))
        found = await notifications.latest(connection, most=9)
        (attached,) = (each.attachment for each in found if each.attachment)
        assert attached.content == b"\x00\xff"
        assert len(await webhooks.due(connection, now=START, most=9)) == 1
        known = tables.conversation
        await connection.execute(known.delete().where(known.c.id == conversation_id))
        assert await notifications.latest(connection, most=9) == []
        assert await webhooks.latest(connection, most=9) == []
        assert await referrals.by_id(connection, "r" * 32) is None


def referral(conversation_id: ConversationId, asked_by: StaffId) -> Referral:
    return Referral(
        id="r" * 32,
        conversation_id=conversation_id,
        target=Target(kind=Kind.ORGANIZATION, name="Un carrefour", email="a@carrefour.example"),
        asked_by=asked_by,
        asked_at=START,
        asked_seq=3,
        purpose="…",
        consent="…",
        passed={"need": "Bail"},
        state=State.AGREED,
        token_hash="t" * 64,
        expires_at=START + MINUTE,
    )


async def test_referral_is_read_as_it_was_written_and_expires(store: Database) -> None:
    staff = await member(store)
    mine = referral(await talk(store), staff.id)
    async with store.write() as connection:
        await referrals.add(connection, mine)
        assert await referrals.by_token(connection, "t" * 64) == mine
        assert await referrals.expired(connection, now=START) == []
        assert await referrals.expired(connection, now=START + MINUTE) == [mine]


async def test_list_of_agents_is_replaced_and_who_comes_back_is_known(store: Database) -> None:
    def agent(letter: str, email: str) -> Agent:
        return Agent(
            id=letter * 32,
            territory=letter,
            area="Bas-Saint-Laurent",
            region="01",
            organization="Un carrefour",
            email=email,
            url=None,
        )

    async with store.write() as connection:
        first, second = agent("a", "a@x.example"), agent("b", "b@x.example")
        assert await referrals.replace_agents(connection, [first, second], now=START) == (2, 0, 0)
        changed = agent("a", "c@x.example")
        assert await referrals.replace_agents(connection, [changed], now=START) == (0, 1, 1)
        assert await referrals.agents(connection) == [changed]
        assert await referrals.replace_agents(connection, [changed, second], now=START) == (1, 0, 0)
