"""Looks up the directory's cards for an entry: which are meant, near what place, how many."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as replace_query

from bot.actions.cards import AROUND, ELSEWHERE, Listing
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.knowledge.cards import says
from marie.knowledge.directory import Hit, Page
from marie.knowledge.model import Entry, ResourceKind, ResourceQuery
from marie.knowledge.places import Place
from marie.knowledge.search import Tier
from marie.knowledge.search_words import EXCLUSIVE

CARDS = 5
"""Never more cards at once."""

OFFICIAL = 2
"""Of what serves all of Québec, when nothing is near."""

SERVING = (Tier.SERVES_REGION, Tier.SERVES_ALL)


def look_up(
    query: ResourceQuery, place: Place | None, desk: Desk, *, wanted: tuple[str, ...], offset: int
) -> Listing:
    """The cards for an entry; none when the place is still to be asked for."""
    listing = Listing(page=Page(0, ()), kinds=query.kinds, place=None, wanted=wanted, offset=offset)
    if query.ask_place and place is None:
        return listing
    near = place if query.ask_place else None
    page = _search(query, near, desk, wanted, offset)
    if near is not None and page.narrowed and not offset and not _serves(page):
        wide = _search(query, near, desk, (), 0)
        official = tuple(hit for hit in wide.hits if hit.tier in SERVING)
        # What is meant is too far: rather what is near, or who to ask and the nearest one.
        far = replace(page, hits=(*official[:OFFICIAL], *page.hits[:1]))
        page = wide if _serves(wide) else far
    return replace(listing, page=page, place=near)


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
    page = desk.directory.search(
        near=near,
        kinds=frozenset(query.kinds),
        limit=limit + _spare(query.kinds),
        offset=offset,
        narrowed=wanted,
        distinct=True,
    )
    hits = [hit for hit in page.hits if not _is_of_no_use(hit, query.kinds)]
    useless = sum(hit.tier is Tier.INSIDE for hit in page.hits) - sum(
        hit.tier is Tier.INSIDE for hit in hits
    )
    # Of what serves a whole region, first the kind that the entry names first.
    hits.sort(
        key=lambda hit: (hit.tier, hit.tier in SERVING and query.kinds.index(hit.resource.kind))
    )
    return replace(page, hits=tuple(hits[:limit]), inside=page.inside - useless)


def _spare(kinds: tuple[ResourceKind, ...]) -> int:
    return 20 if len(kinds) > 1 else 0


def _is_of_no_use(hit: Hit, kinds: tuple[ResourceKind, ...]) -> bool:
    """A centre of applied research is no organisation that helps people settle."""
    return "other" in kinds and hit.resource.kind == "other" and hit.tier in ELSEWHERE


def _serves(page: Page) -> bool:
    return any(hit.tier in AROUND for hit in page.hits)


def precisions(entry: Entry, query: ResourceQuery, turn: Turn, desk: Desk) -> tuple[str, ...]:
    """Which of the cards are meant: said now, by a child's age, by the entry, or said before."""
    if not turn.pressed and says(turn.text, desk.card_words.wider):
        return ()
    said = () if turn.pressed else said_precisions(turn.text, query.kinds, desk)
    if not said and not entry.default:
        said = desk.directory.narrowing(" ".join((entry.title, *entry.questions)), query.kinds)[:1]
    before = turn.focus.narrowed if turn.focus.topic == entry.topic else ()
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
