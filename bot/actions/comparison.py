"""Two regions side by side, criterion by criterion, or two towns; what nobody measured is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.actions.figures import Measure, figures_of, measures
from bot.actions.places import named_places
from bot.actions.replies import (
    answer,
    plain,
    quick_reply,
    source_json,
    source_line,
    unique_sources,
)
from bot.actions.towns import compare_towns
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.model import RegionProfile
from marie.knowledge.talk import says
from marie.language.typography import french_list

TOPIC = "region.compare"
OF_WORK = frozenset({"employment", "unemployment"})
"""What is known of the work in a region, besides its sectors."""


def compare(turn: Turn, desk: Desk) -> Reply:
    """The two regions that the message names, or one of them beside the region talked about."""
    focus = replace(turn.focus, topic=TOPIC, misses=0, pending=None)
    found = _regions(turn, desk)
    towns = [each for each in named_places(turn, desk) if each.municipality is not None]
    if len(found) == 1 and len(towns) > 1:
        # « Drummondville ou Victoriaville? »: one region has both.
        return compare_towns(towns, found[0], turn, desk)
    if len(found) < 2:
        return answer(turn, plain(desk.library, "compare_which", topic=TOPIC), focus=focus)
    regions = (f"region:{each.code}" for each in found[:2])
    choices = (quick_reply("", "region.profile", place=each)["payload"] for each in regions)
    focus = replace(focus, choices=tuple(choices))  # « la deuxième »
    return answer(turn, _say(found[0], found[1], turn, desk), focus=focus)


def _regions(turn: Turn, desk: Desk) -> list[RegionProfile]:
    profiles = desk.library.profiles
    # Of a button's list Rasa makes one entity an item.
    pressed = [each.value for each in turn.all("region_code")]
    if pressed:
        return [profiles[code] for code in pressed if code in profiles]
    places = named_places(turn, desk)
    if not places and turn.focus.topic == TOPIC:  # « laquelle a plus de travail? »
        chosen = [turn.as_pressed(each).value("place") for each in turn.focus.choices[:2]]
        places = [each for one in chosen if (each := desk.gazetteer.get(str(one))) is not None]
    in_focus = desk.gazetteer.get(turn.focus.place) if turn.focus.place else None
    found = []
    for place in [*places, *([in_focus] if in_focus else [])]:
        region = desk.gazetteer.region_of(place)
        known = profiles.get(region.region or "") if region else None
        if known is not None and known not in found:
            found.append(known)
    return found


def _say(one: RegionProfile, other: RegionProfile, turn: Turn, desk: Desk) -> Content:
    library = desk.library
    known = measures(desk, turn.profile)
    rows = _asked_for(dict(_rows(one, other, known, desk)), turn, desk)
    absent = library.phrase("figure_absent")
    told = [row for row in rows if set(row["values"]) != {absent}]
    lines = [
        f"• {row['label']}\u00a0: {one.name}, {row['values'][0]}; {other.name}, {row['values'][1]}"
        for row in told
    ]
    untold = [row["label"][:1].lower() + row["label"][1:] for row in rows if row not in told]
    sectors = [
        f"• {each.name}, {library.phrase('sectors').lower()}\u00a0: {', '.join(each.sectors[:4])}"
        for each in (one, other)
    ]
    sources = unique_sources(
        measure.source
        for by_code in known.values()
        for each in (one, other)
        if (measure := by_code.get(each.code)) is not None and measure.source is not None
    )
    paragraphs = [
        library.phrase("compare_intro", one=one.name, other=other.name),
        "\n".join([*lines, *sectors]),
        library.phrase("compare_absent", criteria=french_list(untold)) if untold else "",
        source_line(sources[0], library) if sources else "",
    ]
    return Content(
        text="\n\n".join(filter(None, paragraphs)),
        topic=TOPIC,
        sources=tuple(source_json(source) for source in sources),
        quick_replies=(
            *(
                quick_reply(each.name, "region.profile", place=f"region:{each.code}")
                for each in (one, other)
            ),
            quick_reply(library.phrase("button_region_recommend"), "region.recommend"),
        ),
        data={
            "regions": [one.name, other.name],
            "rows": [*told, *_sector_rows(one, other, desk)],
        },
    )


def _rows(
    one: RegionProfile,
    other: RegionProfile,
    known: Mapping[str, Mapping[str, Measure]],
    desk: Desk,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """By the criterion, or the figure, that they are about."""
    absent = desk.library.phrase("figure_absent")
    yield from _figure_rows(one, other, desk)
    for criterion in desk.criteria.criteria:
        if criterion.measure != "sector":
            values = [
                measure.said if (measure := known[criterion.id].get(each.code)) else absent
                for each in (one, other)
            ]
            yield criterion.id, {"label": criterion.label, "values": values}


def _asked_for(rows: dict[str, dict[str, Any]], turn: Turn, desk: Desk) -> list[dict[str, Any]]:
    """Once two regions were compared, the rows that a further question names; else all."""
    asked = {each.id for each in desk.criteria.criteria if says(turn.text, each.says)}
    if "work" in asked:
        asked |= OF_WORK
    named = [row for name, row in rows.items() if name in asked]
    goes_on = turn.focus.topic == TOPIC and not turn.all("place") and not turn.pressed
    return named if goes_on and named else list(rows.values())


def _figure_rows(
    one: RegionProfile, other: RegionProfile, desk: Desk
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures that both regions have and that no criterion uses."""
    for name in ("population", "employment"):
        pair = [figures_of(each, desk).get(name) for each in (one, other)]
        if pair[0] is not None and pair[1] is not None:
            yield name, {"label": pair[0].label, "values": [pair[0].value, pair[1].value]}


def _sector_rows(one: RegionProfile, other: RegionProfile, desk: Desk) -> list[dict[str, Any]]:
    label = desk.library.phrase("sectors")
    return [{"label": label, "values": [", ".join(each.sectors) for each in (one, other)]}]
