"""Shorthand is written in full, and nothing else is touched."""

from __future__ import annotations

import pytest

from marie.language.shorthand import spell_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cb pr 2 enf", "combien pour 2 enfants"),
        ("esk ya kelkun ?", "est-ce que il y a quelqu'un ?"),
        ("c cher le milieu familial", "c'est cher le milieu familial"),
        ("JVEU savoir", "je veux savoir"),
        ("dsl mtn jsp", "désolé maintenant je sais pas"),
    ],
)
def test_shorthand_is_written_in_full(typed: str, meant: str) -> None:
    assert spell_out(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "C’est combien une place en CPE à Rimouski?",
        "y a-t-il une garderie",
        "l'école de ma fille",
        "Où ? À L’Île-d’Orléans…",
        "",
        "   ",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert spell_out(text) == text
