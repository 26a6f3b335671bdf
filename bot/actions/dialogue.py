"""Talk about the talk: a bare answer, « et à Gaspé? », « le deuxième », « d’autres », « stop »."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.actions import fallback, handoff
from bot.actions.about_cards import more, pick
from bot.actions.entries import answer_topic, narrows_cards, related_entry, same_family
from bot.actions.everywhere import same_rule_there
from bot.actions.forms import form_topic, question_buttons, question_phrase
from bot.actions.needs import FEW, named_need
from bot.actions.people import ask_age, topic_for_person
from bot.actions.places import named_places
from bot.actions.plan import continues_plan
from bot.actions.replies import answer, plain, quick_reply, starts
from bot.actions.situation import noted, read
from bot.actions.summary import SUMMARY
from bot.actions.trips import picks_event
from bot.actions.turn import Entity, Focus, Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.model import TOPICS, Entry
from marie.language.folding import fold_key, words

MAY_BE = 0.2
"""A second reading in the family in focus is answered from this confidence on."""

ABOUT_CHILDREN = frozenset({"children", "child_ages"})

SURE_TO_FORGET = 0.5
"""What was told is not forgotten for a reading that is less sure than this."""

SURE_OF_MORE = 0.9
"""Under it, a message does not ask for more of a list of which nothing is left."""

Answerers = Mapping[str, Callable[[Turn, Desk], Reply]]

ABOUT_A_QUESTION = frozenset({"question", "questions", "demandez", "demande", "demandes", "savoir"})
"""Words of « pourquoi cette question? », « pourquoi vous me demandez ça? »."""

WHY = frozenset({"pourquoi", "pkoi", "pk"})
"""Words that ask why and tell nothing of what."""

SHORT = 2
"""Words besides « pourquoi » of a question about what was just said."""

ANY = "*"
"""The family of a follow-up's topic that holds for every other family."""

PLACE_TOPICS = ("region.", "childcare.", "cegep.", "university.", "school.", "housing.", "work.")
"""Topics that a new place continues (« et à Gaspé? »)."""

ALSO_BY_PLACE = frozenset({"francization", "health", "organization.find", "transport"})


def dialogue_topics(topics: Answerers) -> Answerers:
    """The dialogue acts; `topics` is where a continued topic is looked up."""

    def follow_up(turn: Turn, desk: Desk) -> Reply:
        if picks_event(turn):
            return topics["moving.trip"](turn.about("moving.trip"), desk)
        if continues_plan(turn):
            return topics[turn.focus.topic or ""](turn.about(turn.focus.topic or ""), desk)
        if narrows_cards(turn, desk):
            return _with_entry(turn, desk, desk.library.entries[turn.focus.entry or ""])
        other = _named_topic(turn, desk)
        if other is not None:
            said = _said_entry(turn, desk) if other == turn.focus.topic else None
            if said is not None:
                return _with_entry(turn, desk, said)
            return topics[other](turn.about(other), desk)
        asked = ask_age(turn, desk)
        if asked is not None and not _tells_of_more(turn, desk):
            return asked
        if turn.all("place"):
            topic = _topic_there(turn, desk)
            return same_rule_there(turn, desk, topic) or topics[topic](turn.about(topic), desk)
        if _picks(turn):
            return _pick(turn, desk)
        dated = _dated(turn)
        if dated is not None:
            return topics[dated](turn.about(dated), desk)
        return _otherwise(turn, desk, topics)

    def more_of_it(turn: Turn, desk: Desk) -> Reply:
        reply = more(turn, desk)
        none_left = reply.messages[0].topic == "clarify"
        if none_left and turn.confidence < SURE_OF_MORE and not turn.pressed:
            return _otherwise(turn, desk, topics)  # « les autres veulent rester »
        return reply

    def pick_one(turn: Turn, desk: Desk) -> Reply:
        if picks_event(turn):
            return topics["moving.trip"](turn.about("moving.trip"), desk)
        return _pick(turn, desk)

    def affirm(turn: Turn, desk: Desk) -> Reply:
        if turn.focus.offered is not None:
            return _accept(turn, desk, topics)
        content = plain(desk.library, "affirm_what", topic="clarify", buttons=_next(turn, desk))
        return answer(turn, content, focus=turn.focus)

    def why(turn: Turn, desk: Desk) -> Reply:
        entry = desk.library.entries.get(turn.focus.entry or "")
        said = {word.text for word in words(turn.text)}
        if turn.focus.pending is not None or said & ABOUT_A_QUESTION:
            return _why(turn, desk)
        # « Sans raison? », « pourquoi? », when nothing was asked: about what was just said.
        asked = " ".join(word for word in turn.text.split() if fold_key(word).strip() not in WHY)
        related = related_entry(replace(turn, text=asked), desk)
        if related is not None and related is not entry:
            return _with_entry(turn, desk, related)
        if _were_listed(turn.focus):
            return _why_these(turn, desk)
        if len(asked.split()) > SHORT and turn.focus.pending is None:
            return fallback.clarify(turn, desk)  # « pourquoi mon voisin crie comme ça »
        if entry is None or entry.details is None:
            return _why(turn, desk)
        more_of_it = Entity(entity="part", value="details")
        return _with_entry(replace(turn, entities=(*turn.entities, more_of_it)), desk, entry)

    return {
        "inform": follow_up,
        "follow_up": follow_up,
        "affirm": affirm,
        "deny": _deny,
        "dont_know": _dont_know,
        "stop": _stop,
        "restart_over": _restart,
        "resume": _resume,
        "why_asked": why,
        "more": more_of_it,
        "pick": pick_one,
        "repeat": _repeat,
    }


