"""The counsellors' console: who waits, one conversation with its file, claim, write, give back.

Every page works by forms alone; `console_live` adds what moves by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.canned import CannedAnswer
from marie.domain.conversation import (
    AlreadyClaimed,
    ConversationId,
    NotOwner,
    NotWaiting,
    StaffId,
)
from marie.domain.following import Outcome
from marie.domain.messages import BadMessage, Content
from marie.domain.notes import Label
from marie.domain.people import Staff
from marie.services import canned, counsellor, inserting, lists, remarks
from marie.services.counsellor import Overtaken
from marie.store import access, conversations, labels
from marie.store import canned as answers
from marie.store import staff as accounts
from marie.store.conversations import UnknownConversation
from marie.web.console_page import Draft, conversation_page, shelf
from marie.web.forms import form_client_id, read_form
from marie.web.keys import CLOCK, DATABASE, HUB, LIBRARY, LISTS, TERMS
from marie.web.pages import page
from marie.web.problems import json_response
from marie.web.requests import known_form
from marie.web.sign_in import signed_in

CONVERSATION = "/console/conversations/{conversation_id}"

LIST = "queue_list.html"

ALL = "tous"
"""The query's word for every conversation of colleagues."""

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
            except BadMessage as error:
                typed = Draft(typed=await read_form(request))
                return await conversation_page(
                    request, staff, conversation_id, error.reason, draft=typed
                )
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
    return await _queue_page(request, LIST)


@routes.get("/console/appels")
async def calls(request: web.Request) -> web.StreamResponse:
    """Who calls, for a page that shows one conversation alone."""
    staff = await signed_in(request)
    lines = await request.app[LISTS].now()
    return json_response({"calls": lists.calling(lines, staff)})


async def _queue_page(request: web.Request, template: str) -> web.Response:
    staff = await signed_in(request)
    database = request.app[DATABASE]
    label = request.query.get("etiquette") or None
    usable: Sequence[Label] = ()
    if label is not None or template != LIST:
        async with database.read() as connection:
            usable = await labels.all_of(connection, staff)
    chosen = next((each for each in usable if each.id == label), None)
    listing = await request.app[LISTS].of(
        staff, label=chosen.id if chosen else None, whole=ALL in request.query
    )
    return page(
        request,
        template,
        staff=staff,
        listing=listing,
        labels=usable,
        chosen=chosen,
        now=request.app[CLOCK](),
    )


