"""Migrations and `marie.store.tables` say the same, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, MetaData, Table, inspect
from sqlalchemy.ext.asyncio import AsyncEngine

from marie import clock
from marie.services import accounts
from marie.store import tables
from marie.store.engine import Database, create_engine
from marie.store.migrate import alembic_config, migrate
from tests.store.conftest import MakeUrl


def differences(connection: Connection, metadata: MetaData = tables.metadata) -> list[Any]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


async def table_names(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def test_migrations_make_exactly_the_tables(make_url: MakeUrl) -> None:
    engine = create_engine(make_url("exact"))
    await migrate(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        more = MetaData(naming_convention=tables.metadata.naming_convention)
        for table in tables.metadata.tables.values():
            table.to_metadata(more)
        Table("forgotten", more, Column("id", Integer, primary_key=True))
        (found,) = await connection.run_sync(lambda sync: differences(sync, more))
        assert found[0] == "add_table"
    await engine.dispose()


async def test_migrating_again_changes_nothing_and_keeps_what_is_there(make_url: MakeUrl) -> None:
    engine = create_engine(make_url("again"))
    database = Database(engine)
    await migrate(engine)
    assert await accounts.prepare(database, clock=clock.now) is not None
    await migrate(engine)
    assert await accounts.prepare(database, clock=clock.now) is None
    await engine.dispose()


async def test_every_migration_can_be_undone(make_url: MakeUrl) -> None:
    engine = create_engine(make_url("undone"))
    await migrate(engine)

    def downgrade(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    async with engine.connect() as connection:
        await connection.run_sync(downgrade)
        await connection.commit()
    assert await table_names(engine) == {"alembic_version"}
    await migrate(engine)
    assert await table_names(engine) == {"alembic_version", *tables.metadata.tables}
    await engine.dispose()


async def test_failing_migration_leaves_the_schema_as_it_was(
    make_url: MakeUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(make_url("failing"))

    create_table = op.create_table
    made = []

    def fail_at_the_fourth(*arguments: Any, **options: Any) -> Any:
        made.append(arguments[0])
        if len(made) == 4:
            raise RuntimeError("the power went")
        return create_table(*arguments, **options)

    monkeypatch.setattr(op, "create_table", fail_at_the_fourth)
    with pytest.raises(RuntimeError):
        await migrate(engine)
    assert await table_names(engine) == set()
    await engine.dispose()
