"""`marie import`: read files, show what they change, apply it on confirmation, undo it."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from marie import clock
from marie.cli.openings import openings
from marie.cli.prepare import bring_up_to_date
from marie.knowledge.importers.diff import Diff, shown
from marie.knowledge.importers.model import (
    Parsed,
    Progress,
    Rejected,
    Task,
    UnreadableFile,
    load_publishers,
)
from marie.knowledge.importers.municipalities import PLACE_COLUMNS, complete_places
from marie.knowledge.importers.own_list import propose
from marie.knowledge.importers.reading import IMPORTERS, sorted_out
from marie.knowledge.opened import IMPORTED_PLACES, open_gazetteer
from marie.knowledge.spreadsheet import write_csv
from marie.services import directory, imports
from marie.services.downloads import Refused, download
from marie.settings import Settings
from marie.store.directory import read_batches
from marie.store.engine import Database, create_engine

SHOWN = 20
"""Changes of each sort that are printed; `--all` prints every one."""


@dataclass(frozen=True)
class Options:
    """How to apply what was read."""

    yes: bool
    dry_run: bool
    everything: bool
    gone: bool


async def import_(settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit code: 0 done, 1 refused."""
    database = await bring_up_to_date(create_engine(settings.database_url), settings)
    try:
        match arguments.what:
            case "log":
                return await _log(database)
            case "undo":
                return await _undo(database, settings, arguments.batch)
            case "merge":
                return await _merge(database, settings, arguments.duplicate, arguments.kept)
            case "openings" | "openings-log" | "openings-undo":
                return await openings(database, settings, arguments)
        return await _import(database, settings, arguments)
    except (UnreadableFile, Refused) as error:
        print(error)
        return 1
    finally:
        await database.close()


async def _import(database: Database, settings: Settings, arguments: argparse.Namespace) -> int:
    paths = tuple([await _local(source, settings) for source in arguments.sources])
    mapping = dict(pair.split("=", 1) for pair in arguments.map if "=" in pair)
    if arguments.what == "list" and not mapping:
        mapping = propose(paths[0])
        print("Colonnes (à corriger avec --map COLONNE=CHAMP)\u00a0:")
        for column, name in mapping.items():
            print(f"  {column} → {name}")
    options = Options(arguments.yes, arguments.dry_run, arguments.all, arguments.gone)
    code, rejected = 0, list[Rejected]()
    for importer, files in sorted_out(arguments.what, paths):
        task = Task(
            paths=files,
            gazetteer=open_gazetteer(settings.knowledge, settings.data),
            publishers=load_publishers(settings.knowledge),
            today=clock.local_date(clock.now()),
            mapping=mapping,
            options={"kind": arguments.kind},
            progress=_bar(importer),
        )
        parsed = IMPORTERS[importer](task)
        rejected += parsed.rejected
        applied = await _apply(database, parsed, files, options, settings)
        code = max(code, applied)
        if parsed.towns and applied == 0 and not options.dry_run:
            lines = complete_places(parsed.towns, task.gazetteer)
            write_csv(settings.data / IMPORTED_PLACES, PLACE_COLUMNS, lines)
            print(f"{len(lines)} municipalités reconnues au prochain démarrage.")
    if arguments.rejected is not None:
        _write_rejected(arguments.rejected, rejected)
    await _publish(database, settings)
    return code


async def _apply(
    database: Database,
    parsed: Parsed,
    files: tuple[Path, ...],
    options: Options,
    settings: Settings,
) -> int:
    diff = await imports.prepare(database, parsed)
    _show(diff, parsed, options)
    for each in await imports.conflicts_of(database, diff):
        print(f"  * {each.id}, {each.field}\u00a0: {each.mine} (à la main) reste; {each.theirs}")
    if options.dry_run or (diff.changes_nothing and not parsed.figures):
        return 0
    if not options.gone:
        try:
            imports.check_gone(diff)
        except imports.TooManyGone as error:
            print(
                f"Refusé\u00a0: {error.share:.0%} des fiches connues ne sont plus dans le fichier. "
                "Est-il complet? --gone pour l’appliquer quand même."
            )
            return 1
    if not options.yes and not _agreed():
        print("Rien n’a été changé.")
        return 1
    file = imports.FileRead(name=", ".join(each.name for each in files[:3]), sha256=_sha(files))
    batch, _ = await imports.apply(database, parsed, file, by="marie import", clock=clock.now)
    if batch is not None and parsed.rejected:
        _write_rejected(imports.rejected_path(settings.data, batch), parsed.rejected)
    print(f"Appliqué\u00a0: import n° {batch}. Pour l’annuler\u00a0: marie import undo {batch}")
    return 0


