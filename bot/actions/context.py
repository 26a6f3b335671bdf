"""Reads a doubtful message again in the light of what was just talked about."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.choices import said_choice
from bot.actions.corrections import (
    goes_elsewhere,
    place_alone,
    without_places_left,
    without_refused_places,
)
from bot.actions.doubtful import (
    FEW_WORDS,
    LIKELY,
    NO_CONTEXT,
    SURE,
    UNSURE,
    as_doubted,
    more_than_a_greeting,
)
from bot.actions.entries import by_words, related_entry, same_family
from bot.actions.heard import POSSIBLE, as_heard, sure_of
from bot.actions.needs import first_need, may_name_need, needs_of, only_need
from bot.actions.places import names_elsewhere
from bot.actions.situation import corrects
from bot.actions.turn import Entity, Turn
from bot.actions.wiring import Desk
from bot.actions.wishes import answers_a_ranking, weighs_the_distance
from marie.knowledge.model import TOPICS
from marie.knowledge.talk import says
from marie.language.folding import fold_key, words

OF_LODGING = ("lease.", "housing.")

OF_NO_PROGRAM = ("work.", "school.", "immigration")

TONGUE = 0.6
"""Under it, a message in a language that nobody recognised is no other language."""

NEED_OUTWEIGHS = 0.6
"""Under it, a message that is the name of a need and nothing else is about it."""

GUESSED = 0.25
"""Under it, a message from another family goes on with the topic in focus, or is asked again."""

NEAREST = ("le plus proche", "la plus proche", "le plus pres", "la plus pres", "les plus proches")

LONG = 25
"""Words from which a message tells before it asks."""

UNCLEAR = frozenset({"clarify", "out_of_scope", "inform", "follow_up"})
"""Readings that name no topic."""

UNDECIDED = frozenset(
    {
        *("clarify", "out_of_scope", "inform", "follow_up", "stop", "dont_know", "deny", "affirm"),
        *("repeat", "pick", "capabilities", "region.compare", "more", "handoff", "greeting"),
    }
)
"""Readings that a place and nothing else outweighs (« finalement Saguenay » is no « stop »)."""

GOES_ON = frozenset(
    {
        *("et", "non", "nan", "finalement", "plutot", "pardon", "oups", "desole", "desolee"),
        *("attends", "attendez"),
    }
)
"""Folded words after which a place is another place for what was talked about."""

ABOUT_WORDS = frozenset(
    {"repeat", "clarify", "language", "deny", "dont_know", "francization", "out_of_scope"}
)
"""Readings of « je comprends pas, plus simple svp »."""


def read_in_context(turn: Turn, desk: Desk) -> Turn:
    """The same turn, or its likelier reading.

    « combien par jour? » after daycare, « je cherche un job à Sherbrooke »: held back by Rasa as
    unlike anything learned, likely all the same, and supported by the topic or by a place.
    « j’ai combien de temps pour répondre? » after a rent increase: read with little confidence as
    something else, while an entry of the topic in focus answers it.
    """
    if turn.pressed:
        return turn
    if turn.focus.topic == "region.recommend" and weighs_the_distance(turn, desk):
        return replace(turn, intent="region.recommend")  # « plus près de Montréal »
    turn = without_places_left(without_refused_places(turn), desk)
    turn = more_than_a_greeting(turn, desk)
    clear = (
        as_heard(turn, desk)
        or _simpler(turn, desk)
        or _diploma_to_study(turn, desk)
        or _nearest_to(turn)
        or _two_weighed(turn, desk)
        or _place_changed(turn, desk)
        or _region_named(turn, desk)
        or _need_named(turn, desk)
        or _asks_where_to(turn, desk)
        or _leans_on_focus(turn, desk)
        or _asked_at_the_end(turn, desk)
        or _said_first(turn, desk)
        or _one_region_compared(turn)
        or _cost_of_living(turn, desk)
        or _far_from_montreal(turn, desk)
    )
    if clear is not None:
        return clear
    if turn.intent == "language" and turn.confidence < TONGUE and turn.first("language") is None:
        # « plouf gnagna »: no language that anybody recognised.
        return replace(turn, intent="clarify")
    focus = turn.focus.topic
    again = as_doubted(turn, desk)
    if again is not None:
        return again
    if (
        turn.intent in UNCLEAR
        and str(focus).startswith("lease.")
        and turn.profile.get("lease", {}).get("end") is not None
        and (said_choice(turn.text, desk.lease_words) is not None or _length_told(turn, desk))
    ):
        # « c’est une chambre », after the dates of a lease: other dates.
        return replace(turn, intent="lease.nonrenewal")
    if corrects(turn, desk):
        # « non, en fait j'ai 36 ans », under the verdicts: other verdicts.
        return replace(turn, intent="eligibility")
    if focus == "region.recommend" and answers_a_ranking(turn, desk, unclear=UNCLEAR):
        # « je suis soudeuse », « le travail compte plus », under a ranking: weigh again.
        return replace(turn, intent="region.recommend")
    if turn.intent == "clarify":
        best = turn.ranking[0] if turn.ranking else {}
        name, sure = str(best.get("name")), float(best.get("confidence", 0))
        supported = turn.first("place") is not None or (
            focus is not None and same_family(name, focus)
        )
        if name in TOPICS - NO_CONTEXT and sure >= LIKELY and supported:
            return replace(turn, intent=name, confidence=sure)
        return turn
    return _beside_the_topic(turn, desk) or turn


def _beside_the_topic(turn: Turn, desk: Desk) -> Turn | None:
    """What a doubtful reading from another family is rather, while a topic is talked about."""
    focus, topics = str(turn.focus.topic), TOPICS - NO_CONTEXT
    if focus not in topics or turn.intent not in topics or same_family(turn.intent, focus):
        return None
    if turn.confidence >= UNSURE or turn.first("place") is not None or turn.intent == "handoff":
        return None
    named = needs_of(turn.text, desk.talk)
    if any(same_family(need.topic, turn.intent) for need in named):
        return None
    if by_words(turn.text, desk.library.topic_entries(turn.intent)):
        return None
    entry = related_entry(turn, desk)
    if entry is not None:
        entity = Entity(entity="entry", value=entry.id)
        return replace(turn, intent=entry.topic, entities=(*turn.entities, entity))
    guessed = turn.confidence < GUESSED and not turn.entities
    return replace(turn, intent="follow_up") if guessed else None


def _diploma_to_study(turn: Turn, desk: Desk) -> Turn | None:
    """« J’ai un diplôme du Maroc », while a college is talked about: to be admitted with it."""
    studies = {"cegep": "cegep.admission", "university": "university.find"}
    wanted = studies.get(str(turn.focus.topic).split(".", maxsplit=1)[0])
    if wanted is None or turn.intent != "work.recognition":
        return None
    named = {each.topic for each in needs_of(turn.text, desk.talk)}
    return None if "work.search" in named else replace(turn, intent=wanted)


def _length_told(turn: Turn, desk: Desk) -> bool:
    """« C’est un bail de 6 mois »."""
    said = {word.text for word in words(turn.text)}
    return turn.first("duration") is not None and bool(said & set(desk.lease.cues.about))


def _simpler(turn: Turn, desk: Desk) -> Turn | None:
    """« je comprends pas bien le français », « plus simple svp »: simple French from here on."""
    if turn.intent not in ABOUT_WORDS or turn.first("language") is not None:
        return None
    said = {word.text for word in words(turn.text)}
    if said & desk.talk.simpler_never or not says(turn.text, desk.talk.simpler):
        return None
    simple = Entity(entity="answer", value="simple")
    return replace(turn, intent="language", entities=(*turn.entities, simple))


def _nearest_to(turn: Turn) -> Turn | None:
    """« Le plus proche de Joliette », after what a college is: the college nearest to it."""
    topic = str(turn.focus.topic)
    asks = topic.endswith(".find") and len(turn.all("place")) == 1 and says(turn.text, NEAREST)
    asks = asks and turn.intent in UNDECIDED | {"region.profile"}
    return replace(turn, intent=topic) if asks else None


def _two_weighed(turn: Turn, desk: Desk) -> Turn | None:
    """« CHICOUTIMI OU JONQUIERE », and nothing else: the two are weighed, neither is chosen."""
    places = turn.all("place")
    asks = turn.intent in UNDECIDED and turn.focus.pending is None and len(places) > 1
    if not asks or "ou" not in {word.text for word in words(turn.text)}:
        return None
    alone = place_alone(turn, desk, desk.talk.correcting | {"ou"})
    return replace(turn, intent="region.compare") if alone and len(alone) > 1 else None


def _place_changed(turn: Turn, desk: Desk) -> Turn | None:
    """« non, je voulais dire Saint-Jérôme », « pareil à Alma », « Gaspé, pas Rimouski »."""
    said = words(turn.text)
    # « et en Abitibi-Témiscamingue? », « non, à Saguenay » go on with what was talked about.
    goes_on = turn.intent == "region.profile" and turn.focus.topic is not None
    goes_on = goes_on and bool(said) and said[0].text in GOES_ON
    if turn.intent not in UNDECIDED and not goes_on:
        return None
    if turn.intent == "region.compare" and len(turn.all("place")) > 1:
        return None  # « plus de travail à Granby qu’à Saint-Hyacinthe? »
    places = place_alone(turn, desk, desk.talk.correcting)
    if not places:
        return replace(turn, intent="follow_up") if goes_elsewhere(turn, desk) else None
    others = tuple(each for each in turn.entities if each.entity not in ("place", "ordinal"))
    return replace(turn, intent="follow_up", entities=(*others, *places))


def _region_named(turn: Turn, desk: Desk) -> Turn | None:
    """« on veut aller à Rimouski », « Rouyn m’intéresse »: the region, before any search."""
    places = turn.all("place")
    weighed = turn.intent == "region.compare" and len(places) > 1
    if turn.intent not in UNDECIDED or not places or weighed:
        return None
    named = place_alone(turn, desk, desk.talk.going)
    if not named:
        return None
    others = tuple(each for each in turn.entities if each.entity != "place")
    return replace(turn, intent="region.profile", entities=(*others, *named))


def _asked_at_the_end(turn: Turn, desk: Desk) -> Turn | None:
    """« On habite… notre bail finit… je voulais savoir pour le logement là-bas »: the housing.

    What stands before the question is the situation, whatever most of its words are about.
    """
    if turn.intent not in TOPICS - NO_CONTEXT or len(words(turn.text)) < LONG:
        return None
    said = fold_key(turn.text)
    at = max((said.rfind(f" {phrase} ") for phrase in desk.talk.asking), default=-1)
    asked = said[at:] if at > 0 else ""
    needs = needs_of(asked, desk.talk)
    if len(needs) != 1 or same_family(turn.intent, needs[0].topic):
        return None
    return replace(turn, intent=needs[0].topic)


def _asks_where_to(turn: Turn, desk: Desk) -> Turn | None:
    """« Le loyer à Montréal nous étouffe, on irait où? »: where to, whatever drives them away."""
    readings = (TOPICS - NO_CONTEXT) | {"follow_up"}
    if turn.intent not in readings or not says(turn.text, desk.talk.whither):
        return None
    if sure_of(turn, "region.recommend") < POSSIBLE or names_elsewhere(turn, desk):
        return None
    return replace(turn, intent="region.recommend")


def _leans_on_focus(turn: Turn, desk: Desk) -> Turn | None:
    """« C’est légal? », « on peut refuser? »: of what a lodging's law was just said about."""
    topic = str(turn.focus.topic)
    readings = (TOPICS - NO_CONTEXT) | {"why_asked"}
    # « Il a le droit? », after what a teenager may work: no programme is asked about.
    entitled = turn.intent == "eligibility" and topic.startswith(OF_NO_PROGRAM)
    if turn.intent not in readings or turn.entities:
        return None
    if not (topic.startswith(OF_LODGING) or entitled):
        return None
    if not {word.text for word in words(turn.text)} <= desk.talk.leaning:
        return None
    entry = related_entry(turn, desk) or desk.library.entries.get(turn.focus.entry or "")
    if entry is None or entry.default:
        return replace(turn, intent=topic)
    named = Entity(entity="entry", value=entry.id)
    return replace(turn, intent=entry.topic, entities=(named,))


