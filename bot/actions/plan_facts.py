"""What a plan is made of: where to, when, and what is known of the household.

Read from what was told in this message and kept of earlier ones: `profile["move"]` (`place`, `day`,
`grain`, `gone`), the lease, the children, the situation.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.actions.people import child_ages
from bot.actions.places import named_place, named_places
from bot.actions.turn import Entity, Turn
from bot.actions.wiring import Desk
from marie.guidance.lease import (
    LengthUnknown,
    NoWindow,
    Window,
    answer_by,
    nonrenewal_window,
)
from marie.guidance.lease_rules import Lodging, NoRule, Term, in_force
from marie.guidance.plan import Facts
from marie.knowledge.places import Place
from marie.knowledge.talk import says
from marie.language.folding import fold_key

TOPIC = "moving.plan"
USUAL_LENGTH = 12
"""Months of a lease whose length nobody said; the answer about the lease says so."""


def with_told(turn: Turn, desk: Desk) -> Turn:
    """The turn whose profile has what this message says: the day, the lease, the children."""
    move: dict[str, Any] = {}
    lease = dict(turn.profile.get("lease") or {})
    for mentioned in turn.all("date"):
        if mentioned.problem is not None or mentioned.grain == "year":
            continue
        if is_lease_date(mentioned, turn, desk):
            lease["end"] = str(mentioned.value)
        else:
            move = {"day": _first(mentioned), "grain": mentioned.grain or "day"}
            if date.fromisoformat(move["day"]) > turn.today:
                move["gone"] = False
    gone = not turn.pressed and says(turn.text, desk.plan_words.gone)
    if gone:
        move = {"day": turn.today.isoformat(), "grain": "day", **move, "gone": True}
    profile = dict(turn.profile)
    if lease:
        profile["lease"] = lease
    if not turn.pressed and (ages := child_ages(turn)):
        profile["children"] = sorted(ages)
    turn = replace(turn, profile=profile)
    return keep_move(turn, **move) if move else turn


def _first(mentioned: Entity) -> str:
    day = date.fromisoformat(str(mentioned.value))
    return (day.replace(day=1) if mentioned.grain == "month" else day).isoformat()


def is_lease_date(mentioned: Entity, turn: Turn, desk: Desk) -> bool:
    """« mon bail finit le 30 juin, on part le 2 juillet »: the words just before tell which."""
    if mentioned.start < 0:
        return False
    others = [each.start for each in turn.all("date") if 0 <= each.start < mentioned.start]
    before = turn.text[max(others, default=0) : mentioned.start]
    clause = before.replace(";", ",").rsplit(",", maxsplit=1)[-1]
    return says(clause, desk.plan_words.lease)


def target(turn: Turn, desk: Desk) -> Place | None:
    """Where to: named now, told before, or else the host region that the talk is about."""
    situation = turn.profile.get("situation") or {}
    known = (turn.profile.get("move") or {}).get("place")
    region = situation.get("target_region")
    ids = [known, situation.get("target_place"), f"region:{region}" if region else None]
    if turn.focus.topic != TOPIC:
        ids.insert(0, turn.focus.place)
    meant = [place] if (place := named_place(turn, desk)) is not None else []
    named = reversed(named_places(turn, desk))
    places = [*meant, *named, *(desk.gazetteer.get(each) for each in ids if each)]
    return next((each for each in places if each is not None and _is_target(each, desk)), None)


def _is_target(place: Place, desk: Desk) -> bool:
    region = desk.gazetteer.region_of(place)
    return region is not None and region.host and not place.metropolitan


def moving_day(turn: Turn) -> date | None:
    told = (turn.profile.get("move") or {}).get("day")
    told = told or (turn.profile.get("situation") or {}).get("move_by")
    return date.fromisoformat(told) if told else None


def told_grain(turn: Turn) -> str:
    return str((turn.profile.get("move") or {}).get("grain") or "day")


def keep_move(turn: Turn, **values: Any) -> Turn:
    move = {**(turn.profile.get("move") or {}), **values}
    return replace(turn, profile={**turn.profile, "move": move})


def facts_of(turn: Turn, desk: Desk, place: Place, day: date) -> Facts:
    """What the plan is made of."""
    profile = turn.profile
    situation = profile.get("situation") or {}
    lease = profile.get("lease") or {}
    end = date.fromisoformat(lease["end"]) if lease.get("end") else None
    if end is not None and end < turn.today:
        end = None
    region = desk.gazetteer.region_of(place)
    gone = bool((profile.get("move") or {}).get("gone"))
    return Facts(
        today=turn.today,
        move=day if gone else max(day, turn.today),
        region=str(region.region if region else place.region),
        gone=gone,
        children=tuple(profile.get("children") or situation.get("child_ages") or ()),
        lease_end=end,
        notice=None if end is None else _notice(turn, desk, lease, end),
        status=situation.get("status"),
        french=situation.get("french"),
        has_offer=bool(situation.get("has_job_offer")),
        answer_by=None if end is None else _answer_by(turn, desk, lease),
        special=bool(lease.get("ground")),
    )


def _notice(turn: Turn, desk: Desk, lease: dict[str, Any], end: date) -> Window | NoWindow | None:
    try:
        return nonrenewal_window(
            end=end,
            length_months=lease.get("length_months") or USUAL_LENGTH,
            lodging=Lodging(lease.get("lodging") or Lodging.DWELLING.value),
            rule=desk.lease.window(turn.today),
            term=Term(lease.get("term") or Term.FIXED.value),
        )
    except (LengthUnknown, NoRule, ValueError):
        return None


def _answer_by(turn: Turn, desk: Desk, lease: dict[str, Any]) -> date | None:
    """The last day to answer the notice of increase that she received, if she did."""
    received = lease.get("received")
    if received is None:
        return None
    rule = in_force(desk.lease.increase_reply, turn.today)
    return answer_by(received=date.fromisoformat(received), rule=rule)


def length_assumed(turn: Turn) -> bool:
    """Whether the notice was counted for a usual lease because nobody said otherwise."""
    lease = turn.profile.get("lease") or {}
    return not lease.get("length_months") and not lease.get("lodging") and not lease.get("term")


def said_no_children(turn: Turn) -> bool:
    said = fold_key(turn.text)
    return (turn.profile.get("situation") or {}).get("child_ages") == () or "enfant" in said
