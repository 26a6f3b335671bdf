"""Draws a conversation for a counsellor: its log with the notes between, its file, its controls."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aiohttp import web

from marie.clock import MONTREAL, local_date
from marie.domain.conversation import ConversationId, State
from marie.domain.following import Outcome
from marie.domain.notes import Note
from marie.domain.people import Role, Staff
from marie.services import counsellor, inserting
from marie.services.inserting import Shelf
from marie.web.documents import shown
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, GAZETTEER, HUB, LIBRARY
from marie.web.labels import PROBLEMS
from marie.web.pages import page


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What stands in the page's fields: what was typed and did not go, or was picked elsewhere.

    `typed`: the fields of the other forms, by name.
    """

    text: str = ""
    attached: Sequence[str] = ()
    as_note: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)


EMPTY = Draft()


def shelf(app: web.Application) -> Shelf:
    """Marie's knowledge as it is now."""
    return Shelf(
        library=app[LIBRARY].current(),
        directory=app[DIRECTORY].current(),
        gazetteer=app[GAZETTEER],
        day=local_date(app[CLOCK]()),
    )


async def conversation_page(
    request: web.Request,
    staff: Staff,
    conversation_id: ConversationId,
    problem: str = "",
    *,
    draft: Draft = EMPTY,
) -> web.Response:
    """The page; `problem`: why what was asked could not be done."""
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
        log=_log(request.app, opened),
        read_seq=_read_seq(opened),
        client_id=str(uuid.uuid4()),
        problem=problem,
        detail=detail,
        draft=draft,
        attached=inserting.names(shelf(request.app), draft.attached),
        **file_values(request, staff, opened, typed=draft.typed),
    )


def file_values(
    request: web.Request,
    staff: Staff,
    opened: counsellor.Opened,
    *,
    typed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the parts of the page beside the log are drawn from."""
    now = request.app[CLOCK]()
    summary = opened.conversation.profile.get(counsellor.SUMMARY)
    taken = opened.conversation.state is State.COUNSELLOR
    return {
        "staff": staff,
        "conversation": opened.conversation,
        "lead": opened.lead,
        "organizations": opened.organizations,
        "owner_name": opened.owner_name,
        "mine": taken and opened.conversation.owner == staff.id,
        "writes": opened.may_write,
        "beside": opened.beside,
        "team": opened.team,
        "referrals": opened.referrals,
        "follow_up": opened.follow_up,
        "supervises": staff.role.includes(Role.SUPERVISOR),
        "summary": summary if isinstance(summary, dict) else None,
        "outcomes": list(Outcome),
        "region_names": {
            place.region: place.name for place in request.app[GAZETTEER].of_kind("region")
        },
        "typed": typed or {},
        "now": now,
        "today": local_date(now),
        "tomorrow": (now.astimezone(MONTREAL) + timedelta(days=1)).date(),
    }


def _log(app: web.Application, opened: counsellor.Opened) -> list[dict[str, Any]]:
    """Messages as they are drawn, and each note under the message that it was written after."""
    notes: dict[int, list[Note]] = {}
    for note in opened.beside.notes:
        notes.setdefault(note.after_seq, []).append(note)
    drawn: list[dict[str, Any]] = [{"note": each} for each in notes.get(0, ())]
    for message in opened.messages:
        drawn.append({"message": shown(app, opened.conversation.id, message)})
        drawn += [{"note": each} for each in notes.get(message.seq, ())]
    return drawn


def _read_seq(opened: counsellor.Opened) -> int:
    """The number of the last counsellor's message that the visitor has read; 0 for none."""
    return max(
        (
            each.seq
            for each in opened.messages
            if each.author == "counsellor" and each.seq <= opened.conversation.read_visitor
        ),
        default=0,
    )
