"""Refers a visitor to one recipient at a time: asks her, passes on, tracks the answer.

The counsellor's own message asks, with two buttons; the visitor's answer is taken by the gateway
and never reaches Rasa. A yes makes the recipient's link, which the e-mail carries; the visitor's
no, her second thoughts, her erasing and thirty days each close it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.conversation import Conversation, ConversationId, StaffId
from marie.domain.following import AlreadySettled, Next
from marie.domain.leads import Lead
from marie.domain.messages import Content
from marie.domain.people import Staff
from marie.domain.referral import (
    ANSWER_WITHIN,
    BY_HAND,
    FOLLOW_WITHIN,
    MAX_NAME,
    MAX_REASON,
    VALID,
    Answer,
    BadStep,
    BadTarget,
    Kind,
    NothingToPass,
    Referral,
    ReferralOpen,
    State,
    Target,
    UnknownReferral,
    payload_of,
)
from marie.knowledge.library import Library
from marie.services import following
from marie.services.appending import append, append_system
from marie.services.live import Hub
from marie.services.notifications import made_id, notify_address, notify_staff
from marie.store import consents, conversations, leads, notifications, referrals
from marie.store import following as followed
from marie.store import staff as accounts
from marie.store.engine import Database

Say = Callable[[str, str], str]
"""What the visitor reads: a phrase by its id, and the recipient's name."""

_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

_SITUATION = (
    "age",
    "status",
    "years_since_arrival",
    "lives_in_cmm",
    "education",
    "graduated_months_ago",
    "french",
    "children",
    "language",
)
_WORK = ("work", "offer", "experience", "spouse")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the recipient of a link sees. `organization`: who refers to him."""

    referral: Referral
    organization: str | None


def saying(library: Library) -> Say:
    """Marie's own sentences about a referral."""

    def say(phrase: str, recipient: str) -> str:
        return library.phrase(phrase, recipient=recipient)

    return say


def passed_of(lead: Lead) -> dict[str, Any]:
    """What of a lead is passed on: what the visitor told, and nothing that was judged of her."""
    request = lead.request
    told = request.file.told if request.file is not None else ()
    return {
        "name": request.name,
        "email": request.email,
        "phone": request.phone,
        "need": request.need,
        "told": [
            {"field": each.field, "words": each.words} for each in told if each.field != "summary"
        ],
    }


def question(target: Target, passed: Mapping[str, Any], library: Library) -> str:
    """What the counsellor asks the visitor: to whom, what for, what, how, and that she may take it
    back."""
    return library.phrase(
        "referral_question",
        recipient=target.name,
        purpose=library.phrase(f"referral_purpose_{target.kind.value}"),
        how=library.phrase("referral_how_link" if target.email else "referral_how_person"),
        lines="\n".join(f"• {line}" for line in _lines(passed, library)),
    )


def _lines(passed: Mapping[str, Any], library: Library) -> list[str]:
    told = {each["field"]: each["words"] for each in passed["told"]}
    said: list[tuple[str, str]] = []
    if passed["name"]:
        said.append(("referral_name", passed["name"]))
    said.append(("file_need", passed["need"]))
    said += [(f"file_{name}", told[name]) for name in ("region", "when", "lease") if name in told]
    for phrase, names in (("file_situation", _SITUATION), ("file_work", _WORK)):
        words = ", ".join(told[name] for name in names if name in told)
        if words:
            said.append((phrase, words))
    contact = ", ".join(filter(None, (passed["email"], passed["phone"])))
    said.append(("file_contact", contact or library.phrase("contact_none")))
    return [library.phrase(phrase, value=value) for phrase, value in said]


async def target_of(
    connection: AsyncConnection, kind: Kind, *, agent_id: str, name: str, email: str
) -> Target:
    """The recipient that a counsellor chose; `BadTarget`."""
    if kind is Kind.AGENT:
        agent = await referrals.agent(connection, agent_id)
        if agent is None:
            raise BadTarget("agent")
        label = f"{agent.organization} ({agent.territory})"
        return Target(kind=kind, name=label[:MAX_NAME], email=agent.email, agent_id=agent.id)
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise BadTarget("name")
    email = email.strip()
    if email and not _EMAIL.fullmatch(email):
        raise BadTarget("email")
    return Target(kind=kind, name=name, email=email or None)


