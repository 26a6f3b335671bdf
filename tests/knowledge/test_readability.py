"""Simple French: short sentences, everyday words, no acronym without its meaning."""

from __future__ import annotations

import pytest

from marie.knowledge.library import Library
from marie.knowledge.readability import (
    SimpleRules,
    load_simple_rules,
    readability_problems,
    text_problems,
)
from marie.settings import ROOT

RULES = SimpleRules(words=frozenset({"gouvernement"}), acronyms={"CPE": ("parents",), "SOS": ()})


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("Le bail finit en juin. Vous pouvez partir.", None),
        (" ".join(["mot"] * 20) + ". Oui. Non. Oui.", None),
        (" ".join(["mot"] * 21) + ". Oui. Non. Oui.", "une phrase a 21 mots"),
        (" ".join(["mot"] * 12) + ".", None),
        (" ".join(["mot"] * 13) + ".", "13 mots en moyenne"),
        ("Le gouvernement paie.", None),
        ("La garde des enfants.", None),
        ("Votre admissibilité.", "le mot « admissibilite » est long"),
        ("Allez à Drummondville-les-Bains.", None),
        ("Voyez admissionfpquebec.com.", None),
        ("Le CPE est géré par des parents.", None),
        ("Le CPE est ouvert.", "le sigle CPE n’est pas expliqué"),
        ("Appelez SOS violence.", None),
        ("Appelez la RAMQ.", "le sigle RAMQ n’est pas dans simple.yml"),
        ("Payez {montant_de_la_garderie}.", None),
    ],
)
def test_each_bound_has_two_sides(text: str, mistake: str | None) -> None:
    found = list(text_problems(text, RULES))
    assert found == [] if mistake is None else any(mistake in each for each in found)


def test_everything_that_is_said_in_simple_french_is_simple() -> None:
    library = Library.load(ROOT / "knowledge")
    rules = load_simple_rules(ROOT / "knowledge")
    assert list(readability_problems(library, rules)) == []


def test_simple_phrase_keeps_to_the_placeholders_of_its_phrase() -> None:
    library = Library.load(ROOT / "knowledge")
    simple = library.in_simple_french
    said = [name for name, each in library.phrases.items() if each.simple is not None]
    assert len(said) >= 15
    assert all(simple.phrases[name].text == library.phrases[name].simple for name in said)
    assert simple.phrases["greeting"] == library.phrases["greeting"]
