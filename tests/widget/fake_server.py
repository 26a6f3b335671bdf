"""The contract's conversation routes and socket, in memory, with scripted answers.

It is as strict as the contract where the widget could cheat (unknown payloads, client ids used
twice) and can be made to fail on purpose: `refuse_sockets`, `deaf`, `cut_sockets()`, `limited`.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from marie.web.static import add_static_routes

WEB = Path(__file__).parents[2] / "marie" / "web"

Message = dict[str, Any]

GREETING: Message = {
    "text": "Bonjour! Je suis Marie. Vous pensez à vivre en région?\nPosez-moi votre question.",
    "topic": "greeting",
    "quick_replies": [
        {"title": "Trouver un cégep", "payload": "/cegep.find"},
        {"title": "Le prix d’une garderie", "payload": "/childcare.cost"},
        {"title": "Quitter mon logement", "payload": "/lease.end"},
    ],
}
CEGEP: Message = {
    "text": "À Rimouski, il y a un cégep, et l’Institut maritime du Québec lui est rattaché.",
    "topic": "cegep.find",
    "resources": [
        {
            "id": "cegep-rimouski",
            "name": "Cégep de Rimouski",
            "kind": "cegep",
            "municipality": "Rimouski",
            "region": "Bas-Saint-Laurent",
            "address": "60, rue de l’Évêché Ouest, Rimouski G5L 4H6",
            "phone": "418 723-1880",
            "url": "https://www.cegep-rimouski.qc.ca",
            "distance_km": 0.8,
            "email": "accueil@example.org",
            "hours": "lundi au vendredi, 8 h à 16 h",
            "cost": "gratuit",
            "places": {"total": 60, "infants": 10, "subsidized": True},
            "stale": True,
            "read_on": "2026-11-22",
            "verified_on": None,
            "source": "Données Québec",
            "map_url": "https://www.openstreetmap.org/?mlat=48.452&mlon=-68.513",
        },
        {
            "id": "cegep-matane",
            "name": "Cégep de Matane",
            "kind": "cegep",
            "municipality": "Matane",
            "region": "Bas-Saint-Laurent",
            "address": None,
            "phone": None,
            "url": "javascript:alert(1)",
            "distance_km": 86.34,
            "read_on": "2026-10-01",
            "verified_on": "2026-11-01",
            "source": "Données Québec",
            "map_url": None,
        },
    ],
    "sources": [
        {
            "title": "Données Québec, collèges",
            "url": "https://www.donneesquebec.ca",
            "read_on": "2026-11-22",
            "verified_on": None,
        }
    ],
    "documents": [{"title": "Liste des cégeps (PDF)", "url": "/api/v1/documents/cegeps?sig=abc"}],
    "quick_replies": [
        {"title": "Comment s’inscrire?", "payload": "/cegep.admission"},
        {"title": "Combien ça coûte?", "payload": "/cegep.cost"},
    ],
}
REGIONS: Message = {
    "text": "Voici par où commencer.\n\n1. Estrie\u00a0: Sherbrooke, ville de 184 478 habitants",
    "topic": "region.recommend",
    "sources": [{"title": "MAMH", "url": "https://www.donneesquebec.ca", "read_on": "2026-11-22"}],
    "data": {
        "ranking": [
            {
                "region": region,
                "code": code,
                "score": 0.9,
                "because": ["ville de 184 478 habitants"],
                "against": ["loin de Montréal"],
            }
            for code, region in (("05", "Estrie"), ("04", "Mauricie"), ("01", "Bas-Saint-Laurent"))
        ],
        "criteria": [
            {"id": "work", "label": "Votre domaine de travail", "weight": 3, "available": True},
            {"id": "housing", "label": "Loyers", "weight": 1, "available": False},
            {"id": "nature", "label": "Nature et espace", "weight": 0, "available": True},
        ],
    },
}
COMPARISON: Message = {
    "text": "Estrie et Mauricie, côte à côte\u00a0:\n\n• Population\u00a0: Estrie, 527 765\n\n"
    "Donnée absente\u00a0: loyers.",
    "topic": "region.compare",
    "sources": REGIONS["sources"],
    "data": {
        "regions": ["Estrie", "Mauricie"],
        "rows": [{"label": "Population", "values": ["527 765", "289 374"]}],
    },
}
HELP: Message = {
    "text": "En danger, faites le 911. SOS violence conjugale : 1 800 363-9010. "
    "Détresse : 9-8-8. Voyez https://www.quebec.ca/sante.",
    "topic": "safety",
}


def answer_to(text: str) -> Message:
    """Marie's scripted answer; what no script knows is said back."""
    lowered = text.lower()
    if "cégep" in lowered or text == "/cegep.find":
        return CEGEP
    if "région" in lowered:
        return COMPARISON if "compare" in lowered else REGIONS
    if "danger" in lowered:
        return HELP
    if "long" in lowered:
        return {"text": "\n".join(f"Ligne {n} d’une longue réponse." for n in range(1, 60))}
    return {"text": f"Vous avez dit : {text}"}


