"""An entry or a region as a message: its words filled, its sources, its buttons.

The actions say it, and the administration shows it before it is said: by the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from marie.domain.messages import Content
from marie.guidance import RuleSource
from marie.knowledge.library import Library
from marie.knowledge.model import Entry, Figure, QuickReply, RegionProfile, Source
from marie.language.typography import french_day, french_list

MAX_QUICK_REPLIES = 4

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


def as_source(source: RuleSource) -> Source:
    """A rule's source as the source of an answer."""
    return Source(
        title=source.title,
        url=source.url,
        published=source.published,
        read_on=source.read_on,
        verified_on=source.verified_on,
    )


def source_json(source: Source) -> dict[str, Any]:
    """A source as the contract shows it."""
    return {
        "title": source.title,
        "url": source.url,
        "read_on": source.read_on.isoformat() if source.read_on else None,
        "verified_on": source.verified_on.isoformat() if source.verified_on else None,
    }


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


def distinct(buttons: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Each payload once, in order."""
    return list({button["payload"]: button for button in buttons}.values())


def entry_message(
    entry: Entry,
    library: Library,
    today: date,
    *,
    part: str = "text",
    simple: bool = False,
    before: Sequence[str] = (),
    more: Sequence[str] = (),
    place: str | None = None,
    buttons: Sequence[dict[str, str]] = (),
    sources: Sequence[Source] = (),
    resources: Sequence[dict[str, Any]] = (),
    data: dict[str, Any] | None = None,
) -> Content:
    """An entry as a message; `before`, `more`: paragraphs before its text, and after it.

    `part`: "text", "found" (with cards near a place), "details", or "" for what goes with it alone.
    `resources`, `sources`: cards, and where they come from.
    """
    raw = _words(entry, part, simple=simple)
    said = library.fill(raw, today)
    told = unique_sources([*entry.sources, *library.used_sources(raw, today)]) if raw else []
    paragraphs = [*before, said, *more]
    if told and entry.topic not in UNSOURCED:
        paragraphs.append(source_line(told[0], library))
    offered = [*buttons, *entry_buttons(entry, library, place)]
    if part == "details":
        offered = [each for each in offered if '"part"' not in each["payload"]]
    return Content(
        text="\n\n".join(filter(None, paragraphs)),
        topic=entry.topic,
        entry=entry.id,
        resources=tuple(resources),
        sources=tuple(source_json(source) for source in unique_sources([*sources, *told])),
        quick_replies=tuple(distinct(offered)[:MAX_QUICK_REPLIES]),
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


PROFILE_TOPICS = ("work.search", "housing.search", "cegep.find", "childcare.find")
"""What people ask next about a region."""


def figures_of(region: RegionProfile, imported: Mapping[str, Figure]) -> dict[str, Figure]:
    """A region's figures by id, in the order of its profile; what was imported replaces them."""
    own = {figure.id or figure.label: figure for figure in region.figures}
    return {**own, **imported}


def profile_message(
    found: RegionProfile,
    library: Library,
    figures: Sequence[Figure],
    *,
    place: str,
    simple: bool = False,
    before: Sequence[str] = (),
) -> Content:
    """A region as a message; `before`: paragraphs ahead of its text, `place`: of its buttons."""
    paragraphs = [*before, (found.simple if simple else found.text).strip()]
    paragraphs.append("\n".join(f"• {figure.label}\u00a0: {figure.value}" for figure in figures))
    if found.cautions:
        paragraphs.append(library.phrase("cautions", cautions=french_list(found.cautions, "et")))
    sources = unique_sources([*(figure.source for figure in figures), *found.sources])
    if sources:
        paragraphs.append(source_line(sources[0], library))
    return Content(
        text="\n\n".join(paragraphs),
        topic="region.profile",
        entry=f"region-{found.code}",
        sources=tuple(source_json(source) for source in sources),
        quick_replies=tuple(
            quick_reply(library.phrase(f"button_{topic.replace('.', '_')}"), topic, place=place)
            for topic in PROFILE_TOPICS
        ),
        data={
            "region": found.name,
            "figures": [{"label": each.label, "value": each.value} for each in figures],
        },
    )
