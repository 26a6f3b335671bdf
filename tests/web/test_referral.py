"""Referring: one at a time, with the visitor's consent, by a link that can be closed."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import aiohttp
import pytest

from marie import clock
from marie.domain.conversation import ConversationId
from marie.domain.people import Role
from marie.domain.referral import Agent, Referral, State, UnknownReferral
from marie.services import mailing, referrals
from marie.settings import Settings
from marie.store import consents, notifications, tables
from marie.store import referrals as store
from marie.store.engine import Database
from marie.web.jobs import jobs_of
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa
from tests.staff import Member, add_account, browser_of, open_session, waiting_visitor

NASTY = "<img src=x onerror=alert(1)>"
AGENT = Agent(
    id="a" * 32,
    territory="La Matanie",
    area="Bas-Saint-Laurent",
    region="01",
    organization="Un carrefour",
    email="agent@carrefour.example",
    url=None,
)


@pytest.fixture
async def counsellor(client: Client, database: Database) -> AsyncIterator[Member]:
    """A counsellor who may see the visitor's lead, whoever holds it."""
    staff = await add_account(database, "awa", name="Awa")
    async with browser_of(client, "awa") as member:
        member.carry(await open_session(database, staff))
        yield member


async def taken(client: Client, database: Database, counsellor: Member) -> Visitor:
    """A visitor whose conversation the counsellor has."""
    visitor = await waiting_visitor(client, "Je pense à Matane")
    async with database.write() as connection:
        known = tables.lead
        await connection.execute(
            known.update()
            .where(known.c.conversation_id == visitor.id)
            .values(organization="promis", name="Fatou", email="fatou@visitor.example")
        )
        await store.replace_agents(connection, [AGENT], now=clock.now())
    assert (await counsellor.claim(visitor)).status == 200
    return visitor


def page_of(visitor: Visitor) -> str:
    return f"/console/conversations/{visitor.id}/orientation"


async def replies(visitor: Visitor) -> dict[str, str]:
    """The buttons under the newest message that has some, payload by title."""
    log = (await visitor.log())["messages"]
    newest: dict[str, Any] = next(each for each in reversed(log) if each["quick_replies"])
    return {each["title"]: each["payload"] for each in newest["quick_replies"]}


async def press(visitor: Visitor, title: str) -> int:
    status, _ = await visitor.post(
        {"client_id": str(uuid.uuid4()), "payload": (await replies(visitor))[title]}
    )
    return status


async def newest(database: Database, visitor: Visitor) -> Referral:
    async with database.read() as connection:
        return (await store.of_conversation(connection, ConversationId(visitor.id)))[0]


async def texts(visitor: Visitor) -> list[str]:
    return [each["text"] for each in (await visitor.log())["messages"]]


async def link(client: Client, settings: Settings) -> str:
    """The path in the e-mail that the recipient gets."""
    for job in jobs_of(client.app):
        if job.name == "mail":
            await job.run()
    for path in mailing.outbox_of(settings).glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=default)
        found = re.search(r"/orientation/[\w-]{43}", message.get_content())
        if found:
            assert "Fatou" not in path.read_text(encoding="utf-8")
            return found[0]
    raise AssertionError("no e-mail")


async def asked(client: Client, database: Database, counsellor: Member) -> Visitor:
    visitor = await taken(client, database, counsellor)
    shown = await counsellor.post(page_of(visitor), kind="agent", agent=AGENT.id)
    assert shown.status == 200
    return visitor


