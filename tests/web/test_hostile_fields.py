"""Whatever stands in a field that people fill, a page of the console shows it as text."""

from __future__ import annotations

import uuid

from sqlalchemy import Table

from marie.domain.people import Role
from marie.store import tables
from marie.store.appointment_tables import agenda, appointment, call_back
from marie.store.console_tables import canned_answer, label, note, reminder
from marie.store.engine import Database
from marie.store.referral_tables import referral
from tests.conftest import Client
from tests.waiting import Talk, booked, desk, rasa, receiving, waiting_talk
from tests.web.access_table import TABLE
from tests.web.console import Colleague, MakeColleague, colleagues, page_of

__all__ = ["desk", "rasa"]

XSS = '"><img src=x onerror=alert(1)>'
BREAKS_OUT = "<img src=x"

FIELDS: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (tables.staff, ("name", "email", "username")),
    (tables.staff_session, ("browser", "address")),
    (tables.organization, ("name",)),
    (tables.message, ("name", "text", "topic", "entry")),
    (tables.conversation, ("source",)),
    (tables.lead, ("name", "email", "phone", "need", "consent")),
    (label, ("name",)),
    (note, ("text",)),
    (reminder, ("text",)),
    (canned_answer, ("title", "text")),
    (referral, ("recipient", "email", "purpose", "consent", "reason")),
    (agenda, ("place", "video_url")),
    (appointment, ("place",)),
    (call_back, ("address",)),
)
"""Everything that somebody typed, was called or brought along."""


async def fill(database: Database) -> None:
    """The worst of words in every one of these fields, and of those that are kept as JSON."""
    async with database.write() as connection:
        for table, fields in FIELDS:
            filled = await connection.execute(
                table.update().values(
                    {
                        name: f"{XSS} {name}"[: getattr(table.c[name].type, "length", None)]
                        for name in fields
                        if name != "username"
                    }
                )
            )
            assert filled.rowcount, f"{table.name} is empty: the test shows nothing of it"
        await connection.execute(
            tables.lead.update().values(regions=[XSS], profile={"status": XSS, "age": XSS})
        )
        summary = {"text": XSS, "by": XSS, "on": "2026-11-22"}
        await connection.execute(tables.conversation.update().values(profile={"summary": summary}))


async def busy(
    client: Client, database: Database, make: MakeColleague
) -> tuple[Colleague, Talk, str]:
    """A supervisor with something of everything: who calls, who has an appointment and is hers, a
    note, a label, a reminder, a canned answer, a colleague who takes part, a referral.

    Her conversation comes too, and the path of its appointment's page.
    """
    await receiving(database, "awa")
    late = await waiting_talk(client, "514 555-0123")
    await late.press("Me faire rappeler")
    await late.press("Le soir")
    talk, public = await booked(client)
    nadia = await make("nadia", role=Role.SUPERVISOR)
    samuel = await make("samuel")
    page = page_of(talk.visitor)
    await nadia.claim(talk.visitor)
    await nadia.write(talk.visitor, "Bonjour")
    await nadia.post(
        f"{page}/ecrire",
        text="Note",
        client_id=str(uuid.uuid4()),
        **{"as": "note"},  # « as » is a word of Python's
    )
    await nadia.post(f"{page}/etiquettes", label="Bail")
    await nadia.post(f"{page}/rappels", what="Rappeler", day="2027-01-12", hour="09:00")
    await nadia.post("/console/reponses", title="Accueil", text="Bonjour {prenom}")
    await nadia.post(f"{page}/participants", staff=samuel.staff.id)
    await nadia.post(
        f"{page}/orientation", kind="organization", name="Un organisme", email="a@b.example"
    )
    return nadia, talk, public


def console_pages(**ids: str) -> list[str]:
    """Every page of the console that is read, from the table of who gets in."""
    rows = [line.split() for line in TABLE.splitlines() if line.strip()]
    paths = [row[-1] for row in rows if "GET" in row and row[0] not in ("live", "socket")]
    return [
        path.format(**ids)
        for path in paths
        if path.startswith("/console")
        and path != "/console/lien/{token}"
        and not path.endswith((".csv", ".xlsx"))
    ]


async def test_no_field_of_any_console_page_is_more_than_text(
    client: Client, database: Database
) -> None:
    async with colleagues(client, database) as make:
        nadia, talk, _ = await busy(client, database, make)
        page = page_of(talk.visitor)
        await fill(database)
        seen = 0
        for path in console_pages(conversation_id=talk.visitor.id):
            for query in ("", "?q=img") if "recherche" in path else ("",):
                shown = await nadia.get(path + query)
                assert shown.status == 200, path
                assert BREAKS_OUT not in shown.text, path
                seen += shown.text.count("&lt;img src=x")
        assert seen > 40
        async with nadia.socket(f"{page}/socket") as ws:
            for _ in range(4):
                frame = await ws.receive_json(timeout=5)
                assert BREAKS_OUT not in "".join(
                    str(frame.get(key, "")) for key in ("html", "controls", "file", "notes")
                )
