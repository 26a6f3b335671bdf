"""Which region to look at first: all are ranked, with reasons, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.actions.entries import answer_topic, names_another_entry
from bot.actions.figures import DISTANCE, Measure, figures_of, measures
from bot.actions.household import noted_of_family
from bot.actions.replies import answer, quick_reply, source_json, source_line, unique_sources
from bot.actions.trades import sectors_of
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from bot.actions.wishes import names_a_wish, read_wishes, weights
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.guidance.regions import Criterion, Ranked, available, rank, what_changes_first
from marie.knowledge.asked import asked_entry
from marie.knowledge.criteria import RegionCriterion
from marie.knowledge.model import Source
from marie.knowledge.talk import says
from marie.language.folding import words
from marie.language.typography import french_list

TOPIC = "region.recommend"
SHOWN = 5
"""Regions said in the text of a ranking; `data` has them all."""
REASONS = 3
"""Reasons said of each region in the text."""
BUTTONS = 3


def recommend(turn: Turn, desk: Desk) -> Reply:
    """The fifteen regions ranked on what there is a figure for."""
    # A wish in the message is about the ranking, whatever entry has the same words.
    wish = names_a_wish(turn, desk) and asked_entry(turn.text, desk.asked, topic=TOPIC) is None
    if not wish and names_another_entry(turn, desk):
        return answer_topic(turn, desk)
    if _asks_how_far(turn, desk):
        return _distances(turn, desk)
    profile = read_wishes(turn, desk)
    ranking = _Ranking(desk, profile)
    content = _say(ranking, turn, desk)
    regions = [f"region:{each.code}" for each in ranking.ranked[:SHOWN]]
    choices = tuple(quick_reply("", "region.profile", place=each)["payload"] for each in regions)
    focus = replace(turn.focus, topic=TOPIC, entry=content.entry, misses=0, pending=None, shown=())
    focus = replace(focus, choices=choices)
    return answer(turn, content, focus=focus, profile=profile)


def _asks_how_far(turn: Turn, desk: Desk) -> bool:
    """« C’est loin de Montréal? », under a ranking: a question about it, and no wish."""
    asks = turn.focus.topic == TOPIC and turn.text.rstrip().endswith("?")
    no_wish = not {"pas", "moins", "plus"} & {word.text for word in words(turn.text)}
    return asks and no_wish and not turn.pressed and says(turn.text, desk.talk.how_far)


def _distances(turn: Turn, desk: Desk) -> Reply:
    """How far the regions are that were ranked first, as they were ranked."""
    ranking = _Ranking(desk, turn.profile)
    profiles = [ranking.regions[each.code] for each in ranking.ranked[:SHOWN]]
    far = [(each, figure) for each in profiles if (figure := figures_of(each, desk).get(DISTANCE))]
    sources = unique_sources(figure.source for _, figure in far if figure.source is not None)
    library = desk.library
    content = Content(
        text="\n".join(
            [
                library.phrase("how_far_each"),
                *(f"• {each.name} ({each.towns[0]})\u00a0: {figure.value}" for each, figure in far),
                *(["", source_line(sources[0], library)] if sources else []),
            ]
        ),
        topic=TOPIC,
        sources=tuple(source_json(each) for each in sources),
        quick_replies=tuple(
            quick_reply(each.name, "region.profile", place=f"region:{each.code}")
            for each in profiles[:BUTTONS]
        ),
    )
    return answer(turn, content, focus=replace(turn.focus, misses=0, pending=None))


class _Ranking:
    """Everything that was weighed, for the text and the data."""

    def __init__(self, desk: Desk, profile: dict[str, Any]) -> None:
        self.profile = profile
        self.criteria = desk.criteria.criteria
        self.by_id = {each.id: each for each in self.criteria}
        self.regions = dict(sorted(desk.library.profiles.items(), key=lambda item: item[1].name))
        self.measures = measures(desk, profile)
        self.weights = weights(profile, desk)
        compared = [Criterion(id=each.id, better=each.better) for each in self.criteria]
        numbers = {
            name: {code: measure.number for code, measure in known.items()}
            for name, known in self.measures.items()
        }
        codes = list(self.regions)
        self.usable = available(compared, numbers, len(codes))
        self.ranked = rank(codes, compared, numbers, self.weights)
        self.change = what_changes_first(codes, compared, numbers, self.weights)

    def reason(self, code: str, criterion: str, *, speaks_for: bool) -> str:
        """Why a criterion speaks for or against a region, with its figure."""
        each = self.by_id[criterion]
        told: Any = each.opposite if self.weights[criterion] < 0 and each.opposite else each
        measure: Measure = self.measures[criterion][code]
        template: str = told.pro if speaks_for else told.against
        said = template.replace("{value}", measure.said)
        return said.replace("{town}", self.regions[code].towns[0])

    def reasons(self, each: Ranked) -> list[str]:
        """What speaks for it, the weightiest first."""
        return [self.reason(each.code, name, speaks_for=True) for name in each.because]

    def objections(self, each: Ranked) -> list[str]:
        """What speaks against it, the weightiest first."""
        return [self.reason(each.code, name, speaks_for=False) for name in each.against]

    def label(self, criterion: RegionCriterion) -> str:
        """Its name, of the end that is wanted."""
        if self.weights[criterion.id] < 0 and criterion.opposite:
            return criterion.opposite.label
        return criterion.label

    def missing(self) -> Iterator[RegionCriterion]:
        """Criteria that were wanted and that nobody measured."""
        for each in self.criteria:
            if self.weights[each.id] and each.id not in self.usable:
                yield each

    def sources(self) -> list[Source]:
        """Where the measures that counted come from."""
        return unique_sources(
            measure.source
            for each in self.criteria
            if self.weights[each.id] and each.id in self.usable
            for measure in self.measures[each.id].values()
            if measure.source is not None
        )


def _say(ranking: _Ranking, turn: Turn, desk: Desk) -> Content:
    library = desk.library
    entry = library.default_entry(TOPIC)
    sources = ranking.sources()
    change = _change(ranking, desk)
    paragraphs = [
        noted_of_family(turn, desk),
        _everywhere(ranking, desk),
        _intro(ranking, desk),
        "\n".join(_line(each, ranking, desk) for each in ranking.ranked[:SHOWN]),
        _against_first(ranking, desk),
        change,
        _missing(ranking, desk),
        library.phrase("ranking_all"),
        source_line(sources[0], library) if sources else "",
    ]
    return Content(
        text="\n\n".join(filter(None, paragraphs)),
        topic=TOPIC,
        entry=entry.id,
        sources=tuple(source_json(source) for source in (*sources, *entry.sources)),
        quick_replies=(*_buttons(ranking), _compare_button(ranking, desk)),
        data=_data(ranking, change),
    )


def _intro(ranking: _Ranking, desk: Desk) -> str:
    weighed = [
        _inside(ranking.label(each))
        for each in sorted(ranking.criteria, key=lambda each: -abs(ranking.weights[each.id]))
        if ranking.weights[each.id] and each.id in ranking.usable
    ]
    return desk.library.phrase("ranking_intro", criteria=french_list(weighed))


def _everywhere(ranking: _Ranking, desk: Desk) -> str:
    """That a sector told is one of every region, and so tells none from another."""
    profiles = ranking.regions.values()
    names = {
        desk.criteria.sectors[each].name for each in sectors_of(ranking.profile, desk).values()
    }
    alike = sorted(name for name in names if all(name in each.sectors for each in profiles))
    return desk.library.phrase("ranking_everywhere", sector=french_list(alike)) if alike else ""


def _line(each: Ranked, ranking: _Ranking, desk: Desk) -> str:
    name = ranking.regions[each.code].name
    reasons = "; ".join(ranking.reasons(each)[:REASONS])
    tied = sum(other.rank == each.rank for other in ranking.ranked) > 1
    rank_said = (
        desk.library.phrase("ranking_tied", rank=str(each.rank)) if tied else f"{each.rank}."
    )
    return f"{rank_said} {name}" + (f"\u00a0: {reasons}" if reasons else "")


def _against_first(ranking: _Ranking, desk: Desk) -> str:
    first = ranking.ranked[0]
    objections = ranking.objections(first)
    if not objections:
        return ""
    return desk.library.phrase(
        "ranking_against",
        region=ranking.regions[first.code].name,
        reasons=french_list(objections[:REASONS]),
    )


def _change(ranking: _Ranking, desk: Desk) -> str:
    change = ranking.change
    if change is None:
        return ""
    return desk.library.phrase(
        "ranking_change",
        criterion=_inside(ranking.label(ranking.by_id[change.criterion])),
        region=ranking.regions[change.code].name,
    )


def _missing(ranking: _Ranking, desk: Desk) -> str:
    missing = list(ranking.missing())
    paragraphs = []
    asks = not sectors_of(ranking.profile, desk)
    if asks and any(each.measure == "sector" for each in missing):
        paragraphs.append(desk.library.phrase("ranking_ask_sector"))
    absent = [_inside(each.label) for each in missing if each.measure != "sector"]
    if absent:
        paragraphs.append(desk.library.phrase("ranking_missing", criteria=french_list(absent)))
    return "\n".join(paragraphs)


def _inside(label: str) -> str:
    """A criterion's name inside a sentence."""
    return label[:1].lower() + label[1:]