@dataclass(eq=False)
class Conversation:
    """One numbered log and who listens to it."""

    token: str
    messages: list[Message] = field(default_factory=list)
    offered: dict[str, str] = field(default_factory=dict)
    """Title by payload."""
    state: str = "marie"
    erased: bool = False
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    acknowledged: int = 0
    simple: bool = False
    reports: list[Message] = field(default_factory=list)
    opinions: list[Message] = field(default_factory=list)

    def append(self, author: str, content: Message, **more: Any) -> Message:
        names = {"marie": "Marie", "visitor": None, "system": None}
        message = {
            "seq": len(self.messages) + 1,
            "author": author,
            "name": names.get(author),
            "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "client_id": None,
            "resources": [],
            "sources": [],
            "quick_replies": [],
            "documents": [],
            "data": {},
            **content,
            **more,
        }
        self.messages.append(message)
        for offer in message["quick_replies"]:
            self.offered[offer["payload"]] = offer["title"]
        return message


class FakeServer:
    """A server of one test: its address, its conversations, and its faults."""

    def __init__(self) -> None:
        self.url = ""
        self.conversations: dict[str, Conversation] = {}
        self.requests: list[tuple[str, str]] = []
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.refuse_sockets = False
        self.deaf = False
        """Takes nothing in and says nothing back, without closing."""
        self.limited = 0
        """So many next messages are answered 429."""
        self.answer_after = 0.05
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def only(self) -> Conversation:
        """The one conversation of the test."""
        (conversation,) = self.conversations.values()
        return conversation

    def said(self, author: str) -> list[str]:
        """What `author` said in the only conversation, in order."""
        return [m["text"] for m in self.only.messages if m["author"] == author]

    async def say(self, author: str, text: str, **more: Any) -> None:
        """Append a message to the only conversation and tell those who listen."""
        message = self.only.append(author, {"text": text}, **more)
        await self._tell(self.only, {"message": message})

    async def turn(self, state: str) -> None:
        """Another owner for the only conversation."""
        self.only.state = state
        await self._tell(self.only, {"state": state})

    async def cut_sockets(self) -> None:
        """Cut every socket, as a network does: without a closing word."""
        for conversation in self.conversations.values():
            for socket in list(conversation.sockets):
                if socket._req is not None and socket._req.transport is not None:
                    socket._req.transport.abort()

    async def _tell(self, conversation: Conversation, frame: Message) -> None:
        for socket in list(conversation.sockets):
            if not socket.closed:
                await socket.send_json(frame)

    def take(self, conversation: Conversation, sent: Message) -> tuple[int, Message]:
        """What one sent message does: an HTTP status and its body."""
        if self.limited:
            self.limited -= 1
            return 429, {"status": 429, "detail": "Trop vite.", "retry_after": 1}
        known = [m for m in conversation.messages if m["client_id"] == sent["client_id"]]
        if known:
            return 202, {"seq": known[0]["seq"]}
        payload = sent.get("payload")
        if payload is not None and payload not in conversation.offered:
            return 400, {"status": 400, "detail": "Ce choix n’a pas été proposé."}
        text = conversation.offered[payload] if payload else sent["text"]
        if "interdit" in text:
            return 400, {"status": 400, "detail": "Ce message n’est pas du texte."}
        message = conversation.append("visitor", {"text": text}, client_id=sent["client_id"])
        task = asyncio.create_task(self._answer(conversation, message, payload or text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return 202, {"seq": message["seq"]}

    async def _answer(self, conversation: Conversation, message: Message, text: str) -> None:
        await self._tell(conversation, {"message": message})
        await asyncio.sleep(self.answer_after)
        if conversation.state != "counsellor":
            answer = conversation.append("marie", answer_to(text), answers=message["seq"])
            await self._tell(conversation, {"message": answer})
        if "personne" in text:
            conversation.state = "waiting"
            await self._tell(conversation, {"state": "waiting"})

    # Routes

    async def begin(self, request: web.Request) -> web.Response:
        if (await request.json()).get("consent") is not True:
            return problem(400, "Sans accord, rien ne commence.")
        conversation = Conversation(token=secrets.token_urlsafe(16))
        conversation.append("marie", GREETING)
        name = secrets.token_hex(8)
        self.conversations[name] = conversation
        body = {
            "conversation_id": name,
            "token": conversation.token,
            "messages": conversation.messages,
        }
        return web.json_response(body, status=201)

    def find(self, request: web.Request, token: str) -> Conversation | web.Response:
        conversation = self.conversations.get(request.match_info["id"])
        if conversation is None or conversation.token != token:
            return problem(404, "Conversation inconnue.")
        return problem(410, "Conversation effacée.") if conversation.erased else conversation

    def authorized(self, request: web.Request) -> Conversation | web.Response:
        return self.find(request, request.headers.get("Authorization", "").removeprefix("Bearer "))

    async def read(self, request: web.Request) -> web.Response:
        found = self.authorized(request)
        if isinstance(found, web.Response):
            return found
        after = int(request.query.get("after", "0"))
        return web.json_response(
            {"messages": found.messages[after:], "state": found.state, "read": {}}
        )

    async def write(self, request: web.Request) -> web.Response:
        found = self.authorized(request)
        if isinstance(found, web.Response):
            return found
        status, body = self.take(found, await request.json())
        if status == 202:
            return web.json_response(body, status=202)
        return problem(status, body["detail"], {"Retry-After": "1"} if status == 429 else None)

    async def erase(self, request: web.Request) -> web.Response:
        found = self.authorized(request)
        if isinstance(found, web.Response):
            return found
        found.erased = True
        found.messages.clear()
        return web.Response(status=204)

    async def export(self, request: web.Request) -> web.Response:
        found = self.authorized(request)
        return found if isinstance(found, web.Response) else web.json_response(found.messages)

    async def prefer(self, request: web.Request) -> web.Response:
        found = self.authorized(request)
        if isinstance(found, web.Response):
            return found
        found.simple = (await request.json())["simple"]
        return web.Response(status=204)

    async def report(self, request: web.Request) -> web.Response:
        found = self.authorized(request)
        if isinstance(found, web.Response):
            return found
        found.reports.append(await request.json())
        return web.json_response({}, status=201)

    async def opine(self, request: web.Request) -> web.Response:
        found = self.authorized(request)
        if isinstance(found, web.Response):
            return found
        found.opinions.append(await request.json())
        return web.Response(status=204)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_sockets:
            return problem(426, "Sans websocket ici.")
        socket = web.WebSocketResponse(protocols=["marie.v1"], heartbeat=30)
        await socket.prepare(request)
        first = await socket.receive_json()
        found = self.find(request, first["token"])
        if isinstance(found, web.Response):
            await socket.close(code=4000 + found.status)
            return socket
        after = int(request.query.get("after", "0"))
        for message in found.messages[after:]:
            await socket.send_json({"message": message})
        await socket.send_json({"state": found.state})
        found.sockets.add(socket)
        try:
            async for raw in socket:
                if raw.type == WSMsgType.TEXT and not self.deaf:
                    await self._frame(found, socket, json.loads(raw.data))
        finally:
            found.sockets.discard(socket)
        return socket

    async def _frame(
        self, conversation: Conversation, socket: web.WebSocketResponse, frame: Message
    ) -> None:
        if "ack" in frame:
            conversation.acknowledged = frame["ack"]
        if "send" in frame:
            status, body = self.take(conversation, frame["send"])
            if status == 202:
                await socket.send_json({"sent": {"client_id": frame["send"]["client_id"], **body}})
            else:
                await socket.send_json({"error": body})

    async def page(self, request: web.Request) -> web.Response:
        text, headers = self.pages[request.path]
        return web.Response(text=text, content_type="text/html", headers=headers)

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._watched])
        app.on_shutdown.append(self._close)
        api = "/api/v1/conversations"
        app.add_routes(
            [
                web.post(api, self.begin),
                web.get(f"{api}/{{id}}/messages", self.read),
                web.post(f"{api}/{{id}}/messages", self.write),
                web.get(f"{api}/{{id}}/socket", self.socket),
                web.get(f"{api}/{{id}}/export", self.export),
                web.delete(f"{api}/{{id}}", self.erase),
                web.put(f"{api}/{{id}}/preferences", self.prefer),
                web.post(f"{api}/{{id}}/reports", self.report),
                web.post(f"{api}/{{id}}/opinions", self.opine),
            ]
        )
        add_static_routes(app)
        app.router.add_get("/{name:.*}", self.page)
        self.pages["/"] = ((WEB / "templates" / "demo.html").read_text("utf-8"), {})
        return app

    @web.middleware
    async def _watched(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Count the request, and answer any origin, as the gateway does."""
        self.requests.append((request.method, request.path))
        if request.method == "OPTIONS":
            return web.Response(headers=CROSS_ORIGIN)
        try:
            response = await handler(request)
        except KeyError:
            response = web.Response(status=404)
        if not response.prepared:
            response.headers.update(CROSS_ORIGIN)
        return response

    async def _close(self, app: web.Application) -> None:
        for task in self._tasks:
            task.cancel()
        for conversation in self.conversations.values():
            for socket in list(conversation.sockets):
                await socket.close(code=WSCloseCode.GOING_AWAY)


CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
}


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> web.Response:
    """An RFC 9457 problem."""
    return web.Response(
        status=status,
        text=json.dumps({"status": status, "detail": detail}),
        content_type="application/problem+json",
        headers=headers,
    )


@asynccontextmanager
async def running(port: int = 0) -> AsyncIterator[FakeServer]:
    """A fake server on a loopback port of its own."""
    server = FakeServer()
    runner = web.AppRunner(server.application(), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
