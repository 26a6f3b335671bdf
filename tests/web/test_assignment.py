"""Where leads go: on the counsellors' tickets, and decision by decision for administrators."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from marie.domain.people import Role
from marie.domain.qualification import Judged, LeadFile, Points, Told
from marie.domain.replies import Reply
from marie.services import assignment
from marie.store.engine import Database
from tests.conftest import Client
from tests.fakes import FakeRasa, echo
from tests.staff import Member, add_account, browser_of, waiting_visitor

PAGE = "/admin/repartition"
EQUAL = {"quota-promis": "1", "quota-collectif": "1", "quota-inici": "1"}


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    await add_account(database, "awa", role=Role.ADMINISTRATOR)
    async with browser_of(client, "awa") as browser:
        await browser.sign_in()
        yield browser


def read(shown: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(shown).replace("\u00a0", " "))


async def test_each_decision_is_a_sentence_and_a_step_of_the_chart(
    administrator: Member, client: Client
) -> None:
    assert "Aucune demande n’a encore été répartie" in (await administrator.get(PAGE)).text
    for _ in range(4):
        await waiting_visitor(client, organization=None)
    said = read((await administrator.get(PAGE)).text)
    assert (
        "La demande va à Le Collectif : Le Collectif, INICI et PROMIS pouvaient la recevoir sans"
        " qu’aucun s’écarte d’une place; Le Collectif était le premier à son tour." in said
    )
    assert "c’était le seul à qui elle pouvait aller" in said
    assert said.count("<polyline") == 3
    assert "de la place 0 à la place 4" in said


async def test_older_decisions_are_on_pages_of_their_own(
    administrator: Member, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marie.web.assignment.SHOWN", 2)
    for _ in range(3):
        await waiting_visitor(client, organization=None)
    first, second, beyond = [
        (await administrator.get(PAGE + query)).text for query in ("", "?page=2", "?page=9")
    ]
    assert re.findall(r'<th scope="row">(\d+)</th>', first) == ["3", "2"]
    assert f'<a class="button small" rel="next" href="{PAGE}?page=2">Plus anciens</a>' in first
    assert re.findall(r'<th scope="row">(\d+)</th>', second) == ["1"]
    assert f'<a class="button small" rel="prev" href="{PAGE}?page=1">Plus récents</a>' in second
    assert re.findall(r'<th scope="row">(\d+)</th>', beyond) == ["1"]


async def test_counsellor_reads_whose_lead_it_is_on_the_ticket_and_in_the_file(
    administrator: Member, client: Client
) -> None:
    visitor = await waiting_visitor(client, organization=None)
    assert "<bdi>Le Collectif</bdi>" in (await administrator.get("/console/")).text
    shown = await administrator.get(f"/console/conversations/{visitor.id}")
    assert "<bdi>Le Collectif</bdi>" in shown.text


async def test_quotas_are_changed_and_a_new_account_begins(
    administrator: Member, client: Client, database: Database
) -> None:
    await waiting_visitor(client, organization=None)
    shown = await administrator.post(
        PAGE,
        **{**EQUAL, "quota-promis": "3", "quota-inici": "0", "quota-collectif": "0"},
    )
    assert shown.status == 200
    assert "Aucune demande n’a encore été répartie" in shown.text
    for _ in range(2):
        await waiting_visitor(client, organization=None)
    account = (await assignment.overview(database)).account
    assert account.places == {"promis": 2}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (dict.fromkeys(EQUAL, "0"), "Tous les quotas sont à 0"),
        ({**EQUAL, "quota-promis": "-1"}, "un nombre entier de 0 à 1000"),
        ({**EQUAL, "quota-promis": "1001"}, "un nombre entier de 0 à 1000"),
        ({**EQUAL, "quota-promis": "9" * 5000}, "un nombre entier de 0 à 1000"),
        ({**EQUAL, "quota-promis": '"><img src=x onerror=alert(1)>'}, "un nombre entier"),
        ({**EQUAL, "quota-ailleurs": "1"}, "n’existe pas"),
        ({}, "Tous les quotas sont à 0"),
    ],
)
async def test_quotas_that_cannot_be_are_refused_with_their_reason(
    administrator: Member, database: Database, fields: dict[str, str], said: str
) -> None:
    shown = await administrator.post(PAGE, **fields)
    assert shown.status == 400
    assert said in read(shown.text)
    assert "<img src=x" not in shown.text
    assert (await assignment.overview(database)).period is None


async def test_file_is_read_by_the_counsellor_and_taken_away_by_the_visitor(
    administrator: Member, client: Client, rasa: FakeRasa
) -> None:
    def with_file(turn: dict[str, Any]) -> Reply:
        reply = echo(turn)
        if reply.handover is None:
            return reply
        file = LeadFile(
            told=(Told(field="age", words="29 ans <b>", origin="form", seq=2),),
            regions=("01",),
            languages=("es",),
            programs=(
                Judged(
                    program="x",
                    name="Emplois en régions",
                    verdict="eligible",
                    because=(),
                    missing=(),
                ),
            ),
            points=(Points(criterion="region", points=30, most=30, because="wanted"),),
            score=30,
            stage="shaping",
            missing=("when", "work"),
            route="emplois-en-regions",
        )
        return replace(reply, handover=replace(reply.handover, file=file))

    rasa.script = with_file
    visitor = await waiting_visitor(client, organization=None)
    said = (await administrator.get(f"/console/conversations/{visitor.id}")).text
    assert "29 ans &lt;b&gt;" in said
    assert '<a class="fine" href="#m2">répondu</a>' in said
    assert "sur 100, prend forme" in said
    async with client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        lead = (await response.json())["lead"]
    assert lead["organization"] == "Le Collectif"
    assert lead["file"]["told"][0]["words"] == "29 ans <b>"


async def test_supervisor_moves_a_lead_and_a_counsellor_cannot(
    client: Client, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    path = f"/console/conversations/{visitor.id}"
    for username, role, status in (("nadia", Role.COUNSELLOR, 403), ("sol", Role.SUPERVISOR, 200)):
        await add_account(database, username, role=role)
        async with browser_of(client, username) as browser:
            await browser.sign_in()
            offered = "Déplacer la demande" in (await browser.get(path)).text
            assert offered == (status == 200)
            refused = await browser.post(f"{path}/organisme", organization="ailleurs")
            assert refused.status == (400 if status == 200 else 403)
            moved = await browser.post(f"{path}/organisme", organization="inici")
            assert moved.status == status
            # It is another organisation's now: not hers to see any more.
            assert (await browser.get(path)).status == (404 if status == 200 else 200)
    account = (await assignment.overview(database)).account
    assert [account.held(each) for each in ("collectif", "inici", "promis")] == [0, 1, 0]
