"""`marie import openings`: read a list, show what it changes, apply it, log it, undo it."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from marie import clock
from marie.knowledge.criteria import load_criteria
from marie.knowledge.importers.openings import ListRead, read_openings
from marie.knowledge.opened import open_gazetteer
from marie.knowledge.openings import load_matching
from marie.knowledge.spreadsheet import write_csv
from marie.services import openings as service
from marie.services.downloads import download
from marie.services.imports import ChangedSince, FileRead, UnknownBatch
from marie.settings import Settings
from marie.store.engine import Database
from marie.store.openings import read_batches

SHOWN = 20
"""Openings and rejected rows of each sort that are printed."""


async def openings(database: Database, settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit code: 0 done, 1 refused."""
    match arguments.what:
        case "openings-log":
            return await _log(database)
        case "openings-undo":
            return await _undo(database, settings, arguments.batch)
    return await _import(database, settings, arguments)


async def _import(database: Database, settings: Settings, arguments: argparse.Namespace) -> int:
    path = await _local(arguments.sources[0], settings)
    read = read_openings(
        path,
        gazetteer=open_gazetteer(settings.knowledge, settings.data),
        matching=load_matching(settings.knowledge),
        sectors=load_criteria(settings.knowledge).sectors,
        today=clock.local_date(clock.now()),
        mapping=dict(pair.split("=", 1) for pair in arguments.map if "=" in pair),
        name=arguments.list,
    )
    _show(read, await service.prepare(database, read))
    if arguments.rejected is not None:
        header = ("fichier", "ligne", "raison", "cellules")
        lines = [(each.file, str(each.row), each.reason, *each.cells) for each in read.rejected]
        write_csv(arguments.rejected, header, lines, guarded=True)
    if arguments.dry_run:
        return 0
    if not arguments.yes and not _agreed():
        print("Rien n’a été changé.")
        return 1
    file = FileRead(name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    batch, _ = await service.apply(database, read, file, by="marie import", clock=clock.now)
    await service.publish_openings(database, settings.data)
    if batch is None:
        print("Rien à changer.")
    else:
        print(
            f"Appliqué\u00a0: import n° {batch}. "
            f"Pour l’annuler\u00a0: marie import openings-undo {batch}"
        )
    return 0


def _show(read: ListRead, diff: service.Diff) -> None:
    counts = diff.summary
    print(
        f"{read.name}\u00a0: {counts['new']} nouvelles, {counts['changed']} modifiées, "
        f"{counts['unchanged']} inchangées, {counts['gone']} disparues, "
        f"{len(read.rejected)} lignes rejetées"
    )
    print("Colonnes (à corriger avec --map COLONNE=CHAMP)\u00a0:")
    for column, field in read.mapping.items():
        print(f"  {column} → {field}")
    for each in diff.new[:SHOWN]:
        print(f"  + {each.title} ({each.municipality})")
    for _, after in diff.changed[:SHOWN]:
        print(f"  ~ {after.title} ({after.municipality})")
    for each in diff.gone[:SHOWN]:
        print(f"  - {each.title} ({each.municipality})")
    for row in read.rejected[:SHOWN]:
        print(f"  ! ligne {row.row}\u00a0: {row.reason}")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        print("Personne ne peut confirmer ici\u00a0: --yes pour appliquer.")
        return False
    return input("Appliquer? [o/N] ").strip().lower() in {"o", "oui"}


async def _local(source: str, settings: Settings) -> Path:
    if not source.startswith(("http://", "https://")):
        return Path(source)
    return await download(source, settings.data / "downloads", lambda done, whole: None)


async def _log(database: Database) -> int:
    async with database.read() as connection:
        batches = await read_batches(connection)
    for batch in batches:
        undone = " (annulé)" if batch.undone_at else ""
        counts = ", ".join(f"{name} {count}" for name, count in batch.summary.items() if count)
        print(f"{batch.id:4} {batch.applied_at:%Y-%m-%d %H:%M} {batch.listed}{undone}  {counts}")
    return 0


async def _undo(database: Database, settings: Settings, batch: int) -> int:
    try:
        count = await service.undo(database, batch, clock=clock.now)
    except UnknownBatch:
        print("Aucun import de ce numéro à annuler.")
        return 1
    except ChangedSince as error:
        print(f"Annulez d’abord les imports qui ont suivi\u00a0: {error}.")
        return 1
    await service.publish_openings(database, settings.data)
    print(f"Annulé\u00a0: {count} offres comme avant.")
    return 0
