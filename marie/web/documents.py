"""Documents of the log as signed addresses, and what stands behind them (CONTRACT "A message").

The log holds what a paper is made of (`title`, `paper`, `format`, `data`); everybody is shown a
title and an address (`shown`), and the file is made when it is asked for. What the visitor erases
is gone from here too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from marie import papers
from marie.clock import MONTREAL
from marie.domain.messages import Message
from marie.services import visitor
from marie.store.conversations import Erased, UnknownConversation
from marie.web import plan_page
from marie.web.headers import POLICY
from marie.web.keys import DATABASE, LIMITS, SIGNER
from marie.web.labels import PROBLEMS
from marie.web.limits import DOCUMENTS, TooMany
from marie.web.pages import page
from marie.web.problems import Problem, as_problem
from marie.web.requests import address
from marie.web.signing import BadSignature, Expired

_PATH = re.compile(
    r"/api/v1/documents/(?P<conversation>[0-9a-f]{32})/(?P<seq>\d{1,9})/(?P<number>\d{1,3})"
    r"\.(?P<format>[a-z]{1,5})"
)

routes = web.RouteTableDef()


def shown(app: web.Application, conversation_id: str, message: Message) -> dict[str, Any]:
    """The message as the contract shows it, its documents as signed addresses."""
    return message.to_json(
        documents=[
            {
                "title": document["title"],
                "url": app[SIGNER].sign(
                    f"/api/v1/documents/{conversation_id}/{message.seq}/{number}.{document['format']}"
                ),
            }
            for number, document in enumerate(message.content.documents, 1)
        ]
    )


@dataclass(frozen=True, kw_only=True)
class Where:
    """Which document a signed address means; `number` from 1."""

    conversation_id: str
    seq: int
    number: int
    format: str


def opened(app: web.Application, path: str, query: Mapping[str, str]) -> Where:
    """What a signed address leads to; a problem when it is not ours or no longer holds."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise Problem("document")
    try:
        app[SIGNER].check(path, query.get("expires", ""), query.get("signature", ""))
    except BadSignature as error:
        raise Problem("document") from error
    except Expired as error:
        raise Problem("document_expired") from error
    return Where(
        conversation_id=found["conversation"],
        seq=int(found["seq"]),
        number=int(found["number"]),
        format=found["format"],
    )


@routes.get("/api/v1/documents/{conversation_id}/{seq}/{number}.{format}")
async def document(request: web.Request) -> web.Response:
    """A document; a browser is told what went wrong by a short page."""
    try:
        return await _document(request)
    except (Problem, UnknownConversation, Erased, TooMany) as error:
        if "text/html" not in request.headers.get("Accept", ""):
            raise
        problem = as_problem(error)
        assert problem is not None  # noqa: S101 - each of these has one
        status, title, detail = PROBLEMS[problem.kind]
        response = page(request, "error.html", status=status, title=title, detail=detail)
        response.headers.update(problem.headers)
        response.headers["Content-Security-Policy"] = POLICY
        return response


async def _document(request: web.Request) -> web.Response:
    app = request.app
    await app[LIMITS].take("documents", address(request), DOCUMENTS)
    where = opened(app, request.path, request.query)
    message = await visitor.read_message(app[DATABASE], where.conversation_id, where.seq)
    if where.format == "html":
        sign = app[SIGNER].sign
        base = request.path.removesuffix("html")
        return plan_page.draw(
            request,
            message,
            where.number,
            files={kind: sign(base + kind) for kind in plan_page.FORMATS},
            keep=sign(request.path),
        )
    return await send(app, where.conversation_id, message, where.number, where.format)


async def send(
    app: web.Application, conversation_id: str, message: Message, number: int, kind: str
) -> web.Response:
    """The file of a message's document (`number` from 1), never kept by a shared cache."""
    paper = message.content.paper(number)
    if paper is None:
        raise Problem("document")
    origin = papers.Origin(
        at=message.at.astimezone(MONTREAL),
        seq=message.seq,
        identity=app[SIGNER].identity(conversation_id),
    )
    described = {**paper, "format": kind}
    try:
        file = await asyncio.to_thread(papers.make, described, origin)
    except papers.UnknownPaper as error:
        raise Problem("document") from error
    place = "attachment" if kind == "ics" else "inline"
    return web.Response(
        body=file.body,
        content_type=file.content_type,
        charset=None if kind == "pdf" else "utf-8",
        headers={
            "Content-Disposition": f'{place}; filename="{file.name}"',
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex, nofollow",
            # A browser shows a PDF as an embedded object: a stricter policy would stop it.
            "Content-Security-Policy": (
                "frame-ancestors 'none'"
                if kind == "pdf"
                else "default-src 'none'; frame-ancestors 'none'"
            ),
        },
    )
