"""`marie say "…"`: how one sentence is understood, and what Marie answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp

from marie import clock
from marie.cli import processes
from marie.cli.run import trained_model
from marie.domain.replies import Reply
from marie.rasa.client import RasaClient, TurnRequest
from marie.settings import Settings

START = 90.0
"""Seconds that Rasa may take to start."""


async def say(settings: Settings, text: str) -> None:
    """Ask the running Rasa, or one started for this sentence, and print what it understood."""
    async with aiohttp.ClientSession() as session, _running(settings, session) as client:
        reply = await client.ask(
            TurnRequest(
                conversation_id="say",
                seq=1,
                said_at=clock.now(),
                text=text,
                payload=None,
                profile={},
                focus={},
                state="marie",
            )
        )
    print(describe(reply))


@contextlib.asynccontextmanager
async def _running(settings: Settings, session: aiohttp.ClientSession) -> AsyncIterator[RasaClient]:
    client = RasaClient(session, settings.rasa_urls)
    if await client.ready():
        yield client
        return
    own = replace(settings, rasa_port=_free_port(), rasa_processes=1, actions_port=_free_port())
    client = RasaClient(session, own.rasa_urls)
    programs = [processes.rasa(own, trained_model(own), own.rasa_port), processes.actions(own)]
    tasks = [asyncio.create_task(processes.keep_running(program)) for program in programs]
    try:
        async with asyncio.timeout(START):
            while not await client.ready():  # noqa: ASYNC110
                await asyncio.sleep(0.3)
        yield client
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def describe(reply: Reply) -> str:
    """The reading and the answer, for a person at a terminal."""
    understood = reply.understood
    lines = [f"intention  {understood.get('intent')}  ({understood.get('confidence', 0):.2f})"]
    for other in understood.get("ranking", [])[1:3]:
        lines.append(f"           {other['name']}  ({other['confidence']:.2f})")
    for entity in understood.get("entities", []):
        lines.append(f"entité     {entity['entity']} = {entity['value']}")
    for content in reply.messages:
        lines += [
            f"sujet      {content.topic}",
            f"fiche      {content.entry or '–'}",
            "réponse",
            *(f"  {line}" for line in content.text.splitlines()),
            *(f"  · {resource['name']}" for resource in content.resources),
            *(f"  [{quick['title']}]" for quick in content.quick_replies),
        ]
    return "\n".join(lines)
