"""Which words a visitor accepted: those that her page showed, also when newer ones are said."""

from __future__ import annotations

from aiohttp import web

from marie.store.consents import VERSION_LENGTH, version_of
from marie.web.keys import LIBRARY, REVISIONS

PHRASE = "consent_line"


async def accepted_text(app: web.Application, version: str) -> str:
    """The consent of that version; of now when it is "" or nobody ever published it."""
    current = app[LIBRARY].current().phrase(PHRASE)
    if len(version) != VERSION_LENGTH or version == version_of(current):
        return current
    shipped = app[LIBRARY].shipped()["phrase"][PHRASE].content
    written = await app[REVISIONS].history("phrase", PHRASE)
    for content in (shipped, *(each.content for each in written if each.published_at)):
        text = (content or {}).get("text")
        if isinstance(text, str) and version_of(text) == version:
            return text
    return current
