"""What is counted of Marie's answers, day by day, so that the count outlives the conversation.

A conversation is read as `Said`s in order; `cells` says where those of a span of time count. Each
message counts once, at its own moment, so spans that follow each other add up whatever is erased
in between. A cell names a day, a topic and an entry, never a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

HANDOFF = "handoff"
MISSED = frozenset({"clarify", "out_of_scope"})
"""Topics of Marie's answers to what she did not understand, or what is not her business."""

SILENT = frozenset({HANDOFF, "greeting", "goodbye", "thanks", "abuse"})
"""Topics after which asking for a person says nothing of the answer."""


class Measure(str, Enum):
    """What a cell counts."""

    CONVERSATION = "conversation"
    ANSWER = "answer"
    """A question that Marie answered, by the topic and the entry of her answer."""
    MISSED = "missed"
    """One that she did not understand, or that is not her business. Answers too."""
    STALE = "stale"
    """An answer with a fact or a card that is due to be looked at again."""
    ASKED = "asked"
    """A conversation in which a person was asked for; the first time."""
    AFTER = "after"
    """An answer right after which a person was asked for, by its topic and entry."""
    HELPFUL = "helpful"
    UNHELPFUL = "unhelpful"


@dataclass(frozen=True, kw_only=True, order=True)
class Cell:
    """One count's address. `day`: ISO, in Montréal. "" where a field has no sense or no answer."""

    day: str
    measure: Measure
    topic: str = ""
    entry: str = ""


Counts = Mapping[Cell, int]


@dataclass(frozen=True, kw_only=True)
class Said:
    """One of Marie's messages. `answers`: the number of the visitor's message, None for a greeting;
    `stale`: whether something in it is due to be looked at again."""

    seq: int
    at: datetime
    topic: str
    entry: str
    answers: int | None
    stale: bool = False


def cells(
    talk: Sequence[Said],
    *,
    since: datetime | None,
    until: datetime,
    day_of: Callable[[datetime], date],
) -> Counter[Cell]:
    """Where a conversation's messages of a span count: from `since` (None: from its first) to
    before `until`. `talk`: all that Marie said in it, in order."""
    found: Counter[Cell] = Counter()
    answered: set[int] = set()
    before: Said | None = None
    asked = False
    for said in talk:
        inside = (since is None or since <= said.at) and said.at < until

        def count(measure: Measure, what: Said | None, at: datetime) -> None:
            topic, entry = (what.topic, what.entry) if what else ("", "")
            day = day_of(at).isoformat()
            found[Cell(day=day, measure=measure, topic=topic, entry=entry)] += 1

        if inside and said.seq == 1:
            count(Measure.CONVERSATION, None, said.at)
        if said.answers is None or said.answers in answered:
            continue
        answered.add(said.answers)
        if inside:
            count(Measure.ANSWER, said, said.at)
            if said.topic in MISSED:
                count(Measure.MISSED, said, said.at)
            if said.stale:
                count(Measure.STALE, said, said.at)
            if said.topic == HANDOFF and not asked:
                count(Measure.ASKED, None, said.at)
                if before is not None:
                    count(Measure.AFTER, before, said.at)
        asked = asked or said.topic == HANDOFF
        before = None if said.topic in SILENT else said
    return found


def is_stale(
    sources: Iterable[Mapping[str, object]],
    cards: Iterable[Mapping[str, object]],
    *,
    day: date,
    review_every: int,
) -> bool:
    """Whether a card says so, or a source was last looked at more than `review_every` days before.

    `sources` and `cards` as a message has them.
    """
    if any(card.get("stale") is True for card in cards):
        return True
    return any(
        day - date.fromisoformat(looked[:10]) > timedelta(days=review_every)
        for source in sources
        if isinstance(looked := source.get("verified_on") or source.get("read_on"), str)
    )


def opinion_cells(
    before: bool | None, after: bool, *, day: str, topic: str, entry: str
) -> Counter[Cell]:
    """What an opinion changes in the counts; `before`: what it was, None for a first one."""
    found: Counter[Cell] = Counter()
    for helpful, step in ((before, -1), (after, 1)):
        if helpful is not None:
            measure = Measure.HELPFUL if helpful else Measure.UNHELPFUL
            found[Cell(day=day, measure=measure, topic=topic, entry=entry)] += step
    return Counter({cell: number for cell, number in found.items() if number})


def total(counts: Counts, *measures: Measure) -> int:
    """How much of these in all."""
    return sum(number for cell, number in counts.items() if cell.measure in measures)


def grouped(
    counts: Counts, key: Callable[[Cell], str | tuple[str, str]], measure: Measure
) -> Counter[str | tuple[str, str]]:
    """How much of a measure by what `key` says of a cell."""
    found: Counter[str | tuple[str, str]] = Counter()
    for cell, number in counts.items():
        if cell.measure is measure:
            found[key(cell)] += number
    return found
