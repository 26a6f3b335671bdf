"""The form of a stay or a session: its fields, and the event that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from aiohttp import web

from marie.clock import MONTREAL, local_date
from marie.domain.events import Draft, Kind, Step
from marie.knowledge.event_checks import BadEvent
from marie.knowledge.event_words import event_moment
from marie.knowledge.items import Content
from marie.services.event_versions import Basis, draft_of
from marie.web.keys import GAZETTEER
from marie.web.labels import EVENTS

KINDS: tuple[Kind, ...] = ("trip", "session")
FIELDS = (
    *("kind", "title", "region", "place", "starts_on", "starts_at", "ends_on", "ends_at"),
    *("capacity", "organizer", "description", "url", "publish_on", "do"),
    *("why", "ground", "draft"),
)
"""The fields of the form; the last ones as in every form of `marie.web.editing`."""

STEPS: Mapping[str, tuple[Step, str]] = {
    "publish": ("announce", "annonce"),
    "schedule": ("schedule", "planifie"),
    "review": ("review", "relecture"),
    "draft": ("draft", "brouillon"),
}
"""What a button does, and what the page says then."""

_OF_THE_DAY = ("past", "far")

Fields = dict[str, str]


def step_of(form: Fields) -> tuple[Step, str]:
    """What the pressed button does."""
    return STEPS.get(form["do"], STEPS["publish"])


def basis_of(form: Fields) -> Basis:
    """What it was written over, and why."""
    draft = form["draft"]
    return Basis(
        why=form["why"],
        ground=form["ground"] or None,
        draft=int(draft) if draft.isdecimal() and len(draft) < 10 else None,
    )


def announced_at(form: Fields) -> datetime | None:
    """The first moment of the day that was chosen for the announcement."""
    day = _day(form["publish_on"])
    return None if day is None else _moment(day, time())


def draft_in(form: Fields) -> Draft:
    """The event that a form describes; `BadEvent` names the fields that cannot be read."""
    problems: dict[str, str] = {}
    if form["kind"] not in KINDS:
        problems["kind"] = "empty"
    moments: dict[str, datetime] = {}
    for name, on in (("starts", form["starts_on"]), ("ends", form["ends_on"] or form["starts_on"])):
        day, hour = _day(on), _hour(form[f"{name}_at"])
        if day is None and form[f"{name}_on"]:
            problems[f"{name}_on"] = "date"
        elif day is None and name == "starts":
            problems["starts_on"] = "empty"
        if hour is None:
            problems[f"{name}_at"] = "hour" if form[f"{name}_at"] else "empty"
        if day is not None and hour is not None:
            moments[name] = _moment(day, hour)
    digits = form["capacity"]
    if not digits.isdecimal() or len(digits) > 6:
        problems["capacity"] = "capacity"
    if problems or len(moments) < 2:
        raise BadEvent(problems)
    return Draft(
        kind="trip" if form["kind"] == "trip" else "session",
        title=form["title"],
        region=form["region"],
        place=form["place"],
        starts_at=moments["starts"],
        ends_at=moments["ends"],
        capacity=int(digits),
        organizer=form["organizer"],
        description=form["description"],
        url=form["url"],
    )


def beside(problems: Mapping[str, str], form: Fields) -> dict[str, str]:
    """Each problem at the field that is to be changed: of a moment its day, or its hour."""
    found = dict(problems)
    if found.get("publish_on") == "date" and not form["publish_on"]:
        found["publish_on"] = "empty"
    for name in ("starts", "ends"):
        reason = found.get(f"{name}_at")
        day_before = name == "ends" and "" < form["ends_on"] < form["starts_on"]
        if reason in _OF_THE_DAY or (reason == "ends_before" and day_before):
            field = f"{name}_on" if form[f"{name}_on"] else "starts_on"
            found.setdefault(field, found.pop(f"{name}_at"))
    return found


def fields_of(draft: Draft, announce_at: datetime | None = None) -> Fields:
    """A draft as the form's fields."""
    starts, ends = draft.starts_at.astimezone(MONTREAL), draft.ends_at.astimezone(MONTREAL)
    return {
        **dict.fromkeys(FIELDS, ""),
        "kind": draft.kind,
        "title": draft.title,
        "region": draft.region,
        "place": draft.place,
        "starts_on": starts.date().isoformat(),
        "starts_at": f"{starts:%H:%M}",
        "ends_on": ends.date().isoformat(),
        "ends_at": f"{ends:%H:%M}",
        "capacity": str(draft.capacity),
        "organizer": draft.organizer,
        "description": draft.description,
        "url": draft.url,
        "publish_on": local_date(announce_at).isoformat() if announce_at else "",
    }


def regions_of(app: web.Application) -> dict[str, str]:
    """The host regions by code."""
    return {
        place.region: place.name
        for place in app[GAZETTEER].host_regions()
        if place.region is not None
    }


def as_read(content: Content | None, regions: Mapping[str, str]) -> Content | None:
    """A version as people read it beside another: moments and names in place of codes."""
    if content is None:
        return None
    draft = draft_of(content)
    said = {("page" if name == "url" else name): value for name, value in content.items()}
    return {
        **said,
        "kind": EVENTS[draft.kind],
        "region": regions.get(draft.region, draft.region),
        "starts_at": event_moment(draft.starts_at),
        "ends_at": event_moment(draft.ends_at),
    }


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _hour(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError:
        return None


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, MONTREAL)
