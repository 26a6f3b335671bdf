"""The Rasa processes, and a new model without a conversation dropped.

Rasa reads its model when it starts, which takes seconds. So when another model is chosen, a spare
process starts with it first, on a port of its own that the gateway knows; once that one answers,
the others are started anew one after the other, and then the spare goes. A message that hits a
process as it stops goes to the next one or is sent again (`marie.rasa.client`,
`marie.services.turns`). A model that does not load in `PATIENCE` never reaches the others.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp

from marie import clock
from marie.cli import processes
from marie.cli.processes import Program, keep_running
from marie.rasa.client import RasaClient, RasaUnavailable, TurnRequest
from marie.rasa.models import give_up, model_in_use
from marie.settings import Settings

LOOK_EVERY = 2.0
"""Seconds between two looks at what was chosen."""

PATIENCE = 180.0
"""Seconds that a model may take to load on a busy machine."""

RUNNING = "model.json"
"""In MARIE_DATA: which model runs, since when, and which one did not load."""


async def keep_rasa(settings: Settings, model: Path) -> None:
    """Run Rasa on its ports with `model`, later with whatever is chosen, until cancelled."""

    def wanted() -> Path | None:
        return settings.model or model_in_use(settings.models)

    def note(running: Path, failed: Path | None) -> None:
        _note(settings.data, running, failed)
        if failed is not None:
            # The next start must not take what cannot be loaded.
            give_up(settings.models, failed, running, now=clock.now())

    async with aiohttp.ClientSession() as session:
        await Rolling(
            program=lambda path, port: processes.rasa(settings, path, port),
            ports=settings.rasa_ports,
            spare=settings.spare_rasa_port,
            ready=lambda port: _answers(session, port),
            note=note,
        ).run(model, wanted)


class Rolling:
    """Keeps one program on each port, and changes all of them to another model."""

    def __init__(
        self,
        *,
        program: Callable[[Path, int], Program],
        ports: Sequence[int],
        spare: int,
        ready: Callable[[int], Awaitable[bool]],
        note: Callable[[Path, Path | None], None],
        look_every: float = LOOK_EVERY,
        patience: float = PATIENCE,
    ) -> None:
        self._program = program
        self._ports = ports
        self._spare = spare
        self._ready = ready
        self._note = note
        self._look_every = look_every
        self._patience = patience
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def run(self, model: Path, wanted: Callable[[], Path | None]) -> None:
        """Until cancelled; every program is stopped then."""
        failed: Path | None = None
        try:
            for port in self._ports:
                self._start(model, port)
            self._note(model, None)
            while True:
                await asyncio.sleep(self._look_every)
                new = await asyncio.to_thread(wanted)
                if new == model:
                    failed = None
                if new is None or new in (model, failed):
                    continue
                if await self._roll(new):
                    model, failed = new, None
                else:
                    failed = new
                self._note(model, failed)
        finally:
            await self._stop(*self._tasks)

    async def _roll(self, model: Path) -> bool:
        """Change all programs; False, and none was changed, when the model does not load."""
        print(f"  Nouveau modèle\u00a0: {model.name}…", flush=True)
        self._start(model, self._spare)
        try:
            try:
                async with asyncio.timeout(self._patience):
                    await self._until_ready(self._spare)
            except TimeoutError:
                print(f"  {model.name} ne démarre pas\u00a0: Marie garde l’autre.", flush=True)
                return False
            for port in self._ports:
                await self._stop(port)
                self._start(model, port)
                await self._until_ready(port)
        finally:
            await self._stop(self._spare)
        print(f"  {model.name} est en service.", flush=True)
        return True

    async def _until_ready(self, port: int) -> None:
        while not await self._ready(port):  # noqa: ASYNC110 - another process is looked at
            await asyncio.sleep(min(0.5, self._look_every))

    def _start(self, model: Path, port: int) -> None:
        self._tasks[port] = asyncio.create_task(keep_running(self._program(model, port)))

    async def _stop(self, *ports: int) -> None:
        tasks = [self._tasks.pop(port) for port in ports]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answers(session: aiohttp.ClientSession, port: int) -> bool:
    """Whether Rasa answers there as it answers visitors.

    It also listens when its model could not be loaded, and says nothing then.
    """
    turn = TurnRequest(
        conversation_id="ready",
        seq=1,
        said_at=clock.now(),
        text="Bonjour",
        payload=None,
        profile={},
        focus={},
        state="marie",
    )
    try:
        await RasaClient(session, (f"http://127.0.0.1:{port}",)).ask(turn)
    except RasaUnavailable:
        return False
    return True


def _note(data: Path, running: Path, failed: Path | None) -> None:
    draft = data / f".{RUNNING}.{os.getpid()}"
    said = {
        "model": running.name,
        "since": clock.now().isoformat(),
        "failed": failed.name if failed else None,
    }
    data.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(said), encoding="utf-8")
    draft.replace(data / RUNNING)
