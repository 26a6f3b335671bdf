"""Files become drafts, publications become files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from marie import clock
from marie.domain.people import Role
from marie.knowledge.checking import load_rules
from marie.knowledge.items import Folder, Kind
from marie.knowledge.library import LiveLibrary
from marie.knowledge.opened import open_overlay
from marie.knowledge.revisions import State
from marie.knowledge.writing import write_item
from marie.services.knowledge_files import pull, push
from marie.services.revisions import Revisions
from marie.settings import ROOT
from marie.store.engine import Database
from tests.staff import add_account

ENTRY = "childcare-cost"
WHOLE: tuple[Kind, ...] = ("entry", "program", "place")
"""Kinds with a file of their own."""


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    shutil.copytree(ROOT / "knowledge", folder)
    return folder


@pytest.fixture
def revisions(database: Database, shipped: Path, tmp_path: Path) -> Revisions:
    live = LiveLibrary(shipped, overlay=open_overlay(tmp_path / "var"), every=0.0)
    rules = load_rules(shipped, lambda _: True)
    return Revisions(database, live, rules, tmp_path / "var", clock=clock.now)


async def published(
    revisions: Revisions, database: Database, name: str, kind: Kind = "entry", **changed: object
) -> None:
    """Publish some fields of an item."""
    by = await add_account(database, f"who-{name}", role=Role.ADMINISTRATOR)
    standing = await revisions.standing(kind, name)
    assert standing.content is not None
    content = {**standing.content, **changed}
    number = await revisions.save(kind, name, content, by=by, why="", ground=standing.ground)
    await revisions.publish(number, by=by)


def changed_lines(one: Path, other: Path) -> int:
    before, after = (path.read_text(encoding="utf-8").split("\n") for path in (one, other))
    return len(set(after) - set(before)) + len(set(before) - set(after))


async def test_publication_goes_back_into_its_file_and_leaves_the_rest_as_it_was(
    revisions: Revisions, database: Database, shipped: Path
) -> None:
    await published(revisions, database, ENTRY, simple="Une place coûte {daycare_contribution}.")
    item = revisions.item("parameter", "daycare_contribution")
    assert item is not None
    values = [*item.content["values"]]
    values.append({**values[-1], "from": "2027-01-01", "until": "2027-12-31", "value": "9,95 $"})
    await published(revisions, database, "daycare_contribution", kind="parameter", values=values)
    await published(revisions, database, "greeting", kind="phrase", text="Bonjour! " * 30)
    lines = await pull(database, shipped, clock=clock.now)
    assert {each.item for each in lines} == {ENTRY, "daycare_contribution", "greeting"}
    items = Folder(shipped).items()[0]
    written: dict[Kind, str] = {
        "entry": ENTRY,
        "parameter": "daycare_contribution",
        "phrase": "greeting",
    }
    for kind, name in written.items():
        said = revisions.live.items[kind][name]
        assert items[kind][name].content == said.content
    amounts = shipped / "parameters" / "childcare.yml"
    assert amounts.read_text(encoding="utf-8").startswith("# Les montants changent")
    assert changed_lines(ROOT / "knowledge" / "parameters" / "childcare.yml", amounts) == 3
    assert changed_lines(ROOT / "knowledge" / "phrases.yml", shipped / "phrases.yml") < 10
    assert await pull(database, shipped, clock=clock.now) == []
    assert await push(database, shipped, shipped, clock=clock.now) == []


async def test_every_item_can_be_written_and_reads_the_same(shipped: Path, tmp_path: Path) -> None:
    items = Folder(shipped).items()[0]
    anew = tmp_path / "anew"
    for kind in WHOLE:
        for item in items[kind].values():
            write_item(anew, item.kind, item.id, item.content, None)
    found = Folder(anew).items()[0]
    for kind in WHOLE:
        written = {name: each.content for name, each in found[kind].items()}
        assert written == {name: each.content for name, each in items[kind].items()}


async def test_changed_file_is_a_draft_and_never_takes_the_place_of_a_publication(
    revisions: Revisions, database: Database, shipped: Path, tmp_path: Path
) -> None:
    await published(revisions, database, ENTRY, text="Publié.")
    files = tmp_path / "files"
    shutil.copytree(ROOT / "knowledge", files)
    assert await push(database, files, shipped, clock=clock.now) == []
    path = files / "topics" / "childcare" / f"{ENTRY}.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "Combien coûte une place en garderie?", "Combien?"
        ),
        encoding="utf-8",
    )
    (line,) = await push(database, files, shipped, clock=clock.now)
    assert (line.item, line.done, line.fields) == (ENTRY, "merged", ())
    assert revisions.live.current().entries[ENTRY].title != "Combien?"
    draft = (await revisions.open_ones("entry", ENTRY))[0]
    assert draft.content is not None
    assert (draft.content["title"], draft.content["text"]) == ("Combien?", "Publié.")
    assert await push(database, files, shipped, clock=clock.now) == []
    by = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    assert await revisions.publish(draft.id, by=by) is State.PUBLISHED
    entry = revisions.live.current().entries[ENTRY]
    assert (entry.title, entry.text) == ("Combien?", "Publié.")


async def test_field_that_the_file_and_a_publication_changed_is_named(
    revisions: Revisions, database: Database, shipped: Path, tmp_path: Path
) -> None:
    await published(revisions, database, ENTRY, title="De la page")
    files = tmp_path / "files"
    shutil.copytree(ROOT / "knowledge", files)
    path = files / "topics" / "childcare" / f"{ENTRY}.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "Combien coûte une place en garderie?", "Du fichier"
        ),
        encoding="utf-8",
    )
    (line,) = await push(database, files, shipped, clock=clock.now)
    assert (line.done, line.fields) == ("conflict", ("title",))
    assert revisions.live.current().entries[ENTRY].title == "De la page"
