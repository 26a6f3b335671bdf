"""Pages rendered on the server: templates, who is signed in, errors as pages."""

from __future__ import annotations

import logging
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from marie.clock import MONTREAL, local_date
from marie.language.typography import french_day, french_weekday
from marie.web.labels import PROBLEMS
from marie.web.problems import as_problem
from marie.web.rendering import FILTERS

log = logging.getLogger(__name__)

TEMPLATES: web.AppKey[Environment] = web.AppKey("templates")


def add_templates(app: web.Application) -> None:
    """The templates of `templates/`, which all applications of a process share."""
    app[TEMPLATES] = templates()


@cache
def templates() -> Environment:
    """Every value is escaped, an unknown one is an error."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = day
    environment.filters["moment_day"] = moment_day
    environment.filters["weekday"] = french_weekday
    environment.filters["hour"] = french_hour
    environment.filters.update(FILTERS)
    return environment


def compile_pages(kept: Path) -> None:
    """Compile every template, which each of them takes from a loop otherwise when it is first used.

    A page with its parts takes half a second: in that time nobody else would be answered. `kept`:
    the folder of what is compiled already; all of it together takes seconds, and after a restart
    Rasa wants them too. Jinja compiles a template anew when its text is another one.
    """
    kept.mkdir(parents=True, exist_ok=True)
    templates().bytecode_cache = FileSystemBytecodeCache(str(kept))
    for name in templates().list_templates():
        templates().get_template(name)


def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A rendered template."""
    html = request.app[TEMPLATES].get_template(template).render(values)
    return web.Response(text=html, content_type="text/html", status=status)


def day(value: date | str) -> str:
    """A date, or its ISO form, as « 22 novembre 2026 »."""
    return french_day(date.fromisoformat(value) if isinstance(value, str) else value)


def moment_day(value: datetime) -> str:
    """The day of a moment, in Montréal."""
    return french_day(local_date(value))


def french_hour(value: datetime) -> str:
    """« 9 h 05 », « 13 h », in Montréal."""
    local = value.astimezone(MONTREAL)
    minutes = f"\u00a0{local.minute:02}" if local.minute else ""
    return f"{local.hour}\u00a0h{minutes}"


@web.middleware
async def page_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outside `/api/`, every error is a short page in French."""
    if request.path.startswith("/api/"):
        return await handler(request)
    try:
        return await handler(request)
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            if isinstance(error, web.HTTPException):
                raise
            log.exception("a page failed: %s %s", request.method, request.path)
            kind, headers = "busy", {"Retry-After": "5"}
        else:
            kind, headers = problem.kind, problem.headers
        status, title, detail = PROBLEMS[kind]
        response = page(request, "error.html", status=status, title=title, detail=detail)
        response.headers.update(headers)
        return response
