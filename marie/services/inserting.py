"""What a counsellor finds of Marie's knowledge, and sends as Marie would: text, cards, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marie.domain.messages import BadMessage, Content, check_text
from marie.knowledge.directory import Directory
from marie.knowledge.library import Library
from marie.knowledge.model import Entry, Source
from marie.knowledge.places import Gazetteer
from marie.knowledge.resource_json import to_json
from marie.knowledge.resources import Resource
from marie.language.folding import fold_key

MOST_CARDS = 6
"""Cards in one message."""

NOT_SENT = frozenset({"greeting", "goodbye", "thanks", "abuse", "clarify", "out_of_scope"})
"""Topics of the talk itself: nothing that a person would send."""

MOST_FOUND = 6
"""Entries, and as many cards, under one search."""

_WORD = re.compile(r"[a-z0-9]+")
_ATTACHED = re.compile(r"(?:entry|resource):[^\s,]{1,200}")


class UnknownAttachment(BadMessage):
    """An entry or a card that is not there (any more), or too many of them."""

    def __init__(self) -> None:
        super().__init__("attachment")


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where entries and cards are found on a given day."""

    library: Library
    directory: Directory
    gazetteer: Gazetteer
    day: date


@dataclass(frozen=True, kw_only=True)
class Found:
    """What fits a search. `cards`: resources as the contract shows them."""

    entries: Sequence[Entry]
    cards: Sequence[dict[str, Any]]


def find(shelf: Shelf, query: str) -> Found:
    """Entries and cards for a few words, best first; nothing for no words."""
    words = _WORD.findall(fold_key(query[:200]))
    if not words:
        return Found(entries=(), cards=())
    page = shelf.directory.search(query[:200], limit=MOST_FOUND, distinct=True)
    return Found(
        entries=_entries(shelf.library, words),
        cards=[_card(shelf, hit.resource, hit.distance_km) for hit in page.hits],
    )


def names(shelf: Shelf, attached: Sequence[str]) -> list[tuple[str, str]]:
    """What is attached, each with its title; what is not there any more is left out."""
    found = []
    for each in attached:
        kind, _, key = each.partition(":")
        if kind == "entry" and key in shelf.library.entries:
            found.append((each, shelf.library.entries[key].title))
        elif kind == "resource" and (resource := shelf.directory.get(key)) is not None:
            found.append((each, resource.name))
    return found


def compose(shelf: Shelf, text: str, attached: Sequence[str], *, simple: bool) -> Content:
    """The message: a counsellor's words, then an entry's, cards, and where all of it comes from.

    `attached`: `entry:<id>` and `resource:<id>`, one entry at most. Something must be said or
    attached. `UnknownAttachment`, `BadMessage`.
    """
    if not attached:
        return Content(text=check_text(text))
    entry: Entry | None = None
    resources: list[Resource] = []
    for each in dict.fromkeys(attached):
        if _ATTACHED.fullmatch(each) is None:
            raise UnknownAttachment
        kind, _, key = each.partition(":")
        if kind == "entry":
            if entry is not None or key not in shelf.library.entries:
                raise UnknownAttachment
            entry = shelf.library.entries[key]
        else:
            resource = shelf.directory.get(key)
            if resource is None:
                raise UnknownAttachment
            resources.append(resource)
    if len(resources) > MOST_CARDS:
        raise UnknownAttachment
    raw = "" if entry is None else entry.simple if simple else entry.text
    said = shelf.library.fill(raw, shelf.day)
    own = check_text(text).strip() if text.strip() else ""
    told = [*entry.sources, *shelf.library.used_sources(raw, shelf.day)] if entry else []
    sources = [*(each.source for each in resources), *told]
    # A card alone is named, so that the message says something where cards are not drawn.
    names = "\n".join(each.name for each in resources)
    return Content(
        text=check_text("\n\n".join(filter(None, (own, said))) or names),
        topic=entry.topic if entry else None,
        entry=entry.id if entry else None,
        resources=tuple(_card(shelf, each, None) for each in resources),
        sources=tuple(_source(each) for each in _once(sources)),
    )


def _entries(library: Library, words: Sequence[str]) -> list[Entry]:
    """Entries that have every word in title, questions or text; titles count most."""
    scored = []
    for entry in library.entries.values():
        if entry.topic in NOT_SENT:
            continue
        title, asked, text = (
            f" {fold_key(part)}" for part in (entry.title, " ".join(entry.questions), entry.text)
        )
        score = 0
        for word in words:
            start = f" {word}"
            if start in title:
                score += 4
            elif start in asked:
                score += 2
            elif start in text:
                score += 1
            else:
                score = 0
                break
        if score:
            scored.append((-score, entry.title, entry))
    scored.sort(key=lambda each: each[:2])
    return [entry for _, _, entry in scored[:MOST_FOUND]]


def _card(shelf: Shelf, resource: Resource, distance_km: float | None) -> dict[str, Any]:
    stale = shelf.directory.is_old(resource)
    return to_json(resource, distance_km, shelf.gazetteer, stale=stale)


def _source(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "url": source.url,
        "read_on": source.read_on.isoformat() if source.read_on else None,
        "verified_on": source.verified_on.isoformat() if source.verified_on else None,
    }


def _once(sources: Iterable[Source]) -> list[Source]:
    return list({(each.url, each.title): each for each in sources}.values())
