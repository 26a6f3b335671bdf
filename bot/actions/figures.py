"""The measures of the host regions, each as a number, as it is said, and with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.actions.trades import sectors_of
from bot.actions.wiring import Desk
from marie.knowledge import saying
from marie.knowledge.criteria import RegionCriterion
from marie.knowledge.model import Figure, RegionProfile, Source
from marie.language.typography import french_list

DISTANCE = "distance_montreal"
"""The figure that says how far from Montréal a region's main town is."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One region's measure by one criterion."""

    number: float
    said: str
    source: Source | None


def measures(desk: Desk, profile: Mapping[str, Any]) -> dict[str, dict[str, Measure]]:
    """By criterion, then by region code; what nobody measured is left out."""
    found: dict[str, dict[str, Measure]] = {}
    for criterion in desk.criteria.criteria:
        by_code = {
            code: measure
            for code, region in desk.library.profiles.items()
            if (measure := _measure(criterion, region, desk, profile)) is not None
        }
        found[criterion.id] = by_code
    return found


def figures_of(region: RegionProfile, desk: Desk) -> dict[str, Figure]:
    """A region's figures by id, in the order of its profile; what was imported replaces them."""
    return saying.figures_of(region, desk.directories.figures(region.code))


def _measure(
    criterion: RegionCriterion, region: RegionProfile, desk: Desk, profile: Mapping[str, Any]
) -> Measure | None:
    match criterion.measure:
        case "sector":
            return _sector(criterion, region, desk, profile)
        case "colleges" | "universities" as kind:
            count = len(getattr(region, kind))
            said = (
                desk.library.phrase("place_of_study")
                if count == 1
                else desk.library.phrase("places_of_study", count=str(count))
            )
            return Measure(number=count, said=said, source=criterion.source)
        case named:
            figure = figures_of(region, desk).get(named.removeprefix("figure:"))
            if figure is None or figure.number is None:
                return None
            return Measure(number=figure.number, said=figure.value, source=figure.source)


def _sector(
    criterion: RegionCriterion, region: RegionProfile, desk: Desk, profile: Mapping[str, Any]
) -> Measure | None:
    wanted = [desk.criteria.sectors[each].name for each in sectors_of(profile, desk).values()]
    if not wanted:
        return None
    # Profiles give no share of each sector: named among the main ones, or not.
    profiles = desk.library.profiles.values()
    names = list(dict.fromkeys(wanted))
    # What every region has tells none from another.
    names = [n for n in names if not all(n in each.sectors for each in profiles)] or names
    found = [each for each in names if each in region.sectors]
    said = french_list(found or names, "et")
    return Measure(number=float(len(found)), said=said, source=criterion.source)
