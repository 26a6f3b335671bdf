"""What Marie says of a lease's dates and ways out, once the facts are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.actions import lease_papers
from bot.actions.lease_told import LONG, Told
from bot.actions.replies import (
    MAX_QUICK_REPLIES,
    answer,
    as_source,
    plain,
    quick_reply,
    say_entry,
    source_json,
)
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.guidance.lease import (
    LengthUnknown,
    NoWindow,
    Standing,
    Window,
    answer_by,
    nonrenewal_window,
)
from marie.guidance.lease_days import quiet
from marie.guidance.lease_rules import Lodging, Term, in_force
from marie.guidance.lease_ways import Way, ways_out
from marie.language.typography import french_day


def window(turn: Turn, desk: Desk, told: Told, end: date) -> Reply:
    """The days on which the notice of non-renewal counts, with the letter and the calendar."""
    library = desk.library
    situation = told.situation(turn.today, usual=LONG)
    found = nonrenewal_window(
        end=end,
        length_months=situation.length_months,
        lodging=situation.lodging,
        rule=desk.lease.on(turn.today).nonrenewal,
        term=situation.term,
    )
    focus = replace(turn.focus, pending=None, misses=0, topic="lease.nonrenewal")
    if isinstance(found, NoWindow):
        return _closed(turn, desk, told, found)
    entry = library.default_entry("lease.nonrenewal")
    content = say_entry(entry, turn, desk, buttons=_other_cases(found, turn, desk, told))
    paragraphs = [*_dates(found, turn, desk, told), *_quiet(found.first, found.last, desk)]
    if told.received is not None:
        paragraphs.append(library.phrase("lease_but_increase", day=french_day(told.received)))
    passed = found.standing(turn.today) is Standing.PASSED
    if not passed:
        paragraphs.append(library.phrase("lease_how"))
    usual = told.length is None and situation.lodging is Lodging.DWELLING
    if usual and situation.term is Term.FIXED:
        paragraphs.append(library.phrase("lease_assumed"))
    paragraphs.append(library.phrase("lease_article", article=found.article.rstrip(".")))
    documents = () if passed else lease_papers.nonrenewal(turn, desk, told, found)
    content = replace(
        content,
        text="\n\n".join(paragraphs),
        sources=(source_json(as_source(found.source)), *content.sources),
        documents=documents,
        data={
            "window": {"first": found.first.isoformat(), "last": found.last.isoformat()},
            "lease_end": found.end.isoformat(),
            "rule": found.article,
        },
    )
    return answer(turn, content, focus=replace(focus, entry=entry.id), profile=kept(turn, told))


def _closed(turn: Turn, desk: Desk, told: Told, found: NoWindow) -> Reply:
    content = plain(
        desk.library,
        "lease_closed",
        topic="lease.nonrenewal",
        because=found.because,
        next_step=found.next_step,
        buttons=[_ways_button(desk), quick_reply(desk.library.phrase("button_handoff"), "handoff")],
    )
    content = replace(content, sources=(source_json(as_source(found.source)),))
    focus = replace(turn.focus, pending=None, misses=0, topic="lease.nonrenewal")
    return answer(turn, content, focus=focus, profile=kept(turn, told))


def _dates(found: Window, turn: Turn, desk: Desk, told: Told) -> list[str]:
    """When the notice must come, how many days are left, and what the end was counted from."""
    library = desk.library
    values = {
        "first": french_day(found.first),
        "last": french_day(found.last),
        "lease_end": french_day(found.end),
    }
    said = []
    if told.lease.get("end_counted") and told.start is not None:
        start = french_day(told.start)
        length = str(told.length)
        said.append(
            library.phrase("lease_counted", start=start, months=length, end=values["lease_end"])
        )
    if told.lease.get("end_is_departure"):
        said.append(library.phrase("lease_departure"))
    match found.standing(turn.today):
        case Standing.PASSED:
            return [*said, library.phrase("lease_window_passed", **values)]
        case Standing.NOT_YET:
            wait = days(desk, (found.first - turn.today).days)
            early = library.phrase("lease_too_early", days=wait)
            left = days_left(desk, found.days_left(turn.today))
            return [*said, library.phrase("lease_window", **values), f"{left} {early}"]
        case Standing.OPEN:
            left = days_left(desk, found.days_left(turn.today))
            return [*said, library.phrase("lease_window", **values), left]


def days(desk: Desk, count: int) -> str:
    """« 1 jour », « 12 jours »."""
    return desk.library.phrase("days_one" if count == 1 else "days_many", count=str(count))


def days_left(desk: Desk, count: int) -> str:
    """« Il vous reste 12 jours. »; on the last day: « C’est aujourd’hui le dernier jour. »"""
    if count == 0:
        return desk.library.phrase("lease_last_day")
    return desk.library.phrase("lease_days_left", days=days(desk, count))


def _quiet(first: date, last: date, desk: Desk) -> list[str]:
    """A holiday or Sunday at the edge of the period: said, and not skipped."""
    named = lease_papers.quiet_days(desk, first, last)
    if not named or quiet(last) is None:
        return []
    return [desk.library.phrase("lease_quiet", days=named)]


def _other_cases(found: Window, turn: Turn, desk: Desk, told: Told) -> list[dict[str, str]]:
    """Other leases that this one may be; what remains possible first when the days are over."""
    library = desk.library
    lodging = told.lease.get("lodging") or Lodging.DWELLING.value
    usual = lodging == Lodging.DWELLING.value and told.lease.get("term") != "indeterminate"
    length = told.length
    cases = {
        "short": usual and (length is None or length >= LONG),
        "room": lodging != Lodging.ROOM.value and (length is None or length >= LONG),
        "year": not usual or (length is not None and length < LONG),
    }
    offered = [
        quick_reply(library.phrase(f"button_lease_{name}"), "lease.nonrenewal", answer=name)
        for name, wanted in cases.items()
        if wanted
    ]
    received = quick_reply(library.phrase("button_lease_increase"), "lease.increase")
    if found.standing(turn.today) is Standing.PASSED:
        return [_ways_button(desk), received, *offered]
    return [*offered, received, _ways_button(desk)]


def _ways_button(desk: Desk) -> dict[str, str]:
    return quick_reply(desk.library.phrase("button_lease_ways"), "lease.end", answer="ways")


def increase(turn: Turn, desk: Desk, told: Told, received: date) -> Reply:
    """The last day to answer a notice of increase, what silence means, and the reply to send."""
    library = desk.library
    rule = in_force(desk.lease.increase_reply, turn.today)
    last = answer_by(received=received, rule=rule)
    values = {"received": french_day(received), "last": french_day(last)}
    chosen = turn.value("answer")
    chosen = chosen if chosen in ("leave", "refuse", "accept") else None
    documents: tuple[lease_papers.Document, ...] = ()
    if turn.today > last:
        paragraphs = [library.phrase("lease_increase_passed", **values)]
        buttons = [_ways_button(desk), quick_reply(library.phrase("button_handoff"), "handoff")]
    else:
        left = days_left(desk, (last - turn.today).days)
        paragraphs = [f"{library.phrase('lease_increase_by', **values)} {left}"]
        paragraphs += [*_quiet(received, last, desk), *_untimely(turn, desk, told, received)]
        said = f"lease_increase_{chosen}" if chosen else "lease_increase_answers"
        paragraphs += [library.phrase(said), rule.silence]
        documents = (
            *lease_papers.increase(turn, desk, told, chosen, last=last),
            lease_papers.increase_calendar(desk, last),
        )
        buttons = [
            quick_reply(library.phrase(f"button_increase_{each}"), "lease.increase", answer=each)
            for each in ("leave", "refuse", "accept")
            if each != chosen
        ]
    paragraphs.append(library.phrase("lease_article", article=rule.article.rstrip(".")))
    content = Content(
        text="\n\n".join(paragraphs),
        topic="lease.increase",
        entry=library.default_entry("lease.increase").id,
        sources=(source_json(as_source(rule.source)),),
        quick_replies=tuple(buttons[:MAX_QUICK_REPLIES]),
        documents=documents,
        data={"received": received.isoformat(), "answer_by": last.isoformat()},
    )
    focus = replace(turn.focus, topic="lease.increase", entry=content.entry, pending=None, misses=0)
    return answer(turn, content, focus=focus, profile=kept(turn, told))


def _untimely(turn: Turn, desk: Desk, told: Told, received: date) -> list[str]:
    """A notice that came outside the landlord's own days: said, for somebody to check."""
    if told.end is None:
        return []
    situation = told.situation(turn.today)
    try:
        found = nonrenewal_window(
            end=told.end,
            length_months=situation.length_months,
            lodging=situation.lodging,
            rule=in_force(desk.lease.landlord_notice, received),
            term=situation.term,
        )
    except LengthUnknown:
        return []
    if isinstance(found, NoWindow) or found.standing(received) is Standing.OPEN:
        return []
    values = {"first": french_day(found.first), "last": french_day(found.last)}
    return [desk.library.phrase("lease_increase_untimely", article=found.article, **values)]


