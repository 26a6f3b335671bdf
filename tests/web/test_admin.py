"""What an administrator reads of Marie's knowledge."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from datetime import date

import pytest

from marie.domain.people import Role
from marie.knowledge.model import Source
from marie.knowledge.opened import Knowledge
from marie.store.engine import Database
from marie.web.admin_entries import A_PAGE
from marie.web.health import LAST_CHECK
from marie.web.standing import standing
from tests.conftest import Client
from tests.fakes import FakeRasa
from tests.staff import Member, add_account, browser_of, open_session


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        yield member


def source(read: str | None, verified: str | None = None) -> Source:
    return Source(
        title="Source",
        url="https://a.example",
        read_on=None if read is None else date.fromisoformat(read),
        verified_on=None if verified is None else date.fromisoformat(verified),
    )


def test_statement_is_as_sure_as_its_least_sure_source() -> None:
    found = standing((source("2026-03-01"), source("2026-01-01", "2026-06-01")), 10)
    assert (found.read_on, found.verified_on) == (date(2026, 1, 1), None)
    assert found.due == date(2026, 3, 11)
    assert standing((source("2026-03-01"), source(None)), 10).due is None


def test_statement_is_due_from_its_day_on() -> None:
    found = standing((source("2026-03-01"),), 10)
    assert not found.is_due(date(2026, 3, 10))
    assert found.is_due(date(2026, 3, 11))
    assert standing((source(None),), 10).is_due(date(2026, 1, 1))


def test_verification_is_what_counts_once_there_is_one() -> None:
    assert standing((source("2026-01-01", "2026-06-01"),), 10).due == date(2026, 6, 11)


async def test_every_entry_is_there_and_never_claims_a_check_that_nobody_made(
    administrator: Member, knowledge: Knowledge
) -> None:
    library = knowledge.live.current()
    text = ""
    for number in range(1, len(library.entries) // A_PAGE + 2):
        shown = await administrator.get(f"/admin/fiches?page={number}")
        assert shown.status == 200
        text += html.unescape(shown.text)
    for entry in library.entries.values():
        assert f'href="/admin/fiches/{entry.id}">{entry.title}</a>' in text
    verified = any(each.verified_on for entry in library.entries.values() for each in entry.sources)
    assert ("jamais" in text) or verified
    amounts = "".join(
        [(await administrator.get(f"/admin/montants?page={number}")).text for number in (1, 2, 3)]
    )
    for parameter in library.parameters.values():
        assert f'href="/admin/montants/{parameter.id}">' in amounts
    assert "Cégeps" in (await administrator.get("/admin/")).text


async def test_search_keeps_the_entries_with_these_words(administrator: Member) -> None:
    shown = await administrator.get("/admin/fiches?q=CEGEP+rimouski")
    assert "fiches/childcare-cost" not in shown.text
    shown = await administrator.get("/admin/fiches?q=cout+garderie&famille=childcare")
    assert "fiches/childcare-cost" in shown.text
    shown = await administrator.get("/admin/fiches?q=cout+garderie&famille=lease")
    assert "fiches/childcare-cost" not in shown.text
    shown = await administrator.get('/admin/fiches?q="><img+src=x>')
    assert "Aucune fiche" in shown.text
    assert "<img src=x>" not in shown.text


async def test_entry_is_shown_as_marie_says_it_with_its_sources(
    administrator: Member, knowledge: Knowledge
) -> None:
    entry = knowledge.live.current().entries["childcare-cost"]
    shown = await administrator.get("/admin/fiches/childcare-cost")
    text = html.unescape(shown.text)
    assert "{daycare_contribution}" in entry.text
    assert "{daycare_contribution}" not in text
    for each in entry.sources:
        assert each.url in text
    for question in entry.questions:
        assert question in text
    assert "knowledge/topics/childcare/childcare-cost.yml" in text


async def test_every_entry_has_a_page(administrator: Member, knowledge: Knowledge) -> None:
    for entry_id in knowledge.live.current().entries:
        assert (await administrator.get(f"/admin/fiches/{entry_id}")).status == 200, entry_id
    for entry_id in ("inconnue", "..", "%00", "é"):
        assert (await administrator.get(f"/admin/fiches/{entry_id}")).status in (200, 404)
    assert (await administrator.get("/admin/fiches/inconnue")).status == 404


async def test_part_that_does_not_answer_is_named(administrator: Member, rasa: FakeRasa) -> None:
    assert "ne répond pas" not in (await administrator.get("/admin/")).text
    rasa.down = True
    administrator.client.app[LAST_CHECK].clear()
    assert "ne répond pas" in (await administrator.get("/admin/")).text


async def test_mistake_in_the_files_is_shown_while_the_good_version_is_spoken(
    administrator: Member, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge.live, "problems", ["Fiche « a » : <b>faute</b>."])
    shown = await administrator.get("/admin/")
    assert "La dernière modification n’est pas prise" in shown.text
    assert "&lt;b&gt;faute&lt;/b&gt;" in shown.text
