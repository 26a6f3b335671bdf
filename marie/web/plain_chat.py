"""`/chat`: the same conversation as a plain page, without JavaScript.

The conversation's id and token travel in a cookie of this path (HttpOnly, SameSite=Strict). Each
form carries a `client_id`: sending it twice, or reloading, writes nothing twice.

While an answer or a person is awaited, the page loads itself again (a `Refresh` header); a link
stops that, and the address remembers it (`?actualiser=non`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from aiohttp import web

from marie.clock import local_date
from marie.domain.conversation import ConversationId, State
from marie.domain.messages import BadMessage
from marie.services import quality, reports, visitor
from marie.services.masking import mask
from marie.store.conversations import Erased, UnknownConversation
from marie.web.documents import shown
from marie.web.forms import form_client_id, keep_cookie, read_form
from marie.web.headers import same_origin
from marie.web.keys import (
    CLOCK,
    DATABASE,
    HUB,
    LIBRARY,
    LIMITS,
    SEATS_CHANGED,
    SETTINGS,
    TERMS,
    TURNS,
    VISITS,
)
from marie.web.labels import PROBLEMS
from marie.web.limits import CONVERSATIONS, TooMany
from marie.web.pages import page
from marie.web.privacy import privacy_of
from marie.web.problems import Problem, as_problem, json_response
from marie.web.requests import address, host_of, known_form
from marie.web.speech import MARIE, greeting
from marie.web.visitors import SendRequest, limit_writing, take_in

COOKIE = "marie_chat"
PATH = "/chat"
NEUTRAL = "https://www.meteomedia.com/ca"
"""Where « Quitter vite » leads."""

WAIT = 20
"""Seconds that a sent form waits for Marie's answer before the page is shown without it."""

SOON = 3
"""Seconds until the page looks again for Marie's answer."""

NOW_AND_THEN = 15
"""Seconds until the page looks again while a person is awaited or writes."""

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
        request.app[VISITS].count(host_of(request))
        response = page(request, "chat_consent.html", consent=library.phrase("consent_line"))
        response.del_cookie(COOKIE, path=PATH)
        return response
    return await _conversation_page(request, visit)


async def _conversation_page(
    request: web.Request, visit: _Visit, *, status: int = 200, error: str = "", text: str = ""
) -> web.Response:
    app = request.app
    reading = await visitor.read_on(app[DATABASE], visit.conversation_id, 0)
    messages = [shown(app, visit.conversation_id, each) for each in reading.messages]
    conversation = reading.conversation
    await visitor.acknowledge(app[DATABASE], app[HUB], visit.conversation_id, conversation.last_seq)
    awaited = _awaited(conversation.state, messages[-1]["author"])
    still = _still(request)
    response = page(
        request,
        "chat.html",
        status=status,
        messages=messages,
        state=conversation.state.value,
        awaited=awaited,
        still=still,
        today=local_date(app[CLOCK]()),
        opinions=await quality.opinions_of(app[DATABASE], visit.conversation_id),
        simple=bool(conversation.profile.get("simple")),
        thanks=request.query.get("merci") == "oui",
        client_id=str(uuid.uuid4()),
        error=error,
        text=text,
    )
    if awaited and not still and not error:
        response.headers["Refresh"] = str(awaited)
    return response


def _awaited(state: State, last_author: str) -> int:
    """Seconds after which there may be something new; 0: only when she writes."""
    if state in (State.WAITING, State.COUNSELLOR):
        return NOW_AND_THEN
    return SOON if last_author == "visitor" else 0


def _still(request: web.Request) -> bool:
    """Whether the visitor stopped the page from loading itself again."""
    return request.query.get("actualiser") == "non"


@routes.post(f"{PATH}/commencer")
async def start(request: web.Request) -> web.Response:
    """The visitor consents: begin. Who has a conversation already goes on with it."""
    if await _visit(request) is not None:
        return _to_conversation()
    app = request.app
    await app[LIMITS].take("conversations", address(request), CONVERSATIONS)
    library = app[LIBRARY].current()
    started = await visitor.start_conversation(
        app[DATABASE],
        greeting=greeting(library),
        marie=MARIE,
        clock=app[CLOCK],
        consent=library.phrase("consent_line"),
        source=host_of(request),
    )
    response = _to_conversation()
    token = f"{started.conversation_id}.{started.token}"
    keep_cookie(request, response, COOKIE, token, path=PATH, samesite="Strict")
    return response