def _topic_there(turn: Turn, desk: Desk) -> str:
    """What « et à Gaspé? » goes on with."""
    topic = turn.focus.topic or ""
    if not topic.startswith(PLACE_TOPICS) and topic not in ALSO_BY_PLACE:
        topic = "region.profile"
    if turn.focus.listed is not None and same_family(turn.focus.listed, topic):
        # « plutôt en Estrie », after a list and then a price: the list, there.
        topic = turn.focus.listed
    if topic in ("region.list", "region.recommend", "region.compare"):
        topic = "region.compare" if len(named_places(turn, desk)) > 1 else "region.profile"
    return topic


def _otherwise(turn: Turn, desk: Desk, topics: Answerers) -> Reply:
    """What is asked about the topic in focus, else the next reading, else Marie asks back."""
    told = _noted(turn, desk)
    if told is not None:
        return told
    entry = related_entry(turn, desk)
    if entry is not None:
        return _with_entry(turn, desk, entry)
    next_best = _next_reading(turn)
    if next_best is not None:
        return topics[next_best](turn.about(next_best), desk)
    return fallback.clarify(turn, desk)


def _dated(turn: Turn) -> str | None:
    """The topic that a date goes on with: « on part en juillet », after what a move costs."""
    if not turn.all("date"):
        return None
    family = (turn.focus.topic or "").split(".", maxsplit=1)[0]
    return {"lease": "lease.nonrenewal", "moving": "moving.plan"}.get(family)


def _facts(turn: Turn, desk: Desk) -> Mapping[str, Any]:
    """What a message tells that asks nothing."""
    return read(turn, desk, of_oneself=False).facts if turn.intent == "inform" else {}


def _tells_of_more(turn: Turn, desk: Desk) -> bool:
    """« Je suis réfugiée, seule avec deux enfants »: it is not the children that it is about."""
    return bool(_facts(turn, desk).keys() - ABOUT_CHILDREN)


def _noted(turn: Turn, desk: Desk) -> Reply | None:
    """« On est résidents permanents »: no question, but heard and kept."""
    facts = _facts(turn, desk)
    said = noted(facts, desk)
    if not said:
        return None
    library = desk.library
    buttons = _next(turn, desk)[:2]
    title = library.phrase("button_my_rights")
    content = plain(
        library,
        "situation_noted",
        topic="clarify",
        buttons=[quick_reply(title, "eligibility"), *buttons],
        facts=said,
    )
    return answer(turn, content, focus=replace(turn.focus, misses=0))


def _said_entry(turn: Turn, desk: Desk) -> Entry | None:
    """« On a combien de temps? », after an eviction: that entry, not its topic in general."""
    entry = desk.library.entries.get(turn.focus.entry or "")
    if entry is None or entry.default or entry.topic != turn.focus.topic:
        return None
    near = entry.resources is not None and entry.resources.ask_place
    return None if near or turn.all("place") else entry


def _next_reading(turn: Turn) -> str | None:
    """« Si je m’entends avec lui plutôt? »: what it may be besides, within the family in focus."""
    for each in turn.ranking[1:3]:
        name, sure = str(each["name"]), float(each["confidence"])
        if sure >= MAY_BE and name in TOPICS and same_family(name, turn.focus.topic or ""):
            return name
    return None


