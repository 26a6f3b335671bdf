"""Waiting, from the chat to the counsellor's pages and the visitor's own link."""

from __future__ import annotations

import asyncio
import base64
import html
import re
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import func, select, update

from marie import clock
from marie.domain.conversation import ConversationId
from marie.domain.following import Followed, Next, Outcome
from marie.domain.people import Role
from marie.services import lateness
from marie.store import appointments, consents, following
from marie.store import staff as accounts
from marie.store.appointment_tables import appointment
from marie.store.engine import Database
from marie.store.notification_tables import notification
from marie.store.tables import audit, lead
from marie.web.keys import HUB, TERMS
from marie.web.waiting_jobs import waiting_jobs
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, give_lead
from tests.waiting import Talk, booked, calendar_of, desk, page_of, rasa, receiving, waiting_talk
from tests.web.console import read

__all__ = ["desk", "rasa"]


async def get(client: Client, path: str) -> tuple[int, str]:
    async with client.get(path) as response:
        return response.status, html.unescape(await response.text()).replace("\u00a0", " ")


async def post(client: Client, path: str, **fields: str) -> tuple[int, str]:
    async with client.post(path, data=fields) as response:
        return response.status, html.unescape(await response.text()).replace("\u00a0", " ")


async def standing(database: Database, talk: Talk) -> Followed:
    async with database.read() as connection:
        found = await following.newest(connection, ConversationId(talk.visitor.id))
    assert found is not None
    return found


async def kinds(database: Database) -> list[tuple[str, str | None]]:
    """What is to be sent: the kind, and the address of who has no account."""
    async with database.read() as connection:
        rows = await connection.execute(
            select(notification.c.kind, notification.c.address).order_by(notification.c.created_at)
        )
        return [(row[0], row[1]) for row in rows if row[0] != "new_lead"]


async def test_hand_over_says_who_is_before_and_promises_nothing_it_cannot_know(
    client: Client,
) -> None:
    first = await waiting_talk(client)
    assert "votre demande est transmise" in first.text
    assert "Personne n’attend avant vous." in first.text
    assert "je ne promets rien" in first.text
    assert first.buttons == ["Me faire rappeler", "Annuler ma demande"]
    await give_lead(first.visitor, "promis")
    second = await waiting_talk(client)
    await give_lead(second.visitor, "promis")
    assert "Une personne attend avant vous." in await second.send(text="c’est encore long?")


async def test_usual_wait_comes_from_real_answers(client: Client, database: Database) -> None:
    talks = [await waiting_talk(client) for _ in range(9)]
    for talk in talks:
        await give_lead(talk.visitor, "promis")
    now = clock.now()
    async with database.write() as connection:
        for number, talk in enumerate(talks[:8]):
            asked = now - timedelta(days=1)
            await connection.execute(
                update(lead)
                .where(lead.c.conversation_id == talk.visitor.id)
                .values(created_at=asked, answered_at=asked + timedelta(minutes=5 * number + 5))
            )
    said = await talks[8].send(text="c’est encore long?")
    assert "la moitié des gens ont eu une première réponse en 20 minutes ou moins" in said
    assert "quatre sur cinq en 35 minutes ou moins" in said
    assert "pas une promesse" in said


async def test_call_back_is_stored_and_is_what_comes_next(
    client: Client, database: Database
) -> None:
    talk = await waiting_talk(client, "514 555-0123")
    await talk.press("Me faire rappeler")
    assert talk.buttons == ["Le matin", "L’après-midi", "Le soir", "N’importe quand"]
    said = await talk.press("Le soir")
    assert "on vous rappelle au 514 555-0123, le soir" in said
    lead_now = await standing(database, talk)
    assert lead_now.due_what is Next.CALL_BACK
    async with database.read() as connection:
        wish = await appointments.open_call_back(connection, ConversationId(talk.visitor.id))
    assert wish is not None
    assert (wish.channel, wish.address, wish.part) == ("phone", "514 555-0123", "evening")
    async with database.read() as connection:
        given = await consents.of_conversation(connection, ConversationId(talk.visitor.id))
    assert "vous acceptez que l’organisme reçoive" in given[-1].text
    assert "On doit vous rappeler" in await talk.send(text="c’est encore long?")


