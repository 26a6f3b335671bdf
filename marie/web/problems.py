"""Errors of the API as `application/problem+json` (RFC 9457), in French.

Each error has one translation, here; handlers and services raise what happened.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from marie.domain.messages import BadMessage, ClientIdReused
from marie.store.conversations import Erased, UnknownConversation
from marie.web.labels import PROBLEMS
from marie.web.limits import TooMany

log = logging.getLogger(__name__)


class Problem(Exception):
    """A request that cannot be served; `kind` is a key of `PROBLEMS`."""

    def __init__(self, kind: str, **headers: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.headers = headers


def problem_body(kind: str, **more: Any) -> dict[str, Any]:
    """The problem as RFC 9457 writes it."""
    status, title, detail = PROBLEMS[kind]
    return {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail} | more


def as_problem(error: Exception) -> Problem | None:
    """What an error of the layers below means to a client; None when it is not expected."""
    match error:
        case Problem():
            return error
        case BadMessage():
            return Problem(error.reason)
        case ClientIdReused():
            return Problem("client_id_reused")
        case UnknownConversation():
            return Problem("not_found")
        case Erased():
            return Problem("erased")
        case TooMany():
            return Problem("too_many", **{"Retry-After": str(error.retry_after)})
        case web.HTTPNotFound():
            return Problem("no_page")
        case web.HTTPMethodNotAllowed():
            return Problem("method", Allow=error.headers.get("Allow", ""))
        case web.HTTPRequestEntityTooLarge():
            return Problem("too_large")
        case web.RequestPayloadError() | ConnectionResetError():
            return Problem("body")  # cut, or not in the encoding that it says
        case DBAPIError() | PoolTimeout():
            log.error("the database failed: %s", type(error.__cause__ or error).__name__)
            return Problem("busy", **{"Retry-After": "5"})
        case _:
            return None


def problem_response(problem: Problem) -> web.Response:
    """The answer for a problem."""
    return web.Response(
        status=PROBLEMS[problem.kind][0],
        body=msgspec.json.encode(problem_body(problem.kind)),
        content_type="application/problem+json",
        headers=problem.headers,
    )


def json_response(value: Any, *, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(
        status=status, body=msgspec.json.encode(value), content_type="application/json"
    )


@web.middleware
async def api_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Under `/api/`, every error leaves as a problem."""
    if not request.path.startswith("/api/"):
        return await handler(request)
    try:
        return await handler(request)
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            if isinstance(error, web.HTTPException):
                raise
            log.exception("a request failed: %s %s", request.method, request.path)
            problem = Problem("busy", **{"Retry-After": "5"})
        return problem_response(problem)
