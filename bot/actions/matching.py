"""Employers' openings that resemble what a visitor told: the best few with reasons, no promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.actions.answers import SKIP, says_skip
from bot.actions.entries import answer_topic
from bot.actions.places import ask_which, named_place
from bot.actions.replies import answer, quick_reply
from bot.actions.situation import known, read, with_situation
from bot.actions.turn import Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.guidance.matching import Match, Opening, Wanted, best_matches, same_words
from marie.knowledge.openings import title_words
from marie.knowledge.resource_json import to_json
from marie.language.typography import french_day, french_list

FORM = "matching"
TOPIC = "work.matching"
SHOWN = 5
FINDER = "quebec-emploi"
"""The directory's id of the official finder."""

LONG = 4
"""Letters that a word needs to be looked for in the titles of openings."""

BARE = 8
"""Words of a message that may be the name of a trade and nothing else."""

NO_ANSWER = frozenset({"inform", "clarify", "follow_up", "out_of_scope", "work.matching"})


def matching(turn: Turn, desk: Desk) -> Reply:
    """The openings that fit what is known; the entry when nobody imported any."""
    openings = desk.live_openings.current()
    if not openings:
        return answer_topic(turn, desk)
    if (question := ask_which(turn, desk, topic=TOPIC)) is not None:
        return question
    turn, situation = _learn(turn, desk, openings)
    if not situation.get("occupation") and not situation.get("sector"):
        return _ask_trade(turn, desk)
    return _say(turn, desk, situation, openings)


