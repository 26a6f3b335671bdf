"""One message, one reply: pending questions first, then the topic.

This is the whole order of precedence of Marie's talk:
1. danger and distress, from any state, by their words whatever was read;
2. requests recognised by their words alone: to cheat, to have one's file read (`knowledge/asked`);
3. what a counsellor left with Marie, when it is asked for;
4. « stop », « on recommence », « pourquoi cette question? »;
5. the answer to the question that she asked;
6. the topic of the message, or the entry that has it among its questions; a question left open is
   recalled after it, a second need is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from bot.actions.about_cards import about_cards
from bot.actions.again import not_twice
from bot.actions.choices import chosen
from bot.actions.context import read_in_context
from bot.actions.entries import asked_so, same_family
from bot.actions.finding import NEVER_PROPOSED
from bot.actions.forms import ask_again, recall
from bot.actions.household import tell_of_family, with_noted
from bot.actions.lease_told import end_in_passing
from bot.actions.needs import NO_SECOND, needs_of, second_need
from bot.actions.next_step import asks_what_next, tell_what_next
from bot.actions.people import with_person
from bot.actions.places import named_place
from bot.actions.plan import tells_of_a_move
from bot.actions.replies import MAX_QUICK_REPLIES, quick_reply
from bot.actions.situation import remember
from bot.actions.summary import asks_for_summary, tell_summary
from bot.actions.towns import which_town
from bot.actions.traces import LANGUAGE, with_traces
from bot.actions.turn import Entity, Focus, Pending, Turn
from bot.actions.verdict_reasons import asks_for_reasons, tell_reasons
from bot.actions.waiting import speaks_of_it
from bot.actions.whence import asks_whence, tell_whence
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.asked import asked_entry
from marie.knowledge.model import TOPICS
from marie.knowledge.talk import says
from marie.language.folding import fold_key, words
from marie.language.safety import HELP_ENTRIES

Answerer = Callable[[Turn, Desk], Reply]
Form = Callable[[Turn, Desk, Pending], Reply | None]
"""Takes an answer to the pending question; None when the message is something else."""

NO_ANSWER = frozenset({"clarify", "out_of_scope", "inform", "affirm", "deny", "dont_know"})
"""Intents that answer no topic: in the middle of a form they are a try at its question."""

NAMES_NOTHING = frozenset({"clarify", "out_of_scope", "inform", "follow_up"})
"""Readings under which a message is looked for among the entries' questions."""

ABOUT_THE_FORM = frozenset({"stop", "restart_over", "why_asked", "resume", "repeat"})
"""What is said about the question itself: it is not recalled after the answer."""

GREETED = frozenset({"greeting", "clarify", "thanks"})
"""Readings under which a person that is asked for in plain words outweighs the rest."""

FEW = 3
"""Words of « person please », which nothing tells to be English."""

AT_LEAST = 5
"""Words of a message that leans on what was talked of: a longer one names what it is about."""

SURE_ENOUGH = 0.45
"""A reading as distress that no words support needs this confidence."""

NEXT_READING = 0.2
"""The next reading is answered from this confidence on; under it, Marie asks back."""

TOLD_OF_VIOLENCE = frozenset({"safety-violence", "lease-special-violence"})
"""Entries after which what follows is said by somebody who lives with violence."""

HARASSED = "housing-rights-harassment"

OF_LODGING = ("lease.", "housing.")

ABOUT_WHAT_WAS_SAID = (
    (asks_for_summary, tell_summary),
    (asks_for_reasons, tell_reasons),
    (asks_whence, tell_whence),
    (asks_what_next, tell_what_next),
)
"""What is asked about what was said before: whether it is, and the answer; forms wait for it."""

ALONE = frozenset(
    {
        *("greeting", "goodbye", "thanks", "handoff", "safety", "language", "abuse", "clarify"),
        *("out_of_scope", "capabilities", "privacy", "eligibility", "moving.plan"),
    }
)
"""Topics under which no second need is offered."""