def _with_entry(turn: Turn, desk: Desk, entry: Entry) -> Reply:
    named = Entity(entity="entry", value=entry.id)
    return answer_topic(replace(turn, intent=entry.topic, entities=(*turn.entities, named)), desk)


def _named_topic(turn: Turn, desk: Desk) -> str | None:
    """The topic that a few words name: « et le travail? », « et le prix? », « et ma femme? »."""
    focus = turn.focus.topic or ""
    said = {word.text for word in words(turn.text)}
    need = named_need(turn.text, desk.talk) if len(said) <= FEW + 2 else None
    if need is not None and not same_family(need.topic, focus):
        return need.topic
    other = _other_side(focus, said, desk)
    if other is None and need is not None:
        return need.topic
    return other or topic_for_person(turn, desk)


def _other_side(focus: str, said: set[str], desk: Desk) -> str | None:
    """« Et le prix? » about daycare is its cost: `knowledge/follow_ups.yml` says so."""
    family = focus.split(".", maxsplit=1)[0]
    for rule in desk.follow_ups:
        if not said & set(rule.words):
            continue
        for about in (focus, family, ANY):
            if about in rule.topics:
                return rule.topics[about]
    return None


def _accept(turn: Turn, desk: Desk, topics: Answerers) -> Reply:
    """« Oui » to what was offered: as if its button had been pressed."""
    turn = turn.as_pressed(turn.focus.offered or "")
    turn = replace(turn, focus=replace(turn.focus, offered=None))
    return topics[turn.intent](turn, desk)


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
    pending = turn.focus.pending
    if turn.state == "waiting" and (pending is None or pending.field == "withdraw"):
        return handoff.give_up(turn, desk)
    if pending is not None and pending.form == handoff.FORM:
        return handoff.decline(turn, desk)
    content = plain(desk.library, "stop_ok", topic="clarify", buttons=_next(turn, desk))
    return answer(turn, content, focus=replace(turn.focus, pending=None, misses=0))


def _restart(turn: Turn, desk: Desk) -> Reply:
    if turn.confidence < SURE_TO_FORGET and turn.profile:
        again = quick_reply(desk.library.phrase("button_restart"), "restart_over")
        content = plain(desk.library, "restart_sure", topic="clarify", buttons=[again])
        return answer(turn, content, focus=turn.focus)
    content = plain(desk.library, "restart_ok", topic="greeting", buttons=starts(desk))
    # How to speak to her, and what a person left for her, is no part of what she told.
    kept = {each: turn.profile[each] for each in ("simple", SUMMARY) if turn.profile.get(each)}
    return answer(turn, content, focus=Focus(), profile=kept)


def _resume(turn: Turn, desk: Desk) -> Reply:
    pending = turn.focus.pending
    if pending is None:
        content = plain(
            desk.library, "nothing_to_resume", topic="clarify", buttons=_next(turn, desk)
        )
        return answer(turn, content, focus=turn.focus)
    question = desk.library.phrase(question_phrase(pending))
    content = plain(desk.library, "resume_form", topic=form_topic(pending), question=question)
    content = replace(content, quick_replies=tuple(question_buttons(pending, desk)))
    return answer(turn, content, focus=turn.focus)


def _why(turn: Turn, desk: Desk) -> Reply:
    pending = turn.focus.pending
    phrase = desk.library.phrases.get(question_phrase(pending)) if pending else None
    if pending is None or phrase is None or phrase.why is None:
        content = plain(desk.library, "why_asked_default", topic="clarify")
    else:
        question = desk.library.phrase(question_phrase(pending))
        content = Content(
            text=f"{phrase.why.strip()}\n\n{question}",
            topic=form_topic(pending),
            quick_replies=tuple(question_buttons(pending, desk)),
        )
    return answer(turn, content, focus=turn.focus)


def _were_listed(focus: Focus) -> bool:
    topic = focus.topic or ""
    of_a_list = bool(focus.shown) and same_family(focus.listed or "", topic)
    return of_a_list or topic in ("region.recommend", "region.profile", "region.compare")


def _why_these(turn: Turn, desk: Desk) -> Reply:
    """« Pourquoi eux? », about a list or about regions that Marie put in order."""
    focus = turn.focus
    phrase = "why_listed" if focus.shown else "why_ranked"
    topic = focus.topic or "clarify"
    content = plain(desk.library, phrase, topic=topic, buttons=_next(turn, desk))
    return answer(turn, content, focus=focus)


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
