"""What a visitor says of her lease, now or before, as facts; and what in it cannot be.

A date is the one that the nearest word before it says (`knowledge/lease/cues.yml`); without such a
word it is what the talk is about: the end of the lease, the day a notice came, or the departure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from bot.actions.choices import said_choice
from bot.actions.turn import Entity, Turn
from bot.actions.wiring import Desk
from marie.guidance.lease import EndBeforeStart, shift_months
from marie.guidance.lease_facts import Contradiction, doubt, reconcile
from marie.guidance.lease_rules import Lodging, Term
from marie.guidance.lease_ways import Situation
from marie.knowledge.rules import Cues
from marie.language.calendar_words import MONTH
from marie.language.folding import fold, words

Role = Literal["start", "received", "end", "leaving"]
SHORT = 6
"""Stands for « less than twelve months » when nobody said how many."""

LONG = 12
_REACH = 8
"""Words before a date in which its role is looked for."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b|/\d\d\b")
_STRANGE_YEAR = re.compile(rf"(?:{MONTH})\s+(?!(?:1[89]|20|21)\d\d)(\d{{3,6}})\b(?!\s*\$)")


@dataclass(frozen=True, kw_only=True)
class Told:
    """`lease`: the facts, as kept in the profile. `trouble`: the phrase that asks about what cannot
    be, with its values. `new`: what this message told."""

    lease: dict[str, Any]
    trouble: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    new: frozenset[str] = frozenset()

    @property
    def end(self) -> date | None:
        """The last day of the lease (or the day wanted, when it names none)."""
        return self._day("end")

    @property
    def received(self) -> date | None:
        """The day on which a notice of increase came."""
        return self._day("received")

    @property
    def start(self) -> date | None:
        """The first day of the lease."""
        return self._day("start")

    @property
    def length(self) -> int | None:
        """Whole months."""
        return self.lease.get("length_months")

    def _day(self, name: str) -> date | None:
        value = self.lease.get(name)
        return date.fromisoformat(value) if value else None

    def situation(self, today: date, *, usual: int | None = None) -> Situation:
        """The same for the rules; `usual`: the length taken, and said, when nobody told one."""
        return Situation(
            today=today,
            lodging=Lodging(self.lease.get("lodging") or Lodging.DWELLING.value),
            term=Term(self.lease.get("term") or Term.FIXED.value),
            end=self.end,
            length_months=self.length or usual,
            received=self.received,
            ground=self.lease.get("ground"),
        )


def told(turn: Turn, desk: Desk, *, default: Role = "end") -> Told:
    """The facts of the lease after this message; `default`: what a date without a word is."""
    lease = dict(turn.profile.get("lease") or {})
    new: set[str] = set()
    trouble = _read_days(turn, desk, lease, new, default)
    if trouble is None and _STRANGE_YEAR.search(fold(turn.text)):
        trouble = "lease_bad_date"
    if trouble is not None:
        return Told(lease=dict(turn.profile.get("lease") or {}), trouble=trouble)
    _read_length(turn, desk, lease, new, default)
    _read_kind(turn, desk, lease, new)
    return _put_together(turn, lease, new)


def end_in_passing(turn: Turn, desk: Desk) -> str | None:
    """The day on which a message about something else says that its lease ends (ISO 8601)."""
    mentioned = turn.all("date")
    for number, each in enumerate(mentioned):
        if each.problem is not None or each.grain != "day" or each.value is None or each.start < 0:
            continue
        before = [word.text for word in words(turn.text[: each.start])][-_REACH:]
        if not set(before) & set(desk.lease.cues.about):
            continue
        if _role(turn, desk, mentioned, number, "leaving") == "end" and (
            date.fromisoformat(str(each.value)) > turn.today
        ):
            return str(each.value)
    return None


