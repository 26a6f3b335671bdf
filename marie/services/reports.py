"""« Signaler une erreur » : what a visitor reports waits for an administrator.

Her words are not masked: the right phone number is what a report is for. They go with her
conversation, whoever erases it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from marie.clock import Clock
from marie.domain.conversation import ConversationId
from marie.domain.messages import BadMessage, Message, check_text
from marie.domain.people import Staff
from marie.store import conversations, reports
from marie.store import staff as accounts
from marie.store.engine import Database

MAX_TEXT = 1_000
"""Longest report, in characters."""

SHOWN = 200
"""Reports that an administrator sees at once, the oldest first."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Reports that nobody settled: the oldest of them, and how many there are."""

    reports: list[reports.Report]
    count: int


async def report(
    database: Database,
    conversation_id: ConversationId,
    *,
    seq: int,
    resource: str | None,
    text: str,
    clock: Clock,
) -> None:
    """Keep a report of an error; the same one again changes nothing.

    `BadMessage` when the text cannot be kept, or names nothing that Marie said.
    """
    text = _checked(text)
    async with database.write() as connection:
        await conversations.load(connection, conversation_id, lock=True)
        message = await conversations.message_at(connection, conversation_id, seq)
        _check_about(message, resource)
        for known in await reports.of_conversation(connection, conversation_id):
            if (known.seq, known.resource, known.text) == (seq, resource, text):
                return
        await reports.add(
            connection,
            report_id=secrets.token_hex(16),
            conversation_id=conversation_id,
            seq=seq,
            resource=resource,
            text=text,
            at=clock(),
        )


async def waiting(database: Database) -> Waiting:
    """What the administrators have to look into."""
    async with database.read() as connection:
        return Waiting(
            reports=await reports.open_reports(connection, SHOWN),
            count=await reports.count_open(connection),
        )


async def settle(database: Database, report_id: str, *, by: Staff, clock: Clock) -> bool:
    """An administrator looked into it; False when there is nothing to settle (any more)."""
    async with database.write() as connection:
        settled = await reports.settle(connection, report_id, by=by.id, at=clock())
        if settled:
            await accounts.record(
                connection, at=clock(), staff_id=by.id, action="settle_report", subject=report_id
            )
    return settled


def _checked(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise BadMessage("report_too_long")
    return check_text(text).strip() if text.strip() else ""


def _check_about(message: Message | None, resource: str | None) -> None:
    if message is None or message.author == "visitor":
        raise BadMessage("report_about")
    cards = {card.get("id") for card in message.content.resources}
    if resource is not None and resource not in cards:
        raise BadMessage("report_about")
