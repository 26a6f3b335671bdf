"""How the directory's cards are spoken of: how many, how far, in what words, and how old."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from bot.actions.wiring import Desk
from marie.knowledge.directory import LOCAL_KM, Hit, Page
from marie.knowledge.freshness import checked_on, edition, is_stale
from marie.knowledge.library import Library
from marie.knowledge.model import ResourceKind, Source
from marie.knowledge.places import Place
from marie.knowledge.resource_json import to_json
from marie.knowledge.resources import Resource
from marie.knowledge.search import Tier
from marie.language.typography import MONTHS, french_day

AROUND = (Tier.INSIDE, Tier.NEARBY)
"""Where a resource serves somebody who lives in the place."""

ELSEWHERE = (Tier.INSIDE, Tier.NEARBY, Tier.FARTHER)
"""Where a distance is said."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What is shown of the directory, and what it was looked up for.

    `wanted`: the precisions that were asked for; the page says which of them fit anything.
    """

    page: Page
    kinds: tuple[ResourceKind, ...]
    place: Place | None
    wanted: tuple[str, ...]
    offset: int = 0

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The cards, best first."""
        return self.page.hits

    @property
    def done(self) -> int:
        """How many were shown up to here."""
        return self.offset + len(self.hits)

    def left(self) -> tuple[int, bool]:
        """How many more there are in the place (True) or else within `LOCAL_KM` (False)."""
        inside = self.page.inside
        if self.place is None:
            return max(self.page.total - self.done, 0), True
        if inside > self.done:
            return inside - self.done, True
        around = inside + (self.page.nearby or 0)
        return max(around - self.done, 0), False


def hit_json(hit: Hit, desk: Desk) -> dict[str, Any]:
    """A card as the contract shows it."""
    stale = desk.directory.is_old(hit.resource)
    return to_json(hit.resource, hit.distance_km, desk.gazetteer, stale=stale)


def introduction(listing: Listing, desk: Desk) -> str:
    """What is listed: how many in the place, or else how far the nearest is."""
    library, place = desk.library, listing.place
    if place is None:
        return library.phrase("resources_intro_all") if listing.hits else ""
    if listing.offset:
        return library.phrase("cards_more", place=desk.gazetteer.with_preposition(place))
    missing = [token for token in listing.wanted if token not in listing.page.narrowed]
    told = [words for token in missing if (words := desk.card_words.missing.get(token))]
    return " ".join([*told, _found(listing, place, desk)])


def _found(listing: Listing, place: Place, desk: Desk) -> str:
    library, inside = desk.library, listing.page.inside
    noun = desk.card_words.noun(listing.kinds, listing.page.narrowed)
    added = " ".join(filter(None, map(desk.card_words.adds.get, listing.page.narrowed)))
    one, many, none = (f"{said} {added}".strip() for said in (noun.one, noun.many, noun.none))
    where = desk.gazetteer.with_preposition(place)
    if not listing.hits:
        return library.phrase("no_resource_here", place=where)
    if inside > len(listing.hits):
        count, shown = str(inside), str(len(listing.hits))
        return library.phrase("cards_some", count=count, noun=many, place=where, shown=shown)
    if inside:
        what = one if inside == 1 else f"{inside} {many}"
        others = inside < len(listing.hits)
        return library.phrase("cards_few" if others else "cards_all", what=what, place=where)
    away = [hit for hit in listing.hits if hit.tier in ELSEWHERE and hit.distance_km is not None]
    if not away:
        return library.phrase("cards_none_but_all", noun=none, place=where)
    distance = kilometres(away[0].distance_km or 0)
    near = (away[0].distance_km or 0) <= LOCAL_KM
    if near and listing.hits[0].tier not in ELSEWHERE:
        return library.phrase("cards_none_but_all", noun=none, place=where)
    phrase = "cards_nearest" if near else "cards_far"
    return library.phrase(phrase, noun=none, place=where, distance=distance)


def remainder(listing: Listing, desk: Desk) -> str:
    """« Il y en a 21 autres à Matane : dites « d’autres ». »; nothing when all was shown."""
    left, inside = listing.left()
    if not left or not listing.hits:
        return ""
    where = (
        desk.gazetteer.with_preposition(listing.place)
        if inside and listing.place is not None
        else desk.library.phrase("cards_around", distance=kilometres(LOCAL_KM))
    )
    if listing.place is None:
        where = ""
    phrase = "cards_left_one" if left == 1 else "cards_left"
    return desk.library.phrase(phrase, count=str(left), place=where).replace(" \u00a0", "\u00a0")


