"""Whom a message is about: a child and its age, a spouse; kept in the focus for what follows."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.replies import answer, plain, quick_reply
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.talk import Child, says
from marie.language.folding import words

CHILD, SPOUSE = "child", "spouse"
EXPECTED = ("attend un", "attends un", "attendons un", "attend notre", "enceinte", "va naitre")
"""Folded words of a child that is not born yet."""

OTHER, FEW = ("l autre", "lautre"), 4
"""Folded words of the second of two children, in a message of few words."""

GROWN = 18.0
"""Years: an age from it on is not a child's."""


def with_person(turn: Turn, desk: Desk) -> Turn:
    """The same turn with the person it speaks of in its focus."""
    if turn.pressed:
        return turn
    talk = desk.talk
    ages = child_ages(turn)
    if _speaks_of_child(turn, talk.child):
        before = turn.focus.child_age if turn.focus.person == CHILD else None
        told = ages[-1] if ages else _told_age(turn, talk.child)
        age = before if told is None else told
        return replace(turn, focus=replace(turn.focus, person=CHILD, child_age=age))
    if says(turn.text, talk.spouse.says):
        return replace(turn, focus=replace(turn.focus, person=SPOUSE, child_age=None))
    return turn


def _told_age(turn: Turn, child: Child) -> float | None:
    """« Et le grand? », when the children's ages were told: the eldest's; 0 of one to be born."""
    if says(turn.text, EXPECTED):
        return 0.0
    known = (turn.profile.get("situation") or {}).get("child_ages") or []
    if _says_the_other(turn):
        others = [float(age) for age in known if age != turn.focus.child_age]
        return others[0] if len(others) == 1 else None
    if known and says(turn.text, child.older):
        return float(max(known))
    return float(min(known)) if known and says(turn.text, child.younger) else None


def _speaks_of_child(turn: Turn, child: Child) -> bool:
    if says(turn.text, child.says):
        return True
    return turn.focus.person == CHILD and (bool(child_ages(turn)) or _says_the_other(turn))


def _says_the_other(turn: Turn) -> bool:
    """« Et l’autre? », after one of two children."""
    said = turn.focus.person == CHILD and says(turn.text, OTHER)
    return said and len(words(turn.text)) <= FEW


def child_ages(turn: Turn) -> list[float]:
    """The ages of children in the message, in years."""
    ages = [
        float(age.value) / (12 if age.grain == "months" else 1)
        for age in turn.all("age")
        if isinstance(age.value, (int, float))
    ]
    return [age for age in ages if age < GROWN]


def topic_for_person(turn: Turn, desk: Desk) -> str | None:
    """The topic that « et pour ma femme? », « et pour mon fils de 17 ans? » goes on with."""
    talk = desk.talk
    if _speaks_of_child(turn, talk.child):
        age = turn.focus.child_age
        return None if age is None else topic_at(age, talk.child)
    if says(turn.text, talk.spouse.says):
        topic = turn.focus.topic
        return topic if topic in talk.spouse.topics else talk.spouse.otherwise
    return None


def topic_at(age: float, child: Child) -> str | None:
    """The topic for a child of `age` years."""
    return next((each.topic for each in child.ages if age < each.under), None)


def ask_age(turn: Turn, desk: Desk) -> Reply | None:
    """« Et pour ma fille? », age unknown: Marie asks; None when no child is spoken of."""
    if not says(turn.text, desk.talk.child.says) or turn.focus.child_age is not None:
        return None
    library = desk.library
    place = turn.focus.place
    buttons = [
        quick_reply(library.phrase(f"button_child_{at}"), each.topic, place=place)
        for at, each in enumerate(desk.talk.child.ages)
    ]
    counted = (turn.profile.get("situation") or {}).get("children")
    several = isinstance(counted, (int, float)) and counted > 1
    phrase = "ask_children_ages" if several else "ask_child_age"
    content = plain(library, phrase, topic="clarify", buttons=buttons)
    return answer(turn, content, focus=replace(turn.focus, misses=0))