async def ask(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    *,
    by: Staff,
    kind: Kind,
    agent_id: str = "",
    name: str = "",
    email: str = "",
    library: Library,
    clock: Clock,
) -> Referral:
    """Ask the visitor, in the counsellor's name. `NotOwner`, `ReferralOpen`, `NothingToPass`,
    `BadTarget`."""
    async with database.write() as connection:
        conversation = await conversations.load(connection, conversation_id, lock=True)
        conversation.check_owner(by.id)
        before = await referrals.of_conversation(connection, conversation_id)
        if any(each.state.is_open for each in before):
            raise ReferralOpen
        lead = await leads.latest(connection, conversation_id)
        if lead is None:
            raise NothingToPass
        target = await target_of(connection, kind, agent_id=agent_id, name=name, email=email)
        passed = passed_of(lead)
        referral_id = secrets.token_hex(16)
        asked = question(target, passed, library)
        content = Content(
            text=asked,
            quick_replies=(
                {
                    "title": library.phrase("referral_yes"),
                    "payload": payload_of("yes", referral_id),
                },
                {
                    "title": library.phrase("referral_no"),
                    "payload": payload_of("no", referral_id),
                },
            ),
        )
        conversation = await append(
            connection,
            conversation,
            author="counsellor",
            name=by.name,
            content=content,
            clock=clock,
        )
        conversation = replace(conversation, read_counsellor=conversation.last_seq)
        await conversations.save(connection, conversation)
        referral = Referral(
            id=referral_id,
            conversation_id=conversation_id,
            target=target,
            asked_by=by.id,
            asked_at=clock(),
            asked_seq=conversation.last_seq,
            purpose=library.phrase(f"referral_purpose_{target.kind.value}"),
            consent=asked,
            passed=passed,
            state=State.ASKED,
        )
        await referrals.add(connection, referral)
        await _record(connection, by.id, "referral_ask", conversation_id, clock())
    hub.changed(conversation_id)
    return referral


async def decided(
    connection: AsyncConnection,
    conversation: Conversation,
    answer: Answer,
    referral_id: str,
    *,
    say: Say,
    clock: Clock,
) -> Conversation:
    """The visitor pressed a button, in the transaction that takes her message in. What she is told
    is appended; the caller saves the conversation that this returns."""
    referral = await referrals.by_id(connection, referral_id)
    if referral is None or referral.conversation_id != conversation.id:
        return conversation
    now = clock()
    name = referral.target.name
    if answer == "yes" and referral.state is State.ASKED:
        await _pass_on(connection, referral, now=now)
        withdraw = {
            "title": say("referral_withdraw", name),
            "payload": payload_of("withdraw", referral.id),
        }
        content = Content(text=say("referral_passed", name), quick_replies=(withdraw,))
    elif answer == "no" and referral.state is State.ASKED:
        await referrals.save(
            connection, replace(referral, state=State.DECLINED, decided_at=now, passed={})
        )
        content = Content(text=say("referral_declined", name))
    elif answer == "withdraw" and referral.state.is_passed:
        await _revoke(connection, referral, now=now)
        await _tell_counsellor(connection, referral, State.REVOKED, now=now)
        content = Content(text=say("referral_revoked", name))
    else:
        content = Content(text=say("referral_gone", name))
    return await append_system(connection, conversation, content, clock=clock)


async def _pass_on(connection: AsyncConnection, referral: Referral, *, now: datetime) -> None:
    token = secrets.token_urlsafe(32)
    target = referral.target
    await referrals.save(
        connection,
        replace(
            referral,
            state=State.AGREED,
            decided_at=now,
            token_hash=_hash(token) if target.email else None,
            expires_at=now + VALID,
        ),
    )
    await consents.give(
        connection, referral.conversation_id, purpose="referral", text=referral.consent, at=now
    )
    if target.email:
        await notify_address(
            connection,
            target.email,
            "referral",
            path=f"/orientation/{token}",
            key=f"referral {referral.id}",
            now=now,
            conversation_id=referral.conversation_id,
        )
    await _next(connection, referral.conversation_id, Next.REFERRAL, now + ANSWER_WITHIN)


async def _revoke(connection: AsyncConnection, referral: Referral, *, now: datetime) -> None:
    """The link leads nowhere any more, an e-mail that did not leave yet stays, and what was to be
    read is not kept."""
    await referrals.save(
        connection,
        replace(referral, state=State.REVOKED, token_hash=None, passed={}, answered_at=now),
    )
    if referral.target.email:
        await notifications.cancel(
            connection, made_id(f"referral {referral.id}", referral.target.email)
        )


async def show(database: Database, token: str, *, clock: Clock) -> Shown:
    """What a link leads to; `UnknownReferral` when it leads nowhere any more."""
    async with database.read() as connection:
        referral = await _of_token(connection, token, clock())
        lead = await leads.latest(connection, referral.conversation_id)
        names = await accounts.organizations(connection)
    held = lead.organization if lead is not None else None
    return Shown(referral=referral, organization=names.get(held or ""))


