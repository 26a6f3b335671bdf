"""Folding keeps meaning, loses spelling, and always knows the way back."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest

from marie.language.folding import fold, fold_key, fold_with_offsets, words

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Où ? À L’Île-d’Orléans…", "ou ? a l'ile-d'orleans..."),
        (f"Saguenay–Lac-Saint-Jean{NBSP}: cœur", "saguenay-lac-saint-jean : coeur"),
        ("UN 4½ À GASPÉ", "un 4 1/2 a gaspe"),
        ("«oui»", '"oui"'),
        ("1ᵉʳ juillet, 50 m²", "1er juillet, 50 m2"),
        ("", ""),
        ("\u200fRimouski\u00ad", "rimouski"),
        ("\x00a", " a"),
        ("İzmir", "izmir"),
        ("Київ 🙂", "киів 🙂"),
    ],
)
def test_text_folds_to_plain_lower_case(typed: str, folded: str) -> None:
    assert fold(typed) == folded
    assert fold_with_offsets(typed).text == folded


def test_composed_and_decomposed_accents_fold_alike() -> None:
    assert fold(unicodedata.normalize("NFD", "Percé, Bécancour")) == "perce, becancour"


def test_folding_twice_changes_nothing() -> None:
    once = fold("Œuvre à L’Ancienne-Lorette, 3½, ﬁn…")
    assert fold(once) == once


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_offsets_lead_back_to_what_was_typed(form: Literal["NFC", "NFD"]) -> None:
    typed = unicodedata.normalize(form, "Le cœur de la Gaspésié, à Percé!")
    folded = fold_with_offsets(typed)
    for wanted, original in (("coeur", "cœur"), ("gaspesie", "Gaspésié"), ("perce", "Percé")):
        at = folded.text.index(wanted)
        start, end = folded.span(at, at + len(wanted))
        assert typed[start:end] == unicodedata.normalize(form, original)


def test_empty_slice_gives_an_empty_span() -> None:
    folded = fold_with_offsets("né")
    assert folded.span(1, 1) == (1, 1)
    assert folded.span(2, 2) == (2, 2)


def test_words_split_at_apostrophes_and_hyphens_with_original_offsets() -> None:
    typed = "Près d’Amqui, Trois-Pistoles?"
    assert [word.text for word in words(typed)] == ["pres", "d", "amqui", "trois", "pistoles"]
    assert [typed[word.start : word.end] for word in words(typed)] == [
        "Près",
        "d",
        "Amqui",
        "Trois",
        "Pistoles",
    ]


def test_spellings_of_one_name_share_a_key() -> None:
    spellings = [
        "Saint-Jean-sur-Richelieu",
        "saint jean  sur RICHELIEU",
        "SAINT‑JEAN–SUR–RICHELIEU.",
    ]
    assert {fold_key(spelling) for spelling in spellings} == {"saint jean sur richelieu"}


def test_emoji_only_text_has_no_words() -> None:
    assert words("🙂" * 100) == ()
    assert fold_key("?!…") == ""
