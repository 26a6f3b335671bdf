"""Distress, violence and danger by their words; the pattern language, then the patterns shipped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("pattern", ["", "je  veux", "(veux", "_ vivre", "vivre _", "a-b"])
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


def test_the_longest_message_is_searched_at_once(shipped: SafetyPatterns) -> None:
    text = ("je veux dire que mon mari et moi avons plus ou moins envie de partir " * 60)[:4000]
    started = time.perf_counter()
    shipped.find(text)
    assert time.perf_counter() - started < 0.5
