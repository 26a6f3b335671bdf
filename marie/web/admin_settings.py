"""`/admin/reglages`: organisations, closed days, languages, how long what is kept, the widget and
its sites.

Each is an item of the kind « setting »: draft, publication, history and the way back are those of
all that Marie knows.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from aiohttp import BodyPartReader, web

from marie.domain.people import Role, Staff
from marie.guidance.lease_days import quiet
from marie.knowledge.items import Item
from marie.knowledge.organization import DAYS
from marie.knowledge.site_settings import Widget, worst_contrast
from marie.services import assignment
from marie.services.revisions import ChangedMeanwhile
from marie.store import logos
from marie.store import staff as accounts
from marie.web import settings_form
from marie.web.consent import PHRASE
from marie.web.editing import (
    NOTHING_WRONG,
    PAGES,
    Opened,
    Refused,
    conflict,
    open_form,
    page_of,
    people,
    submit,
    today_of,
)
from marie.web.forms import read_form
from marie.web.keys import CLOCK, CONFIGURED, DATABASE, LIBRARY, PRIVACY, REVISIONS
from marie.web.pages import page
from marie.web.privacy import privacy_of
from marie.web.sign_in import signed_in
from marie.web.static import answer, read_files
from marie.web.widget_files import SHIPPED, dressed, worded

PAGE = PAGES["setting"]
ITEM = PAGE + "/{item:[a-z0-9]{1,20}}"
MAX_LOGO = 100_000
COLOURS = ("main", "link", "action")

routes = web.RouteTableDef()
_FILES = read_files()


@routes.get(PAGE)
async def overview(request: web.Request) -> web.StreamResponse:
    """Everything that is set, on one page."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    return page(
        request,
        "admin_settings.html",
        staff=staff,
        today=today_of(request),
        settings=app[CONFIGURED].current(),
        privacy=privacy_of(app),
        shipped=app[PRIVACY],
        consent=app[LIBRARY].current().phrase(PHRASE),
        tongues=settings_form.TONGUES,
        drafts={each.item for each in await app[REVISIONS].open_ones("setting")},
        contrasts=_contrasts(app[CONFIGURED].current().widget),
    )


@routes.get(ITEM)
@routes.get(ITEM + "/modifier")
async def edit(request: web.Request) -> web.StreamResponse:
    """One setting, in its form."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    opened = await open_form(request, staff, "setting", request.match_info["item"])
    return await _form_page(request, staff, opened)


@routes.post(ITEM)
async def change(request: web.Request) -> web.StreamResponse:
    """Keep or publish what the form says."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["item"]
    form = await read_form(request)
    opened = await open_form(request, staff, "setting", name)
    draft = form.get("draft", "")
    before = opened.content
    for each in await request.app[REVISIONS].open_ones("setting", name):
        if str(each.id) == draft and each.content is not None:
            before = each.content
    content = settings_form.written(name, form, before)
    done = await submit(request, staff, ("setting", name), content, form)
    if isinstance(done, Refused):
        shown = replace(opened, content=content, ground=form.get("ground", ""))
        return await _form_page(request, staff, shown, form=form, wrong=done)
    await known_organizations(request.app)
    return done


async def known_organizations(app: web.Application) -> None:
    """Keep the organisations that accounts and leads name in step with what is set."""
    await assignment.add_known(app[DATABASE], app[CONFIGURED].current().organizations)


