"""When a Rasa process counts as ready."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import aiohttp
import pytest

from marie.cli import processes
from marie.rasa.client import RasaClient
from marie.settings import Settings
from tests.running import START, free_ports

pytestmark = pytest.mark.rasa


@pytest.mark.timeout(START + 30)
async def test_rasa_that_listens_without_a_model_is_not_ready(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    env = {"MARIE_DATA": str(tmp_path / "var"), "MARIE_RASA_PORT": str(port)}
    settings = Settings.from_env({**os.environ, **env})
    broken = tmp_path / "marie-000000000000.tar.gz"
    broken.write_bytes(b"not an archive")
    running = asyncio.create_task(
        processes.keep_running(processes.rasa(settings, broken, settings.rasa_port))
    )
    try:
        async with aiohttp.ClientSession() as session:
            assert await listening(session, settings.rasa_urls[0])
            assert not await RasaClient(session, settings.rasa_urls).ready()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def listening(session: aiohttp.ClientSession, url: str) -> bool:
    """Whether Rasa's REST channel answers before long."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        try:
            async with session.get(f"{url}/webhooks/rest/") as response:
                return response.status == 200
        except aiohttp.ClientError:
            await asyncio.sleep(0.3)
    return False
