"""`marie run`: everything on one machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from marie import clock
from marie.cli import processes, rolling
from marie.knowledge.opened import open_gazetteer
from marie.knowledge.resources import load_resources
from marie.rasa.model import train
from marie.rasa.models import model_in_use
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


def trained_model(settings: Settings) -> Path:
    """The model to use: what was chosen over this tree's files, else theirs, trained if missing."""
    path = settings.model or model_in_use(settings.models)
    if path is None:
        print("Entraînement du modèle (trois à cinq minutes)…", flush=True)
        path = train(settings.models, settings.data, dict(os.environ))
    return path


async def run(settings: Settings) -> None:
    """Start the processes, say where Marie is, stop them on Ctrl-C or SIGTERM."""
    model = trained_model(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    # Rasa takes longest to start, and has nothing to do with the database.
    tasks = [asyncio.create_task(rolling.keep_rasa(settings, model))]
    try:
        password = await prepare(settings)
        if password is not None:
            print(
                "Première mise en route. Compte d’administration\u00a0:\n"
                "  utilisateur\u00a0: admin\n"
                f"  mot de passe (à changer à la première connexion)\u00a0: {password}",
                flush=True,
            )
        programs = [
            processes.actions(settings),
            *(processes.web(settings, nth) for nth in range(settings.web_processes)),
        ]
        tasks += [asyncio.create_task(processes.keep_running(program)) for program in programs]
        tasks.append(asyncio.create_task(_announce(settings)))
        await stop.wait()
        print("\nArrêt…", flush=True)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _announce(settings: Settings) -> None:
    base = f"http://localhost:{settings.port}"
    print(f"Marie démarre (journaux\u00a0: {settings.data / 'log'})…", flush=True)
    async with aiohttp.ClientSession() as session:
        while not await _healthy(session, f"http://{settings.host}:{settings.port}/healthz"):  # noqa: ASYNC110
            await asyncio.sleep(0.3)
    print(
        f"Marie est prête.\n"
        f"  Page de démonstration  {base}/\n"
        f"  Sans JavaScript        {base}/chat\n"
        f"  Personnes-conseils     {base}/console/\n"
        f"  Administration         {base}/admin/\n"
        f"Ctrl-C arrête tout.",
        flush=True,
    )


async def _healthy(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=5)) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
