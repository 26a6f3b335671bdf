"""What is told of a family in the middle of a talk: « ma femme est infirmière », said back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.actions.entries import same_family
from bot.actions.needs import needs_of
from bot.actions.people import SPOUSE, topic_at
from bot.actions.replies import MAX_QUICK_REPLIES, answer, plain, quick_reply
from bot.actions.situation import noted, read, years
from bot.actions.trades import spouse_trade, spouse_word
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from bot.actions.wishes import only_tells_of_family, told_ages
from marie.domain.replies import Reply
from marie.knowledge.saying import distinct
from marie.knowledge.talk import says
from marie.language.folding import fold_key
from marie.language.typography import french_list

READ_SO = frozenset(
    {
        *("inform", "follow_up", "clarify", "out_of_scope", "greeting", "affirm", "deny", "health"),
        *("work.search", "childcare.find", "childcare.types", "school.find", "cegep.find"),
        *("university.find", "region.profile", "region.list", "thanks", "dont_know", "repeat"),
    }
)
"""Readings of a message that tells of a family and asks nothing."""

WEIGHED = frozenset({"region.recommend", "eligibility"})
"""Topics in focus that take what is told into account by themselves."""


PLAN = "moving.plan"
"""It takes children's ages into account by itself."""

TWINS = ("jumeaux", "jumelles")
"""Folded words of children who have one age."""

NOTED_THERE = frozenset({"eligibility", "moving.plan", "safety", "abuse", "language", "handoff"})
"""Topics whose answers say back what they heard themselves, or have something else to say."""


TELLS_WHO = frozenset({"greeting", "immigration"})
"""Topics of « bonjour, moi demandeur d’asile », « nous avons la résidence permanente »."""

OF_ONESELF = frozenset({"je", "j", "jai", "moi", "suis", "nous", "on", "avons", "sommes", "ai"})
"""Folded words by which a message speaks of its author."""


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
    if turn.focus.topic == PLAN and not trade:
        return None
    topics = _topics_of_children(turn, desk)
    answered = any(same_family(each, topic) for each in topics for topic in _talked_of(turn))
    if not trade and (not topics or (len(topics) == 1 and answered)):
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


def with_noted(turn: Turn, desk: Desk, reply: Reply) -> Reply:
    """The reply, which says first what it heard of a family, or after a greeting of a person."""
    if turn.pressed or len(reply.messages) != 1 or turn.text.rstrip().endswith("?"):
        return reply
    (said,) = reply.messages
    if said.topic in NOTED_THERE:
        return reply
    before, after = noted_of_family(turn, desk), ""
    if said.topic in TELLS_WHO and set(fold_key(turn.text).split()) & OF_ONESELF:
        facts = noted(read(turn, desk, of_oneself=True).facts, desk)
        heard = desk.library.phrase("family_noted", facts=facts) if facts else ""
        before, after = ("", heard) if said.topic == "greeting" else (heard, "")
    if before in said.text:
        before = ""
    text = "\n\n".join(part for part in (before, said.text, after) if part)
    return replace(reply, messages=(replace(said, text=text),))


def _talked_of(turn: Turn) -> tuple[str, str]:
    return turn.intent, str(turn.focus.topic)


def _told(turn: Turn, desk: Desk) -> Iterator[str]:
    library = desk.library
    if trade := spouse_trade(turn.text, desk):
        who = spouse_word(turn.text, desk) or ""
        yield library.phrase("family_spouse", who=who, trade=trade["occupation"])
    ages = told_ages(turn)
    if ages:
        said = french_list([years(age) for age in ages])
        one = len(ages) == 1 and not says(turn.text, TWINS)
        phrase = "family_child" if one else "family_children"
        yield library.phrase(phrase, ages=said)


def _topics_of_children(turn: Turn, desk: Desk) -> set[str]:
    ages = told_ages(turn)
    return {topic for age in ages if (topic := topic_at(age, desk.talk.child)) is not None}
