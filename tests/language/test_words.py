"""The words that vectors are looked up by."""

from __future__ import annotations

import pytest

from marie.language.words import words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’école, svp!", ["l'", "ecole", "svp"]),
        ("4 et demi à Québec", ["et", "demi", "a", "quebec"]),
        ("porte-monnaie", ["porte", "monnaie"]),
        ("aujourd'hui", ["aujourd'", "hui"]),
        ("12 _ 3?", []),
        ("", []),
    ],
)
def test_words_are_folded_and_elisions_stand_apart(text: str, words: list[str]) -> None:
    assert words_of(text) == words