async def test_from_the_question_to_the_agents_answer(
    client: Client, database: Database, counsellor: Member, settings: Settings, rasa: FakeRasa
) -> None:
    visitor = await asked(client, database, counsellor)
    question = (await visitor.log())["messages"][-1]
    assert (question["author"], question["name"]) == ("counsellor", "Awa")
    told = ("Un carrefour (La Matanie)", "Nom\u00a0: Fatou", "fatou@visitor.example", "30 jours")
    for part in told:
        assert part in question["text"]
    # Nothing leaves before the yes.
    async with database.read() as connection:
        sent = await notifications.latest(connection, most=9)
    assert [each.kind for each in sent if each.kind == "referral"] == []
    heard = len(rasa.turns)
    assert await press(visitor, "Oui, transmettez") == 202
    assert len(rasa.turns) == heard
    assert any("est transmis à Un carrefour" in each for each in await texts(visitor))
    async with database.read() as connection:
        given = await consents.of_conversation(connection, ConversationId(visitor.id))
    assert [each.text for each in given if each.purpose == "referral"] == [question["text"]]
    path = await link(client, settings)
    async with client.get(path) as response:
        assert response.status == 200
        page = await response.text()
    assert "Fatou" in page
    assert "Je prends contact" in page
    async with client.post(path, data={"state": "contacting", "reason": "Demain"}) as response:
        assert response.status == 200
    referral = await newest(database, visitor)
    assert (referral.state, referral.reason) == (State.CONTACTING, "Demain")
    assert "prend contact avec vous" in (await texts(visitor))[-1]
    shown = await counsellor.get(page_of(visitor))
    assert "Prend contact" in shown.text
    assert "Demain" in shown.text
    over = await counsellor.post(f"{page_of(visitor)}/{referral.id}", state="ended")
    assert "Demander l’accord" in over.text
    async with client.get(path) as response:
        assert response.status == 410


async def test_no_passes_nothing_on(client: Client, database: Database, counsellor: Member) -> None:
    visitor = await asked(client, database, counsellor)
    payload = (await replies(visitor))["Oui, transmettez"]
    await press(visitor, "Non")
    referral = await newest(database, visitor)
    assert (referral.state, referral.passed, referral.token_hash) == (State.DECLINED, {}, None)
    # The other button, pressed afterwards, changes nothing.
    await visitor.post({"client_id": str(uuid.uuid4()), "payload": payload})
    assert (await newest(database, visitor)).state is State.DECLINED
    assert "n’est plus ouverte" in (await texts(visitor))[-1]
    async with database.read() as connection:
        given = await consents.of_conversation(connection, ConversationId(visitor.id))
    assert [each for each in given if each.purpose == "referral"] == []


async def test_answer_is_the_gateways_also_when_marie_has_the_conversation_again(
    client: Client, database: Database, counsellor: Member, rasa: FakeRasa
) -> None:
    visitor = await asked(client, database, counsellor)
    await counsellor.post(f"/console/conversations/{visitor.id}/rendre")
    heard = len(rasa.turns)
    status, answer = await visitor.post(
        {
            "client_id": str(uuid.uuid4()),
            "payload": (await replies(visitor))["Oui, transmettez"],
        },
        wait=5,
    )
    assert status == 200, answer
    assert len(rasa.turns) == heard
    assert (await newest(database, visitor)).state is State.AGREED


async def test_withdrawn_consent_closes_the_link(
    client: Client, database: Database, counsellor: Member, settings: Settings
) -> None:
    visitor = await asked(client, database, counsellor)
    await press(visitor, "Oui, transmettez")
    path = await link(client, settings)
    await press(visitor, "Retirer mon accord")
    async with client.get(path) as response:
        assert response.status == 410
        assert "Fatou" not in await response.text()
    async with client.post(path, data={"state": "contacting"}) as response:
        assert response.status == 410
    referral = await newest(database, visitor)
    assert (referral.state, referral.passed) == (State.REVOKED, {})


async def test_consent_withdrawn_at_once_stops_the_e_mail(
    client: Client, database: Database, counsellor: Member
) -> None:
    visitor = await asked(client, database, counsellor)
    async with database.write() as connection:  # as if the server were away
        await connection.execute(
            tables.job.update()
            .where(tables.job.c.name == "mail")
            .values(next_at=clock.now() + timedelta(days=1))
        )
    await press(visitor, "Oui, transmettez")
    await press(visitor, "Retirer mon accord")
    async with database.read() as connection:
        sent = await notifications.latest(connection, most=9)
    assert [each for each in sent if each.kind == "referral"] == []