@routes.post(f"{PATH}/envoyer")
async def send(request: web.Request) -> web.Response:
    """A message or a quick reply; shows the page again once Marie has answered."""
    visit = await _visit(request)
    if visit is None:
        return _to_conversation()
    form = await read_form(request)
    payload = form.get("payload")
    text = form.get("text", "").strip() if payload is None else None
    try:
        body = SendRequest(
            client_id=form_client_id(form, payload or text or ""), payload=payload, text=text
        )
        received = await take_in(
            request.app, address(request), visit.conversation_id, body, wake=False
        )
    except (BadMessage, TooMany, Problem) as error:
        problem = as_problem(error)
        assert problem is not None  # noqa: S101 - each of the three has one
        status, _, detail = PROBLEMS[problem.kind]
        response = await _conversation_page(
            request, visit, status=status, error=detail, text=text or ""
        )
        response.headers.update(problem.headers)
        return response
    if received.owed:
        await request.app[TURNS].wait_answered(visit.conversation_id, received, WAIT)
    query = "?actualiser=non" if _still(request) else ""
    return _to_conversation(f"{query}#m{received.seq}")


@routes.post(f"{PATH}/francais-simple")
async def prefer(request: web.Request) -> web.Response:
    """Simple French from Marie's next answer on, or no more."""
    visit = await _visit(request)
    if visit is not None:
        form = await read_form(request)
        simple = form.get("simple") == "oui"
        await visitor.prefer(request.app[DATABASE], visit.conversation_id, simple=simple)
    return _to_conversation("#ecrire")


@routes.post(f"{PATH}/signaler")
async def report(request: web.Request) -> web.Response:
    """An error in one of Marie's messages, or in one of its cards."""
    visit = await _visit(request)
    if visit is None:
        return _to_conversation()
    app = request.app
    form = await read_form(request)
    try:
        await limit_writing(app, visit.conversation_id, address(request))
        await reports.report(
            app[DATABASE],
            visit.conversation_id,
            seq=int(form["seq"]) if form.get("seq", "").isdecimal() else 0,
            resource=form.get("resource") or None,
            text=form.get("text", "").strip(),
            clock=app[CLOCK],
        )
    except (BadMessage, TooMany) as error:
        problem = as_problem(error)
        assert problem is not None  # noqa: S101 - both have one
        status, _, detail = PROBLEMS[problem.kind]
        return await _conversation_page(request, visit, status=status, error=detail)
    return _to_conversation(f"?merci=oui#m{form.get('seq')}")


@routes.post(f"{PATH}/avis")
async def opine(request: web.Request) -> web.Response:
    """Whether one of Marie's messages helped, and why or why not."""
    visit = await _visit(request)
    if visit is None:
        return _to_conversation()
    app = request.app
    form = await read_form(request)
    try:
        await limit_writing(app, visit.conversation_id, address(request))
        await quality.give_opinion(
            app[DATABASE],
            visit.conversation_id,
            seq=int(form["seq"]) if form.get("seq", "").isdecimal() else 0,
            helpful=form.get("helpful") == "oui",
            reason=form.get("reason", ""),
            mask=mask,
            clock=app[CLOCK],
        )
    except (BadMessage, TooMany) as error:
        problem = as_problem(error)
        assert problem is not None  # noqa: S101 - both have one
        status, _, detail = PROBLEMS[problem.kind]
        return await _conversation_page(request, visit, status=status, error=detail)
    return _to_conversation(f"#m{form.get('seq')}")


@routes.get(f"{PATH}/mes-donnees")
async def export(request: web.Request) -> web.Response:
    """The visitor's own data, for a page of ours only."""
    visit = await _visit(request)
    if visit is None or not same_origin(request):
        return _to_conversation()
    app = request.app
    data = await visitor.export(
        app[DATABASE],
        visit.conversation_id,
        show=partial(shown, app, visit.conversation_id),
        privacy=privacy_of(app),
    )
    response = json_response(data)
    response.headers["Content-Disposition"] = 'attachment; filename="conversation-marie.json"'
    return response


@routes.post(f"{PATH}/effacer")
async def erase(request: web.Request) -> web.Response:
    """Erase the conversation everywhere, and the cookie."""
    visit = await _visit(request)
    if visit is not None:
        app = request.app
        await visitor.erase(
            app[DATABASE],
            app[HUB],
            visit.conversation_id,
            token=visit.token,
            clock=app[CLOCK],
            data=app[SETTINGS].data,
            terms=app[TERMS],
        )
        app[SEATS_CHANGED].set()
    response = page(request, "chat_erased.html")
    response.del_cookie(COOKIE, path=PATH)
    return response


@routes.post(f"{PATH}/quitter")
async def leave(request: web.Request) -> web.Response:
    """Away at once: this browser forgets the conversation, the page goes to a neutral one.

    The page does it itself: a redirect away from here is what `form-action` forbids.
    """
    response = page(request, "chat_leave.html", neutral=NEUTRAL)
    response.del_cookie(COOKIE, path=PATH)
    return response


def _to_conversation(after: str = "") -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{PATH}{after}"})
