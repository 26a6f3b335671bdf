"""Training examples and held-out questions: enough of each, and none nearly in both."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from rapidfuzz import fuzz, process

from marie.knowledge.examples import NEAR, SHORT, read_examples
from marie.language.folding import fold_key

ROOT = Path(__file__).resolve().parents[2]


def examples() -> list[tuple[str, str]]:
    """Intent and text of every training example."""
    return [
        (intent["intent"], line.strip().removeprefix("- "))
        for path in sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml"))
        for intent in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in intent["examples"].strip().splitlines()
    ]


def questions() -> list[tuple[str, str]]:
    """Topic and text of every held-out question."""
    return [
        (question["topic"], question["text"])
        for path in sorted((ROOT / "tests" / "questions").glob("*.yml"))
        for question in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def test_every_intent_has_forty_examples() -> None:
    counts = Counter(intent for intent, _ in examples())
    assert {intent: count for intent, count in counts.items() if count < 40} == {}


def test_every_topic_has_fifteen_held_out_questions_and_there_are_750() -> None:
    counts = Counter(topic for topic, _ in questions())
    assert {topic: count for topic, count in counts.items() if count < 15} == {}
    assert sum(counts.values()) >= 750


def test_no_example_stands_under_two_intents() -> None:
    intents: dict[str, set[str]] = {}
    for intent, text in examples():
        # Emoji alone fold to nothing; a component answers them.
        intents.setdefault(fold_key(text) or text, set()).add(intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


@pytest.mark.timeout(300)
def test_no_held_out_question_is_nearly_a_training_example() -> None:
    known = sorted({fold_key(text) for _, text in examples()})
    copies = {}
    for _, text in questions():
        key = fold_key(text)
        if len(key) < SHORT:
            continue
        near = process.extractOne(key, known, scorer=fuzz.ratio, score_cutoff=NEAR)
        if near is not None:
            copies[text] = near[0]
    assert copies == {}


def test_proposed_examples_are_compared_with_all_that_training_and_evaluation_read() -> None:
    read = read_examples(ROOT / "bot" / "data" / "nlu", ROOT / "tests" / "questions")
    assert read.topics == {intent for intent, _ in examples()}
    assert read.known == {fold_key(text) or text: intent for intent, text in examples()}
    assert set(read.held_out) == {fold_key(text) for _, text in questions()}