async def test_erased_conversation_closes_the_link(
    client: Client, database: Database, counsellor: Member, settings: Settings
) -> None:
    visitor = await asked(client, database, counsellor)
    await press(visitor, "Oui, transmettez")
    path = await link(client, settings)
    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    async with client.get(path) as response:
        assert response.status == 410


async def test_refusal_closes_the_link_and_a_second_answer_changes_nothing(
    client: Client, database: Database, counsellor: Member, settings: Settings
) -> None:
    visitor = await asked(client, database, counsellor)
    await press(visitor, "Oui, transmettez")
    path = await link(client, settings)
    async with client.post(path, data={"state": "refused", "reason": NASTY}) as response:
        assert response.status == 200
        assert "Merci de votre réponse" in await response.text()
    async with client.post(path, data={"state": "contacting"}) as response:
        assert response.status == 410
    shown = await counsellor.get(page_of(visitor))
    assert "Ne peut pas donner suite" in shown.text
    assert NASTY not in shown.text
    assert "Demander l’accord" in shown.text


@pytest.mark.parametrize("state", ["ended", "revoked", "asked", "agreed", "", NASTY])
async def test_recipient_has_two_answers_and_no_others(
    client: Client, database: Database, counsellor: Member, settings: Settings, state: str
) -> None:
    visitor = await asked(client, database, counsellor)
    await press(visitor, "Oui, transmettez")
    path = await link(client, settings)
    async with client.post(path, data={"state": state}, allow_redirects=False) as response:
        assert response.status in (303, 400)
    assert (await newest(database, visitor)).state is State.AGREED


async def test_link_expires_after_thirty_days(
    client: Client, database: Database, counsellor: Member, settings: Settings
) -> None:
    visitor = await asked(client, database, counsellor)
    await press(visitor, "Oui, transmettez")
    token = (await link(client, settings)).rpartition("/")[2]
    until = (await newest(database, visitor)).expires_at
    assert until is not None
    assert await referrals.show(database, token, clock=lambda: until - timedelta(milliseconds=1))
    with pytest.raises(UnknownReferral):
        await referrals.show(database, token, clock=lambda: until)
    assert await referrals.expire(database, clock=lambda: until) == 1
    assert (await newest(database, visitor)).state is State.EXPIRED


async def test_only_one_is_open_at_a_time(
    client: Client, database: Database, counsellor: Member
) -> None:
    visitor = await asked(client, database, counsellor)
    second = await counsellor.post(page_of(visitor), kind="matching", name="Emplois en régions")
    assert second.status == 409
    assert "une seule à la fois" in second.text
    referral = await newest(database, visitor)
    await counsellor.post(f"{page_of(visitor)}/{referral.id}", state="cancelled")
    third = await counsellor.post(page_of(visitor), kind="matching", name="Emplois en régions")
    assert third.status == 200
    assert "Attend l’accord de la personne" in third.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "agent", "agent": "b" * 32}, "Choisissez un agent"),
        ({"kind": "organization", "name": " "}, "Écrivez le nom"),
        ({"kind": "organization", "name": "x" * 121}, "Écrivez le nom"),
        ({"kind": "organization", "name": "Un nom", "email": "nobody"}, "pas une adresse"),
        ({"kind": "organization", "name": NASTY, "email": NASTY}, "pas une adresse"),
        ({"kind": NASTY}, "Choisissez à qui"),
    ],
)
async def test_what_cannot_be_asked_is_explained_with_what_was_typed(
    client: Client,
    database: Database,
    counsellor: Member,
    fields: dict[str, str],
    sentence: str,
) -> None:
    visitor = await taken(client, database, counsellor)
    shown = await counsellor.session.post(
        client.make_url(page_of(visitor)), data=fields, allow_redirects=True
    )
    text = await shown.text()
    assert shown.status == 400
    assert sentence in text
    assert NASTY not in text