def _said_first(turn: Turn, desk: Desk) -> Turn | None:
    """« Un logement à Drummondville et un emploi de soudeur », read unsurely as the second."""
    if turn.intent not in TOPICS - NO_CONTEXT or turn.confidence >= UNSURE:
        return None
    first = first_need(turn, desk.talk)
    if first is None or same_family(first.topic, turn.intent):
        return None
    return replace(turn, intent=first.topic) if sure_of(turn, first.topic) >= POSSIBLE else None


def _one_region_compared(turn: Turn) -> Turn | None:
    """« la vie est moins chère à Trois-Rivières? », nothing to compare it with: its profile."""
    if turn.intent != "region.compare" or turn.confidence >= SURE or turn.focus.place is not None:
        return None
    # « Lévis ou Québec »: the name of the province hides the town's.
    both = "ou" in {word.text for word in words(turn.text)}
    one = len(turn.all("place")) == 1 and not both
    return replace(turn, intent="region.profile") if one else None


def _cost_of_living(turn: Turn, desk: Desk) -> Turn | None:
    """« Laquelle est moins chère? », once two regions were compared: the rents, no third time."""
    if turn.focus.topic != "region.compare" or turn.intent != "region.compare" or turn.entities:
        return None
    said = {word.text for word in words(turn.text)}
    for rule in desk.follow_ups:
        if said & set(rule.words) and "region" in rule.topics:
            return replace(turn, intent=rule.topics["region"])
    return None


def _far_from_montreal(turn: Turn, desk: Desk) -> Turn | None:
    """« C’est loin de Montréal? », after the colleges of a town: how far the town is."""
    talked_of = desk.gazetteer.get(turn.focus.place or "")
    if turn.intent not in UNDECIDED or talked_of is None or talked_of.metropolitan:
        return None
    if not says(turn.text, desk.talk.how_far) or len(words(turn.text)) > FEW_WORDS:
        return None
    elsewhere = names_elsewhere(turn, desk)
    return None if elsewhere else replace(turn, intent="region.profile")


def _need_named(turn: Turn, desk: Desk) -> Turn | None:
    """« et les garderies? », « loyer à Joliette »: the need alone, whatever side of it was read."""
    text = turn.text
    if not may_name_need(text, desk.talk):
        return None  # to look for places takes longest
    for mention in reversed(desk.gazetteer.find(text)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    need = only_need(text, desk.talk)
    if need is None or turn.intent in ("safety", "abuse"):
        return None
    open_to_it = turn.intent in UNDECIDED or same_family(turn.intent, need.topic)
    if not open_to_it and turn.confidence >= NEED_OUTWEIGHS:
        return None
    return replace(turn, intent=need.topic)
