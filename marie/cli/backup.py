"""`marie backup` and `marie restore`."""

from __future__ import annotations

import argparse
import os
import sqlite3
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from marie import clock
from marie.knowledge.waiting import load_terms
from marie.services import backups, restores
from marie.services.archives import Damaged, Manifest
from marie.services.backups import Encryption, NotEncrypted, NoTool
from marie.services.restores import NewerSchema, OtherEngine
from marie.settings import Settings
from marie.store.copies import NotEmpty, ToolFailed

METHODS = {
    "sqlite": "SQLite, copie en marche (VACUUM INTO)",
    "pg_dump": "PostgreSQL, par le pg_dump installé",
    "copy": "PostgreSQL, table par table (pas de pg_dump assez récent sur cette machine)",
}
ENCRYPTED = {
    ".age": "age --decrypt -i CLÉ -o {plain} {archive}",
    ".gpg": "gpg --decrypt -o {plain} {archive}",
}
FAILURES = (OSError, SQLAlchemyError, sqlite3.Error, ToolFailed)
"""What goes wrong outside of Marie: a full disk, a database that is away."""


async def backup(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write a backup and say what is in it. Exit code."""
    encryption = None
    if arguments.encrypt_to:
        encryption = Encryption(program="age", recipient=arguments.encrypt_to)
    elif arguments.gpg:
        encryption = Encryption(program="gpg", recipient=arguments.gpg)
    try:
        done = await backups.back_up(
            settings.data,
            settings.database_url,
            arguments.folder.absolute(),
            clock=clock.now,
            keep=arguments.keep,
            encryption=encryption,
        )
    except NoTool as error:
        print(f"Le programme «\u00a0{error}\u00a0» n’est pas installé. Rien n’a été écrit.")
        return 1
    except NotEncrypted as error:
        print(f"Le chiffrement a échoué. Rien n’a été écrit.\n{error}")
        return 1
    except (Damaged, *FAILURES) as error:
        print(f"La sauvegarde n’a pas pu être faite. Rien n’a été écrit.\n{error}")
        return 1
    size = done.path.stat().st_size
    print(f"{done.path}  ({size / 1e6:.1f}\u00a0Mo, vérifiée)")
    _say(done.manifest)
    if done.removed:
        print(f"Anciennes sauvegardes supprimées\u00a0: {len(done.removed)}")
    return 0


async def restore(settings: Settings, arguments: argparse.Namespace) -> int:
    """Put a backup back and say what was in it. Exit code."""
    archive: Path = arguments.archive
    data = (arguments.into_data or settings.data).absolute()
    url = arguments.database_url or (
        f"sqlite+aiosqlite:///{data / 'marie.sqlite3'}"
        if arguments.into_data and not os.environ.get("MARIE_DATABASE_URL")
        else settings.database_url
    )
    if archive.suffix in ENCRYPTED:
        command = ENCRYPTED[archive.suffix].format(plain=archive.stem, archive=archive)
        print(f"Cette archive est chiffrée. Déchiffrez-la d’abord\u00a0:\n  {command}")
        return 1
    try:
        done = await restores.restore(
            archive, data, url, hours=load_terms(settings.knowledge).hours, clock=clock.now
        )
    except NotEmpty as error:
        print(
            "On ne restaure que dans un endroit vide, pour ne rien écraser. Il y a déjà quelque "
            f"chose ici\u00a0: {error}\nVoir docs/backup.md."
        )
    except Damaged as error:
        print(f"Cette archive est incomplète ou abîmée ({error}). Rien n’a été restauré.")
    except NewerSchema as error:
        print(
            f"Cette archive vient d’une version plus récente de Marie (schéma {error}). "
            "Installez d’abord cette version. Rien n’a été restauré."
        )
    except OtherEngine as error:
        print(
            f"Cette archive contient une base {error}, et l’adresse donnée n’en est pas une. "
            "Précisez --database-url. Rien n’a été restauré."
        )
    except FAILURES as error:
        print(f"La restauration a échoué, rien n’a été gardé.\n{error}")
    else:
        _say(done.manifest)
        print(f"Effacées de nouveau depuis la sauvegarde\u00a0: {done.erased} conversations")
        print(f"C’est restauré dans {data}.")
        return 0
    return 1


def _say(manifest: Manifest) -> None:
    rows = sum(manifest.counts.values())
    print(
        f"{METHODS[manifest.method]}\n"
        f"{manifest.counts.get('conversation', 0)} conversations, {rows} lignes en "
        f"{len(manifest.counts)} tables, {len(manifest.files)} fichiers\n"
        f"Moment\u00a0: {manifest.moment:%Y-%m-%d %H:%M:%S} UTC, schéma {manifest.schema}"
    )
