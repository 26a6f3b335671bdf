"""Distress, violence and danger by their words; the pattern language, then the patterns shipped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from marie.language.patterns import BadPattern
from marie.language.safety import SafetyPatterns, compile_safety, read_safety

SHIPPED = Path(__file__).resolve().parents[2] / "knowledge" / "safety.yml"
PATTERNS = compile_safety(
    {
        "distress": ["(veux|veu) mourir", "plus _ envie de vivre", "suicid*"],
        "danger": ["il a une arme"],
        "violence": ["(mari|conjoint) _ frapp*"],
        "violence_lease": ["bail _ _ violence"],
        "never": ["mort de fatigue", "envie de vivre (a|en)"],
    }
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("je veux mourir", "distress"),
        ("JE VEUX MOURIR!!!", "distress"),
        ("jveu mourir", None),
        ("je veu mourir", "distress"),
        ("je veux, mourir", "distress"),
        ("je veux pas mourir", None),
        ("j'ai plus envie de vivre", "distress"),
        ("plus du tout trop envie de vivre", "distress"),
        ("plus un deux trois quatre envie de vivre", None),
        ("je pense au suicide", "distress"),
        ("insuicidable", None),
        ("mon mari m'a encore frappée", "violence"),
        ("il a une arme et mon mari m'a frappée", "danger"),
        ("mon bail, à cause de la violence", "violence_lease"),
        ("", None),
    ],
)
def test_words_suffixes_choices_and_gaps_match_as_written(text: str, kind: str | None) -> None:
    assert PATTERNS.find(text) == kind


def test_a_figure_of_speech_hides_its_own_words_alone() -> None:
    assert PATTERNS.find("je n'ai plus envie de vivre en ville") is None
    assert PATTERNS.find("je suis mort de fatigue, je n'ai plus envie de vivre") == "distress"
    assert PATTERNS.find("plus mort de fatigue envie de vivre") is None


@pytest.mark.parametrize(
    "pattern", ["", "je  veux", "(veux", "_ vivre", "^ _ vivre", "vivre _", "a-b", "^", "a $ b"]
)
def test_an_unreadable_pattern_is_an_error_that_names_it(pattern: str) -> None:
    with pytest.raises(BadPattern) as error:
        compile_safety({"distress": [pattern]})
    assert str(error.value) == pattern


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(BadPattern, match="sadness"):
        compile_safety({"sadness": ["je pleure"]})


@pytest.fixture(scope="module")
def shipped() -> SafetyPatterns:
    return read_safety(SHIPPED)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("je veux mourir", "distress"),
        ("J’ai envie d’en finir", "distress"),
        ("jveu plus vivre", "distress"),
        ("mon mari me frappe", "violence"),
        ("Mon conjoint m’a encore battue hier", "violence"),
        ("je suis en danger", "danger"),
        ("au secours", "danger"),
        ("résilier mon bail à cause de la violence de mon conjoint", "violence_lease"),
        ("mon patron garde mon passeport", "exploitation"),
        ("mon mari garde mon passeport", "violence"),
        ("mon boss ne veut pas me rendre mes papiers", "exploitation"),
        ("mon boss va me tuer", "distress"),
        ("j’ai le moral à zéro depuis que j’ai perdu mon bébé", "distress"),
        ("mon ex veut savoir où j’habite avec les petits", "violence"),
        ("mon boss va me tuer si j’arrive encore en retard", None),
        ("on va pendre la crémaillère en juillet", None),
        ("je vais me pendre", "distress"),
        ("je suis mort de fatigue", None),
        ("mon proprio me tue avec ses augmentations", None),
        ("je veux en finir avec mon bail", None),
        ("ça me tue, ces loyers", None),
        ("je n’ai plus envie de vivre à Montréal", None),
        ("bonjour, je cherche une garderie", None),
    ],
)
def test_the_shipped_patterns_tell_distress_from_figures_of_speech(
    shipped: SafetyPatterns, text: str, kind: str | None
) -> None:
    assert shipped.find(text) == kind


SAID = yaml.safe_load((Path(__file__).parent / "safety_said.yml").read_text(encoding="utf-8"))
QUESTIONS = Path(__file__).resolve().parents[1] / "questions"


def test_what_people_in_danger_write_is_recognised_by_words_alone(shipped: SafetyPatterns) -> None:
    missed = [text for text in SAID["positives"] if shipped.find(text) is None]
    assert len(SAID["positives"]) >= 240
    assert len(missed) <= 0.03 * len(SAID["positives"]), missed


def test_hardly_any_everyday_sentence_is_taken_for_danger(shipped: SafetyPatterns) -> None:
    alarms = [text for text in SAID["negatives"] if shipped.find(text) is not None]
    assert len(SAID["negatives"]) >= 240
    assert len(alarms) <= 0.01 * len(SAID["negatives"]), alarms


def test_questions_on_other_topics_raise_no_alarm(shipped: SafetyPatterns) -> None:
    asked = [
        question["text"]
        for path in sorted(QUESTIONS.glob("*.yml"))
        for question in yaml.safe_load(path.read_text(encoding="utf-8"))
        if question["topic"] not in ("safety", "abuse")
        and not question["topic"].startswith("lease")
    ]
    alarms = [text for text in asked if shipped.find(text) is not None]
    assert len(asked) >= 600
    assert len(alarms) <= len(asked) // 500, alarms


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("je tue le temps", True),
        ("mon proprio me tue avec ses augmentations", True),
        ("je suis mort de fatigue, je veux mourir", False),
        ("je ne sais plus quoi faire", False),
        ("je cherche une garderie", False),
    ],
)
def test_only_an_explained_alarm_is_harmless(
    shipped: SafetyPatterns, text: str, harmless: bool
) -> None:
    assert shipped.harmless(text) is harmless


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("^ urgence $", "URGENCE!!", True),
        ("^ urgence $", "une urgence", False),
        ("^ urgence $", "urgence dentaire", False),
        ("(coup de poing|gifle*)", "un coup de poing", True),
        ("(coup de poing|gifle*)", "un coup de main", False),
    ],
)
def test_ends_of_the_message_and_groups_of_words_may_be_asked_for(
    pattern: str, text: str, holds: bool
) -> None:
    assert (compile_safety({"danger": [pattern]}).find(text) is not None) is holds


def test_the_longest_message_is_searched_at_once(shipped: SafetyPatterns) -> None:
    text = ("je veux dire que mon mari et moi avons plus ou moins envie de partir " * 60)[:4000]
    started = time.perf_counter()
    shipped.find(text)
    assert time.perf_counter() - started < 0.5
