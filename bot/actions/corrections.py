"""A message that only changes the place: « non, je voulais dire Alma », « Gaspé, pas Alma »."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import replace

from bot.actions.turn import Entity, Turn
from bot.actions.wiring import Desk
from marie.knowledge.places import Mention
from marie.language.folding import Word, words

NOT = frozenset({"pas", "oublie", "oubliez", "oublier", "laisse"})
"""Words before a place that is not meant, or no longer."""
LINKS = frozenset({"a", "au", "aux", "en", "dans", "de", "du", "d", "l", "la", "le", "les", "vers"})
"""Words that may stand between « pas », « oublie » and the place that is not meant."""

FROM = frozenset({"de", "du", "d", "l", "la", "le", "ile", "region", "grand", "ville"})
"""Words that may stand between leaving and the place that is left."""

_PUNCTUATION = re.compile(r"[,.;:!?/()]")


LEAVING = frozenset(
    {
        *("partir", "pars", "part", "partons", "partent", "quitter", "quitte", "quittons"),
        *("quittent", "sortir", "demenager", "demenage", "demenageons", "loin", "hors", "fuir"),
        *("laisser", "laisse", "eloigner", "depart", "kitter", "kite"),
    }
)
"""Folded words after which the place one lives in stands (« on pense partir de Montréal »)."""


def without_places_left(turn: Turn, desk: Desk) -> Turn:
    """The same turn without the place around Montréal that it says it is leaving.

    A search belongs where one goes: « je quitte Montréal, du travail? » asks for no job there.
    """
    said = words(turn.text)
    kept = tuple(each for each in turn.entities if not _is_left(each, said, desk))
    return turn if len(kept) == len(turn.entities) else replace(turn, entities=kept)


def _is_left(entity: Entity, said: tuple[Word, ...], desk: Desk) -> bool:
    if entity.entity != "place" or entity.start < 0:
        return False
    place = desk.gazetteer.get(str(entity.value))
    if place is None or not place.metropolitan:
        return False
    before = [word.text for word in said if word.end <= entity.start]
    while before and before[-1] in FROM:
        before.pop()
    return bool(before) and before[-1] in LEAVING


def without_refused_places(turn: Turn) -> Turn:
    """The same turn without the places that it says no to, when it names others."""
    said = words(turn.text)
    kept = tuple(
        each
        for each in turn.entities
        if each.entity != "place" or not _is_refused(said, each.start, turn.text)
    )
    places = [each for each in kept if each.entity == "place"]
    return replace(turn, entities=kept) if places and len(kept) < len(turn.entities) else turn


def _is_refused(said: tuple[Word, ...], start: int, text: str) -> bool:
    before = [word for word in said if word.end <= start]
    while before and before[-1].text in LINKS:
        before.pop()
    if not before or before[-1].text not in NOT:
        return False
    return not _PUNCTUATION.search(text[before[-1].end : start])


def goes_elsewhere(turn: Turn, desk: Desk) -> bool:
    """« Ma cousine part à Matane, oublie Rivière-du-Loup », which was talked of: Matane instead."""
    there = turn.focus.place
    if there is None or len(turn.all("place")) != 1 or turn.value("place") == there:
        return False
    said = words(turn.text)
    return any(
        there in mention.ids and _is_refused(said, mention.start, turn.text)
        for mention in desk.gazetteer.find(turn.text)
    )


def place_alone(turn: Turn, desk: Desk, around: Set[str]) -> tuple[Entity, ...] | None:
    """The places of a message that says nothing but them and words of `around`; None otherwise.

    Names need no preposition here (« je me suis trompé, c’est Amos »); refused ones are left out.
    """
    spans = list(_spans(turn.text, around))
    if not 0 < len(spans) <= 2:
        return None
    said = words(turn.text)
    found: list[Mention] = []
    for start, end in spans:
        mention = desk.gazetteer.match(turn.text[start:end])
        if mention is None:
            return None
        if not _is_refused(said, start, turn.text):
            found.append(mention)
    return (
        tuple(Entity(entity="place", value=each.ids[0], candidates=each.ids) for each in found)
        or None
    )


def _spans(text: str, around: Set[str]) -> list[tuple[int, int]]:
    """Where the other words stand: runs of them, cut by punctuation."""
    spans: list[tuple[int, int]] = []
    for word in words(text):
        if word.text in around:
            continue
        if spans and not _cut(text[spans[-1][1] : word.start], around):
            spans[-1] = (spans[-1][0], word.end)
        else:
            spans.append((word.start, word.end))
    return spans


def _cut(between: str, around: Set[str]) -> bool:
    """Whether a run of words ends there; « sur » or « de » inside a name does not end it."""
    if _PUNCTUATION.search(between):
        return True
    return any(word.text in around and word.text not in LINKS for word in words(between))
