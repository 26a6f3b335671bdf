"""Is Marie alive, is she ready, and what Prometheus reads."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from http import HTTPStatus

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from marie import logs
from marie.store import standing
from marie.web.keys import CLOCK, DATABASE, HTTP, HUB, METRICS, RASA, SETTINGS, TURNS
from marie.web.problems import json_response

CHECK_EVERY = 1.0
"""Seconds for which a check's result is given again: anybody may ask."""

GONE = 499
"""The status that is counted when nobody is there to get one: the page left, or Marie stops."""

LAST_CHECK: web.AppKey[dict[str, tuple[float, list[str]]]] = web.AppKey("last_check")

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,36}")

log = logging.getLogger(__name__)

routes = web.RouteTableDef()


@routes.get("/livez")
async def livez(_request: web.Request) -> web.Response:
    """The web process runs."""
    return json_response({"status": "ok"})


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    """200 when Rasa answers with its model, the action server and the database answer."""
    missing = await _missing(request.app)
    if missing:
        return json_response({"status": "unavailable", "missing": missing}, status=503)
    return json_response({"status": "ok", "missing": []})


async def _missing(app: web.Application) -> list[str]:
    at, missing = app[LAST_CHECK].get("missing", (0.0, ["rasa"]))
    if missing or time.monotonic() - at > CHECK_EVERY:
        checks = {"database": _database(app), "actions": _actions(app), "rasa": _rasa(app)}
        results = await asyncio.gather(*checks.values())
        missing = [name for name, good in zip(checks, results, strict=True) if not good]
        app[LAST_CHECK]["missing"] = (time.monotonic(), missing)
    return missing


async def _database(app: web.Application) -> bool:
    try:
        async with asyncio.timeout(2), app[DATABASE].read() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception:
        return False
    return True


async def _actions(app: web.Application) -> bool:
    url = f"{app[SETTINGS].actions_url}/health"
    try:
        async with app[HTTP].get(url, timeout=aiohttp.ClientTimeout(total=2)) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _rasa(app: web.Application) -> bool:
    return await app[RASA].ready()


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count and time every request by its route."""
    route = request.match_info.route.resource
    name = route.canonical if route is not None else "none"
    metrics = request.app[METRICS]
    started = time.perf_counter()
    status = 500
    logs.REQUEST.set(_request_id(request))
    logs.CONVERSATION.set(request.match_info.get("conversation_id"))
    try:
        response = await handler(request)
        status = response.status
    except web.HTTPException as error:
        status = error.status
        raise
    except asyncio.CancelledError:
        status = GONE
        raise
    finally:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("failed", extra={"method": request.method, "route": name, "status": status})
        metrics.requests.labels(request.method, name, str(status)).inc()
        if not name.endswith(("/socket", "/live")):
            metrics.request_seconds.labels(name).observe(time.perf_counter() - started)
    return response


def _request_id(request: web.Request) -> str:
    """The proxy's id of this request if it gave one that can stand in a log, else one of ours."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def private_app(public: web.Application) -> web.Application:
    """The private listener: `/metrics`, and `/livez` of this one of several processes."""

    async def metrics(_request: web.Request) -> web.Response:
        public[METRICS].running.set(public[TURNS].running)
        public[METRICS].listeners.set(public[HUB].listeners)
        async with public[DATABASE].read() as connection:
            public[METRICS].stand(await standing.read(connection, now=public[CLOCK]()))
        return web.Response(
            body=generate_latest(public[METRICS].registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/livez", livez)
    return app
