"""Who is told of what, and what becomes of an e-mail that cannot be sent at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import pytest

from marie.domain.conversation import Conversation, ConversationId, StaffId
from marie.domain.notices import KINDS, Attachment, Kind
from marie.domain.people import Staff
from marie.knowledge.notices import load_notices
from marie.services.mail import MailProblem
from marie.services.mailing import Mailer
from marie.services.notifications import notify_address, notify_organization, notify_staff
from marie.settings import ROOT
from marie.store import conversations, notifications, tables
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.notification_tables import notification
from marie.store.notifications import Notification
from tests.staff import add_account

START = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
BASE = "https://marie.example"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Post:
    """A transport that keeps what it is given, or fails as it is told."""

    def __init__(self, *problems: MailProblem | None) -> None:
        self.problems = list(problems)
        self.tried = 0
        self.taken: list[EmailMessage] = []

    async def send(self, message: EmailMessage) -> None:
        """Take it, unless a problem is next."""
        self.tried += 1
        problem = self.problems.pop(0) if self.problems else None
        if problem is not None:
            raise problem
        self.taken.append(message)


def mailer(database: Database, post: Post, clock: Clock) -> Mailer:
    return Mailer(
        database,
        post,
        load_notices(ROOT / "knowledge"),
        base=BASE,
        sender="marie@marie.example",
        clock=clock,
        jitter=lambda: 0.0,
    )


async def colleague(database: Database, username: str = "awa") -> Staff:
    """A counsellor of PROMIS with an address."""
    async with database.write() as connection:
        await accounts.add_organization(connection, "promis", "PROMIS")
    staff = await add_account(database, username)
    await set_email(database, staff.id, f"{username}@promis.example")
    return staff


async def set_email(database: Database, staff_id: StaffId, email: str | None) -> None:
    async with database.write() as connection:
        staff = tables.staff
        await connection.execute(staff.update().where(staff.c.id == staff_id).values(email=email))


async def tell(
    database: Database, staff: Staff, kind: Kind = "transfer", key: str = "k", **more: object
) -> None:
    async with database.write() as connection:
        await notify_staff(
            connection,
            staff.id,
            kind,
            path="/console/suivi",
            key=key,
            now=START,
            **more,  # type: ignore[arg-type]
        )


async def kept(database: Database) -> Sequence[Notification]:
    async with database.read() as connection:
        return await notifications.latest(connection, most=100)


async def test_a_key_is_sent_once_to_each_member(database: Database) -> None:
    await colleague(database, "awa")
    await colleague(database, "luc")
    for _ in range(2):
        async with database.write() as connection:
            await notify_organization(
                connection, "promis", "new_lead", path="/console/", key="lead-1", now=START
            )
    post = Post()
    await mailer(database, post, Clock()).run()
    await mailer(database, post, Clock()).run()
    assert sorted(str(each["To"]) for each in post.taken) == [
        "awa@promis.example",
        "luc@promis.example",
    ]


async def test_nobody_without_address_disabled_or_unwilling_is_written_to(
    database: Database,
) -> None:
    without = await colleague(database, "sans")
    await set_email(database, without.id, None)
    disabled = await colleague(database, "parti")
    unwilling = await colleague(database, "nul")
    async with database.write() as connection:
        staff = tables.staff
        await connection.execute(
            staff.update().where(staff.c.id == disabled.id).values(disabled_at=START)
        )
        await notifications.set_preferences(connection, unwilling.id, {"transfer": False})
    for each in (without, disabled, unwilling):
        await tell(database, each)
    assert await kept(database) == []
    await tell(database, unwilling, "reminder")
    assert [each.kind for each in await kept(database)] == ["reminder"]


async def test_what_is_rolled_back_is_not_sent(database: Database) -> None:
    staff = await colleague(database)

    async def fail() -> None:
        async with database.write() as connection:
            await notify_staff(
                connection, staff.id, "transfer", path="/console/", key="k", now=START
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await kept(database) == []


async def test_link_is_gone_once_it_is_sent(database: Database) -> None:
    staff = await colleague(database)
    await tell(database, staff)
    post = Post()
    await mailer(database, post, Clock()).run()
    (mail,) = await kept(database)
    assert (mail.state, mail.path, mail.attempts) == ("sent", None, 1)
    assert f"{BASE}/console/suivi\n" in post.taken[0].get_content()


async def test_new_leads_are_gathered_for_ten_minutes(database: Database) -> None:
    staff = await colleague(database)
    clock, post = Clock(), Post()
    sender = mailer(database, post, clock)
    await tell(database, staff, "new_lead", "1")
    await sender.run()
    await tell(database, staff, "new_lead", "2")
    await tell(database, staff, "new_lead", "3")
    clock.now += timedelta(minutes=10) - timedelta(milliseconds=1)
    await sender.run()
    assert len(post.taken) == 1
    clock.now += timedelta(milliseconds=1)
    await sender.run()
    await sender.run()
    assert len(post.taken) == 2
    assert sorted(each.state for each in await kept(database)) == ["merged", "sent", "sent"]
    assert f"{BASE}/console/\n" in post.taken[1].get_content()


async def test_server_away_holds_all_e_mails_and_counts_one_try(database: Database) -> None:
    staff = await colleague(database)
    for key in "abc":
        await tell(database, staff, key=key)
    clock = Clock()
    post = Post(MailProblem("unreachable", server=True))
    sender = mailer(database, post, clock)
    await sender.run()
    assert post.tried == 1
    assert sorted(each.attempts for each in await kept(database)) == [0, 0, 1]
    await sender.run()
    assert post.tried == 1
    clock.now += timedelta(minutes=1)
    await sender.run()
    assert [each.state for each in await kept(database)] == ["sent"] * 3


async def test_sending_is_given_up_after_eight_tries_and_may_be_asked_for_again(
    database: Database,
) -> None:
    staff = await colleague(database)
    await tell(database, staff)
    clock = Clock()
    post = Post(*[MailProblem("timeout", server=True)] * 8)
    sender = mailer(database, post, clock)
    for _ in range(60):
        await sender.run()
        clock.now += timedelta(minutes=30)
    (mail,) = await kept(database)
    assert (mail.state, mail.attempts, mail.problem) == ("given_up", 8, "timeout")
    assert post.tried == 8
    async with database.write() as connection:
        assert await notifications.retry(connection, mail.id, now=clock.now)
    await sender.run()
    (mail,) = await kept(database)
    assert mail.state == "sent"


async def test_refused_address_is_given_up_at_once_and_stops_nobody_else(
    database: Database,
) -> None:
    staff = await colleague(database)
    for key in "ab":
        await tell(database, staff, key=key)
    post = Post(MailProblem("refused", lasting=True))
    await mailer(database, post, Clock()).run()
    assert sorted(each.state for each in await kept(database)) == ["given_up", "sent"]


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "<a@b>", "a@"],
)
async def test_what_is_no_address_is_sent_nowhere(database: Database, address: str) -> None:
    async with database.write() as connection:
        await notify_address(connection, address, "call_back", path="/", key="k", now=START)
    post = Post()
    await mailer(database, post, Clock()).run()
    (mail,) = await kept(database)
    assert mail.state == "given_up"
    assert mail.problem in ("address", "no_address")
    assert post.taken == []


async def test_message_id_is_the_same_at_each_try(database: Database) -> None:
    staff = await colleague(database)
    await tell(database, staff)
    clock, post = Clock(), Post()
    sender = mailer(database, post, clock)
    await sender.run()
    async with database.write() as connection:  # as if the process had died before noting it
        mail = notification
        await connection.execute(mail.update().values(state="due"))
    await sender.run()
    first, second = post.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


async def talk(database: Database) -> ConversationId:
    conversation = Conversation(
        id=ConversationId(secrets.token_hex(16)), created_at=START, last_seq=0
    )
    async with database.write() as connection:
        await conversations.add(connection, conversation, token_hash="h")
    return conversation.id


async def test_erased_conversation_takes_its_e_mails_along(database: Database) -> None:
    conversation_id = await talk(database)
    async with database.write() as connection:
        await notify_address(
            connection,
            "awa@visitor.example",
            "appointment_booked",
            path="/rendez-vous/x",
            key="k",
            now=START,
            conversation_id=conversation_id,
        )
        known = tables.conversation
        await connection.execute(known.delete().where(known.c.id == conversation_id))
    assert await kept(database) == []


async def test_attachment_goes_along_and_is_not_kept(database: Database) -> None:
    calendar = Attachment(name="rendez-vous.ics", kind="text/calendar", content=b"BEGIN:VCALENDAR")
    async with database.write() as connection:
        await notify_address(
            connection,
            "awa@visitor.example",
            "appointment_booked",
            path="/rendez-vous/x",
            key="k",
            now=START,
            attachment=calendar,
        )
    post = Post()
    await mailer(database, post, Clock()).run()
    (file,) = post.taken[0].iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("rendez-vous.ics", "text/calendar")
    assert file.get_payload(decode=True) == b"BEGIN:VCALENDAR"
    (mail,) = await kept(database)
    assert mail.attachment is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outside", [False, True])
def test_no_kind_says_more_than_a_link_and_the_organization(kind: Kind, outside: bool) -> None:
    notices = load_notices(ROOT / "knowledge")
    written = notices.write(kind, link="LINK", organization="ORG", outside=outside)
    assert "LINK" not in written.subject
    assert written.text.count("LINK") == 1
    assert "{" not in written.subject + written.text
    assert len(written.subject) < 70
