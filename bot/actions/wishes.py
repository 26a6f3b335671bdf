"""What counts for a visitor who looks for a region: her sector, her children, her own weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.actions.people import CHILD, child_ages
from bot.actions.trades import ONESELF, SPOUSE, own_sector, spouse_trade
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.guidance.regions import MAX_WEIGHT
from marie.knowledge.criteria import RegionCriterion
from marie.knowledge.talk import says
from marie.language.folding import words
from marie.language.own_numbers import read_own_numbers

STEP = 2.0
ADULT = 18
"""Years: an age under it, in a message about where to live, is a child's."""

WEIGHING = ("compte", "comptent", "important", "importante", "priorite", "prefere", "plutot")
"""Folded words that weigh something."""

SHORT = 6
"""Words of a message that says a trade and nothing else."""

ASKS = frozenset({"cherche", "cherchent", "pourquoi", "quand", "peut", "peuvent", "doit", "pour"})
"""Folded words by which a message about the family asks for something."""

SEVERAL = frozenset({"enfants", "filles", "garcons", "gars"})
"""Folded words of more than one child, whose ages are not one."""

OLDEST = 25
"""Years: who is older is no child to find a school for, or was misread."""

THEY_ARE = frozenset({"ont", "a", "de"})
"""Folded words of « elles ont 4 et 13 ans », « une petite de 5 ans »."""

LESS = ("compte moins", "moins important", "pas important", "peu importe", "egal", "pas besoin")
"""Folded words that take a criterion out."""


def read_wishes(turn: Turn, desk: Desk) -> dict[str, Any]:
    """The profile with what this message says: `sector`, `spouse`, `children`, `weights`."""
    profile = dict(turn.profile)
    said = f" {' '.join(word.text for word in words(turn.text))} "
    if not turn.pressed:
        sector = own_sector(turn.text, desk)
        if sector is not None:
            profile["sector"] = sector
        if trade := spouse_trade(turn.text, desk):
            profile[SPOUSE] = trade
        children = [
            float(age.value) / (12 if age.grain == "months" else 1) for age in turn.all("age")
        ]
        children = [age for age in children if age < ADULT]
        if children:
            profile["children"] = sorted(children)
    changed = _changed(said, turn, desk.criteria.criteria)
    if changed:
        profile["weights"] = {**(profile.get("weights") or {}), **_raised(changed, profile, desk)}
    return profile


def weights(profile: dict[str, Any], desk: Desk) -> dict[str, float]:
    """The weight of each criterion: the editors', what the family adds, then her own words."""
    own = profile.get("weights") or {}
    return {
        each.id: float(own.get(each.id, each.weight + _by_situation(each, profile)))
        for each in desk.criteria.criteria
    }


def names_a_wish(turn: Turn, desk: Desk) -> bool:
    """Whether the message speaks of a criterion, a sector or children at all."""
    said = f" {' '.join(word.text for word in words(turn.text))} "
    changed = bool(_changed(said, turn, desk.criteria.criteria))
    return changed or own_sector(turn.text, desk) is not None or tells_of_family(turn, desk)


def tells_of_family(turn: Turn, desk: Desk) -> bool:
    """« Mon conjoint est infirmier », « mes enfants ont 3 et 7 ans »."""
    return bool(spouse_trade(turn.text, desk)) or bool(told_ages(turn))


def told_ages(turn: Turn) -> tuple[float, ...]:
    """Children's ages in years; « elles ont 4 et 13 ans », while children are spoken of, too."""
    told = read_own_numbers(turn.text, turn.today).child_ages or ()
    told = tuple(age for age in told if age <= OLDEST)
    said = {word.text for word in words(turn.text)}
    if len(told) == 1 and said & SEVERAL:
        return ()  # « deux garçons de douze et seize ans » is read as one age
    if told or turn.focus.person != CHILD:
        return told
    return tuple(child_ages(turn)) if said & THEY_ARE and not said & ONESELF else ()


def answers_a_ranking(turn: Turn, desk: Desk, *, unclear: frozenset[str]) -> bool:
    """Whether a message under a ranking weighs it again rather than asks something else."""
    said = [word.text for word in words(turn.text)]
    if turn.first("place") is not None or not names_a_wish(turn, desk):
        return False
    weighs = any(word in WEIGHING for word in said)
    trade = len(said) <= SHORT and own_sector(turn.text, desk) is not None
    return turn.intent in unclear or weighs or trade or only_tells_of_family(turn, desk)


def only_tells_of_family(turn: Turn, desk: Desk) -> bool:
    """Whether a message tells of the family and asks nothing."""
    return not turn.pressed and not asks_something(turn, desk) and tells_of_family(turn, desk)


def asks_something(turn: Turn, desk: Desk) -> bool:
    """Whether a message asks: a question mark, or a word that wants something."""
    said = {word.text for word in words(turn.text)}
    asks = turn.text.rstrip().endswith("?") or bool(said & (desk.talk.wanting | ASKS))
    return asks or says(turn.text, desk.talk.asking)


def weighs_the_distance(turn: Turn, desk: Desk) -> bool:
    """« Plus près de Montréal », under a ranking: it names no place but the one to leave."""
    places = [desk.gazetteer.get(str(each.value)) for each in turn.all("place")]
    only_left = bool(places) and all(each is not None and each.metropolitan for each in places)
    return only_left and names_a_wish(turn, desk)


def _changed(said: str, turn: Turn, criteria: Sequence[RegionCriterion]) -> dict[str, float]:
    """By criterion: +1 wanted more, 0 taken out, -1 its other end wanted."""
    pressed = turn.value("criterion")
    if isinstance(pressed, str):
        return {pressed: 1.0} if any(each.id == pressed for each in criteria) else {}
    away = any(f" {phrase} " in said for phrase in LESS)
    changed: dict[str, float] = {}
    for each in criteria:
        meant = _longest(said, each.says)
        other = _longest(said, each.opposite.says) if each.opposite else 0
        # « pas loin de Montréal » holds « loin de Montréal »: the longer phrase is what is meant.
        if other > meant:
            changed[each.id] = -1.0
        elif meant:
            changed[each.id] = 0.0 if away else 1.0
    return changed


def _longest(said: str, phrases: Sequence[str]) -> int:
    """The length of the longest of `phrases` in the message; 0 when it has none."""
    return max((len(phrase) for phrase in phrases if f" {phrase} " in said), default=0)


def _raised(changed: dict[str, float], profile: dict[str, Any], desk: Desk) -> dict[str, float]:
    now = weights(profile, desk)
    return {
        name: direction * min(abs(now[name]) + STEP, MAX_WEIGHT) if direction else 0.0
        for name, direction in changed.items()
    }


def _by_situation(criterion: RegionCriterion, profile: dict[str, Any]) -> float:
    raised = criterion.raised
    if raised is None:
        return 0.0
    french = (profile.get("situation") or {}).get("french")
    ages = profile.get("children") or []
    of_age = raised.children is not None and any(
        raised.children.first <= age < raised.children.until + 1 for age in ages
    )
    return raised.weight if of_age or (french is not None and french in raised.french) else 0.0