async def test_without_a_number_it_is_asked_for(client: Client) -> None:
    talk = await waiting_talk(client, "oui")  # stays here: no address
    await talk.press("Me faire rappeler")
    assert "À quel téléphone ou à quel courriel" in talk.text
    assert "Je ne reconnais" in await talk.send(text="514 55")
    await talk.send(text="514 555-0199")
    assert "le matin" in await talk.press("Le matin")


async def test_appointment_is_booked_with_a_file_for_both_and_is_what_comes_next(
    client: Client, database: Database
) -> None:
    awa = await receiving(database, "awa")
    talk, path = await booked(client)
    event = (await calendar_of(talk)).walk("VEVENT")[0]
    assert event["DTSTART"].params["TZID"] == "America/Toronto"
    assert event["SEQUENCE"] == 0
    assert "514 555-0123" in talk.text
    # Whole: its beginning alone may stand in a moment or in an address that was drawn by lot.
    unfolded = event.to_ical().replace(b"\r\n ", b"")
    assert not any(number in unfolded for number in (b"555-0123", b"5145550123"))
    assert talk.buttons == ["Changer l’heure", "Annuler le rendez-vous"]
    lead_now = await standing(database, talk)
    assert (lead_now.due_what, lead_now.owner) == (Next.APPOINTMENT, awa.id)
    assert ("appointment_booked", None) in await kinds(database)
    status, shown = await get(client, path)
    assert status == 200
    assert "Votre rendez-vous" in shown
    assert "Avec <bdi>PROMIS</bdi>, <bdi>Awa</bdi>" in shown


async def test_file_of_a_video_meeting_leads_to_its_room_and_to_where_it_is_changed(
    client: Client, database: Database
) -> None:
    room = "https://example.org/salle"
    awa = await receiving(database, "awa", means=("video",), video_url=room)
    talk, path = await booked(client)
    event = (await calendar_of(talk)).walk("VEVENT")[0]
    assert event["LOCATION"] == room
    assert path.startswith("/rendez-vous/")
    assert path in str(event["DESCRIPTION"]), "where calendars that know no URL show it"
    assert (await get(client, path))[0] == 200
    async with database.read() as connection:
        query = select(notification.c.attachment).where(notification.c.staff_id == awa.id)
        (kept,) = [each for each in (await connection.scalars(query)) if each]
    hers = Calendar.from_ical(base64.b64decode(kept["content"])).walk("VEVENT")[0]
    assert "/console/rendez-vous#r" in str(hers["URL"])
    assert "/rendez-vous/" not in str(hers["DESCRIPTION"]), "the visitor's own link is hers"


async def test_who_has_an_appointment_or_is_to_be_called_is_not_counted_as_waiting(
    client: Client, database: Database
) -> None:
    await receiving(database, "awa")
    await add_account(database, "sol", role=Role.SUPERVISOR)
    called = await waiting_talk(client, "514 555-0123")
    await give_lead(called.visitor, "promis")
    async with browser_of(client, "sol") as sol:
        await sol.sign_in()
        assert "1 personne attend" in read((await sol.get("/console/")).text)
        await called.press("Me faire rappeler")
        await called.press("Le soir")
        talk, _ = await booked(client)
        page = read((await sol.get("/console/")).text)
        assert "Personne n’attend" in page
        _, promised = page.split("Rendez-vous et rappels promis")
        assert re.search(r"à rappeler, le soir.+rendez-vous le .+ par téléphone", promised)
        figures = read((await sol.get("/console/chiffres")).text)
        assert "0 en attente maintenant" in figures
        await talk.press("Annuler le rendez-vous")
        page = read((await sol.get("/console/")).text)
        assert "1 personne attend" in page
        assert "rendez-vous le" not in page
        await sol.claim(called.visitor)
        assert (await called.visitor.log())["state"] == "counsellor"


async def test_two_visitors_press_one_slot_and_one_is_offered_others(
    client: Client, database: Database
) -> None:
    await receiving(database, "awa")
    talks = [await waiting_talk(client, "514 555-0123") for _ in range(2)]
    for talk in talks:
        await give_lead(talk.visitor, "promis")
        await talk.send(text="je voudrais un rendez-vous")
    payload = talks[0].last["quick_replies"][0]["payload"]
    assert payload == talks[1].last["quick_replies"][0]["payload"]
    said = sorted(await asyncio.gather(*(each.send(payload=payload) for each in talks)))
    assert said[0].startswith("Ce moment vient d’être pris. Il reste ceux-ci :")
    assert said[1].startswith("C’est réservé")
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(appointment)) == 1


