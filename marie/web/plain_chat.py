"""`/chat`: the same conversation as a plain page, without JavaScript.

The conversation's id and token travel in a cookie of this path (HttpOnly, SameSite=Strict). Each
form carries its own `client_id`: sending it twice, or reloading, writes nothing twice.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from aiohttp import web

from marie.domain.conversation import ConversationId, State
from marie.domain.messages import BadMessage
from marie.services import visitor
from marie.store.conversations import Erased, UnknownConversation
from marie.web.keys import CLOCK, DATABASE, HUB, LIBRARY, LIMITS, TURNS
from marie.web.labels import PROBLEMS
from marie.web.limits import CONVERSATIONS
from marie.web.pages import page
from marie.web.requests import address, known_form
from marie.web.speech import MARIE, greeting
from marie.web.visitors import SendRequest, take_in

COOKIE = "marie_chat"
PATH = "/chat"
WAIT = 20
"""Seconds that a sent form waits for Marie's answer before the page is shown without it."""

routes = web.RouteTableDef()


@dataclass(frozen=True)
class _Visit:
    conversation_id: ConversationId
    token: str


async def _visit(request: web.Request) -> _Visit | None:
    conversation_id, _, token = request.cookies.get(COOKIE, "").partition(".")
    try:
        known = await visitor.authenticate(
            request.app[DATABASE], known_form(conversation_id), token
        )
    except (UnknownConversation, Erased):
        return None
    return _Visit(known, token)


@routes.get(PATH)
async def show(request: web.Request) -> web.Response:
    """The conversation so far, or the question of consent."""
    visit = await _visit(request)
    library = request.app[LIBRARY].current()
    if visit is None:
        response = page(request, "chat_consent.html", consent=library.phrase("consent_line"))
        response.del_cookie(COOKIE, path=PATH)
        return response
    return await _conversation_page(request, visit)


async def _conversation_page(
    request: web.Request, visit: _Visit, *, status: int = 200, error: str = "", text: str = ""
) -> web.Response:
    reading = await visitor.read_on(request.app[DATABASE], visit.conversation_id, 0)
    messages = [message.to_json() for message in reading.messages]
    state = reading.conversation.state
    return page(
        request,
        "chat.html",
        status=status,
        messages=messages,
        state=state.value,
        refresh=state in (State.WAITING, State.COUNSELLOR) or messages[-1]["author"] == "visitor",
        client_id=str(uuid.uuid4()),
        error=error,
        text=text,
    )


@routes.post(f"{PATH}/commencer")
async def start(request: web.Request) -> web.Response:
    """The visitor consents: begin."""
    app = request.app
    app[LIMITS].take("conversations", address(request), CONVERSATIONS)
    started = await visitor.start_conversation(
        app[DATABASE], greeting=greeting(app[LIBRARY].current()), marie=MARIE, clock=app[CLOCK]
    )
    response = _to_conversation()
    response.set_cookie(
        COOKIE,
        f"{started.conversation_id}.{started.token}",
        path=PATH,
        httponly=True,
        samesite="Strict",
        secure=request.secure,
    )
    return response


@routes.post(f"{PATH}/envoyer")
async def send(request: web.Request) -> web.Response:
    """A message or a quick reply; shows the page again once Marie has answered."""
    visit = await _visit(request)
    if visit is None:
        return _to_conversation()
    form = await request.post()
    payload = form.get("payload")
    text = form.get("text")
    body = SendRequest(
        client_id=str(form.get("client_id", "")),
        payload=payload if isinstance(payload, str) else None,
        # Browsers send line ends as CR LF.
        text=text.replace("\r\n", "\n") if isinstance(text, str) and payload is None else None,
    )
    try:
        received = await take_in(request.app, address(request), visit.conversation_id, body)
    except BadMessage as error:
        status, _, detail = PROBLEMS[error.reason]
        return await _conversation_page(
            request, visit, status=status, error=detail, text=body.text or ""
        )
    if received.owed:
        await request.app[TURNS].wait_answered(visit.conversation_id, received.seq, WAIT)
    return _to_conversation(f"#m{received.seq}")


@routes.post(f"{PATH}/effacer")
async def erase(request: web.Request) -> web.Response:
    """Erase the conversation everywhere, and the cookie."""
    visit = await _visit(request)
    if visit is not None:
        app = request.app
        await visitor.erase(
            app[DATABASE], app[HUB], visit.conversation_id, token=visit.token, clock=app[CLOCK]
        )
    response = _to_conversation()
    response.del_cookie(COOKIE, path=PATH)
    return response


def _to_conversation(fragment: str = "") -> web.Response:
    return web.Response(status=303, headers={"Location": f"{PATH}{fragment}"})
