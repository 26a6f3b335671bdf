"""Where what Marie said last comes from: « source? », « t’es sûr? », « ça date de quand? »."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.actions.replies import answer, quick_reply
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.library import Library
from marie.knowledge.model import Source
from marie.knowledge.saying import UNSOURCED
from marie.knowledge.talk import says_only
from marie.language.typography import french_day

AGREES = frozenset({"affirm", "thanks", "goodbye"})
"""Readings of « oui, c’est vrai », which asks nothing."""


def asks_whence(turn: Turn, desk: Desk) -> bool:
    """Whether a message asks where the last answer comes from, and nothing of its own."""
    if turn.pressed or turn.focus.last is None or turn.entities:
        return False
    if turn.intent in AGREES and not turn.text.rstrip().endswith("?"):
        return False
    if "safety" in (turn.intent, turn.focus.topic):
        return False
    return says_only(turn.text, desk.talk.whence, desk.talk.bare)


def tell_whence(turn: Turn, desk: Desk) -> Reply:
    """The pages with their days, that they may be wrong by now, and a person who checks."""
    library = desk.library
    sources = [msgspec.convert(each, Source) for each in turn.focus.sources]
    named = "\n".join(_line(each, library) for each in sources)
    topic = turn.focus.topic or "clarify"
    again = bool(named) and named in (turn.focus.last or "")
    if (why := _why_asked(turn, library)) is not None:
        before = library.phrase("whence_before", sources=named) if named else ""
        text = f"{why}\n\n{before}".strip()
    elif again:
        text = library.phrase("whence_again")
    elif named:
        text = library.phrase("whence", sources=named)
    else:
        text = library.phrase("whence_none")
    content = Content(
        text=text,
        topic=topic if topic not in UNSOURCED else "clarify",
        sources=turn.focus.sources,
        quick_replies=(quick_reply(library.phrase("button_handoff"), "handoff"),),
    )
    return answer(turn, content, focus=replace(turn.focus, misses=0))


def _why_asked(turn: Turn, library: Library) -> str | None:
    """What Marie's question is for, when it was all that she said last: it has no source."""
    pending = turn.focus.pending
    asked = library.phrases.get(f"{pending.form}_ask_{pending.field}") if pending else None
    if asked is None or asked.why is None or asked.text.strip() not in (turn.focus.last or ""):
        return None
    return library.phrase("whence_question", why=asked.why.strip())


def _line(source: Source, library: Library) -> str:
    title = source.title.rstrip(".")
    if source.verified_on is not None:
        return library.phrase("whence_verified", source=title, date=french_day(source.verified_on))
    if source.read_on is not None:
        return library.phrase("whence_read", source=title, date=french_day(source.read_on))
    return library.phrase("whence_unread", source=title)
