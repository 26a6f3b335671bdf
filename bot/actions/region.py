"""Regions: the list, and what is known of one."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.comparison import compare
from bot.actions.entries import answer_topic, chosen_entry, names_another_entry
from bot.actions.figures import DISTANCE, figures_of
from bot.actions.places import ask_which, named_places, place_in_focus
from bot.actions.ranking import recommend
from bot.actions.replies import (
    answer,
    plain,
    quick_reply,
    say_entry,
    source_json,
    source_line,
)
from bot.actions.towns import MONTREAL
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.model import RegionProfile
from marie.knowledge.places import Place, distance_km
from marie.knowledge.saying import profile_message
from marie.knowledge.talk import says


def profile(turn: Turn, desk: Desk) -> Reply:
    """One region: where it is, what it lives on, figures with their source."""
    other = names_another_entry(turn, desk) or _asks_one_thing(turn, desk)
    if other and not _asks_how_far(turn, desk):
        return answer_topic(turn, desk)
    if (question := ask_which(turn, desk, topic="region.profile")) is not None:
        return question
    place = place_in_focus(turn, desk)
    talked_of = desk.gazetteer.get(turn.focus.place or "")
    if place is not None and place.metropolitan and talked_of is not None:
        # « C’est à combien d’heures de Montréal? », of the town that is talked about.
        place = place if talked_of.metropolitan else talked_of
    region = desk.gazetteer.region_of(place) if place else None
    if place is None or region is None:
        return answer_topic(turn.about("region.list"), desk)
    found = desk.library.profiles.get(region.region or "")
    if found is None:
        content = plain(
            desk.library,
            "not_a_host_region",
            topic="region.profile",
            place=region.name,
            buttons=[quick_reply(desk.library.phrase("button_regions"), "region.list")],
        )
        return answer(turn, content, focus=replace(turn.focus, topic="region.profile", misses=0))
    content = _say_distance(found, place, turn, desk) or _say_profile(
        found, place, region, turn, desk
    )
    focus = replace(
        turn.focus, topic="region.profile", place=place.id, misses=0, pending=None, shown=()
    )
    return answer(turn, content, focus=focus)


def _asks_how_far(turn: Turn, desk: Desk) -> bool:
    """« C’est loin de Montréal? », of a place that is named or talked about."""
    places = [*named_places(turn, desk), desk.gazetteer.get(turn.focus.place or "")]
    known = any(place is not None and not place.metropolitan for place in places)
    return known and not turn.pressed and says(turn.text, desk.talk.how_far)


def _asks_one_thing(turn: Turn, desk: Desk) -> bool:
    """« Il y a des Africains à Sherbrooke? »: that, and not all that is known of the region."""
    return bool(turn.all("place")) and not chosen_entry(turn, desk).default


def _say_distance(found: RegionProfile, place: Place, turn: Turn, desk: Desk) -> Content | None:
    """« C’est loin? »: how far, and not all that is known of the region again."""
    figure = figures_of(found, desk).get(DISTANCE)
    if figure is None or not _asks_how_far(turn, desk):
        return None
    library = desk.library
    label, distance = figure.label, figure.value
    if place.municipality is not None and place.name not in label:
        # « Granby, c’est loin? »: the figure is its region's main town's.
        label = label.replace(found.towns[0], place.name)
        distance = f"{distance_km(MONTREAL, place):.0f}\u00a0km"
    said = library.phrase("how_far", label=label, distance=distance)
    source = source_line(figure.source, library) if figure.source is not None else ""
    travel = library.default_entry("transport")
    return Content(
        text=f"{said}\n\n{source}".strip(),
        topic="region.profile",
        entry=f"region-{found.code}",
        sources=(source_json(figure.source),) if figure.source is not None else (),
        quick_replies=(
            quick_reply(library.phrase("button_transport"), travel.topic),
            quick_reply(library.phrase("button_profile"), "region.profile", place=place.id),
        ),
    )


def _say_profile(
    found: RegionProfile, place: Place, region: Place, turn: Turn, desk: Desk
) -> Content:
    before = []
    if place.id != region.id:
        where = desk.gazetteer.with_preposition(region)
        before.append(desk.library.phrase("place_in_region", place=place.name, region=where))
    return profile_message(
        found,
        desk.library,
        list(figures_of(found, desk).values()),
        place=place.id,
        simple=bool(turn.profile.get("simple")),
        before=before,
    )


def regions(turn: Turn, desk: Desk) -> Reply:
    """The fifteen host regions by name."""
    if names_another_entry(turn, desk):
        return answer_topic(turn, desk)
    library = desk.library
    entry = library.default_entry("region.list")
    names = [found.name for found in library.profiles.values()]
    listed = "\n".join(f"• {name}" for name in names)
    content = say_entry(entry, turn, desk, more=[listed], data={"regions": names})
    return answer(turn, content, focus=replace(turn.focus, topic="region.list", misses=0))


TOPICS = {
    "region.list": regions,
    "region.profile": profile,
    "region.compare": compare,
    "region.recommend": recommend,
}