async def answer(
    database: Database,
    hub: Hub,
    token: str,
    *,
    state: State,
    reason: str,
    say: Say,
    clock: Clock,
) -> None:
    """The recipient gets in touch, or it is not for him. The same answer again changes nothing.

    `UnknownReferral`, `BadStep`.
    """
    async with database.read() as connection:
        conversation_id = (await _of_token(connection, token, clock())).conversation_id
    async with database.write() as connection:
        await conversations.load(connection, conversation_id, lock=True)
        referral = await _of_token(connection, token, clock())
        if referral.state is state:
            return
        await _answered(connection, referral, state, reason=reason, say=say, clock=clock)
    hub.changed(conversation_id)


async def note(
    database: Database,
    hub: Hub,
    conversation_id: ConversationId,
    referral_id: str,
    *,
    by: Staff,
    state: State,
    reason: str,
    say: Say,
    clock: Clock,
) -> None:
    """A counsellor notes what the recipient said by telephone, or what the visitor wishes.

    `UnknownReferral`, `BadStep`.
    """
    async with database.write() as connection:
        await conversations.load(connection, conversation_id, lock=True)
        referral = await referrals.by_id(connection, referral_id)
        if referral is None or referral.conversation_id != conversation_id:
            raise UnknownReferral
        if referral.state is not state:
            await _answered(
                connection, referral, state, reason=reason, say=say, clock=clock, by=by.id
            )
            await _record(connection, by.id, f"referral_{state.value}", conversation_id, clock())
    hub.changed(conversation_id)


async def _answered(
    connection: AsyncConnection,
    referral: Referral,
    state: State,
    *,
    reason: str,
    say: Say,
    clock: Clock,
    by: StaffId | None = None,
) -> None:
    allowed = BY_HAND.get(referral.state, ())
    if state not in allowed or (by is None and state not in (State.CONTACTING, State.REFUSED)):
        raise BadStep
    now = clock()
    reason = " ".join(reason.split())[:MAX_REASON]
    if state is State.REVOKED:
        await _revoke(connection, referral, now=now)
    else:
        over = not state.is_open
        await referrals.save(
            connection,
            replace(
                referral,
                state=state,
                answered_at=now,
                reason=reason or referral.reason,
                token_hash=None if over else referral.token_hash,
            ),
        )
    if by is None:
        await _tell_counsellor(connection, referral, state, now=now)
    if state in (State.CONTACTING, State.REFUSED):
        await _next(connection, referral.conversation_id, Next.FOLLOW_UP, now + FOLLOW_WITHIN)
    if state in (State.CONTACTING, State.REFUSED, State.REVOKED):
        conversation = await conversations.load(connection, referral.conversation_id)
        content = Content(text=say(f"referral_{state.value}", referral.target.name))
        conversation = await append_system(connection, conversation, content, clock=clock)
        await conversations.save(connection, conversation)


async def expire(database: Database, *, clock: Clock) -> int:
    """Close the referrals that nobody answered in time; how many."""
    async with database.write() as connection:
        late = await referrals.expired(connection, now=clock())
        for each in late:
            await referrals.save(connection, replace(each, state=State.EXPIRED, token_hash=None))
    return len(late)


async def _of_token(connection: AsyncConnection, token: str, now: datetime) -> Referral:
    referral = await referrals.by_token(connection, _hash(token))
    if (
        referral is None
        or not referral.state.is_passed
        or referral.expires_at is None
        or referral.expires_at <= now
    ):
        raise UnknownReferral
    return referral


async def _tell_counsellor(
    connection: AsyncConnection, referral: Referral, state: State, *, now: datetime
) -> None:
    """Whoever follows the lead, else who asked."""
    lead = await followed.newest(connection, referral.conversation_id)
    await notify_staff(
        connection,
        (lead.owner if lead is not None else None) or referral.asked_by,
        "referral_answer",
        path=f"/console/conversations/{referral.conversation_id}",
        key=f"referral_answer {referral.id} {state.value}",
        now=now,
        conversation_id=referral.conversation_id,
    )


async def _next(
    connection: AsyncConnection, conversation_id: ConversationId, what: Next, at: datetime
) -> None:
    with suppress(AlreadySettled):
        await following.set_next(connection, conversation_id, what=what, at=at, owner=None)


async def _record(
    connection: AsyncConnection, by: StaffId, action: str, subject: str, now: datetime
) -> None:
    await accounts.record(connection, at=now, staff_id=by, action=action, subject=subject)


def _hash(token: str) -> str:
    """What is stored of a link (256 random bits, so a plain hash is enough)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
