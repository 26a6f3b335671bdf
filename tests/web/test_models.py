"""`/admin/modeles`: models are chosen and taken back, wordings are accepted or set aside."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from marie import clock
from marie.domain.people import Role
from marie.rasa import models as files
from marie.rasa.model import fingerprint
from marie.rasa.models import Figures, Worse
from marie.services import examples
from marie.settings import Settings
from marie.store import examples as store
from marie.store import tables
from marie.store.engine import Database
from marie.store.examples import State
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, open_session

PAGE = "/admin/modeles"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = {"topic_right": 0.884, "family_right": 0.91, "calibration_error": 0.03}
TREE, NEW, BAD = f"marie-{fingerprint()}", "marie-0123456789ab", "marie-ba0000000000"
WORDING = "mon loyer me tient jusqu’en juin, patente à gosse"


@pytest.fixture(autouse=True)
def models(models: Path) -> Path:
    """The tree's model, a good candidate, and one that was refused."""
    folder = models
    (folder / files.CANDIDATES).mkdir(parents=True)
    worse = [Worse(figure="topic_right", before=0.884, now=0.8, margin=0.005)]
    for number, name in enumerate((TREE, NEW, BAD)):
        path = folder / ("" if name == TREE else files.CANDIDATES) / f"{name}.tar.gz"
        refused = worse if name == BAD else []
        figures = {**GOOD, "topic_right": 0.8} if refused else GOOD
        files.write_figures(
            path, Figures(questions="q", measured_at=NOW, figures=figures, refused=refused)
        )
        if name != BAD:
            path.touch()
            os.utime(path, (number, number))
    return folder


@pytest.fixture
async def nadia(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    staff = await add_account(database, "nadia", role=Role.ADMINISTRATOR)
    async with browser_of(client, "nadia") as member:
        member.carry(await open_session(database, staff))
        yield member


async def propose(database: Database, monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    """A proposal for `lease.end`."""
    monkeypatch.setattr(examples, "mask", lambda said: said)
    staff = await add_account(database, "paul", role=Role.ADMINISTRATOR)
    known = await examples.known_examples()
    async with database.write() as connection:
        return await examples.propose(
            connection, known, text=text, topic="lease.end", by=staff, now=clock.now()
        )


async def states(database: Database) -> dict[State, int]:
    """How many proposals are in each state, but those without any."""
    async with database.read() as connection:
        found = await store.counts(connection)
    return {state: number for state, number in found.items() if number}


async def test_models_stand_with_their_figures_and_say_what_they_were_trained_on(
    nadia: Member,
) -> None:
    shown = await nadia.get(PAGE)
    assert shown.status == 200
    assert shown.text.count("88,4") == 3
    assert "En service" in shown.text
    assert "Refusé" in shown.text
    assert shown.text.count("Entraîné sur les exemples de cette version.") == 1
    assert shown.text.count("Entraîné sur d’autres exemples") == 2
    assert f"{PAGE}/{NEW}/promouvoir" in shown.text
    assert f"{PAGE}/{BAD}/promouvoir" not in shown.text
    assert f"{PAGE}/retour" not in shown.text


async def test_a_model_is_promoted_and_taken_back_and_both_are_recorded(
    nadia: Member, models: Path, database: Database
) -> None:
    shown = await nadia.post(f"{PAGE}/{NEW}/promouvoir")
    assert "C’est choisi" in shown.text
    using = files.model_in_use(models)
    assert using is not None
    assert using.name == f"{NEW}.tar.gz"
    await nadia.post(f"{PAGE}/retour")
    assert files.model_in_use(models) == models / f"{TREE}.tar.gz"
    async with database.read() as connection:
        lines = select(tables.audit.c.subject).where(tables.audit.c.action == "choose model")
        assert list((await connection.execute(lines)).scalars()) == [NEW, TREE]
    assert (await nadia.post(f"{PAGE}/retour")).status == 409


@pytest.mark.parametrize(("name", "status"), [(BAD, 404), ("marie-ffffffffffff", 404)])
async def test_what_was_refused_or_is_gone_is_not_promoted(
    nadia: Member, models: Path, name: str, status: int
) -> None:
    shown = await nadia.post(f"{PAGE}/{name}/promouvoir")
    assert (shown.status, "Rien n’a changé" in shown.text) == (status, True)
    assert files.chosen(models) is None


async def test_a_model_that_does_not_load_is_said(nadia: Member, settings: Settings) -> None:
    said = {"model": f"{TREE}.tar.gz", "since": "", "failed": f"{NEW}.tar.gz"}
    (settings.data / "model.json").write_text(json.dumps(said))
    shown = await nadia.get(PAGE)
    assert "Le modèle choisi ne démarre pas" in shown.text


async def test_a_wording_is_accepted_as_it_was_put_right(
    nadia: Member, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed = await propose(database, monkeypatch, f"[nom] dit : {WORDING}")
    assert "[nom] dit" in (await nadia.get(PAGE)).text
    address = f"{PAGE}/tournures/{proposed}"
    refused = await nadia.post(f"{address}/accepter", text=f"[nom] {WORDING}", topic="lease.end")
    assert refused.status == 422
    assert "Il reste des crochets" in refused.text
    assert f"[nom] {WORDING}" in refused.text
    shown = await nadia.post(f"{address}/accepter", text=WORDING, topic="lease.notice")
    assert "La tournure est acceptée" in shown.text
    async with database.read() as connection:
        (accepted,) = await store.in_state(connection, State.ACCEPTED)
    assert (accepted.text, accepted.topic) == (WORDING, "lease.notice")


async def test_a_wording_is_set_aside_once(
    nadia: Member, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed = await propose(database, monkeypatch, WORDING)
    assert "écartée" in (await nadia.post(f"{PAGE}/tournures/{proposed}/refuser")).text
    assert await states(database) == {State.REFUSED: 1}
    again = await nadia.post(f"{PAGE}/tournures/{proposed}/refuser")
    assert (again.status, "Quelqu’un a déjà décidé" in again.text) == (409, True)


async def test_what_is_nearly_a_held_out_question_is_not_accepted(
    nadia: Member, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed = await propose(database, monkeypatch, WORDING)
    held_out = max((await examples.known_examples()).held_out.values(), key=len)
    shown = await nadia.post(
        f"{PAGE}/tournures/{proposed}/accepter", text=held_out, topic="lease.end"
    )
    assert shown.status == 422
    assert "fausserait les chiffres" in shown.text
    assert await states(database) == {State.PROPOSED: 1}
