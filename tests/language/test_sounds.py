"""Spellings of one word sound alike, other words do not."""

from __future__ import annotations

import pytest

from marie.language.sounds import sound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("combien", "konbien"),
        ("garderie", "garderi"),
        ("ecole", "ecol"),
        ("logement", "lojement"),
        ("appartement", "apartemen"),
        ("universite", "universiter"),
        ("comment", "koman"),
        ("demenager", "demenage"),
        ("cegep", "sejep"),
        ("maison", "mezon"),
        ("francais", "fransais"),
        ("emploi", "amploi"),
        ("inscription", "inskription"),
        ("travaux", "travo"),
        ("quel", "kel"),
    ],
)
def test_spellings_of_one_word_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("loyer", "lire"), ("bail", "bal"), ("cegep", "cpe"), ("ville", "vie"), ("12", "13")],
)
def test_other_words_sound_otherwise(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_a_word_never_becomes_silent() -> None:
    assert all(sound(word) for word in ("h", "s", "et", "eh", "x", "ee"))
