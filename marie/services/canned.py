"""Answers that are written once: kept, changed, and filled for a conversation."""

from __future__ import annotations

import secrets
from dataclasses import replace

from marie.clock import Clock, local_date
from marie.domain.canned import BadCanned, CannedAnswer, check_canned, fill
from marie.domain.leads import Lead
from marie.domain.people import Role, Staff
from marie.language.typography import french_day
from marie.store import canned
from marie.store import staff as accounts
from marie.store.engine import Database


def may_change(staff: Staff, answer: CannedAnswer) -> bool:
    """Her own always; her organisation's as its supervisor; everybody's as an administrator."""
    if answer.personal:
        return answer.staff_id == staff.id
    if answer.organization is None:
        return staff.role is Role.ADMINISTRATOR and staff.organization is None
    return staff.role.includes(Role.SUPERVISOR) and staff.organization == answer.organization


async def keep(
    database: Database,
    *,
    by: Staff,
    title: str,
    text: str,
    shared: bool,
    answer_id: str | None = None,
    clock: Clock,
) -> None:
    """Keep a new answer, or another wording of one. `shared`: for her whole organisation.

    `BadCanned("canned")` for one that is not hers to change; `BadCanned`, `BadMessage`.
    """
    title, text = check_canned(title, text)
    async with database.write() as connection:
        if answer_id is None:
            answer = CannedAnswer(
                id=secrets.token_hex(16),
                title=title,
                text=text,
                organization=by.organization,
                staff_id=None if shared else by.id,
            )
        else:
            known = await canned.by_id(connection, answer_id, by)
            if known is None:
                raise BadCanned("canned")
            answer = replace(known, title=title, text=text)
        if not may_change(by, answer):
            raise BadCanned("canned")
        now = clock()
        await canned.save(connection, answer, at=now)
        await accounts.record(
            connection, at=now, staff_id=by.id, action="keep_canned", subject=answer.id
        )


async def delete(database: Database, answer_id: str, *, by: Staff, clock: Clock) -> None:
    """Delete an answer; `BadCanned("canned")` when it is not hers to delete."""
    async with database.write() as connection:
        known = await canned.by_id(connection, answer_id, by)
        if known is None or not may_change(by, known):
            raise BadCanned("canned")
        await canned.remove(connection, answer_id)
        await accounts.record(
            connection, at=clock(), staff_id=by.id, action="delete_canned", subject=answer_id
        )


def filled(
    answer: CannedAnswer, *, by: Staff, organization: str | None, lead: Lead | None, clock: Clock
) -> str:
    """The answer for one conversation; `organization`: the name of hers."""
    request = lead.request if lead else None
    return fill(
        answer.text,
        {
            "prenom": (request.name or "").partition(" ")[0] if request else None,
            "region": request.regions[0] if request and request.regions else None,
            "besoin": request.need if request else None,
            "conseillere": by.name,
            "organisme": organization,
            "date": french_day(local_date(clock())),
        },
    )
