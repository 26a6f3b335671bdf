"""`/admin/envois`: what was sent, what could not be, and the webhooks. `/console/avis`: one's own.

Without a mail server the e-mails themselves are read here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http import HTTPStatus
from pathlib import Path
from typing import get_args

from aiohttp import web

from marie.clock import local_date
from marie.domain.notices import Kind
from marie.domain.people import Role, Staff
from marie.services import mailing, webhooks
from marie.services.webhooks import HEARD, BadWebhook
from marie.store import notifications as mails
from marie.store import staff as accounts
from marie.store import webhooks as deliveries
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, SETTINGS
from marie.web.pages import page
from marie.web.problems import Problem
from marie.web.senders import NOTICES, webhook_secret
from marie.web.sign_in import signed_in

PAGE = "/admin/envois"
OWN = "/console/avis"
KIND = "kind-"
SHOWN = 100
"""E-mails and deliveries that the page lists, each."""

_ID = "{id:[0-9a-f]{32}}"

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An e-mail of the outbox, as it is read."""

    sender: str
    to: str
    subject: str
    date: datetime
    text: str
    attachments: tuple[str, ...]


@routes.get(PAGE)
async def show(request: web.Request) -> web.StreamResponse:
    """E-mails, webhooks and deliveries."""
    return await _page(request, await signed_in(request, Role.ADMINISTRATOR))


@routes.post(PAGE + f"/courriels/{_ID}/reessayer")
async def retry_mail(request: web.Request) -> web.StreamResponse:
    """Send again what was given up."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    notification_id = request.match_info["id"]
    async with app[DATABASE].write() as connection:
        now = app[CLOCK]()
        if not await mails.retry(connection, notification_id, now=now):
            raise Problem("no_page")
        await accounts.record(
            connection, at=now, staff_id=staff.id, action="mail_retry", subject=notification_id
        )
    return _back("#courriels")


@routes.get(PAGE + f"/courriels/{_ID}")
async def read_mail(request: web.Request) -> web.StreamResponse:
    """An e-mail that stayed here, because there is no server; reading it is noted."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    notification_id = request.match_info["id"]
    path = mailing.outbox_of(app[SETTINGS]) / f"{notification_id}.eml"
    async with app[DATABASE].write() as connection:
        mail = await mails.one(connection, notification_id)
        kept = await asyncio.to_thread(_read, path) if mail is not None else None
        if kept is None:
            raise Problem("no_page")
        await accounts.record(
            connection,
            at=app[CLOCK](),
            staff_id=staff.id,
            action="mail_read",
            subject=notification_id,
        )
    today = local_date(app[CLOCK]())
    return page(request, "mail.html", staff=staff, mail=kept, today=today)


def _read(path: Path) -> Kept | None:
    try:
        message = message_from_bytes(path.read_bytes(), policy=default)
    except FileNotFoundError:
        return None
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy gives
    body = message.get_body(("plain",))
    return Kept(
        sender=str(message["From"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        date=message["Date"].datetime,
        text=body.get_content() if body is not None else "",
        attachments=tuple(each.get_filename() or "" for each in message.iter_attachments()),
    )


@routes.post(PAGE + "/webhooks")
async def add_webhook(request: web.Request) -> web.StreamResponse:
    """A new webhook; its secret is shown on the page that follows, once."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await read_form(request)
    url = form.get("url", "").strip()
    kinds = _chosen(form)
    try:
        webhook_id = await webhooks.add(
            app[DATABASE],
            url,
            kinds,
            by=staff,
            local=app[SETTINGS].on_loopback,
            clock=app[CLOCK],
        )
    except BadWebhook as error:
        return await _page(request, staff, problem=error.problem, url=url, kinds=kinds)
    return await _page(request, staff, added=webhook_id)


@routes.post(PAGE + f"/webhooks/{_ID}/retirer")
async def remove_webhook(request: web.Request) -> web.StreamResponse:
    """It hears of nothing more."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    webhook_id = request.match_info["id"]
    if not await webhooks.remove(app[DATABASE], webhook_id, by=staff, clock=app[CLOCK]):
        raise Problem("no_page")
    return _back("#webhooks")


@routes.post(PAGE + f"/livraisons/{_ID}/reessayer")
async def retry_delivery(request: web.Request) -> web.StreamResponse:
    """Deliver at once what waits or was given up."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    delivery_id = request.match_info["id"]
    if not await webhooks.retry(app[DATABASE], delivery_id, by=staff, clock=app[CLOCK]):
        raise Problem("no_page")
    return _back("#livraisons")


@routes.get(OWN)
async def own_notices(request: web.Request) -> web.StreamResponse:
    """What one is told by e-mail."""
    staff = await signed_in(request)
    return await _own_page(request, staff, saved="garde" in request.query)


@routes.post(OWN)
async def choose_notices(request: web.Request) -> web.StreamResponse:
    """Keep what one wants to be told."""
    staff = await signed_in(request)
    app = request.app
    chosen = _chosen(await read_form(request))
    wanted: dict[Kind, bool] = {
        kind: kind in chosen for kind in get_args(Kind) if app[NOTICES].kinds[kind].optional
    }
    async with app[DATABASE].write() as connection:
        await mails.set_preferences(connection, staff.id, wanted)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{OWN}?garde=oui"})


async def _own_page(request: web.Request, staff: Staff, *, saved: bool) -> web.Response:
    app = request.app
    async with app[DATABASE].read() as connection:
        chosen = await mails.preferences(connection, staff.id)
    return page(
        request,
        "own_notices.html",
        staff=staff,
        saved=saved,
        notices={kind: notice for kind, notice in app[NOTICES].kinds.items() if notice.optional},
        chosen=chosen,
    )


async def _page(
    request: web.Request,
    staff: Staff,
    *,
    problem: str = "",
    url: str = "",
    kinds: list[str] | None = None,
    added: str | None = None,
) -> web.Response:
    app = request.app
    settings = app[SETTINGS]
    async with app[DATABASE].read() as connection:
        latest = await mails.latest(connection, most=SHOWN)
        counts = await mails.counts(connection)
        listed = await deliveries.listed(connection)
        log = await deliveries.latest(connection, most=SHOWN)
    here = await asyncio.to_thread(
        lambda: {each.stem for each in mailing.outbox_of(settings).glob("*.eml")}
    )
    status = HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK
    return page(
        request,
        "sending.html",
        status=HTTPStatus.CREATED if added else status,
        staff=staff,
        today=local_date(app[CLOCK]()),
        smtp=settings.smtp,
        sender=settings.mail_from,
        notices=app[NOTICES].kinds,
        mails=latest,
        here=here,
        counts=counts,
        webhooks=listed,
        log=log,
        heard=HEARD,
        problem=problem,
        url=url,
        kinds=kinds or [],
        added=next((each for each in listed if each.id == added), None),
        secret=webhook_secret(app, added) if added else "",
        local=settings.on_loopback,
    )


def _chosen(form: dict[str, str]) -> list[str]:
    return [name.removeprefix(KIND) for name in form if name.startswith(KIND)]


def _back(fragment: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": PAGE + fragment})
