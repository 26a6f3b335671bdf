"""The counsellors' console: who waits, one conversation with its file, claim, write, give back.

Every page works by forms alone; `console_live` adds what moves by itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import local_date
from marie.domain.conversation import (
    AlreadyClaimed,
    ConversationId,
    NotOwner,
    NotWaiting,
    StaffId,
    State,
)
from marie.domain.messages import BadMessage, Content
from marie.domain.people import Staff
from marie.services import counsellor
from marie.store import access
from marie.store import staff as accounts
from marie.store.conversations import UnknownConversation
from marie.web.documents import shown
from marie.web.forms import form_client_id, read_form
from marie.web.keys import CLOCK, DATABASE, GAZETTEER, HUB, LIBRARY
from marie.web.labels import PROBLEMS
from marie.web.pages import page
from marie.web.requests import known_form
from marie.web.sign_in import signed_in

CONVERSATION = "/console/conversations/{conversation_id}"

routes = web.RouteTableDef()

ConversationHandler = Callable[[web.Request, Staff, ConversationId], Awaitable[web.StreamResponse]]
Permission = Callable[[AsyncConnection, Staff, ConversationId], Awaitable[bool]]


def about_conversation(handler: ConversationHandler) -> Handler:
    """For a signed-in counsellor and a conversation that she may see; else the page that says so.

    What she may not see is answered as if it were not there.
    """
    return _about(handler, access.may_see)


def askable_conversation(handler: ConversationHandler) -> Handler:
    """The same for what she may try to take, though somebody may have been faster."""
    return _about(handler, access.may_ask_for)


def _about(handler: ConversationHandler, may: Permission) -> Handler:
    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        staff = await signed_in(request)
        try:
            conversation_id = ConversationId(known_form(request.match_info["conversation_id"]))
            async with request.app[DATABASE].read() as connection:
                if not await may(connection, staff, conversation_id):
                    raise UnknownConversation
            try:
                return await handler(request, staff, conversation_id)
            except AlreadyClaimed as error:
                return await _taken(request, staff, conversation_id, error.by)
            except NotWaiting:
                return await conversation_page(request, staff, conversation_id, "not_waiting")
            except NotOwner:
                return await conversation_page(request, staff, conversation_id, "not_owner")
        except UnknownConversation:
            return page(request, "gone.html", status=HTTPStatus.NOT_FOUND, staff=staff)

    return answer


async def _taken(
    request: web.Request, staff: Staff, conversation_id: ConversationId, by: StaffId
) -> web.StreamResponse:
    """Who was first: on the conversation's page, or alone when that is hers no longer to see."""
    try:
        return await conversation_page(request, staff, conversation_id, "already_claimed")
    except UnknownConversation:
        async with request.app[DATABASE].read() as connection:
            first = await accounts.by_id(connection, by)
            names = await accounts.organizations(connection)
    if first is None:
        raise UnknownConversation
    organization = names.get(first.organization or "")
    return page(
        request,
        "taken.html",
        status=HTTPStatus.CONFLICT,
        staff=staff,
        name=first.name,
        organization=organization,
    )


@routes.get("/console")
async def without_slash(request: web.Request) -> web.StreamResponse:
    """The console's address as people type it."""
    await signed_in(request)
    raise web.HTTPSeeOther("/console/")


@routes.get("/console/")
async def queue(request: web.Request) -> web.StreamResponse:
    """Who waits for a person, and who has one."""
    return await _queue_page(request, "queue.html")


@routes.get("/console/liste")
async def queue_list(request: web.Request) -> web.StreamResponse:
    """The lists alone, for the page that is open."""
    return await _queue_page(request, "queue_list.html")


async def _queue_page(request: web.Request, template: str) -> web.Response:
    staff = await signed_in(request)
    listed = await counsellor.list_open(request.app[DATABASE], staff)
    waiting = [each for each in listed if each.conversation.state is State.WAITING]
    taken = [each for each in listed if each.conversation.state is State.COUNSELLOR]
    return page(
        request,
        template,
        staff=staff,
        waiting=waiting,
        mine=[each for each in taken if each.conversation.owner == staff.id],
        others=[each for each in taken if each.conversation.owner != staff.id],
        now=request.app[CLOCK](),
    )


