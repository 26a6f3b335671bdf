"""The papers of the lease: a letter for each way out, and the calendar of its days.

What an action puts here is kept in the log as it is; the files are made from it on demand
(`marie.papers`). What the visitor did not tell stays a line to fill in by hand.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.actions.lease_told import Told
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.guidance import RuleSource
from marie.guidance.lease import Window, shift_months
from marie.guidance.lease_days import quiet
from marie.guidance.lease_rules import SpecialRule, in_force
from marie.language.typography import french_day, french_list

Document = dict[str, Any]

DOORS = ("tal", "rclalq", "aide-juridique")
"""Who helps with a lease, by id of the directory: the tribunal, the committees, legal aid."""

EDGE = timedelta(days=2)
"""Days before the last one of a period in which a holiday is worth saying."""


def nonrenewal(turn: Turn, desk: Desk, told: Told, window: Window) -> tuple[Document, ...]:
    """The notice of non-renewal, and its days."""
    data = {
        **_known(turn, desk, told, window.source),
        "lease_end": window.end.isoformat(),
        "window_first": window.first.isoformat(),
        "window_last": window.last.isoformat(),
        "rule": window.article,
        "holidays": quiet_days(desk, window.first, window.last),
        "indeterminate": told.lease.get("term") == "indeterminate",
    }
    events = [
        _event(desk, "first", window.first, [1]),
        _event(desk, "last", window.last, [21, 7, 2]),
        _event(desk, "end", window.end, [30, 7]),
    ]
    return (
        *_letter(desk, "lease-nonrenewal", data),
        _calendar(desk, [each for each in events if each["day"] >= turn.today.isoformat()]),
    )


def blank_nonrenewal(turn: Turn, desk: Desk, told: Told) -> tuple[Document, ...]:
    """The same notice before its dates are known: lines to fill in."""
    rule = in_force(desk.lease.nonrenewal, turn.today)
    data = {**_known(turn, desk, told, rule.source), "rule": rule.cases[0].article}
    return _letter(desk, "lease-nonrenewal", data)


def increase(
    turn: Turn, desk: Desk, told: Told, answer: str | None, *, last: date | None = None
) -> tuple[Document, ...]:
    """The reply to a notice of increase: the one chosen, or the three to tick."""
    rule = in_force(desk.lease.increase_reply, turn.today)
    data = {
        **_known(turn, desk, told, rule.source),
        "rule": rule.article,
        "received": told.lease.get("received"),
        "answer_by": last.isoformat() if last else None,
        "holidays": quiet_days(desk, last, last) if last else "",
        f"answer_{answer or 'open'}": True,
    }
    return _letter(desk, "lease-increase", data)


def increase_calendar(desk: Desk, last: date) -> Document:
    """The last day on which the landlord must have the reply."""
    return _calendar(desk, [_event(desk, "answer", last, [14, 7, 2])])


def assignment(turn: Turn, desk: Desk, told: Told) -> tuple[Document, ...]:
    """The notice of assignment."""
    return _transfer(turn, desk, told, "lease-assignment")


def sublet(turn: Turn, desk: Desk, told: Told) -> tuple[Document, ...]:
    """The notice of sublet."""
    return _transfer(turn, desk, told, "lease-sublet")


def _transfer(turn: Turn, desk: Desk, told: Told, paper: str) -> tuple[Document, ...]:
    reply = in_force(desk.lease.assignment_reply, turn.today)
    refusal = in_force(desk.lease.assignment_refusal, turn.today)
    data = {
        **_known(turn, desk, told, refusal.source),
        "rule": reply.article,
        "refusal_rule": refusal.article,
        "reply_delay": desk.library.fill("{lease_assignment_reply}", turn.today),
        "assignment_on": told.lease.get("leaving"),
        "sublet_from": told.lease.get("leaving"),
        "sublet_until": told.lease.get("back"),
    }
    return _letter(desk, paper, data)


def agreement(turn: Turn, desk: Desk, told: Told) -> tuple[Document, ...]:
    """The written agreement, for both to sign."""
    way = next(each for each in desk.lease.ways if each.id == "agreement")
    data = {
        **_known(turn, desk, told, way.source),
        "agreement_end": told.lease.get("leaving"),
    }
    return _letter(desk, "lease-agreement", data)


def special(
    turn: Turn, desk: Desk, told: Told, rule: SpecialRule, months: int | None
) -> tuple[Document, ...]:
    """The notice that ends a lease on a ground of the law."""
    library = desk.library
    delay = library.phrase(f"lease_months_{months}") if months else _both_delays(turn, desk)
    end = shift_months(turn.today, months).isoformat() if months else None
    data = {
        **_known(turn, desk, told, rule.source),
        "rule": rule.article,
        "attestation": library.phrase(f"lease_attestation_{told.lease['ground']}"),
        "special_delay": delay,
        "sent": turn.today.isoformat(),
        "special_end": end,
        f"ground_{told.lease['ground']}": True,
    }
    return _letter(desk, "lease-special", data)


def _both_delays(turn: Turn, desk: Desk) -> str:
    delays = {
        name: desk.library.fill(f"{{lease_special_{name}}}", turn.today)
        for name in ("long", "short")
    }
    return desk.library.phrase("lease_special_delays", **delays)


def quiet_days(desk: Desk, first: date, last: date) -> str:
    """« vendredi saint (26 mars 2027) »: days without mail where a period opens or closes."""
    days = [first, *(last - timedelta(days=back) for back in range(EDGE.days, -1, -1))]
    said = []
    for day in dict.fromkeys(days):
        found = quiet(day)
        if found is None or (found.kind != "holiday" and day != last):
            continue
        name = found.name or desk.library.phrase(f"lease_{found.kind}")
        said.append(f"{french_day(day)} ({name})")
    return french_list(said)


def _known(turn: Turn, desk: Desk, told: Told, source: RuleSource) -> dict[str, Any]:
    """What every letter holds: what was told, who helps, and where the rule was read."""
    contact = turn.profile.get("contact") or {}
    resources = (desk.directory.get(each) for each in DOORS)
    return {
        "made_on": turn.today.isoformat(),
        "tenant": contact.get("name"),
        "lease_end": told.lease.get("end"),
        "doors": [
            {"name": each.name, "phone": each.phone, "url": each.url}
            for each in resources
            if each is not None
        ],
        "source": {
            "title": source.title,
            "url": source.url,
            "read_on": source.read_on.isoformat() if source.read_on else None,
        },
    }


def _letter(desk: Desk, paper: str, data: dict[str, Any]) -> tuple[Document, ...]:
    name = desk.library.phrase(f"paper_{paper.replace('-', '_')}")
    return tuple(
        {
            "title": desk.library.phrase(f"paper_{kind}", name=name),
            "paper": paper,
            "format": kind,
            "data": data,
        }
        for kind in ("pdf", "txt")
    )


def _event(desk: Desk, name: str, day: date, reminders: list[int]) -> dict[str, Any]:
    phrase = desk.library.phrase
    return {
        "id": f"lease-{name}",
        "title": phrase(f"lease_event_{name}"),
        "text": phrase("lease_event_text"),
        "day": day.isoformat(),
        "reminders": reminders,
    }


def _calendar(desk: Desk, events: list[dict[str, Any]]) -> Document:
    phrase = desk.library.phrase
    return {
        "title": phrase("paper_calendar"),
        "paper": "calendar",
        "format": "ics",
        "data": {"name": phrase("lease_calendar"), "file": "rappels-bail", "events": events},
    }