async def test_chat_moves_and_cancels_an_appointment(client: Client, database: Database) -> None:
    await receiving(database, "awa")
    talk, path = await booked(client)
    await talk.press("Changer l’heure")
    moved = await talk.send(payload=talk.last["quick_replies"][1]["payload"])
    assert moved.startswith("C’est changé")
    event = (await calendar_of(talk)).walk("VEVENT")[0]
    assert event["SEQUENCE"] == 1
    assert await page_of(talk) == path
    assert "Votre rendez-vous est annulé" in await talk.press("Annuler le rendez-vous")
    assert (await standing(database, talk)).due_what is Next.ANSWER
    assert (await get(client, path))[0] == 410


async def test_link_moves_an_appointment_without_a_script(
    client: Client, database: Database
) -> None:
    await receiving(database, "awa")
    talk, path = await booked(client)
    _, shown = await get(client, path)
    slots = re.findall(r'name="at" value="(\d+)"', shown)
    status, shown = await post(client, f"{path}/deplacer", at=slots[3])
    assert status == 200
    assert "C’est changé." in shown
    async with client.get(f"{path}/rendez-vous.ics") as response:
        event = Calendar.from_ical(await response.read()).walk("VEVENT")[0]
    assert event["SEQUENCE"] == 1
    starts: Any = event["DTSTART"]
    assert int(starts.dt.timestamp() * 1000) == int(slots[3])
    reading = await talk.visitor.log()
    assert reading["messages"][-1]["author"] == "system"
    assert "Le rendez-vous est maintenant le" in reading["messages"][-1]["text"]
    for bad in ("", "9" * 30, "1", slots[3][:-1] + "7"):
        status, shown = await post(client, f"{path}/deplacer", at=bad)
        assert status == 409


async def test_expired_link_used_twice_changes_nothing_and_says_so_calmly(
    client: Client, database: Database
) -> None:
    await receiving(database, "awa")
    _, path = await booked(client)
    _, shown = await get(client, path)
    slot = re.findall(r'name="at" value="(\d+)"', shown)[0]
    async with database.write() as connection:
        past = clock.now() - timedelta(hours=1)
        await connection.execute(
            update(appointment).values(starts_at=past, ends_at=past + timedelta(minutes=30))
        )
        before = await connection.scalar(select(func.count()).select_from(audit))
    for _ in range(2):
        assert "Ce rendez-vous est passé." in (await get(client, path))[1]
        for status, said in (
            await post(client, f"{path}/annuler"),
            await post(client, f"{path}/deplacer", at=slot),
        ):
            assert status == 410
            assert "Ce rendez-vous est passé." in said
    async with database.read() as connection:
        row = (await connection.execute(select(appointment))).one()
        assert (row.cancelled_at, row.changes) == (None, 0)
        assert await connection.scalar(select(func.count()).select_from(audit)) == before


async def test_cancelled_twice_is_cancelled_once_and_unknown_links_lead_nowhere(
    client: Client, database: Database
) -> None:
    await receiving(database, "awa")
    talk, path = await booked(client)
    assert "Ce rendez-vous est annulé." in (await post(client, f"{path}/annuler"))[1]
    assert (await post(client, f"{path}/annuler"))[0] == 410
    assert [kind for kind, _ in await kinds(database)].count("appointment_cancelled") == 1
    forged = path[:-1] + ("0" if path[-1] != "0" else "1")
    for where in (forged, "/rendez-vous/quoi"):
        status, said = await get(client, where)
        assert status == 404
        assert "<h1>" in said
    async with client.delete(talk.visitor.url, headers=talk.visitor.headers) as response:
        assert response.status == 204
    status, said = await get(client, path)
    assert status == 404
    assert "Ce lien ne mène à aucun rendez-vous." in said


