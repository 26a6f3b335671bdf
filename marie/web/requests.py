"""Reads requests: bodies into checked values, numbers, bearer tokens, addresses."""

from __future__ import annotations

import re
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from marie.domain.conversation import ConversationId
from marie.domain.figures import host
from marie.services import visitor
from marie.store.conversations import UnknownConversation
from marie.web.keys import DATABASE, KNOWN_TOKENS, SETTINGS
from marie.web.problems import Problem

T = TypeVar("T")

MAX_NUMBER = 2**31 - 1
_CONVERSATION_ID = re.compile(r"[0-9a-f]{32}")


async def json_body(request: web.Request, kind: type[T]) -> T:
    """The body as `kind`; a problem when it is not JSON, or not of that shape."""
    return parse_json(await request.read(), kind)


def parse_json(body: bytes | str, kind: type[T]) -> T:
    """`body` as `kind`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Problem("fields") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Problem("not_json") from error


def whole_number(request: web.Request, name: str, default: int, *, most: int = MAX_NUMBER) -> int:
    """A number from 0 in the query, cut to `most`."""
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 20:
        raise Problem("number")
    return min(int(text), most)


def address(request: web.Request) -> str:
    """The client's address; behind N trusted proxies, the Nth from the right they wrote down."""
    proxies = request.app[SETTINGS].trusted_proxies
    if proxies:
        # A proxy may add a line of its own under one that the client sent.
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
        if len(forwarded) >= proxies and forwarded[-proxies].strip():
            return forwarded[-proxies].strip()
    return request.remote or ""


def host_of(request: web.Request) -> str:
    """The host name of the page that asks, as its browser tells it; "" when it does not."""
    told = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        return host(urlsplit(told).netloc)
    except ValueError:
        return ""


def bearer(request: web.Request) -> str:
    """The bearer token, empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def known_form(conversation_id: str) -> str:
    """The id if it could be one; nothing else reaches the database."""
    if _CONVERSATION_ID.fullmatch(conversation_id) is None:
        raise UnknownConversation
    return conversation_id


async def conversation(request: web.Request) -> ConversationId:
    """The conversation of the address, opened by the request's token."""
    conversation_id = await visitor.authenticate(
        request.app[DATABASE], known_form(request.match_info["conversation_id"]), bearer(request)
    )
    request.app[KNOWN_TOKENS].add(conversation_id, visitor.hash_token(bearer(request)))
    return conversation_id


async def known_conversation(request: web.Request) -> ConversationId:
    """The same without asking the database when the token was right a moment ago.

    For handlers that then look for the conversation themselves: it may be gone.
    """
    known = request.app[KNOWN_TOKENS].find(
        known_form(request.match_info["conversation_id"]), visitor.hash_token(bearer(request))
    )
    return known or await conversation(request)
