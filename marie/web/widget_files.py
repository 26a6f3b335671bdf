"""The widget's files that settings change: its colours and logo, the words of consent, and whether
it starts at all on a site. They weigh nothing more: they are sent in place of the shipped ones.
"""

from __future__ import annotations

import json
import re

from aiohttp import web

from marie.knowledge.site_settings import Widget
from marie.store import logos
from marie.store.consents import version_of
from marie.web.embedding import is_embedded_elsewhere
from marie.web.keys import CONFIGURED, DATABASE, LIBRARY, SETTINGS
from marie.web.static import StaticFile, answer, made_file, read_files

SHIPPED = Widget()
_CONSENT = re.compile(r"consent: '(?:[^'\\\\]|\\\\.)*',")
_NOT_HERE = (
    "// Marie n’est pas offerte sur ce site. L’administration de Marie peut l’ajouter à sa liste.\n"
)
_FOREVER = "public, max-age=31536000, immutable"

routes = web.RouteTableDef()
_FILES = read_files()


@routes.get("/widget/marie.js")
async def start(request: web.Request) -> web.Response:
    """The script of host sites; on one that is not listed, a calm nothing."""
    if is_embedded_elsewhere(request):
        return web.Response(text=_NOT_HERE, content_type="text/javascript")
    return answer(request, _FILES["widget/marie.js"])


@routes.get("/widget/marie.css")
async def styles(request: web.Request) -> web.Response:
    """Its looks, in the colours that are set."""
    return answer(request, dressed(request, request.app[CONFIGURED].current().widget))


@routes.get("/widget/labels.js")
async def words(request: web.Request) -> web.Response:
    """Its words, with the consent as it reads now and its version."""
    return answer(request, worded(request))


@routes.get("/widget/logo/{id:[0-9a-f]{64}}")
async def logo(request: web.Request) -> web.Response:
    """A picture; its address never changes what it shows."""
    async with request.app[DATABASE].read() as connection:
        found = await logos.read(connection, request.match_info["id"])
    if found is None:
        raise web.HTTPNotFound
    response = web.Response(body=found.body, content_type=found.type)
    response.headers["Cache-Control"] = _FOREVER
    return response


def dressed(request: web.Request, widget: Widget) -> StaticFile:
    """`marie.css` in these colours."""
    css = _FILES["widget/marie.css"].body.decode()
    more = _style(widget, f"{request.app[SETTINGS].public_url.rstrip('/')}/widget/logo/")
    return made_file("widget/marie.css", f"{css}{more}".encode())


def worded(request: web.Request) -> StaticFile:
    """`labels.js` with the consent of now."""
    text = request.app[LIBRARY].current().phrase("consent_line")
    said = json.dumps(f"{text} ", ensure_ascii=False)
    labels = _FILES["widget/labels.js"].body.decode()
    with_text = f"consent: {said}, version: '{version_of(text)}',"
    return made_file("widget/labels.js", _CONSENT.sub(lambda _: with_text, labels).encode())


def _style(widget: Widget, logos_at: str) -> str:
    """The rules that stand after the shipped ones; none for what is as shipped."""
    rules = []
    if widget.main != SHIPPED.main:
        darker = "color-mix(in srgb, var(--deep), #000 25%)"
        rules += [
            f"aside {{ --deep: {widget.main}; }}",
            ".launcher:hover, .primary:hover, header > button:hover, summary:hover"
            f" {{ background: {darker}; }}",
            ".far { fill: #ffffff1f; } .near { fill: #00000033; }",
        ]
    if widget.link != SHIPPED.link:
        light = f"aside {{ --link: {widget.link}; }}"
        rules.append(f"@media (prefers-color-scheme: light) {{ {light} }}")
    if widget.action != SHIPPED.action:
        rules += [
            f".send, .badge {{ background: {widget.action}; }}",
            f".send:hover {{ background: color-mix(in srgb, {widget.action}, #000 20%); }}",
        ]
    if widget.logo is not None:
        rules.append(
            '.title .name::after { content: ""; display: inline-block; width: 72px; height: 24px;'
            " margin-left: 8px; border: 2px solid #fff; border-radius: 6px; vertical-align: middle;"
            f' background: #fff url("{logos_at}{widget.logo}") center / contain no-repeat; }}'
        )
    return "".join(f"{rule}\n" for rule in rules)
