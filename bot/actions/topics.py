"""Every intent and every form, with the function that answers it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.actions import (
    dialogue,
    fallback,
    general,
    handoff,
    lease,
    matching,
    plan,
    programs,
    region,
    registrations,
    trips,
    waiting,
)
from bot.actions.entries import answer_topic
from bot.actions.respond import Answerer, Form
from marie.knowledge.model import GROUPS

PLAIN_GROUPS = ("childcare", "education", "housing", "work", "settling")
"""Groups whose topics are all answered by their entry and cards."""

_ANSWERED: dict[str, Answerer] = {
    **{topic: answer_topic for group in PLAIN_GROUPS for topic in GROUPS[group]},
    **general.TOPICS,
    **fallback.TOPICS,
    **region.TOPICS,
    **lease.TOPICS,
    **programs.TOPICS,
    **matching.TOPICS,
    **plan.TOPICS,
    **trips.TOPICS,
    "handoff": handoff.ask_for_person,
}

TOPICS: Mapping[str, Answerer] = {**_ANSWERED, **dialogue.dialogue_topics(_ANSWERED)}

FORMS: Mapping[str, Form] = {
    handoff.FORM: handoff.take_answer,
    lease.FORM: lease.take_answer,
    programs.FORM: programs.take_answer,
    matching.FORM: matching.take_answer,
    plan.FORM: plan.take_answer,
    registrations.FORM: registrations.take_answer,
    waiting.FORM: waiting.take_answer,
}
