"""What there is to do today, and « Vérifié aujourd’hui »."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from marie import clock
from marie.clock import local_date
from marie.domain.people import Role
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.services.verifying import verified
from marie.settings import Settings
from marie.store import tables
from marie.store.directory_tables import directory_link
from marie.store.engine import Database
from marie.web.statements import last_day, statements
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, open_session

VERIFY = "/admin/verifier"


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


def test_page_s_own_date_counts_to_its_last_day() -> None:
    assert last_day("2025") == date(2025, 12, 31)
    assert last_day("2024-02") == date(2024, 2, 29)
    assert last_day("2025-12") == date(2025, 12, 31)
    assert last_day("2025-03-14") == date(2025, 3, 14)
    for odd in (None, "", "hier", "2025-13-01", "2025-02-30", "20"):
        assert last_day(odd) in (None, date(20, 12, 31)), odd


def test_looking_at_an_amount_verifies_the_value_that_is_said() -> None:
    values = [
        {"from": "2026-01-01", "value": "1 $", "source": {"title": "a", "url": "b"}},
        {"from": "2027-01-01", "value": "2 $", "source": {"title": "a", "url": "b"}},
    ]
    found = verified("parameter", {"values": values}, date(2026, 6, 1))["values"]
    assert found[0]["source"]["verified_on"] == "2026-06-01"
    assert found[1] == values[1]


def form(text: str, name: str) -> dict[str, str]:
    """The button of a statement, as a browser sends it."""
    found = re.search(rf'id="v-{name}".*?<form.*?</form>', text, re.S)
    assert found is not None
    return {
        key: html.unescape(value)
        for key, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[0])
    }


async def test_answer_is_verified_today_with_one_click_and_stands_in_its_history(
    nadia: Member, knowledge: Knowledge
) -> None:
    today = local_date(clock.now())
    shown = await nadia.get(f"{VERIFY}?genre=entry")
    first = re.findall(r'id="v-entry-([a-z0-9-]+)"', shown.text)[0]
    before = knowledge.live.current().entries[first]
    assert before.sources[0].url in html.unescape(shown.text)
    done = await nadia.post(VERIFY, **form(shown.text, f"entry-{first}"))
    assert "Vérifié aujourd’hui&nbsp;: " in done.text
    assert f'id="v-entry-{first}"' not in done.text
    now = knowledge.live.current().entries[first]
    assert [each.verified_on for each in now.sources] == [today] * len(before.sources)
    assert (now.text, now.questions) == (before.text, before.questions)
    history = await nadia.get(f"/admin/fiches/{first}/historique")
    assert "Vérifié avec la page officielle" in history.text


async def test_programme_and_amount_and_card_are_verified_too(
    nadia: Member, knowledge: Knowledge
) -> None:
    for kind in ("program", "parameter"):
        shown = await nadia.get(f"{VERIFY}?genre={kind}")
        first = re.findall(rf'id="v-{kind}-([A-Za-z0-9_-]+)"', shown.text)[0]
        done = await nadia.post(VERIFY, **form(shown.text, f"{kind}-{first}"))
        assert f'id="v-{kind}-{first}"' not in done.text
        live = knowledge.live
        [now] = [
            each
            for each in statements(live.current(), live.items, local_date(clock.now()))
            if (each.kind, each.id) == (kind, first)
        ]
        assert now.standing.verified_on == local_date(clock.now())


async def test_statement_that_changed_meanwhile_is_looked_at_again(
    nadia: Member, knowledge: Knowledge
) -> None:
    shown = await nadia.get(f"{VERIFY}?genre=entry")
    first = re.findall(r'id="v-entry-([a-z0-9-]+)"', shown.text)[0]
    seen = form(shown.text, f"entry-{first}")
    done = await nadia.post(VERIFY, **{**seen, "mark": "0" * 16})
    assert (done.status, "a changé entre-temps" in done.text) == (409, True)
    assert knowledge.live.current().entries[first].sources[0].verified_on is None
    for odd in ({"kind": "phrase"}, {"kind": ""}, {"kind": "card", "id": "inconnue"}):
        assert (await nadia.post(VERIFY, **{**seen, **odd})).status == 404
    away = await nadia.post_once(VERIFY, **{**seen, "back": "https://mal.example/admin/"})
    assert away.status == 303


async def test_what_failed_is_counted_with_its_place_and_what_did_not_is_not_there(
    nadia: Member, database: Database
) -> None:
    quiet = await nadia.get("/admin/")
    assert "lien mort" not in quiet.text
    assert "tâche qui a échoué" not in quiet.text
    now = clock.now()
    async with database.write() as connection:
        await connection.execute(
            insert(directory_link).values(
                url="https://mort.example", checked_at=now, status=404, failures=1, dead=True
            )
        )
        name = await connection.scalar(select(tables.job.c.name).order_by(tables.job.c.name))
        await connection.execute(
            update(tables.job)
            .where(tables.job.c.name == name)
            # Another process has it, or this one might run it well meanwhile.
            .values(
                problem="<b>Oups</b>",
                next_at=now + timedelta(hours=1),
                leased_by="another",
                leased_until=now + timedelta(hours=1),
            )
        )
    shown = await nadia.get("/admin/")
    text = html.unescape(shown.text)
    assert '<a href="/admin/repertoire/liens" class="urgent"><strong>1</strong>' in shown.text
    assert "tâche qui a échoué" in text
    assert "<b>Oups</b>" not in shown.text
    again = await nadia.post(f"/admin/travaux/{name}/relancer")
    assert "relancée" in again.text
    assert (await nadia.post("/admin/travaux/inconnu/relancer")).status == 404
    async with database.read() as connection:
        due = await connection.scalar(select(tables.job.c.next_at).where(tables.job.c.name == name))
    assert due is not None
    assert due <= clock.now()
