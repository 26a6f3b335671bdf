"""Which place a message is about, and asking when its name is shared."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.replies import answer, plain, quick_reply
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.places import Place

MAX_CHOICES = 4


def named_places(turn: Turn, desk: Desk) -> list[Place]:
    """The places that the message names without doubt, in order, each once."""
    found = [
        place
        for entity in turn.all("place")
        if len(entity.candidates) == 1
        and (place := desk.gazetteer.get(entity.candidates[0])) is not None
    ]
    return list({place.id: place for place in found}.values())


def names_elsewhere(turn: Turn, desk: Desk) -> bool:
    """Whether the message names a place that is not of the Montréal area."""
    return any(not each.metropolitan for each in named_places(turn, desk))


def named_place(turn: Turn, desk: Desk) -> Place | None:
    """The place that the message is about: the last one named (« de Montréal à Rimouski »).

    « Magog, en Estrie » is about Magog.
    """
    places = named_places(turn, desk)
    within = {place.region for place in places if place.kind != "region"}
    elsewhere = [
        place
        for place in places
        if not place.metropolitan and not (place.kind == "region" and place.region in within)
    ]
    named = elsewhere or places
    return named[-1] if named else None


def place_in_focus(turn: Turn, desk: Desk) -> Place | None:
    """The place named now, or else the one that the talk is about."""
    named = named_place(turn, desk)
    if named is not None or turn.focus.place is None:
        return named
    return desk.gazetteer.get(turn.focus.place)


def ask_which(turn: Turn, desk: Desk, *, topic: str) -> Reply | None:
    """Marie's question when a name is shared (Saint-Jean…); None when there is no doubt.

    A lease ends by the same law in each of them.
    """
    if named_place(turn, desk) is not None or topic.startswith("lease."):
        return None
    for entity in turn.all("place"):
        places = [place for each in entity.candidates if (place := desk.gazetteer.get(each))]
        if len(places) > 1:
            return _ask(places[:MAX_CHOICES], turn, desk, topic)
    return None


def _ask(places: list[Place], turn: Turn, desk: Desk, topic: str) -> Reply:
    buttons = [
        quick_reply(full_name(place, desk), topic, place=place.id, entry=turn.value("entry"))
        for place in places
    ]
    question = plain(desk.library, "ask_which_place", topic="clarify", buttons=buttons)
    names = "\n".join(f"• {button['title']}" for button in buttons)
    question = replace(question, text=f"{question.text}\n{names}")
    choices = tuple(button["payload"] for button in buttons)
    focus = replace(turn.focus, topic=topic, place=None, choices=choices)
    return answer(turn, question, focus=focus)


def full_name(place: Place, desk: Desk) -> str:
    """« Saint-Jean-sur-Richelieu (Montérégie) »."""
    region = desk.gazetteer.region_of(place)
    if region is None or region.id == place.id:
        return place.name
    return f"{place.name} ({region.name})"
