"""Readings that the words of a message do not bear out, and what it says rather."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.entries import related_entry, same_family, speaks_of_focus, tells_apart
from bot.actions.needs import needs_of
from bot.actions.places import names_elsewhere
from bot.actions.trades import own_trade
from bot.actions.turn import Entity, Turn
from bot.actions.wiring import Desk
from marie.knowledge.model import TOPICS
from marie.knowledge.talk import says
from marie.language.folding import words

LIKELY = 0.75
"""A reading that Rasa held back although it was this likely holds when the context supports it."""

LITTLE = 2
"""Words of a message that says nothing by itself, besides « y a des », « il y a »."""

FEW_WORDS = 8
"""A question about how far a place is has no more words, one hidden behind a greeting no fewer."""

OF_A_COLLEGE = frozenset({"cegep.cost", "cegep.admission"})

COLLEGE = frozenset({"cegep", "cegeps", "college", "collegial", "dec", "aec"})

SMALL_TALK = frozenset({"greeting", "thanks", "goodbye"})

DEAR = ("ma chere", "mon cher", "mes chers", "ma tres chere", "ma cherie")
"""Folded words of « merci ma chère », which asks for no price."""

UNSURE = 0.4
"""Under it, a reading from another family yields to an entry of the topic in focus."""

SURE = 0.9
"""From it on, a reading holds although the context speaks against it."""

FOLLOWS = 0.2
"""A second reading as a follow-up, from this on, keeps a doubtful message on its topic."""

DOUBTFUL = 0.6
"""Under it, a reading from the family in focus yields to the topic in focus then."""

NO_CONTEXT = frozenset(
    {"greeting", "goodbye", "thanks", "safety", "language", "abuse", "out_of_scope", "clarify"}
)
"""Topics that say nothing about what the next message means, or that need no context."""


def as_doubted(turn: Turn, desk: Desk) -> Turn | None:
    """What a message says rather than what it was read as; None when its words do not tell."""
    return (
        _says_little(turn, desk)
        or _of_a_university(turn)
        or _moves_rather(turn, desk)
        or _greets_nobody(turn, desk)
        or _goes_on(turn, desk)
        or _tells_a_trade(turn, desk)
    )


def _tells_a_trade(turn: Turn, desk: Desk) -> Turn | None:
    """« Je suis chauffeur de camion », before anything was talked about: regions for that.

    « Je suis comptable en Côte d’Ivoire »: a trade with an order, and what it takes here.
    """
    if turn.focus.topic not in {None, *NO_CONTEXT} or turn.first("place") is not None:
        return None
    if turn.intent not in ("inform", "clarify", "out_of_scope"):
        return None
    if not own_trade(turn.text, desk, of_oneself=False):
        return None
    if turn.intent != "out_of_scope":
        return replace(turn, intent="region.recommend")
    ordered = any(says(turn.text, each.says) for each in desk.talk.callings)
    return replace(turn, intent="work.recognition") if ordered else None


def _says_little(turn: Turn, desk: Desk) -> Turn | None:
    """« COMBIEN », « combien svp »: words that only go on with what was talked about."""
    if turn.focus.topic is None or turn.intent not in TOPICS or turn.entities:
        return None
    if turn.intent in SMALL_TALK and says(turn.text, DEAR):
        return None
    said = {word.text for word in words(turn.text)}
    known = {word for rule in desk.follow_ups for word in rule.words}
    little = (
        len(said - desk.talk.bare) <= LITTLE
        and bool(said & known)
        and said <= known | desk.talk.bare
    )
    return replace(turn, intent="follow_up") if little else None


def _of_a_university(turn: Turn) -> Turn | None:
    """« Et les frais? », after the universities: theirs, unless a college is named."""
    if not str(turn.focus.topic).startswith("university.") or turn.intent not in OF_A_COLLEGE:
        return None
    said = {word.text for word in words(turn.text)}
    return turn if said & COLLEGE else replace(turn, intent="university.find")


def _moves_rather(turn: Turn, desk: Desk) -> Turn | None:
    """« On part à Sept-Îles le 1er juillet, quoi faire? »: no word of a lease, a town to go to."""
    if turn.intent not in ("lease.nonrenewal", "lease.end") or turn.confidence >= LIKELY:
        return None
    said = {word.text for word in words(turn.text)}
    second, _ = _second(turn)
    rather = second == "moving.plan" and not said & {*desk.lease.cues.about}
    rather = rather and names_elsewhere(turn, desk)
    return replace(turn, intent="moving.plan") if rather else None


def more_than_a_greeting(turn: Turn, desk: Desk) -> Turn:
    """« Bonjour, tout est si cher ici, ça vaut la peine de partir? »: the greeting hid the rest."""
    asks = "?" in turn.text or turn.confidence < UNSURE
    if turn.intent != "greeting" or turn.confidence >= LIKELY or not asks:
        return turn
    if len(words(turn.text)) < FEW_WORDS:
        return turn
    if "?" not in turn.text and names_elsewhere(turn, desk):
        # « Bonjour, je suis une dame seule, je voudrais vivre près de ma fille à Sherbrooke »
        return replace(turn, intent="region.profile")
    rest = tuple(each for each in turn.ranking if each["name"] not in SMALL_TALK)
    return replace(turn, intent="clarify", ranking=rest)


def _greets_nobody(turn: Turn, desk: Desk) -> Turn | None:
    """« en ligne? », after the courses, doubtfully read as a greeting."""
    if turn.intent not in SMALL_TALK or turn.confidence >= UNSURE:
        return None
    if turn.focus.topic not in TOPICS - NO_CONTEXT:
        return None
    entry = related_entry(turn, desk)
    if entry is None:
        return replace(turn, intent="clarify")
    named = Entity(entity="entry", value=entry.id)
    return replace(turn, intent=entry.topic, entities=(*turn.entities, named))


def _goes_on(turn: Turn, desk: Desk) -> Turn | None:
    """« Il a combien de temps pour répondre? », after the assignment: no notice of increase."""
    focus = str(turn.focus.topic)
    if turn.intent == focus or turn.intent not in TOPICS or not same_family(turn.intent, focus):
        return None
    if "." not in focus or turn.entities or needs_of(turn.text, desk.talk):
        return None
    second, sure = _second(turn)
    follows = turn.confidence < DOUBTFUL and second == "follow_up" and sure >= FOLLOWS
    # « Et si on achetait une maison? », after the rents, has a word of its own.
    follows = follows and not tells_apart(turn.text, turn.intent, desk)
    if follows or (turn.confidence < SURE and speaks_of_focus(turn, desk)):
        return replace(turn, intent=focus)
    return None


def _second(turn: Turn) -> tuple[str, float]:
    """What the message may be besides, and how likely."""
    each = turn.ranking[1] if len(turn.ranking) > 1 else {}
    return str(each.get("name")), float(each.get("confidence", 0))
