"""What has to be there before Marie runs: the schema and the directory, an administrator."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from marie import clock
from marie.knowledge.opened import open_gazetteer
from marie.knowledge.resources import load_resources
from marie.services import accounts, directory, openings
from marie.settings import Settings
from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate


async def prepare(settings: Settings) -> str | None:
    """Migrate and fill the database; the first administrator's password if it is new."""
    engine = create_engine(settings.database_url)
    try:
        database = await bring_up_to_date(engine, settings)
        gazetteer = open_gazetteer(settings.knowledge, settings.data)
        await directory.publish_directory(database, gazetteer, settings.data)
        await openings.publish_openings(database, settings.data)
        return await accounts.prepare(database, clock=clock.now)
    finally:
        await engine.dispose()


async def bring_up_to_date(engine: AsyncEngine, settings: Settings) -> Database:
    """The database with today's schema and the directory that ships; nothing twice."""
    await migrate(engine)
    database = Database(engine)
    await directory.fill_with_seed(database, load_resources(settings.knowledge / "directory"))
    return database