def cards_text(hits: Iterable[Hit], desk: Desk, today: date) -> str:
    """The cards as lines, for a client that shows only the text; what is stale says so."""
    return "\n".join(_line(hit, desk, today) for hit in hits)


def _line(hit: Hit, desk: Desk, today: date) -> str:
    library, resource = desk.library, hit.resource
    site = urlsplit(resource.url).netloc.removeprefix("www.") if resource.url else ""
    town = resource.municipality or ""
    told = (
        "" if resource.address and town in resource.address else town,
        resource.address,
        away(hit.distance_km, library) if hit.tier in ELSEWHERE else "",
        resource.phone,
        places(resource, library),
        resource.hours,
        "" if resource.phone else site,
        also(hit, library),
    )
    parts = [part for part in told if part]
    line = f"• {resource.name}" + (f"\u00a0: {', '.join(parts)}" if parts else "")
    return f"{line}{stale(resource, desk, today)}"


def also(hit: Hit, library: Library) -> str:
    """« et 2 autres adresses »: the other buildings of a school."""
    if not hit.also:
        return ""
    phrase = "cards_also_one" if len(hit.also) == 1 else "cards_also"
    return library.phrase(phrase, count=str(len(hit.also)))


def stale(resource: Resource, desk: Desk, today: date) -> str:
    """« (lu le … : à revérifier) » for what nobody looked at within its period."""
    checked = checked_on(resource)
    if checked is None or not is_stale(resource, desk.directory.periods, today):
        return ""
    return f" ({desk.library.phrase('stale_resource', date=french_day(checked))})"


def away(distance: float | None, library: Library) -> str:
    """« à 12,3 km à vol d’oiseau »; nothing under a kilometre."""
    if distance is None or distance < 1:
        return ""
    return library.phrase("nearest_resources", distance=kilometres(distance))


def places(resource: Resource, library: Library) -> str:
    """« 60 places, dont 10 pour poupons, contribution réduite »."""
    if resource.capacity is None:
        return ""
    told = [library.phrase("cards_places", count=str(resource.capacity))]
    if resource.infants:
        told.append(library.phrase("cards_infants", count=str(resource.infants)))
    if resource.subsidized:
        told.append(library.phrase("cards_subsidized"))
    return ", ".join(told)


def kilometres(distance: float) -> str:
    """« 12,3 »; whole numbers from 20 km on."""
    text = f"{distance:.0f}" if distance >= 20 else f"{distance:.1f}"
    return text.replace(".", ",")


def source_lines(resources: Sequence[Resource], desk: Desk, today: date) -> str:
    """Where the cards come from: each list once, with its oldest edition and its day of reading."""
    lists: dict[str, Resource] = {}
    for resource in resources:
        known = lists.get(resource.source.title)
        if known is None or _age(resource.source) < _age(known.source):
            lists[resource.source.title] = resource
    dated = [each for each in lists.values() if each.source.read_on or each.source.verified_on]
    lines = [_source_line(each, desk, today) for each in dated[:2]]
    if len(dated) < len(lists):
        lines.append(desk.library.phrase("cards_unread"))
    return "\n".join(lines)


def _source_line(resource: Resource, desk: Desk, today: date) -> str:
    library, source = desk.library, resource.source
    title = source.title.rstrip(".")
    if (published := edition(source)) is not None and str(published.year) not in title:
        told = french_edition(source.published or "", published)
        title = library.phrase("cards_edition", source=title, edition=told)
    checked = checked_on(resource) or today
    if desk.directory.is_old(resource):
        phrase = "source_line_stale"
    else:
        phrase = "source_line" if source.verified_on is None else "source_line_verified"
    return library.phrase(phrase, source=title, date=french_day(checked))


def french_edition(said: str, day: date) -> str:
    """« 1er novembre 2022 », « mars 2026 », « 2023 »: as precise as the source says it."""
    if len(said) == len("2022-11-01"):
        return french_day(day)
    return f"{MONTHS[day.month - 1]} {day.year}" if len(said) > len("2022") else said


def _age(source: Source) -> date:
    return edition(source) or date.max
