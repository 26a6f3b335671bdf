"""`marie serve`: the web application alone, with its public and its private listener."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from pathlib import Path

from aiohttp import web

from marie import logs
from marie.services import masking
from marie.settings import Settings
from marie.web.app import create_app
from marie.web.connections import CLOSING, public_runner, slow_clients_cut
from marie.web.health import private_app
from marie.web.pages import compile_pages

log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Until SIGTERM or Ctrl-C."""
    logs.configure()
    if settings.in_the_open:
        log.warning("MARIE_HOST is not loopback and MARIE_PUBLIC_URL not https: nothing is secret")
    app = create_app(settings)
    public = public_runner(app)
    private = web.AppRunner(private_app(app), access_log=None, shutdown_timeout=CLOSING)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await public.setup()
        await private.setup()
        # Several web processes share the public port: the kernel spreads connections over them.
        await web.TCPSite(
            public,
            settings.host,
            settings.port,
            reuse_address=True,
            reuse_port=settings.web_processes > 1 or None,
        ).start()
        await web.TCPSite(private, "127.0.0.1", settings.private_port, reuse_address=True).start()
        # Before Rasa is there, so that no visitor waits for it, nor for a loop that it keeps busy.
        learning = asyncio.create_task(asyncio.to_thread(_learn, settings.data))
        # What Marie knows stays: looking through it for garbage stopped everybody for a third of a
        # second every so often.
        gc.freeze()
        async with slow_clients_cut(public):
            await stop.wait()
        learning.cancel()
    finally:
        await private.cleanup()
        await public.cleanup()


def _learn(data: Path) -> None:
    """What the first who needs it would keep all others waiting for."""
    compile_pages(data / "pages-cache")
    masking.load()