def respond(
    turn: Turn, desk: Desk, *, topics: Mapping[str, Answerer], forms: Mapping[str, Form]
) -> Reply:
    """Marie's reply to `turn`."""
    reply = not_twice(turn, desk, _reply(turn, desk, topics, forms))
    return with_traces(turn, _with_place(turn, desk, reply))


def _with_place(turn: Turn, desk: Desk, reply: Reply) -> Reply:
    """The reply, which remembers where she wants to go also when its topic has no place.

    « Mon bail finit le 30 juin, on part à Rimouski », and then « combien coûte la garderie
    là-bas? ».
    """
    place = named_place(turn, desk)
    if place is None or place.metropolitan or turn.pressed or reply.focus.get("place"):
        return reply
    return replace(reply, focus={**reply.focus, "place": place.id})


def _reply(
    turn: Turn, desk: Desk, topics: Mapping[str, Answerer], forms: Mapping[str, Form]
) -> Reply:
    if turn.profile.get("simple"):
        desk = replace(desk, simple=True)
    turn = _as_alarming_as_it_is(turn, desk)
    turn = remember(with_person(_as_asked(turn, desk), desk), desk)
    pending = turn.focus.pending
    if turn.intent == "safety":
        return topics[turn.intent](turn, desk)
    for asks, tells in ABOUT_WHAT_WAS_SAID:
        if asks(turn, desk):
            told_of_it = tells(turn, desk)
            return told_of_it if pending is None else recall(told_of_it, desk, pending)
    if pending is None:
        if (which := which_town(turn, desk)) is not None:
            return which
        if (family := tell_of_family(turn, desk)) is not None:
            return family
        turn = chosen(turn)
        told = about_cards(turn, desk, topics) if turn.value("entry") is None else None
        if told is not None:
            return told
        turn = _with_lease_end(_as_written(read_in_context(turn, desk), desk), desk)
        answered = topics[turn.intent](_without_offer(turn), desk)
        return _with_second_need(turn, desk, with_noted(turn, desk, answered))
    # « Ne transmettez pas mon âge » corrects the file, « je préfère rester ici » answers.
    answers = desk.qualification.withheld(turn.text) or says(turn.text, desk.talk.stays)
    answers = pending.form == "handoff" and answers
    if turn.intent in ("stop", "restart_over", "why_asked") and not answers:
        return topics[turn.intent](turn, desk)
    asked = turn.value("entry") is not None and not turn.pressed
    reply = None if asked else forms[pending.form](turn, desk, pending)
    if reply is not None:
        return reply
    if (family := tell_of_family(turn, desk)) is not None:
        return recall(family, desk, pending)
    turn = _as_written(read_in_context(turn, desk), desk)
    if turn.intent in NO_ANSWER and not _asks_something(turn):
        return ask_again(turn, desk, pending)
    answered = topics[turn.intent](turn, desk)
    return answered if turn.intent in ABOUT_THE_FORM else recall(answered, desk, pending)


