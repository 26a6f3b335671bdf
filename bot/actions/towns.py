"""Two towns of one region side by side: how many live there, how far they are, their colleges."""

from __future__ import annotations

from bot.actions.figures import DISTANCE, figures_of
from bot.actions.replies import quick_reply, source_json, source_line, unique_sources
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.knowledge.model import RegionProfile
from marie.knowledge.places import Place, distance_km

MONTREAL = (45.5019, -73.5674)
"""Downtown (degrees), as in the regions' figures; the gazetteer has the middle of the island."""
FIGURES = ("main_town_population", DISTANCE)
"""Figures of a region that have the same sources as those of its towns."""


def say_towns(towns: tuple[Place, Place], region: RegionProfile, desk: Desk) -> Content:
    """What is known of towns; the rest, as prices, is known of their region at most."""
    library = desk.library
    one, other = towns
    rows = {
        "towns_population": [_people(each, desk) for each in towns],
        "towns_distance": [f"{distance_km(MONTREAL, each):.0f}\u00a0km" for each in towns],
        "towns_colleges": [_colleges(each, desk) for each in towns],
    }
    lines = [
        f"• {library.phrase(label)}\u00a0: {one.name}, {first}; {other.name}, {second}"
        for label, (first, second) in rows.items()
    ]
    figures = figures_of(region, desk)
    known = (figures[name].source for name in FIGURES if name in figures)
    sources = unique_sources(source for source in known if source is not None)
    paragraphs = (
        library.phrase("compare_towns", one=one.name, other=other.name, region=region.name),
        "\n".join(lines),
        source_line(sources[0], library) if sources else "",
    )
    buttons = [quick_reply(region.name, "region.profile", place=one.id)]
    for each in towns:
        title = library.phrase("button_colleges_of", place=each.name)
        buttons.append(quick_reply(title, "cegep.find", place=each.id))
    return Content(
        text="\n\n".join(filter(None, paragraphs)),
        topic="region.compare",
        sources=tuple(source_json(source) for source in sources),
        quick_replies=tuple(buttons),
    )


def _people(town: Place, desk: Desk) -> str:
    if town.population is None:
        return desk.library.phrase("figure_absent")
    return f"{town.population:,}".replace(",", "\u00a0")


def _colleges(town: Place, desk: Desk) -> str:
    return str(desk.directory.search(near=town, kinds=["cegep"], distinct=True).inside)
