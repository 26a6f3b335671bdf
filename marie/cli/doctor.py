"""`marie doctor`: what is wrong with this installation, a sentence each, and what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from marie import clock
from marie.cli import knowledge
from marie.rasa.client import RasaClient
from marie.rasa.model import model_path, rasa_python
from marie.rasa.models import model_in_use
from marie.settings import Settings
from marie.store import jobs, standing
from marie.store.engine import Database, create_engine
from marie.store.migrate import alembic_config

ROOM = 2 * 1024**3
"""Bytes that must be free where Marie writes: less than this fills in a day of backups and logs."""

OWED_TOO_LONG = timedelta(minutes=1)


@dataclass(frozen=True)
class Finding:
    """What was looked at; `remedy` says what to do, None when all is well."""

    sentence: str
    remedy: str | None = None


async def doctor(settings: Settings) -> int:
    """Print what was found; exit code 1 when something is wrong."""
    findings = [*_files(settings)]
    findings += [each async for each in _processes(settings)]
    findings += [each async for each in _database(settings)]
    for each in findings:
        print(f"{'✓' if each.remedy is None else '✗'} {each.sentence}")
        if each.remedy is not None:
            print(f"  → {each.remedy}")
    wrong = sum(each.remedy is not None for each in findings)
    print(f"{wrong} problème(s)." if wrong else "Tout va bien.")
    return 1 if wrong else 0


def _files(settings: Settings) -> Iterator[Finding]:
    settings.data.mkdir(parents=True, exist_ok=True)
    if not os.access(settings.data, os.W_OK):
        yield Finding(
            f"On ne peut pas écrire dans {settings.data}.",
            "Donnez ce dossier au compte qui fait tourner Marie, ou changez MARIE_DATA.",
        )
    free = shutil.disk_usage(settings.data).free
    yield Finding(
        f"{free // 1024**3} Go libres sous {settings.data}.",
        None if free > ROOM else "Faites de la place\u00a0: disque plein, rien n’est enregistré.",
    )
    if not rasa_python().exists():
        yield Finding("L’environnement de Rasa manque.", "Lancez «\u00a0make run\u00a0» une fois.")
    using = model_in_use(settings.models)
    yield Finding(
        f"Modèle de cette version\u00a0: {(using or model_path(settings.models)).name}.",
        None if using else "Il manque\u00a0: «\u00a0marie train\u00a0» l’entraîne.",
    )
    problems = knowledge.problems(settings)
    yield Finding(
        f"knowledge/\u00a0: {len(problems)} problème(s).",
        f"{problems[0]} («\u00a0marie knowledge check\u00a0» les dit tous)" if problems else None,
    )


async def _processes(settings: Settings) -> AsyncIterator[Finding]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        log = settings.data / "log"
        web = await _answers(session, f"http://{settings.host}:{settings.port}/livez")
        yield Finding(
            f"Application web sur {settings.host}:{settings.port}.",
            None if web else f"Elle ne répond pas\u00a0: voyez {log / 'web.log'}.",
        )
        actions = await _answers(session, f"{settings.actions_url}/health")
        yield Finding(
            f"Serveur d’actions sur le port {settings.actions_port}.",
            None if actions else f"Il ne répond pas\u00a0: voyez {log / 'actions.log'}.",
        )
        for port, url in zip(settings.rasa_ports, settings.rasa_urls, strict=True):
            ready = await RasaClient(session, (url,)).ready()
            yield Finding(
                f"Rasa sur le port {port}.",
                None if ready else f"Il ne répond pas encore\u00a0: voyez {log / 'rasa.log'}.",
            )


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    engine = create_engine(settings.database_url)
    database = Database(engine)
    kind = engine.dialect.name
    try:
        async with database.read() as connection:
            at = await connection.run_sync(_revision)
            newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
            if at != newest:
                yield Finding(
                    f"Base de données ({kind}) au schéma {at}, attendu {newest}.",
                    "Lancez «\u00a0marie migrate\u00a0», puis redémarrez.",
                )
                return
            yield Finding(f"Base de données ({kind}) au schéma {at}.")
            now = clock.now()
            stands = await standing.read(connection, now=now)
            owed = await standing.owed(connection, before=now - OWED_TOO_LONG)
            work = await jobs.standings(connection)
    except (DBAPIError, OSError) as error:
        yield Finding(
            f"La base de données ({kind}) ne répond pas\u00a0: {type(error).__name__}.",
            "Vérifiez MARIE_DATABASE_URL et que le serveur tourne.",
        )
        return
    finally:
        await database.close()
    yield Finding(
        f"{owed} message(s) sans réponse depuis plus d’une minute.",
        "Rasa ou le serveur d’actions ne suit pas\u00a0: voyez ci-dessus." if owed else None,
    )
    yield Finding(
        f"{stands.waiting} personne(s) en attente, {stands.overdue} demande(s) en retard.",
        "Voyez /console/suivi\u00a0: quelqu’un attend." if stands.overdue else None,
    )
    for each in work.values():
        if each.problem is not None:
            yield Finding(
                f"Travail périodique «\u00a0{each.name}\u00a0» en échec\u00a0: {each.problem}.",
                "Il est réessayé chaque minute\u00a0; la cause est dans web.log.",
            )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
