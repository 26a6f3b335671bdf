"""What the words of a message say against its reading, whatever was talked about before.

« Ma copine veut rester proche de Montréal », read as a lodging in Montréal; « mon mari parle pas
bien français », read as a wish for simpler words.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from bot.actions.entries import by_words, same_family
from bot.actions.needs import needs_of
from bot.actions.places import named_places
from bot.actions.situation import read
from bot.actions.trades import SPOUSE, spouse_word
from bot.actions.turn import Entity, Turn
from bot.actions.wiring import Desk
from bot.actions.wishes import asks_something, names_a_wish, weighs_the_distance
from marie.knowledge.talk import says
from marie.language.folding import words

SURE = 0.75
"""From it on, a reading holds against a wish or a need that the words name too."""

HALF_SURE = 0.55
"""Under it, what is told and asks nothing is about no status and no law of leases."""

DOUBTFUL = 0.3
"""Under it, a reading yields to a wish that the words name, whatever was talked about; the law of
leases is not read in a question without a word of it (from there on most are about a lease)."""

POSSIBLE = 0.1
"""From it on, a reading beside the likeliest holds when the words say it."""

QUEBEC = "municipality:23027"
"""The town, whose name is the province's too."""

AGAINST = frozenset({"ou", "vs", "versus", "et", "entre", "contre", "oui"})
"""Folded words beside which « Québec », with another town, is the town."""

HOLDS = ("un diplome", "son diplome", "mon diplome", "une maitrise", "un doctorat", "sa diplome")
"""Folded words of a diploma that one has."""

ASKED_OF = frozenset({"immigration", "work.recognition", "eligibility", "work.search"})
"""Readings of a status that is told, and about which nothing is asked."""

WANTS = frozenset({"veux", "voudrais", "cherche", "aimerais", "besoin", "veut", "voudrait"})
"""Folded words after which stands what is asked for."""

FEW = 6
"""Words before them from which a message tells of something else first."""

LEAVES = frozenset({"laisse", "laissez", "laissons", "oublie", "oubliez", "oublions"})
BEFORE_LEAVING = frozenset({"non", "bon", "ok", "ah", "finalement", "mais", "on", "alors"})
"""Folded words of « non, oublie le travail », and what may stand before them."""

THEY = frozenset({"elle", "il", "elles", "ils", "mere", "pere", "parents", "soeur", "frere"})
SPEAK = frozenset({"parle", "parlent", "comprend", "comprennent"})
"""Folded words that tell, side by side, what somebody else speaks."""

PAPERS = frozenset({"papiers", "papier", "documents", "demarches", "diplome", "permis"})
OF_A_SPOUSE = frozenset({"elle", "lui"})

STUDIES = ("university.", "cegep.")
LODGING = ("lease.", "housing.")


def as_heard(turn: Turn, desk: Desk) -> Turn | None:
    """The turn as its words say it; None when they say nothing against its reading."""
    return (
        _mistaken(turn, desk)
        or _no_word_of_a_person(turn, desk)
        or _no_question_to_explain(turn)
        or _left_for_now(turn, desk)
        or _wanted_at_the_end(turn, desk)
        or _somebodys_french(turn)
        or _nothing_to_compare(turn)
        or _spouses_french(turn, desk)
        or _town_of_quebec(turn, desk)
        or _near_montreal(turn, desk)
        or _kind_of_town(turn, desk)
        or _need_in_a_town(turn, desk)
        or _diploma_held(turn)
        or _asks_of_a_right(turn, desk)
        or _spouses_papers(turn, desk)
        or _only_told(turn, desk)
        or _leaves_for_a_place(turn, desk)
        or _no_word_of_a_lease(turn, desk)
    )


def sure_of(turn: Turn, topic: str) -> float:
    """How likely a message was read as a topic; 0 when that was not among its readings."""
    return next((float(e["confidence"]) for e in turn.ranking if e["name"] == topic), 0.0)


def _mistaken(turn: Turn, desk: Desk) -> Turn | None:
    """« Merci, c’est pas ce que je demandais »: no thanks, and what was missed is asked again."""
    if not says(turn.text, desk.talk.mistaken) or needs_of(turn.text, desk.talk):
        return None
    return None if turn.entities else replace(turn, intent="clarify", ranking=())


