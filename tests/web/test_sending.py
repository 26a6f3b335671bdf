"""`/admin/envois`: what was sent and what was not; webhooks; `/console/avis`: who wants what."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from marie import clock
from marie.domain.conversation import StaffId
from marie.domain.people import Role
from marie.services import mailing
from marie.services.notifications import notify_address, notify_staff
from marie.settings import Settings
from marie.store import notifications, tables
from marie.store.engine import Database
from marie.web.jobs import jobs_of
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, waiting_visitor

PAGE = "/admin/envois"
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def admin(client: Client, database: Database) -> AsyncIterator[Member]:
    """An administrator at her browser."""
    await add_account(database, "claire", role=Role.ADMINISTRATOR)
    async with browser_of(client, "claire") as member:
        await member.sign_in()
        yield member


def ticked(*kinds: str) -> Any:
    """The boxes of these kinds as a form sends them."""
    return {f"kind-{kind}": "on" for kind in kinds}


async def send_all(client: Client) -> None:
    """Run the jobs that send, now."""
    for job in jobs_of(client.app):
        if job.name in ("mail", "webhooks", "outbox"):
            await job.run()


async def with_address(database: Database, username: str, email: str) -> StaffId:
    staff = await add_account(database, username)
    async with database.write() as connection:
        known = tables.staff
        await connection.execute(known.update().where(known.c.id == staff.id).values(email=email))
    return staff.id


async def test_new_lead_is_an_e_mail_that_is_read_here_without_a_server(
    client: Client, database: Database, admin: Member
) -> None:
    for organization in ("promis", "collectif", "inici"):
        staff_id = await with_address(database, organization, f"{organization}@promis.example")
        async with database.write() as connection:
            known = tables.staff
            await connection.execute(
                known.update().where(known.c.id == staff_id).values(organization=organization)
            )
    visitor = await waiting_visitor(client, "Je veux aller à Rimouski")
    await send_all(client)
    shown = await admin.get(PAGE)
    assert "Nouvelle demande" in shown.text
    assert "Gardé ici" in shown.text
    (address,) = re.findall(r'href="(/admin/envois/courriels/[0-9a-f]{32})"', shown.text)
    letter = await admin.get(address)
    assert letter.status == 200
    assert "Une demande attend une réponse" in letter.text
    assert "/console/" in letter.text
    # Nothing of the visitor is in it.
    for personal in ("Rimouski", visitor.id):
        assert personal not in letter.text


async def test_e_mail_of_an_erased_conversation_is_gone_with_its_file(
    client: Client, database: Database, admin: Member, settings: Settings
) -> None:
    visitor = await waiting_visitor(client)
    async with database.write() as connection:
        await notify_address(
            connection,
            "awa@visitor.example",
            "appointment_booked",
            path="/x",
            key="k",
            now=clock.now(),
            conversation_id=visitor.id,  # type: ignore[arg-type]
        )
    await send_all(client)
    folder = mailing.outbox_of(settings)
    assert len(list(folder.glob("*.eml"))) == 1
    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    await send_all(client)
    assert list(folder.glob("*.eml")) == []
    assert "Personne sans compte" not in (await admin.get(PAGE)).text


async def test_what_was_given_up_is_said_and_sent_again_when_asked(
    client: Client, database: Database, admin: Member
) -> None:
    staff_id = await with_address(database, "awa", "nobody")
    async with database.write() as connection:
        await notify_staff(
            connection,
            staff_id,
            "transfer",
            path="/console/",
            key="k",
            now=clock.now(),
        )
    await send_all(client)
    shown = await admin.get(PAGE)
    assert "Abandonné" in shown.text
    assert "Ce n’est pas une adresse" in shown.text
    (action,) = re.findall(r'action="(/admin/envois/courriels/[0-9a-f]{32}/reessayer)"', shown.text)
    async with database.write() as connection:
        known = tables.staff
        await connection.execute(
            known.update().where(known.c.id == staff_id).values(email="awa@promis.example")
        )
    again = await admin.post(action)
    assert again.status == 200
    await send_all(client)
    assert "Abandonné" not in (await admin.get(PAGE)).text
    assert (await admin.post(action)).status == 404


async def test_secret_of_a_webhook_is_shown_once(client: Client, admin: Member) -> None:
    added = await admin.post(
        PAGE + "/webhooks",
        url="http://127.0.0.1:9/hook",
        **ticked("new_lead"),
    )
    assert added.status == 201
    (secret,) = re.findall(r'<code class="secret">([\w-]{43})</code>', added.text)
    later = await admin.get(PAGE)
    assert "http://127.0.0.1:9/hook" in later.text
    assert secret not in later.text


@pytest.mark.parametrize(
    ("url", "kinds", "sentence"),
    [
        ("http://hooks.example", ["new_lead"], "doit commencer par https"),
        ("https://10.0.0.7/", ["new_lead"], "réseau privé"),
        ("", ["new_lead"], "pas une adresse complète"),
        ("http://127.0.0.1/", [], "au moins un événement"),
        (f"https://{NASTY}", ["new_lead"], "pas une adresse complète"),
    ],
)
async def test_webhook_that_cannot_be_is_explained_with_what_was_typed(
    admin: Member, url: str, kinds: list[str], sentence: str
) -> None:
    shown = await admin.post(PAGE + "/webhooks", url=url, **ticked(*kinds))
    assert shown.status == 400
    assert sentence in shown.text
    assert NASTY not in shown.text
    if kinds:
        assert 'name="kind-new_lead" checked' in shown.text


async def test_failed_delivery_is_logged_and_removed_webhook_is_gone(
    client: Client, database: Database, admin: Member
) -> None:
    await admin.post(PAGE + "/webhooks", url="http://127.0.0.1:9/x", **ticked("new_lead"))
    await waiting_visitor(client)
    await send_all(client)
    shown = await admin.get(PAGE)
    assert "Connexion impossible" in shown.text
    assert "Prochain essai" in shown.text
    (retry,) = re.findall(r'action="(/admin/envois/livraisons/\w{32}/reessayer)"', shown.text)
    assert (await admin.post(retry)).status == 200
    (remove,) = re.findall(r'action="(/admin/envois/webhooks/\w{32}/retirer)"', shown.text)
    assert "127.0.0.1:9" not in (await admin.post(remove)).text
    assert (await admin.post(remove)).status == 404


async def test_each_person_chooses_her_notices(client: Client, database: Database) -> None:
    staff_id = await with_address(database, "awa", "awa@promis.example")
    async with browser_of(client, "awa") as member:
        await member.sign_in()
        shown = await member.get("/console/avis")
        assert "awa@promis.example" in shown.text
        assert 'name="kind-transfer" checked' in shown.text
        assert "kind-escalated" not in shown.text
        saved = await member.post("/console/avis", **ticked("reminder"))
        assert "Vos choix sont gardés" in saved.text
        assert 'name="kind-transfer" checked' not in saved.text
        assert 'name="kind-reminder" checked' in saved.text
    async with database.write() as connection:
        now = clock.now() - timedelta(minutes=1)
        for kind in ("transfer", "reminder", "escalated"):
            await notify_staff(connection, staff_id, kind, path="/", key=kind, now=now)
        assert sorted(each.kind for each in await notifications.latest(connection, most=9)) == [
            "escalated",
            "reminder",
        ]
