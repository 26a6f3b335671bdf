"""The file that goes with a request for a person: what it says, shown before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.actions.programs import FOUNDING
from bot.actions.situation import note
from bot.actions.summary import left_summary
from bot.actions.traces import LANGUAGE, traced
from bot.actions.trades import SPOUSE
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.qualification import Judged, LeadFile, Project, Told, qualify
from marie.guidance.eligibility import evaluate_all
from marie.language.typography import french_day, french_list

PERSONAL = (
    "age",
    "status",
    "years_since_arrival",
    "lives_in_cmm",
    "education",
    "graduated_months_ago",
    "french",
)
"""Fields said in one line, in this order."""


@dataclass(frozen=True)
class Passed:
    """What is passed on, before it is words.

    `facts`: the situation without what she withheld; `spouse`: the trade of her spouse.
    """

    need: str
    facts: Mapping[str, Any]
    spouse: str | None
    contact: Mapping[str, str]


def shown_lines(passed: Passed, turn: Turn, desk: Desk) -> str:
    """What the visitor reads of it, one line a part."""
    library = desk.library
    told = {each.field: each.words for each in _told(passed, turn, desk)}
    said: list[tuple[str, str]] = [("need", passed.need)]
    said += [(name, told[name]) for name in ("region", "when", "lease") if name in told]
    personal = [told[name] for name in (*PERSONAL, "children", "language") if name in told]
    if personal:
        said.append(("situation", french_list(personal, "et")))
    work = [told[name] for name in ("work", "offer", "experience", SPOUSE) if name in told]
    if work:
        said.append(("work", french_list(work, "et")))
    judged = [
        library.phrase(
            "file_program",
            program=each.name,
            verdict=library.phrase(f"verdict_word_{each.verdict}"),
        )
        for each in _programs(passed.facts, turn, desk)
    ]
    if judged:
        said.append(("programs", french_list(judged, "et")))
    if matches := turn.profile.get("matches"):
        said.append(("matches", str(len(matches))))
    if summary := left_summary(turn):
        said.append(("summary", summary.by))
    said.append(("contact", ", ".join(passed.contact.values()) or library.phrase("contact_none")))
    lines = [library.phrase(f"file_{name}", value=words) for name, words in said]
    return "\n".join(f"• {line}" for line in [*lines, library.phrase("file_messages")])


def lead_file(passed: Passed, turn: Turn, desk: Desk) -> LeadFile:
    """The same for the counsellors, with where each part comes from and how ripe the project is."""
    language = turn.profile.get(LANGUAGE)
    return qualify(
        Project(
            situation=passed.facts,
            spoken_of=_spoken_of(turn, desk),
            lease_end=_lease_end(turn),
            programs=_programs(passed.facts, turn, desk),
            reachable=bool(passed.contact),
            today=turn.today,
        ),
        told=_told(passed, turn, desk),
        languages=[language] if isinstance(language, str) else [],
        points=desk.qualification.points,
        soon_months=desk.qualification.soon_months,
    )


def region_names(passed: Passed, turn: Turn, desk: Desk) -> tuple[str, ...]:
    """The region that a lead is about: the one she aims at, else the one she spoke of."""
    code = passed.facts.get("target_region") or _spoken_of(turn, desk)
    region = desk.gazetteer.get(f"region:{code}") if code else None
    return (region.name,) if region else ()


_Part = tuple[str, str, str]
"""Its name in the file, the field that says where it comes from, its words."""


def _told(passed: Passed, turn: Turn, desk: Desk) -> tuple[Told, ...]:
    """Every part in Marie's words; what has none is left out and not passed on."""
    parts = (*_project(passed, turn, desk), *_person(passed.facts, turn, desk))
    return tuple(
        replace(traced(turn.profile, field, said), field=name)
        for name, field, said in (*parts, *_work(passed, desk))
    )


def _project(passed: Passed, turn: Turn, desk: Desk) -> Iterator[_Part]:
    """Where and when."""
    facts = passed.facts
    names = region_names(passed, turn, desk)
    if names and facts.get("target_region"):
        place = desk.gazetteer.get(str(facts.get("target_place") or ""))
        town = place.name if place is not None and place.kind != "region" else None
        yield "region", "target_region", names[0] if town is None else f"{town} ({names[0]})"
    elif names:
        yield "region", "spoken_of", desk.library.phrase("file_spoken_of", region=names[0])
    if (moving := _iso(facts.get("move_by"))) is not None:
        yield "when", "move_by", french_day(moving)
    if (end := _lease_end(turn)) is not None:
        yield "lease", "lease.end", french_day(end)
    if (summary := left_summary(turn)) is not None:
        yield "summary", "summary", summary.text


def _person(facts: Mapping[str, Any], turn: Turn, desk: Desk) -> Iterator[_Part]:
    for name in PERSONAL:
        if said := note(name, facts.get(name), desk):
            yield name, name, said
    children = facts.get("children")
    if facts.get("child_ages") and (said := note("child_ages", facts["child_ages"], desk)):
        yield "children", "child_ages", said
    elif isinstance(children, (int, float)):
        phrase = "file_child" if children == 1 else "file_children"
        yield "children", "children", desk.library.phrase(phrase, count=f"{children:g}")
    language = desk.qualification.languages.get(str(turn.profile.get(LANGUAGE)))
    if language is not None:
        yield "language", "language", language


def _work(passed: Passed, desk: Desk) -> Iterator[_Part]:
    facts = passed.facts
    sector = desk.criteria.sectors.get(str(facts.get("sector")))
    if facts.get("occupation"):
        yield "work", "occupation", str(facts["occupation"])
    elif sector is not None:
        yield "work", "sector", sector.name
    if said := note("has_job_offer", facts.get("has_job_offer"), desk):
        yield "offer", "has_job_offer", said
    if isinstance(years := facts.get("experience_years"), (int, float)):
        count = f"{years:g}".replace(".", ",")
        yield "experience", "experience_years", desk.library.phrase("file_experience", count=count)
    if passed.spouse:
        yield SPOUSE, SPOUSE, desk.library.phrase("file_spouse", trade=passed.spouse)


def _programs(facts: Mapping[str, Any], turn: Turn, desk: Desk) -> tuple[Judged, ...]:
    """The founding programmes' verdicts; none when nothing is known to judge by."""
    if not facts:
        return ()
    programs = [each for each in desk.programs if each.id in FOUNDING]
    return tuple(
        Judged(
            program=each.program,
            name=each.name,
            verdict=each.verdict,
            because=each.because,
            missing=each.missing,
        )
        for each in evaluate_all(programs, facts, on=turn.today)
    )


def _spoken_of(turn: Turn, desk: Desk) -> str | None:
    """The host region of the place that the talk is about: nobody moves to Montréal."""
    place = desk.gazetteer.get(turn.focus.place) if turn.focus.place else None
    region = desk.gazetteer.region_of(place) if place else None
    code = region.region if region else None
    return code if code in desk.library.profiles else None


def _lease_end(turn: Turn) -> date | None:
    return _iso((turn.profile.get("lease") or {}).get("end"))


def _iso(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
