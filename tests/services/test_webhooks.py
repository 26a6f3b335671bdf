"""Webhooks: signed, tried again for a day, never into a private network, nothing lost."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from marie.services import webhooks
from marie.services.notifications import notify_organization, notify_staff
from marie.services.webhooks import BadWebhook, Deliverer, allowing, check_url, sign
from marie.settings import ROOT
from marie.store import staff as accounts
from marie.store import webhooks as store
from marie.store.engine import Database
from tests.staff import add_account

START = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
SECRET = "whispered"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Listener:
    """The other side: answers `status`, keeps what it took."""

    def __init__(self) -> None:
        self.status = 200
        self.hangs = False
        self.asked = 0
        self.keys: set[str] = set()
        self.taken: list[tuple[dict[str, str], bytes]] = []

    async def hear(self, request: web.Request) -> web.Response:
        """One delivery."""
        self.asked += 1
        self.keys.add(request.headers["Idempotency-Key"])
        if self.hangs:
            await asyncio.sleep(5)
        if self.status == 200:
            self.taken.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def listener() -> AsyncIterator[tuple[Listener, str]]:
    """A listener and its address."""
    listening = Listener()
    app = web.Application()
    app.router.add_post("/hook", listening.hear)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield listening, str(server.make_url("/hook"))
    await server.close()


def deliverer(database: Database, clock: Clock, *, local: bool = True) -> Deliverer:
    return Deliverer(
        database,
        lambda _id: SECRET,
        base="https://marie.example",
        local=local,
        clock=clock,
        seconds=0.5,
        jitter=lambda: 0.0,
    )


async def listen(database: Database, url: str) -> str:
    """A webhook for new leads and transfers."""
    async with database.write() as connection:
        await accounts.add_organization(connection, "promis", "PROMIS")
    admin = await add_account(database, "admin-webhook")
    return await webhooks.add(
        database, url, ["new_lead", "transfer"], by=admin, local=True, clock=Clock()
    )


async def happen(database: Database, key: str, now: datetime = START) -> None:
    async with database.write() as connection:
        await notify_organization(
            connection, "promis", "new_lead", path="/console/conversations/1", key=key, now=now
        )


async def log_of(database: Database) -> list[store.Delivery]:
    async with database.read() as connection:
        return await store.latest(connection, most=50)


async def test_delivery_is_signed_and_says_nothing_but_what_and_where(
    database: Database, listener: tuple[Listener, str]
) -> None:
    heard, url = listener
    await listen(database, url)
    await happen(database, "lead-1")
    clock = Clock()
    await deliverer(database, clock).run()
    ((headers, body),) = heard.taken
    said = json.loads(body)
    assert said == {
        "id": headers["Idempotency-Key"],
        "kind": "new_lead",
        "at": "2026-11-22T12:00:00.000Z",
        "link": "https://marie.example/console/conversations/1",
    }
    assert headers["Marie-Signature"] == sign(SECRET, body, at=int(START.timestamp()))
    assert headers["Marie-Signature"] != sign("other", body, at=int(START.timestamp()))
    (delivery,) = await log_of(database)
    assert (delivery.state, delivery.status, delivery.attempts) == ("sent", 200, 1)
    assert delivery.duration_ms is not None


async def test_event_is_delivered_once_a_key_and_only_what_was_asked_for(
    database: Database, listener: tuple[Listener, str]
) -> None:
    heard, url = listener
    await listen(database, url)
    staff = await add_account(database, "awa")
    for _ in range(2):
        await happen(database, "lead-1")
    async with database.write() as connection:
        await notify_staff(connection, staff.id, "reminder", path="/", key="r", now=START)
        await notify_staff(connection, staff.id, "password_reset", path="/s", key="p", now=START)
    await deliverer(database, Clock()).run()
    assert heard.asked == 1


async def test_after_an_hour_of_500_everything_arrives_once(
    database: Database, listener: tuple[Listener, str]
) -> None:
    heard, url = listener
    await listen(database, url)
    heard.status = 500
    clock = Clock()
    sender = deliverer(database, clock)
    for minute in range(60):
        if minute in (0, 20, 59):
            await happen(database, f"lead-{minute}", clock.now)
        await sender.run()
        clock.now += timedelta(minutes=1)
    # It is not hammered: the first waits longer each time, the others a moment after it.
    assert heard.asked < 60
    assert {each.state for each in await log_of(database)} == {"due"}
    heard.status = 200
    for _ in range(120):
        await sender.run()
        clock.now += timedelta(minutes=1)
    ids = [headers["Idempotency-Key"] for headers, _ in heard.taken]
    assert len(ids) == 3
    assert set(ids) == heard.keys, "a delivery keeps its key from the first try on"
    assert {each.state for each in await log_of(database)} == {"sent"}


async def test_delivery_is_given_up_after_a_day_and_may_be_asked_for_again(
    database: Database, listener: tuple[Listener, str]
) -> None:
    heard, url = listener
    await listen(database, url)
    await happen(database, "lead-1")
    heard.status = 503
    clock = Clock()
    sender = deliverer(database, clock)
    given_up_at = None
    for _ in range(30 * 12):
        await sender.run()
        (delivery,) = await log_of(database)
        if delivery.state == "given_up":
            given_up_at = clock.now
            break
        clock.now += timedelta(minutes=5)
    assert given_up_at is not None
    assert timedelta(hours=20) < given_up_at - START <= timedelta(days=1)
    assert (delivery.status, delivery.problem) == (503, "status")
    heard.status = 200
    admin = await add_account(database, "claire")
    assert await webhooks.retry(database, delivery.id, by=admin, clock=clock)
    await sender.run()
    assert len(heard.taken) == 1
    assert not await webhooks.retry(database, delivery.id, by=admin, clock=clock)


async def test_one_that_hangs_holds_the_others_and_is_left(
    database: Database, listener: tuple[Listener, str]
) -> None:
    heard, url = listener
    await listen(database, url)
    heard.hangs = True
    for key in "abc":
        await happen(database, key)
    await deliverer(database, Clock()).run()
    assert heard.asked == 1
    assert sorted(each.problem or "" for each in await log_of(database)) == ["", "", "timeout"]


async def test_redirection_is_not_followed(
    database: Database, listener: tuple[Listener, str]
) -> None:
    heard, url = listener
    await listen(database, url)
    await happen(database, "lead-1")
    heard.status = 302
    await deliverer(database, Clock()).run()
    (delivery,) = await log_of(database)
    assert (delivery.problem, delivery.status, heard.asked) == ("redirect", 302, 1)


async def test_name_that_leads_home_since_it_was_added_hears_nothing(
    database: Database, listener: tuple[Listener, str]
) -> None:
    heard, url = listener
    await listen(database, url.replace("127.0.0.1", "localhost"))
    await happen(database, "lead-1")
    await deliverer(database, Clock(), local=False).run()
    (delivery,) = await log_of(database)
    assert (delivery.problem, heard.asked) == ("private", 0)


async def test_removed_webhook_hears_nothing_more(
    database: Database, listener: tuple[Listener, str]
) -> None:
    heard, url = listener
    webhook_id = await listen(database, url)
    await happen(database, "lead-1")
    admin = await add_account(database, "claire")
    assert await webhooks.remove(database, webhook_id, by=admin, clock=Clock())
    await happen(database, "lead-2")
    await deliverer(database, Clock()).run()
    assert heard.asked == 0


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://hooks.example/x", "not_https"),
        ("ftp://hooks.example/x", "not_https"),
        ("//hooks.example", "not_https"),
        ("https://", "address"),
        ("https://user:pass@hooks.example", "address"),
        ("https://hooks.example:99999999/", "address"),
        ("https://hooks.example/ x", "address"),
        ("https://[::1", "address"),
        ("https://hooks.example/" + "x" * 500, "address"),
        ("https://10.0.0.7/x", "private"),
        ("https://192.168.1.1/", "private"),
        ("https://169.254.169.254/latest", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:10.0.0.7]/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://0.0.0.0/", "private"),
        ("https://localhost/", "private"),
        ("http://127.0.0.1:8082/", "private"),
    ],
)
def test_address_of_no_use_or_of_a_private_network_is_refused(url: str, problem: str) -> None:
    with pytest.raises(BadWebhook) as caught:
        check_url(url, local=False)
    assert caught.value.problem == problem


def test_loopback_is_allowed_only_where_marie_is_on_loopback_herself() -> None:
    check_url("http://127.0.0.1:8082/", local=True)
    check_url("http://localhost/", local=True)
    assert allowing(local=True)("127.0.0.1")
    assert not allowing(local=False)("127.0.0.1")
    assert not allowing(local=True)("10.0.0.7")
    with pytest.raises(BadWebhook):
        check_url("http://10.0.0.7/", local=True)


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f.1", "localhost."])
async def test_other_spellings_of_loopback_lead_nowhere_either(
    database: Database, host: str
) -> None:
    admin = await add_account(database, "claire")
    with pytest.raises(BadWebhook) as caught:
        await webhooks.add(
            database, f"https://{host}/", ["new_lead"], by=admin, local=False, clock=Clock()
        )
    assert caught.value.problem in ("private", "name")


async def test_unknown_kinds_and_secret_ones_are_refused(database: Database) -> None:
    admin = await add_account(database, "claire")
    for kinds in ([], ["nothing"], ["new_lead", "invitation"]):
        with pytest.raises(BadWebhook) as caught:
            await webhooks.add(
                database, "http://127.0.0.1/", kinds, by=admin, local=True, clock=Clock()
            )
        assert caught.value.problem == "kinds"


def test_verification_that_the_documentation_shows_is_right() -> None:
    page = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
    shown = page.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(shown, names)
    body, now = b'{"id": "1"}', int(time.time())
    is_ours = names["is_ours"]
    assert is_ours(SECRET, sign(SECRET, body, at=now), body)
    assert not is_ours("other", sign(SECRET, body, at=now), body)
    assert not is_ours(SECRET, sign(SECRET, body, at=now), body + b" ")
    assert not is_ours(SECRET, sign(SECRET, body, at=now - 301), body)
