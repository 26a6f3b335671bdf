"""What goes into the composer: canned answers, entries and cards of the directory.

Each list is a page that works by itself; `/liste` is its inside, for the sheet over a conversation.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from marie.domain.conversation import ConversationId
from marie.domain.people import Staff
from marie.language.folding import fold_key
from marie.services import counsellor, inserting
from marie.store import canned as answers
from marie.web.console import CONVERSATION, about_conversation, filled_answer
from marie.web.console_page import shelf
from marie.web.keys import DATABASE
from marie.web.pages import page

MAX_QUERY = 200

routes = web.RouteTableDef()


@routes.get(CONVERSATION + "/reponses")
@about_conversation
async def canned_page(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Canned answers, filled for this conversation."""
    return page(request, "pick_answer.html", **await _canned(request, staff, conversation_id))


@routes.get(CONVERSATION + "/reponses/liste")
@about_conversation
async def canned_list(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """The same without the page around it."""
    return page(request, "pick_answer_list.html", **await _canned(request, staff, conversation_id))


async def _canned(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> dict[str, Any]:
    query = request.query.get("q", "")[:MAX_QUERY]
    words = fold_key(query).split()
    opened = await counsellor.open_conversation(
        request.app[DATABASE], conversation_id, staff, log=False
    )
    async with request.app[DATABASE].read() as connection:
        usable = await answers.all_of(connection, staff)
    return {
        "staff": staff,
        "conversation": opened.conversation,
        "query": query,
        "answers": [
            (each, filled_answer(request, staff, opened, each))
            for each in usable
            if all(word in fold_key(f"{each.title} {each.text}") for word in words)
        ],
    }


@routes.get(CONVERSATION + "/inserer")
@about_conversation
async def insert_page(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Entries and cards to send with a message."""
    return page(request, "pick_card.html", **_found(request, staff, conversation_id))


@routes.get(CONVERSATION + "/inserer/liste")
@about_conversation
async def insert_list(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """The same without the page around it."""
    return page(request, "pick_card_list.html", **_found(request, staff, conversation_id))


def _found(request: web.Request, staff: Staff, conversation_id: ConversationId) -> dict[str, Any]:
    query = request.query.get("q", "")[:MAX_QUERY]
    knowledge = shelf(request.app)
    found = inserting.find(knowledge, query)
    return {
        "staff": staff,
        "conversation_id": conversation_id,
        "query": query,
        "entries": [
            (each, knowledge.library.fill(each.text, knowledge.day)) for each in found.entries
        ],
        "cards": found.cards,
    }
