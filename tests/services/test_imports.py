"""From a file to the next turn of a talk, and back: diff, apply, publish, undo."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.actions.wiring import Desk, open_desk
from marie.domain.replies import Reply
from marie.knowledge.export import to_package
from marie.knowledge.importers.diff import Diff
from marie.knowledge.importers.model import Parsed, Record, Task, load_publishers
from marie.knowledge.importers.reading import IMPORTERS
from marie.knowledge.merging import near_duplicates
from marie.knowledge.resources import load_resources
from marie.services import directory, imports
from marie.settings import ROOT, Settings
from marie.store import directory as store
from marie.store.engine import Database
from tests import publishers
from tests.bot.actions.conftest import Talk

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)
SHARED = ROOT.parent / "shared" / "data"
FILE = imports.FileRead(name="a.csv", sha256="0")


@pytest.fixture
async def desk(database: Database, settings: Settings) -> Desk:
    """What the actions know: the published database, which holds the seed."""
    await directory.fill_with_seed(database, load_resources(settings.knowledge / "directory"))
    desk = open_desk(settings.knowledge, settings.data)
    await publish(database, desk, settings)
    return desk


async def publish(database: Database, desk: Desk, settings: Settings) -> None:
    await directory.publish_directory(database, desk.gazetteer, settings.data)


def read(desk: Desk, importer: str, *paths: Path) -> Parsed:
    task = Task(
        paths=paths,
        gazetteer=desk.gazetteer,
        publishers=load_publishers(ROOT / "knowledge"),
        today=date(2026, 11, 22),
    )
    return IMPORTERS[importer](task)


async def apply(database: Database, parsed: Parsed) -> tuple[int | None, Diff]:
    return await imports.apply(database, parsed, FILE, by="a test", clock=lambda: NOON)


async def everything(database: Database) -> dict[str, store.Entry]:
    async with database.read() as connection:
        return await store.read_entries(connection)


async def test_phone_that_changes_in_a_file_is_the_only_difference_is_heard_and_is_undone(
    database: Database, desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    path = publishers.regional(tmp_path / "a.csv")
    await apply(database, read(desk, "childcare", path))
    await publish(database, desk, settings)

    def heard() -> str | None:
        reply = Talk(desk).place("une garderie à Saint-Hyacinthe", "childcare.find")
        cards = reply.messages[0].resources
        phones: dict[str, str | None] = {card["id"]: card["phone"] for card in cards}
        return phones[garderie]

    garderie = "garde-garderie-le-banc-d-essai-saint-hyacinthe-j2s-0a1"
    assert heard() == "450 555-0102"

    rows = [row.replace("555-0102", "555-0199") for row in publishers.REGIONAL_ROWS]
    parsed = read(desk, "childcare", publishers.regional(path, rows))
    diff = await imports.prepare(database, parsed)
    (changed,) = diff.changed
    assert (changed.before.id, changed.fields) == (garderie, ("phone",))
    assert (len(diff.new), len(diff.gone), diff.unchanged) == (0, 0, 2)

    batch, _ = await apply(database, parsed)
    assert batch is not None
    await publish(database, desk, settings)
    assert heard() == "450 555-0199"

    await imports.undo(database, batch, clock=lambda: NOON)
    await publish(database, desk, settings)
    assert heard() == "450 555-0102"


async def test_talk_narrows_the_cards_and_keeps_them_narrow(
    database: Database, desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    await apply(database, read(desk, "childcare", publishers.regional(tmp_path / "a.csv")))
    await publish(database, desk, settings)
    talk = Talk(desk)

    def infants(reply: Reply) -> set[str]:
        return {card["name"] for card in reply.messages[0].resources}

    every = infants(talk.place("garderie à Saint-Hyacinthe", "childcare.find"))
    assert "Garderie «\u00a0Le Banc d’Essai\u00a0»" in every
    few = infants(talk.say("avec des places poupons", "follow_up"))
    assert few == {"CPE des Essais"}
    assert infants(talk.place("et à Longueuil?", "follow_up")) == {"CPE des Essais"}


async def test_card_that_nobody_looked_at_for_long_says_so_and_later_goes(
    database: Database, desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    await apply(database, read(desk, "childcare", publishers.regional(tmp_path / "a.csv")))
    await publish(database, desk, settings)

    def said(days: int) -> str:
        desk.directory.today = lambda: date(2026, 11, 22) + timedelta(days=days)
        talk = Talk(desk, said_at=NOON + timedelta(days=days))
        return talk.place("garderie à Saint-Hyacinthe", "childcare.find").messages[0].text

    assert "à revérifier" not in said(180)
    assert "à revérifier" in said(181)
    assert "CPE des Essais" in said(360)
    assert "CPE des Essais" not in said(361)


async def test_same_file_twice_changes_nothing(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    path = publishers.regional(tmp_path / "a.csv")
    first, _ = await apply(database, read(desk, "childcare", path))
    before = await everything(database)
    second, diff = await apply(database, read(desk, "childcare", path))
    assert first is not None
    assert second is None
    assert diff.changes_nothing
    assert await everything(database) == before


async def test_every_field_survives_the_tables(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    parsed = read(desk, "childcare", publishers.regional(tmp_path / "a.csv"))
    await apply(database, parsed)
    entries = await everything(database)
    seed = load_resources(ROOT / "knowledge" / "directory")
    told = {each.id: each for each in seed} | {
        record.resource.id: record.resource for record in parsed.records
    }
    assert {key: entry.resource for key, entry in entries.items()} == told


async def test_what_is_no_longer_in_the_file_is_gone_and_comes_back_with_undo(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    path = publishers.regional(tmp_path / "a.csv")
    await apply(database, read(desk, "childcare", path))
    before = await everything(database)
    fewer = read(desk, "childcare", publishers.regional(path, publishers.REGIONAL_ROWS[:1]))
    batch, diff = await apply(database, fewer)
    assert batch is not None
    assert len(diff.gone) == 2
    assert len(await everything(database)) == len(before) - 2
    await imports.undo(database, batch, clock=lambda: NOON)
    assert await everything(database) == before


async def test_another_region_of_the_same_publisher_is_left_alone(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    await apply(database, read(desk, "childcare", publishers.regional(tmp_path / "a.csv")))
    parsed = read(desk, "childcare", publishers.provincial(tmp_path / "b.csv"))
    diff = await imports.prepare(database, parsed)
    assert (len(diff.new), len(diff.gone)) == (2, 0)


async def test_import_is_not_undone_under_a_later_one(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    path = publishers.regional(tmp_path / "a.csv")
    first, _ = await apply(database, read(desk, "childcare", path))
    rows = [row.replace("555-0102", "555-0199") for row in publishers.REGIONAL_ROWS]
    second, _ = await apply(database, read(desk, "childcare", publishers.regional(path, rows)))
    assert first is not None
    assert second is not None
    with pytest.raises(imports.ChangedSince) as raised:
        await imports.undo(database, first, clock=lambda: NOON)
    assert raised.value.batches == [second]
    await imports.undo(database, second, clock=lambda: NOON)
    await imports.undo(database, first, clock=lambda: NOON)
    with pytest.raises(imports.UnknownBatch):
        await imports.undo(database, first, clock=lambda: NOON)
    assert set(await everything(database)) == {
        each.id for each in load_resources(ROOT / "knowledge" / "directory")
    }


async def test_file_that_loses_much_is_taken_for_a_truncated_one(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    rows = [
        f'CPE ESSAI {letter},16 - Montérégie,"{n}, rue des Essais",Saint-Hyacinthe,J2S 0A1,,,,'
        "CPE,60,10,CR,,0"
        for n, letter in enumerate("ABCDEFGHIJ", start=1)
    ]
    path = publishers.regional(tmp_path / "a.csv", rows)
    await apply(database, read(desk, "childcare", path))
    cut = publishers.regional(tmp_path / "b.csv", rows[:3])
    diff = await imports.prepare(database, read(desk, "childcare", cut))
    with pytest.raises(imports.TooManyGone):
        imports.check_gone(diff)
    imports.check_gone(await imports.prepare(database, read(desk, "childcare", path)))


async def test_export_that_is_imported_again_changes_nothing(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    await apply(database, read(desk, "childcare", publishers.regional(tmp_path / "a.csv")))
    resources = (await directory.read_said(database)).resources
    path = tmp_path / "export.zip"
    path.write_bytes(to_package(resources))
    diff = await imports.prepare(database, read(desk, "hsds", path))
    assert diff.changes_nothing
    assert diff.unchanged == len(resources)


async def test_export_fills_an_empty_database_and_comes_out_the_same(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    resources = (await directory.read_said(database)).resources
    path = tmp_path / "export.zip"
    path.write_bytes(to_package(resources))
    async with database.write() as connection:
        await store.delete_entries(connection, [each.id for each in resources])
    await apply(database, read(desk, "hsds", path))
    again = (await directory.read_said(database)).resources
    assert len(again) == len(resources)
    second = tmp_path / "second.zip"
    second.write_bytes(to_package(again))
    assert (await imports.prepare(database, read(desk, "hsds", second))).changes_nothing


async def test_seed_that_was_changed_by_an_import_is_kept_until_the_seed_changes(
    database: Database, desk: Desk
) -> None:
    seed = load_resources(ROOT / "knowledge" / "directory")
    changed = replace(seed[0], phone="418 555-0100")
    await apply(database, Parsed(origin="hsds", records=(Record(changed, "x", 1),)))
    assert await directory.fill_with_seed(database, seed) == 0
    assert (await everything(database))[changed.id].resource.phone == "418 555-0100"
    newer = [replace(seed[0], description="Autre chose."), *seed[1:]]
    assert await directory.fill_with_seed(database, newer) == 1
    assert (await everything(database))[changed.id].resource == newer[0]


async def test_sure_duplicate_is_spoken_once_and_completed(
    database: Database, desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    known = next(
        each
        for each in load_resources(ROOT / "knowledge" / "directory")
        if each.id == "cegep-rimouski"
    )
    same = replace(known, id="meq-1", phone="418 555-0108", keywords=())
    assert near_duplicates([same], [known])[0].sure
    await apply(database, Parsed(origin="meq-college", records=(Record(same, "public", 1),)))
    spoken = (await directory.read_said(database)).resources
    by_id = {each.id: each for each in spoken}
    assert "meq-1" not in by_id
    assert by_id["cegep-rimouski"].phone == "418 555-0108"


async def test_check_of_a_person_holds_while_the_source_says_the_same(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    path = publishers.regional(tmp_path / "a.csv")
    parsed = read(desk, "childcare", path)
    checked = replace(
        parsed.records[0].resource,
        source=replace(parsed.records[0].resource.source, verified_on=date(2026, 11, 1)),
    )
    await apply(database, replace_first(parsed, checked))
    diff = await imports.prepare(database, parsed)
    assert diff.changes_nothing


def replace_first(parsed: Parsed, resource: object) -> Parsed:
    first, *rest = parsed.records
    record = Record(resource, first.scope, first.row)  # type: ignore[arg-type]
    return Parsed(origin=parsed.origin, records=(record, *rest), scopes=parsed.scopes)


@pytest.mark.skipif(not SHARED.exists(), reason="the open data is not beside the project")
async def test_open_data_of_colleges_meets_the_seed(
    database: Database, desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "education"
    shutil.copytree(SHARED / "education", folder, ignore=shutil.ignore_patterns("css"))
    parsed = read(desk, "colleges", *sorted(folder.glob("*.geojson")))
    assert len(parsed.records) + len(parsed.rejected) == 372
    _, diff = await apply(database, parsed)
    assert len(diff.duplicates) >= 90
    assert diff.rejected == ()
