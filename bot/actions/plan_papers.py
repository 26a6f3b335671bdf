"""The steps of a plan as they are said, and as the paper that `marie.papers.plan` sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from bot.actions.plan_facts import length_assumed
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.guidance.lease import NoWindow
from marie.guidance.plan import Contact, Facts, State, Step, months_owed
from marie.knowledge.model import ResourceKind
from marie.knowledge.places import Place
from marie.knowledge.plan_rules import fill_step, step_source
from marie.language.typography import french_day

SAID = 5
"""Steps in the text of the answer; the paper has them all."""
LAST_MONTH = timedelta(days=31)


def paper(
    steps: Sequence[Step], facts: Facts, turn: Turn, desk: Desk, place: Place
) -> dict[str, Any]:
    """What the plan is made of, as the log keeps it (`marie/papers/plan.py` says the shape)."""
    library = desk.library
    phrase = "plan_intro_gone" if facts.gone else "plan_intro"
    values = {
        "place": desk.gazetteer.with_preposition(place),
        "move": french_day(facts.move),
        "count": str(len(steps)),
    }
    if facts.gone:
        del values["move"]
    return {
        "title": library.phrase("plan_title", town=place.name),
        "introduction": [library.phrase(phrase, **values)],
        "made_on": turn.today.isoformat(),
        "move": facts.move.isoformat(),
        "place": place.id,
        "steps": [_step(step, facts, turn, desk, place) for step in steps],
    }


def steps_said(steps: Sequence[Step], plan: dict[str, Any], desk: Desk) -> str:
    """The next steps as lines, who to call with each, and how many follow."""
    lines = []
    for number, (step, said) in enumerate(zip(steps, plan["steps"], strict=True), 1):
        if number > SAID:
            break
        lines.append(f"{number}. {said['title']}\u00a0: {_when(step, desk)}.")
        if step.state is State.PASSED:
            lines.append(f"    {said['text']}")
        elif said["contacts"]:
            first = said["contacts"][0]
            lines.append("    → " + ", ".join(filter(None, (first["name"], first["phone"]))))
    rest = len(steps) - SAID
    if rest > 0:
        lines.append(desk.library.phrase("plan_rest", count=str(rest)))
    return "\n".join(lines)


def _step(step: Step, facts: Facts, turn: Turn, desk: Desk, place: Place) -> dict[str, Any]:
    library = desk.library
    rule = step.rule
    assumed = library.phrase("plan_lease_assumed") if length_assumed(turn) else ""
    values = {**_values(step, facts, desk, place), "assumed": assumed}
    source = step_source(rule, library)
    said: dict[str, Any] = {
        "id": rule.id,
        "title": fill_step(rule.title, values, library, facts.today),
        "text": fill_step(step.text, values, library, facts.today).replace("  ", " "),
        "state": step.state.value,
        "group": library.phrase(f"plan_group_{_group(step, facts)}"),
        "entry": rule.entry,
        "contacts": list(_contacts(rule.contacts, facts, desk, place)),
        "source": {
            "title": source.title,
            "url": source.url,
            "read_on": source.read_on.isoformat() if source.read_on else None,
            "verified_on": source.verified_on.isoformat() if source.verified_on else None,
        },
        "reminders": list(rule.reminders),
    }
    if step.state is State.PASSED and step.last is not None:
        said["when"] = library.phrase("plan_when_passed_long", last=french_day(step.last))
    elif step.state is State.NOW:
        said["when"] = library.phrase("plan_when_now_long")
    if step.state is not State.PASSED and step.last is not None:
        said["day"] = step.last.isoformat()
        if step.state is State.LATER and step.first is not None:
            said["first"] = step.first.isoformat()
    return said


def _values(step: Step, facts: Facts, desk: Desk, place: Place) -> dict[str, str]:
    dates: dict[str, date | str | None] = {
        "move": facts.move,
        "lease_end": facts.lease_end,
        "first": step.first,
        "last": step.last,
        **step.values,
    }
    values = {
        name: french_day(value) if isinstance(value, date) else value
        for name, value in dates.items()
        if value is not None
    }
    values |= {
        "place": desk.gazetteer.with_preposition(place),
        "town": place.name,
        "months_owed": str(months_owed(facts)),
    }
    if isinstance(facts.notice, NoWindow):
        values |= {"because": facts.notice.because, "next_step": facts.notice.next_step}
    return values


def _contacts(
    contacts: Sequence[Contact], facts: Facts, desk: Desk, place: Place
) -> Iterator[dict[str, str | None]]:
    for contact in contacts:
        if contact.resource is not None:
            found = desk.directory.get(contact.resource)
        elif contact.nearest:
            found = _nearest(contact.nearest, facts, desk, place)
        else:
            phone = None
            if contact.phone is not None:
                phone = desk.library.value(contact.phone, facts.today).value
            yield {"name": contact.name, "phone": phone, "url": contact.url}
            continue
        if found is not None:
            yield {"name": found.name, "phone": found.phone, "url": found.url}


def _nearest(kinds: Sequence[str], facts: Facts, desk: Desk, place: Place) -> Any:
    """The nearest resource of these kinds in the region; one elsewhere would not help there."""
    page = desk.directory.search(
        near=place, kinds=msgspec.convert(kinds, frozenset[ResourceKind]), limit=3
    )
    return next((hit.resource for hit in page.hits if hit.resource.region == facts.region), None)


def _group(step: Step, facts: Facts) -> str:
    """The heading under which a step stands; groups follow one another as days do."""
    begins = step.begins(facts.today)
    if begins <= facts.today:
        return "now"
    if facts.gone or (begins >= facts.move and step.rule.phase != "before"):
        return "there"
    return "month" if begins > facts.move - LAST_MONTH else "before"


def _when(step: Step, desk: Desk) -> str:
    library = desk.library
    first, last = step.first, step.last
    if last is None:
        return library.phrase("plan_when_now")
    if step.state is State.PASSED:
        return library.phrase("plan_when_passed", last=french_day(last))
    if step.state is State.NOW:
        return library.phrase("plan_when_now_until", last=french_day(last))
    if first is None or first == last:
        return library.phrase("plan_when_day", last=french_day(last))
    return library.phrase("plan_when_between", first=french_day(first), last=french_day(last))
