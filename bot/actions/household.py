"""What is told of a family in the middle of a talk: « ma femme est infirmière », said back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.actions.needs import needs_of
from bot.actions.people import SPOUSE, topic_at
from bot.actions.replies import MAX_QUICK_REPLIES, answer, plain, quick_reply
from bot.actions.situation import years
from bot.actions.trades import spouse_trade, spouse_word
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from bot.actions.wishes import only_tells_of_family
from marie.domain.replies import Reply
from marie.knowledge.saying import distinct
from marie.knowledge.talk import says
from marie.language.own_numbers import read_own_numbers
from marie.language.typography import french_list

READ_SO = frozenset(
    {
        *("inform", "follow_up", "clarify", "out_of_scope", "greeting", "affirm", "deny", "health"),
        *("work.search", "childcare.find", "childcare.types", "school.find", "cegep.find"),
        *("university.find", "region.profile", "region.list", "thanks", "dont_know", "repeat"),
    }
)
"""Readings of a message that tells of a family and asks nothing."""

WEIGHED = frozenset({"region.recommend", "eligibility", "moving.plan"})
"""Topics in focus that take what is told into account by themselves."""


def noted_of_family(turn: Turn, desk: Desk) -> str:
    """« C’est noté : votre mari, infirmier, et des enfants de 3 et 7 ans. »; empty: nothing."""
    told = [] if turn.pressed else list(_told(turn, desk))
    return desk.library.phrase("family_noted", facts=french_list(told)) if told else ""


def tell_of_family(turn: Turn, desk: Desk) -> Reply | None:
    """Said back, with what it is used for and where to go on; None for what asks something."""
    if turn.intent not in READ_SO or turn.value("entry") is not None:
        return None
    if turn.focus.topic in WEIGHED and turn.focus.pending is None:
        return None
    if not only_tells_of_family(turn, desk) or needs_of(turn.text, desk.talk):
        return None
    trade = bool(spouse_trade(turn.text, desk))
    topics = _topics_of_children(turn, desk)
    if not trade and len(topics) < 2:
        return None  # one child, or twins: what they need is answered at once
    library = desk.library
    place = turn.focus.place
    buttons = []
    if trade:
        buttons.append(quick_reply(library.phrase("button_spouse_work"), "work.search"))
        buttons += [
            quick_reply(library.phrase("button_recognition"), "work.recognition", entry=each.entry)
            for each in desk.talk.callings
            if says(turn.text, each.says)
        ][:1]
    buttons += [
        quick_reply(need.button, need.topic, place=place)
        for need in desk.talk.needs
        if need.topic in topics
    ]
    buttons.append(quick_reply(library.phrase("button_region_recommend"), "region.recommend"))
    content = plain(
        library,
        "family_used",
        topic="clarify",
        buttons=distinct(buttons)[:MAX_QUICK_REPLIES],
        noted=noted_of_family(turn, desk),
    )
    focus = replace(turn.focus, misses=0)
    return answer(turn, content, focus=replace(focus, person=SPOUSE) if trade else focus)


def _told(turn: Turn, desk: Desk) -> Iterator[str]:
    library = desk.library
    if trade := spouse_trade(turn.text, desk):
        who = spouse_word(turn.text, desk) or ""
        yield library.phrase("family_spouse", who=who, trade=trade["occupation"])
    ages = read_own_numbers(turn.text, turn.today).child_ages
    if ages:
        said = french_list([years(age) for age in ages])
        phrase = "family_child" if len(ages) == 1 else "family_children"
        yield library.phrase(phrase, ages=said)


def _topics_of_children(turn: Turn, desk: Desk) -> set[str]:
    ages = read_own_numbers(turn.text, turn.today).child_ages or ()
    return {topic for age in ages if (topic := topic_at(age, desk.talk.child)) is not None}