def ways(turn: Turn, desk: Desk, told: Told) -> Reply:
    """Every way out for this person: the open ones in order, the closed ones with their reason."""
    library = desk.library
    found = ways_out(told.situation(turn.today, usual=LONG), desk.lease.on(turn.today))
    possible = [each for each in found if each.status != "closed"]
    closed = [each for each in found if each.status == "closed"]
    numbered = [f"{n}. {_way_line(each, turn, desk)}" for n, each in enumerate(possible, 1)]
    shut = [f"– {_way_line(each, turn, desk)}" for each in closed]
    paragraphs = [
        library.phrase("lease_ways_open"),
        *numbered,
        library.phrase("lease_ways_closed"),
        *shut,
    ]
    if told.end is not None and told.length is None and not told.lease.get("lodging"):
        paragraphs.append(library.phrase("lease_assumed"))
    elif told.end is None:
        paragraphs.append(library.phrase("lease_ask_end"))
    paragraphs += [library.phrase("lease_may_not_ask"), library.phrase("lease_not_advice")]
    first = [each for each in possible if each.id != "wait"]
    content = Content(
        text="\n\n".join(paragraphs),
        topic="lease.end",
        entry=library.default_entry("lease.end").id,
        sources=_sources(found),
        quick_replies=tuple(_way_buttons(first, desk)),
        data={"ways": [_way_json(each) for each in found]},
    )
    focus = replace(turn.focus, topic="lease.end", entry=content.entry, pending=None, misses=0)
    return answer(turn, content, focus=focus, profile=kept(turn, told))


