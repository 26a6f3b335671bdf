"""Openings from a file to the next turn of a talk, and back."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.actions.wiring import Desk, open_desk
from marie.guidance.matching import Opening
from marie.knowledge.importers.openings import ListRead
from marie.knowledge.openings import title_words
from marie.services import openings
from marie.services.imports import ChangedSince, FileRead, UnknownBatch
from marie.settings import Settings
from marie.store import openings as store
from marie.store.engine import Database
from tests.bot.actions.conftest import Talk

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)
FILE = FileRead(name="offres.csv", sha256="0")


def opening(number: int, **told: Any) -> Opening:
    title = told.pop("title", "Soudeur")
    default: dict[str, Any] = {
        "region": "01",
        "municipality": "Rimouski",
        "municipality_code": "10043",
        "sector": "manufacturing",
        "valid_until": date(2027, 3, 31),
        "listed": "offres",
        "read_on": date(2026, 11, 22),
    }
    return Opening(
        id=f"offres-{number}", title=title, words=title_words(title), **{**default, **told}
    )


def listed(*some: Opening) -> ListRead:
    return ListRead("offres", {each.id: each for each in some}, (), {})


async def apply(database: Database, *some: Opening) -> tuple[int | None, openings.Diff]:
    return await openings.apply(database, listed(*some), FILE, by="a test", clock=lambda: NOON)


async def held(database: Database) -> dict[str, Opening]:
    async with database.read() as connection:
        return await store.read_openings(connection)


@pytest.fixture
def desk(settings: Settings) -> Desk:
    """What the actions know, with what this test publishes."""
    return open_desk(settings.knowledge, settings.data)


async def test_list_is_applied_changed_and_undone(database: Database) -> None:
    first, diff = await apply(database, opening(1), opening(2))
    assert diff.summary == {"new": 2, "changed": 0, "unchanged": 0, "gone": 0}

    dearer = replace(opening(1), wage="30 $")
    second, diff = await apply(database, dearer, opening(3))
    assert diff.summary == {"new": 1, "changed": 1, "unchanged": 0, "gone": 1}
    assert set(await held(database)) == {"offres-1", "offres-3"}

    assert first is not None
    assert second is not None
    with pytest.raises(ChangedSince):
        await openings.undo(database, first, clock=lambda: NOON)
    await openings.undo(database, second, clock=lambda: NOON)
    assert await held(database) == {each.id: each for each in (opening(1), opening(2))}
    await openings.undo(database, first, clock=lambda: NOON)
    assert await held(database) == {}
    with pytest.raises(UnknownBatch):
        await openings.undo(database, first, clock=lambda: NOON)


async def test_same_list_read_another_day_changes_nothing(database: Database) -> None:
    await apply(database, opening(1))
    batch, diff = await apply(database, replace(opening(1), read_on=date(2026, 12, 1)))
    assert batch is None
    assert diff.unchanged == 1


async def test_another_list_leaves_this_one_alone(database: Database) -> None:
    await apply(database, opening(1))
    other = replace(opening(2), id="autre-2", listed="autre")
    await openings.apply(
        database, ListRead("autre", {other.id: other}, (), {}), FILE, by="a", clock=lambda: NOON
    )
    assert set(await held(database)) == {"offres-1", "autre-2"}


async def test_published_openings_are_spoken_in_the_next_turn_and_gone_ones_are_not(
    database: Database, desk: Desk, settings: Settings
) -> None:
    talk = Talk(desk)
    before = talk.say("je suis soudeur, des employeurs peuvent me rencontrer?", "work.matching")
    assert "matches" not in before.messages[0].data

    batch, _ = await apply(database, opening(1))
    await openings.publish_openings(database, settings.data)
    after = talk.say("je suis soudeur, des employeurs peuvent me rencontrer?", "work.matching")
    assert [each["id"] for each in after.messages[0].data["matches"]] == ["offres-1"]

    assert batch is not None
    await openings.undo(database, batch, clock=lambda: NOON)
    await openings.publish_openings(database, settings.data)
    undone = talk.say("je suis soudeur, des employeurs peuvent me rencontrer?", "work.matching")
    assert "matches" not in undone.messages[0].data


async def test_command_imports_a_file_whole_and_undoes_it(
    settings: Settings, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    from marie.cli.openings import openings as command

    path = tmp_path / "postes.csv"
    path.write_text(
        "Titre,Ville,Date limite\nSoudeur,Rimouski,2099-12-31\nSoudeur,Nulleville,2099-12-31\n",
        encoding="utf-8",
    )
    told = argparse.Namespace(
        what="openings",
        sources=[str(path)],
        yes=True,
        dry_run=False,
        rejected=None,
        list=None,
        map=[],
    )
    assert await command(database, settings, told) == 0
    said = capsys.readouterr().out
    assert "1 nouvelles" in said
    assert "ligne 3" in said
    assert set(await held(database)) == {"postes-soudeur-rimouski"}

    undo = argparse.Namespace(what="openings-undo", batch=1)
    assert await command(database, settings, undo) == 0
    assert await held(database) == {}
