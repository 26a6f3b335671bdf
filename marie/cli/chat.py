"""`marie chat`: talk with the running Marie in the terminal, through her public door."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import aiohttp

from marie.settings import Settings


async def chat(settings: Settings) -> None:
    """Until an empty line or the end of input. A number chooses the quick reply so numbered."""
    base = f"http://127.0.0.1:{settings.port}/api/v1/conversations"
    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(base, json={"consent": True}) as response:
                response.raise_for_status()
                started = await response.json()
        except aiohttp.ClientConnectionError:
            print("Marie n’est pas en marche. Lancez d’abord «\u00a0make run\u00a0».")
            return
        headers = {"Authorization": f"Bearer {started['token']}"}
        url = f"{base}/{started['conversation_id']}/messages"
        messages = started["messages"]
        while True:
            offered = _show(messages)
            try:
                line = (await asyncio.to_thread(input, "> ")).strip()
            except EOFError:
                return
            if not line:
                return
            body = {"client_id": str(uuid.uuid4())} | _chosen(line, offered)
            async with session.post(f"{url}?wait=25", json=body, headers=headers) as response:
                answer = await response.json()
            messages = answer.get("messages") or [{"text": answer.get("detail", "…")}]


def _show(messages: list[dict[str, Any]]) -> list[dict[str, str]]:
    offered: list[dict[str, str]] = []
    for message in messages:
        print(f"\n{message['text']}")
        for resource in message.get("resources", []):
            print(f"  • {resource['name']}, {resource['municipality'] or 'tout le Québec'}")
        offered = message.get("quick_replies", [])
    for number, reply in enumerate(offered, start=1):
        print(f"  {number}. {reply['title']}")
    return offered


def _chosen(line: str, offered: list[dict[str, str]]) -> dict[str, str]:
    if line.isdecimal() and 0 < int(line) <= len(offered):
        return {"payload": offered[int(line) - 1]["payload"]}
    return {"text": line}
