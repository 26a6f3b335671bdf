"""Looks up the directory's cards for an entry: which are meant, near what place, how many."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as replace_query

from bot.actions.cards import AROUND, Listing
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import LookedUp
from marie.knowledge.cards import says
from marie.knowledge.directory import Hit, Page
from marie.knowledge.model import Entry, ResourceKind, ResourceQuery
from marie.knowledge.places import Place
from marie.knowledge.search import Tier
from marie.knowledge.search_words import EXCLUSIVE

CARDS = 5
"""Never more cards at once."""

SPARE = 60
"""How many more are looked up when some are left out, or sorted again."""

ACROSS_KM = 30.0
"""A service farther than this is not on the spot."""

OFFICIAL = 2
"""Of what serves all of Québec, when nothing is near."""

NEIGHBOUR_KM = 100.0
"""What is no farther, or in the same region, is named when nothing stands near the place."""

SERVING = (Tier.SERVES_REGION, Tier.SERVES_ALL)


def look_up(
    query: ResourceQuery, place: Place | None, desk: Desk, *, wanted: tuple[str, ...], offset: int
) -> Listing:
    """The cards for an entry; none when the place is still to be asked for."""
    listing = Listing(page=Page(0, ()), kinds=query.kinds, place=None, wanted=wanted, offset=offset)
    if query.only:
        named = tuple(hit for name in query.only if (hit := _named(name, desk)) is not None)
        return replace(listing, page=Page(len(named), named[offset : offset + CARDS]))
    if query.ask_place and place is None:
        return listing
    near = place if query.ask_place else None
    page = _search(query, near, desk, wanted, offset)
    if near is not None and page.narrowed and not offset and not _serves(page):
        wide = _search(query, near, desk, (), 0)
        official = tuple(hit for hit in wide.hits if hit.tier in SERVING)
        # What is meant is too far: rather what is near, or who to ask and the nearest one.
        first = [hit.resource.id for hit in official[:OFFICIAL]]
        nearest = tuple(hit for hit in page.hits[:1] if hit.resource.id not in first)
        far = replace(page, hits=(*official[:OFFICIAL], *nearest))
        page = wide if _serves(wide) else far
    return replace(listing, page=page, place=near)


def looked_up(listing: Listing | None) -> LookedUp | None:
    """What is counted of a first look near a place; cards chosen by an entry are no look.

    Of several kinds the first is meant: the others stand in for it.
    """
    if listing is None or listing.place is None or listing.offset or not listing.kinds:
        return None
    region = listing.place.region
    if region is None:
        return None
    return LookedUp(kind=listing.kinds[0], region=region, found=_serves(listing.page))


def _named(name: str, desk: Desk) -> Hit | None:
    resource = desk.directory.get(name)
    return None if resource is None else Hit(resource, tier=Tier.SERVES_ALL)


def meant(query: ResourceQuery, turn: Turn, desk: Desk) -> ResourceQuery:
    """The query, for the kind that a precision belongs to: a private college is a school."""
    for token, kind in desk.card_words.siblings.items():
        said = not turn.pressed and token in desk.directory.narrowing(turn.text, (kind,))
        if kind not in query.kinds and (said or token in turn.focus.narrowed):
            return replace_query(query, kinds=(kind,))
    return query


def _search(
    query: ResourceQuery, near: Place | None, desk: Desk, wanted: tuple[str, ...], offset: int
) -> Page:
    limit = min(query.limit, CARDS)
    several = len(query.kinds) > 1
    chosen = several or (query.kinds in (("school",), ("health",)) and not wanted)
    page = desk.directory.search(
        near=near,
        kinds=frozenset(query.kinds),
        limit=offset + limit + SPARE,
        narrowed=wanted,
        distinct=True,
    )
    hits = list(page.hits)
    if chosen:
        hits = [hit for hit in hits if not _is_of_no_use(hit, desk)]
        page = _counted(page, hits)
    if several:
        hits.sort(key=lambda hit: _standing(hit, query))
    if near is not None:
        hits = _with_neighbours(hits, near)
    return replace(page, hits=tuple(hits[offset : offset + limit]))


def _with_neighbours(hits: list[Hit], near: Place) -> list[Hit]:
    """Where nothing is near, the nearest of the region come before the last of all Québec's."""
    if any(hit.tier in AROUND for hit in hits):
        return hits
    official = [hit for hit in hits if hit.tier in SERVING][:OFFICIAL]
    first = [*official, *[hit for hit in hits if _is_neighbour(hit, near)][:OFFICIAL]]
    return [*first, *(hit for hit in hits if hit not in first)]


