"""Not understood, or not Marie's business: say so, propose, and the second time offer a person."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.replies import answer, plain, quick_reply
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Miss, Reply
from marie.knowledge.model import TOPICS as ALL_TOPICS

MAX_PROPOSALS = 3
MIN_CONFIDENCE = 0.08
"""A reading less likely than this is not worth a button."""

NEVER_PROPOSED = frozenset(
    {"out_of_scope", "clarify", "abuse", "safety", "language", "greeting", "goodbye", "thanks"}
)


def clarify(turn: Turn, desk: Desk) -> Reply:
    """In doubt: at most three readings as buttons; the second time in a row a person."""
    if turn.focus.misses >= 1:
        return _offer_person(turn, desk, "not_understood_second", "clarify")
    buttons = _proposals(turn, desk)
    phrase = "proposals_intro" if buttons else "not_understood_first"
    content = plain(desk.library, phrase, topic="clarify", buttons=buttons or _starts(desk))
    return _missed(turn, desk, content)


def out_of_scope(turn: Turn, desk: Desk) -> Reply:
    """Something else than life in the regions: never answered as if it were."""
    if turn.focus.misses >= 1:
        return _offer_person(turn, desk, "not_understood_second", "out_of_scope")
    library = desk.library
    entry = library.default_entry("out_of_scope")
    content = Content(
        text=library.phrase("out_of_scope"),
        topic="out_of_scope",
        entry=entry.id,
        quick_replies=tuple(_starts(desk)),
    )
    return _missed(turn, desk, content)


def _offer_person(turn: Turn, desk: Desk, phrase: str, topic: str) -> Reply:
    library = desk.library
    buttons = [quick_reply(library.phrase("button_handoff"), "handoff"), *_proposals(turn, desk)]
    return _missed(turn, desk, plain(library, phrase, topic=topic, buttons=buttons))


def _proposals(turn: Turn, desk: Desk) -> list[dict[str, str]]:
    likely = [
        each["name"]
        for each in turn.ranking
        if each["confidence"] >= MIN_CONFIDENCE
        and each["name"] in ALL_TOPICS
        and each["name"] not in NEVER_PROPOSED
    ]
    return [
        quick_reply(desk.library.default_entry(topic).title, topic)
        for topic in likely[:MAX_PROPOSALS]
    ]


def _starts(desk: Desk) -> list[dict[str, str]]:
    entry = desk.library.default_entry("greeting")
    return [quick_reply(each.title, each.topic) for each in entry.quick_replies if each.topic]


def _missed(turn: Turn, desk: Desk, content: Content) -> Reply:
    place = turn.value("place")
    miss = Miss(
        text=turn.text, place=place if isinstance(place, str) else None, nearest=turn.ranking[:3]
    )
    focus = replace(turn.focus, misses=turn.focus.misses + 1)
    return answer(turn, content, focus=focus, miss=None if turn.pressed else miss)


TOPICS = {"clarify": clarify, "out_of_scope": out_of_scope}
