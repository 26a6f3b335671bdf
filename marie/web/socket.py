"""The visitor's WebSocket (CONTRACT "A visitor's conversation", subprotocol `marie.v1`).

The socket never carries what the log does not have: a signal makes it read "what follows n" and
send that. So a socket that was cut and opened again with its last number misses nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from marie.domain.conversation import ConversationId, State
from marie.services import visitor
from marie.services.live import Signal, Typing
from marie.store.conversations import Erased, UnknownConversation
from marie.web.admission import ADMISSION
from marie.web.connections import COMPRESS
from marie.web.documents import shown
from marie.web.keys import DATABASE, HUB, METRICS
from marie.web.problems import Problem, as_problem, problem_body
from marie.web.requests import address, known_form, parse_json, whole_number
from marie.web.visitors import SendRequest, read_marks, take_in

routes = web.RouteTableDef()

PROTOCOL = "marie.v1"
FIRST_FRAME = 10
"""Seconds in which the token must come."""

MAX_FRAME = 128 * 1024
CLOSE_CODES = {"not_found": 4404, "erased": 4410, "too_many": 4429}


class ClientFrame(msgspec.Struct, forbid_unknown_fields=True):
    """What a client may send: one of these a frame."""

    token: str | None = None
    send: SendRequest | None = None
    ack: int | None = None
    typing: bool | None = None


@routes.get("/api/v1/conversations/{conversation_id}/socket")
async def socket(request: web.Request) -> web.StreamResponse:
    """Replay what follows `after`, then live."""
    after = whole_number(request, "after", 0)
    ws = web.WebSocketResponse(
        protocols=(PROTOCOL,), heartbeat=30, max_msg_size=MAX_FRAME, compress=COMPRESS
    )
    if not ws.can_prepare(request):
        raise web.HTTPNotFound
    await ws.prepare(request)
    try:
        conversation_id, token = await _open(request, ws)
        connection = _VisitorSocket(request, ws, conversation_id, token)
        with (
            request.app[ADMISSION].conversation(conversation_id),
            request.app[METRICS].sockets.track_inprogress(),
        ):
            await connection.run(after)
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            raise
        await _send(ws, {"error": _told(problem)})
        code = CLOSE_CODES.get(problem.kind, 1011 if problem.kind == "busy" else 1008)
        await ws.close(code=code, message=problem.kind.encode())
    return ws


async def _open(request: web.Request, ws: web.WebSocketResponse) -> tuple[ConversationId, str]:
    try:
        first = await ws.receive(timeout=FIRST_FRAME)
    except TimeoutError as error:
        raise UnknownConversation from error
    if first.type is not WSMsgType.TEXT:
        raise UnknownConversation
    token = parse_json(first.data, ClientFrame).token or ""
    conversation_id = await visitor.authenticate(
        request.app[DATABASE], known_form(request.match_info["conversation_id"]), token
    )
    return conversation_id, token


class _VisitorSocket:
    """One open socket: what the client says, and what it is told."""

    def __init__(
        self,
        request: web.Request,
        ws: web.WebSocketResponse,
        conversation_id: ConversationId,
        token: str,
    ) -> None:
        self._app = request.app
        self._client = address(request)
        self._ws = ws
        self._id = conversation_id
        self._token = token
        self._state: State | None = None
        self._read: dict[str, int] | None = None

    async def run(self, after: int) -> None:
        """Until either side closes; raises what made it end."""
        with self._app[HUB].listen(self._id) as signals:
            tasks = [
                asyncio.create_task(self._tell(after, signals)),
                asyncio.create_task(self._listen()),
            ]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            except ConnectionError:
                pass  # the client is gone: it will come back with its last number
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, after: int, signals: asyncio.Queue[Signal]) -> None:
        while True:
            after = await self._catch_up(after)
            signal = await signals.get()
            while isinstance(signal, Typing):
                if signal.author != "visitor":
                    await _send(
                        self._ws, {"typing": {"author": signal.author, "name": signal.name}}
                    )
                signal = await signals.get()

    async def _catch_up(self, after: int) -> int:
        try:
            reading = await visitor.read_on(self._app[DATABASE], self._id, after)
        except UnknownConversation:
            # It was open a moment ago: tell an erased conversation from a lost one.
            await visitor.authenticate(self._app[DATABASE], self._id, self._token)
            raise
        for message in reading.messages:
            await _send(self._ws, {"message": shown(self._app, self._id, message)})
            after = message.seq
        if reading.conversation.state is not self._state:
            self._state = reading.conversation.state
            await _send(self._ws, {"state": self._state.value})
        marks = read_marks(reading.conversation)
        if marks != self._read:
            self._read = marks
            await _send(self._ws, {"read": marks})
        return after

    async def _listen(self) -> None:
        async for frame in self._ws:
            if frame.type is WSMsgType.TEXT:
                try:
                    await self._obey(parse_json(frame.data, ClientFrame))
                except Exception as error:
                    problem = as_problem(error)
                    if problem is None or problem.kind in CLOSE_CODES:
                        raise
                    await _send(self._ws, {"error": _told(problem)})
            elif frame.type is WSMsgType.BINARY:
                await _send(self._ws, {"error": problem_body("not_json")})

    async def _obey(self, frame: ClientFrame) -> None:
        if frame.send is not None:
            try:
                received = await take_in(self._app, self._client, self._id, frame.send)
            except (UnknownConversation, Erased):
                raise
            except Exception as error:
                problem = as_problem(error)
                if problem is None or problem.kind in CLOSE_CODES:
                    raise
                body = {**_told(problem), "client_id": frame.send.client_id}
                await _send(self._ws, {"error": body})
                return
            sent = {"client_id": frame.send.client_id, "seq": received.seq}
            await _send(self._ws, {"sent": sent})
        elif frame.ack is not None:
            await visitor.acknowledge(self._app[DATABASE], self._app[HUB], self._id, frame.ack)
        elif frame.typing is not None:
            if frame.typing:
                self._app[HUB].send(self._id, Typing("visitor", ""))
        elif frame.token is None:
            raise Problem("fields")


def _told(problem: Problem) -> dict[str, Any]:
    """The problem, with what HTTP says in its `Retry-After` header."""
    body = problem_body(problem.kind)
    if seconds := problem.headers.get("Retry-After"):
        body["retry_after"] = int(seconds)
    return body


async def _send(ws: web.WebSocketResponse, frame: dict[str, Any]) -> None:
    await ws.send_str(msgspec.json.encode(frame).decode())
