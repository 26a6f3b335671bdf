"""The figures of understanding, on a handful of reads that can be counted by hand."""

from __future__ import annotations

import pytest

from bot.evaluation import figures
from bot.evaluation.figures import Read
from bot.evaluation.reading import SURE, as_read


def read(topic: str, intent: str, confidence: float = 0.9, scope: float = 1.0) -> Read:
    return Read(topic, "…", intent, intent, confidence, scope, seconds=0.01)


READS = [
    read("lease.end", "lease.end"),
    read("lease.end", "lease.sublet"),
    read("lease.sublet", "lease.sublet"),
    read("housing.buy", "clarify", scope=-1.0),
    read("out_of_scope", "clarify", scope=-2.0),
    read("out_of_scope", "lease.end", scope=0.5),
]


def test_shares_count_questions_in_scope_and_foreign_messages_apart() -> None:
    found = figures.figures(READS)
    assert found["topic_right"] == 2 / 4
    assert found["family_right"] == 3 / 4
    assert found["in_scope_kept"] == 3 / 4
    assert found["foreign_refused"] == 1 / 2
    assert found["milliseconds_p50"] == pytest.approx(10)


def test_precision_counts_foreign_messages_that_were_taken_in() -> None:
    rows = figures.topics(READS)
    assert rows["lease.end"]["recall"] == 1 / 2
    assert rows["lease.end"]["precision"] == 1 / 2
    assert rows["lease.end"]["taken_for"] == {"lease.sublet": 1}
    assert rows["lease.sublet"]["precision"] == 1 / 2


def test_pairs_are_counted_in_both_directions() -> None:
    both = [read("a", "b"), read("b", "a"), read("a", "c"), read("a", "a")]
    assert figures.confusions(both) == [("a", "b", 2), ("a", "c", 1)]


def test_macro_f1_weighs_every_topic_alike() -> None:
    reads = [read("a", "a"), read("a", "a"), read("a", "b"), read("b", "b")]
    assert figures.macro_f1(reads) == pytest.approx((2 * 2 / 5 + 2 / 3) / 2)


def test_an_honest_confidence_has_no_calibration_error() -> None:
    sure = [read("a", "a", 0.75)] * 3 + [read("a", "b", 0.75)]
    assert figures.reliability(sure) == [(0.75, 0.75, 4)]
    assert figures.figures([*sure, read("out_of_scope", "clarify")])["calibration_error"] == 0
    boastful = [read("a", "b", 1.0)] * 2
    assert figures.reliability(boastful) == [(1.0, 0.0, 2)]


def test_auroc_is_one_for_perfect_order_and_a_half_for_none() -> None:
    assert figures.auroc([2.0, 3.0], [0.0, 1.0]) == 1.0
    assert figures.auroc([1.0, 1.0], [1.0]) == 0.5
    assert figures.auroc([0.0], [1.0]) == 0.0


def test_rejection_is_measured_where_the_asked_share_is_kept() -> None:
    inside = [float(score) for score in range(20)]
    assert figures.refused_at(0.95, inside, [0.0, 0.5, 1.0, 1.5]) == 0.5


def test_a_guards_intent_is_certain_and_the_ranking_is_not_asked() -> None:
    ranking = [{"name": "lease.end", "confidence": 0.6}]
    parsed = {"intent": {"name": "safety", "confidence": 1.0}, "intent_ranking": ranking}
    assert as_read("safety", "…", parsed, 0.0) == Read(
        "safety", "…", "safety", "safety", 1, SURE, 0
    )
    parsed = {"intent": {"name": "clarify", "confidence": 1.0}, "intent_ranking": ranking}
    assert as_read("safety", "…", parsed, 0.0).scope == -SURE


def test_rasas_own_fallback_counts_as_asking_back() -> None:
    parsed = {
        "intent": {"name": "nlu_fallback", "confidence": 0.3},
        "intent_ranking": [
            {"name": "nlu_fallback", "confidence": 0.3},
            {"name": "out_of_scope", "confidence": 0.25},
            {"name": "lease.end", "confidence": 0.2},
        ],
    }
    got = as_read("lease.end", "…", parsed, 0.0)
    assert (got.intent, got.best, got.scope) == ("clarify", "out_of_scope", 0.2)


def test_the_table_names_each_topic_and_each_target() -> None:
    lines = figures.as_lines(figures.figures(READS), READS)
    assert any(line.startswith("housing.buy") and "clarify 1" in line for line in lines)
    assert any(line.startswith("topic_right") and line.endswith("≥ 0.92") for line in lines)