def _read_days(
    turn: Turn, desk: Desk, lease: dict[str, Any], new: set[str], default: Role
) -> str | None:
    mentioned = turn.all("date")
    year_of_start, departure = True, False
    for number, each in enumerate(mentioned):
        if each.problem is not None:
            return "lease_no_such_day"
        said = _role(turn, desk, mentioned, number, default)
        role = said or default
        if role == "leaving" and default == "end" and not _ends_otherwise(each, lease, new):
            if _end_is_told(lease, new):
                continue  # « finit le 30 juin, je pars en juillet »: the end is the one told
            role = "end"  # « je pars le 30 juin »: to leave at the end of the lease
            departure = True
        value = _day(each, role)
        if value is None:
            return "lease_bad_date" if role != "received" else "lease_ask_notice"
        if role == "received" and value > turn.today:
            if _YEAR.search(turn.text) is None:
                value = shift_months(value, -12)  # « le 10 novembre »: the one gone by
            elif said is None:
                continue  # « à partir du 1er juillet 2027 »: the new rent's day
            else:
                return "lease_received_later"
        if role == "leaving" and role in new:
            lease["back"] = value.isoformat()  # a sublet « du 1er mars au 30 juin »
            continue
        if role == "leaving":
            lease.pop("back", None)
        lease[role] = value.isoformat()
        new.add(role)
        year_of_start = year_of_start if role != "start" else _has_year(turn, mentioned, number)
    _order(lease, new, dated=year_of_start)
    if "end" in new:
        lease.pop("end_counted", None)
        lease["end_is_departure"] = departure  # then it is said, for the lease may end later
    return None


def _order(lease: dict[str, Any], new: set[str], *, dated: bool) -> None:
    """« du 1er juillet au 30 juin »: the July before that June, unless a year says otherwise."""
    if {"start", "end"} <= new and lease["start"] >= lease["end"] and not dated:
        lease["start"] = shift_months(date.fromisoformat(lease["start"]), -LONG).isoformat()


def _has_year(turn: Turn, mentioned: Sequence[Entity], number: int) -> bool:
    """Whether a date is said with its year; the text up to the next date is its own."""
    after = mentioned[number + 1].start if number + 1 < len(mentioned) else None
    return _YEAR.search(turn.text[max(mentioned[number].start, 0) : after]) is not None


def _end_is_told(lease: dict[str, Any], new: set[str]) -> bool:
    """Whether the end is known from words about it, now or before, and not from a departure."""
    return "end" in new or (lease.get("end") is not None and not lease.get("end_is_departure"))


def _ends_otherwise(departure: Entity, lease: dict[str, Any], new: set[str]) -> bool:
    """« Mon bail va au 30 juin, je veux partir fin mai »: the departure is before the end told."""
    return _end_is_told(lease, new) and str(departure.value) < str(lease["end"])


def _role(
    turn: Turn, desk: Desk, mentioned: Sequence[Entity], number: int, default: Role
) -> Role | None:
    """What the words before a date say that it is; None when they do not."""
    each = mentioned[number]
    cues = desk.lease.cues
    if each.start >= 0:
        earlier = max((other.start for other in mentioned[:number]), default=0)
        before = [word.text for word in words(turn.text[max(earlier, 0) : each.start])]
        for place in range(len(before) - 1, max(-1, len(before) - 1 - _REACH), -1):
            word = before[place]
            if word in cues.received:
                return "received"
            if word in cues.end:
                return "end"
            if word in cues.leaving:
                return "leaving"
            if word in cues.start and _of_the_lease(before, place, cues):
                return "start"
        # « du 1er juillet 2026 au 30 juin 2027 », « bail 1er juillet au 30 juin, je pars fin mai »
        between = turn.text[each.start : mentioned[1].start] if len(mentioned) > 1 else ""
        spans = before[-1:] == ["du"] if len(mentioned) == 2 else bool({*before} & {*cues.about})
        if number == 0 and spans and " au " in f"{fold(between)} ":
            return "start" if default != "leaving" else None
        if number == 1 and before[-1:] == ["au"] and default != "leaving":
            return "end"
    return None


def _of_the_lease(before: Sequence[str], place: int, cues: Cues) -> bool:
    """« mon bail commence », « commencé le… », « bail signé »; not « je commence ma job »."""
    if (
        set(before[max(0, place - 3) : place]) & set(cues.not_start)
        and before[place] not in cues.about
    ):
        return False
    return place == 0 or bool(set(before) & set(cues.about))