async def test_agent_without_address_is_reached_by_his_page(
    client: Client, database: Database, counsellor: Member
) -> None:
    visitor = await taken(client, database, counsellor)
    by_page = replace(AGENT, email=None, url="https://carrefour.example/agent")
    async with database.write() as connection:
        await store.replace_agents(connection, [by_page], now=clock.now())
    await counsellor.post(page_of(visitor), kind="agent", agent=AGENT.id)
    await press(visitor, "Oui, transmettez")
    referral = await newest(database, visitor)
    assert (referral.state, referral.token_hash) == (State.AGREED, None)
    shown = await counsellor.get(page_of(visitor))
    assert 'href="https://carrefour.example/agent"' in shown.text
    noted = await counsellor.post(
        f"{page_of(visitor)}/{referral.id}", state="refused", reason="Pas cette année"
    )
    assert "Pas cette année" in noted.text
    assert (await newest(database, visitor)).state is State.REFUSED


async def test_nasty_name_is_only_text_everywhere(
    client: Client, database: Database, counsellor: Member
) -> None:
    visitor = await taken(client, database, counsellor)
    shown = await counsellor.post(page_of(visitor), kind="organization", name=NASTY)
    assert shown.status == 200
    assert NASTY not in shown.text
    conversation = await counsellor.get(f"/console/conversations/{visitor.id}")
    assert NASTY not in conversation.text


async def test_nobody_else_asks_in_a_counsellors_name(
    client: Client, database: Database, counsellor: Member
) -> None:
    visitor = await taken(client, database, counsellor)
    await add_account(database, "luc", name="Luc")
    async with browser_of(client, "luc") as other:
        await other.sign_in()
        refused = await other.post(page_of(visitor), kind="agent", agent=AGENT.id)
    assert refused.status == 409
    async with database.read() as connection:
        found = await store.of_conversation(connection, ConversationId(visitor.id))
    assert found == []


async def test_unknown_link_is_answered_calmly(client: Client) -> None:
    async with client.get(f"/orientation/{'x' * 43}") as response:
        assert response.status == 410
        assert "Ce lien ne mène plus à rien" in await response.text()


async def test_not_ripe_goes_to_emplois_en_regions_first(
    client: Client, database: Database, counsellor: Member
) -> None:
    visitor = await taken(client, database, counsellor)
    shown = await counsellor.get(page_of(visitor))
    matching, agent = (shown.text.index(f'id="{each}-title"') for each in ("matching", "agent"))
    assert matching < agent


async def test_list_of_agents_is_imported_and_tells_itself_completely(
    client: Client, database: Database
) -> None:
    await add_account(database, "claire", role=Role.ADMINISTRATOR)
    async with browser_of(client, "claire") as admin:
        await admin.sign_in()
        assert "La liste est vide" in (await admin.get("/admin/agents")).text

        async def send(text: str, name: str = "agents.csv") -> tuple[int, str]:
            form = aiohttp.FormData()
            form.add_field("file", text.encode(), filename=name, content_type="text/csv")
            async with admin.session.post(client.make_url("/admin/agents"), data=form) as response:
                return response.status, await response.text()

        head = "Territoire;Région ou MRC;Organisme;Courriel;Page\n"
        status, text = await send(
            head
            + "La Matanie;Bas-Saint-Laurent;Un carrefour;a@carrefour.example;\n"
            + "Charlevoix;Capitale-Nationale;Un autre;;https://autre.example\n"
            + "Rien;Bas-Saint-Laurent;Muet;;\n"
            + f"{NASTY};Ailleurs;{NASTY};b@x.example;javascript:alert(1)\n"
        )
        assert status == 200
        assert "Ligne 4" in text
        assert "ni courriel ni page" in text
        assert "Région non reconnue" in text
        assert NASTY not in text
        assert "javascript:" not in text
        async with database.read() as connection:
            assert {each.territory: each.region for each in await store.agents(connection)} == {
                "La Matanie": "01",
                "Charlevoix": "03",
                NASTY: None,
            }
        status, text = await send(
            head + "La Matanie;Bas-Saint-Laurent;Un carrefour;c@carrefour.example;\n"
        )
        assert "1 changés, 2 retirés" in text
        for bad in ("", "rien\n1\n", head, "Territoire;Organisme\nx;y\n"):
            status, text = await send(bad)
            assert status == 400
        async with database.read() as connection:
            assert [each.email for each in await store.agents(connection)] == [
                "c@carrefour.example"
            ]
