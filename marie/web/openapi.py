"""The API's own description, `openapi.yml` beside this file, served as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web

from marie import strict_yaml
from marie.web.problems import json_response

routes = web.RouteTableDef()


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    loaded: dict[str, Any] = strict_yaml.read(Path(__file__).with_name("openapi.yml"))
    return loaded


@routes.get("/api/v1/openapi.json")
async def openapi(request: web.Request) -> web.Response:
    """The document."""
    return json_response(document())
