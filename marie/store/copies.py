"""A whole database as files, of one instant and while it is written to, and back from them.

SQLite: `VACUUM INTO`, which reads in one transaction and leaves deleted pages behind. PostgreSQL:
`pg_dump` in its custom format, of a snapshot that this process holds, so that the rows counted are
those dumped; where no `pg_dump` is installed, or only one older than the server, every table is
copied by `COPY` in that snapshot instead.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection as Driver
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate

SQLITE = "database.sqlite3"
DUMP = "database.dump"
TABLES = "tables"
VERSION_TABLE = "alembic_version"


class ToolFailed(Exception):
    """`pg_dump` or `pg_restore` is missing or failed: its last words."""


class NotEmpty(Exception):
    """Something is in the database already."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What was copied. `method`: "sqlite", "pg_dump" or "copy"; `columns`: of "copy", by table."""

    method: str
    schema: str
    counts: dict[str, int]
    columns: dict[str, list[str]]


def engine_of(url: str) -> str:
    """ "sqlite" or "postgresql"."""
    return make_url(url).get_backend_name()


def sqlite_file(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(make_url(url).database or "").absolute()


async def copy(url: str, folder: Path, *, pg_dump: str | None = "pg_dump") -> Copy:
    """Copy the database into a folder. `pg_dump`: the program to use, None to do without."""
    if engine_of(url) == "sqlite":
        await asyncio.to_thread(_copy_sqlite, sqlite_file(url), folder / SQLITE)
        return await asyncio.to_thread(look_into, folder / SQLITE)
    database = Database(create_engine(url))
    try:
        async with database.read() as connection:
            return await _copy_postgresql(connection, url, folder, pg_dump)
    finally:
        await database.close()


def _copy_sqlite(source: Path, target: Path) -> None:
    # `mode=rw`: a file that is not there is not made. Its lock files may be, in a folder that can
    # only be read they cannot, and nobody writes it then.
    for mode in ("rw", "ro"):
        try:
            with closing(sqlite3.connect(f"{source.as_uri()}?mode={mode}", uri=True)) as connection:
                connection.execute("PRAGMA busy_timeout=60000")
                connection.execute("VACUUM INTO ?", (str(target),))
            return
        except sqlite3.OperationalError:
            target.unlink(missing_ok=True)
            if mode == "ro":
                raise


def look_into(path: Path) -> Copy:
    """Check a copied SQLite file and count its rows; `sqlite3.DatabaseError` when it is damaged."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        answers = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if answers != ["ok"] or connection.execute("PRAGMA foreign_key_check").fetchall():
            raise sqlite3.DatabaseError("; ".join(answers[:3]))
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        counts = {
            name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
            for (name,) in sorted(names)
        }
        (schema,) = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608
    return Copy(method="sqlite", schema=schema, counts=counts, columns={})


async def _copy_postgresql(
    connection: AsyncConnection, url: str, folder: Path, pg_dump: str | None
) -> Copy:
    names = await _table_names(connection)
    counts = {
        name: int((await connection.execute(text(f'SELECT count(*) FROM "{name}"'))).scalar_one())  # noqa: S608
        for name in sorted(names)
    }
    schema = (await connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))).scalar()  # noqa: S608
    program = await _usable(connection, pg_dump)
    if program is None:
        columns = await _copy_tables(connection, names, folder / TABLES)
        return Copy(method="copy", schema=str(schema), counts=counts, columns=columns)
    snapshot = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
    await _tool(
        url,
        program,
        *("--format=custom", "--compress=0", "--no-owner", "--no-privileges"),
        *(f"--snapshot={snapshot}", f"--file={folder / DUMP}"),
    )
    return Copy(method="pg_dump", schema=str(schema), counts=counts, columns={})


async def _table_names(connection: AsyncConnection) -> list[str]:
    """Every table, those that others refer to first."""

    def names(sync: Any) -> list[str]:
        found = inspect(sync).get_sorted_table_and_fkc_names()
        return [name for name, _ in found if name is not None]

    return await connection.run_sync(names)


async def _usable(connection: AsyncConnection, program: str | None) -> str | None:
    """The installed `pg_dump`, unless it is older than the server, which it would refuse."""
    path = shutil.which(program) if program else None
    if path is None:
        return None
    asked = await asyncio.create_subprocess_exec(path, "--version", stdout=asyncio.subprocess.PIPE)
    said, _ = await asked.communicate()
    version = re.search(rb" (\d+)", said)
    server = (await connection.execute(text("SHOW server_version_num"))).scalar_one()
    return path if version and int(version[1]) >= int(server) // 10_000 else None


async def _copy_tables(
    connection: AsyncConnection, names: Sequence[str], folder: Path
) -> dict[str, list[str]]:
    await asyncio.to_thread(folder.mkdir)
    columns = {}
    for name in names:
        if name == VERSION_TABLE:
            continue
        found = await connection.run_sync(
            lambda sync, name=name: inspect(sync).get_columns(name)  # type: ignore[misc]
        )
        columns[name] = [each["name"] for each in found]
        driver = await _driver(connection)
        statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns[name]))
        )
        with (folder / f"{name}.copy").open("wb") as file:
            async with driver.cursor() as cursor, cursor.copy(statement) as rows:
                async for piece in rows:
                    file.write(piece)
    return columns


async def _driver(connection: AsyncConnection) -> Driver[Any]:
    raw = (await connection.get_raw_connection()).driver_connection
    assert isinstance(raw, Driver)  # noqa: S101 - the only driver there is
    return raw


async def _tool(url: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the database of `url`."""
    parts = dict(make_url(url).translate_connect_args(username="user", database="dbname"))
    password = parts.pop("password", None)
    query = {key: str(value) for key, value in make_url(url).query.items()}
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            f"--dbname={make_conninfo(**parts, **query)}",
            # On the command line every user of the machine would read it.
            env=os.environ | ({"PGPASSWORD": password} if password else {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError as error:
        raise ToolFailed(program) from error
    _, said = await process.communicate()
    if process.returncode:
        raise ToolFailed(said.decode(errors="replace")[-2000:])


async def check_empty(url: str) -> None:
    """`NotEmpty` when a PostgreSQL database has a table, or the SQLite file is there."""
    if engine_of(url) == "sqlite":
        if sqlite_file(url).exists():
            raise NotEmpty(str(sqlite_file(url)))
        return
    database = Database(create_engine(url))
    try:
        async with database.read() as connection:
            names = await _table_names(connection)
    finally:
        await database.close()
    if names:
        raise NotEmpty(", ".join(names[:5]))


async def put_back(url: str, folder: Path, made: Copy) -> None:
    """Fill an empty PostgreSQL database from a folder that `copy` wrote."""
    if made.method == "pg_dump":
        await _tool(
            url,
            shutil.which("pg_restore") or "pg_restore",
            *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
            str(folder / DUMP),
        )
        return
    database = Database(create_engine(url))
    try:
        await migrate(database.engine, to=made.schema)
        async with database.write() as connection:
            await _fill_tables(connection, folder / TABLES, made.columns)
    finally:
        await database.close()


async def _fill_tables(
    connection: AsyncConnection, folder: Path, columns: dict[str, list[str]]
) -> None:
    """Load every table. What migrations wrote goes first; numbers go on after the highest."""
    names = [name for name in await _table_names(connection) if name in columns]
    driver = await _driver(connection)
    async with driver.cursor() as cursor:
        tables = sql.SQL(", ").join(map(sql.Identifier, names))
        await cursor.execute(sql.SQL("TRUNCATE {}").format(tables))
        for name in names:
            listed = sql.SQL(", ").join(map(sql.Identifier, columns[name]))
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), listed)
            async with cursor.copy(statement) as rows:
                with (folder / f"{name}.copy").open("rb") as file:
                    while piece := file.read(1 << 20):
                        await rows.write(piece)
            for column in columns[name]:
                await cursor.execute(
                    "SELECT pg_get_serial_sequence(quote_ident(%s), %s)", (name, column)
                )
                found = await cursor.fetchone()
                if found is not None and found[0] is not None:
                    await cursor.execute(
                        sql.SQL("SELECT setval(%s, max({0})) FROM {1} HAVING max({0}) > 0").format(
                            sql.Identifier(column), sql.Identifier(name)
                        ),
                        (found[0],),
                    )


async def empty(url: str) -> None:
    """Drop every table of a PostgreSQL database: what a restore that failed had put there."""
    database = Database(create_engine(url))
    try:
        async with database.write() as connection:
            names = [*reversed(await _table_names(connection))]
            for name in names:
                await connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
    finally:
        await database.close()
