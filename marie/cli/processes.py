"""Marie's three processes: Rasa, the action server, the web application.

Each listens on loopback but the web application. A process that dies is started again, at once the
first time, then more and more slowly; one that lives and says nothing any more is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from marie import logs
from marie.rasa.model import OUR_RASA, rasa_environment, rasa_python
from marie.settings import ROOT, STEP, Settings

STOP_AFTER = 8.0
"""Seconds that a process has to stop by itself."""

STEADY = 30.0
"""A process that ran this many seconds is restarted without delay."""

MAX_LOG = 10 * 1024 * 1024
LOOK_AT_LOG = 30.0
"""Seconds between two looks at a log's length."""

LOOK_WHETHER_ALIVE = 10.0
"""Seconds between two questions whether a process still answers, and for an answer."""

HANGS = 6
"""Questions in a row without an answer after which a process that answered before is killed: a
minute and more, for a busy machine is slow and nothing is gained by starting it once more."""

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Program:
    """How to start one process, and where its output goes. `alive`: an address that answers, with
    whatever status, as long as the process is not stuck."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    alive: str | None = None


def rasa(settings: Settings, model: Path, port: int) -> Program:
    """Rasa with the trained model, private, one of `settings.rasa_ports`."""
    env = rasa_environment(dict(os.environ), settings.data)
    return Program(
        name=_name("rasa", port - settings.rasa_port),
        command=(
            str(rasa_python()),
            *("-m", OUR_RASA, "run", "--model", str(model)),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
            *("--interface", "127.0.0.1", "--port", str(port)),
        ),
        env=env | {"MARIE_ACTIONS_PORT": str(settings.actions_port), logs.PROCESS: "rasa"},
        log=settings.data / "log" / f"{_name('rasa', port - settings.rasa_port)}.log",
        alive=f"http://127.0.0.1:{port}/webhooks/ready/",
    )


def _name(kind: str, offset: int) -> str:
    """« rasa », « rasa-2 », « rasa-3 »… by the distance of their ports."""
    return f"{kind}-{offset // STEP + 1}" if offset else kind


def actions(settings: Settings) -> Program:
    """The action server, private."""
    return Program(
        name="actions",
        command=(
            sys.executable,
            *("-m", "bot.actions", "--port", str(settings.actions_port)),
        ),
        env=dict(os.environ)
        | {
            "RASA_TELEMETRY_ENABLED": "false",
            "PYTHONPATH": str(ROOT),
            logs.PROCESS: "actions",
        },
        log=settings.data / "log" / "actions.log",
        alive=f"{settings.actions_url}/health",
    )


def web(settings: Settings, nth: int = 0) -> Program:
    """The web application; the `nth` of several shares the public port and has a private one."""
    name = _name("web", nth * STEP)
    private = settings.private_port + nth * STEP
    return Program(
        name=name,
        command=(sys.executable, "-m", "marie", "serve"),
        env=dict(os.environ)
        | {
            "PYTHONPATH": str(ROOT),
            "MARIE_PRIVATE_PORT": str(private),
            logs.PROCESS: name,
        },
        log=settings.data / "log" / f"{name}.log",
        alive=f"http://127.0.0.1:{private}/livez",
    )


async def keep_running(program: Program) -> None:
    """Run a program and start it again when it dies, until cancelled."""
    delay = 0.0
    while True:
        started = time.monotonic()
        async with _short_log(program.log):
            code = await _run(program)
        delay = 0.0 if time.monotonic() - started > STEADY else min(10.0, delay * 2 + 0.2)
        print(
            f"  {program.name} s’est arrêté (code {code}), il repart. Journal\u00a0: {program.log}",
            flush=True,
        )
        await asyncio.sleep(delay)


def shorten(log: Path) -> None:
    """Put a log of over `MAX_LOG` bytes aside (`.log.1`) and begin it anew."""
    if log.exists() and log.stat().st_size > MAX_LOG:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        # Whoever writes goes on at the new end: it opened the file to append.
        os.truncate(log, 0)


@contextlib.asynccontextmanager
async def _short_log(log: Path) -> AsyncIterator[None]:
    """While the block runs, a log that grew too long is put aside; the one before it goes."""

    async def watch() -> None:
        while True:
            shorten(log)
            await asyncio.sleep(LOOK_AT_LOG)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()


async def _run(program: Program) -> int:
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            cwd=ROOT,
            env=dict(program.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C reaches this process alone, which then stops the others in order.
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    watching = asyncio.create_task(_kill_when_stuck(program, process))
    try:
        return await process.wait()
    except asyncio.CancelledError:
        await _stop(process)
        raise
    finally:
        watching.cancel()
        # What it started would outlive it when it is killed, and might keep its port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


async def _kill_when_stuck(program: Program, process: asyncio.subprocess.Process) -> None:
    """Until cancelled. What has not answered yet is starting, however long that takes."""
    if program.alive is None:
        return
    answered, silent = False, 0
    limit = aiohttp.ClientTimeout(total=LOOK_WHETHER_ALIVE)
    async with aiohttp.ClientSession(timeout=limit) as session:
        while silent < HANGS:
            await asyncio.sleep(LOOK_WHETHER_ALIVE)
            try:
                async with session.get(program.alive):
                    answered, silent = True, 0
            except (aiohttp.ClientError, TimeoutError):
                silent += answered
    print(f"  {program.name} ne répond plus. Journal\u00a0: {program.log}", flush=True)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_AFTER):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _die_with_parent() -> None:
    # Were this process killed, the three would go on and hold their ports.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