@routes.post(PAGE + "/widget/logo")
async def add_logo(request: web.Request) -> web.StreamResponse:
    """A picture for the widget: kept, and put into a draft that shows it."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    revisions = request.app[REVISIONS]
    picture, problem = await _picture(request)
    opened = await open_form(request, staff, "setting", "widget")
    if picture is None:
        wrong = Refused(fields={"logo": [problem]})
        return await _form_page(request, staff, opened, wrong=wrong)
    now = request.app[CLOCK]()
    async with request.app[DATABASE].write() as connection:
        number = await logos.keep(connection, picture, by=staff.id, at=now)
        await accounts.record(
            connection, at=now, staff_id=staff.id, action="keep_logo", subject=number
        )
    try:
        draft = await revisions.save(
            "setting",
            "widget",
            {**opened.content, "logo": number},
            by=staff,
            why="",
            ground=opened.ground,
            draft=opened.draft,
        )
    except ChangedMeanwhile as error:
        return conflict(("setting", "widget"), error)
    address = f"{page_of('setting', 'widget')}/modifier?revision={draft}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


async def _picture(request: web.Request) -> tuple[logos.Logo | None, str]:
    """The picture of the form, or why it cannot be taken."""
    too_large = "l’image dépasse 100\u00a0ko; réduisez-la"
    if request.content_type != "multipart/form-data":
        return None, "choisissez une image"
    body = b""
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                while piece := await part.read_chunk(16_384):
                    body += piece
                    if len(body) > MAX_LOGO:
                        return None, too_large
    except (ValueError, AssertionError):
        return None, "l’envoi est arrivé abîmé; recommencez"
    except web.HTTPRequestEntityTooLarge:
        return None, too_large
    if not body:
        return None, "choisissez une image"
    kind = _kind_of(body)
    if kind is None:
        return None, "l’image doit être PNG ou WebP; un SVG peut contenir un programme"
    return logos.Logo(type=kind, body=body), ""


def _kind_of(body: bytes) -> str | None:
    """The media type that the first bytes tell; None for what is not taken."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return None


@routes.get(PAGE + "/essai/{revision:[0-9]{1,9}}/{file:[a-z0-9.]{1,40}}")
async def trial(request: web.Request) -> web.Response:
    """The widget's files with the looks of a revision (0: of now), for the page that tries it."""
    await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["file"]
    widget = await _widget_of(request, int(request.match_info["revision"]))
    if name == "marie.css":
        file = dressed(request, widget)
    elif name == "labels.js":
        file = worded(request)
    elif f"widget/{name}" in _FILES:
        file = _FILES[f"widget/{name}"]
    else:
        raise web.HTTPNotFound
    response = answer(request, file)
    response.headers["Cache-Control"] = "no-cache"
    return response


async def _widget_of(request: web.Request, number: int) -> Widget:
    if number:
        for each in await request.app[REVISIONS].history("setting", "widget"):
            if each.id == number and each.content is not None:
                value = Item(kind="setting", id="widget", content=each.content).reading[0]
                if isinstance(value, Widget):
                    return value
    return request.app[CONFIGURED].current().widget


def _contrasts(widget: Widget) -> dict[str, str]:
    """The least contrast of each colour, as people read it."""
    return {
        field: f"{worst_contrast(field, getattr(widget, field)):.1f}".replace(".", ",")
        for field in COLOURS
    }


async def _form_page(
    request: web.Request,
    staff: Staff,
    opened: Opened,
    *,
    form: dict[str, str] | None = None,
    wrong: Refused = NOTHING_WRONG,
) -> web.Response:
    name = request.match_info.get("item", "widget")
    typed = {key: (form or {}).get(key, "") for key in ("why", "publish_on", "expires_on")}
    app = request.app
    today = today_of(request)
    value = Item(kind="setting", id=name, content=opened.content).reading[0]
    return page(
        request,
        "admin_setting.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong.count else HTTPStatus.OK,
        staff=staff,
        today=today,
        name=name,
        address=page_of("setting", name),
        content=opened.content,
        opened=opened,
        ground=opened.ground,
        draft=(form or {}).get("draft") or opened.draft,
        form=typed,
        wrong=wrong,
        names=await people(request, opened.drafts),
        done=request.query.get("fait", ""),
        more=settings_form.MORE,
        days=DAYS,
        tongues=settings_form.TONGUES,
        phrases=app[LIBRARY].current().phrases,
        holidays=_holidays(request) if name == "closures" else [],
        privacy=app[PRIVACY] if name == "retention" else None,
        contrasts=_contrasts(value) if isinstance(value, Widget) else {},
        shipped=SHIPPED,
        own_host=request.host,
    )


def _holidays(request: web.Request) -> list[tuple[str, str]]:
    """The public holidays of the next year, by day and name."""
    today = today_of(request)
    days = (type(today).fromordinal(today.toordinal() + ahead) for ahead in range(366))
    found = ((day, quiet(day)) for day in days)
    return [
        (day.isoformat(), known.name)
        for day, known in found
        if known is not None and known.kind == "holiday"
    ]