def _is_neighbour(hit: Hit, near: Place) -> bool:
    if hit.tier is not Tier.FARTHER or hit.distance_km is None:
        return False
    return hit.resource.region == near.region or hit.distance_km <= NEIGHBOUR_KM


def _standing(hit: Hit, query: ResourceQuery) -> tuple[int, int]:
    """A service for all of Québec is nearer than one in a town across the region."""
    across = hit.tier is Tier.NEARBY and (hit.distance_km or 0) > ACROSS_KM
    tier = Tier.FARTHER if across else hit.tier
    return tier, query.kinds.index(hit.resource.kind) if hit.tier in SERVING else 0


def _counted(page: Page, kept: list[Hit]) -> Page:
    """The page with its counts without what was left out."""
    out = [hit for hit in page.hits if hit not in kept]
    nearby = sum(hit.tier is Tier.NEARBY for hit in out)
    return replace(
        page,
        total=page.total - len(out),
        inside=page.inside - sum(hit.tier is Tier.INSIDE for hit in out),
        nearby=None if page.nearby is None else page.nearby - nearby,
    )


def _is_of_no_use(hit: Hit, desk: Desk) -> bool:
    """A centre of applied research settles nobody; a college is no school for a child;
    a line for who thinks of dying is no doctor."""
    apart = desk.card_words.only_when_named
    return any(keyword in apart for keyword in hit.resource.keywords)


def _serves(page: Page) -> bool:
    return any(hit.tier in AROUND for hit in page.hits)


def precisions(entry: Entry, query: ResourceQuery, turn: Turn, desk: Desk) -> tuple[str, ...]:
    """Which of the cards are meant: said now, by a child's age, by the entry, or said before."""
    if not turn.pressed and says(turn.text, desk.card_words.wider):
        return ()
    said = () if turn.pressed else said_precisions(turn.text, query.kinds, desk)
    if not said and not entry.default:
        said = desk.directory.narrowing(" ".join((entry.title, *entry.questions)), query.kinds)[:1]
    before = turn.focus.narrowed if entry.topic in (turn.focus.listed, turn.focus.topic) else ()
    if turn.all("place") and desk.directory.names_kind(turn.text, query.kinds):
        # A new question, for the same child.
        before = tuple(token for token in before if token in desk.card_words.adds)
    if not said and not before:
        said = _by_age(turn, desk, query.kinds)
    for group in EXCLUSIVE:
        if group & set(said):
            before = tuple(token for token in before if token not in group)
    return tuple(dict.fromkeys((*said, *before)))


def said_precisions(text: str, kinds: tuple[ResourceKind, ...], desk: Desk) -> tuple[str, ...]:
    """What a message says of which are meant; of types and levels that exclude each other, one."""
    said = desk.directory.narrowing(text, kinds)
    if says(text, desk.card_words.without_subsidy):
        said = tuple(token for token in said if token != "=subsidized")  # noqa: S105 - no secret
    for group in EXCLUSIVE:
        several = [token for token in said if token in group]
        if len(several) > 1:
            said = tuple(token for token in said if token not in group)
    return said


def _by_age(turn: Turn, desk: Desk, kinds: tuple[ResourceKind, ...]) -> tuple[str, ...]:
    months = {
        int(each.value if each.grain == "months" else each.value * 12)
        for each in turn.all("age")
        if isinstance(each.value, int | float)
    }
    means = {
        age.means
        for age in desk.card_words.ages
        for month in months
        if age.kind in kinds and age.first <= month <= age.last
    }
    return tuple(means) if len(means) == 1 else ()
