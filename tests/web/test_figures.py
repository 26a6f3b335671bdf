"""Figures of supervisors: whose they see, what stays when a visitor erases, and what leaves."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from marie import clock
from marie.domain.people import Role
from marie.store import tables
from marie.store.engine import Database
from marie.web.column_chart import ceiling, draw
from marie.web.keys import VISITS
from marie.web.sheets import to_xlsx
from tests.conftest import Client, Visitor
from tests.staff import Member, add_account, browser_of, waiting_visitor

PAGE = "/console/chiffres"


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    await add_account(database, "awa", role=Role.ADMINISTRATOR)
    async with browser_of(client, "awa") as browser:
        await browser.sign_in()
        yield browser


def read(shown: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\xa0", " "))


async def counts(member: Member, query: str = "") -> dict[tuple[str, str, str], int]:
    """Measure, organisation and detail to number, of the CSV."""
    shown = await member.get(f"{PAGE}.csv?{query}")
    assert shown.status == 200
    found: dict[tuple[str, str, str], int] = {}
    for row in csv.DictReader(io.StringIO(shown.text.removeprefix("\ufeff"))):
        key = (row["Mesure"], row["Organisme"], row["Précision"])
        found[key] = found.get(key, 0) + int(row["Nombre"])
    return found


async def held_by(database: Database, visitor: Visitor, organization: str) -> None:
    """Give the visitor's lead to an organisation."""
    lead = tables.lead
    async with database.write() as connection:
        await connection.execute(
            update(lead)
            .where(lead.c.conversation_id == visitor.id)
            .values(organization=organization)
        )


async def settle(database: Database, visitor: Visitor, outcome: str) -> None:
    """Say that the visitor's lead was answered after 10 minutes and how it ended."""
    lead = tables.lead
    async with database.write() as connection:
        await connection.execute(
            update(lead)
            .where(lead.c.conversation_id == visitor.id)
            .values(
                created_at=clock.now() - timedelta(minutes=9, seconds=30),
                answered_at=clock.now(),
                outcome=outcome,
                settled_at=clock.now(),
            )
        )


async def test_figures_are_the_same_before_and_after_a_visitor_erases(
    administrator: Member, client: Client, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await held_by(database, visitor, "promis")
    await settle(database, visitor, "established")
    before = await counts(administrator)
    assert before["Ménages établis", "PROMIS", ""] == 1
    assert before["Demandes répondues, par délai", "PROMIS", "au plus 10\xa0min"] == 1
    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    assert await counts(administrator) == before
    said = read((await administrator.get(PAGE)).text)
    assert "1 ménage établi dans la période" in said
    assert "1 160 ménages par an" in said


async def test_supervisor_sees_her_organisation_alone_and_an_administrator_chooses(
    administrator: Member, client: Client, database: Database
) -> None:
    for organization in ("promis", "inici", "inici"):
        await held_by(database, await waiting_visitor(client), organization)
    assert sum(n for key, n in (await counts(administrator)).items() if key[0] == "Demandes") == 3
    chosen = await counts(administrator, "organisme=inici")
    assert {key[1] for key in chosen if key[0] == "Demandes"} == {"INICI"}
    await add_account(database, "sol", role=Role.SUPERVISOR)
    await add_account(database, "nadia")
    async with browser_of(client, "sol") as member:
        await member.sign_in()
        hers = await counts(member, "organisme=inici")
        assert {key[1] for key in hers if key[0] == "Demandes"} == {"PROMIS"}
        assert 'name="organisme"' not in (await member.get(PAGE)).text
    async with browser_of(client, "nadia") as member:
        await member.sign_in()
        for ending in ("", ".csv", ".xlsx"):
            assert (await member.get(PAGE + ending)).status == 403


async def test_visits_are_counted_by_site_and_unknown_until_one_is(
    administrator: Member, client: Client, database: Database
) -> None:
    assert "pas de donnée" in read((await administrator.get(PAGE)).text)
    for referer in ("https://promis.qc.ca/emploi?nom=Awa", "https://user:pw@x.ca/", ""):
        async with client.get("/widget/marie.js", headers={"Referer": referer}) as response:
            assert response.status == 200
    async with client.get("/widget/labels.js") as response:
        assert response.status == 200
    await client.app[VISITS].store(database)
    await client.app[VISITS].store(database)
    shown = (await administrator.get(f"{PAGE}.csv")).text
    rows = [row for row in csv.reader(io.StringIO(shown)) if row[1] == "Visites"]
    assert sorted((row[4], row[6]) for row in rows) == [("", "2"), ("promis.qc.ca", "1")]
    assert "Awa" not in shown


async def test_conversation_remembers_the_host_of_the_page_it_began_on(
    administrator: Member, client: Client
) -> None:
    origin = {"Origin": "https://promis.qc.ca"}
    async with client.post(
        "/api/v1/conversations", json={"consent": True}, headers=origin
    ) as began:
        visitor = Visitor(client, await began.json())
    async with client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        assert (await response.json())["source"] == "promis.qc.ca"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("du=hier&au=demain", "Une date s’écrit"),
        ("du=2026-02-01&au=2026-01-01", "La période commence"),
        ("du=2020-01-01&au=2026-01-01", "La période commence"),
        ("du=2026-01-01&au=2999-01-01", "La période commence"),
    ],
)
async def test_period_that_cannot_be_is_said_beside_its_field(
    administrator: Member, query: str, said: str
) -> None:
    shown = await administrator.get(f"{PAGE}?{query}")
    assert (shown.status, said in shown.text) == (400, True)
    assert 'aria-describedby="period-problem"' in shown.text


async def test_no_file_runs_a_formula_that_came_from_outside(
    administrator: Member, client: Client, database: Database
) -> None:
    formula = '=cmd|" /C calc"!A0'
    visitor = await waiting_visitor(client)
    async with database.write() as connection:
        await connection.execute(
            update(tables.conversation)
            .where(tables.conversation.c.id == visitor.id)
            .values(source=formula)
        )
        await connection.execute(update(tables.organization).values(name="\x07+1"))
    shown = await administrator.get(f"{PAGE}.csv")
    assert f'"\'{formula.replace(chr(34), chr(34) * 2)}"' in shown.text
    async with administrator.session.get(client.make_url(f"{PAGE}.xlsx")) as response:
        book = load_workbook(io.BytesIO(await response.read()))
    found = {
        cell.value: cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert found[formula].data_type == "s"
    assert found[formula].quotePrefix
    assert all(cell.data_type != "f" for cell in found.values())
    assert "Demandes répondues en 15\xa0min" in found
    assert "Délai de la première réponse, médiane, à l’horloge (min)" in found


def test_workbook_keeps_numbers_as_numbers() -> None:
    book = load_workbook(io.BytesIO(to_xlsx({"Un": [("Nom", "Nombre"), ("=1+1", 3)]})))
    sheet = book["Un"]
    assert [cell.value for cell in sheet["B"]] == ["Nombre", 3]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")


def test_chart_has_a_column_for_each_count_and_none_for_zero() -> None:
    chart = draw(["a", "b"], [2, 0], [1, 4])
    assert [(each.count, each.series) for each in chart.columns] == [(2, 0), (1, 1), (4, 1)]
    assert chart.ticks[-1][1] == 4
    assert all(each.y + each.height == pytest.approx(chart.bottom) for each in chart.columns)
    assert [ceiling(each) for each in (0, 1, 3, 5, 11, 41, 100)] == [2, 2, 4, 10, 20, 100, 100]
    assert draw([], []).columns == []
