"""Referring: `/console/conversations/…/orientation` for counsellors, `/orientation/…` for whoever
a visitor is referred to, who has no account and reads one file by a link of his own."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from marie.clock import local_date
from marie.domain.conversation import ConversationId
from marie.domain.people import Staff
from marie.domain.referral import (
    BY_HAND,
    MAX_REASON,
    BadStep,
    BadTarget,
    Kind,
    NothingToPass,
    Referral,
    ReferralOpen,
    State,
    UnknownReferral,
)
from marie.services import counsellor, referrals
from marie.store import referrals as store
from marie.web.console import CONVERSATION, about_conversation
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, GAZETTEER, HUB, LIBRARY, LIMITS
from marie.web.limits import DOCUMENTS
from marie.web.pages import page
from marie.web.requests import address

PAGE = CONVERSATION + "/orientation"
LINK = r"/orientation/{token:[\w-]{43}}"

routes = web.RouteTableDef()


@routes.get(PAGE)
@about_conversation
async def show(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Whom the visitor may be referred to, what fits first, and how it stands."""
    return await _page(request, staff, conversation_id)


@routes.post(PAGE)
@about_conversation
async def ask(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Ask the visitor whether she agrees."""
    app = request.app
    form = await read_form(request)
    problem = ""
    try:
        kind = Kind(form.get("kind", ""))
        await referrals.ask(
            app[DATABASE],
            app[HUB],
            conversation_id,
            by=staff,
            kind=kind,
            agent_id=form.get("agent", ""),
            name=form.get("name", ""),
            email=form.get("email", ""),
            library=app[LIBRARY].current(),
            clock=app[CLOCK],
        )
    except ValueError:
        problem = "kind"
    except BadTarget as error:
        problem = error.problem
    except ReferralOpen:
        problem = "open"
    except NothingToPass:
        problem = "nothing"
    if problem:
        return await _page(request, staff, conversation_id, problem=problem, typed=form)
    return _to(conversation_id)


@routes.post(PAGE + "/{referral:[0-9a-f]{32}}")
@about_conversation
async def note(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """Note what the recipient said, what the visitor wishes, or that it is over."""
    app = request.app
    form = await read_form(request)
    try:
        await referrals.note(
            app[DATABASE],
            app[HUB],
            conversation_id,
            request.match_info["referral"],
            by=staff,
            state=State(form.get("state", "")),
            reason=form.get("reason", ""),
            say=referrals.saying(app[LIBRARY].current()),
            clock=app[CLOCK],
        )
    except (ValueError, BadStep, UnknownReferral):
        return await _page(request, staff, conversation_id, problem="step")
    return _to(conversation_id)


async def _page(
    request: web.Request,
    staff: Staff,
    conversation_id: ConversationId,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
) -> web.Response:
    app = request.app
    opened = await counsellor.open_conversation(app[DATABASE], conversation_id, staff, log=False)
    async with app[DATABASE].read() as connection:
        agents = await store.agents(connection)
    file = opened.lead.request.file if opened.lead is not None else None
    wanted = file.regions[0] if file is not None and file.regions else None
    newest = opened.referrals[0] if opened.referrals else None
    conflicts = ("open", "nothing", "step")
    return page(
        request,
        "referral.html",
        status=_status(problem, conflicts),
        staff=staff,
        conversation=opened.conversation,
        lead=opened.lead,
        file=file,
        mine=opened.conversation.owner == staff.id,
        current=newest if newest is not None and newest.state.is_open else None,
        before=[each for each in opened.referrals if not each.state.is_open],
        steps=BY_HAND.get(newest.state, ()) if newest is not None else (),
        near=[each for each in agents if wanted is not None and each.region == wanted],
        others=[each for each in agents if wanted is None or each.region != wanted],
        wanted=wanted,
        region_names={each.region: each.name for each in app[GAZETTEER].of_kind("region")},
        problem=problem,
        typed=typed or {},
        longest=MAX_REASON,
        today=local_date(app[CLOCK]()),
    )


def _status(problem: str, conflicts: tuple[str, ...]) -> HTTPStatus:
    if not problem:
        return HTTPStatus.OK
    return HTTPStatus.CONFLICT if problem in conflicts else HTTPStatus.BAD_REQUEST


@routes.get(LINK)
async def read(request: web.Request) -> web.StreamResponse:
    """The file that a visitor agreed to pass on, for whoever has the link."""
    return await _shown(request)


@routes.post(LINK)
async def reply(request: web.Request) -> web.StreamResponse:
    """The recipient gets in touch, or it is not for him."""
    app = request.app
    await app[LIMITS].take("documents", address(request), DOCUMENTS)
    form = await read_form(request)
    token = request.match_info["token"]
    try:
        state = State(form.get("state", ""))
        shown = await referrals.show(app[DATABASE], token, clock=app[CLOCK])
        await referrals.answer(
            app[DATABASE],
            app[HUB],
            token,
            state=state,
            reason=form.get("reason", ""),
            say=referrals.saying(app[LIBRARY].current()),
            clock=app[CLOCK],
        )
    except UnknownReferral:
        return _gone(request)
    except (ValueError, BadStep):
        return await _shown(request, problem="step")
    if state.is_passed:
        return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": request.path})
    return page(request, "referral_done.html", organization=shown.organization)


async def _shown(request: web.Request, *, problem: str = "") -> web.Response:
    app = request.app
    await app[LIMITS].take("documents", address(request), DOCUMENTS)
    try:
        shown = await referrals.show(app[DATABASE], request.match_info["token"], clock=app[CLOCK])
    except UnknownReferral:
        return _gone(request)
    referral: Referral = shown.referral
    return page(
        request,
        "referral_file.html",
        status=HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK,
        referral=referral,
        passed=referral.passed,
        organization=shown.organization,
        problem=problem,
        longest=MAX_REASON,
        until=local_date(referral.expires_at) if referral.expires_at else None,
    )


def _gone(request: web.Request) -> web.Response:
    return page(request, "referral_gone.html", status=HTTPStatus.GONE)


def _to(conversation_id: ConversationId) -> web.Response:
    location = f"/console/conversations/{conversation_id}/orientation"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
