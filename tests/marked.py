"""Puts a marked word into every field of every table that a visitor's conversation reaches."""

from __future__ import annotations

import importlib
import json
import pkgutil
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Float, Integer, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

import marie.store
from marie import clock
from marie.clock import local_date
from marie.store.tables import Moment, metadata

MARK = "Zyzzyvette"

WORDS_OF_OURS: dict[tuple[str, str], Any] = {
    ("lead", "outcome"): "answered",
    ("lead", "due_what"): "answer",
    ("lead", "file"): None,
    ("lead", "regions"): [MARK],
    ("message", "author"): "visitor",
    ("message", "turn"): "counsellor",
    ("message", "body"): {
        "resources": [],
        "sources": [],
        "quick_replies": [],
        "documents": [],
        "data": {"said": MARK},
    },
    ("registration", "seat"): "seat",
    ("registration", "notice"): None,
}
"""Columns that hold one of our own words, or a shape that the export reads."""


def all_tables() -> dict[str, Table]:
    """Every table, from every module of the store."""
    for module in pkgutil.iter_modules(marie.store.__path__):
        if module.name.endswith("tables"):
            importlib.import_module(f"marie.store.{module.name}")
    return dict(metadata.tables)


def reached_tables() -> list[Table]:
    """The conversation's table and those that hang on it, or on what does, parents first."""
    all_tables()
    reached = {"conversation"}
    while True:
        more = {
            table.name
            for table in metadata.sorted_tables
            for key in table.foreign_keys
            if key.column.table.name in reached and key.ondelete == "CASCADE"
        }
        if more <= reached:
            return [table for table in metadata.sorted_tables if table.name in reached]
        reached |= more


async def fill(connection: AsyncConnection, conversation_id: str) -> dict[str, list[str]]:
    """A row in each of these tables for the conversation; the columns marked, by table."""
    keys: dict[str, Any] = {"conversation": conversation_id}
    marked: dict[str, list[str]] = {}
    for table in reached_tables():
        if table.name != "conversation":
            marked[table.name] = await _add(connection, table, keys)
    return marked


async def _add(
    connection: AsyncConnection, table: Table, keys: dict[str, Any], *, word: str = MARK
) -> list[str]:
    """A row; what it names of others is made first, unmarked: it is not the visitor's."""
    values: dict[str, Any] = {}
    marked = []
    for column in table.columns:
        key = next(iter(column.foreign_keys), None)
        if key is not None:
            parent = key.column.table
            if parent.name not in keys:
                keys[parent.name] = await connection.scalar(select(key.column).limit(1))
            if keys[parent.name] is None and not column.nullable:
                await _add(connection, parent, keys, word="ordinaire")
            values[column.name] = keys[parent.name]
        elif column.primary_key and column.autoincrement is True:
            continue
        elif (table.name, column.name) in WORDS_OF_OURS:
            values[column.name] = WORDS_OF_OURS[table.name, column.name]
        elif column.primary_key and isinstance(column.type, String):
            values[column.name] = secrets.token_hex(16)
        else:
            values[column.name] = _value(column, word)
            if isinstance(column.type, (String, JSON)):
                marked.append(column.name)
    result = await connection.execute(insert(table).values(values))
    primary = list(table.primary_key.columns)
    if len(primary) == 1:
        name = primary[0].name
        keys[table.name] = values.get(name) or (result.inserted_primary_key or (None,))[0]
    return marked


def _value(column: Any, word: str) -> Any:
    match column.type:
        case JSON():
            return {"word": word}
        case Moment():
            return clock.now()
        case Boolean():
            return False
        case Date():
            return local_date(clock.now())
        case Float():
            return 1.0
        case Integer():
            return 1_000_000
        case _:
            length = column.type.length or 200
            unique = secrets.token_hex(8) if column.unique else ""
            return (word + unique)[:length]


def files_with_mark(folder: Path) -> list[str]:
    """The files under a folder in which the marked word stands, as text or as JSON writes it."""
    needles = (MARK.encode(), json.dumps(MARK).strip('"').encode())
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    )
