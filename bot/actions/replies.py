"""Builds what Marie says: an entry as a message, with its sources and their dates, and cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from marie.guidance import RuleSource
from marie.knowledge.library import Library
from marie.knowledge.model import Entry, QuickReply, Source
from marie.language.typography import french_day

MAX_QUICK_REPLIES = 4


def quick_reply(title: str, intent: str, **entities: Any) -> dict[str, str]:
    """A button: what it says, and the payload that it sends back."""
    values = {name: value for name, value in entities.items() if value is not None}
    tail = msgspec.json.encode(values).decode() if values else ""
    return {"title": title, "payload": f"/{intent}{tail}"}


def entry_buttons(entry: Entry, library: Library, place: str | None) -> list[dict[str, str]]:
    """The buttons of an entry; « En savoir plus » first when it has details."""
    buttons = []
    if entry.details:
        more = library.phrase("button_details")
        buttons.append(quick_reply(more, entry.topic, entry=entry.id, part="details"))
    buttons += [_button(reply, library, place) for reply in entry.quick_replies]
    return buttons[:MAX_QUICK_REPLIES]


def _button(reply: QuickReply, library: Library, place: str | None) -> dict[str, str]:
    if reply.entry is not None:
        topic = library.entries[reply.entry].topic
        return quick_reply(reply.title, topic, entry=reply.entry, place=place)
    topic = reply.topic or "capabilities"
    return quick_reply(reply.title, topic, place=None if topic == "handoff" else place)


def source_json(source: Source) -> dict[str, Any]:
    """A source as the contract shows it."""
    return {
        "title": source.title,
        "url": source.url,
        "read_on": source.read_on.isoformat() if source.read_on else None,
        "verified_on": source.verified_on.isoformat() if source.verified_on else None,
    }


def as_source(source: RuleSource) -> Source:
    """A rule's source as the source of an answer."""
    return Source(
        title=source.title,
        url=source.url,
        published=source.published,
        read_on=source.read_on,
        verified_on=source.verified_on,
    )


def source_line(source: Source, library: Library) -> str:
    """« D’après …, lu le …, à confirmer. »: what is said of a source in the text itself."""
    title = source.title.rstrip(".")
    if source.verified_on is not None:
        return library.phrase(
            "source_line_verified", source=title, date=french_day(source.verified_on)
        )
    if source.read_on is not None:
        return library.phrase("source_line", source=title, date=french_day(source.read_on))
    return library.phrase("source_line_unread", source=title)


def unique_sources(sources: Iterable[Source]) -> list[Source]:
    """Each page once, in order."""
    found: dict[tuple[str, str], Source] = {}
    for source in sources:
        found.setdefault((source.url, source.title), source)
    return list(found.values())


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
    raw = _words(entry, part, simple=bool(turn.profile.get("simple")))
    said = library.fill(raw, turn.today)
    told = unique_sources([*entry.sources, *library.used_sources(raw, turn.today)]) if raw else []
    hits = listing.hits if listing is not None else ()
    resources = [hit.resource for hit in hits]
    paragraphs = [said, *more]
    offered = [*buttons]
    if listing is not None:
        paragraphs += [
            introduction(listing, desk) if listing.place or hits else library.phrase("ask_place"),
            cards_text(hits, desk, turn.today),
            remainder(listing, desk),
            source_lines(resources, desk, turn.today),
        ]
        if hits and listing.page.total > listing.done:
            offered.append(quick_reply(library.phrase("button_others"), "more"))
    if told and entry.topic not in UNSOURCED:
        paragraphs.append(source_line(told[0], library))
    offered += entry_buttons(entry, library, place)
    if part == "details":
        offered = [each for each in offered if '"part"' not in each["payload"]]
    sources = unique_sources([*(each.source for each in resources), *told])
    return Content(
        text="\n\n".join(filter(None, paragraphs)),
        topic=entry.topic,
        entry=entry.id,
        resources=tuple(hit_json(hit, desk) for hit in hits),
        sources=tuple(source_json(source) for source in sources),
        quick_replies=tuple(_distinct(offered)[:MAX_QUICK_REPLIES]),
        data=data or {},
    )


def _words(entry: Entry, part: str, *, simple: bool) -> str:
    if part == "details" and entry.details:
        return entry.details
    if not part:
        return ""
    if part == "found" and entry.found:
        return entry.found
    return entry.simple if simple else entry.text


UNSOURCED = frozenset(
    {
        "greeting",
        "goodbye",
        "thanks",
        "capabilities",
        "handoff",
        "abuse",
        "clarify",
        "out_of_scope",
        "safety",
    }
)
"""Topics without a source line: none to give under « bonjour », none to weigh in distress."""


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
        quick_replies=tuple(_distinct(buttons)[:MAX_QUICK_REPLIES]),
        data=data or {},
    )


def answer(turn: Turn, *contents: Content, focus: Focus, **more: Any) -> Reply:
    """A reply that leaves `focus` behind and remembers its words for « répète »."""
    spoken = "\n\n".join(content.text for content in contents)
    focus = replace(focus, last=spoken[:2000])
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


def _distinct(buttons: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return list({button["payload"]: button for button in buttons}.values())
