"""What Marie says keeps together what French keeps together, whoever typed it."""

from __future__ import annotations

from datetime import date

import pytest

from marie.knowledge.library import Library
from marie.settings import ROOT

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Vos sorties :", "Vos sorties\u00a0:"),
        ("dites « oui » ou « non ».", "dites «\u00a0oui\u00a0» ou «\u00a0non\u00a0»."),
        ("déjà\u00a0: « bien\u00a0»", "déjà\u00a0: «\u00a0bien\u00a0»"),
        ("https://quebec.ca à 16:30", "https://quebec.ca à 16:30"),
        ("Vos sorties :\n1. attendre;\n2. céder.\nPuis partir.",
         "Vos sorties\u00a0:\n1. attendre;\n2. céder.\n\nPuis partir."),
        ("Il y en a :\n– deux;\n– trois.", "Il y en a\u00a0:\n– deux;\n– trois."),
    ],
)  # fmt: skip
def test_spaces_that_nobody_types_and_lists_that_stay_together(typed: str, said: str) -> None:
    assert Library.load(ROOT / "knowledge").fill(typed, DAY) == said
