"""What a visitor told of her situation, in any message, and how Marie says it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.actions.trades import SPOUSE, own_trade, spouse_trade
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from bot.actions.wishes import told_ages
from marie.guidance.eligibility import FIELDS, BadProfile, check_profile
from marie.knowledge.rules import Choice
from marie.knowledge.told import Told, read_told
from marie.language.typography import french_list

OWN_READING = frozenset({"eligibility", "safety", "restart_over", "language"})
"""Intents whose messages are not remembered in passing: some are read by their own action."""

_SUPPOSED = re.compile(
    r"\bsi (?:je|on) (?:dis|disais|dit|déclare|declare|écris|ecris|mets)\b.*", re.I
)
"""« Si je dis que je suis réfugié… »: what follows is told of nobody."""

FORMS = frozenset({"eligibility", "matching"})
"""Forms that read for themselves."""

UNCLEAR = frozenset(
    {"inform", "follow_up", "clarify", "out_of_scope", "deny", "affirm", "dont_know", "repeat"}
)
"""Readings of « non, en fait j'ai 36 ans »."""

WISHES = frozenset(
    {
        *("target_region", "target_place", "wants_region", "move_by", "children"),
        *("sector", "occupation", "experience_years"),
    }
)
"""Facts that are remembered, but that no verdict is asked again for (« on veut aller à Alma »)."""


def known(turn: Turn) -> dict[str, Any]:
    """The situation so far; what an older version stored and no field holds any more is left."""
    situation: dict[str, Any] = {}
    for name, value in dict(turn.profile.get("situation") or {}).items():
        try:
            check_profile({name: value})
        except BadProfile:
            continue
        situation[name] = value
    if "child_ages" not in situation and turn.profile.get("children"):
        situation["child_ages"] = list(turn.profile["children"])
    return situation


def read(turn: Turn, desk: Desk, *, of_oneself: bool, of_trade: bool = False) -> Told:
    """What this message tells; a button tells nothing of itself.

    `of_trade`: a trade without a subject (« soudeur ») is the visitor's.
    """
    if turn.pressed:
        return Told()
    told = read_told(
        _SUPPOSED.sub("", turn.text),
        desk.profile_fields,
        desk.gazetteer,
        turn.today,
        of_oneself=of_oneself,
        known=known(turn),
    )
    trade = own_trade(turn.text, desk, of_oneself=of_trade)
    return replace(told, facts={**told.facts, **trade})


def remember(turn: Turn, desk: Desk) -> Turn:
    """The turn, with what its message tells in passing kept in the profile; doubts are not.

    In a screening and after it, the screening itself reads, so that it can say what changed.
    """
    if not turn.pressed and (trade := spouse_trade(turn.text, desk)):
        turn = replace(turn, profile={**turn.profile, SPOUSE: trade})
    screening = turn.focus.pending is not None and turn.focus.pending.form in FORMS
    if turn.pressed or turn.intent in OWN_READING or screening or corrects(turn, desk):
        return turn
    facts = read(turn, desk, of_oneself=False).facts
    if "child_ages" not in facts and (ages := told_ages(turn)):
        facts = {**facts, "child_ages": ages}
    return replace(turn, profile=with_situation(turn, facts)) if facts else turn


def corrects(turn: Turn, desk: Desk) -> bool:
    """Whether a message under the verdicts tells something that may change them."""
    if turn.pressed or turn.focus.topic != "eligibility" or turn.intent not in UNCLEAR:
        return False
    told = read(turn, desk, of_oneself=True)
    return bool(told.facts.keys() - WISHES or told.doubts or told.ranges)


def with_situation(turn: Turn, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The profile with these facts, and what the ranking of regions reads of them."""
    situation = {**known(turn), **facts}
    profile = {**turn.profile, "situation": situation}
    if "child_ages" in facts and facts["child_ages"] is not None:
        profile["children"] = sorted(facts["child_ages"])
    if facts.get("sector"):
        profile["sector"] = facts["sector"]
    return profile


def noted(facts: Mapping[str, Any], desk: Desk) -> str:
    """« 29 ans, résidence permanente et dans le grand Montréal »; empty when nothing is said."""
    lines = [note(name, value, desk) for name, value in facts.items()]
    return french_list([line for line in lines if line], "et")


def note(field: str, value: Any, desk: Desk) -> str | None:
    """One fact in Marie's words; None for what she does not say back."""
    told = desk.profile_fields.get(field)
    if told is None or value is None or field not in FIELDS:
        return None
    chosen = next((each for each in told.choices if each.value == value), None)
    if chosen is not None:
        return chosen.noted or _with(told.noted, _lower(chosen))
    if told.noted is None:
        return None
    if field == "target_region":
        region = desk.gazetteer.get(f"region:{value}")
        return _with(told.noted, region.name if region else str(value))
    if field == "child_ages":
        ages = [years(age) for age in value]
        return _with(told.noted, french_list(ages, "et") if ages else "0")
    if field == "years_since_arrival":
        return _with(told.noted, years(value))
    return _with(told.noted, _number(value))


def _with(template: str | None, value: str) -> str:
    return template.replace("{value}", value) if template else value


def _lower(choice: Choice) -> str:
    return choice.title[:1].lower() + choice.title[1:]


def years(value: float) -> str:
    """« 3 ans », « 18 mois »."""
    if value < 2 and value != int(value):
        return f"{round(value * 12)}\u00a0mois"
    return f"{_number(value)}\u00a0an" + ("s" if value >= 2 else "")


def _number(value: float) -> str:
    return f"{round(value, 1):g}".replace(".", ",")