def _no_word_of_a_person(turn: Turn, desk: Desk) -> Turn | None:
    """« On est 5 personnes », after the lodgings: hardly a request for somebody."""
    if turn.intent != "handoff" or turn.confidence >= DOUBTFUL or turn.focus.topic is None:
        return None
    asked = says(turn.text, (*desk.talk.talk_to, *desk.talk.person))
    return None if asked else replace(turn, intent="follow_up")


def _left_for_now(turn: Turn, desk: Desk) -> Turn | None:
    """« Non, laisse le travail pour l’instant »: that need is let go, and not looked for."""
    if turn.text.rstrip().endswith("?") or not needs_of(turn.text, desk.talk):
        return None
    said = [word.text for word in words(turn.text)]
    while said and said[0] in BEFORE_LEAVING:
        said = said[1:]
    if len(said) > FEW or not said or said[0] not in LEAVES:
        return None
    return replace(turn, intent="stop")


def _no_question_to_explain(turn: Turn) -> Turn | None:
    """« Bon, alors c’est quoi le numéro », hardly read as « pourquoi cette question? »."""
    doubtful = turn.intent == "why_asked" and turn.confidence < DOUBTFUL
    asked = turn.focus.pending is not None or turn.focus.topic is None
    return replace(turn, intent="follow_up") if doubtful and not asked else None


def _wanted_at_the_end(turn: Turn, desk: Desk) -> Turn | None:
    """« Mon mari a trouvé un poste à Saguenay, moi je veux finir mes études au cégep »: those."""
    said = words(turn.text)
    at = max((at for at, word in enumerate(said) if word.text in WANTS), default=0)
    if turn.confidence >= HALF_SURE or at < FEW:
        return None
    needs = needs_of(turn.text[said[at].start :], desk.talk)
    if len(needs) != 1 or same_family(turn.intent, needs[0].topic):
        return None
    return replace(turn, intent=needs[0].topic)


def _somebodys_french(turn: Turn) -> Turn | None:
    """« Elle parle juste le wolof », of a mother: courses for her, and no simpler words."""
    if turn.intent != "language" or turn.first("language") is not None:
        return None
    said = [word.text for word in words(turn.text)]
    third = any(one in THEY and two in SPEAK for one, two in pairwise(said))
    return replace(turn, intent="francization") if third else None


def _nothing_to_compare(turn: Turn) -> Turn | None:
    """« Il est raciste en plus », after a landlord, doubtfully read as two regions to compare."""
    about_regions = str(turn.focus.topic).startswith("region.") or turn.focus.place is not None
    doubtful = turn.intent == "region.compare" and turn.confidence < HALF_SURE
    if not doubtful or about_regions or turn.focus.topic is None or turn.all("place"):
        return None
    return replace(turn, intent="follow_up")


def _spouses_french(turn: Turn, desk: Desk) -> Turn | None:
    """« Mon mari parle pas bien français »: courses for him, and no simpler words."""
    if turn.intent not in ("language", "francization") or not spouse_word(turn.text, desk):
        return None
    return replace(turn, intent="francization") if says(turn.text, desk.talk.simpler) else None


def _town_of_quebec(turn: Turn, desk: Desk) -> Turn | None:
    """« Saguenay vs Québec »: two towns."""
    said = [word.text for word in words(turn.text)]
    if sure_of(turn, "region.compare") < SURE or len(named_places(turn, desk)) != 1:
        return None
    beside = {
        each
        for at, word in enumerate(said)
        if word == "quebec"
        for each in said[max(at - 1, 0) : at + 2]
    }
    if not beside & AGAINST:
        return None
    town = Entity(entity="place", value=QUEBEC, candidates=(QUEBEC,))
    return replace(turn, intent="region.compare", entities=(*turn.entities, town))


def _near_montreal(turn: Turn, desk: Desk) -> Turn | None:
    """« On veut rester proche de Montréal », after a region: the ranking, weighed so."""
    regions = str(turn.focus.topic).startswith("region.")
    if turn.confidence >= (SURE if regions else DOUBTFUL) or turn.text.rstrip().endswith("?"):
        return None
    if says(turn.text, desk.talk.how_far) and not says(turn.text, ("trop loin",)):
        return None
    weighs = weighs_the_distance(turn, desk)
    return replace(turn, intent="region.recommend") if weighs else None


