"""The moving plan as a page to read and to print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from aiohttp import web

from marie.domain.messages import Message
from marie.papers import PLAN, plan
from marie.web.headers import POLICY
from marie.web.pages import page
from marie.web.problems import Problem

FORMATS = ("pdf", "ics", "txt")
"""The files that the page offers."""


def draw(
    request: web.Request,
    message: Message,
    number: int,
    *,
    files: Mapping[str, str],
    keep: str | None = None,
    link: str | None = None,
    until: date | None = None,
) -> web.Response:
    """Document `number` (from 1) of the message, if it is a plan.

    `files`: addresses by format. `keep`: the signed address from which a link may be kept; `link`:
    the kept link by which the page was reached, good to the day `until`.
    """
    paper = message.content.paper(number)
    if paper is None or paper["paper"] != PLAN:
        raise Problem("document")
    response = page(
        request,
        "plan.html",
        plan=plan.write(paper["data"]),
        files=files,
        keep=keep,
        link=link,
        until=until,
    )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
