"""How long what is kept, as it is set now."""

from __future__ import annotations

from aiohttp import web

from marie.knowledge.privacy import Privacy
from marie.web.keys import CONFIGURED, PRIVACY


def privacy_of(app: web.Application) -> Privacy:
    """The register of purposes with the days that administrators set."""
    return app[PRIVACY].kept_for(app[CONFIGURED].current().retention)