def _day(mentioned: Entity, role: Role) -> date | None:
    """The day meant; a month stands for its last day at the end of a lease, its first before."""
    if mentioned.grain == "year" or mentioned.value is None:
        return None
    day = date.fromisoformat(str(mentioned.value))
    if mentioned.grain == "month" and role == "end":
        after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        return date.fromordinal(after.toordinal() - 1)
    if mentioned.grain == "month" and role == "received":
        return None
    return day


def _read_length(
    turn: Turn, desk: Desk, lease: dict[str, Any], new: set[str], default: Role
) -> None:
    duration = turn.first("duration")
    # « un fils de 3 ans » reads as a length of time too: an age is not the lease's.
    if duration is None or turn.all("age") or not isinstance(duration.value, dict):
        return
    months = duration.value.get("months")
    if not months or (
        duration.start >= 0 and not _is_lease_s(turn.text, duration.start, desk, default)
    ):
        return
    lease["length_months"] = months
    lease.pop("about", None)
    new.add("length_months")


def _is_lease_s(text: str, start: int, desk: Desk, default: Role) -> bool:
    """« bail de 8 mois », not « avis de 3 mois », « dans 3 mois », « 3 mois d’avance ».

    Where the talk is of leaving (« sous-louer 6 mois »), only what is said of the lease itself.
    """
    cues = desk.lease.cues
    before = [word.text for word in words(text[:start])][-3:]
    if default == "leaving" and not set(before) & set(cues.about):
        return False
    after = [word.text for word in words(text[start:])][1:4]
    return not (
        set(before) & set(cues.not_length_after) or set(after) & set(cues.not_length_before)
    )


def _read_kind(turn: Turn, desk: Desk, lease: dict[str, Any], new: set[str]) -> None:
    said = said_choice(turn.text, desk.lease_words)
    kind = turn.value("answer") or (said.value if said is not None else None)
    usual = {"lodging": Lodging.DWELLING.value, "term": Term.FIXED.value}
    match kind:
        case "short" if "length_months" not in new:
            lease.update(usual, length_months=SHORT, about=True)
        case "year" if "length_months" not in new:
            lease.update(usual, length_months=LONG, about=True)
        case "indeterminate":
            lease.update(term=Term.INDETERMINATE.value, lodging=Lodging.DWELLING.value)
        case "room" | "low_rent" | "student" | "sublet" as lodging:
            lease["lodging"] = lodging
        case _:
            kind = None
    if kind is not None:
        new.add("kind")
    ground = said_choice(turn.text, desk.lease.grounds)
    if turn.value("safety") == "violence_lease":
        lease["ground"] = "violence"
    elif ground is not None:
        lease["ground"] = str(ground.value)


def _put_together(turn: Turn, lease: dict[str, Any], new: set[str]) -> Told:
    """Start, end and length agree, or the trouble is said; nothing is kept of what cannot be."""
    before = dict(turn.profile.get("lease") or {})
    told_length = None if lease.get("about") else lease.get("length_months")
    counted = bool(lease.get("end_counted"))
    start, end = lease.get("start"), None if counted else lease.get("end")
    try:
        dates = reconcile(
            start=date.fromisoformat(start) if start else None,
            end=date.fromisoformat(end) if end else None,
            length_months=told_length,
            today=turn.today,
        )
    except EndBeforeStart:
        if "start" not in new:
            lease.pop("start")
            return Told(lease=lease, new=frozenset(new))
        return Told(lease=before, trouble="lease_end_before")
    except Contradiction as error:
        if not {"start", "length_months"} & new:
            lease.pop("start")
            return Told(lease=lease, new=frozenset(new))
        values = {"told": str(error.told), "counted": str(error.counted)}
        return Told(lease=before, trouble="lease_contradiction", values=values)
    if dates.end is not None:
        lease["end"] = dates.end.isoformat()
        lease["end_counted"] = dates.end_counted
    if dates.length_months is not None and (dates.start is not None or not lease.get("about")):
        lease["length_months"] = dates.length_months
        lease.pop("about", None)
    if not lease.get("end_counted"):
        lease.pop("end_counted", None)
    unsure = doubt(dates.end, turn.today) if dates.end is not None else None
    if unsure is not None:
        phrase = "lease_past" if unsure == "past" else "lease_bad_date"
        return Told(lease=before, trouble=phrase)
    return Told(lease=lease, new=frozenset(new))