def _kind_of_town(turn: Turn, desk: Desk) -> Turn | None:
    """« Petite ville ou grande », with no region to compare: the ranking, weighed so."""
    regions = str(turn.focus.topic).startswith("region.") or turn.focus.place is not None
    if turn.intent != "region.compare" or regions or turn.all("place"):
        return None
    return replace(turn, intent="region.recommend") if names_a_wish(turn, desk) else None


def _need_in_a_town(turn: Turn, desk: Desk) -> Turn | None:
    """« Il y a un médecin de famille à Joliette? »: that, and not the whole of its region."""
    if turn.intent != "region.profile" or turn.confidence >= SURE or not turn.all("place"):
        return None
    needs = needs_of(turn.text, desk.talk)
    if len(needs) != 1 or sure_of(turn, needs[0].topic) < POSSIBLE:
        return None
    return replace(turn, intent=needs[0].topic)


def _diploma_held(turn: Turn) -> Turn | None:
    """« Mon mari a un diplôme de génie »: to be recognised, and no university to find."""
    studies = turn.intent.startswith(STUDIES) and not str(turn.focus.topic).startswith(STUDIES)
    if not studies or turn.confidence >= SURE or not says(turn.text, HOLDS):
        return None
    held = sure_of(turn, "work.recognition") >= POSSIBLE
    return replace(turn, intent="work.recognition") if held else None


def _spouses_papers(turn: Turn, desk: Desk) -> Turn | None:
    """« C’est quoi les papiers pour elle? », once a spouse's trade was told: for that trade."""
    told = turn.profile.get(SPOUSE)
    said = {word.text for word in words(turn.text)}
    of_them = said & OF_A_SPOUSE or spouse_word(turn.text, desk)
    asks = turn.intent in ("clarify", "follow_up", "inform", "immigration") and said & PAPERS
    return replace(turn, intent="work.recognition") if told and of_them and asks else None


def _asks_of_a_right(turn: Turn, desk: Desk) -> Turn | None:
    """« J’ai droit à Emplois en régions? »: whether she may, and not what it is."""
    if turn.intent != "program.info" or sure_of(turn, "eligibility") < POSSIBLE:
        return None
    return replace(turn, intent="eligibility") if says(turn.text, desk.talk.entitled) else None


def _only_told(turn: Turn, desk: Desk) -> Turn | None:
    """« Je suis résidente permanente depuis 2 ans, je travaille comme préposée »: asks nothing."""
    doubtful = turn.intent in ASKED_OF and turn.confidence < HALF_SURE
    if not doubtful or asks_something(turn, desk) or turn.value("entry") is not None:
        return None
    told = read(turn, desk, of_oneself=False).facts
    if "status" not in told:
        return None
    ranks = turn.focus.topic == "region.recommend" and "sector" in told
    return replace(turn, intent="region.recommend" if ranks else "inform")


def _leaves_for_a_place(turn: Turn, desk: Desk) -> Turn | None:
    """« On part le 1er juillet », while a town is talked of and no lease: the move there."""
    place = desk.gazetteer.get(turn.focus.place or "")
    if turn.intent not in ("lease.nonrenewal", "lease.end") or not turn.all("date"):
        return None
    if place is None or place.metropolitan or _speaks_of_lease(turn, desk):
        return None
    return replace(turn, intent="moving.plan")


def _no_word_of_a_lease(turn: Turn, desk: Desk) -> Turn | None:
    """« Ma femme est décédée, je suis seul »: hardly the law of leases."""
    least = DOUBTFUL if asks_something(turn, desk) else HALF_SURE
    if not turn.intent.startswith("lease.") or turn.confidence >= least or turn.entities:
        return None
    if _speaks_of_lease(turn, desk) or by_words(turn.text, desk.library.topic_entries(turn.intent)):
        return None
    rest = tuple(each for each in turn.ranking if not str(each["name"]).startswith("lease."))
    return replace(turn, intent="clarify", ranking=rest)


def _speaks_of_lease(turn: Turn, desk: Desk) -> bool:
    said = {word.text for word in words(turn.text)}
    focused = str(turn.focus.topic).startswith("lease.") or (
        str(turn.focus.topic).startswith(LODGING) and not turn.all("date")
    )
    return focused or bool(said & set(desk.lease.cues.about))
