"""Stands in for Rasa in the quick tests: a real HTTP server on its REST channel's path."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from marie.domain.leads import HandoverRequest
from marie.domain.messages import Content
from marie.domain.replies import Reply

Script = Callable[[dict[str, Any]], Reply | None]


def echo(turn: dict[str, Any]) -> Reply:
    """Marie repeats what was said, or hands over when asked to."""
    text = turn["message"]
    focus = {"turns": turn["metadata"]["focus"].get("turns", 0) + 1}
    if text == "/handoff":
        return Reply(
            messages=(Content(text="Une personne vient.", topic="handoff"),),
            focus=focus,
            handover=HandoverRequest(
                name=None,
                email="visiteuse@example.org",
                phone=None,
                need="Bail",
                regions=("Mauricie",),
                profile={},
                consent="J’accepte.",
            ),
        )
    return Reply(
        messages=(
            Content(
                text=f"Vous dites\u00a0: {text}",
                topic="clarify",
                quick_replies=(
                    {"title": "Parler à une personne", "payload": "/handoff"},
                    {"title": "Encore", "payload": "/more"},
                ),
            ),
        ),
        focus=focus,
    )


@dataclass
class FakeRasa:
    """`script` answers each turn; `down` makes it fail as Rasa does (200 and nothing)."""

    script: Script = echo
    down: bool = False
    hold: asyncio.Event | None = None
    turns: list[dict[str, Any]] = field(default_factory=list)

    def server(self) -> TestServer:
        """A server that is not started yet."""
        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", self._webhook)
        app.router.add_get("/webhooks/ready/", self._health)
        app.router.add_get("/health", self._health)
        return TestServer(app, host="127.0.0.1")

    async def _webhook(self, request: web.Request) -> web.Response:
        turn = await request.json()
        self.turns.append(turn)
        if self.hold is not None:
            await self.hold.wait()
        reply = None if self.down else self.script(turn)
        body = [] if reply is None else [{"custom": msgspec.to_builtins(reply)}]
        return web.json_response(body)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, status=503 if self.down else 200)