def _as_alarming_as_it_is(turn: Turn, desk: Desk) -> Turn:
    """The same turn; help lines come for what alarms, and not for « je tue le temps ».

    Words alone decide for danger. Against it, a turn of phrase or little sureness outweighs what
    the trained model took for distress.
    """
    if turn.pressed or turn.first("safety") is not None:
        return turn
    kind = desk.safety.find(turn.text)
    if kind == "violence" and _by_the_landlord(turn, desk):
        return turn
    if kind is not None:
        intent = turn.intent if kind == "violence_lease" else "safety"
        return _alarmed(replace(turn, intent=intent), kind)
    told_of_violence = turn.focus.entry in TOLD_OF_VIOLENCE
    if turn.focus.topic == "safety" and turn.intent in ("capabilities", "organization.find"):
        # « Qui peut m’aider? », right after the help lines.
        exploited = turn.focus.entry == HELP_ENTRIES["exploitation"]
        kind = "exploitation" if exploited else "distress"
        kind = "violence" if told_of_violence else kind
        return _alarmed(replace(turn, intent="safety"), kind)
    if told_of_violence and turn.intent == "moving.plan" and not turn.all("place"):
        # « Je veux partir avec mes enfants », right after it: to safety first.
        return _alarmed(replace(turn, intent="safety"), "violence")
    if turn.intent != "safety":
        return turn
    if turn.confidence >= SURE_ENOUGH and not _harmless(turn, desk, told_of_violence):
        # « J’ai peur qu’il lise ça » goes on about the violence.
        return _alarmed(turn, "violence") if told_of_violence else turn
    others = [each for each in turn.ranking if each["name"] != "safety"]
    name, sure = (others[0]["name"], others[0]["confidence"]) if others else ("clarify", 0.0)
    intent = name if sure >= NEXT_READING else "clarify"
    return replace(turn, intent=intent, confidence=sure, ranking=tuple(others))


def _by_the_landlord(turn: Turn, desk: Desk) -> bool:
    """« Il me harcèle », of the landlord just talked about: its entry has the help lines too."""
    if turn.focus.topic == "safety" or turn.focus.entry in TOLD_OF_VIOLENCE:
        return False
    about = turn.focus
    found = asked_entry(turn.text, desk.asked, topic=about.topic, entry=about.entry)
    return found == HARASSED


def _harmless(turn: Turn, desk: Desk, told_of_violence: bool) -> bool:
    """Whether what only sounds like danger is a turn of phrase, or a landlord's threat."""
    if desk.safety.harmless(turn.text):
        return True
    # « Il menace de nous mettre dehors », about the landlord: no word of danger in it.
    asked = asked_entry(turn.text, desk.asked, topic=turn.focus.topic)
    return asked is not None and not told_of_violence


def _alarmed(turn: Turn, kind: str) -> Turn:
    """The turn, with the danger that it tells of."""
    return replace(turn, entities=(*turn.entities, Entity(entity="safety", value=kind)))


def _as_asked(turn: Turn, desk: Desk) -> Turn:
    """The same turn, read as what its words alone ask for."""
    if turn.pressed or turn.intent == "safety":
        return turn
    tongue = turn.profile.get(LANGUAGE)
    foreign = turn.intent == "language" or (tongue and len(words(turn.text)) <= FEW)
    if foreign and (tongue or turn.focus.topic == "language") and says(turn.text, desk.talk.person):
        return replace(turn, intent="handoff")  # « yes a person please »
    if turn.intent == "language" and turn.focus.topic == "language":
        said = fold_key(turn.text).strip()
        need = next((topic for topic, own in desk.talk.abroad.items() if said in own), None)
        if need is not None:
            return replace(turn, intent=need)  # « trabajo », under the button that says it
    if speaks_of_it(turn, desk):
        return replace(turn, intent="handoff")
    if turn.intent in GREETED and says(turn.text, desk.talk.talk_to):
        return replace(turn, intent="handoff")  # « bonjour, je veux parler à quelqu’un »
    if turn.profile.get("trips") and says(turn.text, desk.plan_words.leave):
        return replace(turn, intent="moving.trip")
    if tells_of_a_move(turn, desk):
        return replace(turn, intent="moving.plan")
    about = turn.focus
    found = asked_entry(turn.text, desk.asked, topic=about.topic, entry=about.entry)
    entry = desk.library.entries.get(found or "")
    needs = needs_of(turn.text, desk.talk) if len(words(turn.text)) > AT_LEAST else []
    if entry and needs and not any(_close(each.topic, entry.topic) for each in needs):
        # « Combien de temps pour résilier le bail », after daycare: it names what it is about.
        entry = desk.library.entries.get(asked_entry(turn.text, desk.asked) or "")
    if entry is None:
        return turn
    named = Entity(entity="entry", value=entry.id)
    return replace(turn, intent=entry.topic, entities=(*turn.entities, named))


