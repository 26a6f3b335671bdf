"""What stands beside a conversation, by forms: notes, labels, reminders, and who takes part."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from marie.clock import MONTREAL
from marie.domain.assignment import UnknownOrganization
from marie.domain.conversation import ConversationId
from marie.domain.messages import BadMessage, Content
from marie.domain.notes import BadReminder
from marie.domain.people import Staff
from marie.services import assignment, remarks, teamwork
from marie.store import staff as accounts
from marie.web.console import CONVERSATION, about_conversation, to_conversation
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, HUB, LIBRARY
from marie.web.problems import Problem

FILE = "#dossier"

routes = web.RouteTableDef()


@routes.post(CONVERSATION + "/notes/{note_id}/supprimer")
@about_conversation
async def remove_note(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Take one's own note away."""
    app = request.app
    await remarks.remove_note(
        app[DATABASE], app[HUB], conversation_id, request.match_info["note_id"], by=staff
    )
    return to_conversation(conversation_id)


@routes.post(CONVERSATION + "/etiquettes")
@about_conversation
async def put_label(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Give the conversation a label, or take one off (`retirer`)."""
    app = request.app
    form = await read_form(request)
    if form.get("retirer"):
        await remarks.take_label_off(app[DATABASE], app[HUB], conversation_id, form["retirer"])
    else:
        await remarks.put_label(
            app[DATABASE],
            app[HUB],
            conversation_id,
            form.get("label", ""),
            by=staff,
            clock=app[CLOCK],
        )
    return to_conversation(conversation_id, FILE)


@routes.post(CONVERSATION + "/rappels")
@about_conversation
async def remind(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """A reminder for oneself, on a day at an hour of Montréal."""
    app = request.app
    form = await read_form(request)
    await remarks.remind(
        app[DATABASE],
        app[HUB],
        conversation_id,
        by=staff,
        due_at=_moment(form.get("day", ""), form.get("hour", "")),
        text=form.get("what", ""),
        clock=app[CLOCK],
    )
    return to_conversation(conversation_id, FILE)


def _moment(day: str, hour: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T{hour or '09:00'}").replace(tzinfo=MONTREAL)
    except ValueError as error:
        raise BadReminder from error


@routes.post(CONVERSATION + "/rappels/{reminder_id}/fait")
@about_conversation
async def finish_reminder(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """It is done."""
    app = request.app
    await remarks.finish_reminder(
        app[DATABASE],
        app[HUB],
        conversation_id,
        request.match_info["reminder_id"],
        clock=app[CLOCK],
    )
    return to_conversation(conversation_id, FILE)


@routes.post(CONVERSATION + "/confier")
@about_conversation
async def entrust(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Give the conversation to a colleague (`staff:<id>`) or an organisation (`organization:…`)."""
    app = request.app
    form = await read_form(request)
    kind, _, to = form.get("to", "").partition(":")
    reason = form.get("reason", "")
    if kind == "organization":
        await _move(request, staff, conversation_id, to, reason)
        return web.Response(status=303, headers={"Location": "/console/"})
    if kind != "staff":
        raise BadMessage("colleague")
    await teamwork.transfer(
        app[DATABASE],
        app[HUB],
        conversation_id,
        by=staff,
        to=to,
        reason=reason,
        said=_said(app, "counsellor_transferred", name=staff.name, colleague="{colleague}"),
        clock=app[CLOCK],
    )
    return to_conversation(conversation_id)


async def _move(
    request: web.Request, staff: Staff, conversation_id: ConversationId, to: str, reason: str
) -> None:
    app = request.app
    async with app[DATABASE].read() as connection:
        names = await accounts.organizations(connection)
    said = _said(app, "counsellor_moved", name=staff.name, organization=names.get(to, ""))
    try:
        await teamwork.move(
            app[DATABASE],
            app[HUB],
            conversation_id,
            by=staff,
            to=to,
            reason=reason,
            said=said,
            clock=app[CLOCK],
        )
    except (UnknownOrganization, assignment.NoSuchLead):
        raise Problem("no_organization") from None


@routes.post(CONVERSATION + "/participants")
@about_conversation
async def invite(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Invite a colleague, or end somebody's part (`retirer`)."""
    app = request.app
    form = await read_form(request)
    if form.get("retirer"):
        await teamwork.leave(
            app[DATABASE],
            app[HUB],
            conversation_id,
            by=staff,
            who=form["retirer"],
            said=_said(app, "counsellor_uninvited", colleague="{colleague}"),
            clock=app[CLOCK],
        )
    else:
        await teamwork.invite(
            app[DATABASE],
            app[HUB],
            conversation_id,
            by=staff,
            who=form.get("staff", ""),
            said=_said(app, "counsellor_invited", name=staff.name, colleague="{colleague}"),
            clock=app[CLOCK],
        )
    return to_conversation(conversation_id, FILE)


def _said(app: web.Application, phrase: str, **values: str) -> Content:
    return Content(text=app[LIBRARY].current().phrase(phrase, **values))
