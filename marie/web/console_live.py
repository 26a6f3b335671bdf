"""What moves by itself in the console: the list, and a conversation as it goes on.

Like the visitor's socket, these carry nothing that the log does not have: a signal makes them read
"what follows n". The session's cookie opens them, from our own pages only; when the session ends,
they close with 4401.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import msgspec
from aiohttp import WSMsgType, web
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import local_date
from marie.domain.conversation import ConversationId, NotOwner, StaffId, State
from marie.domain.messages import Message, check_client_id
from marie.domain.people import Staff
from marie.services import accounts, counsellor, lists, remarks, visitor
from marie.services.counsellor import Overtaken
from marie.services.live import QUEUE, Changed, Signal, Typing
from marie.store import access
from marie.store.conversations import UnknownConversation
from marie.store.staff import SignedIn
from marie.web.connections import COMPRESS
from marie.web.console import CONVERSATION, composed
from marie.web.console_page import file_values
from marie.web.documents import shown
from marie.web.headers import same_origin
from marie.web.keys import CLOCK, DATABASE, HUB, LISTS, TERMS
from marie.web.pages import TEMPLATES
from marie.web.problems import Problem, as_problem, problem_body
from marie.web.requests import known_form, parse_json, whole_number
from marie.web.sign_in import COOKIE, signed_in, who
from marie.web.visitors import read_marks

MAX_FRAME = 128 * 1024
PAUSE = 0.05
"""Seconds in which changes of the list are told as one."""

DELAYS = ((lists.soon, 0.0), (lists.unread, 1.0), (lists.later, 10.0))
"""Seconds for which a change of a list may wait to be told with others: who waits and who has whom;
what she has to read, which an open conversation reads at once; what colleagues and their visitors
say."""

FILE_PAUSE = 0.5
"""Seconds in which changes beside a conversation's log are told as one."""

SESSION = 30.0
"""Seconds without a word after which it is asked whether the session lasts."""

NOT_OWNER = {"type": "/problems/not_owner", "status": 409}
CLOSE_CODES = {"not_found": 4404, "busy": 1011}


routes = web.RouteTableDef()


class SessionEnded(Exception):
    """The session that opened the socket is over."""


class SayRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A counsellor's message, or a private note. `attach`: `entry:<id>`, `resource:<id>`; `seen`:
    the newest message on the screen when it was written."""

    client_id: str
    text: str
    note: bool = False
    attach: tuple[str, ...] = ()
    seen: int | None = None


class ConsoleFrame(msgspec.Struct, forbid_unknown_fields=True):
    """What a counsellor's page may send: one of these a frame."""

    send: SayRequest | None = None
    ack: int | None = None
    typing: bool | None = None


@routes.get("/console/live")
async def live_list(request: web.Request) -> web.StreamResponse:
    """Says "changed" at once, and whenever the lists changed."""
    await signed_in(request)
    ws = await _prepare(request)
    with request.app[HUB].listen(QUEUE) as signals:
        await _until_one_ends(ws, _tell_list(request, ws, signals), _discard(ws))
    return ws


async def _prepare(request: web.Request) -> web.WebSocketResponse:
    if not same_origin(request):
        raise web.HTTPForbidden(text="403")
    ws = web.WebSocketResponse(heartbeat=30, max_msg_size=MAX_FRAME, compress=COMPRESS)
    if not ws.can_prepare(request):
        raise web.HTTPNotFound
    await ws.prepare(request)
    return ws


