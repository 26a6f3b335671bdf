"""Marie's three processes: Rasa, the action server, the web application.

Each listens on loopback but the web application. A process that dies is started again, at once the
first time, then more and more slowly.
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

from marie import logs
from marie.rasa.model import rasa_environment, rasa_python
from marie.settings import ROOT, STEP, Settings

STOP_AFTER = 8.0
"""Seconds that a process has to stop by itself."""

STEADY = 30.0
"""A process that ran this many seconds is restarted without delay."""

MAX_LOG = 10 * 1024 * 1024
LOOK_AT_LOG = 30.0
"""Seconds between two looks at a log's length."""

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Program:
    """How to start one process, and where its output goes."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path


def rasa(settings: Settings, model: Path, port: int) -> Program:
    """Rasa with the trained model, private, one of `settings.rasa_ports`."""
    env = rasa_environment(dict(os.environ), settings.data)
    return Program(
        name=_name("rasa", port - settings.rasa_port),
        command=(
            str(rasa_python()),
            *("-m", "rasa", "run", "--model", str(model)),
            *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
            *("--interface", "127.0.0.1", "--port", str(port)),
        ),
        env=env | {"MARIE_ACTIONS_PORT": str(settings.actions_port), logs.PROCESS: "rasa"},
        log=settings.data / "log" / f"{_name('rasa', port - settings.rasa_port)}.log",
    )


def _name(kind: str, offset: int) -> str:
    """« rasa », « rasa-2 », « rasa-3 »… by the distance of their ports."""
    return f"{kind}-{offset // STEP + 1}" if offset else kind


def actions(settings: Settings) -> Program:
    """The action server, private: without SANIC_HOST it would listen on every address."""
    return Program(
        name="actions",
        command=(
            sys.executable,
            *("-m", "rasa_sdk", "--actions", "bot.actions"),
            *("--port", str(settings.actions_port)),
        ),
        env=dict(os.environ)
        | {
            "SANIC_HOST": "127.0.0.1",
            "RASA_TELEMETRY_ENABLED": "false",
            "PYTHONPATH": str(ROOT),
            logs.PROCESS: "actions",
        },
        log=settings.data / "log" / "actions.log",
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
    try:
        return await process.wait()
    except asyncio.CancelledError:
        await _stop(process)
        raise
    finally:
        # The action server's workers outlive it when it is killed, and would keep its port.
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