@pytest.fixture
async def awa(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in counsellor who receives."""
    await receiving(database, "awa")
    async with browser_of(client, "awa") as browser:
        await browser.sign_in()
        yield browser


async def test_counsellor_says_when_she_receives_in_her_own_words(
    awa: Member, database: Database
) -> None:
    form: dict[str, Any] = {
        "minutes": "45",
        "notice_hours": "2",
        "ahead_days": "14",
        "means-video": "on",
        "video_url": "https://example.org/salle",
        "place": "",
        "day-0": "9 h à 12 h, 13 h 30 à 16 h",
        "day-1": "9:00-12:00",
        "except-day-0": "2026-12-24",
        "except-hours-0": "",
    }
    wrong = await awa.post("/console/rendez-vous", **{**form, "day-0": "12 h à 9 h"})
    assert wrong.status == 422
    shown = html.unescape(wrong.text).replace("\u00a0", " ")
    assert "Écrivez les heures dans l’ordre" in shown
    assert 'value="12 h à 9 h"' in shown
    bad = await awa.post("/console/rendez-vous", **{**form, "day-0": "le matin"})
    assert bad.status == 422
    assert 'value="le matin"' in bad.text
    saved = await awa.post("/console/rendez-vous", **form)
    assert saved.status == 200
    assert "Vos heures sont enregistrées." in saved.text
    async with database.read() as connection:
        staff = await accounts.by_username(connection, "awa")
        assert staff is not None
        agenda = await appointments.agenda_of(connection, staff.id)
    assert agenda is not None
    assert agenda.weekly[0] == ((time(9), time(12)), (time(13, 30), time(16)))
    assert agenda.exceptions == {date(2026, 12, 24): ()}
    assert 'value="9 h à 12 h, 13 h 30 à 16 h"' in saved.text


async def test_counsellor_cancels_and_the_visitor_is_offered_others(
    awa: Member, client: Client
) -> None:
    talk, _ = await booked(client)
    shown = (await awa.get("/console/rendez-vous")).text
    (one,) = re.findall(r'id="r([0-9a-f]{32})"', shown)
    done = await awa.post(f"/console/rendez-vous/{one}/annuler")
    assert "Le rendez-vous est annulé" in done.text
    assert (await awa.post(f"/console/rendez-vous/{one}/annuler")).status == 409
    last = (await talk.visitor.log())["messages"][-1]
    assert "a dû annuler le rendez-vous" in last["text"]
    assert [each["title"] for each in last["quick_replies"]] == ["Prendre rendez-vous"]


async def test_nobody_touches_another_organisation_s_appointments(
    client: Client, database: Database
) -> None:
    await receiving(database, "awa")
    _, _ = await booked(client)
    async with database.read() as connection:
        one = await connection.scalar(select(appointment.c.id))
    await add_account(database, "mei", organization="inici")
    async with browser_of(client, "mei") as mei:
        await mei.sign_in()
        assert str(one) not in (await mei.get("/console/rendez-vous")).text
        for action in ("annuler", "prendre"):
            assert (await mei.post(f"/console/rendez-vous/{one}/{action}")).status == 409


async def test_disabled_counsellor_s_appointments_are_taken_over(
    client: Client, database: Database
) -> None:
    awa = await receiving(database, "awa")
    talk, path = await booked(client)
    async with database.write() as connection:
        await accounts.set_disabled(connection, awa.id, at=clock.now())
    await run_jobs(client)
    lead_now = await standing(database, talk)
    assert (lead_now.owner, lead_now.due_what) == (None, Next.APPOINTMENT)
    await add_account(database, "luc", organization="promis")
    async with browser_of(client, "luc") as luc:
        await luc.sign_in()
        shown = (await luc.get("/console/rendez-vous")).text
        assert "À reprendre" in shown
        (one,) = re.findall(r'id="r([0-9a-f]{32})"', shown)
        taken = await luc.post(f"/console/rendez-vous/{one}/prendre")
        assert "À reprendre" not in taken.text
    assert "Avec <bdi>PROMIS</bdi>, <bdi>Luc</bdi>" in (await get(client, path))[1]
    assert "Une autre personne conseillère" in (await talk.visitor.log())["messages"][-1]["text"]


async def run_jobs(client: Client) -> None:
    for job in waiting_jobs(client.app):
        await job.run()


async def test_reminder_is_said_once_the_day_before(client: Client, database: Database) -> None:
    await receiving(database, "awa")
    talk, _ = await booked(client)
    async with database.write() as connection:
        now = clock.now()
        await connection.execute(
            update(appointment).values(
                created_at=now - timedelta(days=3),
                starts_at=now + timedelta(hours=23),
                ends_at=now + timedelta(hours=24),
            )
        )
    for _ in range(2):
        await run_jobs(client)
    said = [each["text"] for each in (await talk.visitor.log())["messages"]]
    assert sum(each.startswith("Rappel") for each in said) == 1
    assert [kind for kind, _ in await kinds(database)].count("appointment_soon") == 1


async def test_marie_offers_something_else_once_to_whoever_nobody_came_to(
    client: Client, database: Database
) -> None:
    talk = await waiting_talk(client)
    await run_jobs(client)
    before = (await talk.visitor.log())["messages"]
    async with database.write() as connection:
        await connection.execute(update(lead).values(created_at=clock.now() - timedelta(hours=1)))
    for _ in range(2):
        await run_jobs(client)
    new = (await talk.visitor.log())["messages"][len(before) :]
    assert [each["author"] for each in new] == ["marie"]
    assert "Personne n’a encore pu vous répondre" in new[0]["text"]
    assert new[0]["quick_replies"][0]["title"] == "Me faire rappeler"


def at(moment: datetime) -> clock.Clock:
    """A clock that stands."""
    return lambda: moment


async def test_late_lead_is_reminded_escalated_and_shared_each_once(
    client: Client, database: Database
) -> None:
    awa = await add_account(database, "awa", organization="promis", email="awa@example.org")
    await add_account(
        database, "sol", role=Role.SUPERVISOR, organization="promis", email="sol@example.org"
    )
    await add_account(database, "mei", organization="inici", email="mei@example.org")
    talk = await waiting_talk(client)
    await give_lead(talk.visitor, "promis")
    due = (await standing(database, talk)).due_at
    assert due is not None
    terms = client.app[TERMS]
    moments = [
        (due, []),
        (due + timedelta(milliseconds=1), ["reminded"]),
        (terms.escalated_at(due, "promis"), ["reminded", "escalated"]),
        (terms.shared_at(due, "promis"), ["reminded", "escalated", "shared"]),
        (due + timedelta(days=30), ["reminded", "escalated", "shared"]),
    ]
    for now, steps in moments:
        for _ in range(2):
            await lateness.look_after(database, client.app[HUB], terms=terms, clock=at(now))
        async with database.read() as connection:
            taken = await following.steps(connection, (await standing(database, talk)).lead_id)
        assert [each.step.value for each in taken] == steps
    assert (await standing(database, talk)).shared_at is not None
    async with browser_of(client, "mei") as mei:
        await mei.sign_in()
        assert (await mei.get(f"/console/conversations/{talk.visitor.id}")).status == 200
    async with browser_of(client, "sol") as sol:
        await sol.sign_in()
        shown = (await sol.get(f"/console/conversations/{talk.visitor.id}")).text
        assert "supervision avertie" in shown
    assert awa.id


async def test_follow_up_page_sets_the_next_date_in_one_click_and_ends_a_lead(
    awa: Member, client: Client, database: Database
) -> None:
    talk = await waiting_talk(client, "514 555-0123")
    await give_lead(talk.visitor, "promis")
    await talk.press("Me faire rappeler")
    await talk.press("Le matin")
    shown = (await awa.get("/console/suivi")).text
    assert "Que personne ne suit encore" in shown
    assert "rappel, le matin" in html.unescape(shown)
    one = f"/console/suivi/{talk.visitor.id}"
    done = await awa.post(f"{one}/rappel")
    assert "Prendre des nouvelles" in done.text
    lead_now = await standing(database, talk)
    assert lead_now.due_what is Next.FOLLOW_UP
    assert lead_now.answered_at is not None
    assert (await talk.visitor.log())["state"] == "marie"
    tomorrow = clock.local_date(clock.now()) + timedelta(days=1)
    await awa.post(one, days="1")
    planned = (await standing(database, talk)).due_at
    assert planned == datetime.combine(tomorrow, time(9), clock.MONTREAL)
    yesterday = (tomorrow - timedelta(days=2)).isoformat()
    for day in ("", "demain", yesterday, "2099-01-01"):
        assert (await awa.post(one, what="follow_up", day=day)).status == 422
    assert (await awa.post(f"{one}/issue", outcome="rien")).status == 422
    await awa.post(f"{one}/issue", outcome="established")
    assert (await standing(database, talk)).outcome is Outcome.ESTABLISHED
    assert (await awa.post(one, days="1")).status == 409


async def test_other_organisation_s_leads_are_not_there(awa: Member, client: Client) -> None:
    talk = await waiting_talk(client)
    await give_lead(talk.visitor, "inici")
    assert talk.visitor.id not in (await awa.get("/console/suivi")).text
    assert (await awa.post(f"/console/suivi/{talk.visitor.id}", days="1")).status == 404
