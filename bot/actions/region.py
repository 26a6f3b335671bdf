"""Regions: the list, one profile, two side by side, and which to look at first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.actions.entries import answer_topic, names_another_entry
from bot.actions.places import ask_which, named_places, place_in_focus
from bot.actions.replies import (
    answer,
    plain,
    quick_reply,
    say_entry,
    source_json,
    source_line,
    unique_sources,
)
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.guidance.regions import CRITERIA, RegionFacts, rank
from marie.knowledge.model import RegionProfile
from marie.knowledge.places import Place, distance_km
from marie.language.typography import french_list

SHOWN = 5
"""Regions said in the text of a ranking; `data` has them all."""


def profile(turn: Turn, desk: Desk) -> Reply:
    """One region: where it is, what it lives on, figures with their source."""
    if names_another_entry(turn, desk):
        return answer_topic(turn, desk)
    if (question := ask_which(turn, desk, topic="region.profile")) is not None:
        return question
    place = place_in_focus(turn, desk)
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
    content = _say_profile(found, place, region, turn, desk)
    focus = replace(
        turn.focus, topic="region.profile", place=place.id, misses=0, pending=None, shown=()
    )
    return answer(turn, content, focus=focus)


def _say_profile(
    found: RegionProfile, place: Place, region: Place, turn: Turn, desk: Desk
) -> Content:
    library = desk.library
    paragraphs = []
    if place.id != region.id:
        paragraphs.append(
            library.phrase(
                "place_in_region",
                place=place.name,
                region=desk.gazetteer.with_preposition(region),
            )
        )
    paragraphs.append((found.simple if turn.profile.get("simple") else found.text).strip())
    paragraphs.append(
        "\n".join(f"• {figure.label}\u00a0: {figure.value}" for figure in found.figures)
    )
    if found.cautions:
        paragraphs.append(library.phrase("cautions", cautions=french_list(found.cautions, "et")))
    sources = unique_sources([*(figure.source for figure in found.figures), *found.sources])
    if sources:
        paragraphs.append(source_line(sources[0], library))
    topics = ("work.search", "housing.search", "cegep.find", "childcare.find")
    return Content(
        text="\n\n".join(paragraphs),
        topic="region.profile",
        entry=f"region-{found.code}",
        sources=tuple(source_json(source) for source in sources),
        quick_replies=tuple(
            quick_reply(library.phrase(f"button_{topic.replace('.', '_')}"), topic, place=place.id)
            for topic in topics
        ),
        data={
            "region": found.name,
            "figures": [{"label": each.label, "value": each.value} for each in found.figures],
        },
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


def compare(turn: Turn, desk: Desk) -> Reply:
    """Two regions side by side, figure by figure."""
    library = desk.library
    places = named_places(turn, desk)
    found: list[RegionProfile] = []
    for place in places:
        region = desk.gazetteer.region_of(place)
        known = library.profiles.get(region.region or "") if region else None
        if known is not None and known not in found:
            found.append(known)
    if len(found) < 2:
        content = plain(library, "compare_which", topic="region.compare")
        return answer(turn, content, focus=replace(turn.focus, topic="region.compare", misses=0))
    one, other = found[:2]
    paragraphs = [library.phrase("compare_intro", one=one.name, other=other.name)]
    for each in (one, other):
        lines = [f"{each.name}", *(f"• {item.label}\u00a0: {item.value}" for item in each.figures)]
        lines.append(f"• {library.phrase('sectors')}\u00a0: {', '.join(each.sectors[:4])}")
        paragraphs.append("\n".join(lines))
    sources = unique_sources(figure.source for each in (one, other) for figure in each.figures)
    if sources:
        paragraphs.append(source_line(sources[0], library))
    content = Content(
        text="\n\n".join(paragraphs),
        topic="region.compare",
        sources=tuple(source_json(source) for source in sources),
        quick_replies=tuple(
            quick_reply(each.name, "region.profile", place=f"region:{each.code}")
            for each in (one, other)
        ),
        data={"regions": [one.name, other.name]},
    )
    return answer(turn, content, focus=replace(turn.focus, topic="region.compare", misses=0))


def recommend(turn: Turn, desk: Desk) -> Reply:
    """The fifteen regions ranked on what there is a figure for, with reasons and weights."""
    if names_another_entry(turn, desk):
        return answer_topic(turn, desk)
    library = desk.library
    weights = _weights(turn)
    ranking = rank(_facts(desk), weights)
    lines = []
    for place, each in enumerate(ranking[:SHOWN], start=1):
        because = french_list([library.phrase(f"reason_{reason}") for reason in each.because])
        lines.append(f"{place}. {each.name}" + (f"\u00a0: {because}" if because else ""))
    entry = library.default_entry("region.recommend")
    content = say_entry(
        entry,
        turn,
        desk,
        more=["\n".join(lines), library.phrase("recommend_ask_priority")],
        buttons=[
            quick_reply(library.phrase(f"criterion_{name}"), "region.recommend", criterion=name)
            for name in CRITERIA
            if weights[name] < max(weights.values()) or len(set(weights.values())) == 1
        ][:3],
        data={
            "ranking": [
                {
                    "region": each.name,
                    "score": round(each.score, 3),
                    "because": [library.phrase(f"reason_{reason}") for reason in each.because],
                    "against": [library.phrase(f"against_{reason}") for reason in each.against],
                }
                for each in ranking
            ],
            "weights": {library.phrase(f"criterion_{name}"): weights[name] for name in CRITERIA},
        },
    )
    focus = replace(turn.focus, topic="region.recommend", misses=0, pending=None)
    return answer(turn, content, focus=focus, profile={**turn.profile, "weights": weights})


def _weights(turn: Turn) -> dict[str, float]:
    kept = turn.profile.get("weights") or {}
    weights = {name: float(kept.get(name, 1)) for name in CRITERIA}
    if turn.value("criterion") in weights:
        weights[str(turn.value("criterion"))] += 2
    return weights


def _facts(desk: Desk) -> list[RegionFacts]:
    montreal = desk.gazetteer.get("region:06")
    facts: list[RegionFacts] = []
    for code, found in desk.library.profiles.items():
        region = desk.gazetteer.get(f"region:{code}")
        figures: dict[str, Any] = {each.id: each.number for each in found.figures if each.id}
        facts.append(
            RegionFacts(
                code=code,
                name=found.name,
                unemployment=figures.get("unemployment"),
                population=float(region.population) if region and region.population else None,
                colleges=len(found.colleges),
                universities=len(found.universities),
                km_to_montreal=distance_km(montreal, region) if montreal and region else None,
            )
        )
    return facts


TOPICS = {
    "region.list": regions,
    "region.profile": profile,
    "region.compare": compare,
    "region.recommend": recommend,
}
