"""Asks Rasa for Marie's answer to one message, over Rasa's own REST channel.

A turn is a pure function of its text and of the metadata that travels with it: Rasa keeps nothing
between messages (see `bot/components/tracker_store.py`). So a turn may be sent again after a crash
or a lost answer, and no tracker has to be read or rewound first.

Rasa's REST channel answers 200 with an empty list after an exception; an answer without our
`custom` payload is therefore a failure.

Of several Rasa processes a conversation stays on one as long as that one answers (rendezvous
hashing), though any could answer: nothing has to move when one comes or goes. One that hangs is
passed over too (`marie.rasa.breaker`).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import msgspec

from marie.domain.messages import iso_milliseconds
from marie.domain.replies import Reply
from marie.rasa.breaker import Breaker

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=2)

_COMMAND = re.compile(r"^(\s*)/")


class RasaUnavailable(Exception):
    """Rasa or its action server is away, or gave no answer of ours."""


class NotConnected(RasaUnavailable):
    """Nobody listens there, or it hangs and is left alone for a while."""


def in_order(urls: Sequence[str], conversation_id: str) -> list[str]:
    """The processes in the order in which this conversation asks them (rendezvous hashing).

    Each process weighs each conversation by itself, so one that goes away sends its conversations
    evenly to the others, and takes no other conversation along.
    """
    return sorted(
        urls, key=lambda url: hashlib.blake2b(f"{url} {conversation_id}".encode()).digest()
    )


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """All that a turn depends on."""

    conversation_id: str
    seq: int
    said_at: datetime
    text: str
    payload: str | None
    profile: dict[str, Any]
    focus: dict[str, Any]
    state: str
    request: str = ""
    """The id of this attempt, for whoever follows it in the logs of all processes."""

    def message(self) -> str:
        """What Rasa reads: the payload that Marie offered, or the text, never as a command.

        Rasa takes a text that begins with `/`, also after spaces, as an intent; the slash is
        shown to it as U+2215, which no component gives a meaning.
        """
        if self.payload is not None:
            return self.payload
        return _COMMAND.sub("\\1∕", self.text)


class _Custom(msgspec.Struct):
    custom: Reply


_REPLIES = msgspec.json.Decoder(list[_Custom])


class RasaClient:
    """A client of the Rasa processes at `urls`, on one pooled HTTP session (keep-alive).

    `spare`: who stands in while these change their model; asked when no other takes a connection.
    """

    def __init__(
        self, session: aiohttp.ClientSession, urls: Sequence[str], spare: str | None = None
    ) -> None:
        self._session = session
        self._urls = tuple(urls)
        self._spare: tuple[str, ...] = () if spare is None else (spare,)
        self._breakers = {url: Breaker() for url in (*self._urls, *self._spare)}

    async def ask(self, turn: TurnRequest) -> Reply:
        """Marie's reply; `RasaUnavailable` when there is none.

        A process that takes no connection is passed over; one that is slow is not until it counts
        as hanging, for the next may be as slow.
        """
        *others, last = (*in_order(self._urls, turn.conversation_id), *self._spare)
        for url in others:
            try:
                return await self._ask(url, turn)
            except NotConnected:
                continue
        return await self._ask(last, turn)

    async def _ask(self, url: str, turn: TurnRequest) -> Reply:
        breaker = self._breakers[url]
        if not breaker.lets_through():
            raise NotConnected("it hangs and is left alone for a while")
        began = time.monotonic()
        try:
            reply = await self._post(url, turn)
        except RasaUnavailable:
            breaker.failed(time.monotonic() - began)
            raise
        breaker.answered()
        return reply

    async def _post(self, url: str, turn: TurnRequest) -> Reply:
        body = {
            "sender": turn.conversation_id,
            "message": turn.message(),
            "metadata": {
                "conversation_id": turn.conversation_id,
                "seq": turn.seq,
                "said_at": iso_milliseconds(turn.said_at),
                "text": turn.text,
                "profile": turn.profile,
                "focus": turn.focus,
                "state": turn.state,
                "request": turn.request,
            },
        }
        try:
            async with self._session.post(
                f"{url}/webhooks/rest/webhook", json=body, timeout=TIMEOUT
            ) as response:
                response.raise_for_status()
                replies = _REPLIES.decode(await response.read())
        except aiohttp.ClientConnectorError as error:
            raise NotConnected(str(error)) from error
        except (aiohttp.ClientError, asyncio.TimeoutError, msgspec.MsgspecError) as error:
            raise RasaUnavailable(str(error)) from error
        if len(replies) != 1:
            raise RasaUnavailable(f"{len(replies)} replies instead of one")
        return replies[0].custom

    async def ready(self) -> bool:
        """Whether a Rasa process answers with a model loaded."""
        return any(await asyncio.gather(*map(self._is_ready, (*self._urls, *self._spare))))

    async def _is_ready(self, url: str) -> bool:
        try:
            async with self._session.get(
                f"{url}/webhooks/ready/", timeout=aiohttp.ClientTimeout(total=2)
            ) as response:
                return response.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False