@routes.get(CONVERSATION)
@about_conversation
async def show(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """The file and the conversation; that it was opened is kept in the audit log."""
    app = request.app
    response = await conversation_page(request, staff, conversation_id)
    async with app[DATABASE].write() as connection:
        await accounts.record(
            connection,
            at=app[CLOCK](),
            staff_id=staff.id,
            action="open",
            subject=conversation_id,
        )
    return response


async def conversation_page(
    request: web.Request,
    staff: Staff,
    conversation_id: ConversationId,
    problem: str = "",
    *,
    text: str = "",
) -> web.Response:
    """The page; `problem`: why what was asked could not be done, `text`: what was to be sent."""
    opened = await counsellor.open_conversation(request.app[DATABASE], conversation_id, staff)
    if opened.conversation.owner == staff.id:
        await counsellor.mark_read(
            request.app[DATABASE],
            request.app[HUB],
            conversation_id,
            by=staff,
            seq=opened.conversation.last_seq,
        )
    status, detail = (HTTPStatus.OK.value, "")
    if problem:
        status = HTTPStatus.CONFLICT.value
    if problem in PROBLEMS:
        status, _, detail = PROBLEMS[problem]
    return page(
        request,
        "conversation.html",
        status=status,
        messages=[shown(request.app, conversation_id, each) for each in opened.messages],
        client_id=str(uuid.uuid4()),
        problem=problem,
        detail=detail,
        text=text,
        **file_values(request, staff, opened),
    )


def file_values(request: web.Request, staff: Staff, opened: counsellor.Opened) -> dict[str, Any]:
    """What the parts of the page beside the log are drawn from."""
    now = request.app[CLOCK]()
    return {
        "staff": staff,
        "conversation": opened.conversation,
        "lead": opened.lead,
        "organizations": opened.organizations,
        "owner_name": opened.owner_name,
        "mine": opened.conversation.owner == staff.id,
        "region_names": {
            place.region: place.name for place in request.app[GAZETTEER].of_kind("region")
        },
        "now": now,
        "today": local_date(now),
    }


@routes.post(CONVERSATION + "/prendre")
@askable_conversation
async def claim(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Take a waiting conversation: the first of two has it, the other is told who."""
    app = request.app
    joined = Content(text=app[LIBRARY].current().phrase("counsellor_joined", name=staff.name))
    await counsellor.claim(
        app[DATABASE], app[HUB], conversation_id, by=staff, joined=joined, clock=app[CLOCK]
    )
    return _to_conversation(conversation_id)


@routes.post(CONVERSATION + "/ecrire")
@about_conversation
async def write(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Write to the visitor. What cannot be sent is shown again, not lost."""
    app = request.app
    form = await read_form(request)
    text = form.get("text", "").strip()
    try:
        seq = await counsellor.say(
            app[DATABASE],
            app[HUB],
            conversation_id,
            by=staff,
            text=text,
            client_id=form_client_id(form, text),
            clock=app[CLOCK],
        )
    except BadMessage as error:
        return await conversation_page(request, staff, conversation_id, error.reason, text=text)
    except NotOwner:
        return await conversation_page(request, staff, conversation_id, "not_owner", text=text)
    return _to_conversation(conversation_id, f"#m{seq}")


@routes.post(CONVERSATION + "/rendre")
@about_conversation
async def hand_back(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Give the conversation back to Marie."""
    app = request.app
    left = Content(text=app[LIBRARY].current().phrase("counsellor_left", name=staff.name))
    await counsellor.hand_back(
        app[DATABASE], app[HUB], conversation_id, by=staff, left=left, clock=app[CLOCK]
    )
    return _to_conversation(conversation_id)


@routes.post(CONVERSATION + "/fermer")
@about_conversation
async def close(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """End the conversation."""
    app = request.app
    left = Content(text=app[LIBRARY].current().phrase("conversation_closed", name=staff.name))
    await counsellor.close(
        app[DATABASE], app[HUB], conversation_id, by=staff, left=left, clock=app[CLOCK]
    )
    return _to_conversation(conversation_id)


def _to_conversation(conversation_id: ConversationId, fragment: str = "") -> web.Response:
    location = f"/console/conversations/{conversation_id}{fragment}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