@routes.get(CONVERSATION)
@about_conversation
async def show(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """The file and the conversation; that it was opened is kept in the audit log.

    What was picked on a page of its own comes in the query: `reponse`, a canned answer; `joindre`,
    entries and cards; `texte`, what was written before.
    """
    app = request.app
    query = request.query
    draft = Draft(
        text="\n".join(filter(None, (query.get("texte", ""), await _picked(request, staff)))),
        attached=[each for each in query.getall("joindre", ()) if each],
    )
    response = await conversation_page(request, staff, conversation_id, draft=draft)
    async with app[DATABASE].write() as connection:
        await accounts.record(
            connection,
            at=app[CLOCK](),
            staff_id=staff.id,
            action="open",
            subject=conversation_id,
        )
    return response


async def _picked(request: web.Request, staff: Staff) -> str:
    """The canned answer that the query names, filled for this conversation."""
    if not request.query.get("reponse"):
        return ""
    app, conversation_id = request.app, ConversationId(request.match_info["conversation_id"])
    async with app[DATABASE].read() as connection:
        answer = await answers.by_id(connection, request.query["reponse"], staff)
    if answer is None:
        return ""
    opened = await counsellor.open_conversation(app[DATABASE], conversation_id, staff, log=False)
    return filled_answer(request, staff, opened, answer)


def filled_answer(
    request: web.Request, staff: Staff, opened: counsellor.Opened, answer: CannedAnswer
) -> str:
    """A canned answer as it would go into the composer of this conversation."""
    return canned.filled(
        answer,
        by=staff,
        organization=opened.organizations.get(staff.organization or ""),
        lead=opened.lead,
        clock=request.app[CLOCK],
    )


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
    return to_conversation(conversation_id)


@routes.post(CONVERSATION + "/ecrire")
@about_conversation
async def write(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Write to the visitor, or a private note. What cannot be sent is shown again, not lost."""
    app = request.app
    form = await read_form(request)
    text, attached = form.get("text", "").strip(), attachments(form.get("attach", ""))
    draft = Draft(text=text, attached=attached, as_note=form.get("as") == "note")
    client_id = form_client_id(form, "\n".join((text, *attached, form.get("as", ""))))
    try:
        if draft.as_note:
            note_id = await remarks.write_note(
                app[DATABASE],
                app[HUB],
                conversation_id,
                by=staff,
                text=text,
                client_id=client_id,
                clock=app[CLOCK],
            )
            return to_conversation(conversation_id, f"#n{note_id}")
        seq = await counsellor.say(
            app[DATABASE],
            app[HUB],
            conversation_id,
            by=staff,
            content=await composed(app, conversation_id, text, attached),
            client_id=client_id,
            seen=seen_number(form.get("seen", "")),
            clock=app[CLOCK],
            terms=app[TERMS],
        )
    except Overtaken:
        return await conversation_page(request, staff, conversation_id, "overtaken", draft=draft)
    except BadMessage as error:
        return await conversation_page(request, staff, conversation_id, error.reason, draft=draft)
    except NotOwner:
        return await conversation_page(request, staff, conversation_id, "not_owner", draft=draft)
    return to_conversation(conversation_id, f"#m{seq}")


def attachments(text: str) -> tuple[str, ...]:
    """What a form's field attaches: `entry:<id>` and `resource:<id>`, between commas."""
    return tuple(each.strip() for each in text.split(",") if each.strip())


def seen_number(text: str) -> int | None:
    """The newest message that a page showed; None when it does not say."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


async def composed(
    app: web.Application, conversation_id: ConversationId, text: str, attached: Sequence[str]
) -> Content:
    """What a counsellor sends, in the visitor's own French."""
    async with app[DATABASE].read() as connection:
        profile = (await conversations.load(connection, conversation_id)).profile
    return inserting.compose(shelf(app), text, attached, simple=bool(profile.get("simple")))


@routes.post(CONVERSATION + "/rendre")
@about_conversation
async def hand_back(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Give the conversation back to Marie, with what she should know."""
    app = request.app
    form = await read_form(request)
    summary = form.get("summary", "").strip()
    phrase = "counsellor_left_summary" if summary else "counsellor_left"
    await counsellor.hand_back(
        app[DATABASE],
        app[HUB],
        conversation_id,
        by=staff,
        left=Content(text=app[LIBRARY].current().phrase(phrase, name=staff.name)),
        summary=summary,
        clock=app[CLOCK],
        terms=app[TERMS],
    )
    return to_conversation(conversation_id)


@routes.post(CONVERSATION + "/fermer")
@about_conversation
async def close(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """End the conversation, and say how."""
    app = request.app
    form = await read_form(request)
    left = Content(text=app[LIBRARY].current().phrase("conversation_closed", name=staff.name))
    if form.get("outcome") not in {each.value for each in Outcome}:
        raise BadMessage("outcome")
    await counsellor.close(
        app[DATABASE],
        app[HUB],
        conversation_id,
        by=staff,
        left=left,
        clock=app[CLOCK],
        outcome=Outcome(form["outcome"]),
        note=form.get("note", ""),
    )
    return to_conversation(conversation_id)


def to_conversation(conversation_id: ConversationId, fragment: str = "") -> web.Response:
    """Back to the conversation's page."""
    location = f"/console/conversations/{conversation_id}{fragment}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
