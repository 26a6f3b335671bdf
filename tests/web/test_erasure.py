"""Nothing of a visitor stays anywhere once she erased, and her export has all that was held."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from marie import clock
from marie.domain.conversation import ConversationId
from marie.knowledge.privacy import load_privacy
from marie.knowledge.waiting import Terms
from marie.services import erasures
from marie.services.erasures import Erasure
from marie.services.held import tables_of_visitors
from marie.settings import ROOT, Settings
from marie.store import tables
from marie.store.engine import Database, create_engine
from tests.conftest import Client, Visitor
from tests.marked import MARK, all_tables, files_with_mark, fill, reached_tables
from tests.staff import waiting_visitor

PRIVACY = load_privacy(ROOT / "knowledge")


def test_every_table_is_in_the_register_of_what_is_kept() -> None:
    missing = [name for name in all_tables() if PRIVACY.of_table(name) is None]
    assert missing == [], "say in knowledge/privacy.yml what these tables hold, and for how long"


def test_register_names_no_table_and_withholds_no_column_that_is_not_there() -> None:
    known = all_tables()
    for each in PRIVACY.tables:
        for name in each.names:
            assert name.endswith("*") or name in known, name
            for column in each.withheld:
                assert column in known[name].c, (name, column)


def test_everything_that_hangs_on_a_conversation_is_said_to_be_the_visitors() -> None:
    for table in reached_tables():
        known = PRIVACY.of_table(table.name)
        assert known is not None, table.name
        assert known.about.value == "visitor", table.name
    for table in tables_of_visitors():
        assert table in reached_tables(), f"{table.name}: erasing must reach it (ON DELETE CASCADE)"


async def marked_visitor(
    client: Client, database: Database, settings: Settings
) -> tuple[Visitor, dict[str, list[str]]]:
    """A visitor of whom a marked word is in every field that could hold one, and in an e-mail."""
    visitor = await waiting_visitor(client, f"Je m’appelle {MARK}")
    async with database.write() as connection:
        marked = await fill(connection, visitor.id)
        sent = await connection.scalar(select(all_tables()["notification"].c.id))
    outbox = settings.data / "outbox"
    outbox.mkdir(exist_ok=True)
    (outbox / f"{sent}.eml").write_text(f"To: {MARK}@example.org\n")
    return visitor, marked


async def test_erased_visitor_is_in_no_table_and_in_no_file(
    client: Client, database: Database, settings: Settings
) -> None:
    visitor, marked = await marked_visitor(client, database, settings)
    other = await waiting_visitor(client)
    # A test that looks in the wrong place finds nothing: first it must find the word.
    before = files_with_mark(settings.data)
    assert any(name.startswith("marie.sqlite3") for name in before)
    assert any(name.startswith("outbox/") for name in before)
    assert len([name for name, columns in marked.items() if columns]) >= 10

    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    assert files_with_mark(settings.data) == []
    async with database.read() as connection:
        for table in reached_tables():
            column = "id" if table.name == "conversation" else "conversation_id"
            if column in table.c:
                left = await connection.execute(select(table).where(table.c[column] == visitor.id))
                assert left.all() == [], table.name
    assert (await other.log())["messages"]


async def test_export_has_every_row_and_column_but_those_withheld_with_a_reason(
    client: Client, database: Database, settings: Settings
) -> None:
    visitor, marked = await marked_visitor(client, database, settings)
    async with client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        exported = await response.json()
    held = exported["held"]
    for table in tables_of_visitors():
        known = PRIVACY.of_table(table.name)
        assert known is not None
        found = [row for row in held[table.name] if MARK[:4] in json.dumps(row)]
        wanted = {*marked[table.name]} - {*known.withheld} - {"token_hash"}
        if wanted:
            assert any(wanted <= set(row) for row in found), table.name
        for row in held[table.name]:
            assert not set(row) & set(known.withheld), table.name
    assert exported["messages"][1]["text"] == f"Je m’appelle {MARK}"
    assert {each["purpose"] for each in held["consent"]} >= {"conversation", "lead"}


async def test_restored_backup_forgets_again_what_was_erased_after_it(
    client: Client, database: Database, settings: Settings, tmp_path: Path
) -> None:
    first, second, kept = [await waiting_visitor(client, MARK) for _ in range(3)]
    async with client.delete(first.url, headers=first.headers):
        pass
    backed_up_at = clock.now()
    await database.scrub()
    copy = shutil.copy(settings.data / "marie.sqlite3", tmp_path / "copy.sqlite3")
    async with client.delete(second.url, headers=second.headers):
        pass

    erased = erasures.erased_since(settings.data, backed_up_at)
    assert [each.conversation_id for each in erased] == [second.id]
    line = (settings.data / erasures.LOG).read_text()
    assert MARK not in line
    restored = Database(create_engine(f"sqlite+aiosqlite:///{copy}"))
    for expected in (1, 0):
        again = await erasures.erase_again(restored, erased, hours=Terms().hours, clock=clock.now)
        assert again == expected
    async with restored.read() as connection:
        left = set(await connection.scalars(select(tables.conversation.c.id)))
        gone = set(await connection.scalars(select(tables.erased.c.conversation_id)))
    await restored.close()
    assert left == {kept.id}
    assert gone == {first.id, second.id}


def test_log_of_erasures_keeps_what_a_backup_may_still_need(tmp_path: Path) -> None:
    now = clock.now()
    for days in (401, 400, 1):
        erasures.write_down(
            tmp_path,
            Erasure(
                at=now - timedelta(days=days),
                conversation_id=ConversationId(f"{days:032}"),
                token_hash="0" * 64,
            ),
        )
    limit = now - timedelta(days=400)
    assert erasures.count_before(tmp_path, limit) == 1
    assert erasures.forget_before(tmp_path, limit) == 1
    assert erasures.forget_before(tmp_path, limit) == 0
    found = erasures.erased_since(tmp_path, now - timedelta(days=3650))
    assert [each.conversation_id for each in found] == [f"{400:032}", f"{1:032}"]
    assert erasures.erased_since(tmp_path / "nowhere", now) == []


async def test_widget_shows_the_sentence_that_is_recorded_as_accepted(client: Client) -> None:
    labels = (ROOT / "marie/web/static/widget/labels.js").read_text()
    visitor = await Visitor.arrive(client)
    async with client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        exported: dict[str, Any] = await response.json()
    (given,) = exported["held"]["consent"]
    assert given["text"] in labels
    assert (given["purpose"], len(given["version"])) == ("conversation", 12)
    async with client.get("/chat") as response:
        assert given["text"] in await response.text()
