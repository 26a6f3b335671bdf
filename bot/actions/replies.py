"""Builds what Marie says: an entry as a message, with its sources and their dates, and cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from bot.actions.cards import (
    Listing,
    cards_text,
    hit_json,
    introduction,
    remainder,
    source_lines,
)
from bot.actions.turn import Focus, Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.library import Library
from marie.knowledge.model import Entry
from marie.knowledge.saying import (
    MAX_QUICK_REPLIES,
    UNSOURCED,
    as_source,
    distinct,
    entry_buttons,
    entry_message,
    quick_reply,
    source_json,
    source_line,
    unique_sources,
)

__all__ = [
    "MAX_QUICK_REPLIES",
    "UNSOURCED",
    "answer",
    "as_source",
    "entry_buttons",
    "plain",
    "quick_reply",
    "say_entry",
    "source_json",
    "source_line",
    "unique_sources",
]


MOST_SOURCES = 4
"""Sources of an answer that are named when it is asked where that comes from."""


def say_entry(
    entry: Entry,
    turn: Turn,
    desk: Desk,
    *,
    part: str = "text",
    more: Sequence[str] = (),
    listing: Listing | None = None,
    place: str | None = None,
    buttons: Sequence[dict[str, str]] = (),
    data: dict[str, Any] | None = None,
) -> Content:
    """An entry as a message; `more` are paragraphs after its text, before the source.

    `part`: "text", "found" (with cards near a place), "details", or "" for the cards alone.
    """
    library = desk.library
    hits = listing.hits if listing is not None else ()
    resources = [hit.resource for hit in hits]
    before: list[str] = []
    paragraphs = [*more]
    offered = [*buttons]
    if listing is not None:
        found = [
            introduction(listing, desk) if listing.place or hits else library.phrase("ask_place"),
            cards_text(hits, desk, turn.today),
            source_lines(resources, desk, turn.today),
            remainder(listing, desk),
        ]
        # What was asked for comes first; what to do with it is an advice.
        if part == "found" and entry.found and listing.place and hits:
            before = found
        else:
            paragraphs += found
        if hits and listing.page.total > listing.done:
            offered.append(quick_reply(library.phrase("button_others"), "more"))
    return entry_message(
        entry,
        library,
        turn.today,
        part=part,
        simple=bool(turn.profile.get("simple")),
        before=before,
        more=paragraphs,
        place=place,
        buttons=offered,
        sources=[each.source for each in resources],
        resources=[hit_json(hit, desk) for hit in hits],
        data=data,
    )


def starts(desk: Desk) -> list[dict[str, str]]:
    """Buttons to begin with: the greeting's topics."""
    entry = desk.library.default_entry("greeting")
    return [quick_reply(each.title, each.topic) for each in entry.quick_replies if each.topic]


def plain(
    library: Library,
    phrase: str,
    *,
    topic: str,
    buttons: Sequence[dict[str, str]] = (),
    data: dict[str, Any] | None = None,
    **values: str,
) -> Content:
    """One of Marie's own sentences as a message."""
    return Content(
        text=library.phrase(phrase, **values),
        topic=topic,
        quick_replies=tuple(distinct(buttons)[:MAX_QUICK_REPLIES]),
        data=data or {},
    )


def answer(turn: Turn, *contents: Content, focus: Focus, **more: Any) -> Reply:
    """A reply that leaves `focus` behind and remembers its words for « répète », and its sources.

    An answer without sources leaves those of the one before.
    """
    spoken = "\n\n".join(content.text for content in contents)
    named = [
        each for content in contents if content.topic not in UNSOURCED for each in content.sources
    ]
    focus = replace(focus, last=spoken[:2000], sources=tuple(named[:MOST_SOURCES]) or focus.sources)
    return Reply(
        messages=contents,
        focus=msgspec.to_builtins(focus),
        profile=more.pop("profile", turn.profile),
        understood={
            "intent": turn.intent,
            "confidence": round(turn.confidence, 4),
            "ranking": list(turn.ranking),
            "entities": [{"entity": each.entity, "value": each.value} for each in turn.entities],
        },
        **more,
    )