def _close(one: str, other: str) -> bool:
    """Whether a need may be a part of what is asked; a rent is of the lease, a school of danger."""
    lodging = one.startswith(OF_LODGING) and other.startswith(OF_LODGING)
    return lodging or same_family(one, other) or other == "safety"


def _with_lease_end(turn: Turn, desk: Desk) -> Turn:
    """The turn, which remembers when her lease ends also when it asks about something else."""
    if turn.pressed or turn.intent.startswith("lease.") or turn.focus.pending is not None:
        return turn
    ends = end_in_passing(turn, desk)
    if ends is None:
        return turn
    lease = {**(turn.profile.get("lease") or {}), "end": ends}
    return replace(turn, profile={**turn.profile, "lease": lease})


def _as_written(turn: Turn, desk: Desk) -> Turn:
    """The same turn, read as the very question that an editor wrote to an entry.

    What names no topic is compared with the questions of entries. So a message that Marie missed
    is answered from the next one on that says the same, long before anything is trained.
    """
    if turn.pressed or turn.intent not in NAMES_NOTHING or turn.value("entry") is not None:
        return turn
    never = NEVER_PROPOSED
    if turn.intent == "follow_up" and turn.focus.topic is not None:
        never = never | {"capabilities"}  # « c’est gratuit? » is about what was talked of
    entries = (each for each in desk.library.entries.values() if each.topic not in never)
    entry = asked_so(turn.text, entries)
    if entry is None:
        return turn
    named = Entity(entity="entry", value=entry.id)
    return replace(turn, intent=entry.topic, entities=(*turn.entities, named))


def _without_offer(turn: Turn) -> Turn:
    """An offer holds for the next message only."""
    if turn.focus.offered is None or turn.intent == "affirm":
        return turn
    return replace(turn, focus=replace(turn.focus, offered=None))


def _with_second_need(turn: Turn, desk: Desk, reply: Reply) -> Reply:
    """The reply, and a button for the other need that the message says."""
    focus = msgspec.convert(reply.focus, Focus)
    if not reply.messages:
        return reply  # what Marie says is chosen when it is saved
    last = reply.messages[-1]
    if turn.pressed or turn.intent not in TOPICS - ALONE or last.topic in ALONE:
        return reply
    if turn.value("entry") is not None:  # asked for by its very words
        return reply
    need = second_need(turn, turn.intent, desk.talk)
    ends = _lease_end(turn) if need is not None and need.topic in NO_SECOND else None
    setting = need is not None and need.topic in NO_SECOND and ends is None
    if need is None or (setting and not says(turn.text, desk.talk.ending)):
        return reply
    place = turn.value("place") if len(turn.all("place")) == 1 else None
    wanted = need.topic if ends is None else "lease.nonrenewal"
    button = quick_reply(need.button, wanted, place=None if ends else place or focus.place)
    said = desk.library.phrase("second_need", need=need.title, button=need.button)
    last = replace(
        last,
        text=f"{last.text}\n\n{said}",
        quick_replies=(button, *last.quick_replies)[:MAX_QUICK_REPLIES],
    )
    focus = replace(focus, offered=button["payload"])
    kept: dict[str, Any] = msgspec.to_builtins(focus)
    profile = dict(reply.profile)
    if ends is not None:
        profile["lease"] = {**(profile.get("lease") or {}), "end": ends}
    return replace(reply, messages=(*reply.messages[:-1], last), focus=kept, profile=profile)


def _lease_end(turn: Turn) -> str | None:
    """The day that a message about something else says of its lease too."""
    told = turn.first("date")
    return str(told.value) if told is not None and told.value and told.grain == "day" else None


def _asks_something(turn: Turn) -> bool:
    """« Un soudeur gagne combien? », in the middle of a form: a question missed, and no try."""
    return turn.intent in ("clarify", "out_of_scope") and turn.text.rstrip().endswith("?")