def _way_line(way: Way, turn: Turn, desk: Desk) -> str:
    said = desk.library.fill(way.says, turn.today) if way.status != "closed" else ""
    because = _filled(way.because, way)
    says = " ".join(filter(None, (said, because)))
    if not way.article:
        return desk.library.phrase("lease_way", title=way.title, says=says)
    return desk.library.phrase("lease_way_article", title=way.title, says=says, article=way.article)


def _filled(sentence: str, way: Way) -> str:
    for name, day in way.days.items():
        sentence = sentence.replace(f"{{{name}}}", french_day(day))
    return sentence


def _way_buttons(found: Sequence[Way], desk: Desk) -> list[dict[str, str]]:
    buttons = [
        quick_reply(desk.library.phrase(f"button_way_{way.id}"), way.topic)
        for way in found
        if way.status != "to_check"
    ]
    return [
        *buttons[: MAX_QUICK_REPLIES - 1],
        quick_reply(desk.library.phrase("button_handoff"), "handoff"),
    ]


def _way_json(way: Way) -> dict[str, Any]:
    return {
        "way": way.id,
        "title": way.title,
        "status": way.status,
        "because": _filled(way.because, way),
        "article": way.article,
        "days": {name: day.isoformat() for name, day in way.days.items()},
    }


def _sources(found: Sequence[Way]) -> tuple[dict[str, Any], ...]:
    by_url = {way.source.url: source_json(as_source(way.source)) for way in found}
    return tuple(by_url.values())


def kept(turn: Turn, told: Told) -> dict[str, Any]:
    """The profile with what was told of the lease."""
    return {**turn.profile, "lease": told.lease} if told.lease else turn.profile
