"""The pages of the administration with 10,000 resources and 1,000 entries: how long each takes.

Everything is made up here and nothing of it ships. One process, one page at a time, after a first
look at each; then a publication, until another process says it.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import yaml
from aiohttp.test_utils import TestServer
from msgspec.structs import replace as copied

from bot.actions.wiring import open_desk
from marie import clock
from marie.domain.people import Role, Staff
from marie.knowledge.items import Content, Folder
from marie.knowledge.opened import open_knowledge
from marie.services import accounts
from marie.services.directory import publish_directory
from marie.services.revisions import Revisions
from marie.settings import ROOT, Settings
from marie.store import directory as store
from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate
from marie.web.app import create_app
from marie.web.keys import GAZETTEER, REVISIONS
from tests.staff import COOKIE, add_account, open_session

ENTRIES = 1_000
RESOURCES = 10_000
TIMES = 30

PAGES = (
    "/admin/",
    "/admin/verifier",
    "/admin/verifier?genre=card",
    "/admin/manques",
    "/admin/manques/repertoire",
    "/admin/fiches",
    "/admin/fiches?q=garderie&famille=childcare",
    "/admin/fiches?etat=relire&page=3",
    "/admin/fiches/childcare-cost",
    "/admin/fiches/childcare-cost/modifier",
    "/admin/fiches/childcare-cost/historique",
    "/admin/montants",
    "/admin/montants/daycare_contribution",
    "/admin/repertoire",
)
PREVIEW = "/admin/fiches/childcare-cost/apercu"


def grown_knowledge(folder: Path) -> None:
    """A copy of `knowledge/` with as many entries as are asked for."""
    shutil.copytree(ROOT / "knowledge", folder)
    items = list(Folder(folder).items()[0]["entry"].values())
    for number in range(ENTRIES - len(items)):
        like = items[number % len(items)]
        assert like.path is not None
        content: Content = {**like.content, "id": f"copie-{number}"}
        content.pop("default", None)
        path = like.path.with_name(f"copie-{number}.yml")
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


async def fill(database: Database, folder: Path) -> None:
    """As many resources as are asked for."""
    seed = open_knowledge(folder).directory.resources
    made = [
        store.Entry(
            copied(seed[number % len(seed)], id=f"copie-{number}", parent=None, hsds=None),
            "seed",
            "seed",
        )
        for number in range(RESOURCES)
    ]
    async with database.write() as connection:
        await store.write_entries(connection, made, {})
        await store.grow_version(connection)


async def timed(act: Callable[[], Awaitable[None]]) -> list[float]:
    """Milliseconds of each time."""
    await act()
    found = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        await act()
        found.append((time.perf_counter() - begun) * 1000)
    return found


def row(name: str, found: list[float]) -> None:
    """A line of the table."""
    p95 = statistics.quantiles(found, n=20)[-1]
    print(f"| {name} | {statistics.median(found):.0f} | {p95:.0f} |", flush=True)


async def main() -> None:
    """Fill, ask for each page, publish."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "knowledge"
        data = Path(temporary) / "var"
        data.mkdir()
        grown_knowledge(folder)
        settings = replace(
            Settings.from_env({"MARIE_DATA": str(data)}), knowledge=folder, rate_limit=False
        )
        engine = create_engine(settings.database_url)
        await migrate(engine)
        database = Database(engine)
        await accounts.prepare(database, clock=clock.now)
        await fill(database, folder)
        staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
        token = await open_session(database, staff)
        app = create_app(settings)
        await publish_directory(database, app[GAZETTEER], data)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        cookies = {COOKIE: token}
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookies=cookies, cookie_jar=jar) as session:
            print("| page | p50 ms | p95 ms |\n|---|---|---|")
            for path in PAGES:

                async def ask(path: str = path) -> None:
                    async with session.get(server.make_url(path)) as response:
                        assert response.status == 200, (path, response.status)
                        await response.read()

                row(path, await timed(ask))

            async def preview() -> None:
                fields = {"title": "Essai", "topic": "childcare.cost", "default": "1"}
                fields |= {"text": "Essai.", "simple": "Essai.", "review_every": "180"}
                async with session.post(server.make_url(PREVIEW), data=fields) as response:
                    assert response.status == 200, response.status
                    await response.read()

            row("preview while typing", await timed(preview))
        await publication(app[REVISIONS], folder, data, staff)
        await server.close()
        await database.close()


async def publication(revisions: Revisions, folder: Path, data: Path, staff: Staff) -> None:
    """From the button to another process that says it."""
    desk = open_desk(folder, data)
    found = []
    for number in range(10):
        standing = await revisions.standing("entry", "childcare-cost")
        assert standing.content is not None
        begun = time.perf_counter()
        saved = await revisions.save(
            "entry",
            "childcare-cost",
            {**standing.content, "text": f"Essai {number}."},
            by=staff,
            why="",
            ground=standing.ground,
        )
        await revisions.publish(saved, by=staff)
        assert desk.library.entries["childcare-cost"].text == f"Essai {number}."
        found.append((time.perf_counter() - begun) * 1000)
    row("publish → spoken by another process", found)


if __name__ == "__main__":
    asyncio.run(main())
