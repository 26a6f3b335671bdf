"""The visitor's conversation over HTTP (CONTRACT "A visitor's conversation")."""

from __future__ import annotations

import logging
from functools import partial
from typing import Annotated

import msgspec
from aiohttp import web

from marie import logs
from marie.domain.conversation import Conversation, ConversationId
from marie.services import referrals, reports, visitor
from marie.store.conversations import UnknownConversation
from marie.web.consent import accepted_text
from marie.web.documents import shown
from marie.web.keys import (
    CLOCK,
    DATABASE,
    HUB,
    LIBRARY,
    LIMITS,
    METRICS,
    SEATS_CHANGED,
    SETTINGS,
    TERMS,
    TURNS,
)
from marie.web.limits import CONVERSATIONS, MESSAGES, MESSAGES_BY_ADDRESS
from marie.web.privacy import privacy_of
from marie.web.problems import Problem, json_response
from marie.web.requests import (
    MAX_NUMBER,
    address,
    bearer,
    conversation,
    host_of,
    json_body,
    known_conversation,
    whole_number,
)
from marie.web.speech import MARIE, greeting

MAX_WAIT = 25
"""Seconds that `?wait=` may ask for."""

log = logging.getLogger(__name__)

routes = web.RouteTableDef()


class StartRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /conversations`. `version`: of the consent that was shown, when known."""

    consent: bool
    version: str = ""


class PreferencesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """`simple`: simple French."""

    simple: bool


class SendRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A message: a text, or a payload that Marie offered."""

    client_id: str
    text: str | None = None
    payload: str | None = None


class ReportRequest(msgspec.Struct, forbid_unknown_fields=True):
    """An error in message `seq`; `resource`: the card that is wrong."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
    resource: str | None = None
    text: str = ""


@routes.post("/api/v1/conversations")
async def start(request: web.Request) -> web.Response:
    """Begin; without consent nothing is stored."""
    app = request.app
    await app[LIMITS].take("conversations", address(request), CONVERSATIONS)
    body = await json_body(request, StartRequest)
    if not body.consent:
        raise Problem("consent")
    library = app[LIBRARY].current()
    started = await visitor.start_conversation(
        app[DATABASE],
        greeting=greeting(library),
        marie=MARIE,
        clock=app[CLOCK],
        consent=await accepted_text(app, body.version),
        source=host_of(request),
    )
    return json_response(
        {
            "conversation_id": started.conversation_id,
            "token": started.token,
            "messages": [shown(app, started.conversation_id, each) for each in started.messages],
        },
        status=201,
    )


@routes.post("/api/v1/conversations/{conversation_id}/messages")
async def send(request: web.Request) -> web.Response:
    """Take a message in; with `?wait=` answer with Marie's answer."""
    conversation_id = await known_conversation(request)
    seconds = whole_number(request, "wait", 0, most=MAX_WAIT)
    body = await json_body(request, SendRequest)
    try:
        received = await take_in(
            request.app, address(request), conversation_id, body, wake=not seconds
        )
    except UnknownConversation:
        # Erased since its token was last looked up: that is said, as long as it may be.
        await conversation(request)
        raise
    if seconds:
        turns = request.app[TURNS]
        answers = await turns.wait_answered(conversation_id, received, seconds)
        if answers is not None:
            return json_response(
                {
                    "seq": received.seq,
                    "messages": [shown(request.app, conversation_id, each) for each in answers],
                }
            )
    return json_response({"seq": received.seq}, status=202)


async def take_in(
    app: web.Application,
    client: str,
    conversation_id: ConversationId,
    body: SendRequest,
    *,
    wake: bool = True,
) -> visitor.Received:
    """What HTTP and the socket share: limits, the log, and Marie's turn.

    `wake=False`: whoever waits for the answer begins to listen first, then wakes her.
    """
    await limit_writing(app, conversation_id, client)
    if (body.text is None) == (body.payload is None):
        raise Problem("text_or_payload")
    received = await visitor.receive_message(
        app[DATABASE],
        app[HUB],
        conversation_id,
        client_id=body.client_id,
        text=body.text,
        payload=body.payload,
        clock=app[CLOCK],
        say=referrals.saying(app[LIBRARY].current()),
    )
    app[METRICS].messages.inc()
    with logs.about(request=logs.REQUEST.get(), conversation=conversation_id):
        log.info("taken in", extra={"seq": received.seq})
    if received.owed and wake:
        app[TURNS].wake(conversation_id, received.next_turn)
    return received


async def limit_writing(app: web.Application, conversation_id: ConversationId, client: str) -> None:
    """What a visitor writes, a message or a report, counts for her conversation and address."""
    await app[LIMITS].take("messages", conversation_id, MESSAGES)
    await app[LIMITS].take("messages", client, MESSAGES_BY_ADDRESS)


@routes.post("/api/v1/conversations/{conversation_id}/reports")
async def report(request: web.Request) -> web.Response:
    """« Signaler une erreur » in one of Marie's messages, or in one of its cards."""
    app = request.app
    conversation_id = await conversation(request)
    body = await json_body(request, ReportRequest)
    await limit_writing(app, conversation_id, address(request))
    await reports.report(
        app[DATABASE],
        conversation_id,
        seq=body.seq,
        resource=body.resource,
        text=body.text,
        clock=app[CLOCK],
    )
    return json_response({}, status=201)


@routes.put("/api/v1/conversations/{conversation_id}/preferences")
async def prefer(request: web.Request) -> web.Response:
    """How Marie speaks to this visitor from her next answer on."""
    app = request.app
    conversation_id = await conversation(request)
    body = await json_body(request, PreferencesRequest)
    await app[LIMITS].take("messages", conversation_id, MESSAGES)
    await visitor.prefer(app[DATABASE], conversation_id, simple=body.simple)
    return web.Response(status=204)


@routes.get("/api/v1/conversations/{conversation_id}/messages")
async def read(request: web.Request) -> web.Response:
    """What follows `after`."""
    conversation_id = await conversation(request)
    after = whole_number(request, "after", 0)
    reading = await visitor.read_on(request.app[DATABASE], conversation_id, after)
    return json_response(
        {
            "messages": [shown(request.app, conversation_id, each) for each in reading.messages],
            "state": reading.conversation.state.value,
            "read": read_marks(reading.conversation),
        }
    )


def read_marks(conversation: Conversation) -> dict[str, int]:
    """Up to which number each side has read."""
    return {
        "visitor": conversation.read_visitor,
        "counsellor": conversation.read_counsellor,
    }


@routes.get("/api/v1/conversations/{conversation_id}/export")
async def export(request: web.Request) -> web.Response:
    """The visitor's own data."""
    conversation_id = await conversation(request)
    app = request.app
    data = await visitor.export(
        app[DATABASE],
        conversation_id,
        show=partial(shown, app, conversation_id),
        privacy=privacy_of(app),
    )
    response = json_response(data)
    response.headers["Content-Disposition"] = 'attachment; filename="conversation-marie.json"'
    return response


@routes.delete("/api/v1/conversations/{conversation_id}")
async def erase(request: web.Request) -> web.Response:
    """Erase it everywhere."""
    conversation_id = await conversation(request)
    app = request.app
    await visitor.erase(
        app[DATABASE],
        app[HUB],
        conversation_id,
        token=bearer(request),
        clock=app[CLOCK],
        data=app[SETTINGS].data,
        terms=app[TERMS],
    )
    app[SEATS_CHANGED].set()
    return web.Response(status=204)