def take_answer(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The trade that was asked for, or none of it."""
    openings = desk.live_openings.current()
    turn, situation = _learn(turn, desk, openings)
    passed = turn.value("answer") == SKIP or says_skip(turn, desk) or turn.intent == "dont_know"
    if not passed and not situation.get("occupation") and not situation.get("sector"):
        words = title_words(turn.text)
        if turn.intent not in NO_ANSWER or not words or len(words) > BARE:
            return None
        # A trade that no opening and no sector names: none is near it, and that is said.
        situation["occupation"] = " ".join(words)
    return _say(turn, desk, situation, openings)


def _learn(turn: Turn, desk: Desk, openings: Sequence[Opening]) -> tuple[Turn, dict[str, Any]]:
    told = dict(read(turn, desk, of_oneself=True, of_trade=True).facts)
    if not turn.pressed:
        said = [each for each in title_words(turn.text) if len(each) > LONG]
        named = [
            each for each in said if any(same_words([each], opening.words) for opening in openings)
        ]
        if named and "occupation" not in told:
            told["occupation"] = " ".join(named)
    place = named_place(turn, desk)
    if place is not None and place.region and not place.metropolitan:
        told |= {"target_region": place.region, "target_place": place.id}
    turn = replace(turn, profile=with_situation(turn, told)) if told else turn
    return turn, known(turn)


def _ask_trade(turn: Turn, desk: Desk) -> Reply:
    library = desk.library
    content = Content(
        text=library.phrase("matching_ask_occupation"),
        topic=TOPIC,
        entry=library.default_entry(TOPIC).id,
        quick_replies=(quick_reply(library.phrase("button_skip"), "inform", answer=SKIP),),
    )
    pending = Pending(form=FORM, field="occupation")
    focus = replace(turn.focus, topic=TOPIC, pending=pending, misses=0)
    return answer(turn, content, focus=focus)


def _say(turn: Turn, desk: Desk, situation: dict[str, Any], openings: Sequence[Opening]) -> Reply:
    library = desk.library
    found = best_matches(openings, _wanted(situation, desk), desk.matching.weights, turn.today)
    best = found[:SHOWN]
    paragraphs: list[str] = []
    resources: tuple[dict[str, Any], ...] = ()
    if best:
        phrase = "matching_one" if len(found) == 1 else "matching_found"
        paragraphs.append(library.phrase(phrase, count=str(len(found)), shown=str(len(best))))
        paragraphs.append("\n".join(_line(n, each, desk) for n, each in enumerate(best, start=1)))
        if len(found) > len(best):
            rest = str(len(found) - len(best))
            paragraphs.append(library.phrase("matching_rest", count=rest))
        lists = french_list(sorted({each.opening.listed for each in best}), "et")
        day = max(each.opening.read_on for each in best)
        paragraphs.append(library.phrase("matching_source", lists=lists, date=french_day(day)))
        paragraphs.append(library.phrase("matching_no_promise"))
    else:
        paragraphs.append(library.phrase("matching_none"))
        finder = desk.directory.get(FINDER)
        if finder is not None:
            resources = (to_json(finder, None, desk.gazetteer),)
            paragraphs.append(f"• {finder.name}\u00a0: {finder.url}")
    told = [_told(each, desk) for each in best]
    content = Content(
        text="\n\n".join(paragraphs),
        topic=TOPIC,
        entry=library.default_entry(TOPIC).id,
        resources=resources,
        quick_replies=(
            quick_reply(library.phrase("button_handoff"), "handoff"),
            quick_reply(library.phrase("matching_button_search"), "work.search"),
        ),
        data={"matches": told, "total": len(found)},
    )
    kept = ("id", "title", "employer", "municipality", "score", "because")
    profile = with_situation(turn, situation)
    profile["matches"] = [{name: each[name] for name in kept} for each in told]
    focus = replace(turn.focus, topic=TOPIC, pending=None, misses=0)
    return answer(turn, content, focus=focus, profile=profile)


def _wanted(situation: dict[str, Any], desk: Desk) -> Wanted:
    place = desk.gazetteer.get(str(situation.get("target_place") or ""))
    return Wanted(
        words=title_words(str(situation.get("occupation") or "")),
        sector=situation.get("sector"),
        region=situation.get("target_region"),
        municipality_code=place.municipality if place else None,
        french=situation.get("french"),
        education=situation.get("education"),
        experience_years=situation.get("experience_years"),
    )


def _line(number: int, match: Match, desk: Desk) -> str:
    """« 1. Soudeur, Ateliers X (Rimouski) : même métier… Valide jusqu’au 31 mars 2027. »"""
    library, opening = desk.library, match.opening
    head = ", ".join(part for part in (opening.title, opening.employer) if part)
    said = [f"{number}. {head} ({opening.municipality})\u00a0: {_reasons(match, 'because', desk)}."]
    for side in ("against", "unknown"):
        if reasons := _reasons(match, side, desk):
            said.append(library.phrase(f"matching_{side}", reasons=reasons))
    if opening.wage:
        said.append(library.phrase("matching_wage", wage=opening.wage))
    day = french_day(opening.valid_until)
    return " ".join([*said, library.phrase("matching_valid", date=day)])


def _reasons(match: Match, side: str, desk: Desk) -> str:
    names: tuple[str, ...] = getattr(match, side)
    said = [_reason(match.opening, name, side, desk) for name in names]
    if not said and side == "because":
        said = [desk.library.phrase("matching_because_nothing")]
    return french_list(said, "et")


def _reason(opening: Opening, name: str, side: str, desk: Desk) -> str:
    region = desk.gazetteer.get(f"region:{opening.region}")
    values = {
        "trade": opening.title,
        "sector": _sector(opening, desk),
        "town": opening.municipality or "",
        "region": region.name if region else opening.region,
        "french": _level("french", opening.french, desk),
        "education": _level("education", opening.education, desk),
        "experience": f"{opening.experience_years or 0:g}".replace(".", ","),
    }
    phrase = f"matching_{'because' if side == 'because' else 'asks'}_{name}"
    return desk.library.phrase(phrase, value=values[name])


def _sector(opening: Opening, desk: Desk) -> str:
    sector = desk.criteria.sectors.get(opening.sector or "")
    return sector.name if sector else ""


def _level(field: str, level: str | None, desk: Desk) -> str:
    choices = desk.profile_fields[field].choices
    title = next((each.title for each in choices if each.value == level), level or "")
    return title[:1].lower() + title[1:]


def _told(match: Match, desk: Desk) -> dict[str, Any]:
    opening = match.opening
    region = desk.gazetteer.get(f"region:{opening.region}")
    return {
        "id": opening.id,
        "title": opening.title,
        "employer": opening.employer,
        "municipality": opening.municipality,
        "region": region.name if region else opening.region,
        "noc": opening.noc,
        "wage": opening.wage,
        "url": opening.url,
        "valid_until": opening.valid_until.isoformat(),
        "score": round(match.score, 2),
        "because": [_reason(opening, name, "because", desk) for name in match.because],
        "against": [_reason(opening, name, "against", desk) for name in match.against],
        "missing": [_reason(opening, name, "unknown", desk) for name in match.unknown],
    }


TOPICS = {TOPIC: matching}
