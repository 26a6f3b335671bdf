"""`/admin/evenements/<id>`: an earlier version of an event, laid back over it.

Its history, its differences and what is kept beside it are those of every item
(`marie.web.revision_pages`). Laid back, it goes the way of the form: the seats that are taken must
fit, who comes hears of another day or place, and it stays as announced as it is.
"""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from marie.domain.people import Role
from marie.knowledge.event_checks import BadEvent
from marie.services import event_versions as versions
from marie.services import events
from marie.services.event_versions import Basis, draft_of
from marie.services.revisions import ChangedMeanwhile, UnknownRevision
from marie.store.events import UnknownEvent
from marie.web.editing import conflict, revision_number
from marie.web.event_form import fields_of, regions_of
from marie.web.events import ONE, PATH, cancelled_meanwhile, changed, event_page
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE
from marie.web.sign_in import signed_in

routes = web.RouteTableDef()


@routes.get(ONE + "/modifier")
async def go_on(request: web.Request) -> web.StreamResponse:
    """The form is on the event's own page."""
    await signed_in(request, Role.ADMINISTRATOR)
    event_id = request.match_info["event_id"]
    asked = {name: request.query[name] for name in ("revision", "deux") if name in request.query}
    raise web.HTTPSeeOther(f"{PATH}/{event_id}?{urlencode(asked)}")


@routes.post(ONE + "/revisions/{revision}/retablir")
async def restore(request: web.Request) -> web.StreamResponse:
    """Say an earlier version again; what cannot be is shown in the form, beside its field."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    event_id = request.match_info["event_id"]
    typed = await read_form(request)
    try:
        revision = await versions.read(app[DATABASE], event_id, revision_number(request))
        if revision.content is None:
            raise web.HTTPNotFound
        standing = await versions.standing(app[DATABASE], event_id)
        known, _ = await events.one(app[DATABASE], event_id)
    except (UnknownRevision, UnknownEvent):
        raise web.HTTPNotFound from None
    draft = draft_of(revision.content)
    why = typed.get("why", "").strip()
    ground = typed.get("ground", "") or standing.ground
    form = fields_of(draft, known.announce_at) | {"why": why, "ground": ground}
    try:
        await events.change(
            app[DATABASE],
            event_id,
            draft,
            regions=frozenset(regions_of(app)),
            by=staff,
            clock=app[CLOCK],
            step=None,
            basis=Basis(why=why, ground=ground, origin="restore"),
        )
    except UnknownEvent:
        return await cancelled_meanwhile(request, form)
    except ChangedMeanwhile as error:
        return conflict(("event", event_id), error)
    except BadEvent as error:
        return await event_page(
            request, form, problems=error.problems, event_id=event_id, restoring=revision.id
        )
    return await changed(request, f"{PATH}/{event_id}?fait=retabli")