async def _until_one_ends(ws: web.WebSocketResponse, *work: Awaitable[None]) -> None:
    """Run both until one ends; close with the code that says what happened."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except ConnectionError:
        pass  # the page is gone: it comes back with its last number
    except SessionEnded:
        await ws.close(code=4401)
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            raise
        await ws.close(code=CLOSE_CODES.get(problem.kind, 1008), message=problem.kind.encode())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _discard(ws: web.WebSocketResponse) -> None:
    async for _ in ws:
        pass


async def _tell_list(
    request: web.Request, ws: web.WebSocketResponse, signals: asyncio.Queue[Signal]
) -> None:
    """What concerns her is told at once, the rest within its delay (`DELAYS`)."""
    staff = await _session(request)
    told: Sequence[lists.Seen | None] = (None, None, None)
    due: list[float | None] = [None, None, None]
    while True:
        lines = await request.app[LISTS].now()
        for at, (look, delay) in enumerate(DELAYS):
            told_at = due[at]
            if told_at is None or told_at <= monotonic():  # meanwhile it may be as it was
                changed = look(lines, staff) != told[at]
                due[at] = (told_at or monotonic() + delay) if changed else None
        wait = min((at for at in due if at is not None), default=monotonic() + SESSION)
        if wait <= monotonic():
            staff = await _session(request)
            told = [look(lines, staff) for look, _ in DELAYS]
            due, wait = [None, None, None], monotonic() + SESSION
            await _send(ws, {"changed": True})
        await asyncio.sleep(PAUSE)
        try:
            signal = await asyncio.wait_for(signals.get(), max(wait - monotonic(), 0))
        except TimeoutError:
            staff = await _session(request)
        else:
            if _everywhere(signal, signals):
                staff = await _session(request)


def _everywhere(first: Signal, more: asyncio.Queue[Signal]) -> bool:
    """Whether one of these asks every page to look again at all; none of them is left."""
    found = [first]
    while not more.empty():
        found.append(more.get_nowait())
    return any(isinstance(each, Changed) and each.everywhere for each in found)


async def _session(request: web.Request) -> Staff:
    staff = await who(request)
    if staff is None or staff.must_change_password:
        raise SessionEnded
    return staff


@routes.get(CONVERSATION + "/socket")
async def talk(request: web.Request) -> web.StreamResponse:
    """Replay what follows `after`, then live."""
    staff = await signed_in(request)
    after = whole_number(request, "after", 0)
    ws = await _prepare(request)
    try:
        conversation_id = ConversationId(known_form(request.match_info["conversation_id"]))
    except UnknownConversation:
        await ws.close(code=CLOSE_CODES["not_found"])
        return ws
    socket = _Talk(request, ws, conversation_id, staff)
    with request.app[HUB].listen(conversation_id) as signals:
        await _until_one_ends(ws, socket.tell(after, signals), socket.listen())
    return ws


class _Talk:
    """A conversation open on a counsellor's screen."""

    def __init__(
        self,
        request: web.Request,
        ws: web.WebSocketResponse,
        conversation_id: ConversationId,
        staff: Staff,
    ) -> None:
        self._request = request
        self._app = request.app
        self._ws = ws
        self._id = conversation_id
        self._staff = staff
        self._token = request.cookies.get(COOKIE, "")
        self._file: str | None = None
        self._notes: list[str] | None = None
        self._may_write = False
        self._read: dict[str, int] | None = None
        self._standing: tuple[State, StaffId | None] | None = None
        self._beside_changed = True
        self._beside_at = 0.0

    async def tell(self, after: int, signals: asyncio.Queue[Signal]) -> None:
        """What follows `after`, then every change."""
        while True:
            after = await self._catch_up(after)
            wait = self._beside_at - monotonic() if self._beside_changed else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._until_changed(signals), wait)

    async def _until_changed(self, signals: asyncio.Queue[Signal]) -> None:
        """Changes that come together are one; who writes is passed on meanwhile."""
        changed = False
        while not changed or not signals.empty():
            signal = await signals.get()
            if not isinstance(signal, Typing):
                changed = True
                self._beside_changed |= signal != Changed(log_only=True)
            elif signal.author != "counsellor" or signal.name != self._staff.name:
                typing = {"author": signal.author, "name": signal.name}
                await _send(self._ws, {"typing": typing})

    async def _check(self, connection: AsyncConnection) -> SignedIn:
        """The session lasts, and she may still see the conversation."""
        found = await accounts.who_in(connection, self._token, now=self._app[CLOCK]())
        if found is None or found.staff.must_change_password:
            raise SessionEnded
        self._staff = found.staff
        await access.check_may_see(connection, self._staff, self._id)
        return found

    async def _catch_up(self, after: int) -> int:
        database = self._app[DATABASE]
        async with database.read() as connection:
            found = await self._check(connection)
            reading = await visitor.reading_of(connection, self._id, after)
        await accounts.in_use(database, self._token, found, now=self._app[CLOCK]())
        for message in reading.messages:
            await _send(self._ws, self._drawn(message))
            after = message.seq
        standing = (reading.conversation.state, reading.conversation.owner)
        due = self._beside_changed and monotonic() >= self._beside_at
        if due or standing != self._standing:
            self._standing = standing
            self._beside_changed = False
            self._beside_at = monotonic() + FILE_PAUSE
            await self._tell_file()
        marks = read_marks(reading.conversation)
        if marks != self._read:
            self._read = marks
            await _send(self._ws, {"read": marks})
        return after

    def _drawn(self, message: Message) -> dict[str, Any]:
        """The message, also as the page draws it: there is one template for both."""
        drawn = shown(self._app, self._id, message)
        html = (
            self._app[TEMPLATES]
            .get_template("conversation_message.html")
            .render(message=drawn, today=local_date(self._app[CLOCK]()))
        )
        return {"message": drawn, "html": html}

    async def _tell_file(self) -> None:
        """What stands beside the log, when it is not what was told last; all of it at first."""
        opened = await counsellor.open_conversation(
            self._app[DATABASE], self._id, self._staff, log=False
        )
        self._may_write = opened.may_write
        values = file_values(self._request, self._staff, opened)
        templates = self._app[TEMPLATES]
        frame = {
            "state": opened.conversation.state.value,
            "mine": values["mine"],
            "writes": values["writes"],
            "controls": templates.get_template("conversation_controls.html").render(values),
            "file": templates.get_template("conversation_file.html").render(values),
        }
        told = repr(sorted(frame.items()))
        if told != self._file:
            self._file = told
            await _send(self._ws, frame)
        note = templates.get_template("conversation_note.html")
        notes = [note.render(note=each, **values) for each in opened.beside.notes]
        if notes != self._notes:
            self._notes = notes
            await _send(self._ws, {"notes": notes})

    async def listen(self) -> None:
        """What the page says."""
        async for frame in self._ws:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                await self._obey(parse_json(frame.data, ConsoleFrame))
            except Problem as problem:
                await _send(self._ws, {"error": problem_body(problem.kind)})

    async def _obey(self, frame: ConsoleFrame) -> None:
        if frame.typing is not None:
            # Nothing is kept of it, and whether she writes here was told with the file.
            if frame.typing and self._may_write:
                self._app[HUB].send(self._id, Typing("counsellor", self._staff.name))
            return
        async with self._app[DATABASE].read() as connection:
            await self._check(connection)
        if frame.send is not None:
            await self._say(frame.send)
        elif frame.ack is not None:
            await counsellor.mark_read(
                self._app[DATABASE], self._app[HUB], self._id, by=self._staff, seq=frame.ack
            )

    async def _say(self, request: SayRequest) -> None:
        client_id = request.client_id
        try:
            seq = await self._keep(request, check_client_id(client_id))
        except NotOwner:
            await _send(self._ws, {"error": {**NOT_OWNER, "client_id": client_id}})
        except Overtaken as overtaken:
            body = problem_body("overtaken", client_id=client_id, by=overtaken.by)
            await _send(self._ws, {"error": body})
        except Exception as error:
            problem = as_problem(error)
            if problem is None or problem.kind in CLOSE_CODES:
                raise
            body = problem_body(problem.kind, client_id=request.client_id)
            await _send(self._ws, {"error": body})
        else:
            await _send(self._ws, {"sent": {"client_id": request.client_id, "seq": seq}})

    async def _keep(self, request: SayRequest, client_id: str) -> int:
        """Write the note or the message; the message's number, 0 for a note."""
        app = self._app
        if request.note:
            await remarks.write_note(
                app[DATABASE],
                app[HUB],
                self._id,
                by=self._staff,
                text=request.text,
                client_id=client_id,
                clock=app[CLOCK],
            )
            return 0
        return await counsellor.say(
            app[DATABASE],
            app[HUB],
            self._id,
            by=self._staff,
            content=await composed(app, self._id, request.text, request.attach),
            client_id=client_id,
            seen=request.seen,
            clock=app[CLOCK],
            terms=app[TERMS],
        )


async def _send(ws: web.WebSocketResponse, frame: dict[str, Any]) -> None:
    await ws.send_str(msgspec.json.encode(frame).decode())
