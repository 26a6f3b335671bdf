"""Talk about the talk: a bare answer, « et à Gaspé? », « le deuxième », « d’autres », « stop »."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.actions import fallback, handoff
from bot.actions.about_cards import more, pick
from bot.actions.entries import answer_topic, narrows_cards, related_entry
from bot.actions.places import named_places
from bot.actions.replies import answer, plain, quick_reply
from bot.actions.respond import form_topic, question_phrase
from bot.actions.turn import Entity, Focus, Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.model import Entry
from marie.language.folding import words

Answerers = Mapping[str, Callable[[Turn, Desk], Reply]]

PLACE_TOPICS = ("region.", "childcare.", "cegep.", "university.", "school.", "housing.", "work.")
"""Topics that a new place continues (« et à Gaspé? »)."""


def dialogue_topics(topics: Answerers) -> Answerers:
    """The dialogue acts; `topics` is where a continued topic is looked up."""

    def follow_up(turn: Turn, desk: Desk) -> Reply:
        if narrows_cards(turn, desk):
            return _with_entry(turn, desk, desk.library.entries[turn.focus.entry or ""])
        other = _other_side(turn, desk)
        if other is not None:
            return topics[other](turn.about(other), desk)
        if turn.all("place"):
            topic = turn.focus.topic or ""
            if not topic.startswith(PLACE_TOPICS) and topic not in (
                "francization",
                "health",
                "organization.find",
            ):
                topic = "region.profile"
            if topic in ("region.list", "region.recommend", "region.compare"):
                topic = "region.compare" if len(named_places(turn, desk)) > 1 else "region.profile"
            return topics[topic](turn.about(topic), desk)
        if _picks(turn):
            return _pick(turn, desk)
        if turn.all("date") and (turn.focus.topic or "").startswith("lease."):
            return topics["lease.nonrenewal"](turn.about("lease.nonrenewal"), desk)
        entry = related_entry(turn, desk)
        if entry is not None:
            return _with_entry(turn, desk, entry)
        return fallback.clarify(turn, desk)

    def affirm(turn: Turn, desk: Desk) -> Reply:
        content = plain(desk.library, "affirm_what", topic="clarify", buttons=_next(turn, desk))
        return answer(turn, content, focus=turn.focus)

    return {
        "inform": follow_up,
        "follow_up": follow_up,
        "affirm": affirm,
        "deny": _deny,
        "dont_know": _dont_know,
        "stop": _stop,
        "restart_over": _restart,
        "resume": _resume,
        "why_asked": _why,
        "more": more,
        "pick": _pick,
        "repeat": _repeat,
    }


def _with_entry(turn: Turn, desk: Desk, entry: Entry) -> Reply:
    named = Entity(entity="entry", value=entry.id)
    return answer_topic(replace(turn, intent=entry.topic, entities=(*turn.entities, named)), desk)


def _other_side(turn: Turn, desk: Desk) -> str | None:
    """« Et le prix? » about daycare is its cost: `knowledge/follow_ups.yml` says so."""
    family = (turn.focus.topic or "").split(".")[0]
    said = {word.text for word in words(turn.text)}
    for rule in desk.follow_ups:
        if said & set(rule.words) and family in rule.topics:
            return rule.topics[family]
    return None


def _next(turn: Turn, desk: Desk) -> list[dict[str, str]]:
    library = desk.library
    entry = library.entries.get(turn.focus.entry or "") or library.default_entry("greeting")
    return [quick_reply(each.title, each.topic) for each in entry.quick_replies if each.topic]


def _deny(turn: Turn, desk: Desk) -> Reply:
    content = plain(desk.library, "deny_ok", topic="clarify", buttons=_next(turn, desk))
    return answer(turn, content, focus=turn.focus)


def _dont_know(turn: Turn, desk: Desk) -> Reply:
    content = plain(desk.library, "dont_know_ok", topic="clarify", buttons=_next(turn, desk))
    return answer(turn, content, focus=turn.focus)


def _stop(turn: Turn, desk: Desk) -> Reply:
    if turn.state == "waiting" and turn.focus.pending is None:
        return handoff.ask_for_person(turn.about("handoff"), desk)
    content = plain(desk.library, "stop_ok", topic="clarify", buttons=_next(turn, desk))
    return answer(turn, content, focus=replace(turn.focus, pending=None, misses=0))


def _restart(turn: Turn, desk: Desk) -> Reply:
    start = desk.library.default_entry("greeting")
    buttons = [quick_reply(each.title, each.topic) for each in start.quick_replies if each.topic]
    content = plain(desk.library, "restart_ok", topic="greeting", buttons=buttons)
    return answer(turn, content, focus=Focus(), profile={})


def _resume(turn: Turn, desk: Desk) -> Reply:
    pending = turn.focus.pending
    if pending is None:
        return _repeat(turn, desk)
    question = desk.library.phrase(question_phrase(pending))
    content = plain(desk.library, "resume_form", topic=form_topic(pending), question=question)
    return answer(turn, content, focus=turn.focus)


def _why(turn: Turn, desk: Desk) -> Reply:
    pending = turn.focus.pending
    phrase = desk.library.phrases.get(question_phrase(pending)) if pending else None
    if pending is None or phrase is None or phrase.why is None:
        content = plain(desk.library, "why_asked_default", topic="clarify")
    else:
        question = desk.library.phrase(question_phrase(pending))
        content = Content(text=f"{phrase.why.strip()}\n\n{question}", topic=form_topic(pending))
    return answer(turn, content, focus=turn.focus)


def _picks(turn: Turn) -> bool:
    """« 2 » under a list of cards chooses the second."""
    return bool(turn.focus.shown) and turn.text.strip() in "12345"


def _pick(turn: Turn, desk: Desk) -> Reply:
    return pick(turn, desk) or fallback.clarify(turn, desk)


def _repeat(turn: Turn, desk: Desk) -> Reply:
    if turn.focus.last is None:
        content = plain(desk.library, "nothing_to_repeat", topic="clarify")
        return answer(turn, content, focus=turn.focus)
    content = Content(text=turn.focus.last, topic=turn.focus.topic or "clarify")
    return answer(turn, content, focus=turn.focus)
