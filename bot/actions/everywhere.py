"""« Et à Gaspé? », after what holds in all of Québec: that it is the same there."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.places import place_in_focus
from bot.actions.replies import answer, say_entry
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.model import Entry
from marie.knowledge.places import Place

OF_ALL_QUEBEC = ("childcare.", "cegep.", "housing.r", "work.search", "work.recognition")
"""Topics of which what has no cards is a rule or a price of all of Québec."""


def holds_everywhere(entry: Entry, turn: Turn) -> bool:
    """« Et à Rimouski? », after what is said of all of Québec, with cards that serve all of it."""
    if entry.resources is None or entry.resources.ask_place or turn.pressed:
        return False
    return turn.focus.entry == entry.id and bool(turn.all("place"))


def same_rule_there(turn: Turn, desk: Desk, otherwise: str) -> Reply | None:
    """« Et à Gaspé? », after the minimum wage or a price: the same in all of Québec.

    `otherwise`: the topic that goes on; of one whose cards were listed, what was said in general
    leaves room for the list there.
    """
    entry, place = desk.library.entries.get(turn.focus.entry or ""), place_in_focus(turn, desk)
    if entry is None or place is None or entry.resources is not None:
        return None
    topic = entry.topic
    if topic != turn.focus.topic or not topic.startswith(OF_ALL_QUEBEC) or topic.endswith(".find"):
        return None
    if entry.default and otherwise == turn.focus.listed:
        return None
    return same_there(entry, place, turn, desk, phrase="same_rule")


def same_there(
    entry: Entry, place: Place, turn: Turn, desk: Desk, *, phrase: str = "same_everywhere"
) -> Reply:
    """That there is nothing more precise for the place: neither the words nor the cards again."""
    said = desk.library.phrase(phrase, place=desk.gazetteer.with_preposition(place))
    said = said[:1].upper() + said[1:]  # a phrase may begin with the place
    content = say_entry(entry, turn, desk, part="", more=[said], place=place.id)
    return answer(turn, content, focus=replace(turn.focus, place=place.id, misses=0))
