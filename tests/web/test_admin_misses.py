"""What Marie missed, as administrators settle it."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import delete, func, insert, select, update

from marie import clock
from marie.clock import local_date
from marie.domain.people import Role
from marie.domain.replies import LookedUp
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.settings import Settings
from marie.store import holes, tables
from marie.store.engine import Database
from marie.store.example_tables import proposed_example
from marie.store.miss_tables import miss_settled
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, open_session

PAGE = "/admin/manques"
NEAREST = [{"name": "childcare.cost", "confidence": 0.3}, {"name": "lease.end", "confidence": 0.1}]
SAID = ("zxq pour les ti-culs, faut payer?", "Zxq pour les ti-culs faut payer", "les ti-culs zxq")


@pytest.fixture
def knowledge(settings: Settings) -> Knowledge:
    return open_knowledge(settings.knowledge, settings.data)


@pytest.fixture
async def nadia(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    staff = await add_account(database, "nadia", role=Role.ADMINISTRATOR)
    async with browser_of(client, "nadia") as member:
        member.carry(await open_session(database, staff))
        yield member


async def miss(database: Database, *texts: str, place: str | None = "municipality:10043") -> str:
    """A conversation in which these were missed; its id."""
    conversation = secrets.token_hex(16)
    start = datetime(2026, 11, 20, 15, tzinfo=timezone.utc)
    async with database.write() as connection:
        known = await connection.scalar(select(func.count()).select_from(tables.miss)) or 0
        await connection.execute(
            insert(tables.conversation).values(
                id=conversation,
                token_hash=secrets.token_hex(32),
                created_at=start,
                consented_at=start,
                state="marie",
                profile={},
                focus={},
                last_seq=0,
                read_visitor=0,
                read_counsellor=0,
            )
        )
        for place_in, text in enumerate(texts):
            await connection.execute(
                insert(tables.miss).values(
                    id=secrets.token_hex(16),
                    conversation_id=conversation,
                    at=start + timedelta(minutes=known + place_in),
                    text=text,
                    place=place,
                    nearest=NEAREST,
                )
            )
    return conversation


def groups(text: str) -> list[str]:
    """The addresses of the groups on the page, in order."""
    return re.findall(r'href="(/admin/manques/[0-9a-f]{32})"', text)


async def count(database: Database, table: object) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


async def test_messages_that_are_alike_are_one_group_with_place_and_topics(
    nadia: Member, database: Database
) -> None:
    await miss(database, *SAID)
    await miss(database, "brrr <b>gras</b>", place=None)
    shown = await nadia.get(PAGE)
    text = html.unescape(shown.text)
    assert len(groups(shown.text)) == 2
    assert "2 questions attendent" in text
    assert "3 fois" in text
    assert "Rimouski" in text
    assert "Combien coûte" in text
    assert "<b>gras</b>" not in shown.text


async def test_attached_question_is_said_by_the_entry_at_once_and_taken_back(
    nadia: Member, database: Database, knowledge: Knowledge
) -> None:
    await miss(database, *SAID)
    [group] = groups((await nadia.get(PAGE)).text)
    form = await nadia.get(group)
    assert 'value="childcare-cost"' in form.text
    wordings = html.unescape(re.findall(r"<textarea.*?>\n(.*?)</textarea>", form.text, re.S)[0])
    before = knowledge.live.current().entries["childcare-cost"].questions
    done = await nadia.post(group, entry="childcare-cost", wordings=wordings)
    assert "C’est publié" in done.text
    assert groups(done.text) == []
    now = knowledge.live.current().entries["childcare-cost"].questions
    assert now[: len(before)] == before
    assert set(now[len(before) :]) == set(wordings.split("\n"))
    assert await count(database, proposed_example) == len(wordings.split("\n"))
    settled = await nadia.get(f"{PAGE}/reglees")
    assert "Attachée à" in settled.text
    undone = await nadia.post(
        re.findall(r'action="(/admin/manques/reglees/\d+/annuler)"', settled.text)[0]
    )
    assert "C’est annulé" in undone.text
    assert knowledge.live.current().entries["childcare-cost"].questions == before
    assert groups(undone.text) == [group]
    assert await count(database, proposed_example) == 0


async def test_what_a_person_accepted_as_an_example_stays_when_the_rest_is_taken_back(
    nadia: Member, database: Database
) -> None:
    await miss(database, *SAID, "pas rapport avec vous zxq")
    [group, other] = groups((await nadia.get(PAGE)).text)
    form = await nadia.get(group)
    wordings = html.unescape(re.findall(r"<textarea.*?>\n(.*?)</textarea>", form.text, re.S)[0])
    await nadia.post(group, entry="childcare-cost", wordings=wordings)
    await nadia.post(f"{other}/ecarter", do="out_of_scope")
    async with database.write() as connection:
        one = await connection.scalar(
            select(proposed_example.c.id).where(proposed_example.c.entry.is_not(None))
        )
        await connection.execute(
            update(proposed_example).where(proposed_example.c.id == one).values(state="accepted")
        )
    proposed = await count(database, proposed_example)
    settled = await nadia.get(f"{PAGE}/reglees")
    addresses = re.findall(r'action="(/admin/manques/reglees/\d+/annuler)"', settled.text)
    assert len(addresses) == 2
    await nadia.post(addresses[0])  # what was not Marie's business, settled last
    assert await count(database, proposed_example) == proposed - 1
    await nadia.post(addresses[1])
    async with database.read() as connection:
        assert list(await connection.scalars(select(proposed_example.c.id))) == [one]


async def test_what_cannot_be_attached_is_said_and_nothing_changes(
    nadia: Member, database: Database, knowledge: Knowledge
) -> None:
    await miss(database, "je suis [nom] zxq")
    [group] = groups((await nadia.get(PAGE)).text)
    before = knowledge.live.current().entries["childcare-cost"].questions
    for wordings, said in (
        ("je suis [nom] zxq", "mots entre crochets"),
        ("\n \n", "au moins une"),
        ("a" * 201, "200 caractères"),
        ("\n".join(f"zxq {'abcdefghij'[each]}" for each in range(9)), "Huit formulations"),
    ):
        shown = await nadia.post(group, entry="childcare-cost", wordings=wordings)
        assert (shown.status, said in html.unescape(shown.text)) == (422, True), wordings
    shown = await nadia.post(group, entry="inconnue", wordings="zxq")
    assert (shown.status, "Choisissez la fiche" in shown.text) == (422, True)
    assert knowledge.live.current().entries["childcare-cost"].questions == before
    assert await count(database, miss_settled) == 0


async def test_what_is_set_aside_stays_aside_when_it_is_said_again(
    nadia: Member, database: Database
) -> None:
    await miss(database, "brrr")
    [group] = groups((await nadia.get(PAGE)).text)
    done = await nadia.post(f"{group}/ecarter", do="ignore")
    assert "C’est mis de côté" in done.text
    await miss(database, "BRRR!")
    again = await nadia.get(PAGE)
    assert groups(again.text) == []
    assert "1 répète" in again.text
    assert (await nadia.post(f"{group}/ecarter", do="ignore")).status == 404


async def test_only_the_messages_that_were_seen_are_decided_about(
    nadia: Member, database: Database
) -> None:
    await miss(database, "zxq brrr")
    shown = await nadia.get(PAGE)
    [group] = groups(shown.text)
    seen = re.findall(r'name="seen" value="(\d+)"', shown.text)[0]
    await miss(database, "zxq brrr grrr")
    await nadia.post(f"{group}/ecarter", do="out_of_scope", seen=seen)
    assert len(groups((await nadia.get(PAGE)).text)) == 1


async def test_new_entry_begins_with_the_wordings_and_the_topic(
    nadia: Member, database: Database
) -> None:
    await miss(database, *SAID)
    shown = await nadia.get(PAGE)
    address = html.unescape(re.findall(r'href="(/admin/fiches/nouvelle\?[^"]*)"', shown.text)[0])
    assert parse_qs(urlsplit(address).query)["sujet"] == ["childcare.cost"]
    form = html.unescape((await nadia.get(address)).text)
    assert '<option value="childcare.cost" selected>' in form
    assert "zxq pour les ti-culs faut payer" in form.lower()


async def test_erased_conversation_leaves_only_what_an_editor_attached(
    nadia: Member, database: Database
) -> None:
    conversation = await miss(database, "brrr zxq grrr")
    [group] = groups((await nadia.get(PAGE)).text)
    await nadia.post(group, entry="childcare-cost", wordings="brrr combien")
    other = await miss(database, "plouf plouf")
    [group] = groups((await nadia.get(PAGE)).text)
    await nadia.post(f"{group}/ecarter", do="ignore")
    async with database.write() as connection:
        gone = tables.conversation.c.id.in_([conversation, other])
        await connection.execute(delete(tables.conversation).where(gone))
    assert await count(database, miss_settled) == 0
    settled = await nadia.get(f"{PAGE}/reglees")
    assert "brrr combien" in settled.text
    assert "brrr zxq grrr" not in settled.text
    assert "plouf" not in settled.text


async def test_looks_for_nothing_are_counted_by_region_and_shown(
    nadia: Member, database: Database
) -> None:
    today = local_date(clock.now())
    async with database.write() as connection:
        for found in (True, False, False):
            looked = LookedUp(kind="university", region="10", found=found)
            await holes.count(connection, looked, day=today)
        await holes.count(
            connection, LookedUp(kind="cegep", region="01", found=False), day=date(2020, 1, 1)
        )
    shown = html.unescape((await nadia.get(f"{PAGE}/repertoire")).text)
    assert "Nord-du-Québec" in shown
    assert "rien 2 fois sur 3" in shown
    assert "Cégeps, Bas-Saint-Laurent</strong>" not in shown