def _write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    header = ("fichier", "ligne", "raison", "cellules")
    lines = [(each.file, str(each.row), each.reason, *each.cells) for each in rejected]
    write_csv(path, header, lines, guarded=True)


def _show(diff: Diff, parsed: Parsed, options: Options) -> None:
    counts = diff.summary
    print(
        f"{parsed.origin}\u00a0: {counts['new']} nouvelles, {counts['changed']} modifiées, "
        f"{counts['unchanged']} inchangées, {counts['gone']} disparues, "
        f"{counts['rejected']} rejetées, {counts['duplicates']} doublons probables, "
        f"{len(parsed.figures)} chiffres"
    )
    most = None if options.everything else SHOWN
    for record in diff.new[:most] if options.everything else ():
        print(f"  + {record.resource.id}  {record.resource.name}")
    for changed in diff.changed[:most]:
        print(f"  ~ {changed.before.id}  {changed.before.name}")
        for name in changed.fields:
            before, after = shown(changed.before, name), shown(changed.record.resource, name)
            print(f"      {name}\u00a0: {before} → {after}")
    for known in diff.gone[:most]:
        print(f"  - {known.resource.id}  {known.resource.name}")
    for rejected in diff.rejected[:most]:
        print(f"  ! {rejected.file}, ligne {rejected.row}\u00a0: {rejected.reason}")
    for pair in diff.duplicates[:most]:
        sure = "fondue dans" if pair.sure else "ressemble à"
        print(f"  = {pair.duplicate} {sure} {pair.kept} ({pair.score:.0f} %)")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        print("Personne ne peut confirmer ici\u00a0: --yes pour appliquer.")
        return False
    return input("Appliquer? [o/N] ").strip().lower() in {"o", "oui"}


def _bar(name: str) -> Progress:
    bar = tqdm(desc=name, unit="", leave=False, disable=None, delay=0.5)

    def progress(done: int, whole: int) -> None:
        bar.total = whole or None
        bar.update(done - bar.n)

    return progress


async def _local(source: str, settings: Settings) -> Path:
    if not source.startswith(("http://", "https://")):
        return Path(source)
    return await download(source, settings.data / "downloads", _bar(source.rsplit("/", 1)[-1]))


async def _log(database: Database) -> int:
    async with database.read() as connection:
        batches = await read_batches(connection)
    for batch in batches:
        undone = " (annulé)" if batch.undone_at else ""
        counts = ", ".join(f"{name} {count}" for name, count in batch.summary.items() if count)
        print(f"{batch.id:4} {batch.applied_at:%Y-%m-%d %H:%M} {batch.origin}{undone}  {counts}")
        print(f"     {batch.file}")
    return 0


async def _undo(database: Database, settings: Settings, batch: int) -> int:
    try:
        count = await imports.undo(database, batch, clock=clock.now)
    except imports.UnknownBatch:
        print("Aucun import de ce numéro à annuler.")
        return 1
    except imports.ChangedSince as error:
        print(f"Annulez d’abord les imports qui ont suivi\u00a0: {error}.")
        return 1
    await _publish(database, settings)
    print(f"Annulé\u00a0: {count} fiches comme avant.")
    return 0


async def _merge(database: Database, settings: Settings, duplicate: str, kept: str) -> int:
    if not await imports.merge(database, duplicate, kept):
        print("Il faut deux identifiants connus.")
        return 1
    await _publish(database, settings)
    return 0


async def _publish(database: Database, settings: Settings) -> None:
    gazetteer = open_gazetteer(settings.knowledge, settings.data)
    await directory.publish_directory(database, gazetteer, settings.data)


def _sha(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if each.is_file():
                digest.update(each.read_bytes())
    return digest.hexdigest()
