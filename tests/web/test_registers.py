"""The registers of Loi 25, as an administrator reads and writes them."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import AsyncIterator

import pytest

from marie.domain.people import Role
from marie.store.engine import Database
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, waiting_visitor

PAGE = "/admin/registres"
INCIDENT = {
    "happened_on": "2026-11",
    "known_on": "2026-11-20",
    "what": "<img src=x onerror=alert(1)> un relevé oublié",
    "data": "=cmd|' /C calc'!A0",
    "persons": "12",
    "risk": "serious",
    "risk_because": "Des adresses.",
    "measures": "",
    "commission_on": "",
    "persons_on": "",
}


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    await add_account(database, "awa", name="Awa", role=Role.ADMINISTRATOR)
    async with browser_of(client, "awa") as browser:
        await browser.sign_in()
        yield browser


def read(shown: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\xa0", " "))


async def test_each_consent_is_shown_with_its_text_version_and_purpose(
    administrator: Member, client: Client
) -> None:
    assert "Aucun consentement" in (await administrator.get(f"{PAGE}/consentements")).text
    visitor = await waiting_visitor(client)
    said = read((await administrator.get(f"{PAGE}/consentements")).text)
    assert "2 consentements" in said
    assert "Je suis une assistante automatisée." in said
    assert "J’accepte." in said
    one = read((await administrator.get(f"{PAGE}/consentements?finalite=lead")).text)
    assert ("1 consentement" in one, "assistante automatisée" in one) == (True, False)
    assert "1 , 1 version du texte" in read((await administrator.get(PAGE)).text)
    async with client.delete(visitor.url, headers=visitor.headers):
        pass
    assert "Aucun consentement" in (await administrator.get(f"{PAGE}/consentements")).text


async def test_opening_a_file_is_in_its_register_also_once_it_is_erased(
    administrator: Member, client: Client, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    file = f"{PAGE}/acces/{visitor.id}"
    assert "a ouvert le dossier" not in (await administrator.get(file)).text
    await administrator.get(f"/console/conversations/{visitor.id}")
    said = read((await administrator.get(file)).text)
    assert "Awa" in said
    assert "a ouvert le dossier" in said
    text = (await administrator.get(f"{file}/registre.csv")).text.removeprefix("\ufeff")
    newest = next(csv.DictReader(io.StringIO(text)))
    assert (newest["Personne"], newest["Action"]) == ("Awa", "open")
    assert "présent" in (await administrator.get(f"{PAGE}/acces")).text
    async with client.delete(visitor.url, headers=visitor.headers):
        pass
    listed = read((await administrator.get(f"{PAGE}/acces")).text)
    assert "1 dossier ouvert" in listed
    assert "effacé" in listed
    assert (await administrator.get(f"{PAGE}/acces/{'z' * 32}")).status == 404


async def test_incident_is_added_changed_and_leaves_as_a_file_that_runs_nothing(
    administrator: Member,
) -> None:
    path = f"{PAGE}/incidents"
    assert "Aucun incident inscrit" in (await administrator.get(path)).text
    shown = await administrator.post(path, **INCIDENT)
    assert (shown.status, shown.url.path) == (200, path)
    assert "<img src=x" not in shown.text
    assert "avis à donner" in read(shown.text)
    found = re.search(rf'href="({path}/[0-9a-f]{{32}})"', shown.text)
    assert found is not None
    assert 'value="2026-11"' in (await administrator.get(found[1])).text
    told = {"commission_on": "2026-11-21", "persons_on": "2026-11-21"}
    changed = await administrator.post(found[1], **{**INCIDENT, **told})
    assert "avis à donner" not in read(changed.text)
    text = (await administrator.get(f"{path}.csv")).text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Renseignements visés"], row["Personnes"]) == ("'=cmd|' /C calc'!A0", "12")
    assert (await administrator.get(f"{path}/{'0' * 32}")).status == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("what", "  ", "Ce champ est nécessaire"),
        ("what", "a" * 4001, "dépasse 4"),
        ("risk_because", "", "Ce champ est nécessaire"),
        ("known_on", "2999-01-01", "Cette date est à venir"),
        ("known_on", "20261120", "Écrivez une date"),
        ("happened_on", "2026-11-21", "ne peut pas suivre"),
        ("happened_on", "hier", "Écrivez une date"),
        ("persons", "beaucoup", "Écrivez un nombre entier"),
        ("persons", "9" * 400, "Écrivez un nombre entier"),
        ("commission_on", "2026-11-19", "avisé avant"),
    ],
)
async def test_incident_that_cannot_be_kept_is_shown_again_as_typed(
    administrator: Member, field: str, value: str, said: str
) -> None:
    shown = await administrator.post(f"{PAGE}/incidents", **{**INCIDENT, field: value})
    assert shown.status == 400
    assert said in read(shown.text)
    assert f'aria-describedby="{field}-help {field}-problem" aria-invalid="true"' in shown.text
    assert "un relevé oublié" in shown.text or field == "what"
    assert "Aucun incident inscrit" in (await administrator.get(f"{PAGE}/incidents")).text


async def test_retention_page_says_how_long_and_how_many(administrator: Member) -> None:
    said = read((await administrator.get(f"{PAGE}/conservation")).text)
    assert "Conversation sans demande 90 jours après le dernier message" in said
    assert "jamais; 0 à examiner" in said
