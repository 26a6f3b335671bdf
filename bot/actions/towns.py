"""Two towns of one region side by side: how many live there, how far they are, their colleges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.actions.figures import DISTANCE, figures_of
from bot.actions.replies import answer, quick_reply, source_json, source_line, unique_sources
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.model import RegionProfile
from marie.knowledge.places import Place, distance_km
from marie.language.folding import words

TOPIC = "region.compare"
WHICH = frozenset({"laquelle", "lequel", "laquel", "quelle", "deux"})
ASKED = {
    "towns_population": frozenset(
        {"grande", "grosse", "petite", "peuplee", "habitants", "population", "monde"}
    ),
    "towns_distance": frozenset({"loin", "proche", "pres", "distance", "km", "kilometres"}),
    "towns_colleges": frozenset({"cegep", "cegeps", "college", "colleges"}),
}
"""What is known of a town, and the folded words that ask for it."""

MONTREAL = (45.5019, -73.5674)
"""Downtown (degrees), as in the regions' figures; the gazetteer has the middle of the island."""
FIGURES = ("main_town_population", DISTANCE)
"""Figures of a region that have the same sources as those of its towns."""


def compare_towns(towns: Sequence[Place], region: RegionProfile, turn: Turn, desk: Desk) -> Reply:
    """What is known of towns; the rest, as prices, is known of their region at most."""
    one, other, *_ = towns
    names = {"one": one.name, "other": other.name}
    if all(each.region == region.code for each in (one, other)):
        said = desk.library.phrase("compare_towns", **names, region=region.name)
    else:
        said = desk.library.phrase("compare_intro", **names)  # « Laval ou Sherbrooke? »
    content = _say((one, other), region, desk, said, tuple(ASKED))
    payloads = (quick_reply("", "region.profile", place=each.id)["payload"] for each in towns)
    focus = replace(turn.focus, topic=TOPIC, place=None, misses=0, pending=None)
    return answer(turn, content, focus=replace(focus, choices=tuple(payloads)))


def which_town(turn: Turn, desk: Desk) -> Reply | None:
    """« Laquelle est la plus proche? », « laquelle a un cégep? », of two towns just compared."""
    said = {word.text for word in words(turn.text)}
    if turn.pressed or turn.focus.topic != TOPIC or turn.all("place") or not said & WHICH:
        return None
    named = [turn.as_pressed(choice).value("place") for choice in turn.focus.choices[:2]]
    places = [desk.gazetteer.get(str(each)) for each in named]
    towns = [each for each in places if each is not None and each.municipality]
    rows = tuple(row for row, asked in ASKED.items() if said & asked)
    region = desk.gazetteer.region_of(towns[0]) if towns else None
    profile = desk.library.profiles.get(region.region or "") if region else None
    if len(towns) < 2 or not rows or profile is None:
        return None
    content = _say((towns[0], towns[1]), profile, desk, "", rows)
    return answer(turn, content, focus=replace(turn.focus, misses=0))


def _say(
    towns: tuple[Place, Place], region: RegionProfile, desk: Desk, said: str, rows: tuple[str, ...]
) -> Content:
    library = desk.library
    one, other = towns
    lines = [
        f"• {library.phrase(row)}\u00a0: "
        f"{one.name}, {KNOWN[row](one, desk)}; {other.name}, {KNOWN[row](other, desk)}"
        for row in rows
    ]
    figures = figures_of(region, desk)
    found = [
        *(figures[name].source for name in FIGURES if name in figures),
        *(each.source for each in desk.criteria.criteria if each.measure == "colleges"),
    ]
    sources = unique_sources(source for source in found if source is not None)
    paragraphs = (said, "\n".join(lines), source_line(sources[0], library) if sources else "")
    buttons = [quick_reply(region.name, "region.profile", place=one.id)]
    for each in towns:
        title = library.phrase("button_colleges_of", place=each.name)
        buttons.append(quick_reply(title, "cegep.find", place=each.id))
    return Content(
        text="\n\n".join(filter(None, paragraphs)),
        topic=TOPIC,
        sources=tuple(source_json(source) for source in sources),
        quick_replies=tuple(buttons),
    )


def _people(town: Place, desk: Desk) -> str:
    if town.population is None:
        return desk.library.phrase("figure_absent")
    return f"{town.population:,}".replace(",", "\u00a0")


def _far(town: Place, _desk: Desk) -> str:
    return f"{distance_km(MONTREAL, town):.0f}\u00a0km"


def _colleges(town: Place, desk: Desk) -> str:
    return str(desk.directory.search(near=town, kinds=["cegep"], distinct=True).inside)


KNOWN = {"towns_population": _people, "towns_distance": _far, "towns_colleges": _colleges}