def _buttons(ranking: _Ranking) -> list[dict[str, str]]:
    """The criteria that could count more, those that were not yet asked for first."""
    own = ranking.profile.get("weights") or {}
    offered = [
        each for each in ranking.criteria if each.id in ranking.usable and each.id not in own
    ]
    return [quick_reply(each.button, TOPIC, criterion=each.id) for each in offered[:BUTTONS]]


def _compare_button(ranking: _Ranking, desk: Desk) -> dict[str, str]:
    one, other = ranking.ranked[:2]
    return quick_reply(
        desk.library.phrase("button_compare_first"),
        "region.compare",
        region_code=[one.code, other.code],
    )


def _data(ranking: _Ranking, change: str) -> dict[str, Any]:
    return {
        "ranking": [
            {
                "region": ranking.regions[each.code].name,
                "code": each.code,
                "score": round(each.score, 3),
                "because": ranking.reasons(each),
                "against": ranking.objections(each),
                "criteria": {
                    name: None if score is None else round(score, 2)
                    for name, score in each.scores.items()
                    if ranking.weights[name]
                },
            }
            for each in ranking.ranked
        ],
        "weights": ranking.weights,
        "criteria": [
            {
                "id": each.id,
                "label": ranking.label(each),
                "weight": ranking.weights[each.id],
                "available": each.id in ranking.usable,
            }
            for each in ranking.criteria
        ],
        "changes": change,
    }
