"""Bring the database's schema up to date with `migrations/`."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from marie.settings import ROOT


def alembic_config() -> Config:
    """Alembic's configuration; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def known_schemas() -> set[str]:
    """The revisions that this version of Marie can bring up to date."""
    script = ScriptDirectory.from_config(alembic_config())
    return {each.revision for each in script.walk_revisions()}


async def migrate(engine: AsyncEngine, to: str = "head") -> None:
    """Apply every migration that is missing, up to the revision `to`; nothing when none is."""

    def upgrade(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)

    async with engine.connect() as connection:
        await connection.execution_options(write=True)
        await connection.run_sync(upgrade)
        await connection.commit()
