"""`marie run`: everything on one machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
from importlib import import_module
from pathlib import Path

import aiohttp

from marie.cli import processes, rolling
from marie.rasa.model import train
from marie.rasa.models import model_in_use
from marie.settings import Settings


def trained_model(settings: Settings) -> Path:
    """The model to use: what was chosen over this tree's files, else theirs, trained if missing."""
    path = settings.model or model_in_use(settings.models)
    if path is None:
        print("Entraînement du modèle (deux à cinq minutes)…", flush=True)
        path = train(settings.models, settings.data, dict(os.environ))
    return path


async def run(settings: Settings) -> None:
    """Start the processes, say where Marie is, stop them on Ctrl-C or SIGTERM."""
    model = trained_model(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    # Rasa takes longest to start, and has nothing to do with the database: what prepares that is
    # imported meanwhile.
    tasks = [asyncio.create_task(rolling.keep_rasa(settings, model))]
    try:
        preparing = await asyncio.to_thread(import_module, "marie.cli.prepare")
        password = await preparing.prepare(settings)
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
