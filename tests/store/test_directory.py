"""The directory's tables on both engines: import, undo, duplicates, links, reports."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import func, select

from marie import clock
from marie.domain.messages import Content
from marie.knowledge.importers.model import Figure, Parsed, Record, Task, load_publishers
from marie.knowledge.importers.reading import IMPORTERS
from marie.knowledge.model import Source
from marie.knowledge.places import Gazetteer
from marie.knowledge.resources import Resource, load_resources
from marie.services import directory, imports, links, reports, visitor
from marie.services.live import Hub
from marie.settings import ROOT
from marie.store import directory as tables
from marie.store.directory_tables import HSDS
from marie.store.engine import Database
from tests import publishers

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)
FILE = imports.FileRead(name="a.csv", sha256="0")
SEED = load_resources(ROOT / "knowledge" / "directory")


def daycares(path: Path) -> Parsed:
    task = Task(
        paths=(publishers.regional(path),),
        gazetteer=Gazetteer.load(ROOT / "knowledge" / "places"),
        publishers=load_publishers(ROOT / "knowledge"),
        today=date(2026, 11, 22),
    )
    return IMPORTERS["childcare"](task)


async def apply(store: Database, parsed: Parsed) -> int | None:
    batch, _ = await imports.apply(store, parsed, FILE, by="a test", clock=lambda: NOON)
    return batch


async def everything(store: Database) -> dict[str, tables.Entry]:
    async with store.read() as connection:
        return await tables.read_entries(connection)


async def rows(store: Database) -> dict[str, int]:
    async with store.read() as connection:
        return {
            name: int(
                (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            )
            for name, table in HSDS.items()
        }


async def test_import_is_written_whole_read_whole_and_undone_to_the_last_row(
    store: Database, tmp_path: Path
) -> None:
    await directory.fill_with_seed(store, SEED)
    before, counted = await everything(store), await rows(store)
    assert {key: each.resource for key, each in before.items()} == {each.id: each for each in SEED}
    parsed = daycares(tmp_path / "a.csv")
    batch = await apply(store, parsed)
    assert batch is not None
    after = await everything(store)
    for record in parsed.records:
        assert after[record.resource.id].resource == record.resource
    assert await apply(store, parsed) is None
    assert await imports.undo(store, batch, clock=lambda: NOON) == len(parsed.records)
    assert await everything(store) == before
    assert await rows(store) == counted


async def test_changed_field_is_put_back_by_undo(store: Database, tmp_path: Path) -> None:
    parsed = daycares(tmp_path / "a.csv")
    await apply(store, parsed)
    before = await everything(store)
    first, *rest = parsed.records
    changed = replace(first.resource, phone="450 555-0199", languages=("fr", "en"), hours="Le jour")
    second = replace_records(parsed, (Record(changed, first.scope, first.row), *rest[:-1]))
    batch = await apply(store, second)
    assert batch is not None
    now = await everything(store)
    assert now[changed.id].resource == changed
    assert len(now) == len(before) - 1
    await imports.undo(store, batch, clock=lambda: NOON)
    assert await everything(store) == before


async def test_import_that_fails_half_way_leaves_the_directory_as_it_was(
    store: Database, tmp_path: Path
) -> None:
    await directory.fill_with_seed(store, SEED)
    before, counted = await everything(store), await rows(store)
    parsed = daycares(tmp_path / "a.csv")

    def fail() -> datetime:
        raise ArithmeticError

    try:
        await imports.apply(store, parsed, FILE, by="a test", clock=fail)
    except ArithmeticError:
        pass
    else:
        raise AssertionError
    assert await everything(store) == before
    assert await rows(store) == counted
    async with store.read() as connection:
        assert await tables.read_batches(connection) == []


async def test_sure_duplicate_is_one_until_its_import_is_undone(store: Database) -> None:
    await directory.fill_with_seed(store, SEED)
    kept = next(each for each in SEED if each.id == "cegep-rimouski")
    same = replace(kept, id="meq-1", phone="418 555-0108", keywords=())
    batch = await apply(store, Parsed(origin="meq-college", records=(Record(same, "public", 1),)))
    assert batch is not None
    assert (await spoken(store))["cegep-rimouski"].phone == "418 555-0108"
    assert "meq-1" not in await spoken(store)
    await imports.undo(store, batch, clock=lambda: NOON)
    assert await spoken(store) == {each.id: each for each in SEED}


async def test_figures_of_a_region_go_with_their_import(store: Database) -> None:
    source = Source(title="Institut de la statistique", url="https://a.example")
    figure = Figure("01", "taux_chomage", "2026", 4.2, source)
    batch = await apply(store, Parsed(origin="isq", figures=(figure,)))
    assert batch is not None
    async with store.read() as connection:
        (told,) = await tables.read_figures(connection)
    assert (told["region"], told["value"]) == ("01", 4.2)
    await imports.undo(store, batch, clock=lambda: NOON)
    async with store.read() as connection:
        assert await tables.read_figures(connection) == []


async def test_dead_link_is_kept_and_revived(store: Database) -> None:
    await directory.fill_with_seed(store, SEED)
    known = next(each for each in SEED if each.url and each.url.startswith("https://www.cegep"))
    url, status = str(known.url), 404

    async def ask(asked: str) -> links.Answer:
        return links.Answer(status=status if asked == url else 200)

    await links.check(store, [url], ask, clock=lambda: NOON, delay=0)
    assert (await spoken(store))[known.id].url is None
    status = 200
    later = NOON + timedelta(days=8)
    await links.check(store, [url], ask, clock=lambda: later, delay=0)
    assert (await spoken(store))[known.id].url == url


async def test_report_waits_is_settled_once_and_goes_with_its_conversation(
    store: Database,
) -> None:
    greeting = Content(text="Bonjour")
    began = await visitor.start_conversation(
        store, greeting=greeting, marie="Marie", clock=clock.now
    )
    for _ in range(2):
        await reports.report(
            store, began.conversation_id, seq=1, resource=None, text="Faux.", clock=clock.now
        )
    waiting = await reports.waiting(store)
    assert (waiting.count, waiting.reports[0].said) == (1, "Bonjour")
    await visitor.erase(store, Hub(), began.conversation_id, token=began.token, clock=clock.now)
    assert (await reports.waiting(store)).count == 0


async def spoken(store: Database) -> dict[str, Resource]:
    resources = (await directory.read_said(store)).resources
    return {each.id: each for each in resources}


def replace_records(parsed: Parsed, records: tuple[Record, ...]) -> Parsed:
    return Parsed(origin=parsed.origin, records=records, scopes=parsed.scopes)
